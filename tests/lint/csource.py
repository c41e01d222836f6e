"""C sources for the linter: text without comments and strings, functions, declarations.

Relies on the layout that clang-format makes.
"""
import re

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\)")
CONTROL = re.compile(r"(\t+)(?:\} )?(?:if|for|while|do|switch|else)\b")


def blank(match):
    """As many characters and lines, so that positions stay the same; strings keep their quotes."""
    text = match.group()
    if text[0] in "\"'":
        return text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def strip(text):
    return TOKEN.sub(blank, text)


def drop_preprocessor(code):
    """Blanks out directives with their continuation lines."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank_all, code, flags=re.M)


def blank_all(match):
    return re.sub(r"[^\n]", " ", match.group())


class Function:
    """A function's definition: name, first line (1-based), lines, parameters, nesting, body."""

    def __init__(self, lines, first, opening, closing):
        signature = " ".join(line.strip() for line in lines[first:opening])
        signature = re.sub(r"__attribute__\s*\(\(.*?\)\)(?:\))?", "", signature)
        name = re.search(r"(\w+)\s*\((?!\*)", signature)
        self.name = name.group(1) if name else "?"
        self.parameters = count_parameters(signature[name.end():]) if name else 0
        self.line = first + 1
        self.lines = closing - first + 1
        self.static = signature.startswith("static")
        body = lines[opening + 1:closing]
        self.body = "\n".join(body)
        self.nesting = max([len(m.group(1)) for m in map(CONTROL.match, body) if m], default=0)


def count_parameters(after):
    """Of the text behind the opening parenthesis."""
    depth, commas, first = 1, 0, ""
    for c in after:
        depth += c == "("
        depth -= c == ")"
        if not depth:
            break
        commas += c == "," and depth == 1
        first += c
    return 0 if first.strip() in ("", "void") else commas + 1


def ends_statement(line):
    return line.rstrip().endswith((";", "}"))


def functions(code):
    """All function definitions: a signature with parentheses, a line "{", and the line "}"."""
    lines = drop_preprocessor(code).split("\n")
    found = []
    for opening, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first = opening
        while first and lines[first - 1].strip() and not ends_statement(lines[first - 1]):
            first -= 1
        closings = (i for i in range(opening, len(lines)) if lines[i].startswith("}"))
        closing = next(closings, len(lines) - 1)
        if ")" in "".join(lines[first:opening]):
            found.append(Function(lines, first, opening, closing))
    return found


def prototypes(code):
    """
    (name, first line, last line), lines 0-based, of what a header declares outside of braces, in
    its order: prototypes, inline functions, and with an empty name other statements, which may be
    in a group with them.
    """
    text = ATTRIBUTE.sub(blank_all, drop_preprocessor(code))
    found, start, depth, is_function = [], 0, 0, False
    for position, c in enumerate(text):
        if c == "{":
            is_function = is_function if depth else text[start:position].rstrip().endswith(")")
            depth += 1
        elif c == "}":
            depth -= 1
        if (c == ";" and not depth) or (c == "}" and not depth and is_function):
            found.append(declared(text, start, position))
            start, is_function = position + 1, False
    return found


def declared(text, start, end):
    statement = text[start:end]
    head = statement.split("{")[0]
    name = re.search(r"(\w+)\s*\((?!\*)", head)
    if re.match(r"\s*(typedef|_Static_assert)\b", head) or "=" in head:
        name = None
    first = text.count("\n", 0, start + len(statement) - len(statement.lstrip()))
    return name.group(1) if name else "", first, text.count("\n", 0, end)

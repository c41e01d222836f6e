"""The edits that are tried on a file: chosen by chance, with the file's name as the seed, so always the same."""
import random

import trees

# Strings that some reader would take for something else if they were not written with care, and plain ones.
STRINGS = [
    "other.example.com", "yes", "No", "on", "y", "null", "~", "", "012", "08", "0o7", "0x1F", "1_000", "1e3", ".5", "1.", ".inf", "-.inf",
    ".nan", "60:30", "1:20:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "12345678901234567890123", "+1",
    "-", "- a", "?", "? a", ":", "a: b", "a:b", "a:", ":a", "#", "a #b", "a#b", "*", "*.example.com", "&a", "!a", "!!int 1", "|", "|-", ">",
    ">+ x", "%a", "@a", "`a`", "'a'", "\"a\"", "it's", "a\"b", "a\\b", "[a]", "{a: b}", "a, b", "a]", "}", ",a", "a?b", "/a?b=c", "a?",
    "a!b", "a%b", "---", "--- a", "...", "<<", "=", " a", "a ", "a\n", "a\nb", "a\n\n\nb\n", "\ta", "a\tb", "a\r\nb", "é", "日本",
    "\U0001f600", "a\u0085b", "a\u00a0b", "a\u2028b", "a\u2029b", "\ufeffa", "a\u200bb", "a\u202eb", "\x01", "\x7f", "\x1b[0m", "k" * 1100,
    "w " * 600 + "w", "true", "TRUE", "tRUE", "0b11", "0", "00", "-0", "1__0", "_1", "0_x1", "7e_+9", "0b_", "-_1", "._1", "1e400", "0x",
    "0xg", "NaN", "nan", "Inf", "-1", "10.0.0.1", "1.2.3", "fe80::1", "::1", "10.0.0.0/8", "http://a/b?c=d#e", "100m", "1Gi", "5s", "y: n",
    "= a", "%",
]
KEYS = [
    "added", "on", "y", "1", "0x10", "null", "~", "a b", "a: b", "#a", "*", "é", "a.b/c", "", "<<", "-", "?", "? a", "{", "[a]", "k" * 200,
    "2001-01-01", "'", "a'b\"c",
]
NUMBERS = [0, 1, 42, -7, 100, 8080, 2147483648, 4503599627370496]
TRIES = 6
CORE = "tag:yaml.org,2002:"
OPS = ["set string", "set int", "set bool", "put", "add", "replace", "delete", "copy", "set string", "put"]


def places(node, path=()):
    """All (path, node, the kind of its parent) that an edit may name; no aliases, nothing in an anchored node, whose users would change too."""
    if node[0] == "s":
        return
    for i, entry in enumerate(node[1]):
        below = entry[1] if node[0] == "m" else entry
        if node[0] == "m" and (entry[0][0] != "s" or trees.is_merge(entry[0])):
            continue
        step = trees.Name(entry[0], i) if node[0] == "m" else i
        if below[0] != "a" and not below[2 + (below[0] == "s")]["anchor"]:
            yield [*path, step], below, node[0]
            yield from places(below, [*path, step])


def said(node):
    return node[3] if node[0] == "s" else node[2]


def all_places(documents):
    """All (doc, path, node, kind of the parent) of a file, and the roots, whose parents have no kind."""
    for doc, root in enumerate(documents):
        if root[0] in "ml" and not said(root)["anchor"]:
            yield doc, [], root, ""
            for path, node, parent in places(root):
                yield doc, path, node, parent


def literal(chance, depth=0):
    kind = chance.choice("sssibmml" if depth < 2 else "ssib")
    if kind == "m":
        return {key: literal(chance, depth + 1) for key in chance.sample(KEYS, chance.randint(0, 3))}
    if kind == "l":
        return [literal(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    return chance.choice(STRINGS) if kind == "s" else chance.choice(NUMBERS) if kind == "i" else chance.random() < 0.5


def fits(op, place):
    """May this kind of edit be done there?"""
    _, path, node, parent = place
    if op.startswith("set"):
        return node[0] == "s" and path
    if op == "put":
        return node[0] == "m" or (node[0] == "s" and path and node[1] == "null")
    if op == "add":
        return node[0] == "l"
    return parent == "l" if op == "copy" else bool(path)


def set_edit(chance, op, doc, path, node):
    values = {"set string": STRINGS, "set int": NUMBERS, "set bool": [True, False]}[op]
    edit = {"op": "set", "doc": doc, "path": path, "value": chance.choice(values)}
    tag = said(node)["tag"] or ""
    if said(node)["style"] in ("single", "double"):
        edit["quoted"] = True
    if tag.startswith(CORE) or (tag and op == "set string"):
        edit["tagged"] = True
    return edit


def near_of(chance, node):
    """Where a new entry goes: "near" and "side", both of them maybe not there."""
    where = {}
    if node[0] in "ml" and node[1] and chance.random() < 0.6:
        i = chance.randrange(len(node[1]))
        if node[0] == "l":
            where["near"] = i
        elif node[1][i][0][0] == "s" and not trees.is_merge(node[1][i][0]):
            where["near"] = trees.Name(node[1][i][0], i)
        where["side"] = chance.choice(["before", "after"])
    return where


def copy_edit(chance, doc, path, node):
    edit = {"op": "copy", "doc": doc, "path": path, "side": chance.choice(["before", "after"]), "edits": []}
    if chance.random() < 0.5:
        edit["comment"] = "a copy"
    inside = [(doc, [*path, *steps], below, parent) for steps, below, parent in places(node) if below[0] == "s"]
    if inside and chance.random() < 0.7:
        _, steps, below, _ = chance.choice(inside)
        edit["edits"].append(set_edit(chance, chance.choice(["set string", "set int"]), doc, steps, below))
    return edit


def make(chance, op, place):
    doc, path, node, _ = place
    if op.startswith("set"):
        return set_edit(chance, op, doc, path, node)
    if op == "copy":
        return copy_edit(chance, doc, path, node)
    edit = {"op": op, "doc": doc, "path": path}
    if op in ("put", "add"):
        edit.update(near_of(chance, node))
    if op == "put":
        edit["key"] = chance.choice(KEYS)
    if op != "delete":
        edit["value"] = literal(chance)
    return edit


def is_identity(place):
    """Is it what names an object? Tools refuse objects with odd ones."""
    return bool(place[1]) and place[1][0] in ("apiVersion", "kind", "metadata")


def candidates(name, documents):
    """For each edit that is wanted a list of edits to try, the best first."""
    chance = random.Random(name)
    there = list(all_places(documents))
    for op in OPS * (4 if name.endswith(".json") else 1):
        fitting = [place for place in there if fits(op, place)]
        chance.shuffle(fitting)
        if chance.random() < 0.75:
            fitting.sort(key=is_identity)
        if fitting:
            yield [make(chance, op, fitting[i % len(fitting)]) for i in range(TRIES)]

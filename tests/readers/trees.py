"""Trees of readers: how two are compared, and an edit done on one.

A node is a list: ["s", TYPE, TEXT], ["m", [[KEY, VALUE]...]], ["l", [ITEM...]] or ["a", NAME], as go/main.go says. Our own trees have
a fourth element, what the driver said of the node. The trees of go-yaml v2 hold values instead of texts; so `valued` makes values of ours.
"""
import copy
import math

EMPTY = ["s", "null", ""]
TRUE = {"y", "yes", "on", "true"}


def ours(json):
    """A tree of the driver as a tree."""
    if json is None:
        return [*EMPTY, {"style": "plain"}]
    said = {name: json.get(name) for name in ("style", "anchor", "tag")}
    if json["kind"] == "map":
        return ["m", [[ours(item["key"]), ours(item)] for item in json["items"]], said]
    if json["kind"] == "seq":
        return ["l", [ours(item) for item in json["items"]], said]
    if json["kind"] == "alias":
        return ["a", json["text"], said]
    return ["s", json["type"], json["text"], said]


# --- values -----------------------------------------------------------------------------------------------------------------------


def go_int(text):
    """An integer as Go reads it, underscores left out."""
    text = text.replace("_", "")
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if digits.lower().startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits, 8 if digits[:1] == "0" and len(digits) > 1 else 10)


def go_float(text):
    """A float as a text that is the same for the same number."""
    text = text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan")
    number = float(text)
    return "nan" if math.isnan(number) else repr(number)


def value(kind, text):
    """The text of a scalar as a text that is the same for the same value."""
    try:
        if kind == "int":
            return str(go_int(text))
        if kind == "float":
            return go_float(text)
    except ValueError:
        return text
    if kind == "bool":
        return str(text.lower() in TRUE).lower()
    return "" if kind == "null" else text


def valued(node):
    """The tree with values in the place of texts and without merge keys, as go-yaml v2 has it. Aliases stay."""
    if node[0] == "m":
        return ["m", [[valued(k), valued(v)] for k, v in node[1] if not is_merge(k)], *node[2:]]
    if node[0] == "l":
        return ["l", [valued(item) for item in node[1]], *node[2:]]
    return [*node[:2], value(node[1], node[2]), *node[3:]] if node[0] == "s" else node


def is_merge(key):
    return key[0] == "s" and key[2] == "<<" and len(key) > 3 and key[3]["style"] == "plain"


# --- comparison -------------------------------------------------------------------------------------------------------------------


def difference(a, b, types, aliases=True, at=""):
    """What is different first, as (word, where and what), or None. Without `aliases` what stands in the place of one of `a` is passed over."""
    if a[0] == "a" and not aliases:
        return None
    if a[0] != b[0]:
        return "kind", f"{at or '/'}: {a[0]} {brief(a)}, {b[0]} {brief(b)}"
    if a[0] == "a":
        return None if a[1] == b[1] else ("alias", f"{at}: {a[1]}, {b[1]}")
    if a[0] == "s":
        return scalar_difference(a, b, types, at)
    if len(a[1]) != len(b[1]):
        return "length", f"{at or '/'}: {len(a[1])} entries, {len(b[1])}"
    for i, (one, other) in enumerate(zip(a[1], b[1])):
        name = f"{at}/{brief(one[0])}" if a[0] == "m" else f"{at}/{i}"
        pairs = zip(one, other) if a[0] == "m" else [(one, other)]
        for x, y in pairs:
            if found := difference(x, y, types, aliases, name):
                return found
    return None


def scalar_difference(a, b, types, at):
    if types and a[1] != b[1]:
        return "type", f"{at or '/'}: {a[1]} {brief(a)}, {b[1]} {brief(b)}"
    return None if a[2] == b[2] else ("value", f"{at or '/'}: {brief(a)}, {brief(b)}")


def brief(node):
    return ascii(node[2])[1:41] if node[0] == "s" else "..."


def documents_difference(a, b, types, aliases=True):
    if len(a) != len(b):
        return "documents", f"{len(a)} documents, {len(b)}"
    return next((found for x, y in zip(a, b) if (found := difference(x, y, types, aliases))), None)


# --- edits ------------------------------------------------------------------------------------------------------------------------


class Lost(Exception):
    """The node of an edit is not in this tree."""


def literal(json):
    """The tree of a literal of a script, or of other JSON."""
    if isinstance(json, dict):
        return ["m", [[["s", "string", k], literal(v)] for k, v in json.items()]]
    if isinstance(json, list):
        return ["l", [literal(item) for item in json]]
    if json is None:
        return list(EMPTY)
    if isinstance(json, bool):
        return ["s", "bool", str(json).lower()]
    kind = {str: "string", int: "int", float: "float"}[type(json)]
    return ["s", kind, value(kind, str(json))]


class Name(str):
    """A key as a step of a path, with its value and its place: a reader may know the key "on" as "true", and others of that name."""

    def __new__(cls, key, at):
        name = super().__new__(cls, key[2])
        name.value, name.at = value(key[1], key[2]), at
        return name


def find(node, step):
    """The index of the child that a step names; in a map at the same place as in our tree, or else the last of that name."""
    if node[0] == "l" and isinstance(step, int) and step < len(node[1]):
        return step
    if node[0] == "m" and isinstance(step, str):
        names = (step, getattr(step, "value", step))
        for i in [getattr(step, "at", len(node[1])), *reversed(range(len(node[1])))]:
            if i < len(node[1]) and node[1][i][0][0] == "s" and node[1][i][0][2] in names:
                return i
    raise Lost(step)


def child(node, step):
    entry = node[1][find(node, step)]
    return entry[1] if node[0] == "m" else entry


def place(node, step, new):
    """The child that a step names becomes another node."""
    i = find(node, step)
    if node[0] == "m":
        node[1][i][1] = new
    else:
        node[1][i] = new


def follow(documents, edit, upto=None):
    """The node at the path of an edit, or at the beginning of it."""
    node = documents[edit.get("doc", 0)]
    for step in edit["path"][:upto]:
        node = child(node, step)
    return node


def become(node, other):
    node[:] = copy.deepcopy(other)


def insert(node, kind, entry, edit):
    """A new entry at `near`; what is empty becomes a collection."""
    if node[0] == "s":
        become(node, [kind, [entry]])
        return
    near = find(node, edit["near"]) if "near" in edit else len(node[1]) - 1
    node[1].insert(near + (edit.get("side") != "before"), entry)


def set_scalar(node, new, edit):
    """What is quoted stays so, and a number is then a string. A tag stays; where it fits, so does the type."""
    if edit.get("tagged"):
        new[1] = node[1]
    become(node, ["s", "string", new[2]] if edit.get("quoted") and not edit.get("tagged") else new)


def apply(documents, edit):
    """Does an edit of a script on trees; "quoted" and "tagged" say what the old value was."""
    op = edit["op"]
    if op == "put":
        insert(follow(documents, edit), "m", [["s", "string", edit["key"]], literal(edit["value"])], edit)
    elif op == "add":
        insert(follow(documents, edit), "l", literal(edit["value"]), edit)
    elif op == "set":
        set_scalar(follow(documents, edit), literal(edit["value"]), edit)
    elif op == "replace":
        place(follow(documents, edit, -1), edit["path"][-1], literal(edit["value"]))
    elif op == "delete":
        parent = follow(documents, edit, -1)
        del parent[1][find(parent, edit["path"][-1])]
    else:
        copy_item(documents, edit)


def copy_item(documents, edit):
    parent, index = follow(documents, edit, -1), edit["path"][-1]
    original = copy.deepcopy(parent[1][find(parent, index)])
    for nested in edit.get("edits", []):
        apply(documents, nested)
    changed = parent[1][index]
    parent[1][index] = original
    parent[1].insert(index + (edit.get("side") != "before"), changed)


def edited(documents, edit):
    """The documents with the edit done, the given ones unchanged."""
    result = copy.deepcopy(documents)
    apply(result, edit)
    return result

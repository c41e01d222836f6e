"""What people keep doing with such files, offline: kubectl annotate --local, which reads as all of kubectl does, and kubectl kustomize.

kubectl create and kubectl apply ask a server even with --dry-run=client, which kinds there are; annotate --local does not. It removes an
annotation that is not there, and prints the objects. What a tool makes of a changed file must be what it makes of the file, with the edit done.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import edits
import trees

NONE = "readers.test/none-"
MARKER = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "between-two-files"}}'
KUSTOMIZATION = "resources: [file.yaml]\n"
KUSTOMIZED = 5
NO_METADATA = [(name, empty) for name in ("labels", "annotations") for empty in (["m", []], trees.EMPTY)]


def available():
    return shutil.which("kubectl") is not None


def kubectl(*arguments):
    """(output, None) or (None, what it said)."""
    env = dict(os.environ, KUBECONFIG=os.devnull)
    try:
        done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env=env)
    except subprocess.TimeoutExpired:
        return None, "it took too long"
    return (None, " ".join(done.stderr.split())[-200:]) if done.returncode else (done.stdout, None)


def json_values(text):
    """The JSON values of a text with one behind the other."""
    decoder, at = json.JSONDecoder(), 0
    while (at := len(text) - len(text[at:].lstrip())) < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value


def annotate(files):
    """kubectl's objects of each file: [(objects, None) or (None, what it said)]. All at once if it likes them all, else one by one."""
    with tempfile.TemporaryDirectory() as temporary:
        for i, data in enumerate(files):
            (pathlib.Path(temporary) / f"{i:03}-a.yaml").write_bytes(data)
            (pathlib.Path(temporary) / f"{i:03}-b.yaml").write_text(MARKER)
        output, problem = kubectl("annotate", "--local", "-o", "json", "-f", temporary, NONE)
    if output is None:
        return [(None, problem)] if len(files) == 1 else [annotate([data])[0] for data in files]
    lists = [[]]
    for value in json_values(output):
        if value.get("metadata", {}).get("name") == "between-two-files":
            lists.append([])
        else:
            lists[-1].append(trees.literal(value))
    return [(objects, None) for objects in lists[:-1]]


def kustomize(files, read):
    """kustomize's objects of the first files, for it takes a process for each; `read` makes trees of its output."""
    results = []
    for data in files[:KUSTOMIZED + 1]:
        with tempfile.TemporaryDirectory() as temporary:
            (pathlib.Path(temporary) / "file.yaml").write_bytes(data)
            (pathlib.Path(temporary) / "kustomization.yaml").write_text(KUSTOMIZATION)
            output, problem = kubectl("kustomize", temporary)
        results.append((None, problem) if output is None else read(output.encode()))
    return results


# --- meaning ----------------------------------------------------------------------------------------------------------------------


def get(node, *path):
    """The text of the scalar at a path of keys, or None."""
    try:
        for step in path:
            node = trees.child(node, step)
    except trees.Lost:
        return None
    return node[2] if node[0] == "s" and node[1] == "string" else None


def identity(node):
    return tuple(get(node, *path) for path in (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")))


def is_nothing(document):
    return document[0] == "s" and document[1] == "null"


def are_objects(documents):
    """Are all documents Kubernetes objects, or nothing? Lists of objects, which tools take apart, are not meant."""
    names = [identity(document) for document in documents if not is_nothing(document)]
    return bool(names) and all(api and kind and name and not kind.endswith("List") for api, kind, name, _ in names)


def meaning(objects):
    """The objects as one text: the order of keys and objects, and empty annotations and labels, do not matter."""
    return sorted(json.dumps(normal(node)) for node in objects if not is_nothing(node))


def normal(node, above=""):
    if node[0] == "m":
        pairs = sorted((key[2], normal(value, key[2])) for key, value in node[1])
        return ["m", [pair for pair in pairs if above != "metadata" or pair not in NO_METADATA]]
    return ["l", [normal(item) for item in node[1]]] if node[0] == "l" else node


def aligned(documents, objects):
    """A tool's objects in the order of the documents, or None if it has others."""
    by_name = {identity(node): node for node in objects}
    present = [document for document in documents if not is_nothing(document)]
    if len(objects) == len(present) == len(by_name) and all(identity(document) in by_name for document in present):
        return [document if is_nothing(document) else by_name[identity(document)] for document in documents]
    return None


def wrong(before, edit, after):
    """What is wrong with a tool's answer to the changed file, as (word, what it is), or None."""
    objects, problem = after
    if objects is None:
        return "edit refuses" + special(edit, problem), problem
    if meaning(before) != meaning(objects):
        return "edit meaning" + special(edit, ""), "not the input's meaning with the edit done"
    return None


# What a tool may stumble over in a value that we wrote: a name, and what the script or the tool's complaint then has.
SPECIAL = [("merge key", re.compile(r'"<<":|"key": "<<"')), ("NEL", re.compile(r"\\u0085")),
           ("DEL", re.compile(r"\\u007f")), ("kind of a field", re.compile("expected sequence or mapping node"))]


def special(edit, problem):
    """The name of what the tool may have stumbled over, for the word of a disagreement."""
    text = json.dumps(edit) + problem
    return next((f" ({name})" for name, pattern in SPECIAL if pattern.search(text)), "")


def check(tool, files, documents, done):
    """Compares what a tool makes of the files, the first of them the unchanged one: [(edit, wrong or None)], or None where it does not
    take that one. Edits are left out of what the tool does not keep itself."""
    answers = tool(files)
    before = aligned(documents, answers[0][0]) if answers[0][0] is not None else None
    if before is None:
        return None
    results = []
    for edit, after in zip(done, answers[1:]):
        try:
            results.append((edit, wrong(trees.edited(before, edit), edit, after)))
        except trees.Lost:
            continue
    return results


def fits(edit):
    """Is the edit one that leaves the names of the objects alone?"""
    return not edits.is_identity((None, edit["path"]))

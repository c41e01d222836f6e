#!/usr/bin/env python3
"""Renders every YAML template with harmless and with nasty values, and reads the results with readers that are not ours.

The expected values come from PyYAML's reading of the template itself. PyYAML reads every result; kubectl (its Go reader, without a
cluster) reads them too where it is installed. Needs a C compiler ($CC) and libyaml; without PyYAML it is skipped.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print("PyYAML is not installed: nothing is tested")
    print("0 passed, 0 failed, 1 skipped")
    sys.exit(0)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOLE = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")
NUMBERS = {"int", "port", "percent"}
FILLERS = {"int": "7", "port": "8080", "percent": "7", "url": "https://git.example.com/a.git"}
NASTY = [
    "", " ", " x ", "a\nb: c", "a\tb", "a: b", "a:", ": b", "a #b", "#b", "'", '"', "a' # b", 'a" # b', "a\\", '\\"', "{{ x }}", "${name}",
    "${", "$${host}", "- x", "-", "--- x", "---", "...", "*a", "&a x", "!!int 7", "? a", "|", ">-", "%YAML 1.2", "@a", "`a", "[a", "a}, {b",
    "a, b", "<<", "=", "\u00a0x", "\ufeffx", "\ufffe", "\u2028b: c", "\u202ex", "é 🚀", "yes", "no", "on", "y", "true", "null", "~", "1e3",
    "0x10", "012", "0o12", "1_000", "12:30:45", ".5", ".inf", "2001-12-14", "0", "-7", "x" * 4000 + ": - # \"' y",
]


def build(folder):
    """Compiles the renderer; returns its path."""
    sources = [ROOT + "/tests/templates.c"]
    for row in ("base", "yaml", "template"):
        sources += sorted(glob.glob(f"{ROOT}/src/{row}/*.c"))
    program = folder + "/templates"
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-I" + ROOT + "/src", "-o", program, *sources, "-lyaml"], check=True)
    return program


def declarations(source):
    """The parameters of a template as {name: (type, optional)}."""
    found = re.findall(r"^# param (\S+) (\S+)( optional)?", source, re.M)
    return {name: (kind, bool(optional)) for name, kind, optional in found}


def render(program, path, requests):
    """Answers of the renderer: one (accepted, text) a request."""
    data = b""
    for values in requests:
        data += b"%d\n" % len(values)
        for pair in values.items():
            for text in pair:
                raw = text.encode()
                data += b"%d\n%s" % (len(raw), raw)
    out = subprocess.run([program, path], input=data, stdout=subprocess.PIPE, check=True).stdout
    answers = []
    while out:
        size, rest = out[1:].split(b"\n", 1)
        answers.append((out[:1] == b"+", rest[: int(size)].decode()))
        out = rest[int(size) :]
    return answers


GONE = object()


def expected(node, params, values):
    """What a node of the template must become, as a Python value; GONE when nothing is left of it."""
    if isinstance(node, yaml.ScalarNode):
        holes = HOLE.findall(node.value)
        if any(name not in values for name in holes):
            return GONE
        if not holes:
            return yaml.SafeLoader("").construct_object(node)
        text = HOLE.sub(lambda hole: values[hole.group(1)], node.value)
        whole = node.style is None and HOLE.fullmatch(node.value)
        return int(text) if whole and params[holes[0]][0] in NUMBERS else text
    if isinstance(node, yaml.SequenceNode):
        items = [expected(item, params, values) for item in node.value]
        items = [item for item in items if item is not GONE]
        return items if items or not node.value else GONE
    entries = {key.value: expected(value, params, values) for key, value in node.value}
    entries = {key: value for key, value in entries.items() if value is not GONE}
    return entries if entries or not node.value else GONE


def requests_for(params):
    """Harmless values, with and without the optional ones, then each nasty value for each parameter that is not a number."""
    harmless = {name: FILLERS.get(kind, "other") for name, (kind, _) in params.items()}
    yield harmless
    yield {name: value for name, value in harmless.items() if not params[name][1]}
    for name, (kind, _) in params.items():
        if kind not in NUMBERS:
            yield from ({**harmless, name: value} for value in NASTY)


def check_template(program, path):
    """Compares a template's renderings with PyYAML's readings; returns [(text, documents)] of the accepted ones."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    params = declarations(source)
    nodes = list(yaml.compose_all(source, Loader=yaml.SafeLoader))
    requests = list(requests_for(params))
    accepted = []
    for index, (values, (ok, text)) in enumerate(zip(requests, render(program, path, requests), strict=True)):
        if not ok:
            assert index > 1, f"{path}: harmless values are refused: {text}"
            continue
        want = [expected(node, params, values) for node in nodes]
        got = list(yaml.safe_load_all(text))
        assert got == want, f"{path}: {values}\nexpected {want}\n     got {got}"
        accepted.append((text, want))
    return accepted


def check_kubectl(accepted):
    """Has kubectl's reader the same values? All files are given in one call."""
    with tempfile.TemporaryDirectory() as folder:
        want = []
        for index, (text, documents) in enumerate(accepted):
            with open(f"{folder}/{index:05}.yaml", "w", encoding="utf-8", newline="") as file:
                file.write(text)
            want += documents
        command = ["kubectl", "annotate", "--local", "-f", folder, "-o", "json", "read-by=kubectl"]
        out = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "KUBECONFIG": "/dev/null"}).stdout
    items = []
    decoder, text = json.JSONDecoder(), out.decode()
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        items += document["items"] if document.get("kind") == "List" else [document]
        text = text.lstrip()[end:]
    assert len(items) == len(want), f"kubectl read {len(items)} documents of {len(want)}"
    for item, document in zip(items, want, strict=True):
        annotations = item["metadata"]["annotations"]
        del annotations["read-by"]
        if not annotations:
            del item["metadata"]["annotations"]
        assert item == document, f"kubectl: expected {document}\n     got {item}"


def attempt(name, counts, function, *arguments):
    """Calls a check, counts it as passed or failed, and returns its result."""
    try:
        result = function(*arguments)
    except (AssertionError, subprocess.CalledProcessError, yaml.YAMLError) as problem:
        print(f"FAIL {name}: {problem}")
        counts["failed"] += 1
        return []
    counts["passed"] += 1
    return result


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    accepted = []
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        for path in sorted(glob.glob(ROOT + "/templates/*.yaml")):
            accepted += attempt(os.path.basename(path), counts, check_template, program, path)
    if shutil.which("kubectl"):
        attempt("kubectl", counts, check_kubectl, accepted)
    else:
        print("kubectl: skipped, not installed")
        counts["skipped"] += 1
    print(f"{len(accepted)} renderings read by others")
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

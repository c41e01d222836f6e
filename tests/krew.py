"""Checks krew-manifest.yaml: tests/krew.py [FILE]

The rules of validate-krew-manifest that need no download, the fields that krew would ignore silently, and what reviewers of the index
ask for. The base name is checked as it will be in the index. Then the check itself is checked: each mistake of a list, made in a copy
of the manifest, must be reported.
"""
import copy
import pathlib
import re
import sys

try:
    import yaml
except ImportError:
    print("krew: PyYAML is not installed (make deps)\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parent.parent
INDEX_NAME = "plugins/gcpbackend.yaml"
PAIRS = [("windows", "386"), ("windows", "amd64"), ("windows", "arm64"), ("darwin", "386"), ("darwin", "amd64"), ("darwin", "arm64"),
         ("linux", "386"), ("linux", "amd64"), ("linux", "arm"), ("linux", "arm64"), ("linux", "ppc64le")]
NUMBER = r"(?:0|[1-9]\d*)"
PRERELEASE = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = re.compile(rf"v{NUMBER}\.{NUMBER}\.{NUMBER}(?:-{PRERELEASE}(?:\.{PRERELEASE})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])", re.I)


def fields(where, value, known):
    """Names that krew would not see."""
    if not isinstance(value, dict):
        return [f"{where}: not a map"]
    return [f"{where}: unknown field '{name}'" for name in value if name not in known]


def check_head(m, index_name):
    name = m.get("metadata", {}).get("name", "")
    bad = fields("manifest", m, ["apiVersion", "kind", "metadata", "spec"]) + fields("metadata", m.get("metadata"), ["name"])
    if m.get("apiVersion") != "krew.googlecontainertools.github.com/v1alpha2":
        bad.append("apiVersion")
    if m.get("kind") != "Plugin":
        bad.append("kind")
    if not re.fullmatch(r"[\w-]+", name, re.A) or RESERVED.fullmatch(name):
        bad.append(f"name '{name}' is not safe")
    if pathlib.PurePath(index_name).name != f"{name}.yaml":
        bad.append(f"name '{name}' is not that of {index_name}")
    if name != name.lower() or name.startswith("kube"):
        bad.append("style: name in lower case, not beginning with kube")
    return bad


def check_spec(spec):
    bad = fields("spec", spec, ["version", "homepage", "shortDescription", "description", "caveats", "platforms"])
    short = spec.get("shortDescription") or ""
    if not short or re.search(r"[\r\n]", short):
        bad.append("shortDescription is empty or has more than one line")
    if len(short) > 50 or short.endswith(".") or re.search(r"\b(plugin|kubectl|kubernetes)\b", short, re.I):
        bad.append("style: shortDescription: at most 50 characters, no full stop, not 'plugin', 'kubectl' or 'Kubernetes'")
    if not SEMVER.fullmatch(str(spec.get("version", ""))):
        bad.append("version is not v and a semantic version")
    if not str(spec.get("homepage", "")).startswith("https://"):
        bad.append("style: homepage")
    for name in "description", "caveats":
        text = spec.get(name, "" if name == "caveats" else None)
        if text is None or any(len(line) > 80 for line in text.split("\n")):
            bad.append(f"style: {name} is missing or wider than 80")
    return bad


def clean_path(path):
    return isinstance(path, str) and path and str(pathlib.PurePosixPath(path)) == path and ".." not in path.split("/") and path[0] != "/"


def check_files(where, platform):
    if "files" not in platform:
        return []
    if not platform["files"]:
        return [f"{where}: files is empty"]
    bad = []
    for row in platform["files"]:
        bad += fields(f"{where} files", row, ["from", "to"])
        if not row.get("from") or not clean_path(row.get("to")):
            bad.append(f"{where}: files: from or to is missing or not clean")
    return bad


def check_selector(where, selector):
    if not selector:
        return [f"{where}: no selector"]
    bad = fields(f"{where} selector", selector, ["matchLabels", "matchExpressions"])
    if any(not part for part in selector.values()):
        bad.append(f"{where}: an empty part of the selector")
    keys = list(selector.get("matchLabels") or {}) + [e.get("key") for e in selector.get("matchExpressions") or []]
    return bad + [f"{where}: selector key '{key}'" for key in keys if key not in ("os", "arch")]


def matches(selector, pair):
    values = dict(zip(("os", "arch"), pair))
    for key, value in (selector.get("matchLabels") or {}).items():
        if values.get(key) != value:
            return False
    for e in selector.get("matchExpressions") or []:
        value, operator = values.get(e.get("key")), e.get("operator")
        has = {"In": value in e.get("values", []), "NotIn": value not in e.get("values", []), "Exists": value is not None,
               "DoesNotExist": value is None}
        if not has.get(operator, False):
            return False
    return True


def check_platforms(spec):
    platforms = spec.get("platforms") or []
    bad = [] if platforms else ["no platforms"]
    taken = {}
    for number, p in enumerate(platforms, 1):
        where = f"platform {number}"
        bad += fields(where, p, ["selector", "uri", "sha256", "files", "bin"])
        if not p.get("uri") or not p.get("bin") or not clean_path(p.get("bin")):
            bad.append(f"{where}: uri or bin is missing or not clean")
        if not isinstance(p.get("sha256"), str) or not re.fullmatch(r"[0-9a-f]{64}", p["sha256"]):
            bad.append(f"{where}: sha256 is not 64 hexadecimal digits in lower case")
        version = str(spec.get("version", ""))
        if version not in str(p.get("uri")) or not str(p.get("uri")).startswith("https://"):
            bad.append(f"{where}: style: the uri does not name the version, or is not https")
        wrong = check_selector(where, p.get("selector"))
        bad += wrong + check_files(where, p)
        pairs = [] if wrong else [pair for pair in PAIRS if matches(p["selector"], pair)]
        if not pairs and not wrong:
            bad.append(f"{where}: matches no supported pair")
        for pair in pairs:
            if pair in taken:
                bad.append(f"{where}: {pair} is matched by platform {taken[pair]}, too")
            taken[pair] = number
    return bad


def check(m, index_name=INDEX_NAME):
    if not isinstance(m, dict) or not isinstance(m.get("spec"), dict):
        return ["not a manifest"]
    return check_head(m, index_name) + check_spec(m["spec"]) + check_platforms(m["spec"])


# Path in the manifest, new value (None: removed), what must be reported.
MISTAKES = [
    ("apiVersion", "v1", "apiVersion"), ("kind", "plugin", "kind"), ("metadata.name", "a b", "not safe"), ("metadata.name", "com1", "not safe"),
    ("metadata.name", "gcp-backend", "not that of"), ("metadata.labels", {}, "unknown field"), ("spec.version", "0.1.0", "version is"),
    ("spec.version", "v0.1", "version is"), ("spec.version", "v0.01.0", "version is"), ("spec.shortDescription", "", "empty"),
    ("spec.shortDescription", "a\nb", "more than one line"), ("spec.shortDescription", "x" * 51, "50"),
    ("spec.shortDescription", "A kubectl thing", "style"), ("spec.shortDescription", "A thing.", "style"),
    ("spec.description", "x" * 81, "wider"), ("spec.homepage", None, "homepage"), ("spec.platform", [], "unknown field"),
    ("spec.platforms", [], "no platforms"), ("spec.platforms.0.uri", "", "uri"), ("spec.platforms.0.bin", None, "bin"),
    ("spec.platforms.0.bin", "./x", "clean"), ("spec.platforms.0.sha256", "0" * 63, "sha256"), ("spec.platforms.0.sha256", "A" * 64, "sha256"),
    ("spec.platforms.0.sha256", 0, "sha256"), ("spec.platforms.0.files", [], "files is empty"),
    ("spec.platforms.0.files", [{"from": "*", "to": "./"}], "not clean"), ("spec.platforms.0.files", [{"from": "*"}], "to is missing"),
    ("spec.platforms.0.selector", None, "no selector"), ("spec.platforms.0.selector.matchLabels", {}, "empty part"),
    ("spec.platforms.0.selector.matchLabels.cpu", "x", "selector key"), ("spec.platforms.0.selector.matchLabels.os", "plan9", "no supported"),
    ("spec.platforms.0.selector.matchLabels.arch", "arm64", "matched by"), ("spec.platforms.0.selector.matchLabels.arch", None, "matched by"),
]


def with_mistake(manifest, path, value):
    m = copy.deepcopy(manifest)
    *way, last = path.split(".")
    here = m
    for key in way:
        here = here[int(key)] if isinstance(here, list) else here[key]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return m


def main(args):
    path = pathlib.Path(args[0]) if args else ROOT / "krew-manifest.yaml"
    manifest = yaml.safe_load(path.read_text())
    problems = [f"{path.name}: {p}" for p in check(manifest)]
    missed = [f"krew: {where} = {value!r}: '{want}' was not reported" for where, value, want in MISTAKES
              if not any(want in p for p in check(with_mistake(manifest, where, value)))]
    makefile = re.search(r"^VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.M)
    if manifest["spec"]["version"] != f"v{makefile[1]}":
        problems.append(f"{path.name}: version is not that of the Makefile")
    for problem in problems + missed:
        print(problem)
    failed = bool(problems) + len(missed)
    print(f"{1 + len(MISTAKES) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

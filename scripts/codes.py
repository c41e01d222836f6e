"""Writes docs/codes.md from the codes of the program: scripts/codes.py [--check]

--check compares the page instead and fails if it differs, as a test suite.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("GCB_BINARY") or str(ROOT / "build/kubectl-gcpbackend")
PAGE = ROOT / "docs/codes.md"
HEAD = """# Codes

Each error and finding has a code. `kubectl gcpbackend migrate explain CODE` prints the same text as
this page, which `make docs` generates from `src/*/codes.def`.

| severity | effect |
| --- | --- |
| error | stops the stage or the command |
| error, may be allowed | the same, unless `spec.allow` of the migration file accepts the code, with a reason |
| warning | stops nothing |
| info | stops nothing; shown by `check` only |
"""
PARTS = {
    "0": "Command line, files and programs",
    "1": "Istio and traffic",
    "2": "YAML",
    "3": "Git",
    "4": "Migrations",
    "5": "Clusters",
}


def section(code):
    kind = code["severity"] + (", may be allowed" if code["allow"] else "")
    text = f"### {code['code']}: {code['title']}\n\n*{kind}*\n\n{escape(code['explain'])}\n"
    if code.get("remedy"):
        text += f"\nRemedy: {escape(code['remedy'])}.\n"
    if code.get("source"):
        text += f"\nSource: {escape(code['source'])}\n"
    return text


def escape(text):
    """Plain text as Markdown."""
    return "".join("\\" + c if c in "*_<>[]`{}" else c for c in text)


def page():
    done = subprocess.run([BINARY, "migrate", "explain", "-o", "json"], capture_output=True,
                          check=True)
    part, texts = None, [HEAD]
    for code in json.loads(done.stdout)["items"]:
        if code["code"][3] != part:
            part = code["code"][3]
            texts.append(f"## {PARTS[part]}\n")
        texts.append(section(code))
    return "\n".join(texts)


def main():
    if "--check" not in sys.argv[1:]:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page())
        return 0
    current = PAGE.exists() and PAGE.read_text() == page()
    if not current:
        print("codes: docs/codes.md is out of date; run make docs")
    print(f"{int(current)} passed, {int(not current)} failed, 0 skipped")
    return 0 if current else 1


if __name__ == "__main__":
    sys.exit(main())

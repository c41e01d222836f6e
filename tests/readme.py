"""Runs the commands of README.md: tests/readme.py [FILE]

What is tested are the code blocks behind a line `<!-- test -->`: all of a file in their order, in one temporary folder, each by
`sh -e`; each must end with 0. The folder changes with `cd`, and variables that are exported stay, from one block to the next. A block
behind `<!-- output -->` is what the block before it must print; a line "..." in it stands for any lines, also none. `<!-- test
code=N -->` expects another exit code. On the PATH are kubectl-gcpbackend (GCB_BINARY, else build/kubectl-gcpbackend) and a `kubectl`
that finds it as kubectl does; in the folder there is the project's `examples`.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()
BLOCK = re.compile(r"^<!-- (test|output)(?: code=(\d+))? -->\n+```\w*\n(.*?)^```$", re.M | re.S)
KUBECTL = '#!/bin/sh\n[ "$1" = gcpbackend ] && shift && exec kubectl-gcpbackend "$@"\necho "kubectl: not here: $1" >&2\nexit 1\n'


class Sandbox:
    """A temporary folder with the programs, in which blocks run one after the other."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gcb-doc-")).resolve()
        work, programs = self.folder / "work", self.folder / "bin"
        for path in work, programs, self.folder / "home":
            path.mkdir()
        (programs / "kubectl").write_text(KUBECTL)
        (programs / "kubectl").chmod(0o755)
        (programs / "kubectl-gcpbackend").symlink_to(BINARY)
        shutil.copytree(ROOT / "examples", work / "examples")
        self.env = {
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder / "home"), "TMPDIR": str(self.folder), "LC_ALL": "C",
            "TZ": "UTC", "NO_COLOR": "1", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.com", "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.com", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0000",
            "ASAN_OPTIONS": "exitcode=99",
        }
        (self.folder / "state").write_text(f"cd '{work}'\n")

    def run(self, commands):
        """(exit code, stdout, both) of a block."""
        state = self.folder / "state"
        (self.folder / "block").write_text(commands)
        script = (f". '{state}'\ntrap 'code=$?; {{ export -p; echo \"cd \\047$PWD\\047\"; }} >\"{state}\"; exit $code' EXIT\n"
                  f"set -e\n. '{self.folder}/block'\n")
        done = subprocess.run(["sh", "-c", script], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=120)
        return done.returncode, done.stdout, done.stdout + done.stderr

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def same(expected, got):
    parts = re.split(r"^\.\.\.\n", expected, flags=re.M)
    return re.fullmatch("(?:.*\n)*".join(re.escape(p) for p in parts), got) is not None


def blocks(text):
    """[(line, commands, expected code, expected output or None)]"""
    found = []
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(3)) + 1
        if match[1] == "test":
            found.append((line, match[3], int(match[2] or 0), None))
        elif found:
            found[-1] = (*found[-1][:3], match[3])
    return found


def run_blocks(name, found, sandbox):
    """Prints what fails and returns how many blocks did; the ones behind a failure run all the same."""
    failed = 0
    for line, commands, code, output in found:
        got, stdout, both = sandbox.run(commands)
        if got != code:
            print(f"{name}:{line}: ends with {got}, not {code}\n{both}", flush=True)
        elif output is not None and not same(output, stdout):
            print(f"{name}:{line}: prints something else\n--- expected\n{output}--- got\n{stdout}", flush=True)
        else:
            continue
        failed += 1
    return failed


def main(args):
    path = pathlib.Path(args[0]) if args else ROOT / "README.md"
    if not path.exists():
        print(f"readme: skipped, there is no {path.name}\n0 passed, 0 failed, 1 skipped")
        return 0
    found = blocks(path.read_text())
    if not found:
        print(f"{path.name}: no block to test (a line <!-- test --> in front of it)\n0 passed, 1 failed, 0 skipped")
        return 1
    sandbox = Sandbox()
    try:
        failed = run_blocks(path.name, found, sandbox)
    finally:
        sandbox.remove()
    print(f"{len(found) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

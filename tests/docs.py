"""Runs the commands of the documentation: tests/docs.py [FILE...]   (README.md and docs/*.md)

A line in front of a code block selects what is done with it:

    <!-- test -->          `sh -e` runs it, and the exit code must be 0
    <!-- test code=N -->   the same, but the exit code must be N
    <!-- output -->        the previous block must print this on stdout; a line "..." in it matches
                           any number of lines
    <!-- file PATH -->     it is written to the file PATH

The blocks of a page run in their order in one temporary directory, which contains the project's
`examples`. A `cd` and exported variables last until the end of the page. On the PATH are
kubectl-gcpbackend (GCB_BINARY, else build/kubectl-gcpbackend) and a `kubectl` that finds it as
kubectl does.

In addition, each page is checked as text: relative links, their anchors and files of the project
exist, no line of prose is longer than 100 columns, and README.md has at most 900 words.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()
README = ROOT / "README.md"
GENERATED = ROOT / "docs/codes.md"
WORDS, COLUMNS = 900, 100
BLOCK = re.compile(r"^<!-- (test|output|file)(?: code=(\d+)| (\S+))? -->\n+```\w*\n(.*?)^```$",
                   re.M | re.S)
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SOURCE = re.compile(r"`((?:src|plugin|scripts|templates|tests|examples)/[\w./*-]*)[` ]")
KUBECTL = """#!/bin/sh
[ "$1" = gcpbackend ] && shift && exec kubectl-gcpbackend "$@"
echo "kubectl: not available in tests: $1" >&2
exit 1
"""


class Sandbox:
    """A temporary directory with the programs, in which blocks run one after the other."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="gcb-docs-")).resolve()
        work, programs = self.directory / "work", self.directory / "bin"
        for path in work, programs, self.directory / "home":
            path.mkdir()
        (programs / "kubectl").write_text(KUBECTL)
        (programs / "kubectl").chmod(0o755)
        (programs / "kubectl-gcpbackend").symlink_to(BINARY)
        shutil.copytree(ROOT / "examples", work / "examples")
        self.env = {
            "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.directory / "home"),
            "TMPDIR": str(self.directory),
            "LC_ALL": "C",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_AUTHOR_NAME": "Test",
            "GIT_AUTHOR_EMAIL": "test@example.com",
            "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0000",
            "GIT_COMMITTER_NAME": "Test",
            "GIT_COMMITTER_EMAIL": "test@example.com",
            "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0000",
            "ASAN_OPTIONS": "exitcode=99",
        }
        (self.directory / "state").write_text(f"cd '{work}'\n")

    def run(self, commands):
        """(exit code, stdout, stdout and stderr) of a block."""
        state = self.directory / "state"
        (self.directory / "block").write_text(commands)
        save = f"{{ export -p; echo \"cd \\047$PWD\\047\"; }} >\"{state}\""
        script = (f". '{state}'\ntrap 'code=$?; {save}; exit $code' EXIT\n"
                  f"set -e\n. '{self.directory}/block'\n")
        done = subprocess.run(["sh", "-c", script], env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=300)
        return done.returncode, done.stdout, done.stdout + done.stderr

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def same(expected, got):
    parts = re.split(r"^\.\.\.\n", expected, flags=re.M)
    return re.fullmatch("(?:.*\n)*".join(re.escape(p) for p in parts), got) is not None


def write_command(path, text):
    """The command that writes a file."""
    directory = shlex.quote(str(pathlib.PurePath(path).parent))
    return f"mkdir -p {directory}\ncat >{shlex.quote(path)} <<'END OF FILE'\n{text}END OF FILE\n"


def blocks(text):
    """[(line, commands, expected code, expected output or None)]"""
    found = []
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(4)) + 1
        if match[1] == "test":
            found.append((line, match[4], int(match[2] or 0), None))
        elif match[1] == "file":
            found.append((line, write_command(match[3], match[4]), 0, None))
        elif found:
            found[-1] = (*found[-1][:3], match[4])
    return found


def run_blocks(name, found, sandbox):
    """A message for each block that failed; the blocks after it run all the same."""
    problems = []
    for line, commands, code, output in found:
        got, stdout, both = sandbox.run(commands)
        if got != code:
            problems.append(f"{name}:{line}: the exit code is {got}, not {code}\n{both}")
        elif output is not None and not same(output, stdout):
            problems.append(f"{name}:{line}: the output differs\n"
                            f"--- expected\n{output}--- got\n{stdout}")
    return problems


def anchors(text):
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def check_link(page, link):
    """What is wrong with a relative link, or None."""
    target, _, anchor = link.partition("#")
    path = (page.parent / target).resolve() if target else page
    if not path.exists():
        return "no such file"
    if anchor and anchor not in anchors(path.read_text()):
        return "no such heading"
    return None


def check_text(page):
    """A message for each thing that is wrong with a page as text."""
    name, text = page.name, page.read_text()
    problems = []
    prose = FENCED.sub(lambda m: "\n" * m[0].count("\n"), text)
    for number, line in enumerate(prose.split("\n"), 1):
        if len(line) > COLUMNS and not line.startswith("|") and page != GENERATED:
            problems.append(f"{name}:{number}: {len(line)} columns, not at most {COLUMNS}")
        for link in LINK.findall(line):
            wrong = None if re.match(r"\w+:", link) else check_link(page, link)
            if wrong:
                problems.append(f"{name}:{number}: {link}: {wrong}")
        for path in SOURCE.findall(line):
            if page != GENERATED and not any(ROOT.glob(path.rstrip("/"))):
                problems.append(f"{name}:{number}: {path}: no such file")
    if page == README and not blocks(text):
        problems.append(f"{name}: no block is tested (<!-- test --> selects one)")
    if page == README and len(text.split()) > WORDS:
        problems.append(f"{name}: {len(text.split())} words, not at most {WORDS}")
    return problems


def check_page(page):
    """(number of checks, number of failed ones, messages)"""
    found = blocks(page.read_text())
    problems = check_text(page)
    if not found:
        return 1, int(bool(problems)), problems
    sandbox = Sandbox()
    try:
        failed = run_blocks(page.name, found, sandbox)
    finally:
        sandbox.remove()
    return len(found) + 1, len(failed) + bool(problems), problems + failed


def main(args):
    if not BINARY.exists():
        sys.exit(f"docs: {BINARY} does not exist; run make")
    pages = [pathlib.Path(a).resolve() for a in args] or [README, *sorted(ROOT.glob("docs/*.md"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(check_page, pages))
    for _, _, problems in results:
        for problem in problems:
            print(problem, flush=True)
    checks, failed = (sum(r[i] for r in results) for i in range(2))
    print(f"{checks - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Tests of the test programs: a check that cannot fail is no check.

For tests/cli/run a stand-in replaces the program, and each case below lists what must be reported.
For tests/lint/lint.py every fixture in tests/lint/fixtures must cause exactly the message in its
first line. tests/e2e must skip what it cannot run.
"""
import concurrent.futures
import fractions
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e/istio"))
import binomial  # noqa: E402

STAND_IN = """#!/bin/sh
case $1 in
echo) shift; echo "$@" ;;
err) echo "$2" >&2 ;;
code) exit "$2" ;;
kill) kill -ABRT $$ ;;
write) echo "$3" >"$2" ;;
commit) echo "$3" >"$2"; git add "$2"; git commit -q -m "change $2" ;;
env) env | cut -d= -f1 | sort | tr '\\n' ' ' ;;
esac
"""

# Name, files of the case, what the report must hold (None: the case passes).
CLI_CASES = [
    ("same", {"cmd": "kubectl-gcpbackend echo a b", "stdout": "a b\n"}, None),
    ("other stdout", {"cmd": "kubectl-gcpbackend echo a", "stdout": "b\n"}, "+a"),
    ("no line end", {"cmd": "printf a", "stdout": "a\n"}, "no line end"),
    ("stdout not expected", {"cmd": "kubectl-gcpbackend echo a"}, "+++ got/stdout"),
    ("stderr not expected", {"cmd": "kubectl-gcpbackend err a"}, "+++ got/stderr"),
    ("code not expected", {"cmd": "kubectl-gcpbackend code 3"}, "+3"),
    ("code", {"cmd": "kubectl-gcpbackend code 3", "code": "3\n"}, None),
    ("killed", {"cmd": "exec kubectl-gcpbackend kill"}, "+SIGABRT"),
    ("dirty repository", {"cmd": "kubectl-gcpbackend write x 1", "repo/a": "1\n"}, "+?? x"),
    ("new file is shown", {"cmd": "kubectl-gcpbackend write x hello", "repo/a": "1\n",
                           "status": "?? x\n"}, "++hello"),
    ("clean repository", {"cmd": "true", "repo/a": "1\n"}, None),
    ("commit not expected", {"cmd": "kubectl-gcpbackend commit a 2", "repo/a": "1\n"},
     "+commit by Test"),
    ("broken repository", {"cmd": "rm -rf .git/objects/*", "repo/a": "1\n"}, "git"),
    ("broken setup", {"cmd": "true", "setup": "false"}, "setup ends with 1"),
    ("setup", {"cmd": "cat x", "setup": "echo hi >x", "stdout": "hi\n"}, None),
    ("stdin", {"cmd": "cat", "stdin": "in\n", "stdout": "in\n"}, None),
    ("temporary folder", {"cmd": "pwd", "stdout": "$TMP/repo\n"}, None),
    ("stable commit id", {"cmd": "git rev-parse HEAD", "repo/a": "1\n",
                          "stdout": "cca4bba52e393c90ee07abc2e4ffabadb4278705\n"}, None),
    ("mask", {"cmd": "echo 12 s", "mask": "[0-9]+ s\tN s\n", "stdout": "N s\n"}, None),
    ("tree", {"cmd": "echo 1 >x", "tree/x": "1\n"}, None),
    ("tree with another file", {"cmd": "echo 1 >x; echo 2 >y", "tree/x": "1\n"}, "+2"),
    ("tree without a file", {"cmd": "true", "tree/x": "1\n"}, "-1"),
]


def write(base, files):
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run_cli(base, *args):
    env = dict(os.environ, GCB_BINARY=str(base / "stand-in"), GCB_CLI_CASES=str(base / "cases"))
    command = [sys.executable, str(ROOT / "tests/cli/run"), *args]
    return subprocess.run(command, env=env, capture_output=True, text=True)


def check_cli(base):
    """The runner's reports, case by case, and that --golden makes all pass that can."""
    write(base, {"stand-in": STAND_IN})
    (base / "stand-in").chmod(0o755)
    problems = []
    for number, (name, files, _) in enumerate(CLI_CASES):
        write(base / "cases" / f"{number:02}", files)
    out = run_cli(base).stdout
    report = re.compile(r"^cli: FAIL: (\d\d)\n(.*?)(?=^cli: FAIL|^\d+ passed)", re.S | re.M)
    reports = dict(report.findall(out))
    for number, (name, _, want) in enumerate(CLI_CASES):
        got = reports.get(f"{number:02}")
        if (want is None) != (got is None) or (want and want not in got):
            problems.append(f"cli: {name}: expected {want!r}, reported {got!r}")
    failures = sum(1 for c in CLI_CASES if c[2])
    if not out.endswith(f"{len(CLI_CASES) - failures} passed, {failures} failed, 0 skipped\n"):
        problems.append(f"cli: wrong closing line: {out.splitlines()[-1:]}")
    run_cli(base, "--golden")
    if not run_cli(base).stdout.endswith(f"{len(CLI_CASES) - 2} passed, 2 failed, 0 skipped\n"):
        problems.append("cli: --golden does not make the cases pass")
    return len(CLI_CASES) + 2, problems


def run_lint(folder, *options):
    command = [sys.executable, str(ROOT / "tests/lint/lint.py"), "--root", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True)


def check_fixture(fixture, folder):
    """None, or what is wrong."""
    full = fixture.name.startswith("full-")
    first, body = fixture.read_text().split("\n", 1)
    place, want = re.fullmatch(r"FIXTURE: (\S+): (.*)", first).groups()
    parts = re.split(r"^FILE: (\S+)\n", body, flags=re.M)
    files = {place: parts[0], ".clang-format": (ROOT / ".clang-format").read_text()}
    write(folder, files | dict(zip(parts[1::2], parts[2::2])))
    done = run_lint(folder, *([] if full else ["--quick"]))
    messages = [line for line in done.stdout.splitlines()[:-1] if line.startswith(place)]
    if want == "clean":
        good = not messages and not done.returncode
    else:
        hit = any(want in m for m in messages)
        good = hit and done.returncode == 1 and (full or len(messages) == 1)
    output = done.stdout + done.stderr
    return None if good else f"lint: {fixture.name}: expected only '{want}', got {output}"


def check_lint(base):
    """
    The first line of a fixture is its path and the only message about it, or `clean`:
    `FIXTURE: src/kube/x.c: MESSAGE`. A line `FILE: src/kube/y.c` begins another file beside it.
    Those named full-* need the rules that run other programs; more messages are fine there.
    """
    fixtures = sorted((ROOT / "tests/lint/fixtures").iterdir())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda fixture: check_fixture(fixture, base / fixture.name), fixtures)
    return len(fixtures), [problem for problem in found if problem]


# n, percent: shares whose intervals are compared with plain fractions.
SHARES = [(1, 50), (10, 50), (100, 1), (100, 99), (200, 10), (200, 36)]


def tail(n, percent, hits):
    """The probability of each of these numbers of hits, added."""
    p = fractions.Fraction(percent, 100)
    return sum(math.comb(n, k) * p ** k * (1 - p) ** (n - k) for k in hits)


def check_e2e(base):
    """The intervals of tests/e2e, and that what cannot be built is skipped with a reason."""
    problems = []
    for n, percent in SHARES:
        least, most = binomial.interval(n, percent)
        half = fractions.Fraction(1, 2000)
        below = tail(n, percent, range(least)), tail(n, percent, range(least + 1))
        above = tail(n, percent, range(most + 1, n + 1)), tail(n, percent, range(most, n + 1))
        if not (below[0] < half <= below[1] and above[0] < half <= above[1]):
            problems.append(f"e2e: {percent} % of {n}: {least} to {most} is not the interval")
    env = dict(os.environ, GOPROXY="off", GOFLAGS="", GOMODCACHE=str(base / "mod"),
               GOCACHE=str(base / "go"), GCPBACKEND_E2E_CACHE=str(base),
               GCB_CORPUS=str(base / "none"))
    tests = sorted((ROOT / "tests/e2e/istio").glob("test_*.py"))
    for test in tests:
        done = subprocess.run([sys.executable, str(test)], env=env, capture_output=True, text=True)
        skipped = r"^\w+: skipped: .+\n0 passed, 0 failed, 1 skipped\n\Z"
        if not re.search(skipped, done.stdout, re.M) or done.returncode:
            output = f"{done.returncode} {done.stdout}{done.stderr}"
            problems.append(f"e2e: {test.name} without what it needs: {output}")
    return len(SHARES) + len(tests), problems


def main():
    total, failed = 0, 0
    for check in check_cli, check_lint, check_e2e:
        with tempfile.TemporaryDirectory(prefix="gcb-harness-") as folder:
            count, problems = check(pathlib.Path(folder))
        total += count
        failed += len(problems)
        for problem in problems:
            print(problem)
    print(f"{total - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

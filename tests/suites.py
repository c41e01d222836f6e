"""Runs the test suites one after the other: tests/suites.py [SUITE...]

Each suite is a program that prints what failed, and as its last line of that form "N passed, N
failed, N skipped" (the unit tests: Criterion's synthesis). The last line of this program is the sum
of all suites. A suite counts as one failure if it prints no such line, if it reports no failure but
its exit code is not 0, or if it has nothing to run.
"""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNIT = os.environ.get("GCB_UNIT_TESTS") or str(ROOT / "build/unit-tests")
TOOLS = os.environ.get("GCB_TOOLS") or str(ROOT / "build")
CORPUS = os.environ.get("GCB_CORPUS") or str(ROOT.parent / "shared/corpus")
SUITES = {
    "unit": [UNIT],
    "cli": ["tests/cli/run"],
    "properties": [TOOLS + "/yaml-soak", "--cases", "3000", CORPUS + "/istio-manifests"],
    "fuzz": [TOOLS + "/yaml-replay", "tests/fuzz/corpus"],
    "suite": ["python3", "tests/properties/suite.py"],
    "templates": ["python3", "tests/templates.py"],
    "oracle": ["python3", "tests/corpus/test_oracle.py"],
    "corpus": ["python3", "tests/corpus/run.py"],
    "codes": ["python3", "scripts/codes.py", "--check"],
    "docs": ["python3", "tests/docs.py"],
    "examples": ["python3", "tests/examples.py"],
    "krew": ["python3", "tests/krew.py"],
    "harness": ["python3", "tests/harness.py"],
    "environments": ["python3", "tests/environments.py"],
    "builds": ["python3", "tests/e2e/kustomize/test_builds.py", "--quick"],
    "check --build": ["python3", "tests/e2e/kustomize/test_check_build.py"],
    "patches": ["python3", "tests/patches.py"],
    "attacks": ["python3", "tests/attacks/run"],
    "escapes": ["python3", "tests/escapes.py"],
    "histories": ["tests/histories/run", "--seed", "1", "--count", "92"],
}
COUNTERS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
SYNTHESIS = re.compile(r"Synthesis: Tested: .*?(\d+).*?\| Passing: .*?(\d+)"
                       r".*?\| Failing: .*?(\d+).*?\| Crashing: .*?(\d+)")


def counters(line):
    """(passed, failed, skipped) of a closing line, or None."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
    if match := COUNTERS.match(plain):
        return tuple(int(n) for n in match.groups())
    if match := SYNTHESIS.search(plain):
        tested, passing = int(match[1]), int(match[2])
        return passing, tested - passing, 0
    return None


def run(name, command):
    """Runs a suite, passes its output on, and returns its counters."""
    begin = time.monotonic()
    result = None
    print(f"== {name}", flush=True)
    try:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   errors="replace")
    except OSError as problem:
        print(f"{name}: {problem}")
        return 0, 1, 0
    for line in process.stdout:
        if found := counters(line):
            result = found
        else:
            print(line, end="", flush=True)
    code = process.wait()
    if result == (0, 0, 0):
        print(f"{name}: nothing was tested")
        result = (0, 1, 0)
    elif result is None or (code and not result[1]):
        print(f"{name}: exit code {code}, {'after' if result else 'without'} its last line")
        passed, failed, skipped = result or (0, 0, 0)
        result = passed, failed + 1, skipped
    passed, failed, skipped = result
    print(f"   {name}: {passed} passed, {failed} failed, {skipped} skipped "
          f"({time.monotonic() - begin:.1f} s)", flush=True)
    return result


def main(names):
    unknown = [n for n in names if n not in SUITES]
    if unknown:
        sys.exit(f"suites: no such suite: {unknown[0]} ({', '.join(SUITES)})")
    results = [run(name, SUITES[name]) for name in names or SUITES]
    passed, failed, skipped = (sum(r[i] for r in results) for i in range(3))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

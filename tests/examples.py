"""Runs what examples/ shows: the indented commands of each examples/NAME/README.md, each
examples/NAME/run.sh, and demo.sh.

Every directory gets its own sandbox (tests/docs.py describes it). The commands of a README.md are
all its indented blocks in their order; /tmp stands for the directory of the sandbox. run.sh runs in
an empty directory. All exit codes must be 0. Then every repository that was made and not removed
must pass git fsck --strict.
"""
import re
import subprocess
import sys

import docs

INDENTED = re.compile(r"(?:^    .*\n)+", re.M)


def commands(path, directory):
    text = path.read_text()
    return [(text.count("\n", 0, m.start()) + 1,
             re.sub("^    ", "", m.group(), flags=re.M).replace("/tmp/", f"{directory}/"), 0, None)
            for m in INDENTED.finditer(text)]


def repositories(sandbox):
    return sorted(p.parent for p in sandbox.directory.rglob("HEAD")
                  if (p.parent / "objects").is_dir() and (p.parent / "refs").is_dir())


def fsck(name, sandbox):
    problems = []
    for git in repositories(sandbox):
        done = subprocess.run(["git", "fsck", "--strict", "--no-dangling", "--no-progress"],
                              cwd=git, env=sandbox.env, capture_output=True, text=True)
        if done.returncode:
            problems.append(f"{name}: git fsck --strict: {done.stdout}{done.stderr}")
    return problems


def run_example(directory):
    """(number of checks, number of failed ones) of one directory of examples/."""
    name = f"examples/{directory.name}"
    sandbox = docs.Sandbox()
    try:
        readme = directory / "README.md"
        found = commands(readme, sandbox.directory) if readme.exists() else []
        problems = docs.run_blocks(f"{name}/README.md", found, sandbox)
        if (directory / "run.sh").exists():
            inside, empty = sandbox.directory / "work" / name, sandbox.directory / "run"
            found.append((1, f"mkdir '{empty}'; cd '{empty}'; sh '{inside}/run.sh'\n", 0, None))
            problems += docs.run_blocks(f"{name}/run.sh", found[-1:], sandbox)
        broken = fsck(name, sandbox)
    finally:
        sandbox.remove()
    print(*problems, *broken, sep="\n", end="\n" if problems or broken else "", flush=True)
    return len(found) + 1, len(problems) + bool(broken)


def run_demo():
    """(number of checks, number of failed ones) of examples/demo.sh, which `make demo` shows."""
    sandbox = docs.Sandbox()
    command = "GCB_BINARY=$(command -v kubectl-gcpbackend) sh examples/demo.sh\n"
    try:
        problems = docs.run_blocks("examples/demo.sh", [(1, command, 0, None)], sandbox)
    finally:
        sandbox.remove()
    print(*problems, sep="\n", end="\n" if problems else "", flush=True)
    return 1, len(problems)


def main():
    directories = sorted(p for p in (docs.ROOT / "examples").iterdir() if p.is_dir())
    results = [run_example(d) for d in directories] + [run_demo()]
    checks, failed = (sum(r[i] for r in results) for i in range(2))
    print(f"{checks - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

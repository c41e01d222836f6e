"""Runs what examples/ shows: the indented commands of each examples/NAME/README.md, each examples/NAME/run.sh, and demo.sh.

Every folder gets a sandbox of its own (tests/readme.py says what is in it). The commands of a README.md are all its indented blocks,
in their order, /tmp being the sandbox's folder; run.sh is called in an empty folder. All must end with 0. Then every repository that
was made and left must pass git fsck --strict.
"""
import re
import subprocess
import sys

import readme

INDENTED = re.compile(r"(?:^    .*\n)+", re.M)


def commands(path, folder):
    text = path.read_text()
    return [(text.count("\n", 0, m.start()) + 1, re.sub("^    ", "", m.group(), flags=re.M).replace("/tmp/", f"{folder}/"), 0, None)
            for m in INDENTED.finditer(text)]


def fsck(name, sandbox):
    failed = 0
    for git in sorted(p.parent for p in sandbox.folder.rglob("HEAD") if (p.parent / "objects").is_dir() and (p.parent / "refs").is_dir()):
        done = subprocess.run(["git", "fsck", "--strict", "--no-dangling", "--no-progress"], cwd=git, env=sandbox.env, capture_output=True,
                              text=True)
        if done.returncode:
            print(f"{name}: git fsck --strict: {done.stdout}{done.stderr}")
            failed += 1
    return failed


def run_example(folder):
    """(number of checks, failed) of one folder of examples/."""
    name = f"examples/{folder.name}"
    sandbox = readme.Sandbox()
    try:
        found = commands(folder / "README.md", sandbox.folder) if (folder / "README.md").exists() else []
        failed = readme.run_blocks(f"{name}/README.md", found, sandbox)
        if (folder / "run.sh").exists():
            inside = sandbox.folder / "work" / name
            found.append((1, f"mkdir '{sandbox.folder}/run'; cd '{sandbox.folder}/run'; sh '{inside}/run.sh'\n", 0, None))
            failed += readme.run_blocks(f"{name}/run.sh", found[-1:], sandbox)
        return len(found) + 1, failed + min(1, fsck(name, sandbox))
    finally:
        sandbox.remove()


def run_demo():
    """(number of checks, failed) of examples/demo.sh, which `make demo` shows."""
    sandbox = readme.Sandbox()
    try:
        return 1, readme.run_blocks("examples/demo.sh", [(1, "GCB_BINARY=$(command -v kubectl-gcpbackend) sh examples/demo.sh\n", 0, None)], sandbox)
    finally:
        sandbox.remove()


def main():
    folders = sorted(p for p in (readme.ROOT / "examples").iterdir() if p.is_dir())
    results = [run_example(folder) for folder in folders] + [run_demo()]
    total, failed = sum(r[0] for r in results), sum(r[1] for r in results)
    print(f"{total - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

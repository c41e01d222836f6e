"""Runs the program over manifests that others wrote: tests/corpus.py [FILE...]

GCB_CORPUS (default ../shared/corpus) is a folder with YAML files; without it the test is skipped. Every destination of every
VirtualService, as PyYAML reads it, is moved by `migrate render -f`. Whatever the file holds, the program ends with 0, or refuses
with a message and the exit code of an error or a refusal; it does not crash, take long, or print something that PyYAML cannot read
when it could read the file. What is rendered differs from the file only in lines that were added or that name one of the hosts or a
weight.
"""
import collections
import concurrent.futures
import os
import pathlib
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("corpus: skipped, PyYAML is not installed (make deps)\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("GCB_BINARY") or str(ROOT / "build/kubectl-gcpbackend")
NEW = "new-backend.gcp.example.com"
TIMEOUT = 10
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(text):
    """The documents, or None when PyYAML cannot read them."""
    try:
        return list(yaml.load_all(text, Loader=LOADER))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def walk(value):
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part)


def hosts(docs):
    """The hosts of all destinations of VirtualServices, at least one made-up one."""
    found = dict.fromkeys(
        part["destination"]["host"]
        for doc in docs or [] if isinstance(doc, dict) and doc.get("kind") == "VirtualService"
        for part in walk(doc) if isinstance(part.get("destination"), dict) and isinstance(part["destination"].get("host"), str))
    return list(found) or ["old.example.com"]


def render(path, host):
    return subprocess.run([BINARY, "migrate", "render", "-f", str(path), "--from", host, "--to", NEW, "--to-port", "80", "--stage", "10"],
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT, cwd="/")


def judge(text, docs, done):
    """What is wrong with an outcome, or nothing."""
    if done.returncode not in (0, 1, 6):
        return f"ends with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}"
    if done.returncode and not done.stderr.strip():
        return f"ends with {done.returncode} and says nothing"
    if done.returncode:
        return None
    try:
        out = done.stdout.decode()
    except UnicodeDecodeError:
        return "the result is not UTF-8"
    if docs is not None and documents(out) is None:
        return "PyYAML reads the file, but not the result"
    if NEW in out:
        before = collections.Counter(line.strip() for line in text.splitlines())
        after = collections.Counter(line.strip() for line in out.splitlines())
        lost = [line for line in (before - after) if line and "weight" not in line and "host" not in line]
        if lost:
            return f"lines are lost: {lost[:5]}"
    return None


def try_file(path):
    """[(host, exit code, what is wrong or None)] of a file."""
    text = path.read_bytes().decode(errors="replace")
    docs = documents(text)
    results = []
    for host in hosts(docs):
        try:
            done = render(path, host)
            results.append((host, done.returncode, judge(text, docs, done)))
        except subprocess.TimeoutExpired:
            results.append((host, -1, f"takes longer than {TIMEOUT} s"))
    return results


def main(args):
    corpus = pathlib.Path(os.environ.get("GCB_CORPUS") or ROOT / "../shared/corpus").resolve()
    paths = [pathlib.Path(a).resolve() for a in args] or sorted(p for p in corpus.rglob("*") if p.suffix in (".yaml", ".yml"))
    if not paths:
        print("corpus: skipped, there is no corpus (GCB_CORPUS=FOLDER)\n0 passed, 0 failed, 1 skipped")
        return 0
    passed, failed, codes = 0, 0, collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for path, results in zip(paths, pool.map(try_file, paths)):
            for host, code, wrong in results:
                codes[code] += 1
                failed += bool(wrong)
                passed += not wrong
                if wrong:
                    print(f"corpus: {path.name}: --from {host}: {wrong}", flush=True)
    if not codes[0]:
        print("corpus: not one file was rendered")
        failed += 1
    print(f"corpus: {len(paths)} files; exit codes: {', '.join(f'{code}: {n}' for code, n in sorted(codes.items()))}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

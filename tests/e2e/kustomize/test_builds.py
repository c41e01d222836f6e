#!/usr/bin/env python3
"""What the program builds of kustomizations equals what kustomize builds, or is unknown.

    test_builds.py [--quick]

Over random trees (GCB_TREES, default 400; GCB_SEED, the first) and ../shared/corpus/overlays, where it exists. The judge is kustomize as
a library, built once from its Go module (tests/e2e/setup/kustomize); with --quick, `kubectl kustomize`, over 15 trees. GCB_SHOW=1 shows
what only kustomize refuses, which is most often a patch of an object that is not among those of Istio.
"""
import collections
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "setup"))
import cached  # noqa: E402
import trees  # noqa: E402

import yaml  # noqa: E402

ROOT = HERE.parent.parent.parent
TOOL = pathlib.Path(os.environ.get("GCB_TOOLS", ROOT / "build")) / "build-driver"
CORPUS = ROOT.parent / "shared/corpus/overlays"
KINDS = ("networking.istio.io", "networking.gke.io")


def judge():
    if os.environ.get("GCB_JUDGE"):
        return os.environ["GCB_JUDGE"]
    return cached.go_build("judge", HERE.parent / "setup/kustomize", "./judge", ["-ldflags=-s -w"])


def wanted(o):
    return o["apiVersion"].split("/")[0] in KINDS


def key(o):
    return o["apiVersion"], o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]


def ours(top):
    """By directory: the verdict, the objects, and whether all of them are known."""
    done = subprocess.run([TOOL, top], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"build-driver {top}: {done.returncode} {done.stderr[:300]}")
    found = {}
    for part in ("\n" + done.stdout).split("\n=== ")[1:]:
        head, _, body = part.partition("\n")
        path, verdict, *_ = head.split(" ", 2)
        objects, known = [], True
        for document in ("\n" + body).split("\n---")[1:]:
            state, _, text = document.partition("\n")
            known = known and state.strip() == "known"
            objects.append(yaml.safe_load(text))
        found[str(pathlib.PurePath(path).parent)] = (verdict, objects, known, part)
    return found


def compare(mine, theirs):
    """One word for a build."""
    verdict, objects, known, _ = mine
    if verdict == "unknown" or not known:
        return "unknown"
    if theirs.get("error"):
        return "both fail" if verdict == "fails" else "only kustomize fails"
    if verdict == "fails":
        return "WRONG: only we fail"
    a, b = {key(o): o for o in objects}, {key(o): o for o in theirs["items"] or [] if wanted(o)}
    return "equal" if a == b else "WRONG: different"


def kubectl_builds(directories):
    """What kubectl builds of directories."""
    for directory in directories:
        done = subprocess.run(["kubectl", "kustomize", directory], capture_output=True, text=True, timeout=60)
        yield {"error": done.stderr.strip() or "?"} if done.returncode else {"items": [o for o in yaml.safe_load_all(done.stdout) if o]}


def library_builds(program, directories):
    """What the judge builds of directories."""
    done = subprocess.run([program], input="".join(d + "\n" for d in directories), capture_output=True, text=True, timeout=600)
    return map(json.loads, done.stdout.splitlines())


def check(builds, top, directories, counts, bad):
    mine = ours(top)
    answers = list(builds([f"{top}/{d}" for d in directories]))
    if len(answers) != len(directories):
        raise RuntimeError(f"the judge answers {len(answers)} of {len(directories)} times for {top}")
    for directory, theirs in zip(directories, answers):
        word = compare(mine[directory], theirs)
        counts[word] += 1
        if word.startswith("WRONG") or (word == "only kustomize fails" and os.environ.get("GCB_SHOW")):
            bad.append((word, top, directory, mine[directory][3], theirs))


def main():
    counts, bad = collections.Counter(), []
    quick = "--quick" in sys.argv[1:]
    try:
        if quick and not shutil.which("kubectl"):
            raise cached.Missing("kubectl is not installed")
        builds = kubectl_builds if quick else functools.partial(library_builds, judge())
    except cached.Missing as missing:
        print(f"skipped: {missing}\n0 passed, 0 failed, 1 skipped")
        return 0
    first = int(os.environ.get("GCB_SEED", "1"))
    work = pathlib.Path(tempfile.mkdtemp(prefix="gcb-builds-"))
    try:
        for seed in range(first, first + int(os.environ.get("GCB_TREES", "15" if quick else "400"))):
            tree = trees.Tree(seed, work / str(seed)).make()
            check(builds, str(tree.top), tree.roots, counts, bad)
        for tree in sorted(CORPUS.glob("0*")) if CORPUS.is_dir() else []:
            places = [str(p.parent.relative_to(tree)) for p in tree.rglob("kustomization.yaml") if "kind: Component" not in p.read_text()]
            check(builds, str(tree), places, counts, bad)
    finally:
        if not os.environ.get("GCB_KEEP"):
            shutil.rmtree(work)
    for word, top, directory, mine, theirs in bad[:int(os.environ.get("GCB_MOST", "5"))]:
        print(f"{word}: {top}/{directory}\n  ours: {mine[:1500]}\n  theirs: {json.dumps(theirs)[:1500]}\n")
    for word, n in counts.most_common():
        print(f"  {n:6} {word}")
    failed = sum(n for word, n in counts.items() if word.startswith("WRONG"))
    print(f"{sum(counts.values()) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

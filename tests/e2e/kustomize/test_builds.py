#!/usr/bin/env python3
"""What the program builds of kustomizations equals what kustomize builds, or is unknown.

    test_builds.py [--quick]

Over random trees (GCB_TREES, default 150; GCB_SEED, the first) and ../shared/corpus/overlays, where it exists, and the environments of the
trees with what Argo CD and Flux add. The judges are several versions of kustomize as a library, each built once from its Go module
(tests/e2e/setup/kustomize); where they differ among themselves, the result must be unknown. With --quick, `kubectl kustomize`, over 4 trees.
GCB_VERSIONS selects versions; GCB_SHOW=1 shows what only kustomize refuses, which is most often a patch of an object that is not among
those of Istio.
"""
import collections
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
import judges  # noqa: E402
import trees  # noqa: E402

import yaml  # noqa: E402

ROOT = HERE.parent.parent.parent
TOOL = pathlib.Path(os.environ.get("GCB_TOOLS", ROOT / "build")) / "build-driver"
CORPUS = ROOT.parent / "shared/corpus/overlays"
KINDS = ("networking.istio.io", "networking.gke.io")


def wanted(o):
    return o["apiVersion"].split("/")[0] in KINDS


def key(o):
    return o["apiVersion"], o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]


def ours(top):
    """By directory or name: the verdict, the objects that are known, whether all are, and the output."""
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
            if state.split()[0] == "known":
                objects.append(yaml.safe_load(text))
            else:
                known = False
        found[path[:-len("/kustomization.yaml")] if "/" in path else path] = (verdict, objects, known, part)
    return found


def compare(mine, answers):
    """One word for a build, by what each version builds."""
    verdict, objects, known, _ = mine
    built = [{key(o): o for o in a["items"] or [] if wanted(o)} for a in answers if not a.get("error")]
    if verdict == "unknown":
        return "unknown"
    if verdict == "fails":
        return "WRONG: only we fail" if built else "both fail"
    if not built:
        return "only kustomize fails" if known else "unknown"
    for theirs in built:
        if any(theirs.get(key(o)) != o for o in objects) or (known and len(objects) != len(theirs)):
            return "WRONG: different" if all(b == theirs for b in built) else "WRONG: not what all versions build"
    return "equal" if known else "equal, and unknown objects" if objects else "unknown"


def check(builds, tree, counts, bad):
    top, directories, names = tree
    mine = ours(top)
    places = [f"{top}/{d}" for d in directories] + [str(p) for p in names.values()]
    answers = {version: build(places) for version, build in builds.items()}
    for version, got in answers.items():
        if len(got) != len(places):
            raise RuntimeError(f"kustomize {version} answers {len(got)} of {len(places)} times for {top}")
    for at, place in enumerate([*directories, *names]):
        if place not in mine:
            counts["not applied"] += 1  # an environment without an object that is built
            continue
        word = compare(mine[place], [got[at] for got in answers.values()])
        counts[word] += 1
        if word.startswith("WRONG") or (word == "only kustomize fails" and os.environ.get("GCB_SHOW")):
            bad.append((word, top, place, mine[place][3], {version: got[at] for version, got in answers.items()}))


def generated(seed, work, builds):
    """A tree; its environments are built from copies beside it, which are not part of it."""
    tree = trees.Tree(seed, work / str(seed)).make()
    shutil.copytree(tree.top, work / f"{seed}-engines")
    copies, tree.top = tree.top, work / f"{seed}-engines"
    places = {name: tree.built_by_engine(name) for name in tree.environments}
    tree.top = copies

    def applied(build):
        def run(directories):
            got = build(directories)
            for name, answer in zip(places, got[len(tree.roots):]):
                if not answer.get("error"):
                    tree.as_applied(name, answer["items"] or [])
            return got
        return run
    return {version: applied(build) for version, build in builds.items()}, (str(tree.top), tree.roots, places)


def show(bad):
    for word, top, directory, mine, answers in bad[:int(os.environ.get("GCB_MOST", "5"))]:
        print(f"{word}: {top}/{directory}\n  ours: {mine[:1500]}")
        alike = collections.defaultdict(list)
        for version, answer in answers.items():
            alike[json.dumps(answer, sort_keys=True)].append(version)
        for text, versions in alike.items():
            print(f"  {', '.join(versions)}: {text[:1500]}")
        print()


def main():
    counts, bad = collections.Counter(), []
    quick = "--quick" in sys.argv[1:]
    try:
        if quick and not shutil.which("kubectl"):
            raise cached.Missing("kubectl is not installed")
        builds = {"kubectl": judges.kubectl} if quick else judges.all_versions()
    except cached.Missing as missing:
        print(f"skipped: {missing}\n0 passed, 0 failed, 1 skipped")
        return 0
    first = int(os.environ.get("GCB_SEED", "1"))
    work = pathlib.Path(tempfile.mkdtemp(prefix="gcb-builds-"))
    try:
        for seed in range(first, first + int(os.environ.get("GCB_TREES", "4" if quick else "150"))):
            check(*generated(seed, work, builds), counts, bad)
            if not os.environ.get("GCB_KEEP") and not bad:
                shutil.rmtree(work / str(seed))
                shutil.rmtree(work / f"{seed}-engines")
        for tree in sorted(CORPUS.glob("0*")) if CORPUS.is_dir() else []:
            places = [str(p.parent.relative_to(tree)) for p in tree.rglob("kustomization.yaml") if "kind: Component" not in p.read_text()]
            check(builds, (str(tree), places, {}), counts, bad)
    finally:
        if not os.environ.get("GCB_KEEP"):
            shutil.rmtree(work)
    show(bad)
    for word, n in counts.most_common():
        print(f"  {n:6} {word}")
    failed = sum(n for word, n in counts.items() if word.startswith("WRONG"))
    print(f"{sum(counts.values()) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

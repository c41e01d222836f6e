"""Compares where files end up with what kustomize builds: tests/environments.py [TREES [SEED]]

Random repositories of kustomizations (resources, bases, components, patches, nested folders, the three names of the file), Applications of
Argo CD and Kustomizations of Flux. For each, `migrate discover -o json` says which environments a VirtualService's file ends up in; for
the same environment `kubectl kustomize` builds what would be applied, and the file's own mark must be in there, or not. Folders that Argo
CD reads as they are, and the kustomization that Flux makes of a folder, are imitated here; all else is kustomize's own word. An
environment that kustomize refuses to build is left out, and counted; too many of these are a failure.

Without a kubectl that builds a first plain example, nothing can be compared: one skipped test.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()
NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
URL = "https://git.example.com/shop/gitops.git"
ENV = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
       "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}
MOST_REFUSED = 0.5  # of all environments


def virtual_service(name, mark):
    """A VirtualService for a host of its own; `mark` is found again in what is built."""
    return (f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: {name}\n  annotations: {{{mark}: is-here}}\n"
            f"spec:\n  hosts: [{name}.example.com]\n  http:\n  - route:\n    - destination: {{host: {name}.example.com}}\n")


def entry(name):
    return (f"---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: {name}}}\n"
            f"spec: {{hosts: [{name}.example.com], resolution: DNS, ports: [{{number: 80, name: http, protocol: HTTP}}]}}\n")


class Tree:
    """One repository: `files` by path; `marks` of files with a VirtualService; kustomizations and what they name; applications."""

    def __init__(self, rng):
        self.rng = rng
        self.files, self.marks, self.kustomizations, self.named = {}, {}, {}, set()
        self.applied = {}  # name: (kind, folder, recurse)
        folders = []
        for i in range(rng.randint(2, 7)):
            parent = rng.choice(folders) if folders and rng.random() < 0.4 else ""
            folders.append(f"{parent}/d{i}".lstrip("/"))
        for folder in folders:
            for _ in range(rng.randint(0, 2)):
                self.add_service(folder)
        for i, folder in enumerate(folders):
            if rng.random() < 0.75:
                self.add_kustomization(folder, [f for f in folders[:i] if f in self.kustomizations])
        for i in range(rng.randint(0, 3)):
            self.add_application(f"app{i}", rng.choice(folders + [""]))

    def add_service(self, folder):
        name = f"s{len(self.marks)}"
        path = f"{folder}/{name}.yaml"
        self.marks[path] = f"mark-{name}"
        self.files[path] = virtual_service(name, self.marks[path]) + entry(name)

    def add_kustomization(self, folder, others):
        """Names files at and below the folder, and other kustomizations."""
        rng = self.rng
        component = rng.random() < 0.2
        resources, bases, components, patches = [], [], [], []
        for path in self.marks:
            below = os.path.relpath(path, folder)
            if below.startswith("..") or "/" in below and any(path.startswith(k + "/") for k in self.kustomizations if k.startswith(folder)):
                continue
            if rng.random() < 0.7:
                resources.append(rng.choice(["", "./"]) + below)
        for other in rng.sample(others, min(len(others), rng.randint(0, 2))):
            where = os.path.relpath(other, folder) + rng.choice(["", "/"])
            (components if self.kustomizations[other] else rng.choice([resources, resources, bases])).append(where)
            self.named.add(other)
        if resources and rng.random() < 0.3:
            patches = self.add_patch(folder, resources)
        text = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n" if component else ""
        for key, items in ("resources", resources), ("bases", bases), ("components", components):
            if items:
                text += f"{key}:\n" + "".join(f"- {item}\n" for item in items)
        if patches:
            text += "patches:\n" + "".join(f"- path: {p}\n" for p in patches)
        if rng.random() < 0.3:
            text += f"namePrefix: p{len(self.kustomizations)}-\n"
        self.kustomizations[folder] = component
        self.files[f"{folder}/{rng.choice(NAMES)}"] = text or "labels: []\n"

    def add_patch(self, folder, resources):
        """A patch of the first file among the resources."""
        target = next((r for r in resources if r.endswith(".yaml")), None)
        if not target:
            return []
        name = os.path.basename(target)[:-5]
        path = f"{folder}/patch-{name}.yaml"
        if path in self.marks:
            return []
        self.marks[path] = f"patch-{name}-{len(self.marks)}"
        self.files[path] = virtual_service(name, self.marks[path])
        return [f"patch-{name}.yaml"]

    def add_application(self, name, folder):
        rng = self.rng
        if self.kustomizations.get(folder):  # a component alone is nothing that is applied
            return
        flux = rng.random() < 0.5
        recurse = rng.random() < 0.5
        has = folder in self.kustomizations
        self.applied[name] = ("flux" if flux else "argo", folder, recurse and not has)
        if flux:
            text = (f"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n"
                    f"spec: {{path: ./{folder}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n")
        else:
            directory = ", directory: {recurse: true}" if recurse and not has else ""
            text = (f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n"
                    f"spec: {{source: {{repoURL: '{URL}', path: ./{folder}, targetRevision: main{directory}}}}}\n")
        self.files[f"zz-clusters/{name}.yaml"] = text

    def write(self, where):
        for path, text in self.files.items():
            (where / path).parent.mkdir(parents=True, exist_ok=True)
            (where / path).write_text(text)


def marks_in(text):
    return set(re.findall(r"^ *((?:mark|patch)-[-\w]+): is-here$", text, re.M))


def build(folder):
    """The marks in what kustomize builds of a folder; None when it refuses."""
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, env=ENV, check=False)
    return None if done.returncode else marks_in(done.stdout)


def as_flux_does(root, folder, scratch):
    """Builds the kustomization that Flux makes of a folder without one: all files below, and folders that have one."""
    copy = scratch / "flux"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".git"))
    resources = []
    for where, folders, files in os.walk(copy / folder):
        if where != str(copy / folder) and any(n in files for n in NAMES):
            resources.append(os.path.relpath(where, copy / folder))
            folders.clear()
            continue
        resources += [os.path.relpath(f"{where}/{n}", copy / folder) for n in files if n.endswith((".yaml", ".yml"))]
    (copy / folder).mkdir(parents=True, exist_ok=True)
    (copy / folder / "kustomization.yaml").write_text("resources:\n" + "".join(f"- {r}\n" for r in resources) if resources else "labels: []\n")
    return build(copy / folder)


def expected(tree, root, scratch):
    """{environment: marks, or None} of all environments of a tree."""
    out = {}
    taken = set()
    for name, (kind, folder, recurse) in tree.applied.items():
        if folder in tree.kustomizations:
            taken.add(folder)
            out[name] = build(root / folder)
        elif kind == "flux":
            taken |= {k for k in tree.kustomizations if not folder or k.startswith(folder + "/")
                      if not any(k.startswith(o + "/") and (not folder or o.startswith(folder + "/")) for o in tree.kustomizations)}
            out[name] = as_flux_does(root, folder, scratch)
        else:
            paths = [p for p in tree.marks if os.path.dirname(p) == folder or recurse and (not folder or p.startswith(folder + "/"))]
            out[name] = {tree.marks[p] for p in paths}
    for folder, component in tree.kustomizations.items():
        if not component and folder not in tree.named and folder not in taken:
            out[folder] = build(root / folder)
    return out


def told(root):
    """{path: environments} as the program says it."""
    done = subprocess.run([str(BINARY), "migrate", "discover", "-o", "json", "--repo", str(root)], capture_output=True, text=True, env=ENV,
                          check=False)
    out = {}
    for item in json.loads(done.stdout)["items"]:
        for row in item.get("environments", []):
            out.setdefault(row["path"], set())
            if row["environment"] is not None:
                out[row["path"]].add(row["environment"])
    return out


def compare(seed, root, scratch):
    """(differences, environments, refused ones) of one tree."""
    tree = Tree(random.Random(seed))
    tree.write(root)
    git = ["git", "-C", str(root)]
    for args in ["init", "-q", "-b", "main"], ["remote", "add", "origin", URL], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "x"]:
        subprocess.run(git + args, check=True, env=ENV)
    want, got, bad = expected(tree, root, scratch), told(root), []
    for environment, marks in want.items():
        for path, mark in tree.marks.items():
            says = environment in got.get(path, set())
            if marks is not None and says != (mark in marks):
                bad.append(f"seed {seed}: {path} {'ends' if says else 'does not end'} up in {environment}, says the program; kustomize: not so")
    for path, environments in got.items():
        bad += [f"seed {seed}: {path} ends up in {e}, which is no environment" for e in environments - set(want)]
    return bad, len(want), sum(m is None for m in want.values())


def kubectl_works():
    """Builds it what is plainly right, and drops what is marked as local?"""
    if not shutil.which("kubectl"):
        return False
    with tempfile.TemporaryDirectory() as tmp:
        root = pathlib.Path(tmp)
        (root / "a.yaml").write_text(virtual_service("a", "mark-a"))
        (root / "b.yaml").write_text(virtual_service("b", "mark-b").replace("{mark-b", '{config.kubernetes.io/local-config: "true", mark-b'))
        (root / "kustomization.yaml").write_text("resources: [a.yaml, b.yaml]\n")
        return build(root) == {"mark-a"}


def main(args):
    trees, first = int(args[0]) if args else 40, int(args[1]) if len(args) > 1 else 1
    if not kubectl_works():
        print("environments: there is no kubectl that builds kustomizations, so that nothing can be compared\n0 passed, 0 failed, 1 skipped")
        return 0
    failed = environments = refused = 0
    for seed in range(first, first + trees):
        with tempfile.TemporaryDirectory() as tmp:
            (pathlib.Path(tmp) / "repo").mkdir()
            bad, all_of, none = compare(seed, pathlib.Path(tmp) / "repo", pathlib.Path(tmp))
        environments, refused, failed = environments + all_of, refused + none, failed + bool(bad)
        for line in bad:
            print(line)
    print(f"environments: {environments} environments in {trees} trees, {refused} of them refused by kustomize")
    if trees >= 30 and refused > environments * MOST_REFUSED:
        print("environments: too few of them could be built")
        failed += 1
    print(f"{trees - min(failed, trees)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

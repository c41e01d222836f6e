"""Compares environments with what kustomize builds: tests/environments.py [TREES [SEED]]

Makes random repositories of kustomizations (resources, bases, components, patches, nested
directories, the three names of the file), Applications of Argo CD and Kustomizations of Flux. For
each, `migrate discover -o json` lists the environments that apply the file of a VirtualService. For
the same environment `kubectl kustomize` builds what would be applied, and the mark of the file must
be in there, or not. Directories that Argo CD reads as plain manifests, and the kustomization that
Flux generates for a directory, are imitated here; everything else is built by kustomize itself. An
environment that kustomize refuses to build is left out, and counted; too many of these are a
failure.

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
ENV = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.com",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.com",
}
MOST_REFUSED = 0.5  # of all environments

SERVICE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {name}
  annotations: {{{mark}: is-here}}
spec:
  hosts: [{name}.example.com]
  http:
  - route:
    - destination: {{host: {name}.example.com}}
"""
ENTRY = """---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}}}
spec:
  hosts: [{name}.example.com]
  resolution: DNS
  ports: [{{number: 80, name: http, protocol: HTTP}}]
"""
FLUX = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec: {{path: ./{path}, prune: true, sourceRef: {{kind: GitRepository, name: flux-system}}}}
"""
APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec: {{source: {{repoURL: '{url}', path: ./{path}, targetRevision: main{more}}}}}
"""


def virtual_service(name, mark):
    """A VirtualService for a host of its own; `mark` is searched for in what is built."""
    return SERVICE.format(name=name, mark=mark)


def below(path, directory):
    return not directory or path.startswith(directory + "/")


class Tree:
    """One repository: `files` by path; `marks` of files with a VirtualService; kustomizations, and
    those that others name; applications."""

    def __init__(self, rng):
        self.rng = rng
        self.files, self.marks, self.kustomizations, self.named = {}, {}, {}, set()
        self.applied = {}  # name: (kind, directory, recurse)
        directories = []
        for i in range(rng.randint(2, 7)):
            parent = rng.choice(directories) if directories and rng.random() < 0.4 else ""
            directories.append(f"{parent}/d{i}".lstrip("/"))
        for directory in directories:
            for _ in range(rng.randint(0, 2)):
                self.add_service(directory)
        for i, directory in enumerate(directories):
            if rng.random() < 0.75:
                others = [d for d in directories[:i] if d in self.kustomizations]
                self.add_kustomization(directory, others)
        for i in range(rng.randint(0, 3)):
            self.add_application(f"app{i}", rng.choice(directories + [""]))

    def add_service(self, directory):
        name = f"s{len(self.marks)}"
        path = f"{directory}/{name}.yaml"
        self.marks[path] = f"mark-{name}"
        self.files[path] = virtual_service(name, self.marks[path]) + ENTRY.format(name=name)

    def in_other_kustomization(self, path, directory):
        return any(path.startswith(k + "/") for k in self.kustomizations if k.startswith(directory))

    def add_kustomization(self, directory, others):
        """Names files in and below the directory, and other kustomizations."""
        rng = self.rng
        component = rng.random() < 0.2
        resources, bases, components, patches = [], [], [], []
        for path in self.marks:
            relative = os.path.relpath(path, directory)
            if relative.startswith(".."):
                continue
            if "/" in relative and self.in_other_kustomization(path, directory):
                continue
            if rng.random() < 0.7:
                resources.append(rng.choice(["", "./"]) + relative)
        for other in rng.sample(others, min(len(others), rng.randint(0, 2))):
            where = os.path.relpath(other, directory) + rng.choice(["", "/"])
            if self.kustomizations[other]:
                components.append(where)
            else:
                rng.choice([resources, resources, bases]).append(where)
            self.named.add(other)
        if resources and rng.random() < 0.3:
            patches = self.add_patch(directory, resources)
        text = ""
        if component:
            text = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"
        for key, items in ("resources", resources), ("bases", bases), ("components", components):
            if items:
                text += f"{key}:\n" + "".join(f"- {item}\n" for item in items)
        if patches:
            text += "patches:\n" + "".join(f"- path: {p}\n" for p in patches)
        if rng.random() < 0.3:
            text += f"namePrefix: p{len(self.kustomizations)}-\n"
        self.kustomizations[directory] = component
        self.files[f"{directory}/{rng.choice(NAMES)}"] = text or "labels: []\n"

    def add_patch(self, directory, resources):
        """A patch of the first file among the resources."""
        target = next((r for r in resources if r.endswith(".yaml")), None)
        if not target:
            return []
        name = os.path.basename(target)[:-5]
        path = f"{directory}/patch-{name}.yaml"
        if path in self.marks:
            return []
        self.marks[path] = f"patch-{name}-{len(self.marks)}"
        self.files[path] = virtual_service(name, self.marks[path])
        return [f"patch-{name}.yaml"]

    def add_application(self, name, directory):
        rng = self.rng
        if self.kustomizations.get(directory):  # a component is not applied by itself
            return
        flux = rng.random() < 0.5
        recurse = rng.random() < 0.5 and directory not in self.kustomizations
        self.applied[name] = ("flux" if flux else "argo", directory, recurse)
        if flux:
            text = FLUX.format(name=name, path=directory)
        else:
            more = ", directory: {recurse: true}" if recurse else ""
            text = APPLICATION.format(name=name, path=directory, url=URL, more=more)
        self.files[f"zz-clusters/{name}.yaml"] = text

    def write(self, where):
        for path, text in self.files.items():
            (where / path).parent.mkdir(parents=True, exist_ok=True)
            (where / path).write_text(text)


def marks_in(text):
    return set(re.findall(r"^ *((?:mark|patch)-[-\w]+): is-here$", text, re.M))


def build(directory):
    """The marks in what kustomize builds of a directory; None if it refuses."""
    done = subprocess.run(["kubectl", "kustomize", str(directory)], capture_output=True, text=True,
                          env=ENV, check=False)
    return None if done.returncode else marks_in(done.stdout)


def build_like_flux(root, directory, scratch):
    """Builds the kustomization that Flux generates for a directory without one: all files below,
    and directories that have one."""
    copy = scratch / "flux"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".git"))
    top = copy / directory
    resources = []
    for where, directories, files in os.walk(top):
        if where != str(top) and any(n in files for n in NAMES):
            resources.append(os.path.relpath(where, top))
            directories.clear()
            continue
        resources += [os.path.relpath(f"{where}/{n}", top) for n in files
                      if n.endswith((".yaml", ".yml"))]
    top.mkdir(parents=True, exist_ok=True)
    lines = ["resources:\n"] + [f"- {r}\n" for r in resources] if resources else ["labels: []\n"]
    (top / "kustomization.yaml").write_text("".join(lines))
    return build(top)


def topmost_kustomizations(tree, directory):
    """The kustomizations below a directory that are not below another one of them."""
    inside = [k for k in tree.kustomizations if below(k, directory)]
    return {k for k in inside if not any(k.startswith(o + "/") for o in inside)}


def plain_manifests(tree, directory, recurse):
    return {mark for path, mark in tree.marks.items()
            if os.path.dirname(path) == directory or recurse and below(path, directory)}


def expected(tree, root, scratch):
    """{environment: marks, or None} of all environments of a tree."""
    out = {}
    applied = set()
    for name, (kind, directory, recurse) in tree.applied.items():
        if directory in tree.kustomizations:
            applied.add(directory)
            out[name] = build(root / directory)
        elif kind == "flux":
            applied |= topmost_kustomizations(tree, directory)
            out[name] = build_like_flux(root, directory, scratch)
        else:
            out[name] = plain_manifests(tree, directory, recurse)
    for directory, component in tree.kustomizations.items():
        if not component and directory not in tree.named and directory not in applied:
            out[directory] = build(root / directory)
    return out


def listed(root):
    """{path: environments} as the program lists them."""
    done = subprocess.run([str(BINARY), "migrate", "discover", "-o", "json", "--repo", str(root)],
                          capture_output=True, text=True, env=ENV, check=False)
    out = {}
    for item in json.loads(done.stdout)["items"]:
        for row in item.get("environments", []):
            out.setdefault(row["path"], set())
            if row["environment"] is not None:
                out[row["path"]].add(row["environment"])
    return out


def commit_all(root):
    for args in (["init", "-q", "-b", "main"], ["remote", "add", "origin", URL], ["add", "-A"],
                 ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-C", str(root)] + args, check=True, env=ENV)


def collected(tree, directory, depth=0):
    """What a kustomization collects that changes nothing of it, and what this collects."""
    name = next((n for n in NAMES if f"{directory}/{n}" in tree.files), None)
    text = tree.files[f"{directory}/{name}"] if name else ""
    keys = set(re.findall(r"^(\w+):", text, re.M))
    children = {os.path.normpath(os.path.join(directory, e.strip()))
                for e in re.findall(r"^- (.*)$", text, re.M)} & set(tree.kustomizations)
    if keys - {"resources", "bases", "apiVersion", "kind"} or depth > 9:
        return set()
    further = [collected(tree, c, depth + 1) for c in children]
    return children.union(*further) if len(children) > 1 or any(further) else set()


def compare(seed, root, scratch):
    """(differences, environments, refused ones) of one tree."""
    tree = Tree(random.Random(seed))
    tree.write(root)
    commit_all(root)
    want, got, bad = expected(tree, root, scratch), listed(root), []
    apart = {e: collected(tree, e) for e in want}  # may be told apart, in place of the environment
    for environment, marks in want.items():
        for path, mark in tree.marks.items():
            has = bool(({environment} | apart[environment]) & got.get(path, set()))
            if marks is not None and has != (mark in marks):
                bad.append(f"seed {seed}: {path}: environment {environment} is "
                           f"{'' if has else 'not '}listed, contrary to what kustomize builds")
    for path, environments in got.items():
        bad += [f"seed {seed}: {path}: {e} is listed, which is no environment"
                for e in environments - set(want).union(*apart.values())]
    return bad, len(want), sum(m is None for m in want.values())


def kubectl_works():
    """Does it build a correct kustomization, and drop what is marked as local?"""
    if not shutil.which("kubectl"):
        return False
    local = virtual_service("b", 'config.kubernetes.io/local-config: "true", mark-b')
    with tempfile.TemporaryDirectory() as tmp:
        root = pathlib.Path(tmp)
        (root / "a.yaml").write_text(virtual_service("a", "mark-a"))
        (root / "b.yaml").write_text(local)
        (root / "kustomization.yaml").write_text("resources: [a.yaml, b.yaml]\n")
        return build(root) == {"mark-a"}


def main(args):
    trees, first = int(args[0]) if args else 40, int(args[1]) if len(args) > 1 else 1
    if not kubectl_works():
        print("environments: no kubectl that builds kustomizations is available: not compared\n"
              "0 passed, 0 failed, 1 skipped")
        return 0
    failed = environments = refused = 0
    for seed in range(first, first + trees):
        with tempfile.TemporaryDirectory() as tmp:
            (pathlib.Path(tmp) / "repo").mkdir()
            bad, found, none = compare(seed, pathlib.Path(tmp) / "repo", pathlib.Path(tmp))
        environments, refused = environments + found, refused + none
        failed += bool(bad)
        for line in bad:
            print(line)
    print(f"environments: {environments} environments in {trees} trees, {refused} of them refused "
          "by kustomize")
    if trees >= 30 and refused > environments * MOST_REFUSED:
        print("environments: too few of them could be built")
        failed += 1
    print(f"{trees - min(failed, trees)} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

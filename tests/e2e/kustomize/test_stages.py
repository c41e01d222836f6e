#!/usr/bin/env python3
"""A stage is what the environments apply, or it is refused.

    test_stages.py

Random trees (GCB_TREES, default 60; GCB_SEED, the first) become repositories with a migration of some of their VirtualServices. For each
stage and the rollback: the program refuses, or what each environment of the migration builds after the commit, by kustomize, is what the
stage makes of what it built before. That is determined by the program as well: on a repository of the built objects alone, as plain
manifests. All other environments build the same as before. GCB_VERSION is the version of kustomize.
"""
import collections
import json
import os
import pathlib
import re
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
TOOL = os.environ.get("GCB_BINARY", str(ROOT / "build/kubectl-gcpbackend"))
OLD, NEW = "old.example.com", "new.example.com"
ENVIRONMENT = {**os.environ, "GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_COMMITTER_NAME": "T",
               "GIT_COMMITTER_EMAIL": "t@example.com", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
STAGES = ("mirror", "10", "25", "50", "100")
# Of related objects: an environment may apply one file twice, with two prefixes.
RULES = ("GCB1003", "GCB1005", "GCB1216")
ALLOWED = [f"--allow={code}=the edit matters here" for code in RULES]
KINDS = ("networking.istio.io", "networking.gke.io")


class StageTree(trees.Tree):
    """A tree whose first base has a VirtualService of the old host, which patches and replacements most often leave applied."""

    def __init__(self, seed, top):
        super().__init__(seed, top)
        self.widths, self.prefix = (1, 1, 1, 2), "deploy/"
        self.calm = self.maybe(0.9)

    def object(self, kind):
        """The objects beside it are of other hosts."""
        made = super().object(kind)
        text = json.dumps(made).replace(NEW, "other.example.com")
        return json.loads(text if kind == "VirtualService" and self.maybe(0.3) else text.replace(OLD, "third.example.com"))

    def pointer(self):
        path = super().pointer()
        return path if path != "/metadata/name" else "/metadata/labels"

    def file(self, directory):
        name = super().file(directory)
        if directory == "base-0" and not self.written.get("first"):
            self.written["first"] = True
            vs = self.object("VirtualService")
            for route in vs["spec"]["http"][:self.pick(1, 1, 3)]:
                route["route"] = [{"destination": {"host": OLD}}] + ([{"destination": {"host": "other.example.com"}}] if self.maybe(0.2) else [])
                if len(route["route"]) == 2:
                    route["route"][0]["weight"], route["route"][1]["weight"] = 40, 60
            vs["metadata"].pop("annotations", None)
            self.write(f"{directory}/{name}", [vs, self.service_entry(), {
                "apiVersion": "networking.gke.io/v1", "kind": "GCPBackend", "metadata": {"name": f"new-{self.n}"}, "spec": {"hostname": NEW}}])
        return name

    def service_entry(self):
        self.n += 1
        return {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry", "metadata": {"name": f"old-{self.n}"}, "spec": {
            "hosts": [OLD], "location": "MESH_EXTERNAL", "resolution": "DNS", "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]}}


class Repository:
    """A repository of files, and the program in it."""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.git("init", "-q", "-b", "main")
        self.commit("files")

    def git(self, *words):
        return subprocess.run(["git", "-C", self.top, *words], check=True, capture_output=True, text=True, env=ENVIRONMENT).stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def tool(self, *words):
        """The exit code and all output of the program."""
        done = subprocess.run([TOOL, "migrate", *words], cwd=self.top, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                              env=ENVIRONMENT)
        return done.returncode, done.stdout + done.stderr

    def init(self, path, *options):
        return self.tool("init", "m", "--from", OLD, "--to", NEW, "--path", path, "--commit", "--yes", *options)


def wanted(o):
    return o["apiVersion"].split("/")[0] in KINDS


def key(o):
    return o["apiVersion"], o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]


def objects(answer):
    """By key: the objects of Istio; None: it does not build."""
    return None if answer.get("error") else {key(o): o for o in answer["items"] or [] if wanted(o)}


def routes_to(o, host):
    """Is it a VirtualService with a destination of this host, wherever patches have put it?"""
    return o["kind"] == "VirtualService" and f'"destination": {{"host": "{host}"' in json.dumps(o, sort_keys=True)


def shares_host(one, other):
    """Does Istio merge the routes of the two, on a gateway?"""
    return all(o["kind"] == "VirtualService" and set(o["spec"].get("gateways") or []) - {"mesh"} for o in (one, other)) and \
        set(one["spec"].get("hosts") or []) & set(other["spec"].get("hosts") or [])


class Model:
    """What stages make of the objects that one environment builds: the program's edits of these objects as plain manifests."""

    def __init__(self, top, built, scene):
        self.top, self.built = pathlib.Path(top), built
        self.moved = [k for k, o in built.items() if routes_to(o, OLD) and scene.owns(o)]
        for at, (k, o) in enumerate(built.items()):
            self.write("moved" if k in self.moved else "rest", at, o)
            if k in self.moved and scene.name_of(o) in scene.sharing:
                self.write("rest", f"{at}-other", {**o, "metadata": {"name": f"other-{at}"}, "spec": {**o["spec"], "http": [
                    {"route": [{"destination": {"host": "other.example.com"}}]}]}})
        self.repository = Repository(self.top) if self.moved else None
        self.error = ""
        if self.repository:
            code, output = self.repository.init("moved", *ALLOWED)
            self.error = output if code else ""

    def write(self, directory, name, o):
        path = self.top / directory / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(o, indent=1))

    def stage(self, *words):
        """The objects after a command; None: it is refused, see `error`."""
        if not self.repository:
            return self.built
        code, self.error = self.repository.tool(*words)
        if code:
            return None
        now = dict(self.built)
        for path in (self.top / "moved").glob("*.yaml"):
            o = yaml.safe_load(path.read_text())
            now[key(o)] = o
        return now


class Scene:
    """One tree as a repository with a migration."""

    def __init__(self, seed, work, build, counts):
        self.counts, self.build, self.work = counts, build, work
        self.tree = StageTree(seed, work / "deploy").make()
        self.repository = Repository(work)
        self.whole = seed % 3 == 0
        self.path = "deploy" if self.whole else "deploy/base-0"
        self.names = {name for kind, name, _ in self.own_objects() if kind == "VirtualService"}
        self.sharing = set()  # those that share a host of a gateway in one of the environments
        self.models = {}

    def own_objects(self):
        return [o for o in self.tree.objects if self.whole or o[1] in self.first_base()]

    def first_base(self):
        text = "".join(p.read_text() for p in (self.work / "deploy/base-0").glob("file-*"))
        return set(re.findall(r"[a-z]{2,3}-\d+", text))

    def name_of(self, o):
        """The name of the object in its file, if the migration covers it; None: it does not."""
        return next((name for name in self.names if re.search(rf"(^|[^a-z]){re.escape(name)}($|[^0-9])", o["metadata"]["name"])), None)

    def owns(self, o):
        return self.name_of(o) is not None

    def without_copies(self, o):
        """One edit is for all environments: what has no gateway here, but shares one elsewhere, gets no copy of a route without a match."""
        if self.name_of(o) not in self.sharing or not routes_to(o, OLD) or o["spec"].get("gateways"):
            return o
        routes = [r for r in o["spec"]["http"] if r.get("mirror") != {"host": NEW} or any(m.keys() != {"method"} for m in r.get("match", []))]
        return {**o, "spec": {**o["spec"], "http": routes}}

    def note_sharing(self, built):
        """Notes what shares a host of a gateway in an environment; other models get a decoy for it."""
        for one in built.values():
            for other in built.values():
                if one is not other and shares_host(one, other):
                    self.sharing.add(self.name_of(one))

    def all_built(self):
        """What kustomize builds of each directory, and each engine of its own."""
        answers = self.build([str(self.work / "deploy" / d) for d in self.tree.roots])
        built = {f"deploy/{d}": objects(a) for d, a in zip(self.tree.roots, answers)}
        if not self.tree.environments:
            return built
        with tempfile.TemporaryDirectory(dir=self.work.parent) as copy:
            shutil.copytree(self.work / "deploy", f"{copy}/deploy")
            self.tree.top = pathlib.Path(copy) / "deploy"
            for name in self.tree.environments:
                answer = self.build([str(self.tree.built_by_engine(name))])[0]
                if not answer.get("error"):
                    self.tree.as_applied(name, answer["items"] or [])
                built[name] = objects(answer)
        return built

    def start(self):
        """Makes the migration; False: it is refused."""
        code, output = self.repository.init(self.path, *ALLOWED)
        if not code:
            code, output = self.repository.tool("plan", "m", "--to", "10")
        for _ in range(3):
            listed = re.search(r"environments: \[([^]]*)\]", output) or re.search(r"--environments ([^ ]+) to move", output)
            if not listed:
                break
            path = self.work / ".gcpbackend/m.yaml"
            if not path.exists():
                code, output = self.repository.init(self.path, f"--environments={listed[1].replace(' ', '')}", *ALLOWED)
                continue
            text = re.sub(r"\n    environments: .*", "", path.read_text())
            path.write_text(re.sub(r"(\n    path: .*)", rf"\1\n    environments: [{listed[1]}]", text))
            self.repository.commit("environments")
            code, output = self.repository.tool("plan", "m", "--to", "10")
        self.note_refusal("init", code, output)
        return (self.work / ".gcpbackend/m.yaml").exists()

    def environments(self):
        text = (self.work / ".gcpbackend/m.yaml").read_text()
        listed = re.search(r"environments: \[([^]]*)\]", text) or re.search(r"environments:((?:\n +- .*)+)", text)
        return set(re.findall(r"[\w/-]*\w-\d+", listed[1])) if listed else None

    def note_refusal(self, what, code, output):
        if code:
            lines = [line for line in output.splitlines() if line.startswith("error:")] or [output.strip()[-80:]]
            for line in {re.sub(r"[\w.]*-[\w/.-]*\d[\w.-]*", "*", line.partition("; ")[0].split(": ", 2)[-1])[-90:] + line[-10:] for line in lines}:
                self.counts[f"{what}: {line}"] += 1

    def run(self):
        """The words of what is wrong."""
        before = self.all_built()
        if not self.start():
            return []
        named = self.environments()
        for place in before:
            if before[place] and self.is_named(place, named):
                self.note_sharing(before[place])
        wrong, done, was = [], [], before
        for words in [("promote", "m", "--to", s, "--yes", "--resume") for s in STAGES] + [("rollback", "m", "--yes")]:
            if words[0] == "rollback" and not done:
                continue
            head = self.repository.git("rev-parse", "HEAD")
            code, output = self.repository.tool(*words)
            if code:
                self.note_refusal("stage", code, output)
                if self.repository.git("status", "--short") or self.repository.git("rev-parse", "HEAD") != head:
                    wrong.append(f"{words}: refused, and changed")
                continue
            done.append(words)
            now = self.all_built()
            wrong += self.compare(words, before, was, now, named, done)
            was = now
        return wrong

    def compare(self, words, first, was, now, named, done):
        wrong = []
        for place in now:
            if was[place] is None:
                self.counts["does not build"] += 1
                if now[place] is not None:
                    wrong.append(f"{words} {place}: builds only after")
                continue
            if now[place] is None:
                wrong.append(f"{words} {place}: does not build any more")
                continue
            if first[place] is None:
                continue
            if not self.is_named(place, named):
                if place in self.environment_roots() and now[place] != was[place]:
                    wrong.append(f"{words} {place}: is not named, and changed")
                continue
            wrong += self.compare_model(words, place, first[place], now[place], done)
        return wrong

    def environment_roots(self):
        listed = set(re.findall(r"\.\./([a-z]+-\d+)", "".join(p.read_text() for p in (self.work / "deploy").rglob("kustomization.yaml"))))
        listed |= {directory for directory, *_ in self.tree.environments.values()}
        return {f"deploy/{d}" for d in self.tree.roots if d not in listed} | set(self.tree.environments)

    def is_named(self, place, named):
        """Is it an environment of the migration, or one that only collects them?"""
        if place in (named if named is not None else self.environment_roots()):
            return True
        written = self.tree.written.get(place.removeprefix("deploy/"), {})
        return written.keys() <= {"apiVersion", "kind", "resources"} and any(
            self.is_named(f"deploy/{r[3:]}", named) for r in written.get("resources", []) if r.startswith("../"))

    def compare_model(self, words, place, first, now, done):
        if place not in self.models:
            self.models[place] = Model(self.work.parent / f"{self.work.name}-{place.rsplit('/', 1)[-1]}", first, self)
            self.models[place].steps = 0
        model = self.models[place]
        expected = model.built
        for step in done[model.steps:]:
            expected = model.stage(*step)
            if expected is None:
                self.counts["the model refuses: " + " ".join(sorted(set(re.findall(r"GCB\d{4}", model.error))))] += 1
                model.steps = len(done)
                return [] if words[0] == "rollback" else [f"{words} {place}: only the model refuses: {model.error[:600]}"]
        model.steps = len(done)
        self.counts["compared: " + ("rollback" if words[0] == "rollback" else words[3])] += 1
        expected = {k: self.without_copies(o) for k, o in expected.items()}
        if expected == now:
            return []
        different = [k for k in expected.keys() | now.keys() if expected.get(k) != now.get(k)]
        return [f"{words} {place}: {different[0]}\n  expected {json.dumps(expected.get(different[0]))}\n  built    {json.dumps(now.get(different[0]))}"]


def main():
    counts, failed = collections.Counter(), 0
    try:
        version = os.environ.get("GCB_VERSION") or judges.versions()[-1]
        build = judges.all_versions()[version]
    except cached.Missing as missing:
        print(f"skipped: {missing}\n0 passed, 0 failed, 1 skipped")
        return 0
    first = int(os.environ.get("GCB_SEED", "1"))
    seeds = range(first, first + int(os.environ.get("GCB_TREES", "60")))
    work = pathlib.Path(tempfile.mkdtemp(prefix="gcb-stages-"))
    try:
        for seed in seeds:
            (work / str(seed)).mkdir()
            wrong = Scene(seed, work / str(seed), build, counts).run()
            failed += bool(wrong)
            for word in wrong[:3]:
                print(f"WRONG: tree {seed}: {word}\n", flush=True)
            if not os.environ.get("GCB_KEEP"):
                for directory in work.glob(f"{seed}*"):
                    shutil.rmtree(directory)
    finally:
        if not os.environ.get("GCB_KEEP"):
            shutil.rmtree(work)
        else:
            print(work)
    for word, n in sorted(counts.items()):
        print(f"  {n:6} {word}")
    print(f"{len(seeds) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

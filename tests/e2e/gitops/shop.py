"""What both engines are asked: whether a folder with migration files syncs, whether each stage that the program commits arrives, and
what becomes of a ServiceEntry whose file `finalize` deletes. run(Engine, prune_disabled, only_ordered) is the whole of a test.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import engines
import githttp

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()
KINDS = (("networking.istio.io", "VirtualService", "virtualservices"), ("networking.istio.io", "ServiceEntry", "serviceentries"),
         ("networking.gke.io", "GCPBackend", "gcpbackends"))
FILES = {
    "service.yaml": """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [shop.example.com]
  http:
  - route:
    - destination: {host: old.example.com, port: {number: 80}}
""",
    "entry.yaml": """apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: old}
spec:
  hosts: [old.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: DNS
""",
    "backend.yaml": """apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {name: web}
spec: {hostname: new.example.com}
"""}
KEPT = """apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: kept, annotations: {%s}}
spec:
  hosts: [kept.example.net]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: DNS
"""
LIST = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [service.yaml, entry.yaml, backend.yaml, %s]\n"
MIGRATION = "migrations/web.yaml"
GUARDS = {"the comment": "+argocd:skip-file-rendering", "the annotation": "local-config"}


def crd(group, kind, plural):
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{group}"},
            "spec": {"group": group, "scope": "Namespaced",
                     "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": "v1", "served": True, "storage": True,
                                   "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}


class Repository:
    """A clone in which the program works, and the bare repository that is served."""

    def __init__(self, folder):
        self.folder, self.bare = folder / "clone", folder / "served/shop.git"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        for who in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{who}_NAME": "Test", f"GIT_{who}_EMAIL": "test@example.com"}
        self.folder.mkdir()
        self.run("git", "init", "-q", "--bare", "-b", "main", self.bare)
        self.run("git", "init", "-q", "-b", "main")
        self.run("git", "remote", "add", "origin", self.bare)

    def run(self, *argv):
        done = subprocess.run([str(a) for a in argv], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(f"{' '.join(str(a) for a in argv)}: ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text):
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def commit(self, message):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", message)

    def push(self):
        """The commit that is served from now on."""
        self.run("git", "push", "-q", "origin", "main")
        return self.run("git", "rev-parse", "HEAD").strip()


class Test:
    def __init__(self, server, engine, repository):
        self.server, self.engine, self.repository, self.results = server, engine, repository, []

    def expect(self, what, good, detail=""):
        self.results.append(bool(good))
        print(f"{'ok' if good else 'FAILED'}: {what}" + ("" if good else f"\n{detail}"), flush=True)

    def lives(self, namespace, kind, name):
        """Whether it is there and not marked for deletion: nothing here ends what waits for the garbage collector."""
        got = self.server.kubectl("get", "-n", namespace, kind, name, "-o", "json", check=False)
        return got.returncode == 0 and "deletionTimestamp" not in json.loads(got.stdout)["metadata"]

    def watch(self, name, path, **how):
        self.server.kubectl("create", "ns", name)
        self.engine.watch(name, path, name, **how)

    def folders(self):
        """The same folder with the migration file as it is printed, and without one or both of its guards."""
        repository = self.repository
        repository.run(BINARY, "migrate", "init", "web", "--from", "old.example.com", "--to", "new.example.com", "--to-port", "8080",
                       "--path", "shop", "--migrations", ".gcpbackend")
        text = (repository.folder / ".gcpbackend/web.yaml").read_text()
        lines = text.splitlines(keepends=True)

        def without(*guards):
            return "".join(line for line in lines if not any(g in line for g in guards) and
                           not (GUARDS["the annotation"] in guards and line == "  annotations:\n"))

        variants = {"both": text, "comment": without(GUARDS["the annotation"]), "annotation": without(GUARDS["the comment"]),
                    "none": without(*GUARDS.values())}
        for name, migration in variants.items():
            for folder, extra in ((f"plain-{name}", {}), (f"listed-{name}", {"kustomization.yaml": LIST % MIGRATION})):
                for path, content in {**FILES, MIGRATION: migration, **extra}.items():
                    repository.write(f"guards/{folder}/{path}", content)

    def guards(self, commit, wanted):
        """WANTED: for each folder whether it syncs."""
        for folder, syncs in wanted.items():
            self.watch(folder, f"guards/{folder}")
            good, text = self.engine.settle(folder, commit)
            self.expect(f"{folder}: {'syncs' if syncs else 'does not sync'}", good == syncs, text)
            if syncs:
                self.expect(f"{folder}: its objects are there", self.lives(folder, "virtualservice", "web"))
            else:
                self.expect(f"{folder}: because of Migration", "Migration" in text, text)
            self.server.kubectl("delete", "-n", self.engine.namespace, self.engine.kind, folder, "--wait=false")

    def arrives(self, what, *names):
        """The commit is pushed; the object in the cluster has what the commit says."""
        commit = self.repository.push()
        for name in names:
            good, text = self.engine.settle(name, commit)
            self.expect(f"{what}: {name} has the commit", good, text)
            file = self.server.folder / "wanted.yaml"
            file.write_text(self.repository.run("git", "show", f"{commit}:shop/service.yaml"))
            wanted = json.loads(self.server.kubectl("create", "--dry-run=client", "-o", "json", "-f", str(file)).stdout)["spec"]
            found = self.engine.read(name, "virtualservice", "web")["spec"]
            self.expect(f"{what}: {name} has the routes of the commit", wanted == found, f"wanted {wanted}\nfound {found}")

    def migrate(self, *argv):
        self.repository.run(BINARY, "migrate", *argv)

    def stages(self, *names):
        for name in ("mirror", "10", "25", "50", "100"):
            self.migrate("promote", "web", "--to", name, "--yes")
            self.arrives(name, *names)
        self.migrate("rollback", "web", "--to", "25")
        self.arrives("rollback to 25", *names)
        self.migrate("rollback", "web")
        self.arrives("rollback to the start", *names)
        self.expect("the start has the bytes of the start",
                    self.repository.run("git", "show", "HEAD:shop/service.yaml") == FILES["service.yaml"])

    def end(self, *names):
        self.migrate("promote", "web", "--resume", "--to", "100", "--yes")
        self.migrate("finalize", "web", "--confirm=web")
        self.arrives("finalize", *names)
        for name in names:
            self.expect(f"finalize: {name} has its ServiceEntry", self.lives(name, "serviceentry", "old"))
        self.repository.run("git", "rm", "-q", "shop/kept.yaml")
        self.repository.commit("kept is not in use")
        self.repository.push()
        self.migrate("finalize", "web", "--delete-service-entry", "--confirm=web")
        self.arrives("the ServiceEntry is deleted", *names)


def run(Engine, settings):
    """settings: guards (folder: whether it syncs), kept (the annotation that prevents a deletion), options (of the third object)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with engines.apiserver.Server() as server:
            repository = Repository(server.folder)
            served = githttp.serve(server.folder / "served")
            with Engine(server, f"http://127.0.0.1:{served.server_port}/shop.git") as engine:
                test = Test(server, engine, repository)
                begin = time.monotonic()
                whole(test, settings)
                print(f"   {time.monotonic() - begin:.0f} s", flush=True)
    except (engines.apiserver.Missing, engines.cached.Missing) as why:
        print(f"SKIPPED: {Engine.__name__}: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    except KeyboardInterrupt:
        return 130
    print(f"{sum(test.results)} passed, {len(test.results) - sum(test.results)} failed, 0 skipped")
    return 0 if all(test.results) else 1


def whole(test, settings):
    test.engine.apply(*(crd(*kind) for kind in KINDS))
    test.engine.established()
    for path, text in {**FILES, "kept.yaml": KEPT % settings["kept"]}.items():
        test.repository.write(f"shop/{path}", text)
    test.repository.commit("the shop")
    test.folders()
    test.repository.commit("the migrations")
    commit = test.repository.push()
    test.guards(commit, settings["guards"])
    test.repository.run("git", "rm", "-rq", "guards")
    test.repository.commit("one shop is enough")
    test.watch("prunes", "shop")
    test.watch("keeps", "shop", prune=False)
    names = ["prunes", "keeps"]
    if settings["options"]:
        test.watch("prunes-last", "shop", options=settings["options"])
        names.append("prunes-last")
    test.arrives("start", *names)
    test.stages("prunes")
    test.end(*names)
    for name in names:
        there = test.lives(name, "serviceentry", "old")
        test.expect(f"{name}: the ServiceEntry {'stays' if name == 'keeps' else 'goes'}", there == (name == "keeps"))
        test.expect(f"{name}: the ServiceEntry with the annotation stays", test.lives(name, "serviceentry", "kept"))
        if settings["after"]:
            got = test.engine.settle(name, test.repository.push())
            test.expect(f"{name}: is {settings['after']} while something stays", got == (True, settings["after"]), got)


if __name__ == "__main__":
    sys.exit("this is no test by itself")

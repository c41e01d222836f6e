"""A remote with many migrations, clones of it, and what its history says afterwards."""
import collections
import os
import pathlib
import re
import subprocess

BINARY = os.environ.get("GCB_BINARY") or str(pathlib.Path(__file__).resolve().parents[3] / "build/kubectl-gcpbackend")
STAGES = ["mirror", "10", "25", "50", "100"]

SERVICE = """\
# Routing of {name}; the person's number is 0
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{name}-vm.example.com]
  http:
  - timeout: 1s
    route:
    - destination: {{host: {name}-vm.example.com, port: {{number: 8080}}}}
---
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {{name: {name}, namespace: shop}}
spec: {{type: BackendService, hostname: {name}.gcp.example.com, backendservice: {{name: {name}, location: global}}}}
"""

MIGRATION = """\
apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {{name: {name}, annotations: {{config.kubernetes.io/local-config: "true"}}}}
spec:
  from: {{host: {name}-vm.example.com, namespace: shop}}
  to: {{host: {name}.gcp.example.com, port: 8080}}
  manifests: {{path: apps/{name}.yaml}}
  git: {{mode: {mode}}}
"""


def stage_of(text):
    """The stage that a manifest is at, read from its weights and mirror alone."""
    weights = [int(w) for w in re.findall(r"^\s+weight: (\d+)$", text, re.MULTILINE)]
    if "mirror:" in text:
        return "mirror"
    if not weights:
        return "start"
    return str(weights[-1]) if len(weights) == 2 and sum(weights) == 100 else f"strange: {weights}"


class Scene:
    def __init__(self, folder, host, names, mode="direct"):
        self.folder, self.host, self.names = folder, host, names
        self.bare = folder / "served/shop.git"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
                            "GIT_TERMINAL_PROMPT": "0", **host.environment}
        self.clones = 0
        if self.bare.exists():
            subprocess.run(["rm", "-rf", str(self.bare)], check=True)
        self.git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        for key, value in (("http.receivepack", "true"), ("receive.fsckObjects", "true"), ("gc.auto", "0"), ("receive.autogc", "false"),
                           ("receive.denyDeleteCurrent", "ignore")):
            self.git(self.bare, "config", key, value)
        person = self.clone("person")
        for name in names:
            for path, text in ((f"apps/{name}.yaml", SERVICE), (f".gcpbackend/{name}.yaml", MIGRATION)):
                (person / path).parent.mkdir(parents=True, exist_ok=True)
                (person / path).write_text(text.format(name=name, mode=mode))
        self.git(person, "checkout", "-q", "-b", "main")
        self.git(person, "add", "-A")
        self.git(person, "commit", "-q", "-m", "the shop", who="Person")
        self.git(person, "push", "-q", "origin", "main")
        self.person = person
        self.begin = self.git(self.bare, "rev-parse", "main").strip()

    def env(self, who="Job"):
        names = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
                 for what, value in (("NAME", who), ("EMAIL", f"{who.lower()}@example.com"))}
        return {**self.environment, **names}

    def git(self, where, *args, who="Job", check=True):
        done = subprocess.run(["git", *args], cwd=where, env=self.env(who), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(args)}: {done.returncode}: {done.stderr}")
        return done.stdout if check else done

    def clone(self, name=None):
        self.clones += 1
        target = self.folder / (name or f"clone-{self.clones}")
        subprocess.run(["rm", "-rf", str(target)], check=True)
        self.git(self.folder, "clone", "-q", self.host.url("shop.git"), str(target))
        return target

    def start(self, clone, *args, env=None):
        return subprocess.Popen([BINARY, "migrate", *args], cwd=clone, env={**self.env(), **(env or {})}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def run(self, clone, *args, env=None):
        child = self.start(clone, *args, env=env)
        out, err = child.communicate(timeout=300)
        return child.returncode, out, err

    # --- what the history says ----------------------------------------------------------------------------------------------------

    def commits(self, since=None, ref="main"):
        """Hash, committer and message of each commit since the beginning, oldest first."""
        text = self.git(self.bare, "log", "--reverse", "--first-parent", "--format=%H%x00%cn%x00%B%x01", f"{since or self.begin}..{ref}")
        return [tuple(part.strip() for part in one.split("\0")) for one in text.split("\1") if one.strip()]

    def climbs(self):
        """The stages of each migration as its manifest went through them, and as the trailers tell; each with the commits."""
        by_text, by_trailer = collections.defaultdict(list), collections.defaultdict(list)
        changed = self.git(self.bare, "log", "--reverse", "--first-parent", "--format=%x01%H", "--name-only", f"{self.begin}..main")
        for block in filter(None, changed.split("\1")):
            commit, *paths = block.split()
            for path in paths:
                if path.startswith("apps/"):
                    name, stage = path[5:-5], stage_of(self.git(self.bare, "show", f"{commit}:{path}"))
                    if stage != (by_text[name][-1][0] if by_text[name] else "start"):
                        by_text[name].append((stage, commit))
        for commit, _, message in self.commits():
            trailers = dict(re.findall(r"^GCPBackend-(Migration|Stage): (.*)$", message, re.MULTILINE))
            if trailers:
                by_trailer[trailers["Migration"]].append((trailers["Stage"], commit))
        return by_text, by_trailer

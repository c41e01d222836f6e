"""A repository to be attacked, the program run in it, and what must hold whatever happens."""
import importlib.machinery
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import time
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("cli", str(HERE.parent / "cli/run"))
cli = importlib.util.module_from_spec(importlib.util.spec_from_loader("cli", loader))
loader.exec_module(cli)

SECRET = "s3cretT0ken"
# Controls, format characters, separators of lines and paragraphs, and what stands for a byte that is not UTF-8.
HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs")
PROMOTE = ["promote", "web", "--to", "10", "--yes"]

SERVICE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{name}-vm.example.com]
  http:
  - route:
    - destination: {{host: {name}-vm.example.com}}
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
  to: {{host: {name}.gcp.example.com}}
  manifests: {{path: "{path}"}}
"""

ATTACKS = []


def attack(wants, sound=True):
    """
    Enters a function that gets a Scene and returns what happened, a Run. `wants` is the exit code and words of stdout or stderr, such as a code; or only the exit
    code. The docstring says what is attempted. `sound`: git fsck must be content with the repository, which it is not with one that no git made.
    """
    def enter(function):
        ATTACKS.append((function, wants if isinstance(wants, tuple) else (wants, ""), sound))
        return function
    return enter


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err, self.problems = code, out, err, []

    def must(self, fact, words):
        if not fact:
            self.problems.append(words)
        return self


class Scene:
    def __init__(self, tmp):
        self.tmp = pathlib.Path(tmp)
        for name in "bin", "home", "tmp", "repo", "outside":
            (self.tmp / name).mkdir()
        (self.tmp / "bin/kubectl-gcpbackend").symlink_to(cli.BINARY)
        self.env = cli.environment(self.tmp)
        self.env["LSAN_OPTIONS"] = f"print_suppressions=0:suppressions={HERE.parent}/lsan.supp"
        self.env["GCB_ATTACK"] = str(self.tmp)  # children carry it: nobody may be left
        self.env.pop("http_proxy"), self.env.pop("https_proxy")
        self.env["GIT_ALLOW_PROTOCOL"] = "file:http:ssh:ext"
        self.where = self.tmp / "repo"
        (self.tmp / "outside/canary.yaml").write_text(SERVICE.format(name="web"))
        self.git("init", "-q", "-b", "main", "--template=")

    def git(self, *words, where=None, check=True):
        return cli.git(self.env, where or self.where, *words, check=check).strip()

    def write(self, path, text, where=None):
        file = (where or self.where) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def service(self, name="web", path="apps", file=None):
        self.write(file or f"{path}/{name}.yaml", SERVICE.format(name=name))
        self.write(f".gcpbackend/{name}.yaml", MIGRATION.format(name=name, path=path))

    def commit(self, words="initial"):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", words)

    def ready(self):
        self.service()
        self.commit()
        return self

    def remote(self, url=None, bare=True):
        """A bare remote beside the repository; or one of this address, which was fetched from before."""
        if bare:
            self.git("clone", "-q", "--bare", ".", "../origin.git")
        self.git("remote", "add", "origin", "../origin.git")
        if bare:
            self.git("fetch", "-q", "origin")
            self.git("branch", "-q", "-u", "origin/main")
        if url:
            self.git("remote", "set-url", "origin", url)
        return self

    def start(self, *words, where=None, more=None):
        return subprocess.Popen(["kubectl-gcpbackend", "migrate", *words], cwd=where or self.where, env={**self.env, **(more or {})},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="surrogateescape")

    def end(self, process, timeout=120):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Run(None, out, err)
        return Run(process.returncode, out, err)

    def run(self, *words, where=None, more=None):
        return self.end(self.start(*(words or PROMOTE), where=where, more=more))

    def state(self):
        """All of the repository that somebody can see."""
        # like git fetch, the program records the remote's default branch
        refs = [r for r in self.git("for-each-ref", check=False).splitlines()
                if not r.endswith("/origin/HEAD")]
        files = {}
        for folder, names, found in os.walk(self.where):
            if ".git" in names and folder == str(self.where):
                names.remove(".git")
            for name in found + [n for n in names if os.path.islink(os.path.join(folder, n))]:
                path = pathlib.Path(folder) / name
                files[str(path)] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else "special"
        return self.git("symbolic-ref", "-q", "HEAD", check=False), refs, files

    def outside(self):
        """What nobody may touch: files beside the repository, programs that were planted, hooks and configuration."""
        found = {}
        for folder in "outside", "home", "bin", "repo/.git/hooks":
            for path in sorted((self.tmp / folder).rglob("*")):
                found[str(path)] = path.read_bytes() if path.is_file() and not path.is_symlink() else ""
        config = self.where / ".git/config"
        found["config"] = config.read_bytes() if config.is_file() else ""
        return found

    def left(self):
        """Processes of this scene that are still there a second later."""
        for _ in range(20):
            alive = []
            for folder in pathlib.Path("/proc").iterdir():
                if not folder.name.isdigit() or folder.name == str(os.getpid()):
                    continue
                try:
                    if f"GCB_ATTACK={self.tmp}\0".encode() in (folder / "environ").read_bytes():
                        alive.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue
            if not alive:
                return []
            time.sleep(0.1)
        return alive


def check(scene, run, before, outside, wants, sound):
    """What is wrong after an attack, whichever it was."""
    code, words = wants
    said = run.out + run.err
    problems = list(run.problems)
    if run.code != code:
        problems.append(f"ends with {run.code}, not {code}")
    if words and not re.search(words, said):
        problems.append(f"does not say {words!r}")
    if run.code and not re.search(r"\[GCB\d{4}\]", run.err) and run.code not in (130, 143):
        problems.append("an error without a code")
    if SECRET in said:
        problems.append("a secret is shown")
    if hidden := sorted({c for c in said if unicodedata.category(c) in HIDDEN and c not in "\n\t"}):
        problems.append(f"a terminal is given {hidden}")
    if run.code and scene.state() != before:
        problems.append("it failed, and something changed")
    if scene.outside() != outside:
        problems.append("something outside of the tree changed")
    if list(scene.tmp.rglob("pwned")):
        problems.append("a planted command was run")
    if alive := scene.left():
        problems.append(f"still running: {alive}")
    locks = [str(p) for p in (scene.where / ".git").rglob("*.lock")]
    if locks:
        problems.append(f"locks are left: {locks}")
    if sound and scene.git("fsck", "--strict", "--no-dangling", "--no-progress", check=False):
        problems.append("git fsck complains")
    if problems:
        problems.append(f"stdout:\n{run.out}\nstderr:\n{run.err}")
    return problems

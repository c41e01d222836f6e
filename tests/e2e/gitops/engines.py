"""Argo CD's and Flux's controllers as plain processes beside a real API server (kube/apiserver.py), and a way to await a commit.

An engine has start(), watch(name, ...), which makes the Application or the Kustomization, and settle(name, commit), which asks for a look
at the repository and returns (arrived, what it says) once the engine has said yes or no about that very commit.
"""
import ctypes
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "setup"), str(HERE.parent / "kube")]
import apiserver  # noqa: E402
import cached  # noqa: E402
import gitops_tools  # noqa: E402

PATIENCE = 60
LIBC = ctypes.CDLL(None)
PROJECT = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": "argocd"},
           "spec": {"clusterResourceWhitelist": [{"group": "*", "kind": "*"}], "destinations": [{"namespace": "*", "server": "*"}],
                    "sourceRepos": ["*"]}}


def with_parent():
    """In the child: it ends when the test does, however that ends."""
    LIBC.prctl(1, signal.SIGKILL)


def until(what, question, patience=PATIENCE):
    """Asks until there is an answer; AssertionError after the patience, in seconds."""
    end = time.monotonic() + patience
    while not (answer := question()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {patience} s")
        time.sleep(0.1)
    return answer


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Engine:
    def __init__(self, server, url):
        self.server, self.url, self.children = server, url, []
        self.folder = pathlib.Path(server.folder) / type(self).__name__.lower()
        self.folder.mkdir()
        self.config = self.folder / "kubeconfig"  # a copy: the server's is written anew for each kubectl
        self.config.write_text(pathlib.Path(server.config()).read_text())

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def child(self, name, *argv, **environment):
        with open(self.folder / f"{name}.log", "wb") as log:
            self.children.append(subprocess.Popen([str(a) for a in argv], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                  env={**os.environ, "HOME": str(self.folder), "KUBECONFIG": str(self.config),
                                                       "TMPDIR": str(self.folder), **environment}, preexec_fn=with_parent))

    def apply(self, *objects):
        self.server.kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))

    def install(self, namespace, *crds):
        files = [word for path in crds for word in ("-f", str(path))]
        self.server.kubectl("apply", "--server-side", *files)
        self.established()
        self.server.kubectl("create", "ns", namespace)

    def established(self):
        """kubectl wait fails at once on a definition that has no status yet."""
        until("the kinds are there", lambda: self.server.kubectl("wait", "--for=condition=Established", "--timeout=10s", "crd", "--all",
                                                                 check=False).returncode == 0)

    def read(self, namespace, kind, name):
        return json.loads(self.server.kubectl("get", "-n", namespace, kind, name, "-o", "json").stdout)


class Argocd(Engine):
    kind, namespace = "application", "argocd"

    def start(self):
        binary, (redis, libraries) = gitops_tools.argocd(), gitops_tools.redis()
        source = gitops_tools.sources("github.com/argoproj/argo-cd/v3")
        self.install("argocd", *(source / f"manifests/crds/{n}-crd.yaml" for n in ("application", "applicationset", "appproject")))
        for path in sorted((source / "manifests/base/config").glob("argocd-*.yaml")):
            self.server.kubectl("apply", "-n", "argocd", "-f", str(path))
        self.server.kubectl("patch", "-n", "argocd", "secret", "argocd-secret", "--type=merge", "-p",
                            '{"stringData": {"server.secretkey": "bm90LWEtc2VjcmV0"}}')
        self.apply(PROJECT)
        path = self.folder / "path"
        path.mkdir()
        (path / "git-verify-wrapper.sh").write_bytes((source / "hack/git-verify-wrapper.sh").read_bytes())
        (path / "git-verify-wrapper.sh").chmod(0o755)
        (path / "argocd").symlink_to(binary)
        # Argo CD runs the program kustomize; kubectl has the same code in it.
        (path / "kustomize").write_text('#!/bin/sh\n[ "$1" = build ] && shift && exec kubectl kustomize "$@"\nexec kubectl version --client\n')
        (path / "kustomize").chmod(0o755)
        ports = [str(apiserver.free_port()) for _ in range(4)]
        stored, served, metrics, more = ports
        common = {"PATH": f"{path}:{os.environ['PATH']}", "ARGOCD_FAKE_IN_CLUSTER": "true", "ARGOCD_GPG_ENABLED": "false",
                  "ARGOCD_TLS_DATA_PATH": str(self.folder / "tls"), "ARGOCD_SSH_DATA_PATH": str(self.folder / "ssh")}
        self.child("redis", redis, "--port", stored, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", **libraries)
        self.child("repo-server", binary, "--address", "127.0.0.1", "--port", served, "--metrics-address", "127.0.0.1", "--metrics-port",
                   metrics, "--disable-tls", "--client-ca-path=", "--redis", f"127.0.0.1:{stored}", **common,
                   ARGOCD_BINARY_NAME="argocd-repo-server")
        self.child("controller", binary, "--kubeconfig", self.config, "-n", "argocd", "--metrics-port", more, "--redis",
                   f"127.0.0.1:{stored}", "--repo-server", f"127.0.0.1:{served}", "--repo-server-plaintext", **common,
                   ARGOCD_BINARY_NAME="argocd-application-controller", ARGOCD_CONTROLLER_REPLICAS="1")
        until("Argo CD starts", lambda: answers(f"http://127.0.0.1:{more}/healthz") and answers(f"http://127.0.0.1:{metrics}/metrics"))

    def watch(self, name, path, namespace, prune=True, options=()):
        how = {} if "listed" in name else {"directory": {"recurse": True}}
        self.apply({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": "argocd"},
                    "spec": {"project": "default", "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
                             "source": {"repoURL": self.url, "targetRevision": "main", "path": path, **how},
                             "syncPolicy": {"automated": {"prune": prune, "selfHeal": True}, "syncOptions": list(options),
                                            "retry": {"limit": 0}}}})

    def settle(self, name, commit):
        self.server.kubectl("annotate", "-n", "argocd", "application", name, "argocd.argoproj.io/refresh=normal", "--overwrite")

        def look():
            found = self.read("argocd", "application", name)
            if "argocd.argoproj.io/refresh" in found["metadata"].get("annotations", {}):
                return None
            status = found.get("status", {})
            sync, last = status.get("sync", {}), status.get("operationState", {})
            wrong = [c["message"] for c in status.get("conditions", []) if c["type"] in ("ComparisonError", "SyncError")]
            if sync.get("revision") == commit and not wrong and "operation" not in found and self.nothing_to_do(found):
                return True, sync["status"]
            if sync.get("revision") == commit and last.get("syncResult", {}).get("revision") == commit:
                if last.get("phase") == "Succeeded" and not wrong:
                    return True, sync["status"]
                if last.get("phase") in ("Failed", "Error"):
                    return False, last.get("message", "") + json.dumps(last["syncResult"].get("resources", []))
            return (False, " ".join(wrong)) if wrong else None

        return until(f"Argo CD says something about {commit}", look)

    @staticmethod
    def nothing_to_do(found):
        """No operation follows a commit that changed nothing here, or that only leaves objects to prune that it may not prune."""
        left = [r for r in found["status"].get("resources", []) if r.get("status") != "Synced"]
        prunes = found["spec"]["syncPolicy"]["automated"].get("prune")
        return found["status"]["sync"]["status"] == "Synced" or (left and not prunes and all(r.get("requiresPruning") for r in left))


class Flux(Engine):
    kind, namespace = "kustomization", "flux-system"

    def start(self):
        binaries = {name: gitops_tools.flux(name) for name in ("source-controller", "kustomize-controller")}
        self.install("flux-system", *(gitops_tools.sources(f"github.com/fluxcd/{n}") / "config/crd/bases" for n in binaries))
        healths = {name: apiserver.free_port() for name in binaries}
        store = f"127.0.0.1:{apiserver.free_port()}"
        more = {"source-controller": [f"--storage-path={self.folder}", f"--storage-addr={store}", f"--storage-adv-addr={store}"]}
        for name, binary in binaries.items():
            self.child(name, binary, "--metrics-addr=0", f"--health-addr=127.0.0.1:{healths[name]}", "--events-addr=",
                       "--enable-leader-election=false", *more.get(name, []), RUNTIME_NAMESPACE="flux-system")
        for port in healths.values():
            until("Flux starts", lambda: answers(f"http://127.0.0.1:{port}/readyz"))

    def watch(self, name, path, namespace, prune=True, options=()):
        meta = {"name": name, "namespace": "flux-system"}
        self.apply({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "metadata": meta,
                    "spec": {"interval": "10m", "url": self.url, "ref": {"branch": "main"}}},
                   {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": meta,
                    "spec": {"interval": "10m", "path": f"./{path}", "prune": prune, "targetNamespace": namespace, "timeout": "30s",
                             "sourceRef": {"kind": "GitRepository", "name": name}}})

    def settle(self, name, commit):
        wanted = f"main@sha1:{commit}"
        self.ask("gitrepository", name)
        until(f"Flux fetches {commit}", lambda: self.read("flux-system", "gitrepository", name).get("status", {}).get("artifact", {})
              .get("revision") == wanted)
        asked = self.ask("kustomization", name)

        def look():
            status = self.read("flux-system", "kustomization", name).get("status", {})
            ready = next((c for c in status.get("conditions", []) if c["type"] == "Ready"), {})
            if status.get("lastHandledReconcileAt") != asked or status.get("lastAttemptedRevision") != wanted:
                return None
            if ready.get("status") == "True" and status.get("lastAppliedRevision") == wanted:
                return True, ready["message"]
            return (False, ready["message"]) if ready.get("status") == "False" else None

        return until(f"Flux says something about {commit}", look)

    def ask(self, kind, name):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.server.kubectl("annotate", "-n", "flux-system", kind, name, f"reconcile.fluxcd.io/requestedAt={now}", "--overwrite")
        return now

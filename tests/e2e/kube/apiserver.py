"""A real Kubernetes API server for tests: etcd and kube-apiserver as plain processes on loopback, with RBAC and static tokens.

    with apiserver.Server(users=["limited"]) as server:
        server.kubectl("get", "ns")                       # as the administrator
        server.kubectl("get", "ns", kubeconfig=server.config("limited"))

kube-apiserver is built once, by Go from the pinned modules of server/, into the cache folder GCPBACKEND_E2E_CACHE (default
~/.cache/kubectl-gcpbackend/e2e); etcd comes from PATH, else Debian's package is unpacked there. Where one of them is not to be had,
Missing says why, and a test is skipped with that. No controller runs: nobody collects garbage, makes service accounts or ends namespaces.
"""
import base64
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
import ssl

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "v1.36.3"


class Missing(Exception):
    """A server that is not to be had here, and why."""


def cache():
    folder = os.environ.get("GCPBACKEND_E2E_CACHE") or os.path.expanduser("~/.cache/kubectl-gcpbackend/e2e")
    path = pathlib.Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path


def run(*argv, **kwargs):
    """Runs a program of the preparation; Missing with its last line when it fails."""
    try:
        return subprocess.run([str(a) for a in argv], check=True, capture_output=True, text=True, **kwargs).stdout
    except FileNotFoundError:
        raise Missing(f"{argv[0]} is not installed") from None
    except subprocess.CalledProcessError as failed:
        lines = (failed.stderr or failed.stdout or "").strip().split("\n")
        raise Missing(f"{' '.join(str(a) for a in argv[:3])}: {lines[-1]}") from None


def kube_apiserver():
    """The binary, built when the cache has none of these modules."""
    pins = hashlib.sha256((HERE / "server/go.mod").read_bytes() + (HERE / "server/go.sum").read_bytes()).hexdigest()[:16]
    folder = cache() / f"kube-apiserver-{pins}"
    binary = folder / "kube-apiserver"
    if binary.exists():
        return binary
    folder.mkdir(exist_ok=True)
    part = folder / f"part-{os.getpid()}"
    names = "k8s.io/component-base/version"
    flags = f"-s -w -X {names}.gitVersion={VERSION} -X {names}.gitMajor=1 -X {names}.gitMinor=36 -X {names}.gitTreeState=clean"
    print(f"building kube-apiserver {VERSION}, once; some minutes", flush=True)
    run("go", "build", "-mod=readonly", "-trimpath", "-o", part, "-ldflags", flags, "k8s.io/kubernetes/cmd/kube-apiserver",
        cwd=HERE / "server", env={**os.environ, "CGO_ENABLED": "0"})
    part.rename(binary)
    return binary


def etcd():
    found = shutil.which("etcd")
    if found:
        return found
    folder = cache() / "etcd"
    binary = folder / "usr/bin/etcd"
    if not binary.exists():
        with tempfile.TemporaryDirectory() as work:
            run("apt-get", "download", "etcd-server", cwd=work)
            run("dpkg-deb", "-x", next(pathlib.Path(work).glob("*.deb")), folder)
    return binary


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, users=()):
        self.binary, self.etcd = kube_apiserver(), etcd()
        if not shutil.which("kubectl"):
            raise Missing("kubectl is not installed")
        self.users, self.children = list(users), []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gcb-kube-"))

    def __enter__(self):
        try:
            self.keys()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keys(self):
        def ssl_(*argv):
            run("openssl", *argv, cwd=self.folder)

        ssl_("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.key")
        ssl_("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=ca", "-days", "30", "-out", "ca.crt")
        ssl_("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "server.key")
        ssl_("req", "-new", "-key", "server.key", "-subj", "/CN=kube-apiserver", "-out", "server.csr")
        (self.folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n")
        ssl_("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile",
             "san", "-out", "server.crt")
        ssl_("genrsa", "-out", "sa.key", "2048")
        rows = ['token-of-admin,admin,admin,"system:masters"'] + [f"token-of-{u},{u},{u}" for u in self.users]
        (self.folder / "tokens").write_text("\n".join(rows) + "\n")

    def child(self, name, *argv):
        with open(self.folder / f"{name}.log", "wb") as log:
            self.children.append(subprocess.Popen([str(a) for a in argv], cwd=self.folder, stdout=log, stderr=log))

    def start(self):
        client, peer, self.port = free_port(), free_port(), free_port()
        store = f"http://127.0.0.1:{client}"
        self.child("etcd", self.etcd, "--data-dir", "data", "--listen-client-urls", store, "--advertise-client-urls", store,
                   "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                   "--initial-cluster", f"default=http://127.0.0.1:{peer}", "--unsafe-no-fsync")
        self.child("kube-apiserver", self.binary, f"--etcd-servers={store}", "--bind-address=127.0.0.1",
                   "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--cert-dir=certs", "--tls-cert-file=server.crt",
                   "--tls-private-key-file=server.key", "--client-ca-file=ca.crt", "--token-auth-file=tokens",
                   "--authorization-mode=RBAC", "--anonymous-auth=false", "--service-account-issuer=https://kubernetes.default.svc",
                   "--service-account-key-file=sa.key", "--service-account-signing-key-file=sa.key",
                   "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
                   "--endpoint-reconciler-type=none")
        self.wait()

    def wait(self):
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}/readyz", headers={"Authorization": "Bearer token-of-admin"})
        for _ in range(600):
            for child in self.children:
                if child.poll() is not None:
                    raise Missing(f"{child.args[0]} ended: {self.tail()}")
            try:
                with urllib.request.urlopen(request, context=context, timeout=2) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise Missing(f"kube-apiserver is not ready after a minute: {self.tail()}")

    def tail(self):
        return " | ".join(p.read_text(errors="replace").strip().split("\n")[-1][:300] for p in sorted(self.folder.glob("*.log")))

    def config(self, user="admin"):
        """A kubeconfig of the user."""
        path = self.folder / f"kubeconfig-{user}"
        authority = base64.b64encode((self.folder / "ca.crt").read_bytes()).decode()
        path.write_text(f"""apiVersion: v1
kind: Config
current-context: test
clusters: [{{name: test, cluster: {{server: "https://127.0.0.1:{self.port}", certificate-authority-data: {authority}}}}}]
users: [{{name: {user}, user: {{token: token-of-{user}}}}}]
contexts: [{{name: test, context: {{cluster: test, user: {user}}}}}]
""")
        return str(path)

    def kubectl(self, *argv, text=None, user="admin", check=True):
        done = subprocess.run(["kubectl", "--kubeconfig", self.config(user), *argv], input=text, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(argv)}: {done.stderr}")
        return done

"""istiod and Envoy without Kubernetes: a folder of manifests in, traffic out.

    with mesh.Mesh(istiod, envoy, folder, proxies) as m: m.put({"name.yaml": text}); m.marked(...)

istiod reads a folder (a fs:// source of its mesh config) and serves plain XDS on loopback; each Envoy is a sidecar that binds the ports
of services on loopback itself (interception mode NONE), or a gateway. Files that lie in the folder when istiod starts may be missed
for good, so it starts on an empty one and files are renamed in.
"""
import ctypes
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import client

HERE = pathlib.Path(__file__).resolve().parent
NAMESPACE = "shop"
SCREAMS = re.compile(r"ACK ERROR|Failed to parse|unable to reload|rejected|panic|\t(?:error|fatal)\t")
# Filters that only Istio's build of Envoy has are switched off.
ISTIOD_ENVIRONMENT = {"ENABLE_CA_SERVER": "false", "PILOT_ENABLE_METADATA_EXCHANGE": "false", "PILOT_ENABLE_ALPN_FILTER": "false"}
BOOTSTRAP = """node:
  id: {kind}~10.0.0.1~{name}.{namespace}~{namespace}.svc.cluster.local
  cluster: {name}.{namespace}
  metadata: {{NAMESPACE: {namespace}, ISTIO_VERSION: 1.29.1, {mode}LABELS: {{app: {name}}}}}
dynamic_resources:
  ads_config:
    api_type: GRPC
    transport_api_version: V3
    grpc_services: [{{envoy_grpc: {{cluster_name: xds}}}}]
  lds_config: {{ads: {{}}, initial_fetch_timeout: 0s, resource_api_version: V3}}
  cds_config: {{ads: {{}}, initial_fetch_timeout: 0s, resource_api_version: V3}}
static_resources:
  clusters:
  - name: xds
    type: STATIC
    connect_timeout: 1s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {{http2_protocol_options: {{}}}}
    load_assignment:
      cluster_name: xds
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {xds}}}}}}}}}]}}]
admin: {{address: {{socket_address: {{address: 127.0.0.1, port_value: 0}}}}}}
"""


class Broken(Exception):
    """A server that did not do what it must, with where its logs are."""


def free_ports(n):
    """Ports that nobody has, outside of those that the system gives to clients."""
    ports = []
    while len(ports) < n:
        port = random.randint(15000, 31999)
        try:
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            continue
        if port not in ports:
            ports.append(port)
    return ports


def until(seconds, what, test):
    """Waits until the test gives something true, and returns it."""
    end = time.monotonic() + seconds
    while not (result := test()):
        if time.monotonic() > end:
            raise Broken(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return result


def listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
        return True
    except OSError:
        return False


def die_with_parent():
    """In a child: ends it when this process is gone, whatever the reason (PR_SET_PDEATHSIG); Ctrl-C is the parent's."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Processes:
    """Children that are gone at the end of the block, and their logs in a folder."""

    def __init__(self, folder):
        self.folder, self.children = folder, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def start(self, name, argv, **kwargs):
        with open(self.folder / f"{name}.log", "ab") as log:
            kwargs.setdefault("stdout", log)
            kwargs.setdefault("stdin", subprocess.DEVNULL)
            self.children[name] = subprocess.Popen([str(a) for a in argv], stderr=log, preexec_fn=die_with_parent, **kwargs)
        return self.children[name]

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def alive(self):
        for name, child in self.children.items():
            if child.poll() is not None:
                raise Broken(f"{name} ended with {child.returncode}: {self.log(name).strip()[-300:]}")
        return True


class Servers:
    """The counting servers of servers.py: {name: kind}."""

    def __init__(self, processes, kinds):
        self.child = processes.start("servers", [sys.executable, HERE / "servers.py", *(f"{n}={k}" for n, k in kinds.items())],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ports = self.line()

    def line(self):
        text = self.child.stdout.readline()
        if not text:
            raise Broken("the counting servers ended")
        return json.loads(text)

    def ask(self, what):
        self.child.stdin.write(what + "\n")
        self.child.stdin.flush()
        return self.line()

    def settled(self):
        """The counts, once they have not changed for a while: nobody waits for copies of requests."""
        counts, since = self.ask("counts"), time.monotonic()
        while time.monotonic() - since < 0.3:
            time.sleep(0.05)
            if (now := self.ask("counts")) != counts:
                counts, since = now, time.monotonic()
        return counts


class Mesh:
    def __init__(self, processes, istiod, envoy):
        self.processes, self.istiod, self.envoy = processes, istiod, envoy
        self.folder, self.watched, self.admins = processes.folder, processes.folder / "watched", {}
        self.watched.mkdir()

    def start_istiod(self):
        """On an empty folder; with other ports when somebody took one meanwhile."""
        (self.folder / "mesh.yaml").write_text(f"configSources: [{{address: 'fs://{self.watched}'}}]\n"
                                               "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **ISTIOD_ENVIRONMENT}
        for last in (False, False, True):
            self.xds, http, monitoring, control = free_ports(4)
            child = self.processes.start("istiod", [
                self.istiod, "discovery", "--meshConfig", self.folder / "mesh.yaml", "--registries=", "--domain", "cluster.local",
                "--grpcAddr", f"127.0.0.1:{self.xds}", "--secureGRPCAddr=", "--httpsAddr=", "--httpAddr", f"127.0.0.1:{http}",
                "--monitoringAddr", f"127.0.0.1:{monitoring}", "--ctrlz_address", "127.0.0.1", "--ctrlz_port", control],
                env=environment, cwd=self.folder)
            until(60, "istiod's port", lambda: child.poll() is not None or listening(self.xds))
            if child.poll() is None:
                return
            if last or "address already in use" not in self.processes.log("istiod"):
                self.processes.alive()

    def start_envoy(self, name, gateway=False):
        bootstrap = self.folder / f"{name}.yaml"
        bootstrap.write_text(BOOTSTRAP.format(kind="router" if gateway else "sidecar", name=name, namespace=NAMESPACE,
                                              mode="" if gateway else "INTERCEPTION_MODE: NONE, ", xds=self.xds))
        address = self.folder / f"{name}.admin"
        self.processes.start(name, [self.envoy, "-c", bootstrap, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warn",
                                    "--admin-address-path", address])
        until(30, f"{name}'s admin port", lambda: self.processes.alive() and address.exists() and address.read_text())
        self.admins[name] = address.read_text()

    def admin(self, name, path):
        with urllib.request.urlopen(f"http://{self.admins[name]}{path}", timeout=10) as answer:
            return answer.read().decode()

    def put(self, files):
        """Makes the watched folder hold these files, each moved in whole."""
        for name, text in files.items():
            part = self.folder / "part"
            part.write_text(text)
            if not (self.watched / name).exists() or (self.watched / name).read_text() != text:
                part.rename(self.watched / name)
        for path in self.watched.iterdir():
            if path.name not in files:
                path.unlink()

    def live(self, ports, host, mark):
        """Waits until the route of this host answers with this text on each port, and no listener is on its way."""
        for port in ports:
            until(60, f"'{mark}' on port {port}",
                  lambda: self.processes.alive() and (client.once(port, host) or (0, 0, ""))[2] == mark)
        for name in self.admins:
            until(30, f"{name}'s listeners", lambda: "listeners_warming: 0" in self.admin(name, "/stats?filter=total_listeners_warming"))
        time.sleep(0.2)

    def complaints(self):
        """What istiod and the Envoys refused so far; nothing must be there."""
        found = [line[:300] for line in self.processes.log("istiod").split("\n") if SCREAMS.search(line)]
        for name in self.admins:
            stats = self.admin(name, "/stats?filter=update_rejected").split("\n")
            found += [f"{name}: {line}" for line in stats if line and not line.endswith(": 0")]
        return found

"""The repository that the traffic test moves: one migration a scene, with the servers behind it and what callers ask for."""
import dataclasses

NAMESPACE = "shop"
MARK = "mark.example.com"
STAGES = ("mirror", 10, 25, 50, 100)

ENTRY = """apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{host}]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports:
  - {{number: {port}, name: main, protocol: {protocol}}}
  endpoints:
"""
ENDPOINT = "  - {{address: 127.0.0.1, ports: {{main: {port}}}, labels: {{version: {label}}}}}\n"
BACKEND = """apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {{name: {name}, namespace: shop}}
spec:
  hostname: {new}
"""
HTTP = """# Owned by the team of {name}.
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts:
  - "{asked}"
{gateways}  http:
  - name: api            # the shop itself
    match:
    - uri: {{prefix: /api}}
    route:
    - destination:
        host: {old}      # the machines
        port: {{number: {port}}}
  - route:
    - destination: {{host: {old}, port: {{number: {port}}}}}
      weight: 100
"""
SUBSETS = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: shop}}
spec:
  host: {old}
  subsets:
  - {{name: v1, labels: {{version: v1}}}}
  - {{name: v2, labels: {{version: v2}}}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{asked}]
  http:
  - route:
    - destination:
        host: {old}
        subset: v1
        port:
          number: {port}
      weight: 60  # the stable ones
    - destination:
        host: {old}
        subset: v2
        port:
          number: {port}
      weight: 40
"""
TCP = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{asked}]
  tcp:
  - match: [{{port: {port}}}]
    route:
    - destination:
        host: {old}
        port: {{number: {port}}}
"""
TLS = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{asked}]
  tls:
  - match:
    - port: {port}
      sniHosts: [{asked}]
    route:
    - destination:
        host: {old}
        port: {{number: {port}}}
      weight: 100
"""
GATEWAY = """apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: shop}}
spec:
  selector: {{app: edge}}
  servers:
  - {{port: {{number: {port}, name: http, protocol: HTTP}}, hosts: ['*']}}
"""
MARKER = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: mark, namespace: shop}}
spec:
  hosts: [{host}]
  gateways: [mesh, edge]
  http:
  - directResponse: {{status: 200, body: {{string: "{text}"}}}}
"""


@dataclasses.dataclass
class Scene:
    name: str
    what: str
    text: str
    listener: str = "http"           # the port that callers use, by name
    kind: str = "http"               # of the servers
    protocol: str = "HTTP"
    asked: str = ""                  # the host that callers ask for; the old one when left out
    gateways: str = ""
    olds: dict = dataclasses.field(default_factory=lambda: {"v1": 100})
    host_header: str = ""
    mirror_percent: int = 10
    options: tuple = ()

    def __post_init__(self):
        self.old, self.new = f"{self.name}-vm.example.com", f"{self.name}.gcp.example.com"
        self.asked = self.asked or self.old

    def mirrored(self):
        return self.kind == "http"

    def servers(self):
        """{name: kind} of the servers behind both hosts."""
        return {f"{self.name}-{label}": self.kind for label in (*self.olds, "new")}

    def entry(self, name, host, servers, ports):
        port = ports["http" if self.kind == "http" else self.listener]
        text = ENTRY.format(name=name, host=host, port=port, protocol=self.protocol)
        return text + "".join(ENDPOINT.format(port=ports[s], label=s.rsplit("-", 1)[1]) for s in servers)

    def manifest(self, ports):
        """The file in the repository."""
        port = ports["http" if self.kind == "http" else self.listener]
        parts = [self.entry(f"{self.name}-vm", self.old, list(self.servers())[:-1], ports), BACKEND.format(name=self.name, new=self.new),
                 self.text.format(name=self.name, asked=self.asked, old=self.old, port=port, gateways=self.gateways)]
        return "---\n".join(parts)

    def stand_in(self, ports):
        """A ServiceEntry in the place of what Google's control plane makes of the GCPBackend."""
        return self.entry(f"{self.name}-new", self.new, [f"{self.name}-new"], ports)


SCENES = [
    Scene("web", "sidecar, two routes", HTTP),
    Scene("edge", "gateway, two routes", HTTP, listener="gateway", asked="shop.example.com", gateways="  gateways: [edge]\n",
          mirror_percent=50, options=("--mirror-percent", "50")),
    Scene("split", "two subsets at 60 and 40", SUBSETS, olds={"v1": 60, "v2": 40}, mirror_percent=100, options=("--mirror-percent", "100")),
    Scene("head", "a Host header for new alone", HTTP, host_header="head.run.example.com", options=("--host-header", "head.run.example.com")),
    Scene("pipe", "tcp route, connections", TCP, listener="tcp", kind="tcp", protocol="TCP", options=("--routes", "http,tcp")),
    Scene("seal", "tls route, connections", TLS, listener="tls", kind="tcp", protocol="TLS", options=("--routes", "http,tls")),
]


def surroundings(ports):
    """What is not in the repository."""
    mark = ENTRY.format(name="mark", host=MARK, port=ports["http"], protocol="HTTP") + ENDPOINT.format(port=1, label="none")
    return "---\n".join([mark, GATEWAY.format(port=ports["gateway"])] + [scene.stand_in(ports) for scene in SCENES])


def marker(text):
    """Answers with the text, on the sidecar and the gateway: who gets the answer has what was put in place before, too."""
    return MARKER.format(host=MARK, text=text)

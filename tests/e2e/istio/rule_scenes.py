"""Random little repositories around one migration, and the same as Istio reads them.

    scene = Scene(seed); scene.files(), scene.manifests(), scene.proxies, scene.calls

The open-source Istio does not know GCPBackend, so in its copy a ServiceEntry has the new host. Every http route has a name of its own:
by that a route of Envoy, and of a generated copy, is found again.
"""
import copy
import json
import random

import yaml

OLD, NEW, THIRD, FRONT = "old.corp.test", "new.gcp.test", "third.corp.test", "front.corp.test"
HOME, ROOT = "shop", "istio-system"
NAMESPACES = (HOME, "web", "ops", ROOT)
PATHS = ("/", "/a", "/A/b", "/a/b?q=1", "/b")
HTTP = ("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "")
SIMPLE = {"mode": "SIMPLE"}
MUTUAL = {"mode": "MUTUAL", "clientCertificate": "/c.pem", "privateKey": "/k.pem", "caCertificates": "/r.pem"}
# What may be allowed is, so that stages are rendered.
ALLOWED = ("GCB1003", "GCB1005", "GCB1202", "GCB1207", "GCB1208", "GCB1216", "GCB1401")


def item(kind, name, namespace, spec, version="networking.istio.io/v1", **metadata):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}, "spec": spec}


def destination(host, port=None, subset=None, weight=None):
    out = {"destination": {"host": host}}
    if port:
        out["destination"]["port"] = {"number": port}
    if subset:
        out["destination"]["subset"] = subset
    if weight is not None:
        out["weight"] = weight
    return out


class Scene:
    """FLAVOURS choose what a scene is mostly about; all have a little of everything."""
    FLAVOURS = ("tls", "routes", "tls", "gateway", "sight", "tls", "entry")

    def __init__(self, seed):
        self.seed = seed
        self.random = random.Random(f"scene {seed}")
        self.flavour = self.FLAVOURS[seed % len(self.FLAVOURS)]
        self.objects, self.others, self.gateways = [], [], []
        self.numbered = 0
        self.short = self.chance(0.08, entry=0.35)
        self.ports = self.some_ports()
        self.to_port = self.random.choice([8080, 8080, 8080, 80, None])
        self.home = HOME if self.chance(0.9) else "web"
        self.named = self.short or self.chance(0.6)  # does the migration name the namespace of the old host
        self.add_entries()
        self.add_gateways()
        self.add_services()
        self.add_rules()
        self.add_sidecars()
        self.proxies = self.all_proxies()
        self.calls = self.all_calls()

    # --- chance ---------------------------------------------------------------

    def chance(self, usual, **by_flavour):
        return self.random.random() < by_flavour.get(self.flavour, usual)

    def pick(self, *items):
        return self.random.choice(items)

    def number(self, prefix):
        self.numbered += 1
        return f"{prefix}{self.numbered}"

    def revision(self):
        """Labels of an object: sometimes for one control plane only."""
        return {"labels": {"istio.io/rev": self.pick("blue", "green")}} if self.chance(0, sight=0.15) else {}

    def exports(self):
        if not self.chance(0.1, sight=0.45):
            return {}
        return {"exportTo": self.pick(["."], ["*"], ["web"], ["shop", "web"], ["ops"])}

    # --- the two hosts --------------------------------------------------------

    @property
    def full(self):
        """The old host, as a destination in its namespace is resolved."""
        return f"old.{self.home}.svc.cluster.local" if self.short else OLD

    @property
    def name(self):
        """The old host as destinations name it."""
        return "old" if self.short and self.named_short else self.full

    def some_ports(self):
        http = [(80, "HTTP")] + self.random.sample([(8000, "HTTP"), (9000, self.pick("GRPC", "HTTP2")), (7000, "")], self.pick(0, 0, 1, 2))
        raw = self.random.sample([(443, self.pick("TLS", "HTTPS")), (5432, "TCP")], self.pick(0, 0, 1))
        if self.chance(0.03, entry=0.15):
            return raw or [(443, "HTTPS")]
        return http + raw

    def endpoint(self):
        out = {"address": f"10.0.{self.numbered % 250}.{self.random.randint(1, 250)}"}
        if self.chance(0.05, entry=0.4):
            out["serviceAccount"] = "vm"
        if self.chance(0.03, entry=0.3):
            out["labels"] = {"security.istio.io/tlsMode": self.pick("istio", "disabled")}
        return out

    def entry_spec(self, host):
        ports = []
        for number, protocol in self.ports:
            port = {"number": number, "name": f"p{number}"}
            if protocol:
                port["protocol"] = protocol
            if self.chance(0.1, tls=0.25):
                port["targetPort"] = self.pick(443, 8443, number)
            ports.append(port)
        spec = {"hosts": [host], "ports": ports, "resolution": "STATIC", **self.exports()}
        if self.chance(0.08, entry=0.5):
            spec["location"] = self.pick("MESH_INTERNAL", "MESH_INTERNAL", "MESH_EXTERNAL")
        if self.chance(0, entry=0.2):
            spec["workloadSelector"] = {"labels": {"app": "vm"}}
        else:
            spec["endpoints"] = [self.endpoint() for _ in range(self.pick(1, 1, 2))]
            if self.chance(0.2):
                spec["resolution"] = "DNS"
                for e in spec["endpoints"]:
                    e["address"] = f"vm{self.random.randint(1, 9)}.corp.test"
        return spec

    def add_entries(self):
        self.named_short = self.chance(0.5)
        host = self.pick("old", self.full, self.full) if self.short else OLD
        self.objects.append(item("ServiceEntry", "old", self.home, self.entry_spec(host), **self.revision()))
        if "workloadSelector" in self.objects[0]["spec"]:
            for _ in range(self.pick(1, 2)):
                spec = {**self.endpoint(), "labels": {"app": self.pick("vm", "vm", "else")}}
                spec["labels"].update({"security.istio.io/tlsMode": "disabled"} if self.chance(0.2) else {})
                self.objects.append(item("WorkloadEntry", self.number("vm"), self.pick(self.home, self.home, "ops"), spec))
        if self.chance(0.02, sight=0.35):
            self.objects.append(item("ServiceEntry", "twin", self.pick("web", "ops", self.home), self.entry_spec(host), **self.revision()))
        for name, host in (("third", THIRD), ("front", FRONT)):
            self.objects.append(item("ServiceEntry", name, HOME, {"hosts": [host], "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
                                                                  "resolution": "STATIC", "endpoints": [{"address": "10.9.0.1"}]}))
        self.backend = item("GCPBackend", "new", self.pick(self.home, self.home, "web"), {"hostname": NEW, "type": "VM"},
                            version="networking.gke.io/v1")
        self.objects.append(self.backend)

    # --- gateways -------------------------------------------------------------

    def add_gateways(self):
        if not self.chance(0.1, gateway=1, tls=0.2):
            return
        servers = [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]
        if self.chance(0.5):
            port = {"number": 443, "name": "https", "protocol": self.pick("HTTPS", "HTTPS", "TLS")}
            tls = {"mode": "ISTIO_MUTUAL"} if self.chance(0.5) else {"mode": "SIMPLE", "credentialName": "cert"}
            tls = {"mode": "PASSTHROUGH"} if self.chance(0.2) else tls
            servers = [{"port": port, "hosts": ["*"], "tls": tls}] + servers * self.pick(0, 1)
        self.gateways.append((f"{ROOT}/gate", servers))
        self.objects.append(item("Gateway", "gate", ROOT, {"selector": {"app": "gate"}, "servers": servers}))

    # --- VirtualServices ------------------------------------------------------

    def match(self):
        out = {}
        if self.chance(0.7):
            out["uri"] = self.pick({"prefix": "/"}, {"prefix": "/"}, {"regex": ".*"}, {"prefix": "/a"}, {"exact": "/a"}, {"regex": "/a.*"},
                                   {"prefix": "/b"})
        for key, usual, make in (
                ("method", 0.2, lambda: self.pick({"exact": "GET"}, {"exact": "POST"}, {"regex": "GET|POST"}, {"prefix": "P"})),
                ("headers", 0.12, lambda: {"x-user": self.pick({"exact": "t"}, {"regex": ".*"}, {})}),
                ("withoutHeaders", 0.06, lambda: {"x-user": {"exact": "t"}}),
                ("queryParams", 0.06, lambda: {"q": {"exact": "1"}}),
                ("port", 0.15, lambda: self.pick(80, self.random.choice(self.ports)[0], 443)),
                ("sourceNamespace", 0.08, lambda: self.pick(*NAMESPACES)),
                ("sourceLabels", 0.08, lambda: {"app": self.pick("gold", "plain")}),
                ("ignoreUriCase", 0.1, lambda: True),
                ("statPrefix", 0.08, lambda: "stat"),
                ("authority", 0.05, lambda: {"prefix": "old"}),
                ("scheme", 0.03, lambda: {"exact": "http"}),
                ("name", 0.1, lambda: "m")):
            if self.chance(usual / 2, routes=usual, gateway=usual):
                out[key] = make()
        if self.gateways and self.chance(0.05, gateway=0.3):
            out["gateways"] = self.random.choice([["mesh"], [f"{ROOT}/gate"], ["mesh", f"{ROOT}/gate"]])
        return out or {"uri": {"prefix": "/"}}

    def old_destination(self, weight=None):
        port = self.random.choice(self.ports)[0] if self.to_port and self.chance(0.4, tls=0.6) else None
        return destination(self.name, port, "v1" if self.chance(0.05, tls=0.2) else None, weight)

    def route(self, moved):
        out = {"name": self.number("r")}
        if self.chance(0.6, routes=0.85, gateway=0.85):
            out["match"] = [self.match() for _ in range(self.pick(1, 1, 1, 2))]
        if not moved:
            out["route"] = [destination(THIRD, 80)]
        elif self.chance(0.25):
            out["route"] = [self.old_destination(60), destination(THIRD, 80, None, 40)]
        else:
            out["route"] = [self.old_destination()]
        return out

    def routes(self, share=0.75):
        out = [self.route(self.chance(share)) for _ in range(self.pick(1, 2, 2, 3, 4) if self.flavour in ("routes", "gateway") else self.pick(1, 1, 2))]
        if not any(d["destination"]["host"] == self.name for r in out for d in r["route"]):
            out.append(self.route(True))
        return out

    def service(self, name, namespace, http, hosts=None):
        spec = {"hosts": hosts or [self.pick(self.full, self.full, self.full, self.name, FRONT)], "http": http, **self.exports()}
        if self.gateways and self.chance(0.7):
            spec["gateways"] = self.pick([f"{ROOT}/gate"], [f"{ROOT}/gate", "mesh"], ["mesh"])
        return item("VirtualService", name, namespace, spec, **self.revision())

    def add_services(self):
        ours = self.service("ours", self.home, self.routes())
        if self.chance(0.02, routes=0.12, gateway=0.12):
            rest = {"name": self.number("r"), "delegate": {"name": "part"}}
            if self.chance(0.5):
                rest["match"] = [{"uri": {"prefix": "/a"}}]
            part = item("VirtualService", "part", self.home, {"http": self.routes()})
            ours["spec"]["http"] = [rest] + ([self.route(False)] if self.chance(0.5) else [])
            self.objects.append(part)
        self.objects.append(ours)
        if self.chance(0.1, sight=0.4):
            self.objects.append(self.service("more", self.pick(self.home, "web", "ops"), self.routes()) if not self.short else
                                self.service("more", self.home, self.routes()))
        if self.chance(0.1, gateway=0.6, sight=0.4):
            http = [self.route(False) for _ in range(self.pick(1, 2))]
            self.others.append(self.service("else", self.pick(self.home, "web"), http, [self.full]))

    # --- DestinationRules -----------------------------------------------------

    def tls(self):
        out = dict(self.pick(SIMPLE, SIMPLE, MUTUAL, {"mode": "ISTIO_MUTUAL"}, {"mode": "DISABLE"}))
        if out["mode"] == "SIMPLE" and self.chance(0.3):
            out["sni"] = "server.corp.test"
        if out["mode"] == "SIMPLE" and self.chance(0.06):
            out["credentialName"] = "cert"
        return out

    def policy(self, whole):
        out = {}
        if self.chance(0.5, tls=0.75):
            out["tls"] = self.tls()
        if self.chance(0.2):
            out["connectionPool"] = {"tcp": {"maxConnections": 9}}
        if self.chance(0.1):
            out["outlierDetection"] = {"consecutive5xxErrors": 3}
        if self.chance(0.1):
            out["loadBalancer"] = self.pick({"simple": "RANDOM"}, {"consistentHash": {"useSourceIp": True}})
        if whole and self.chance(0.02):
            out["proxyProtocol"] = {"version": "V1"}
        if whole and self.chance(0.3):
            out["portLevelSettings"] = [{"port": {"number": n}, **(self.policy(False) or {"connectionPool": {"tcp": {"maxConnections": 5}}})}
                                        for n in self.random.sample([80, 443, 8000, 8080, 7000], self.pick(1, 2))]
        return out

    def rule(self):
        namespace = self.pick(self.home, self.home, "web", "ops", ROOT)
        host = self.pick(self.full, self.full, self.full, self.full, NEW, NEW, "*.corp.test", "*.gcp.test", "*.test", "*",
                         self.name if namespace == self.home else self.full)
        spec = {"host": host, **(self.exports() if self.chance(0.5, sight=1) else {})}
        policy = self.policy(True)
        if policy:
            spec["trafficPolicy"] = policy
        if self.chance(0.25):
            spec["subsets"] = [{"name": self.pick("v1", "v1", "v2"), "labels": {"v": "1"}, "trafficPolicy": self.policy(True) or {"tls": SIMPLE}}]
            if self.chance(0.3):
                del spec["subsets"][0]["trafficPolicy"]
        if self.chance(0.08):
            spec["workloadSelector"] = {"matchLabels": {"app": self.pick("gold", "plain", "gate")}}
            spec.pop("exportTo", None)
        return item("DestinationRule", self.number("rule"), namespace, spec, **(self.revision() if self.chance(0.3) else {}))

    def add_rules(self):
        count = {"tls": self.pick(1, 1, 2, 2, 3, 4), "sight": self.pick(0, 1, 2)}.get(self.flavour, self.pick(0, 0, 0, 1))
        self.objects += [self.rule() for _ in range(count)]

    def add_sidecars(self):
        for namespace in NAMESPACES[:3]:
            if self.chance(0.02, sight=0.25):
                hosts = self.random.sample([f"*/{self.full}", "*/*", "./*", f"{HOME}/*", f"*/{NEW}", "*/*.corp.test", f"*/{THIRD}", "~/*"],
                                           self.pick(1, 2))
                if "~/*" in hosts:
                    hosts = ["~/*"]
                spec = {"egress": [{"hosts": hosts}]}
                if self.chance(0.2):
                    spec["workloadSelector"] = {"labels": {"app": "gold"}}
                self.objects.append(item("Sidecar", "limits", namespace, spec))

    def numbers(self):
        """The ports of the old host."""
        return {p["number"] for o in self.objects if o["metadata"]["name"] == "old" for p in o["spec"]["ports"]}

    @staticmethod
    def hosts(service):
        """The hosts of a VirtualService, with short names completed."""
        return {h if "." in h else f"{h}.{service['metadata']['namespace']}.svc.cluster.local" for h in service["spec"].get("hosts", [])}

    # --- as files, and as Istio reads them ------------------------------------

    def migration(self):
        spec = {"from": {"host": "old" if self.short and self.named_short else self.full}, "to": {"host": NEW},
                "manifests": {"path": "apps"}, "allow": {code: "a test" for code in ALLOWED}}
        if self.named:
            spec["from"]["namespace"] = self.home
        if self.to_port:
            spec["to"]["port"] = self.to_port
        return {"apiVersion": "gcpbackend/v1alpha1", "kind": "Migration", "metadata": {"name": "web"}, "spec": spec}

    def files(self):
        out = {".gcpbackend/web.yaml": text([self.migration()]), "apps/all.yaml": text(self.objects)}
        if self.others:
            out["else/else.yaml"] = text(self.others)
        return out

    def all_proxies(self):
        out = []
        revisions = ["blue", "green"] if any("istio.io/rev" in json.dumps(o) for o in self.objects + self.others) else [""]
        for revision in revisions:
            for namespace in NAMESPACES:
                for app in ("plain", "gold")[:2 if namespace != ROOT else 1]:
                    out.append({"name": f"{app}.{namespace}{revision}", "gateway": False, "namespace": namespace, "labels": {"app": app},
                                "revision": revision})
            if self.gateways:
                out.append({"name": f"gate{revision}", "gateway": True, "namespace": ROOT, "labels": {"app": "gate"}, "revision": revision})
        return out

    def all_calls(self):
        out = []
        hosts = [self.full] + [FRONT] * any(FRONT in o["spec"].get("hosts", []) for o in self.objects if o["kind"] == "VirtualService")
        for p in self.proxies:
            ports = [n for n, _ in self.ports] if not p["gateway"] else [s["port"]["number"] for s in self.gateways[0][1]]
            for port in sorted(set(ports)):
                for host in hosts:
                    for path in PATHS:
                        for method in ("GET", "POST"):
                            for headers in ({}, {"x-user": "t"}):
                                out.append({"proxy": p["name"], "host": host, "port": port, "path": path, "method": method,
                                            "headers": headers, "tls": p["gateway"] and port == 443})
        return out

    def stand_in(self):
        """The ServiceEntry that Istio reads in place of the GCPBackend: it has every port that may be called."""
        ports = sorted({self.to_port or 80, *(n for n, _ in self.ports)})
        return item("ServiceEntry", "new-stand-in", self.backend["metadata"]["namespace"], {
            "hosts": [NEW], "resolution": "STATIC", "endpoints": [{"address": "10.8.0.1"}],
            "ports": [{"number": n, "name": f"p{n}", "protocol": "HTTP"} for n in ports]})

    def manifests(self, objects=None):
        """All objects as Istio reads them; `objects` in place of those of apps."""
        mine = self.objects if objects is None else objects
        return text([self.as_istio(o) for o in mine + self.others])

    def as_istio(self, o):
        """An object of the scene as Istio reads it: moved VirtualServices are the oldest, which the manifests do not show."""
        if o["kind"] == "GCPBackend":
            return self.stand_in()
        if o["kind"] != "VirtualService" or o["metadata"]["name"] not in ("ours", "more"):
            return o
        age = {"ours": "2025-01-01T00:00:00Z", "more": "2025-02-01T00:00:00Z"}[o["metadata"]["name"]]
        return {**o, "metadata": {**o["metadata"], "creationTimestamp": age}}

    def moved_routes(self, objects=None):
        """(VirtualService, route) for each http route that sends to the old host."""
        for o in self.objects if objects is None else objects:
            if o["kind"] != "VirtualService":
                continue
            for r in o["spec"]["http"]:
                if any(self.is_old(o, d) for d in r.get("route", [])):
                    yield o, r

    def is_old(self, service, d):
        host = d["destination"]["host"]
        return (host if "." in host else f"{host}.{service['metadata']['namespace']}.svc.cluster.local") == self.full

    def shifted(self):
        """The objects with half of the old host's share at the new one, written without the program."""
        out = copy.deepcopy(self.objects)
        for service, r in self.moved_routes(out):
            list_ = []
            for d in r["route"]:
                weight = d.get("weight", 100)
                if not self.is_old(service, d):
                    list_.append({**d, "weight": 2 * weight})
                    continue
                list_.append({**d, "weight": weight})
                list_.append(destination(NEW, self.to_port, None, weight))
            r["route"] = list_
        return out


class Plain(yaml.SafeDumper):
    """Without aliases, which the program does not follow everywhere."""

    def ignore_aliases(self, data):
        return True


def text(objects):
    return yaml.dump_all(objects, Dumper=Plain, sort_keys=False, width=200)

"""Random trees of kustomizations with objects of Istio: bases, overlays, components and patches of all forms."""
import json
import pathlib
import random

GROUPS = {"VirtualService": "networking.istio.io/v1", "ServiceEntry": "networking.istio.io/v1", "DestinationRule": "networking.istio.io/v1beta1",
          "GCPBackend": "networking.gke.io/v1", "ConfigMap": "v1"}


class Tree:
    """Writes one tree below `top`; `roots` are the directories to build."""

    def __init__(self, seed, top):
        self.chance, self.top, self.roots, self.n = random.Random(seed), pathlib.Path(top), [], 0
        self.objects = []  # (kind, name, namespace)
        self.directories, self.components = [], []

    def pick(self, *values):
        return self.chance.choice(values)

    def maybe(self, share):
        return self.chance.random() < share

    def write(self, path, documents):
        path = self.top / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n---\n".join(json.dumps(d, indent=1 if self.maybe(0.5) else None) for d in documents) + "\n")

    # --- objects ----------------------------------------------------------------------------

    def route(self):
        route = {"route": [{"destination": {"host": self.pick("old", "new", "other") + ".example.com"}} for _ in range(self.pick(1, 1, 2))]}
        if len(route["route"]) == 2:
            route["route"][0]["weight"], route["route"][1]["weight"] = 40, 60
        if self.maybe(0.6):
            route["match"] = [{"uri": {"prefix": self.pick("/a", "/b", "/")}}]
        if self.maybe(0.4):
            route["timeout"] = self.pick("1s", "5s")
        if self.maybe(0.3):
            route["name"] = self.pick("main", "api")
        return route

    def object(self, kind):
        self.n += 1
        name, namespace = f"{kind[:2].lower()}-{self.n}", self.pick(None, None, "shop", "default")
        metadata = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        if self.maybe(0.3):
            metadata["labels"] = {"app": self.pick("a", "b")}
        if self.maybe(0.05):
            metadata["annotations"] = {"config.kubernetes.io/local-config": self.pick("true", "false")}
        self.objects.append((kind, name, namespace))
        spec = {"VirtualService": lambda: {"hosts": [name + ".example.com"], "http": [self.route() for _ in range(self.pick(1, 2, 3))]},
                "ServiceEntry": lambda: {"hosts": ["old.example.com"], "resolution": "STATIC", "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]},
                "DestinationRule": lambda: {"host": "old.example.com", "trafficPolicy": {"tls": {"mode": self.pick("SIMPLE", "DISABLE")}}},
                "GCPBackend": lambda: {"hostname": "new.example.com"}, "ConfigMap": lambda: None}[kind]()
        return {"apiVersion": GROUPS[kind], "kind": kind, "metadata": metadata, **({"spec": spec} if spec else {"data": {"k": "v"}})}

    def file(self, directory):
        self.n += 1
        name = f"file-{self.n}.yaml"
        made = [self.object(self.pick("VirtualService", "VirtualService", "ServiceEntry", "DestinationRule", "GCPBackend", "ConfigMap"))
                for _ in range(self.pick(1, 1, 2))]
        if self.maybe(0.1):
            made = [{"apiVersion": "v1", "kind": "List", "items": made}]
        self.write(f"{directory}/{name}", made)
        return name

    # --- patches ----------------------------------------------------------------------------

    def pointer(self):
        at = f"/spec/http/{self.pick(0, 0, 0, 1, 1, 2, 7)}"
        return self.pick(f"{at}/timeout", f"{at}/route/0/destination/host", f"{at}/route/{self.pick(0, 1)}/weight", at, "/spec/http/-", f"{at}/match",
                         f"{at}/route/-", "/spec/hosts/0", "/spec/hosts/-", "/metadata/labels", "/metadata/name", "/spec/resolution",
                         "/metadata/annotations/a~1b", "/spec/trafficPolicy/tls/mode", "/spec/gateways")

    def value(self, path):
        last = path.rsplit("/", 1)[1]
        return {"timeout": "9s", "host": "patched.example.com", "weight": self.pick(10, 50), "match": [{"uri": {"exact": "/x"}}], "labels": {"l": "m"},
                "name": "renamed", "gateways": ["g/h"], "mode": "MUTUAL"}.get(last, self.route() if "http" in path and "route" not in path else
                {"destination": {"host": "added.example.com"}} if "route" in path else "text")

    def operation(self):
        kind, path = self.pick("add", "add", "replace", "replace", "remove", "test", "copy", "move"), self.pointer()
        if kind in ("add", "replace"):
            return {"op": kind, "path": path, "value": self.value(path)}
        if kind == "test":
            return {"op": kind, "path": path, "value": self.pick(None, self.value(path), "1s", 40, 40.0)}
        if kind == "remove":
            return {"op": kind, "path": path.replace("-", "0")}
        return {"op": kind, "from": path.replace("/-", "/0"), "path": self.pick("/spec/http/0", "/spec/http/-", "/spec/http/1", path.replace("/-", "/0"))}

    def target(self, some=None):
        kind, name, namespace = some or self.chance.choice(self.objects)
        target = {"kind": kind}
        if self.maybe(0.7):
            target["name"] = self.pick(name, name, ".*" + name[-1:], name[:2] + ".*", "p-" + name, name.replace("-", "."), "(" + name + "|x)", "\\w+")
        if self.maybe(0.3):
            target["namespace"] = namespace or self.pick("default", "prod", "")
        if self.maybe(0.2):
            target["group"] = GROUPS[kind].split("/")[0] if "/" in GROUPS[kind] else ""
        if self.maybe(0.1):
            target["version"] = "v1"
        if self.maybe(0.1):
            target["labelSelector"] = self.pick("app=a", "app in (a,b)", "!app")
        return target

    def merge(self):
        kind, name, namespace = self.chance.choice(self.objects)
        patch = {"apiVersion": GROUPS[kind], "kind": kind, "metadata": {"name": self.pick(name, name, name, "p-" + name)}}
        if namespace or self.maybe(0.1):
            patch["metadata"]["namespace"] = namespace or "prod"
        if self.maybe(0.2):
            patch["metadata"][self.pick("labels", "annotations")] = {"patched": "yes"}
        if self.maybe(0.1):
            return {**patch, "$patch": "delete"}
        if self.maybe(0.8):
            patch["spec"] = self.pick({"http": [self.route()]}, {"hosts": ["merged.example.com"]}, {"gateways": ["a/b"]}, {"resolution": "DNS"},
                                      {"resolution": None}, {"trafficPolicy": {"tls": {"mode": "SIMPLE", "sni": "x"}}}, {"trafficPolicy": None},
                                      {"trafficPolicy": {"$patch": "replace", "tls": {"mode": "DISABLE"}}}, {"trafficPolicy": {"$patch": "delete"}},
                                      {"trafficPolicy": {"tls": {"mode": None}}}, {"fresh": {"a": {"b": 1}}}, {"trafficPolicy": ["x"]},
                                      {"fresh": {"a": None}}, {"$patch": "replace", "hosts": ["only"]})
        return patch

    def text(self, directory, value, entry):
        """The patch inline or in a file."""
        if self.maybe(0.5):
            return {**entry, "patch": json.dumps(value)}
        self.n += 1
        self.write(f"{directory}/patch-{self.n}.yaml", [value])
        return {**entry, "path": f"patch-{self.n}.yaml"}

    def patches(self, directory):
        made = []
        for _ in range(self.pick(0, 1, 1, 2)):
            if self.maybe(0.5):
                some = self.chance.choice([o for o in self.objects if o[0] == "VirtualService"] or self.objects)
                made.append(self.text(directory, [self.operation() for _ in range(self.pick(1, 1, 2))], {"target": self.target(some)}))
            else:
                made.append(self.text(directory, self.merge(), {"target": self.target()} if self.maybe(0.3) else {}))
        return made

    # --- kustomizations ---------------------------------------------------------------------

    def steps(self, directory):
        k = {}
        if self.maybe(0.4):
            k["patches"] = self.patches(directory)
        if self.maybe(0.1):
            k["patchesJson6902"] = [self.text(directory, [self.operation()], {"target": self.target()})]
        if self.maybe(0.1):
            self.n += 1
            self.write(f"{directory}/merge-{self.n}.yaml", [self.merge()])
            k["patchesStrategicMerge"] = [f"merge-{self.n}.yaml"]
        for key, share, value in (("namespace", 0.3, self.pick("prod", "test")), ("namePrefix", 0.25, "p-"), ("nameSuffix", 0.1, "-s"),
                                  ("commonLabels", 0.1, {"team": "x"}), ("labels", 0.15, [{"pairs": {"l": "1"}}]),
                                  ("commonAnnotations", 0.1, {"note": "n"})):
            if self.maybe(share):
                k[key] = value
        if self.maybe(0.04):
            k["replacements"] = [{"source": {"kind": "VirtualService", "fieldPath": "metadata.name"},
                                  "targets": [{"select": {"kind": "VirtualService"}, "fieldPaths": ["spec.hosts.0"]}]}]
        return k

    def kustomization(self, directory, below, component=False):
        k = {"apiVersion": "kustomize.config.k8s.io/v1alpha1" if component else "kustomize.config.k8s.io/v1beta1",
             "kind": "Component" if component else "Kustomization"}
        k["resources"] = [self.file(directory) for _ in range(self.pick(0, 1, 1, 2) if below or component else self.pick(1, 2))]
        k["resources"] += [f"../{b}" for b in below]
        if self.components and not component and self.maybe(0.4):
            k["components"] = [f"../{self.chance.choice(self.components)}"]
        k.update(self.steps(directory))
        self.write(f"{directory}/kustomization.yaml", [{key: v for key, v in k.items() if v}])

    def make(self):
        for i in range(self.pick(1, 1, 2)):
            self.kustomization(f"base-{i}", [])
            self.directories.append(f"base-{i}")
        for i in range(self.pick(0, 1, 1, 2)):
            self.kustomization(f"component-{i}", [], component=True)
            self.components.append(f"component-{i}")
        for i in range(self.pick(1, 2, 3, 5)):
            below = self.chance.sample(self.directories, min(len(self.directories), self.pick(1, 1, 1, 2)))
            self.kustomization(f"overlay-{i}", below)
            self.directories.append(f"overlay-{i}")
        self.roots = self.directories
        return self

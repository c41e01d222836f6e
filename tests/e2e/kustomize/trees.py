"""Random trees of kustomizations with objects of Istio: bases, overlays, components, patches of all forms, replacements, and what Argo CD
and Flux add to an overlay."""
import json
import pathlib
import random
import shutil

GROUPS = {"VirtualService": "networking.istio.io/v1", "ServiceEntry": "networking.istio.io/v1", "DestinationRule": "networking.istio.io/v1beta1",
          "GCPBackend": "networking.gke.io/v1", "ConfigMap": "v1"}
# What replacements read: texts that look like other types, and texts that can be split.
DATA = {"host": "cm.example.com", "port": "8080", "url": "cm.example.com:8443", "on": "yes", "float": "1.5", "time": "7s", "weight": "30",
        "text": "two words", "empty": "", "date": "2024-01-01", "quoted": "'q'"}
SOURCES = {"ConfigMap": [f"data.{key}" for key in DATA] + ["metadata.name", "data", "data.absent"],
           "VirtualService": ["metadata.name", "", "spec.hosts.0", "spec.http.0.timeout", "spec.http.[name=main].route.0.destination.host",
                              "spec.http.0.route.0.weight", "spec.http.0.match", "spec.http", "spec.hosts.-", "metadata.labels.app",
                              "metadata.namespace", "spec.http.0.name"]}
TARGETS = ["spec.http.0.route.0.destination.host", "spec.http.*.route.*.destination.host", "spec.http.[name=main].timeout", "spec.hosts.0",
           "spec.http.[name=main].route.0.destination.host", "spec.http.[name=ma.n].timeout", "spec.http.0.timeout", "spec.http.*.timeout",
           "spec.http.0.route.0.weight", "spec.http.1.route.1.weight", "spec.http.0.match.0.uri.prefix", "spec.hosts", "spec.hosts.[=vi-.*]",
           "spec.http.0.headers.request.set.x-to", "metadata.labels.app", "metadata.annotations.note", "metadata.annotations.a\\.b/c",
           "spec.host", "spec.trafficPolicy.tls.mode", "spec.hostname", "spec.http", "spec.http.0.route", "spec.gateways.0", "spec.http.3.timeout",
           "metadata.name", "spec.http.[name=^main$].timeout", "data.host", "data.[host]", "spec.http.0.fault.abort.httpStatus"]

# Some change objects of Istio, also those of kustomizations that list them; some do not.
CONFIGURATIONS = [{"varReference": [{"path": "spec/http/route/destination/host", "kind": "VirtualService"}]},
                  {"namePrefix": [{"path": "spec/http/timeout", "kind": "VirtualService"}]},
                  {"namePrefix": [{"path": "spec/timeout", "kind": "Deployment"}], "varReference": [{"path": "spec/hosts"}]},
                  {"nameReference": [{"kind": "GCPBackend", "fieldSpecs": [{"path": "spec/host", "kind": "DestinationRule"}]}]},
                  {"nameReference": [{"kind": "GCPBackend", "fieldSpecs": [{"path": "spec/host", "kind": "Deployment"}]}]},
                  {"commonAnnotations": [{"path": "spec/http/headers/request/set", "create": False}]}]


def scalar(chance, value):
    """A scalar of YAML, quoted or not where both are possible."""
    text = json.dumps(value)
    if isinstance(value, str) and value and value[0].isalpha() and all(c.isalnum() or c in "-./" for c in value) and \
            value.lower() not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"):
        text = chance.choice([value, value, text, f"'{value}'"])
    return text + chance.choice([""] * 6 + [" # main"])


def block(chance, value, indent=0):
    """A value as lines of YAML in block style."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        for key, item in value.items():
            if isinstance(item, (dict, list)) and item:
                yield f"{pad}{json.dumps(key) if not key.isalnum() else key}:"
                yield from block(chance, item, indent + 1)
            else:
                yield f"{pad}{json.dumps(key) if not key.isalnum() else key}: {json.dumps(item) if isinstance(item, (dict, list)) else scalar(chance, item)}"
    elif isinstance(value, list) and value:
        for item in value:
            if isinstance(item, (dict, list)) and item:
                lines = list(block(chance, item, indent + 1))
                yield f"{pad}- {lines[0].lstrip()}"
                yield from lines[1:]
            else:
                yield f"{pad}- {json.dumps(item) if isinstance(item, (dict, list)) else scalar(chance, item)}"
    else:
        yield pad + json.dumps(value)


class Tree:
    """Writes one tree below `top`; `roots` are the directories to build."""

    def __init__(self, seed, top):
        self.chance, self.top, self.roots, self.n = random.Random(seed), pathlib.Path(top), [], 0
        self.objects = []  # (kind, name, namespace)
        self.calm = self.maybe(0.6)  # patches and replacements that most often apply
        self.replacing = self.pick(0, 0.1, 0.4)
        self.widths = (1, 1, 1, 2)  # how many directories an overlay lists
        self.prefix = ""  # of paths in objects of engines
        self.environments = {}  # name: (directory, what its engine adds)
        self.directories, self.components = [], []
        self.mine = []  # of the kustomization that is being written
        self.ways, self.depth = {}, {}  # directory: how many ways lead to its files, and the longest of them
        self.written = {}  # directory: kustomization

    def pick(self, *values):
        return self.chance.choice(values)

    def maybe(self, share):
        return self.chance.random() < share

    def write(self, path, documents):
        path = self.top / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n---\n".join(self.text_of(d) for d in documents) + "\n")

    def text_of(self, document):
        if self.maybe(0.4):
            return "\n".join(block(self.chance, document))
        return json.dumps(document, indent=1 if self.maybe(0.5) else None)

    # --- objects ----------------------------------------------------------------------------

    def route(self):
        route = {"route": [{"destination": {"host": self.pick("old", "new", "other") + ".example.com" if self.maybe(0.97) else "$(V)"}} for _ in range(self.pick(1, 1, 2))]}
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
        self.mine.append((kind, name, namespace))
        spec = {"VirtualService": lambda: {"hosts": [name + ".example.com"], "http": [self.route() for _ in range(self.pick(1, 2, 3))]},
                "ServiceEntry": lambda: {"hosts": ["old.example.com"], "resolution": "STATIC", "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]},
                "DestinationRule": lambda: {"host": "old.example.com", "trafficPolicy": {"tls": {"mode": self.pick("SIMPLE", "DISABLE")}}},
                "GCPBackend": lambda: {"hostname": "new.example.com"}, "ConfigMap": lambda: None}[kind]()
        return {"apiVersion": GROUPS[kind], "kind": kind, "metadata": metadata, **({"spec": spec} if spec else {"data": dict(self.chance.sample(list(DATA.items()), len(DATA) if self.calm else 7))})}

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
        if self.calm:
            return self.pick("/spec/http/0/timeout", "/spec/http/0/route/0/destination/host", "/spec/hosts/0", "/spec/http/-", "/spec/hosts/-",
                             "/spec/http/0/route/0/weight", "/spec/http/0/match", "/metadata/labels", "/spec/gateways", "/spec/http/0")
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
        if self.calm and self.maybe(0.9):
            kind = "add"
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
            target["name"] = self.pick(name, name, name[:2] + ".*") if self.calm else self.pick(name, name, ".*" + name[-1:], name[:2] + ".*", "p-" + name, name.replace("-", "."), "(" + name + "|x)", "\\w+")
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
        kind, name, namespace = self.chance.choice(self.mine if self.calm and self.mine else self.objects)
        patch = {"apiVersion": GROUPS[kind], "kind": kind, "metadata": {"name": name if self.calm else self.pick(name, name, name, "p-" + name)}}
        if namespace or self.maybe(0 if self.calm else 0.1):
            patch["metadata"]["namespace"] = namespace or "prod"
        if self.maybe(0.2):
            patch["metadata"][self.pick("labels", "annotations")] = {"patched": "yes"}
        if self.maybe(0.1):
            return {**patch, "$patch": "delete"}
        if self.maybe(0.8):
            patch["spec"] = self.pick({"fresh": {"a": {"b": 1}}}, {"gateways": ["a/b"]}, {"hosts": ["merged.example.com"]}, {
                "http": [self.route()]}) if self.calm else self.pick({"http": [self.route()]}, {"hosts": ["merged.example.com"]}, {"gateways": ["a/b"]}, {"resolution": "DNS"},
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

    # --- replacements -----------------------------------------------------------------------

    def generator(self):
        self.n += 1
        made = {"name": f"gen-{self.n}", "literals": [f"{key}={value}" for key, value in self.chance.sample(list(DATA.items()), len(DATA) if self.calm else 5)]}
        if self.maybe(0.2):
            made["namespace"] = "shop"
        if self.maybe(0.1):
            made["options"] = {"labels": {"app": "a"}}
        if self.maybe(0.05):
            made["envs"] = ["absent.env"]
        self.objects.append(("ConfigMap", made["name"], made.get("namespace")))
        self.mine.append(self.objects[-1])
        return made

    def chosen(self, kinds):
        """Selects an object of one of the kinds, most often one that exists."""
        pool = self.mine if self.calm and self.mine else self.objects
        kind, name, namespace = self.chance.choice([o for o in pool if o[0] in kinds] or pool)
        chosen = {"kind": kind}
        if self.maybe(0.85):
            chosen["name"] = self.pick(name, name, name, name, name, "p-" + name, ".*")
        if self.maybe(0.2):
            chosen["namespace"] = namespace or self.pick("default", "prod")
        if self.maybe(0.1):
            chosen["version"] = "v1"
        return chosen

    def options(self):
        options = {}
        if self.maybe(0.3):
            options["delimiter"] = self.pick(".", ".", ":", "-", "xx")
            if self.maybe(0.8):
                options["index"] = self.pick(0, 0, 1, 2, -1, 9)
        if self.maybe(0.15):
            options["create"] = True
        return {"options": options} if options else {}

    def replacement_target(self):
        target = {"select": self.chosen(["VirtualService", "VirtualService", "VirtualService", "DestinationRule", "GCPBackend", "ConfigMap"])}
        if self.maybe(0.4):
            del target["select"]["kind"]
        if self.maybe(0.05):
            target["select"]["labelSelector"] = self.pick("app=a", "app in (a, b)", "!app")
        if self.maybe(0.1):
            target["reject"] = [self.pick(self.chosen(["VirtualService"]), {"kind": "ConfigMap"}, {"labelSelector": "app=a"})]
        if self.maybe(0.95):
            target["fieldPaths"] = [self.chance.choice(TARGETS) for _ in range(self.pick(1, 1, 1, 2))]
        return {**target, **self.options()}

    def replacement(self):
        source = self.chosen(["ConfigMap"] if self.maybe(0.7) else ["VirtualService"])
        source["fieldPath"] = self.chance.choice(SOURCES.get(source["kind"], ["metadata.name"]))
        if self.maybe(0.2):
            source["options"] = {"delimiter": self.pick(".", ":", "-"), "index": self.pick(0, 1, 2)}
        made = {"source": source, "targets": [self.replacement_target() for _ in range(self.pick(1, 1, 2))]}
        if self.maybe(0.05):
            del made["source"]
            made["sourceValue"] = self.pick(*DATA.values())
        return made

    def replacements(self, directory):
        made = []
        for _ in range(self.pick(1, 1, 2)):
            if self.maybe(0.7):
                made.append(self.replacement())
                continue
            self.n += 1
            several = [self.replacement() for _ in range(self.pick(1, 2))]
            self.write(f"{directory}/replacement-{self.n}.yaml", [several if self.maybe(0.5) else several[0]])
            made.append({"path": f"replacement-{self.n}.yaml"})
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
        if self.maybe(0.05):
            self.n += 1
            self.write(f"{directory}/config-{self.n}.yaml", [self.chance.choice(CONFIGURATIONS)])
            k["configurations"] = [f"config-{self.n}.yaml"]
        maps = [o for o in self.mine if o[0] == "ConfigMap"]
        if maps and self.maybe(0.1):
            k["vars"] = [{"name": "V", "objref": {"kind": "ConfigMap", "name": maps[0][1], "apiVersion": "v1"},
                          "fieldref": {"fieldpath": "data.host"}}]
        if self.maybe(self.replacing / 2):
            k["configMapGenerator"] = [self.generator() for _ in range(self.pick(1, 1, 2))]
        if self.maybe(self.replacing):
            k["replacements"] = self.replacements(directory)
        return k

    def kustomization(self, directory, below, component=False):
        k = {"apiVersion": "kustomize.config.k8s.io/v1alpha1" if component else "kustomize.config.k8s.io/v1beta1",
             "kind": "Component" if component else "Kustomization"}
        self.mine = []
        k["resources"] = [self.file(directory) for _ in range(self.pick(0, 1, 1, 2) if below or component else self.pick(1, 2))]
        k["resources"] += [f"../{b}" for b in below]
        if self.components and not component and self.maybe(0.4):
            k["components"] = [f"../{self.chance.choice(self.components)}"]
        k.update(self.steps(directory))
        self.written[directory] = {key: v for key, v in k.items() if v}
        self.write(f"{directory}/kustomization.yaml", [self.written[directory]])

    def make(self):
        for i in range(self.pick(1, 1, 2)):
            self.kustomization(f"base-{i}", [])
            self.ways[f"base-{i}"], self.depth[f"base-{i}"] = 1, 0
            self.directories.append(f"base-{i}")
        for i in range(self.pick(0, 1, 1, 2)):
            self.kustomization(f"component-{i}", [], component=True)
            self.components.append(f"component-{i}")
        for i in range(self.pick(1, 1, 2, 2, 3, 3, 5, 5, 8, 20)):
            below = self.chance.sample(self.directories, min(len(self.directories), self.pick(*self.widths)))
            if sum(self.ways[b] for b in below) > 16:  # kustomize builds a directory as often as there are ways to it
                below = below[:1]
            if max(self.depth[b] for b in below) > 6:  # errors of old versions double with each level
                below = ["base-0"]
            self.depth[f"overlay-{i}"] = 1 + max(self.depth[b] for b in below)
            self.ways[f"overlay-{i}"] = sum(self.ways[b] for b in below)
            self.kustomization(f"overlay-{i}", below)
            self.directories.append(f"overlay-{i}")
        self.roots = list(self.directories)
        for i in range(self.pick(0, 0, 1, 2)):
            self.environment(f"env-{i}", self.chance.choice(self.directories))
        return self

    # --- engines ----------------------------------------------------------------------------

    def environment(self, name, directory):
        """An Application or a Flux Kustomization of a directory, with fields of its own."""
        added = {key: value for key, value in (("namePrefix", "e-"), ("nameSuffix", "-e")) if self.maybe(0.3)}
        if self.components and self.maybe(0.3):
            added["components"] = [f"../{self.chance.choice(self.components)}"]
        if self.maybe(0.6):
            added["patches"] = [p for p in self.patches(directory) if "patch" in p or self.flux_free(name)]
        labels, annotations = ({"by": "engine"} if self.maybe(0.3) else {}), ({"note": "engine"} if self.maybe(0.3) else {})
        if self.flux_free(name):
            if self.maybe(0.3):
                added["namespace"] = "argo"
            self.write(f"apps/{name}.yaml", [{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name}, "spec": {
                "destination": {"namespace": "target"}, "source": {"path": self.prefix + directory, "kustomize": {
                    **added, "commonLabels": labels, "commonAnnotations": annotations}}}}])
            self.environments[name] = (directory, {**added, "commonLabels": labels, "commonAnnotations": annotations}, {})
            return
        if self.maybe(0.3):
            added["namespace"] = "flux"
        self.write(f"apps/{name}.yaml", [{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": name},
                                          "spec": {"path": self.prefix + directory, "commonMetadata": {"labels": labels, "annotations": annotations},
                                                   **{{"namespace": "targetNamespace"}.get(k, k): v for k, v in added.items()}}}])
        self.environments[name] = (directory, added, {"labels": labels, "annotations": annotations})

    @staticmethod
    def flux_free(name):
        """Environments with an even number are of Argo CD; only its patches can be files."""
        return int(name[-1]) % 2 == 0

    def built_by_engine(self, name):
        """A directory beside that of the environment with the kustomization as the engine changes it before it is built."""
        directory, added, _ = self.environments[name]
        copy = self.top / f"{directory}-{name}"
        shutil.copytree(self.top / directory, copy)
        k = json.loads(json.dumps(self.written[directory]))
        for key, value in added.items():
            if key in ("patches", "components"):
                k[key] = k.get(key, []) + value
            elif isinstance(value, dict):
                k[key] = {**k.get(key, {}), **value}
            else:
                k[key] = value
        (copy / "kustomization.yaml").write_text(json.dumps(k))
        return copy

    def as_applied(self, name, objects):
        """What the engine does to the objects that were built."""
        _, added, common = self.environments[name]
        for o in objects:
            if self.flux_free(name) and not o["metadata"].get("namespace"):
                o["metadata"]["namespace"] = "target"
            for key, pairs in common.items():
                if pairs:
                    o["metadata"].setdefault(key, {}).update(pairs)
        return objects

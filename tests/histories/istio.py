"""What Istio reads in manifests: the routes of VirtualServices and the share of each destination.

Written from Istio's documented behaviour, on PyYAML; it shares nothing with the program.
"""
import copy
import dataclasses
import fractions
import json

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PARSED = {}  # blob -> documents


@dataclasses.dataclass(eq=False)
class Route:
    """An http route. dests: (host, subset, port) of each, resolved; weights: None where absent."""
    name: str
    match: str
    dests: list
    weights: list
    mirror: str
    rest: str       # all other fields, as JSON
    index: int = 0

    def shares(self):
        """The share of each destination, or None where Istio refuses the object."""
        if len(self.dests) == 1:
            return [fractions.Fraction(1)]
        total = self.total()
        if not total or any((w or 0) < 0 for w in self.weights):
            return None
        return [fractions.Fraction(w or 0, total) for w in self.weights]

    def total(self):
        return sum(w or 0 for w in self.weights)

    def unit(self):
        """The share of a weight of 1: nothing can be more exact than half of it."""
        return fractions.Fraction(1, max(self.total(), 1)) if len(self.dests) > 1 else 0

    def share(self, host):
        shares = self.shares()
        if shares is None:
            return None
        return sum((s for s, d in zip(shares, self.dests) if d[0] == host),
                   fractions.Fraction(0))

    def has(self, host):
        return any(d[0] == host for d in self.dests)

    def key(self):
        return self.name or "", self.match


@dataclasses.dataclass(eq=False)
class Service:
    """A VirtualService."""
    name: tuple      # namespace, name
    path: str
    routes: list
    rest: str        # the object without its http routes, as JSON


def resolve(host, namespace):
    """The full name of a host in an object of the namespace."""
    if "." in host or "*" in host or not host:
        return host
    return f"{host}.{namespace}.svc.cluster.local"


def documents(repo, blob):
    if blob not in PARSED:
        try:
            found = list(yaml.load_all(repo.data(blob), LOADER))
            PARSED[blob] = [d for d in found if isinstance(d, dict)]
        except yaml.YAMLError:
            PARSED[blob] = None
    return PARSED[blob]


def route_of(raw, index, namespace):
    rest = {k: v for k, v in raw.items() if k not in ("route", "match", "name", "mirror",
                                                      "mirrorPercentage")}
    dests, weights, extra = [], [], []
    for item in raw.get("route") or []:
        where = item.get("destination") or {}
        dests.append((resolve(str(where.get("host", "")), namespace), where.get("subset"),
                      (where.get("port") or {}).get("number")))
        weights.append(item.get("weight"))
        extra.append(item.get("headers"))
    mirror = raw.get("mirror")
    return Route(name=raw.get("name"), match=json.dumps(raw.get("match"), sort_keys=True),
                 dests=dests, weights=weights, index=index,
                 mirror=resolve(str(mirror.get("host", "")), namespace) if mirror else None,
                 rest=json.dumps(rest, sort_keys=True))


def services(repo, files):
    """The VirtualServices of a tree, by file; a name twice stays twice."""
    found = []
    for path, blob in sorted(files.items()):
        if not path.endswith((".yaml", ".yml")) or path.startswith(".gcpbackend/"):
            continue
        for doc in documents(repo, blob) or []:
            if doc.get("kind") == "VirtualService":
                found.append(service_of(doc, path))
    return found


def service_of(doc, path):
    meta, spec = doc.get("metadata") or {}, doc.get("spec") or {}
    namespace = meta.get("namespace", "shop")
    routes = [route_of(r, i, namespace) for i, r in enumerate(spec.get("http") or [])]
    rest = copy.copy(doc)
    rest["spec"] = {k: v for k, v in spec.items() if k != "http"}
    return Service(name=(namespace, meta.get("name")), path=path, routes=routes,
                   rest=json.dumps(rest, sort_keys=True))


def unreadable(repo, files):
    """Paths of manifests that are not YAML."""
    return [p for p, b in files.items() if p.endswith(".yaml") and documents(repo, b) is None]

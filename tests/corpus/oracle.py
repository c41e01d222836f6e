"""What a stage makes of manifests, worked out on parsed objects: a second opinion that shares no code with the program.

load(bytes) reads documents with PyYAML; apply(documents, Move(...), stage) returns them as they should be, or raises Refusal with every code
that would be right. Stages: "start" (unchanged), "mirror", or a percentage. The documents are those before the first stage.
"""
import copy
import dataclasses
import itertools
import re

import yaml

GROUP = "networking.istio.io/"
VERSIONS = {GROUP + v for v in ("v1", "v1beta1", "v1alpha3")}
SAFE = ("GET", "HEAD")
MIRRORED = 10
STAGES = (10, 25, 50, 100)
MIRROR_KEYS = ("mirror", "mirrors", "mirrorPercentage", "mirrorPercent", "mirror_percent", "mirror_percentage")
HTTP = {"HTTP", "HTTP2", "GRPC", "GRPC-WEB", ""}
TLS = {"SIMPLE", "MUTUAL", "ISTIO_MUTUAL"}
# What is no number in the program's words; sums of such weights stay inside the int32 in which Istio adds them.
LARGEST_WEIGHT = 1_000_000
# Any code of the YAML reader: which one is the business of its own tests.
YAML = "GCB2"
NOWHERE = ("GCB1001", "GCB1002", "GCB1017")


class Refusal(Exception):
    """The stage must be refused, with one of these codes (or one that begins so)."""

    def __init__(self, *codes):
        super().__init__(", ".join(codes))
        self.codes = set(codes)


@dataclasses.dataclass
class Move:
    old: str
    new: str
    port: int = 0
    namespace: str | None = None


# --- Reading -------------------------------------------------------------------------------------------------------------------------

class Odd:
    """Marks a value that the program must not touch: used more than once (an alias), of doubtful keys, or an unusual number."""


class OddMap(Odd, dict):
    pass


class OddList(Odd, list):
    pass


class OddText(Odd, str):
    pass


class OddInt(Odd, int):
    pass


class Loader(yaml.SafeLoader):
    """PyYAML's own, in Python, that marks what is odd."""

    def __init__(self, stream):
        super().__init__(stream)
        self.shared = []

    def compose_node(self, parent, index):
        alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if alias:
            self.shared.append(node)
        return node

    def is_shared(self, node):
        return any(node is s for s in self.shared)

    def make_map(self, node):
        keys = [(k.tag, k.value) for k, _ in node.value if isinstance(k, yaml.ScalarNode)]
        merges = any(tag == "tag:yaml.org,2002:merge" for tag, _ in keys)
        result = OddMap() if self.is_shared(node) or merges or len(set(keys)) < len(node.value) else {}
        yield result
        result.update(self.construct_mapping(node))

    def make_list(self, node):
        result = OddList() if self.is_shared(node) else []
        yield result
        result.extend(self.construct_sequence(node))

    def make_text(self, node):
        text = self.construct_scalar(node)
        return OddText(text) if self.is_shared(node) else text

    def make_int(self, node):
        number = self.construct_yaml_int(node)
        plain = node.style is None and re.fullmatch(r"0|-?[1-9][0-9]*", node.value)
        return number if plain and not self.is_shared(node) else OddInt(number)


Loader.add_constructor("tag:yaml.org,2002:map", Loader.make_map)
Loader.add_constructor("tag:yaml.org,2002:seq", Loader.make_list)
Loader.add_constructor("tag:yaml.org,2002:str", Loader.make_text)
Loader.add_constructor("tag:yaml.org,2002:int", Loader.make_int)


def load(data):
    """The documents, or None when they cannot be read."""
    try:
        return list(yaml.load_all(data.decode("utf-8-sig"), Loader))
    except (yaml.YAMLError, ValueError):
        return None


HOST_VALUE = re.compile(r"^\s*(?:-\s*)?(?:destination:\s*\{\s*)?host:(.*)", re.M)
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def hosts_by_eye(text):
    """Names that the hosts of a file that cannot be read begin with, or are made of."""
    names = (NAME.search(value) for value in HOST_VALUE.findall(text))
    return list(dict.fromkeys(n[0] for n in names if n))


# --- Objects -------------------------------------------------------------------------------------------------------------------------

def mapping(value):
    return value if isinstance(value, dict) else {}


def sequence(value):
    return value if isinstance(value, list) else []


def lines_of_objects(documents):
    """For each Kubernetes object, the items of lists among them, the values that lead to it and itself."""
    for document in documents:
        if not isinstance(document, dict):
            continue
        if document.get("kind") == "List":
            items = document.get("items")
            yield from ([document, items, item] for item in sequence(items) if isinstance(item, dict))
        else:
            yield [document]


def objects(documents, kind):
    """All objects of a kind of Istio's networking group."""
    things = (line[-1] for line in lines_of_objects(documents))
    return [t for t in things if t.get("kind") == kind and str(t.get("apiVersion", "")).startswith(GROUP)]


def resolve(host, namespace):
    """A name without a dot belongs to the namespace of the object that names it."""
    if not isinstance(host, str):
        return None
    return host if not namespace or not host or "." in host or ":" in host or host == "*" else f"{host}.{namespace}.svc.cluster.local"


def namespace_of(thing, move):
    value = mapping(thing.get("metadata")).get("namespace")
    return value if isinstance(value, str) and value else move.namespace


def names_host(named, thing, host, move):
    return host is not None and resolve(named, namespace_of(thing, move)) == host


def spec_of(thing):
    return mapping(thing.get("spec"))


def services_of(documents):
    return [s for s in objects(documents, "VirtualService") if s["apiVersion"] in VERSIONS]


def routes_of(service):
    return [r for r in sequence(spec_of(service).get("http")) if isinstance(r, dict)]


def destinations_of(route):
    return [d for d in sequence(route.get("route")) if isinstance(d, dict)]


def host_of(destination):
    return mapping(destination.get("destination")).get("host")


def http_hosts(documents):
    """Every destination host of an http route."""
    hosts = [host_of(d) for s in services_of(documents) for r in routes_of(s) for d in destinations_of(r)]
    return [h for h in dict.fromkeys(h for h in hosts if isinstance(h, str)) if h]


def old_host(service, move):
    """The full name of the old host, seen from a VirtualService."""
    return resolve(move.old, move.namespace or namespace_of(service, move))


def old_destinations(route, service, move):
    return [d for d in destinations_of(route) if names_host(host_of(d), service, old_host(service, move), move)]


# --- Weights -------------------------------------------------------------------------------------------------------------------------

def weight(destination, route):
    """The weight that a destination has or that Istio takes for it."""
    if "weight" not in destination:
        return 100 if len(route["route"]) == 1 else 0
    value = destination["weight"]
    if isinstance(value, (bool, Odd)) or not isinstance(value, int) or not 0 <= value <= LARGEST_WEIGHT:
        raise Refusal("GCB1009")
    return value


def split(base, percent):
    """Largest remainder over the old destinations, then new; returns (olds, new)."""
    total = sum(base)
    exact = [b * (100 - percent) for b in base] + [total * percent]
    shares = [e // 100 for e in exact]
    order = sorted(range(len(exact)), key=lambda i: (-(exact[i] % 100), i))
    for i in order[:total - sum(shares)]:
        shares[i] += 1
    if percent < 100:
        for i, share in enumerate(shares):
            if share == 0 and (i == len(base) or base[i]):
                giver = max(range(len(shares)), key=lambda j: (shares[j], -j))
                if shares[giver] < 2:
                    raise Refusal("GCB1007")
                shares[giver] -= 1
                shares[i] += 1
    return shares[:-1], shares[-1]


def check_split(base):
    last = 0
    for percent in STAGES:
        now = split(base, percent)[1]
        if now <= last or (percent < 100 and now >= sum(base)):
            raise Refusal("GCB1007")
        last = now


def check_weights(route, olds):
    """What is refused at every stage."""
    if sum(weight(d, route) for d in route["route"]) == 0 or sum(weight(d, route) for d in olds) == 0:
        raise Refusal("GCB1008")


def sets_authority(destination):
    request = mapping(mapping(destination.get("headers")).get("request"))
    names = [n for operation in ("set", "add", "remove") for n in request.get(operation) or []]
    return any(str(n).lower() in ("host", ":authority") for n in names)


def new_destination(old, move):
    """The last old destination, as new stands behind it."""
    codes = []
    if set(old) - {"destination", "weight", "headers"} or set(old["destination"]) - {"host", "subset", "port"}:
        codes.append("GCB1010")
    if sets_authority(old):
        codes.append("GCB1012")
    if codes:
        raise Refusal(*codes)
    new = copy.deepcopy(old)
    new["destination"] = target(move)
    return new


def target(move):
    return {"host": move.new, **({"port": {"number": move.port}} if move.port else {})}


def check_port(olds, move):
    if not move.port and any("port" in d["destination"] for d in olds):
        raise Refusal("GCB1006")


def shift(route, service, move, percent):
    """[The route with `percent` of the old destinations' weight on new]."""
    olds = old_destinations(route, service, move)
    base = [weight(d, route) for d in olds]
    codes = collect(lambda: check_port(olds, move), lambda: check_split(base), lambda: new_destination(olds[-1], move))
    if codes:
        raise Refusal(*codes)
    shares, share = split(base, percent)
    new = new_destination(olds[-1], move)
    new["weight"] = share
    position = max(i for i, d in enumerate(route["route"]) if any(d is o for o in olds))
    for old, share in zip(olds, shares):
        old["weight"] = share
    route["route"].insert(position + 1, new)
    return [route]


# --- Mirrors -------------------------------------------------------------------------------------------------------------------------

def exact_method(block):
    """The method that a match block asks for by its full name, or None."""
    method = mapping(block).get("method")
    return method["exact"] if isinstance(method, dict) and set(method) == {"exact"} and isinstance(method["exact"], str) else None


def multiplied(block):
    """What the generated copy has in the place of a match block."""
    if not block or not isinstance(block, dict):
        return []
    if "method" not in block:
        return [{**copy.deepcopy(block), "method": {"exact": m}} for m in SAFE]
    return [copy.deepcopy(block)] if exact_method(block) in SAFE else []


def is_catch_all(block):
    uri = mapping(mapping(block).get("uri"))
    return bool(uri) and not set(block) - {"uri", "name"} and (uri.get("prefix") == "/" or uri.get("regex") in (".*", "*"))


def catches_all(route):
    return not route.get("match") or any(is_catch_all(b) for b in route["match"])


def names_of(service):
    return {str(h).lower() for h in sequence(spec_of(service).get("hosts"))}


def must_stay_last(route, service, services):
    """Whether a copy of the route would come before routes of another VirtualService that Istio has before it today."""
    if not catches_all(route) or all(g == "mesh" for g in sequence(spec_of(service).get("gateways"))):
        return False
    others = [s for s in services if s is not service and any(g != "mesh" for g in sequence(spec_of(s).get("gateways")))]
    return any(names_of(service) & names_of(other) for other in others)


def with_mirror(route, move):
    return {**copy.deepcopy(route), "mirror": target(move), "mirrorPercentage": {"value": MIRRORED}}


def mirrored(route, service, services, move):
    """The routes that take the route's place at the stage of the mirror."""
    before = itertools.takewhile(lambda r: r is not route, routes_of(service))
    if any(key in route for key in MIRROR_KEYS) or any(catches_all(r) for r in before):
        return [route]
    blocks = route.get("match")
    if blocks and all(exact_method(b) in SAFE for b in blocks):
        check_port(old_destinations(route, service, move), move)
        return [with_mirror(route, move)]
    copied = [{"method": {"exact": m}} for m in SAFE] if blocks is None else [new for b in blocks for new in multiplied(b)]
    if not copied or must_stay_last(route, service, services):
        return [route]
    check_port(old_destinations(route, service, move), move)
    return [with_mirror({**route, "match": copied}, move), route]


# --- Other objects -------------------------------------------------------------------------------------------------------------------

def lets_in(route, number):
    """Whether a request that arrives on a port may come to the route."""
    blocks = sequence(route.get("match"))
    return not blocks or any(mapping(b).get("port") in (None, number) for b in blocks)


def speaks_http(entry, route):
    """Whether a port on which clients call the host of a ServiceEntry carries HTTP to the route, whatever port that leads to."""
    ports = [p for p in sequence(spec_of(entry).get("ports")) if isinstance(p, dict)]
    return not ports or any(str(p.get("protocol") or "").upper() in HTTP and lets_in(route, p.get("number")) for p in ports)


def listens_as_old(service, move):
    """Whether requests come to the routes of a VirtualService by the ports of the old host."""
    gateways, old = sequence(spec_of(service).get("gateways")), old_host(service, move)
    names = sequence(spec_of(service).get("hosts"))
    covers = [h for h in names if isinstance(h, str) and (names_host(h, service, old, move) or (h.startswith("*") and old.endswith(h[1:])))]
    return (not gateways or "mesh" in gateways) and (bool(covers) or not names)


def check_ports(documents, users, move):
    for entry in objects(documents, "ServiceEntry"):
        for service, route in users:
            hosts = sequence(spec_of(entry).get("hosts"))
            if any(h == old_host(service, move) or names_host(h, entry, old_host(service, move), move) for h in hosts):
                if listens_as_old(service, move) and not speaks_http(entry, route):
                    raise Refusal("GCB1004")


def policies_of(rule):
    """All policies of a DestinationRule: its own, its subsets', and those of ports."""
    spec = spec_of(rule)
    tops = [spec.get("trafficPolicy"), *(mapping(s).get("trafficPolicy") for s in sequence(spec.get("subsets")))]
    return [mapping(p) for top in tops for p in [top, *sequence(mapping(top).get("portLevelSettings"))]]


def modes_of(rule):
    return {mapping(p.get("tls")).get("mode") for p in policies_of(rule)} & (TLS | {"DISABLE"})


def rule_covers(rule, host, move):
    named = resolve(spec_of(rule).get("host"), namespace_of(rule, move))
    return named is not None and (named == host or (named.startswith("*") and len(host) >= len(named) and host.endswith(named[1:])))


def check_rules(documents, services, move):
    """TLS, tunnels and the like of old that new would not have."""
    rules, codes = objects(documents, "DestinationRule"), set()
    for service in services:
        new = resolve(move.new, namespace_of(service, move))
        for_old = [r for r in rules if rule_covers(r, old_host(service, move), move)]
        for_new = [r for r in rules if rule_covers(r, new, move)]
        modes = set().union(*map(modes_of, for_old)) - {"DISABLE"}
        if modes and not any(modes_of(r) for r in for_new):
            codes.add("GCB1301" if modes - {"SIMPLE"} else "GCB1005")
        for field in ("tunnel", "proxyProtocol"):
            has = [any(p.get(field) for r in side for p in policies_of(r)) for side in (for_old, for_new)]
            if has == [True, False]:
                codes.add("GCB1305")
    if codes:
        raise Refusal(*codes)


def expects_mesh(endpoint):
    labels = mapping(endpoint.get("labels"))
    return bool(endpoint.get("serviceAccount")) or labels.get("security.istio.io/tlsMode") == "istio"


def entry_codes(entry):
    """What a ServiceEntry of old forbids by itself."""
    spec = spec_of(entry)
    endpoints = [e for e in sequence(spec.get("endpoints")) if isinstance(e, dict)]
    return {code for code, hit in {
        "GCB1207": spec.get("location") == "MESH_INTERNAL",
        "GCB1208": bool(spec.get("workloadSelector")),
        "GCB1209": any(map(expects_mesh, endpoints)),
        "GCB1213": any(str(e.get("address", "")).startswith("unix://") for e in endpoints),
    }.items() if hit}


def check_entries(documents, services, move):
    olds = [old_host(s, move) for s in services]
    hosts_of = lambda e: [h for h in sequence(spec_of(e).get("hosts")) if isinstance(h, str)]
    entries = [e for e in objects(documents, "ServiceEntry")
               if any(h in olds or resolve(h, namespace_of(e, move)) in olds for h in hosts_of(e))]
    wild = [h for e in objects(documents, "ServiceEntry") for h in hosts_of(e)
            if h.startswith("*") and len(olds[0]) >= len(h) and olds[0].lower().endswith(h[1:].lower())]
    things = [line[-1] for line in lines_of_objects(documents)]
    kubernetes = [s for s in things if s.get("kind") == "Service" and s.get("apiVersion") == "v1"
                  and resolve(mapping(s.get("metadata")).get("name"), namespace_of(s, move)) == olds[0]]
    names = {(namespace_of(e, move), mapping(e.get("metadata")).get("name")) for e in entries}
    codes = set().union(*map(entry_codes, entries))
    if len(names) + (1 if kubernetes else 0) > 1 and entries:
        codes.add("GCB1216")
    if wild and not entries and not kubernetes:
        codes.add("GCB1202")
    if codes:
        raise Refusal(*codes)


def check_authority(services, move):
    for service in services:
        for route in routes_of(service):
            sets = mapping(mapping(mapping(route.get("headers")).get("request")).get("set"))
            named = mapping(route.get("rewrite")).get("authority") or next((v for k, v in sets.items() if str(k).lower() in ("host", ":authority")), None)
            if old_destinations(route, service, move) and names_host(named, service, old_host(service, move), move):
                raise Refusal("GCB1401")


# --- Stages --------------------------------------------------------------------------------------------------------------------------

def collect(*checks):
    """The codes of all checks that refuse."""
    codes = set()
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            codes |= refusal.codes
    return codes


def check_way(documents, service, move):
    """Nothing between the document and a destination that moves may be used twice, or have a key twice."""
    line = next(line for line in lines_of_objects(documents) if line[-1] is service)
    spec = spec_of(service)
    way = [*line, service.get("metadata"), spec, spec["http"]]
    for route in routes_of(service):
        olds = old_destinations(route, service, move)
        if olds:
            way += [route, route["route"]]
        for old in olds:
            way += [old, old["destination"], old["destination"]["host"]]
    if any(isinstance(step, Odd) for step in way):
        raise Refusal(YAML)


def apply(documents, move, stage):
    """The documents at the stage."""
    if "*" in move.old:
        raise Refusal("GCB1015")
    documents = copy.deepcopy(documents)
    services = services_of(documents)
    mine = [s for s in services if any(old_destinations(r, s, move) for r in routes_of(s))]
    if not mine:
        raise Refusal(*NOWHERE)
    codes = collect(*(lambda s=s: check_way(documents, s, move) for s in mine))
    if stage == "start" and not codes:
        return documents
    users = [(s, r) for s in mine for r in routes_of(s) if old_destinations(r, s, move)]
    codes |= collect(lambda: check_ports(documents, users, move), lambda: check_rules(documents, mine, move),
                     lambda: check_entries(documents, mine, move), lambda: check_authority(mine, move))
    for service in mine:
        codes |= rewrite(service, services, move, stage)
    if codes:
        raise Refusal(*codes)
    return documents


def rewrite(service, services, move, stage):
    """Brings the http routes of a VirtualService to the stage; returns the codes of what must not be done."""
    routes, codes = [], set()
    for route in service["spec"]["http"]:
        olds = old_destinations(route, service, move) if isinstance(route, dict) else []
        wrong = collect(lambda: check_weights(route, olds)) if olds else set()
        if olds and not wrong:
            change = (lambda: mirrored(route, service, services, move)) if stage == "mirror" else (lambda: shift(route, service, move, int(stage)))
            wrong = collect(lambda: routes.extend(change()))
        else:
            routes.append(route)
        codes |= wrong
    service["spec"]["http"] = routes
    return codes


def outcome(documents, move, stage):
    """(documents, no codes) or (None, codes) of a stage of documents that may be None, which nobody can read."""
    try:
        return (None, {YAML}) if documents is None else (apply(documents, move, stage), set())
    except Refusal as refusal:
        return None, refusal.codes


def agrees(code, codes):
    """Whether the code of a refusal is one of those that are right."""
    return any(code.startswith(c) for c in codes)

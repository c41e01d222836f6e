"""What a stage makes of manifests, worked out on parsed objects: a second opinion that shares no code with the program.

apply(documents, Move(...), stage) returns the documents as they should be, or raises Refusal with the codes that would be right. Stages:
"start" (unchanged), "mirror", or a percentage.
"""
import copy
import dataclasses
import re

GROUP = "networking.istio.io/"
VERSIONS = {GROUP + v for v in ("v1", "v1beta1", "v1alpha3")}
SAFE = ("GET", "HEAD")
STAGES = (10, 25, 50, 100)
PERCENT_KEYS = ("mirrorPercentage", "mirrorPercent", "mirror_percent", "mirror_percentage")
HTTP = {"HTTP", "HTTP2", "GRPC", "GRPC-WEB", ""}
TLS = {"SIMPLE", "MUTUAL", "ISTIO_MUTUAL"}


class Refusal(Exception):
    """The stage must be refused, with one of these codes."""

    def __init__(self, *codes):
        super().__init__(", ".join(codes))
        self.codes = set(codes)


@dataclasses.dataclass
class Move:
    old: str
    new: str
    port: int = 0


def objects(documents):
    """All Kubernetes objects, the items of lists among them."""
    for document in documents:
        if not isinstance(document, dict):
            continue
        if str(document.get("kind", "")).endswith("List") and isinstance(document.get("items"), list):
            yield from (item for item in document["items"] if isinstance(item, dict))
        else:
            yield document


def resolve(host, namespace):
    """A name without a dot belongs to the namespace of the object that names it."""
    if not isinstance(host, str):
        return None
    return host if not namespace or "." in host or ":" in host or host == "*" else f"{host}.{namespace}.svc.cluster.local"


def namespace_of(thing):
    value = (thing.get("metadata") or {}).get("namespace")
    return value if isinstance(value, str) else None


def routes_of(service):
    http = (service.get("spec") or {}).get("http")
    return [r for r in http if isinstance(r, dict)] if isinstance(http, list) else []


def host_of(destination):
    return ((destination or {}).get("destination") or {}).get("host")


def is_service(thing):
    return thing.get("kind") == "VirtualService" and thing.get("apiVersion") in VERSIONS


def http_hosts(documents):
    """Every destination host of an http route."""
    hosts = []
    for service in filter(is_service, objects(documents)):
        for route in routes_of(service):
            for destination in route.get("route") or []:
                host = host_of(destination)
                if isinstance(host, str) and host not in hosts:
                    hosts.append(host)
    return hosts


def old_destinations(route, service, move):
    namespace = namespace_of(service)
    wanted = resolve(move.old, namespace)
    return [d for d in route.get("route") or [] if resolve(host_of(d), namespace) == wanted]


def weight(destination, route):
    value = destination.get("weight")
    if value is None:
        return 100 if len(route["route"]) == 1 and "weight" not in destination else 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
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


def destination_copy(old, move):
    if set(old) - {"destination", "weight", "headers"} or set(old["destination"]) - {"host", "subset", "port"}:
        raise Refusal("GCB1010")
    request = (old.get("headers") or {}).get("request") or {}
    for operation in ("set", "add", "remove"):
        if any(str(name).lower() in ("host", ":authority") for name in request.get(operation) or []):
            raise Refusal("GCB1012")
    new = copy.deepcopy(old)
    new["destination"] = {"host": move.new}
    if move.port:
        new["destination"]["port"] = {"number": move.port}
    return new


def shift(route, service, move, percent):
    """The route with `percent` of the old destinations' weight on new."""
    olds = old_destinations(route, service, move)
    base = [weight(d, route) for d in olds]
    check_split(base)
    shares, new_weight = split(base, percent)
    new = destination_copy(olds[-1], move)
    new["weight"] = new_weight
    position = max(i for i, d in enumerate(route["route"]) if any(d is o for o in olds))
    for old, share in zip(olds, shares):
        old["weight"] = share
    route["route"].insert(position + 1, new)


def exact_method(block):
    """(method or None, is it something else than an exact method)."""
    method = block.get("method")
    if "method" not in block:
        return None, False
    if isinstance(method, dict) and set(method) == {"exact"} and isinstance(method["exact"], str):
        return method["exact"], False
    return None, True


def catches_all(route):
    blocks = route.get("match") or []
    for block in blocks:
        uri = (block or {}).get("uri")
        if uri and not set(block) - {"uri", "name"} and (uri.get("prefix") == "/" or uri.get("regex") in (".*", "*")):
            return True
    return not blocks


def on_gateway(service):
    return any(g != "mesh" for g in (service.get("spec") or {}).get("gateways") or [])


def shares_host(service, services):
    hosts = {str(h).lower() for h in service["spec"].get("hosts") or []}
    return any(other is not service and (other.get("spec") or {}).get("gateways") and
               hosts & {str(h).lower() for h in other["spec"].get("hosts") or []} for other in services)


def add_mirror(route, move):
    route["mirror"] = {"host": move.new}
    if move.port:
        route["mirror"]["port"] = {"number": move.port}
    route["mirrorPercentage"] = {"value": 10}


def safe_blocks(route):
    """The match blocks that a generated copy has; None when the route itself lets only safe methods through."""
    if "match" not in route or route["match"] is None:
        return [{"method": {"exact": m}} for m in SAFE]
    blocks = []
    for block in route["match"]:
        method, odd = exact_method(block or {})
        if odd or not block:
            continue
        if method is None:
            blocks += [{**block, "method": {"exact": m}} for m in SAFE]
        elif method in SAFE:
            blocks.append(block)
    only_safe = route["match"] and all(exact_method(b or {})[0] in SAFE for b in route["match"])
    return None if only_safe else blocks


def mirrored(route, service, services, move):
    """The routes that take the route's place at the stage of the mirror."""
    if "mirror" in route or "mirrors" in route or any(k in route for k in PERCENT_KEYS):
        return [route]
    blocks = safe_blocks(route)
    if blocks is not None and not blocks:
        return [route]
    if blocks is not None and catches_all(route) and on_gateway(service) and shares_host(service, services):
        return [route]
    if not move.port and any("port" in d["destination"] for d in old_destinations(route, service, move)):
        raise Refusal("GCB1006")
    if blocks is None:
        add_mirror(route, move)
        return [route]
    generated = copy.deepcopy(route)
    generated["match"] = copy.deepcopy(blocks)
    add_mirror(generated, move)
    return [generated, route]


def check_ports(documents, used, move):
    for entry in objects(documents):
        if entry.get("kind") != "ServiceEntry" or not str(entry.get("apiVersion", "")).startswith(GROUP):
            continue
        for service, destination in used:
            wanted = resolve(move.old, namespace_of(service))
            hosts = (entry.get("spec") or {}).get("hosts") or []
            if not any(wanted in (h, resolve(h, namespace_of(entry))) for h in hosts):
                continue
            number = (destination["destination"].get("port") or {}).get("number")
            ports = [p for p in entry["spec"].get("ports") or [] if not number or p.get("number") == number]
            if ports and not any(str(p.get("protocol") or "").upper() in HTTP for p in ports):
                raise Refusal("GCB1004")


def policy_tls(policy):
    policy = policy or {}
    return (policy.get("tls") or {}).get("mode") in TLS or any(policy_tls(p) for p in policy.get("portLevelSettings") or [])


def has_tls(documents, host):
    for rule in objects(documents):
        spec = rule.get("spec") or {}
        if rule.get("kind") != "DestinationRule" or not str(rule.get("apiVersion", "")).startswith(GROUP) or not spec.get("host"):
            continue
        named = resolve(spec["host"], namespace_of(rule))
        covers = named == host or (named.startswith("*") and host.lower().endswith(named[1:].lower()) and len(host) > len(named) - 1)
        if covers and (policy_tls(spec.get("trafficPolicy")) or any(policy_tls(s.get("trafficPolicy")) for s in spec.get("subsets") or [])):
            return True
    return False


def check_tls(documents, services, move):
    for service in services:
        namespace = namespace_of(service)
        if has_tls(documents, resolve(move.old, namespace)) and not has_tls(documents, resolve(move.new, namespace)):
            raise Refusal("GCB1005")


def check_route(route, move, olds):
    """What is refused whatever the stage."""
    weights = [weight(d, route) for d in route["route"]]
    if sum(weights) == 0 or sum(weight(d, route) for d in olds) == 0:
        raise Refusal("GCB1008")


def apply(documents, move, stage):
    """The documents at the stage."""
    documents = copy.deepcopy(documents)
    services = [s for s in objects(documents) if is_service(s)]
    mine = [(s, r) for s in services for r in routes_of(s) if old_destinations(r, s, move)]
    if not mine:
        raise Refusal("GCB1001", "GCB1002", "GCB1017")
    if stage == "start":
        return documents
    check_ports(documents, [(s, d) for s, r in mine for d in old_destinations(r, s, move)], move)
    check_tls(documents, {id(s): s for s, _ in mine}.values(), move)
    for service in {id(s): s for s, _ in mine}.values():
        out = []
        for route in service["spec"]["http"]:
            olds = old_destinations(route, service, move) if isinstance(route, dict) else []
            if not olds:
                out.append(route)
                continue
            check_route(route, move, olds)
            if stage == "mirror":
                out += mirrored(route, service, services, move)
                continue
            if not move.port and "port" in olds[-1]["destination"]:
                raise Refusal("GCB1006")
            shift(route, service, move, int(stage))
            out.append(route)
        service["spec"]["http"] = out
    return documents


PLAIN_HOST = re.compile(r"^\s*(?:-\s*)?(?:destination:\s*\{\s*)?host:\s*[\"']?([^\s\"',}#]+)", re.M)


def hosts_by_eye(text):
    """Hosts of a file that cannot be parsed."""
    return list(dict.fromkeys(PLAIN_HOST.findall(text)))

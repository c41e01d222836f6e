"""Changes of what Istio reads, of which the program does not know: change(object, scene) is another object, or None.

ALL are those that a claim must notice: with an Istio that reads something else, the program must be wrong somewhere.
"""
import yaml

import rule_claims as claims


def fewer(kind, *keys):
    """Objects of a kind without these keys, wherever they are in its spec."""
    def less(value):
        if isinstance(value, dict):
            return {k: less(v) for k, v in value.items() if k not in keys}
        return [less(v) for v in value] if isinstance(value, list) else value
    return lambda o, _: {**o, "spec": less(o["spec"])} if o["kind"] == kind else o


def wider(*keys):
    """Match blocks without these conditions."""
    def less(value):
        if isinstance(value, dict):
            return {k: [{c: x for c, x in b.items() if c not in keys} for b in v] if k == "match" else less(v) for k, v in value.items()}
        return [less(v) for v in value] if isinstance(value, list) else value
    return lambda o, _: {**o, "spec": less(o["spec"])} if o["kind"] == "VirtualService" else o


def named(name):
    """All objects but one."""
    return lambda o, _: None if o["metadata"]["name"] == name else o


def with_spec(o, **fields):
    return {**o, "spec": {**o["spec"], **fields}}


def http(o, _):
    """Every port of the old host is HTTP."""
    ports = [{**p, "protocol": "HTTP"} for p in o["spec"].get("ports", [])]
    return with_spec(o, ports=ports) if o["metadata"]["name"] in ("old", "twin") and ports else o


def for_plain(o, _):
    """Rules for some workloads are for those that each namespace of the scene has."""
    if o["kind"] != "DestinationRule" or "workloadSelector" not in o["spec"]:
        return o
    return with_spec(o, workloadSelector={"matchLabels": {"app": "plain"}})


def one_plane(o, _):
    """All objects are for all control planes."""
    return {**o, "metadata": {k: v for k, v in o["metadata"].items() if k != "labels"}}


def both_ways(o, _):
    """The moved VirtualServices are for sidecars and for gateways."""
    return with_spec(o, gateways=["mesh", "istio-system/gate"]) if o["metadata"]["name"] in ("ours", "more") else o


def no_sidecars(o, _):
    return None if o["kind"] == "Sidecar" else o


def listen(o, scene):
    """Every listener is for HTTP: those of the old host's ports, and those of gateways."""
    if o["kind"] != "Gateway":
        return http(o, scene)
    return with_spec(o, servers=[{"hosts": s["hosts"], "port": {**s["port"], "protocol": "HTTP"}} for s in o["spec"]["servers"]])


def gateway_80(o, _):
    """Gateways listen on port 80 alone."""
    if o["kind"] != "Gateway":
        return o
    return with_spec(o, servers=[{"hosts": ["*"], "port": {"number": 80, "name": "http", "protocol": "HTTP"}}])


def gateway_more(o, _):
    """Gateways listen on one more port."""
    if o["kind"] != "Gateway":
        return o
    return with_spec(o, servers=o["spec"]["servers"] + [{"hosts": ["*"], "port": {"number": 8765, "name": "more", "protocol": "HTTP"}}])


def full_name(o, scene):
    """The ServiceEntry has the host that destinations mean, and all ports, of HTTP."""
    numbers = sorted({80, 443, 7000, 8000, 8080} | scene.numbers())
    ports = [{"number": n, "name": f"p{n}", "protocol": "HTTP"} for n in numbers]
    if o["metadata"]["name"] == "new-stand-in":
        return with_spec(o, ports=ports)
    return with_spec(o, hosts=[scene.full], ports=ports) if o["metadata"]["name"] == "old" else o


def labelled(o, _):
    """Every endpoint is in the subsets of rules."""
    endpoints = o["spec"].get("endpoints", [])
    return with_spec(o, endpoints=[{**e, "labels": {**e.get("labels", {}), "v": "1"}} for e in endpoints]) if endpoints else o


def public(o, scene):
    """All objects are exported to all namespaces."""
    return fewer(o["kind"], "exportTo")(o, scene)


def one_port(o, _):
    return with_spec(o, ports=o["spec"]["ports"][:1]) if o["metadata"]["name"] == "old" else o


def more_ports(o, _):
    """Every ServiceEntry has one more port."""
    return with_spec(o, ports=o["spec"]["ports"] + [{"number": 8765, "name": "more", "protocol": "HTTP"}]) if o["kind"] == "ServiceEntry" else o


def of_old(o, scene):
    """The moved VirtualServices have the old host."""
    return with_spec(o, hosts=[scene.full]) if o["metadata"]["name"] in ("ours", "more") else o


def plain_roots(o, _):
    """Routes that delegate have no match of their own."""
    if o["kind"] != "VirtualService":
        return o
    return with_spec(o, http=[{k: v for k, v in r.items() if k != "match" or "delegate" not in r} for r in o["spec"]["http"]])


def backwards(o, _):
    return with_spec(o, http=o["spec"]["http"][::-1]) if o["kind"] == "VirtualService" else o


def lighter(o, _):
    """A weight of 60 is read as 70; those that stages make of it are not."""
    return yaml.safe_load(yaml.safe_dump(o).replace("weight: 60", "weight: 70"))


POLICY = (claims.tls, claims.sni, claims.policies)

# (what, change, claims, the ones that must notice, in scenes where they are so)
ALL = (
    ("rules have no tls", fewer("DestinationRule", "tls"), (claims.tls,), "GCB1005", True),
    ("rules have no tls", fewer("DestinationRule", "tls"), (claims.tls,), "GCB1301", True),
    ("rules have no tls", fewer("DestinationRule", "tls"), (claims.sni,), "GCB1302", True),
    ("rules have no tls", fewer("DestinationRule", "tls"), (claims.origination,), "GCB1303", True),
    ("rules have no pools", fewer("DestinationRule", "connectionPool", "outlierDetection", "loadBalancer"), (claims.policies,), "GCB1304", True),
    ("rules have no balancers", fewer("DestinationRule", "loadBalancer"), (claims.policies,), "GCB1306", True),
    ("rules are for all workloads", fewer("DestinationRule", "workloadSelector"), POLICY, "GCB1", False),
    ("rules are for all namespaces", fewer("DestinationRule", "exportTo"), POLICY, "GCB1", False),
    ("rules have no ports of their own", fewer("DestinationRule", "portLevelSettings"), POLICY, "GCB1", True),
    ("rules have no subsets", fewer("DestinationRule", "subsets"), POLICY, "GCB1", True),
    ("the old host is not there", named("old"), (claims.known,), "GCB1201/1202", False),
    ("endpoints are plain", fewer("ServiceEntry", "serviceAccount", "labels"), (claims.endpoints,), "GCB1209", True),
    ("there is no twin", named("twin"), (claims.twins,), "GCB1216", True),
    ("all ports are HTTP", http, (claims.protocols,), "GCB1004", True),
    ("there is one port", one_port, (claims.ports,), "GCB1205", True),
    ("routes have no match", fewer("VirtualService", "match"), (claims.dead,), "GCB1402", False),
    ("there is no other VirtualService", named("else"), (claims.twice,), "GCB1405", True),
    ("VirtualServices are for sidecars", fewer("VirtualService", "gateways"), (claims.gateways_only,), "GCB1406", True),
    ("VirtualServices are for sidecars", fewer("VirtualService", "gateways"), (claims.callers,), "callers: gateway", True),
    ("VirtualServices are for all namespaces", fewer("VirtualService", "exportTo"), (claims.exports,), "GCB1215", True),
    ("weights are others", lighter, (claims.weights,), "stage 50", True),
    ("routes are in reverse order", backwards, (claims.mirrors,), "stage mirror", True),
    ("matches know no method", fewer("VirtualService", "method"), (claims.mirrors,), "stage mirror: only safe requests", True),
)

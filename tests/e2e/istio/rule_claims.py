"""What the program's findings claim, asked of what Envoy gets: each claim compares both answers about one scene.

A claim is a function of a Case that yields (what, does the program claim it, is it so in Envoy). `before` is Envoy with the manifests as
they are, `half` with half of each old share at the new host, written without the program.
"""
import re

import rule_scenes
from rule_scenes import NEW

SAFE = ("GET", "HEAD")
NAMED = re.compile(r"\((r\d+)\)")
PAIR = re.compile(r"the VirtualServices '([^']*)' and '([^']*)' both have the host")


def base(route):
    """The name of the route of a manifest: Envoy's begins with that of the delegating route, and ends with that of the match."""
    return route.split(".")[0].split("-")[-1]


def parts(cluster):
    """(port, subset, host) of a cluster; None for those that are no service's."""
    words = cluster.split("|")
    return (int(words[1]), words[2], words[3]) if len(words) == 4 else None


class Case:
    """A scene, the findings of the program, and what Istio's own code gives Envoy."""

    def __init__(self, scene, program, ask):
        self.scene, self.program, self.judge = scene, program, ask
        self.codes = {f["code"] for f in program.findings}
        self.before = self.ask(scene, scene.manifests(), True)
        self.half = self.ask(scene, scene.manifests(scene.shifted()), True)
        self.moved = {r["name"]: (o, r) for o, r in scene.moved_routes()}

    def ask(self, scene, manifests, calls):
        """What the judge answers, without routes on port 80 that go nowhere: Istio makes these for a VirtualService of a host that no
        service has on port 80, and unless a destination names a port of the old host, its cluster does not exist."""
        answer = self.judge(scene, manifests, calls)
        for gets in answer["proxies"].values():
            gets["routes"] = [r for r in gets["routes"] if r["host"] != f"{scene.full}:80" or 80 in scene.numbers() or any(
                s["cluster"] in gets["clusters"] for s in r["shares"] or [] if self.host(s["cluster"]) == scene.full)]
        return answer

    def reasons(self, code):
        return [f["reason"] for f in self.program.findings if f["code"] == code]

    def host(self, cluster):
        found = parts(cluster)
        return found[2] if found else None

    def used(self):
        """(proxy, route, old cluster, new cluster) wherever a request may go to either; what has no cluster is left out."""
        for proxy, gets in self.half["proxies"].items():
            for r in gets["routes"]:
                if self.is_moved(r):
                    clusters = [s["cluster"] for s in r["shares"] or []]
                    old = [gets["clusters"].get(c) for c in clusters if self.host(c) == self.scene.full]
                    new = [gets["clusters"].get(c) for c in clusters if self.host(c) == NEW]
                    for o, n in zip(old, new):
                        if o and n:
                            yield proxy, r, o, n

    def is_moved(self, r):
        return base(r["route"]) in self.moved

    def names(self, answer, gateway=None):
        """The moved routes that any proxy, or any of one kind, has."""
        kinds = {p["name"]: p["gateway"] for p in self.scene.proxies}
        return {base(r["route"]) for name, gets in answer["proxies"].items() for r in gets["routes"]
                if gateway is None or kinds[name] == gateway}

    def clusters(self, answer, host):
        return {(proxy, c) for proxy, gets in answer["proxies"].items() for c in gets["clusters"] if self.host(c) == host}

    def without(self, drop, change=None, calls=False):
        """Envoy with fewer objects, or with changed ones."""
        kept = [o for o in self.scene.objects if not drop(o)]
        others = [o for o in self.scene.others if not drop(o)]
        if change:
            kept, others = [change(o) for o in kept], [change(o) for o in others]
        return self.ask(self.scene, rule_scenes.text([self.scene.as_istio(o) for o in kept + others]), calls)


def key(o):
    return f"{o['metadata']['namespace']}/{o['metadata']['name']}"


# --- DestinationRules ---------------------------------------------------------

def tls(case):
    pairs = [(o, n) for _, _, o, n in case.used()]
    mutual = any(o["tls"] in ("MUTUAL", "ISTIO_MUTUAL") and not n["mode"] for o, n in pairs)
    simple = any(o["tls"] == "SIMPLE" and not n["mode"] for o, n in pairs)
    yield "GCB1301", "GCB1301" in case.codes, mutual
    yield "GCB1005", "GCB1005" in case.codes, simple and not mutual


def sni(case):
    yield "GCB1302", "GCB1302" in case.codes, any(n["autoSni"] for _, _, _, n in case.used())


def policies(case):
    def lost(fields):
        return any((set(o["fields"] or ()) - set(n["fields"] or ())) & fields for _, _, o, n in case.used())
    yield "GCB1304", "GCB1304" in case.codes, lost({"connectionPool", "outlierDetection", "loadBalancer"})
    yield "GCB1305", "GCB1305" in case.codes, lost({"tunnel", "proxyProtocol"})
    yield "GCB1306", "GCB1306" in case.codes, any("consistentHash" in (o["fields"] or ()) for _, _, o, _ in case.used())


def origination(case):
    entries = [o for o in case.scene.objects if o["kind"] == "ServiceEntry" and o["metadata"]["name"] == "old"]
    other = {p["number"] for p in entries[0]["spec"]["ports"] if p.get("targetPort", p["number"]) != p["number"]}
    found = any(gets["clusters"][c]["tls"] == "SIMPLE" for gets in case.half["proxies"].values() for r in gets["routes"]
                if case.is_moved(r) for s in r["shares"] or [] for c in [s["cluster"]]
                if case.host(c) == case.scene.full and parts(c)[0] in other and c in gets["clusters"])
    yield "GCB1303", "GCB1303" in case.codes, found


# --- ServiceEntries -----------------------------------------------------------

def known(case):
    yield "GCB1201/1202", bool(case.codes & {"GCB1201", "GCB1202"}), not case.clusters(case.before, case.scene.full)


def endpoints(case):
    """A rule with ISTIO_MUTUAL for a host outside of the mesh is what GCB1301 is about."""
    internal = any(o["spec"].get("location") == "MESH_INTERNAL" for o in case.scene.objects if o["metadata"]["name"] in ("old", "twin"))
    found = any(peer["tls"] in ("auto", "ISTIO_MUTUAL")[:1 + internal] and peer["endpoints"].get("mtls")
                for gets in case.before["proxies"].values() for c, peer in gets["clusters"].items() if case.host(c) == case.scene.full)
    yield "GCB1209", "GCB1209" in case.codes, found


def twins(case):
    twin = [o for o in case.scene.objects if o["kind"] == "ServiceEntry" and o["metadata"]["name"] == "twin"]
    if twin:
        alone = [case.clusters(case.without(lambda o, n=n: o["kind"] == "ServiceEntry" and o["metadata"]["name"] == n), case.scene.full)
                 for n in ("old", "twin")]
        both = {p for p, _ in alone[0]} & {p for p, _ in alone[1]}
        chosen = case.scene.named and twin[0]["metadata"]["namespace"] != case.scene.home
        yield "GCB1216", "GCB1216" in case.codes, bool(both) and not chosen


def protocols(case):
    """A finding is right when the route is nowhere, and would be if all ports of services were for HTTP."""
    def plain(o):
        spec = o["spec"]
        if o["kind"] == "ServiceEntry":
            return {**o, "spec": {**spec, "ports": [{**p, "protocol": "HTTP"} for p in spec["ports"]]}}
        return o
    missing = set(case.moved) - case.names(case.before)
    found = bool(missing and missing & case.names(case.without(lambda o: False, plain)))
    yield "GCB1004", "GCB1004" in case.codes, found


def ports(case):
    """Routes that call the old host on a port that it has; on others, calls fail today."""
    called = {parts(s["cluster"])[0] for gets in case.half["proxies"].values() for r in gets["routes"] if case.is_moved(r)
              and any(s["cluster"] in gets["clusters"] for s in r["shares"] or [] if case.host(s["cluster"]) == case.scene.full)
              for s in r["shares"] or [] if case.host(s["cluster"]) == NEW}
    inferred = not case.scene.to_port
    yield "GCB1205", "GCB1205" in case.codes, inferred and len(called) > 1
    yield "GCB1206", "GCB1206" in case.codes, inferred and len(called) == 1 and called != {80}


# --- VirtualServices ----------------------------------------------------------

def dead(case):
    claimed = {n for reason in case.reasons("GCB1402") for n in NAMED.findall(reason.split(" is never")[0])}
    there = case.names(case.before)
    for name, (service, _) in case.moved.items():
        found = name in claimed and name not in there
        if name not in there and not found:
            def only(o, service=service, name=name):
                if o["kind"] != "VirtualService" or key(o) != key(service):
                    return o
                return {**o, "spec": {**o["spec"], "http": [r for r in o["spec"]["http"] if r["name"] == name]}}
            found = name in case.names(case.without(lambda o: False, only))
        yield "GCB1402", name in claimed, found


def services_of(case):
    return [o for o in case.scene.objects + case.scene.others if o["kind"] == "VirtualService" and "hosts" in o["spec"]]


def twice(case):
    claimed = {frozenset(p) for reason in case.reasons("GCB1405") for p in PAIR.findall(reason)}
    all_, ours = services_of(case), {key(o) for o, _ in case.moved.values()}
    if len(all_) < 2:
        return
    sidecars = {p["name"] for p in case.scene.proxies if not p["gateway"]}
    have = {}
    for o in all_:
        answer = case.without(lambda x, o=o: x["kind"] == "VirtualService" and "hosts" in x["spec"] and key(x) != key(o))
        have[key(o)] = {(p, r["config"], r["host"]) for p in sidecars for r in answer["proxies"][p]["routes"] if r["service"] == key(o)}
    pairs = [frozenset((a, b)) for i, a in enumerate(have) for b in list(have)[:i] if a in ours or b in ours]
    yield "GCB1405", bool(claimed), any(len(set.intersection(*(have[k] for k in pair))) > 0 for pair in pairs)


def direct(case, answer):
    """The calls of sidecars to the old host that go to it by no VirtualService."""
    sidecars = {p["name"] for p in case.scene.proxies if not p["gateway"]}
    return [i for i, (c, a) in enumerate(zip(case.scene.calls, answer["calls"])) if c["proxy"] in sidecars and c["host"] == case.scene.full
            and a["end"] == "http" and not a["service"] and any(case.host(s["cluster"]) == case.scene.full for s in a["shares"])]


def owners(case):
    """The moved VirtualServices that have the old host, and those that delegate to moved ones."""
    moved = {key(o) for o, _ in case.moved.values()}
    return [o for o in services_of(case) if case.scene.full in case.scene.hosts(o) and (key(o) in moved or any(
        f"{o['metadata']['namespace']}/{r['delegate']['name']}" in moved for r in o["spec"]["http"] if "delegate" in r))]


def gateways_only(case):
    mine = owners(case)
    mesh = [o for o in mine if "mesh" in o["spec"].get("gateways", ["mesh"])]
    claimed = any("applies to gateways only" in reason for reason in case.reasons("GCB1406"))
    yield "GCB1406", claimed, bool(mine and not mesh and direct(case, case.before))


def exports(case):
    mine = [o for o in owners(case) if "mesh" in o["spec"].get("gateways", ["mesh"])]
    found = False
    stay = direct(case, case.before)
    if stay and any("exportTo" in o["spec"] or o["kind"] == "Sidecar" for o in mine + case.scene.objects):
        names = {key(o) for o in mine}

        def public(o):
            return {**o, "spec": {k: v for k, v in o["spec"].items() if k != "exportTo"}} if key(o) in names else o
        then = case.without(lambda o: o["kind"] == "Sidecar", public, True)
        found = any(then["calls"][i]["service"] in names for i in stay)
    yield "GCB1215", "GCB1215" in case.codes, found


def callers(case):
    """Of routes that nothing reaches, such as those of a port that no listener has, there is nothing to compare."""
    there = case.names(case.before)
    for a in case.program.audiences:
        for name in NAMED.findall(a["route"]):
            if name in case.moved and name in there:
                said = a.get("callers", [])
                yield "callers: sidecars", "sidecars" in said, name in case.names(case.before, False)
                yield "callers: gateway", any(c.startswith("gateway") for c in said), name in case.names(case.before, True)


# --- stages -------------------------------------------------------------------

def shares(outcome):
    total = sum(s["weight"] for s in outcome["shares"] or []) or 1
    out = {}
    for s in outcome["shares"] or []:
        out[s["cluster"]] = out.get(s["cluster"], 0) + s["weight"] / total
    return {c: round(w, 6) for c, w in out.items() if w}


def same_route(a, b):
    return (a["end"], a["route"], a["service"]) == (b["end"], b["route"], b["service"])


def weights(case):
    """At 50, each request goes where it went, with half of the old host's share at the new one."""
    rendered = case.rendered("50")
    if rendered:
        after = case.ask(case.scene, case.scene.manifests(rendered), True)
        bad = [i for i, (a, b) in enumerate(zip(case.half["calls"], after["calls"])) if not same_route(a, b) or shares(a) != shares(b)]
        yield "stage 50", True, not bad


def mirrors(case):
    """At mirror, each request goes where it went; copies of safe ones alone go to the new host, of all routes that no finding excepts."""
    rendered = case.rendered("mirror")
    if not rendered:
        return
    after = case.ask(case.scene, case.scene.manifests(rendered), True)
    excepted = {n for f in case.program.findings if f["code"] in ("GCB1101", "GCB1102", "GCB1103", "GCB1104", "GCB1105", "GCB1402")
                for n in NAMED.findall(f["reason"])}
    moved = wrong = missing = extra = 0
    for c, a, b in zip(case.scene.calls, case.before["calls"], after["calls"]):
        name = base(a["route"])
        wrong += not same_route(a, b) or shares(a) != shares(b)
        new = [m for m in b["mirrors"] or [] if case.host(m["cluster"]) == NEW]
        extra += bool(new) and (name not in case.moved or c["method"] not in SAFE)
        if name in case.moved and name not in excepted and c["method"] in SAFE:
            moved += 1
            missing += not new
    yield "stage mirror: routes", True, not wrong
    yield "stage mirror: only safe requests", True, not extra
    if moved:
        yield "stage mirror: all safe requests", True, not missing


ALL = (tls, sni, policies, origination, known, endpoints, twins, protocols, ports, dead, twice, gateways_only, exports, callers, weights,
       mirrors)

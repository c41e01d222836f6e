#!/usr/bin/env python3
"""What the rules claim of random manifests agrees with what Istio makes of them: tests/e2e/istio/test_rules.py [SEED...]

GCB_SCENES scenes (500), from GCB_SEED (0) on, are repositories of rule_scenes.py. `check`, `plan` and `render` of the program are compared
with what Istio's own code gives the Envoys of each namespace and gateway (tests/e2e/setup/istio/envoys): rule_claims.py has the claims.
EXPLAINED has the differences that are meant. Then some scenes are changed for Istio alone: every claim must notice. With seeds as
arguments, these scenes are shown; SEED:CLAIM makes the scene as small as it can be for the difference.
"""
import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "setup"))
import cached  # noqa: E402
import istio_tools  # noqa: E402
import rule_changes as changes  # noqa: E402
import rule_claims  # noqa: E402
import rule_scenes  # noqa: E402

import yaml  # noqa: E402

ROOT = HERE.parent.parent.parent
BINARY = os.environ.get("GCB_BINARY", str(ROOT / "build/kubectl-gcpbackend"))
WORKERS = int(os.environ.get("GCB_WORKERS", "2"))
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com",
       "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}
TRIES = 40  # scenes that are changed before nothing has noticed
POLICIES = ("GCB1005", "GCB1301", "GCB1302", "GCB1303", "GCB1304", "GCB1305", "GCB1306")

# (claims, what the program claims, change, why): differences that are meant. What Istio reads is changed so that the cause is gone: only
# when the program and Istio agree then, the cause explains the difference.
EXPLAINED = [
    (POLICIES, True, changes.named("else"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (POLICIES, True, changes.named("more"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (POLICIES, True, changes.named("ours"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (("callers: sidecars",), True, changes.named("else"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (("callers: sidecars",), True, changes.named("more"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (POLICIES, True, changes.fewer("DestinationRule", "credentialName"),
     "credentialName without workloadSelector: sidecars call in plain text, which the author of the rule did not mean"),
    (POLICIES, True, changes.of_old, "the ports of another host's VirtualService are not looked up: all HTTP ports of the old host count"),
    (POLICIES, True, changes.fewer("VirtualService", "subset"), "a subset that no rule seen has: calls fail today, unless a rule is elsewhere"),
    (POLICIES, True, changes.listen, "GCB1004: no listener has the route, since none is for HTTP"),
    (POLICIES, True, changes.full_name, "GCB1201: the commit has no ServiceEntry of the old host, which may be elsewhere"),
    (POLICIES, True, changes.no_sidecars, "Sidecars are not read where they show or hide both the VirtualService and the ServiceEntry"),
    (POLICIES, True, changes.labelled, "a subset without endpoints, which Envoy does not get: calls fail today"),
    (POLICIES, True, changes.wider("sourceNamespace"), "the namespaces of gateways are not known: they may be those of a match"),
    (("GCB1004",), False, changes.more_ports, "a catch-all for one port, which is the only one of HTTP"),
    (("GCB1004",), False, changes.fewer("VirtualService", "subset"), "a subset that no rule seen has: calls fail today"),
    (("GCB1402",), False, changes.gateway_more, "a catch-all for one port, which is the only one of the gateway"),
    (POLICIES, True, changes.named("twin"), "two ServiceEntries have the host, which GCB1216 refuses"),
    (POLICIES, True, changes.plain_roots, "a route of a delegate that Istio drops: it conflicts with the match of the root"),
    (("GCB1205", "GCB1206"), True, changes.one_plane, "the control plane of one of several VirtualServices has no ServiceEntry of the host"),
    (("GCB1205", "GCB1206"), True, changes.fewer("VirtualService", "subset"), "a subset that no rule seen has: calls fail today"),
    (("GCB1216",), True, changes.no_sidecars, "a Sidecar hides both ServiceEntries; their endpoints are merged all the same"),
    (("GCB1201/1202",), False, changes.no_sidecars, "a Sidecar hides all hosts from the only namespace that sees the ServiceEntry"),
    (("GCB1215",), True, changes.no_sidecars, "a Sidecar hides all hosts from the namespaces that see the ServiceEntry"),
    (("GCB1402",), False, changes.listen, "a catch-all for sidecars; the gateway has no listener for the route"),
    (("GCB1402",), False, changes.both_ways, "a match for a gateway that the VirtualService does not have"),
    (("GCB1406",), False, changes.wider("port"), "another VirtualService of the host is for one of its ports only"),
    (("callers: gateway",), True, changes.wider("sourceNamespace"), "the namespaces of gateways are not known: they may be those of a match"),
    (("callers: sidecars",), True, changes.http, "GCB1406 names the route: pods call past it, since no port is HTTP"),
    (("callers: gateway",), True, changes.gateway_more, "a catch-all for one port, which is the only one of the gateway"),
    (("GCB1004",), True, changes.plain_roots, "a route of a delegate that Istio drops: it conflicts with the match of the root"),
    (("GCB1405",), True, changes.wider("port", "sourceNamespace", "sourceLabels"), "clients whose requests only one of the two matches"),
    (("GCB1205",), True, changes.public, "GCB1215: who sees the VirtualService does not see the ServiceEntry"),
    (POLICIES, True, changes.for_plain, "the scene has no client with the labels of the rule's workloadSelector"),
    (("callers: gateway",), True, changes.fewer("VirtualService", "exportTo"), "plan has exportTo as a limit of its own"),
    (("GCB1004",), True, changes.named("ours"), "another VirtualService of the host, of which GCB1405 warns, takes the requests"),
    (("GCB1206",), False, changes.gateway_80, "GCB1201: the ports of the old host are not known, and the gateway calls its own"),
    (("GCB1402",), False, changes.more_ports, "a catch-all for one port, which is the only one of the host"),
    (("GCB1402",), True, changes.plain_roots, "a route of a delegate behind one with the same match, that of the root: Envoy gets both"),
    (("callers: sidecars", "callers: gateway", "GCB1205", *POLICIES), False, changes.plain_roots,
     "a route of a delegate behind one with the same match, that of the root: Envoy gets both"),
    (("GCB1405",), True, changes.listen, "GCB1004: neither VirtualService has a route, since no port is HTTP"),
    (("GCB1406",), True, changes.http, "no port is HTTP: pods call the old host past all routes, not by one of Istio's own"),
    (("GCB1215",), True, changes.fewer("VirtualService", "sourceLabels"), "the scene has no client with these labels in those namespaces"),
    (("GCB1215",), False, changes.fewer("VirtualService", "sourceLabels", "sourceNamespace", "port"),
     "another VirtualService of the host, of which GCB1405 warns, takes the requests of some clients"),
]


class Judge:
    """A process of the judge: a line in, a line out."""

    def __init__(self, program):
        self.child = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.change = None

    def ask(self, scene, manifests, calls):
        if self.change:
            objects = [self.change(o) for o in yaml.load_all(manifests, Loader=yaml.CSafeLoader)]
            manifests = rule_scenes.text([o for o in objects if o])
        line = {"manifests": manifests, "proxies": scene.proxies, "calls": scene.calls if calls else []}
        self.child.stdin.write(json.dumps(line) + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline()
        if not answer:
            raise SystemExit(f"rules: the judge ended at the scene {scene.seed}")
        answer = json.loads(answer)
        if answer.get("error"):
            raise Refused(answer["error"])
        return answer


class Refused(Exception):
    """Manifests that Istio does not accept."""


class Program:
    """The program on a scene's repository."""

    def __init__(self, scene, directory):
        self.directory = directory
        self.env = {**os.environ, **GIT, "HOME": str(directory)}
        for name, text in scene.files().items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for argv in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "scene"]):
            subprocess.run(["git", *argv], cwd=directory, env=self.env, check=True, capture_output=True)
        self.findings = self.json("check")["items"][0].get("findings", [])
        self.audiences = self.json("plan", "--to", "50")["items"][0].get("audiences", [])

    def run(self, command, *argv):
        return subprocess.run([BINARY, "migrate", command, "web", *argv], cwd=self.directory, env=self.env, capture_output=True, text=True,
                              timeout=60)

    def json(self, command, *argv):
        done = self.run(command, *argv, "-o", "json")
        out = json.loads(done.stdout) if done.stdout.strip() else {}
        if not out.get("items") or out["kind"] == "ErrorList":
            raise SystemExit(f"rules: {command} in {self.directory}: {done.returncode}: {done.stderr[:500]}{done.stdout[:500]}")
        return out

    def render(self, stage):
        """The objects of apps/all.yaml at a stage; None: refused."""
        done = self.run("render", "--stage", stage)
        if done.returncode == 6:
            return None
        if done.returncode:
            raise SystemExit(f"rules: render in {self.directory}: {done.returncode}: {done.stderr[:500]}")
        return [o for o in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if o]


class Case(rule_claims.Case):
    def rendered(self, stage):
        objects = self.program.render(stage)
        if objects is not None and len(objects) != len(self.scene.objects):
            raise SystemExit(f"rules: scene {self.scene.seed}: {len(objects)} objects rendered of {len(self.scene.objects)}")
        return objects


def explain(case, judge, claim, rows, at):
    """Why a difference is meant, that of one of the claim's rows: one cause, or two together; None: it is not."""
    what, claimed, _ = rows[at]
    causes = [(change, why) for names, ours, change, why in EXPLAINED if what in names and ours == claimed]
    for change, why in causes:
        if agrees(case, judge, change, claim, rows, at):
            return why
    for (first, why), (second, also) in itertools.combinations(causes, 2):
        if agrees(case, judge, lambda o, scene, a=first, b=second: both(a, b, o, scene), claim, rows, at):
            return why if why == also else f"{why}; and {also}"
    return None


def both(first, second, o, scene):
    changed = first(o, scene)
    return changed and second(changed, scene)


def agrees(case, judge, change, claim, rows, at):
    """Does the program agree with an Istio that reads something else? In the same row; if there are others now, in all of its kind."""
    judge.change = lambda o: change(o, case.scene)
    try:
        now = list(claim(Case(case.scene, case.program, judge.ask)))
        if [r[:2] for r in now] == [r[:2] for r in rows]:
            return now[at][1] == now[at][2]
        return all(claimed == so for what, claimed, so in now if what == rows[at][0])
    except Refused:
        return False
    finally:
        judge.change = None


def look(scene, judge, claims=rule_claims.ALL):
    """(scene, case, [(what, claimed, so, why)]) of one scene."""
    with tempfile.TemporaryDirectory(prefix="gcb-rules-") as directory:
        program = Program(scene, pathlib.Path(directory))
        case = Case(scene, program, judge.ask)
        rows = []
        for claim in claims:
            found = list(claim(case))
            for at, (what, claimed, so) in enumerate(found):
                meant = None if claimed == so or judge.change else explain(case, judge, claim, found, at)
                rows.append((what, claimed, so, meant))
    return scene, case, rows


def applies(change, seed):
    """Does the change make another scene of it?"""
    scene = rule_scenes.Scene(seed)
    return any(change(o, scene) != o for o in map(scene.as_istio, scene.objects + scene.others))


def notices(judge, change, claims, what, seeds):
    """Does a claim differ in one of the scenes when Istio reads something else?"""
    for seed in [s for s in seeds if applies(change, s)][:TRIES]:
        scene = rule_scenes.Scene(seed)
        judge.change = lambda o, scene=scene: change(o, scene)
        try:
            rows = look(scene, judge, claims)[2]
        except Refused:
            continue
        finally:
            judge.change = None
        if any(row[0].startswith(what) and row[1] != row[2] for row in rows):
            return True
    return False


def smaller(value):
    """Copies of objects, each with one list item or key less; lists of routes and such stay lists."""
    if isinstance(value, dict) and value.get("kind") == "GCPBackend":
        return
    if isinstance(value, list):
        for i, one in enumerate(value):
            if len(value) > 1:
                yield value[:i] + value[i + 1:]
            for less in smaller(one):
                yield value[:i] + [less] + value[i + 1:]
    elif isinstance(value, dict):
        for k, one in value.items():
            if k not in ("apiVersion", "kind", "metadata", "hosts", "host", "name", "number"):
                yield {other: v for other, v in value.items() if other != k}
            for less in smaller(one) if k != "metadata" else ():
                yield {**value, k: less}


def shrink(scene, judge, wanted):
    """Makes the scene smaller as long as it shows the difference."""
    def shows(objects, others):
        old = scene.objects, scene.others
        scene.objects, scene.others = objects, others
        try:
            backends = [o for o in objects if o["kind"] == "GCPBackend"]
            if backends and any(o["kind"] == "ServiceEntry" and o["metadata"]["name"] == "old" for o in objects):
                _, _, rows = look(scene, judge)
                if any(r[:3] == wanted and not r[3] for r in rows):
                    return True
        except (Refused, SystemExit, KeyError, IndexError, TypeError):
            pass
        scene.objects, scene.others = old
        return False
    again = True
    while again:
        again = any(shows(less, scene.others) for less in smaller(scene.objects)) or (
            bool(scene.others) and (shows(scene.objects, []) or any(shows(scene.objects, less) for less in smaller(scene.others))))


def envoy_text(case, gets):
    """What a proxy gets of VirtualServices and for the two hosts."""
    out = ""
    for r in gets["routes"]:
        if r["service"]:
            out += f"{r['config']} {r['host']}: {r['service']} {r['route']} {[s['cluster'] for s in r['shares'] or []]}\n"
    for c, peer in sorted(gets["clusters"].items()):
        if case.host(c) in (case.scene.full, rule_scenes.NEW):
            out += f"{c}: { {k: v for k, v in peer.items() if v} }\n"
    return out


def show(seed, judge, wanted=None):
    scene = rule_scenes.Scene(seed)
    if wanted:
        _, _, rows = look(scene, judge)
        found = [r[:3] for r in rows if r[1] != r[2] and not r[3] and r[0].startswith(wanted)]
        if found:
            shrink(scene, judge, found[0])
    scene, case, rows = look(scene, judge)
    for name, text in scene.files().items():
        print(f"--- {name}\n{text.split('  allow')[0]}")
    for f in case.program.findings:
        print(f"{f['code']} {f['severity']} {f.get('path')}:{f.get('line')} {f['reason']}")
    alike = collections.defaultdict(list)
    for proxy, gets in case.half["proxies"].items():
        alike[envoy_text(case, gets)].append(proxy)
    for lines, proxies in alike.items():
        print(f"--- {', '.join(proxies)}: half of the share moved\n{lines}", end="")
    for what, claimed, so, why in rows:
        if claimed or so:
            print(f"{what}: the program {claimed}, Envoy {so} {'' if claimed == so else why or 'DIFFERENT'}")


class Figures:
    """How often the program and Istio agree on each claim."""

    def __init__(self):
        self.agreed, self.yes, self.explained = collections.Counter(), collections.Counter(), collections.Counter()
        self.differ, self.so, self.not_so = (collections.defaultdict(list) for _ in range(3))

    def add(self, seed, rows):
        for what, claimed, so, why in rows:
            if claimed == so:
                self.agreed[what] += 1
                self.yes[what] += so
                (self.so if so else self.not_so)[what].append(seed)
            elif why:
                self.explained[what, why] += 1
            else:
                self.differ[what, claimed].append(seed)

    def likely(self, what, is_so):
        """Scenes in which both agree on a claim, that it is so or is not: in these, a change shows."""
        agreed = self.so if is_so else self.not_so
        found = [seeds for name, seeds in agreed.items() if name.startswith(what)]
        return sorted({seed for seeds in found for seed in seeds})

    def show(self):
        for what in sorted(self.agreed):
            print(f"  {self.agreed[what]:6} agree on {what}, {self.yes[what]} of them that it is so")
        for (what, why), n in sorted(self.explained.items()):
            print(f"  {n:6} explained: {what}: {why}")
        for (what, claimed), seeds in sorted(self.differ.items()):
            print(f"  {len(seeds):6} DIFFER on {what}: the program claims {claimed}: scenes {seeds[:12]}")

    def sum(self):
        """(passed, failed)"""
        return sum(self.agreed.values()) + sum(self.explained.values()), sum(map(len, self.differ.values()))


def main(seeds):
    try:
        built = istio_tools.envoys()
    except cached.Missing as why:
        print(f"rules: skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    if seeds:
        judge = Judge(built)
        for seed in seeds:
            number, _, wanted = seed.partition(":")
            show(int(number), judge, wanted)
        return 0
    judges = queue.Queue()
    for _ in range(WORKERS):
        judges.put(Judge(built))

    def one(seed):
        judge = judges.get()
        try:
            return look(rule_scenes.Scene(seed), judge)
        finally:
            judges.put(judge)

    first, count = int(os.environ.get("GCB_SEED", "0")), int(os.environ.get("GCB_SCENES", "500"))
    figures, begin = Figures(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for scene, _, rows in pool.map(one, range(first, first + count)):
            figures.add(scene.seed, rows)
    figures.show()
    print(f"rules: {count} scenes in {time.monotonic() - begin:.0f} s", flush=True)
    passed, failed = figures.sum()
    judge = judges.get()
    for name, change, claims, what, is_so in changes.ALL:
        if notices(judge, change, claims, what, figures.likely(what, is_so)):
            passed += 1
        else:
            failed += 1
            print(f"FAIL nothing notices that {name}: {what}")
    print(f"rules: {len(changes.ALL)} changes, {time.monotonic() - begin:.0f} s")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

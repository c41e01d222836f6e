"""What is right: stages, holds and the effect of a commit, from shares as Istio reads them.

Everything here is the statement of a goal. It does not say how to edit a file, and it was not
written after the program. Where there is no right answer, it answers None, with the name of a class
of NO_OPINION; these are counted.
"""
import dataclasses
import fractions
import json

import istio
import yaml

NO_OPINION = {
    "raised by hand": "a person raised the share again after lowering it: no --resume, and yet the "
                      "newest change is a raise",
    "hold removed by hand": "a person deleted spec.hold, or the file with it, and nothing lowered "
                            "the share without a hold",
    "route removed": "a moved route was deleted; its requests go to another route, or nowhere",
    "merge of two changes": "both sides of a merge changed the share and a person chose",
    "rounding": "the share is less than one weight away from that of a stage or of its old value",
    "new route": "a route was added after the first stage: mixed, or the stage of the others",
    "mirror edited": "copies for the mirror and their originals were edited since",
    "split edited": "a person changed the proportions of several old destinations",
    "zero": "old and new have weight 0 beside others: at no stage",
    "unclear route": "routes without name and with equal matches, or two objects of one name",
    "no route": "no route of the migration is left",
    "route of a person": "a person made a route with the new host and without the old one",
    "finalized and edited": "what finalize removed is history, and the file was edited since",
    "two mirrors": "a route mirrors to the new host of another migration, in a copy of its own",
    "hold only": "a promotion to the stage where it is, of a held migration: refused, nothing to do, or the end of the hold",
    "small weights": "the weights are too small for some stages, not for this one",
    "no file": "the migration file is gone",
}


@dataclasses.dataclass
class Migration:
    name: str
    old: str
    new: str
    path: str
    stages: list
    hold: object
    mode: str

    def covers(self, path):
        return path == self.path or path.startswith(self.path.rstrip("/") + "/")

    def identity(self):
        return self.old, self.new, self.path


def migration_of(repo, files, name):
    blob = files.get(f".gcpbackend/{name}.yaml")
    documents = istio.documents(repo, blob) if blob else None
    if not documents:
        return None
    spec = documents[0]["spec"]
    return Migration(name=name, old=istio.resolve(spec["from"]["host"], "shop"),
                     new=spec["to"]["host"], path=spec["manifests"]["path"],
                     stages=[str(s) for s in spec.get("stages", ["mirror", 10, 25, 50, 100])],
                     hold=spec.get("hold"), mode=(spec.get("git") or {}).get("mode"))


@dataclasses.dataclass
class Level:
    """Where a route is: old and new are weights (of 1 where a destination is alone)."""
    key: tuple
    old: fractions.Fraction
    new: fractions.Fraction
    has_old: bool
    has_new: bool
    route: object

    def fraction(self):
        both = self.old + self.new
        return self.new / both if both else fractions.Fraction(0)


def keyed(routes):
    """(key, route) with a number for equal keys."""
    seen, result = {}, []
    for route in routes:
        number = seen.get(route.key(), 0)
        seen[route.key()] = number + 1
        result.append(((*route.key(), number), route))
    return result


class View:
    """One commit as one migration sees it."""

    def __init__(self, repo, files, mig):
        self.services = istio.services(repo, files)
        self.mig = mig
        self.copies = {}    # service -> generated copies
        self.mirrors = {}   # service -> number of mirrors to the new host
        self.levels = {}
        self.twice = set()
        for service in self.services:
            copies, routes = split_copies(service.routes, mig.new)
            if service.name in self.levels:
                self.twice.add(service.name)
            self.copies[service.name] = copies
            self.mirrors[service.name] = sum(r.mirror == mig.new for r in service.routes)
            self.levels[service.name] = [self.level(k, r) for k, r in keyed(routes)]

    def level(self, key, route):
        shares = route.shares() or [fractions.Fraction(0)] * len(route.dests)
        total = route.total() if len(route.dests) > 1 else 1
        old = sum((s for s, d in zip(shares, route.dests) if d[0] == self.mig.old), 0)
        new = sum((s for s, d in zip(shares, route.dests) if d[0] == self.mig.new), 0)
        return Level(key, fractions.Fraction(old) * total, fractions.Fraction(new) * total,
                     route.has(self.mig.old), route.has(self.mig.new), route)

    def covered(self):
        return [s for s in self.services if self.mig.covers(s.path)]

    def unclear(self):
        """Routes cannot be told apart, or a name is there twice."""
        mine = [s for s in self.covered()
                if any(lv.has_old or lv.has_new for lv in self.levels[s.name])]
        return any(s.name in self.twice or any(lv.key[2] for lv in self.levels[s.name]
                                               if lv.has_old or lv.has_new) for s in mine)


def split_copies(routes, *hosts):
    """Generated copies, and all other routes. Nobody but the tool mirrors to the new host here."""
    copies = [r for r, behind in zip(routes, [*routes[1:], None])
              if r.mirror and r.mirror in hosts and behind and is_copy(r, behind)]
    return copies, [r for r in routes if r not in copies]


def is_copy(route, behind):
    """Whether each match block is one of the next route with a method."""
    blocks = json.loads(route.match) or []
    theirs = json.loads(behind.match) or [{}]
    return bool(blocks) and all({k: v for k, v in b.items() if k != "method"} in theirs
                                and "method" in b for b in blocks)


def safe(route):
    """Whether all match blocks are limited to methods that only read."""
    blocks = json.loads(route.match) or [{}]
    return all((b.get("method") or {}).get("exact") in ("GET", "HEAD") for b in blocks)


def faithful(copy, behind):
    """Whether a copy is still what its original would give."""
    return (copy.name, copy.dests, copy.weights, copy.rest) == (
        behind.name, behind.dests, behind.weights, behind.rest)


def edited_copies(service, *hosts):
    copies, _ = split_copies(service.routes, *hosts)
    return [c for c in copies if not faithful(c, service.routes[c.index + 1])]


class Model:
    """Answers for commits of one repository."""

    def __init__(self, repo):
        self.repo = repo
        self.views, self.migrations = {}, {}
        self.resumed = set()        # (migration, commit): what ended a hold, by --resume
        self.noted = []             # classes of no opinion of the last effect
        self.made = set()           # commits of the program
        self.clean = set()          # contents of VirtualServices as the program left them

    def view(self, commit, mig):
        key = self.repo.header(commit)[0], mig.identity()
        if key not in self.views:
            self.views[key] = View(self.repo, self.repo.files(commit), mig)
        return self.views[key]

    def migration(self, commit, name):
        blob = self.repo.files(commit).get(f".gcpbackend/{name}.yaml")
        if (blob, name) not in self.migrations:
            self.migrations[blob, name] = migration_of(self.repo, self.repo.files(commit), name)
        return self.migrations[blob, name]

    # Stage

    def had_old(self, commit, mig, service, key):
        """Whether the route had the old host at any time; None if that cannot be told."""
        known = False
        for c in self.repo.ancestors(commit):
            for level in self.view(c, mig).levels.get(service, []):
                if similar(level.key, key):
                    known = True
                    if level.has_old:
                        return True
        return False if known else None

    def moved_levels(self, commit, mig):
        """(service, level) of the routes that the migration moves."""
        view, found = self.view(commit, mig), []
        for service in view.covered():
            for level in view.levels[service.name]:
                if level.has_old or (level.has_new
                                     and self.had_old(commit, mig, service.name, level.key)):
                    found.append((service, level))
        return found

    def stages(self, commit, mig):
        """(set of stages that are right, None) or (None, class of no opinion)."""
        view = self.view(commit, mig)
        moved = self.moved_levels(commit, mig)
        if not moved:
            return None, "no route"
        if view.unclear():
            return None, "unclear route"
        if any(lv.route.mirror not in (None, mig.new) for _, lv in moved):
            return None, "two mirrors"
        copies = any(view.copies[s.name] for s in view.covered()) or any(
            lv.route.mirror == mig.new for _, lv in moved)
        if all(not lv.has_old for _, lv in moved):
            return ({"done"}, None) if not copies else (None, "mirror edited")
        levels = [(s, lv) for s, lv in moved if lv.old + lv.new or not lv.has_old]
        if any(lv.has_old and lv.has_new and not lv.old + lv.new for _, lv in moved):
            return None, "zero"
        if not levels:
            return None, "zero"
        if self.too_small(commit, mig) is not False and any(lv.has_new for _, lv in levels):
            return None, "small weights"
        if copies:
            return self.mirror_stage(mig, view, levels)
        return self.weight_stages(commit, mig, levels)

    def mirror_stage(self, mig, view, levels):
        """At mirror: each route has a faithful copy, or nobody edited anything since."""
        services = {s.name: s for s, _ in levels}.values()
        if all(self.signature(s) in self.clean for s in services):
            return {"mirror"}, None
        if any(lv.has_new for _, lv in levels) or any(edited_copies(s, mig.new)
                                                      for s in services):
            return None, "mirror edited"
        bare = [lv for s, lv in levels if lv.route.mirror != mig.new and not any(
            s.routes[c.index + 1] is lv.route for c in view.copies[s.name])]
        orphans = [lv for _, lv in levels if lv.route.mirror == mig.new and not safe(lv.route)]
        return (None, "mirror edited") if bare or orphans else ({"mirror"}, None)

    def weight_stages(self, commit, mig, levels):
        sure, maybe = [], []
        for service, level in levels:
            exact, near = self.at(level, mig)
            sure.append(exact)
            maybe.append(near)
        if len(set(sure)) == 1 and None not in sure:
            if self.split_changed(commit, mig, levels):
                return None, "split edited"
            if sure[0] == "start" and any(lv.has_new for _, lv in levels):
                return {"start", "mixed"}, None
            return {sure[0]}, None
        common = set.intersection(*maybe)
        if common:
            return None, "rounding"
        top = [x for x in sure if x != "start"]
        if len(set(top)) == 1 and "start" in sure and self.newer(commit, mig, levels):
            return None, "new route"
        return {"mixed"}, None

    def at(self, level, mig):
        """The stage of a route, and all that are less than a weight away."""
        both = level.old + level.new
        unit = 1 if len(level.route.dests) > 1 else 0
        if not level.has_old:
            return "100", {"100"}    # with another destination only: somebody removed the old one
        points = [("start", 0)] + [(s, int(s)) for s in mig.stages if s != "mirror"]
        exact, near = None, set()
        for name, percent in points:
            want = both * percent / 100
            off = abs(level.new - want)
            if off < unit or off == 0:
                near.add(name)
            if off * 2 <= unit or off == 0:
                ends = (percent in (0, 100)) == (level.new in (0, both))
                exact = name if ends else exact
        return exact, near

    def split_changed(self, commit, mig, levels):
        """Several old destinations, and a version that the program did not make."""
        return any(sum(d[0] == mig.old for d in lv.route.dests) > 1
                   and self.signature(s) not in self.clean for s, lv in levels
                   if lv.has_new)

    def newer(self, commit, mig, levels):
        """Whether the routes at start were added after the others had moved."""
        for service, level in levels:
            if level.fraction():
                continue
            for c in self.repo.ancestors(commit):
                view = self.view(c, mig)
                there = [lv for lv in view.levels.get(service.name, []) if lv.key == level.key]
                others = [lv for lv in view.levels.get(service.name, []) if lv.key != level.key]
                if there and others and not any(lv.fraction() for lv in others):
                    return False
        return True

    @staticmethod
    def signature(service):
        return (service.rest, tuple((r.key(), tuple(r.dests), tuple(r.weights), r.mirror, r.rest)
                                    for r in service.routes))

    def remember(self, commit, migs, before=None):
        """Adds what the program made of VirtualServices that nobody had edited."""
        for mig in migs:
            old = self.view(before, mig).services if before else []
            old = {s.name: self.signature(s) for s in old}
            for service in self.view(commit, mig).services:
                mine = self.signature(service)
                was = old.get(service.name)
                if was is None or was in self.clean or (was != mine and any(
                        lv.has_new for lv in self.view(commit, mig).levels[service.name])):
                    self.clean.add(mine)

    # Weights

    def too_small(self, commit, mig):
        """Whether a route has too little weight for all stages; None: only if halves go up."""
        ties = False
        for _, level in self.moved_levels(commit, mig):
            both = level.old + level.new
            if len(level.route.dests) == 1:
                weight = level.route.weights[0]
                both = weight or 100
            if not both:
                continue
            up, down = (self.steps_of(both, mig, half) for half in (0, 1))
            if not up and not down:
                return True
            ties = ties or up != down
        return None if ties else False

    @staticmethod
    def steps_of(both, mig, half):
        """Whether all stages have weights of their own; half: halves are rounded down."""
        seen = [0]
        for stage in mig.stages:
            if stage != "mirror":
                near = (2 * both * int(stage) + 100 - half) // 200
                seen.append(max(1, min(near, both - 1)) if stage != "100" else both)
        return all(a < b for a, b in zip(seen, seen[1:]))

    # Hold

    def hold(self, commit, name):
        """(True or False, reason) or (None, class of no opinion)."""
        mig = self.migration(commit, name)
        if mig is None:
            return None, "no file"
        if mig.hold is not None:
            return True, f"spec.hold: {mig.hold}"
        history = self.repo.ancestors(commit)
        begun = self.begun(history, name)
        doubts, raises, lowered = set(), [], []
        for c in history:
            if c not in begun or not self.repo.parents(c):
                continue
            verdict, why = self.lowering(c, mig, name)
            if verdict:
                lowered.append((c, why))
            elif verdict is None:
                doubts.add((c, why))
            if self.raises(c, mig):
                raises.append(c)
            if verdict is False and self.hold_removed(c, name):
                doubts.add((c, "hold removed by hand"))
        return self.ended(name, lowered, doubts, raises)

    def ended(self, name, lowered, doubts, raises):
        def after(c, commits):
            return any(c in self.repo.ancestors(r) for r in commits)
        resumed = [c for n, c in self.resumed if n == name]
        left = [(c, w) for c, w in lowered if not after(c, resumed)]
        held = [(c, w) for c, w in left
                if not any(r != c and c in self.repo.ancestors(r) for r in raises)]
        if held:
            return True, f"{held[0][0][:8]} {held[0][1]}"
        if left:
            return None, "raised by hand"
        doubts = [w for c, w in doubts if not after(c, resumed)]
        return (None, doubts[0]) if doubts else (False, "")

    def begun(self, history, name):
        path, found = f".gcpbackend/{name}.yaml", set()
        for c in reversed(history):
            if path in self.repo.files(c) or any(p in found for p in self.repo.parents(c)):
                found.add(c)
        return found

    def file_hold(self, commit, name):
        mig = self.migration(commit, name)
        return mig.hold if mig else None

    def hold_removed(self, c, name):
        if (name, c) in self.resumed:
            return False
        mine, parents = self.file_hold(c, name), self.repo.parents(c)
        theirs = [self.file_hold(p, name) for p in parents]
        if mine is not None or not any(t is not None for t in theirs):
            return False
        if len(parents) == 2:
            base = self.repo.merge_base(*parents)
            was = self.file_hold(base, name) if base else None
            if theirs[0] == was and theirs[1] is None or theirs[1] == was and theirs[0] is None:
                return False
        return True

    def lowering(self, c, mig, name):
        """(True, where), (None, class) or (False, "")."""
        if self.file_hold(c, name) is not None:
            return False, ""
        parents = self.repo.parents(c)
        after = self.view(c, mig)
        if len(parents) == 1:
            return compare(self.view(parents[0], mig), after)
        return self.merge_lowering(parents, after, mig)

    def merge_lowering(self, parents, after, mig):
        """A merge lowers what git's merge of its parents would not lower."""
        verdicts = []
        for parent in parents:
            verdict, why = compare(self.view(parent, mig), after)
            if verdict is False:
                continue
            verdicts.append(self.explained(parent, parents, after, mig, verdict, why))
        return next((v for v in verdicts if v[0]), next((v for v in verdicts if v[0] is None),
                                                        (False, "")))

    def explained(self, parent, parents, after, mig, verdict, why):
        """Whether another parent had lowered it since the merge base, and this one did nothing."""
        for other in parents:
            if other == parent:
                continue
            if compare(self.view(other, mig), after)[0] is not False:
                continue
            base = self.repo.merge_base(parent, other)
            if base is None:
                return None, "merge of two changes"
            before = self.view(base, mig)
            if same_levels(before, self.view(parent, mig)):
                if not same_levels(before, self.view(other, mig)):
                    return False, ""
            elif not same_levels(before, self.view(other, mig)):
                return None, "merge of two changes"
        return verdict, "merge: " + why if verdict else why

    def raises(self, c, mig):
        after = self.view(c, mig)
        for parent in self.repo.parents(c):
            before = self.view(parent, mig)
            for name, levels in after.levels.items():
                old = {lv.key: lv for lv in before.levels.get(name, [])}
                if after.mirrors[name] and not before.mirrors.get(name):
                    return True
                for level in levels:
                    if level.fraction() > (old[level.key].fraction() if level.key in old else 0):
                        return True
        return False


def similar(one, two):
    return one == two or bool(one[0] and one[0] == two[0]) or (one[1] == two[1]
                                                               and one[2] == two[2])


def pairs(before, after):
    """[(level, level or None)]: the routes of a service and what became of them."""
    rest = list(after)
    result = []
    for level in before:
        match = next((lv for lv in rest if lv.key == level.key), None)
        if match:
            rest.remove(match)
        result.append([level, match])
    for test in (lambda a, b: a.key[0] and a.key[0] == b.key[0],
                 lambda a, b: a.key[1] == b.key[1]):
        for pair in result:
            if pair[1] is None:
                pair[1] = next((lv for lv in rest if test(pair[0], lv)), None)
                if pair[1]:
                    rest.remove(pair[1])
    missing = [p for p in result if p[1] is None]
    if len(missing) == 1 and len(rest) == 1:
        missing[0][1] = rest[0]
    return result


def compare(before, after):
    """Whether the new host has less in a route: (True, where), (None, class) or (False, "")."""
    doubt = None
    for name, levels in before.levels.items():
        if not any(lv.fraction() for lv in levels) and not before.mirrors[name]:
            continue
        if name not in after.levels:
            return True, f"{name[1]} deleted"
        lost = before.mirrors[name] and not after.mirrors[name]
        if lost and not any(lv.fraction() for lv in after.levels[name]):
            return True, f"{name[1]}: mirror taken away"
        for level, now in pairs(levels, after.levels[name]):
            was = level.fraction()
            if not was:
                continue
            if now is None:
                doubt = "route removed"
            elif now.fraction() < was:
                unit = fractions.Fraction(1, max(now.old + now.new, 1))
                if was - now.fraction() >= unit or not now.fraction():
                    return True, f"{name[1]} {level.key}: {was} -> {now.fraction()}"
                doubt = "rounding"
    return (None, doubt) if doubt else (False, "")


def same_levels(one, two):
    def table(view):
        return {(name, lv.key): (lv.fraction(), bool(view.mirrors[name]))
                for name, levels in view.levels.items()
                for lv in levels if lv.has_old or lv.has_new}
    return table(one) == table(two)


# Effects of a commit

@dataclasses.dataclass
class Move:
    """What a command was to do to a migration. kind: promote, rollback or finalize."""
    mig: Migration
    kind: str
    target: str


def effect(model, before, after, moves):
    """What is wrong with a commit of the program, as (kind, text); None if nothing is."""
    repo = model.repo
    old_files, new_files = repo.files(before), repo.files(after)
    hosts = [m.mig.new for m in moves]
    wrong = other_files(model, old_files, new_files, moves)
    if wrong:
        return wrong
    one, two = istio.services(repo, old_files), istio.services(repo, new_files)
    if [(s.path, s.name, s.rest) for s in one] != [(s.path, s.name, s.rest) for s in two]:
        return "object", "a VirtualService changed outside of spec.http"
    for was, now in zip(one, two):
        wrong = service_effect(model, before, was, now, moves, hosts)
        if wrong:
            return wrong
    return None


def other_files(model, old_files, new_files, moves):
    for path in sorted({*old_files, *new_files}):
        if old_files.get(path) == new_files.get(path):
            continue
        if not any(m.mig.covers(path) or path == f".gcpbackend/{m.mig.name}.yaml" for m in moves):
            return "file", f"{path} changed"
    for move in moves:
        path = f".gcpbackend/{move.mig.name}.yaml"
        was = strip_hold(model.repo, old_files.get(path))
        now = strip_hold(model.repo, new_files.get(path))
        if was != now:
            return "file", f"{path} changed in more than its hold and proposed"
        wrong = proposed_wrong(model.repo, old_files.get(path), new_files.get(path), move)
        if wrong:
            return "proposed", f"{path}: {wrong}"
        mig = migration_of(model.repo, new_files, move.mig.name)
        if move.kind == "rollback" and mig.hold is None:
            return "hold", f"the rollback of {mig.name} did not write a hold"
        if move.kind != "rollback" and mig.hold is not None:
            return "hold", f"{mig.name} is at a higher stage with a hold"
    return None


def strip_hold(repo, blob):
    documents = yaml.load(repo.data(blob), istio.LOADER)
    documents["spec"].pop("hold", None)
    documents["spec"].pop("proposed", None)
    return documents


def proposed_wrong(repo, was, now, move):
    """What is wrong with the line that commits for review and rollbacks both change."""
    old = yaml.load(repo.data(was), istio.LOADER)["spec"]
    new = yaml.load(repo.data(now), istio.LOADER)["spec"]
    line = new.get("proposed")
    wanted = "proposed" in old or old.get("git", {}).get("mode") == "pull-request"
    if not wanted:
        return "'proposed' was added" if line is not None else None
    if move.kind == "rollback":
        fits = str(line).startswith("none")
    else:
        fits = line == f"stage {move.target}"
    return None if fits else f"'proposed' is {line!r} after {move.kind} to {move.target}"


def service_effect(model, before, was, now, moves, hosts):
    old_copies, old_routes = split_copies(was.routes, *hosts)
    new_copies, new_routes = split_copies(now.routes, *hosts)
    mine = [m for m in moves if m.mig.covers(was.path)]
    if not mine:
        same = Model.signature(was) == Model.signature(now)
        return None if same else ("others", f"{was.path}: not covered, and changed")
    where = f"{was.path} {was.name[1]}"
    if edited_copies(was, *hosts):
        model.noted.append("mirror edited")     # a person's route now, or a copy still
        return None
    def keys(routes):
        return [(r.key(), r.rest, None if r.mirror in hosts else r.mirror) for r in routes]
    if keys(old_routes) != keys(new_routes):
        return "routes", f"{where}: routes, or fields of theirs, changed"
    for number, (a, b) in enumerate(zip(old_routes, new_routes)):
        wrong = route_effect(model, before, was, a, b, mine, keyed(old_routes)[number][0])
        if wrong:
            return wrong[0], f"{where}: route {number + 1}: {wrong[1]}"
    if any(m.target != "mirror" for m in mine) and len(mine) == 1 and new_copies:
        return "mirror", f"{where}: a copy for the mirror is left"
    if any(m.target == "mirror" for m in mine):
        wrong = copies_effect(now, new_copies, mine)
        return wrong and ("mirror", f"{where}: {wrong}")
    return None


def copies_effect(service, copies, moves):
    """Copies are in front of a route with the same destinations, and only for reading methods."""
    for copy in copies:
        at = service.routes.index(copy)
        rest = [r for r in service.routes[at + 1:] if r not in copies]
        if not rest or (rest[0].dests, rest[0].shares()) != (copy.dests, copy.shares()):
            return f"the copy at {at + 1} has other destinations than the route behind it"
        if not safe(copy):
            return f"the copy at {at + 1} mirrors other methods than GET and HEAD"
    return None


def table(route):
    """(host, subset, port) -> share."""
    shares = route.shares()
    found = {}
    for dest, share in zip(route.dests, shares or []):
        found[dest] = found.get(dest, 0) + share
    return found if shares else None


def route_effect(model, before, service, a, b, moves, key):
    """Compares the shares of one route with the goal."""
    want = table(a)
    got = table(b)
    if want is None:
        return None     # all weights are 0: refused by Istio already
    if got is None:
        return "invalid", f"Istio refuses the route: {text(b)}"
    touched = False
    for move in moves:
        want, wrong = goal(model, before, service, want, a, move, key)
        if wrong == "no opinion":
            model.noted.append("route of a person")
            return None
        touched = touched or want != table(a)
    unit = max(a.unit(), b.unit())
    if not unit and len(b.dests) > 1:
        unit = b.unit()
    wrong = judge(want, got, a, b, moves, unit)
    return wrong or next(filter(None, (split_effect(model, before, service, a, b, m, key)
                                       for m in moves)), None)


def split_effect(model, before, service, a, b, move, key):
    """Several old destinations share what is theirs as at the baseline, or as they do today."""
    olds = sorted({d for d in b.dests if d[0] == move.mig.old}, key=str)
    after = table(b)
    whole = sum(after[d] for d in olds)
    if len(olds) < 2 or not whole:
        return None
    known = [a]
    for c in model.repo.ancestors(before):
        for level in model.view(c, move.mig).levels.get(service.name, []):
            if similar(level.key, key) and not level.has_new:
                known.append(level.route)
    for route in known:
        then = table(route) or {}
        total = sum(then.get(d, 0) for d in olds)
        if total and all(abs(then.get(d, 0) / total * whole - after[d]) <= b.unit() for d in olds):
            return None
    return "split", f"the old destinations share otherwise than ever: {text(a)} -> {text(b)}"


def goal(model, before, service, shares, route, move, key):
    """The shares that a move should lead to, in exact fractions."""
    mig = move.mig
    olds = [d for d in shares if d[0] == mig.old]
    news = [d for d in shares if d[0] == mig.new]
    if not olds and not news:
        return shares, None
    had = True
    if not olds:
        had = model.had_old(before, mig, service.name, key)
        if had is None or (had and key[2]):
            return shares, "no opinion"
        if not had:
            return shares, None
    both = sum(shares[d] for d in olds + news)
    if not both:
        return shares, None
    now = sum(shares[d] for d in news) / both
    percent = {"start": 0, "mirror": 0, "done": 100}.get(move.target)
    percent = fractions.Fraction(int(move.target) if percent is None else percent, 100)
    if move.kind == "rollback":
        percent = min(percent, now)
    rest = {d: s for d, s in shares.items() if d[0] not in (mig.old, mig.new)}
    rest[("new", mig.name)] = both * percent
    rest[("old", mig.name)] = both * (1 - percent)
    return rest, None


def judge(want, got, a, b, moves, unit):
    seen = dict(got)
    for move in moves:
        for side, host in ("new", move.mig.new), ("old", move.mig.old):
            if (side, move.mig.name) in want:
                parts = [d for d in seen if d[0] == host]
                seen[(side, move.mig.name)] = sum(seen.pop(d) for d in parts) if parts else 0
    for dest in sorted({*want, *seen}, key=str):
        w, g = want.get(dest, 0), seen.get(dest, 0)
        ours = len(dest) == 2
        slack = unit * sum(len(m.mig.name) > 0 for m in moves) if ours and 0 < w < 1 else 0
        if abs(w - g) >= slack and w != g:
            kind = "share of " + (dest[0] if ours else "others")
            return kind, f"{describe(dest)}: {show(w)} expected, {show(g)} found: " \
                         f"{text(a)} -> {text(b)}"
        if ours and w and not g:
            return "share of " + dest[0], f"{describe(dest)} fell to 0: {text(a)} -> {text(b)}"
    if len(a.dests) > 1 and len(b.dests) > 1 and a.total() != b.total():
        return "sum", f"the sum changed from {a.total()} to {b.total()}: {text(a)} -> {text(b)}"
    for move in moves:
        if move.target == "start" and b.has(move.mig.new) and a.has(move.mig.old):
            return "left", f"{move.mig.new} is still a destination: {text(b)}"
        if move.kind == "promote" and a.has(move.mig.old) and not b.has(move.mig.old):
            return "left", f"{move.mig.old} is no destination any more: {text(b)}"
    return None


def describe(dest):
    return f"{dest[0]} host" if len(dest) == 2 else dest[0] + (f" {dest[1]}" if dest[1] else "")


def show(share):
    return f"{float(share * 100):g} %"


def text(route):
    return "[" + ", ".join(f"{d[0].split('.')[0]}{'.gcp' if 'gcp' in d[0] else ''}"
                           f"{'#' + d[1] if d[1] else ''}"
                           f"{'' if w is None else ' ' + str(w)}"
                           for d, w in zip(route.dests, route.weights)) + "]"

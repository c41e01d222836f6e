"""A scene: a small repository, random actions of people and of the program, and the comparison of
each result with the model. A scene is a seed and a list of (action, seed): it can be replayed, and
be replayed without some of its actions."""
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import tempfile

import manifests
import merge
import model as rules
import people
from gitdb import Repo

START = 1700000000
SHOWN = ("error:", "migration/", "warning:")    # lines of the output that the log repeats


class Disagreement(Exception):
    """The program did something else than the model expects."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class Stop(Exception):
    """The scene cannot go on; nothing is wrong."""


def codes_of(err):
    """The codes of errors, not of warnings."""
    lines = [line for line in err.splitlines() if line.startswith("error:")]
    return " ".join(sorted(set(re.findall(r"\[(GCB\d{4})\]", "\n".join(lines)))))


class Scene:
    def __init__(self, seed, binary, directory, plain=()):
        self.seed, self.binary = seed, binary
        self.dir = directory
        self.base = manifests.Base(random.Random(seed))
        for name, value in plain:
            setattr(self.base, name, value)
        self.clock, self.serial = START, 0
        self.log, self.opinions = [], {}
        self.steps = 0
        self.tokens = set()
        self.meanwhile = ""     # what the last race changed
        self.pending = []       # stage branches and branches of people
        self.create()

    # Repositories

    def create(self):
        kind = self.base.kind
        if kind == "remote":
            self.repo = Repo(f"{self.dir}/origin.git").create()
            self.work = [Repo(f"{self.dir}/{n}", bare=True).create(
                f'[remote "origin"]\n\turl = {self.dir}/origin.git\n'
                '\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
                '[branch "main"]\n\tremote = origin\n\tmerge = refs/heads/main\n')
                for n in ("ann", "bob")]
        else:
            self.repo = Repo(f"{self.dir}/a", bare=kind == "bare").create()
            self.work = [self.repo]
        files, self.names = manifests.files_of(self.base)
        self.model = rules.Model(self.repo)
        tree = {p: self.repo.blob(t.encode()) for p, t in files.items()}
        first = self.repo.commit(tree, [], "the shop", self.tick())
        self.set_main(first)
        self.tokens = set(re.findall(r"kept [\w ]+", " ".join(files.values())))
        self.first = first
        migs = [self.model.migration(first, n) for n in self.names]
        self.model.remember(first, [m for m in migs if m])
        self.say(f"# {vars(self.base)}")
        for path, text in files.items():
            if path.startswith("apps/") and "VirtualService" in text or path.startswith("."):
                self.say(f"cat > {path} <<'Y'\n{text}Y")
        if kind == "remote":
            for work in self.work:
                work.run("fetch", "-q", "origin")
                work.set_ref("heads/main", first)

    def tick(self):
        self.clock += 60
        return self.clock

    def say(self, text):
        self.log.append(text)

    def main(self):
        return self.repo.ref("heads/main")

    def set_main(self, oid):
        self.repo.set_ref("heads/main", oid)
        if self.base.kind == "tree":
            self.repo.run("reset", "-q", "--hard", "main")

    def files(self):
        return dict(self.repo.files(self.main()))

    def commit(self, tree, message, parents=None, note=""):
        parents = parents or [self.main()]
        if tree == self.repo.files(parents[0]) and len(parents) == 1:
            return None
        oid = self.repo.commit(tree, parents, message, self.tick())
        shown = self.difference(parents[0], oid)
        self.say(f"# person: {message} {note} -> {oid[:8]}, parents "
                 f"{' '.join(p[:8] for p in parents)}\n{shown}")
        return oid

    def difference(self, old, new):
        a, b = self.repo.files(old), self.repo.files(new)
        text = []
        for path in sorted({*a, *b}):
            if a.get(path) != b.get(path):
                one, two = (self.repo.data(s[path]).decode().splitlines() if path in s else []
                            for s in (a, b))
                text += difflib.unified_diff(one, two, path if path in a else "/dev/null",
                                             path if path in b else "/dev/null", n=2, lineterm="")
        return "\n".join("    " + line for line in text)

    # The program

    def tool(self, *args, where=None, fetch=True):
        where = where or self.work[0]
        env = {"PATH": os.environ["PATH"], "HOME": self.dir, "GIT_CONFIG_NOSYSTEM": "1",
               "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
               "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
               "GIT_AUTHOR_DATE": f"{self.tick()} +0000", "LC_ALL": "C",
               "GIT_COMMITTER_DATE": f"{self.clock} +0000", "TZ": "UTC"}
        if self.base.kind == "remote" and fetch and args[0] in ("status", "diff"):
            args = (*args, "--fetch")
        command = [self.binary, "migrate", *args]
        done = subprocess.run(command, cwd=where.path, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        out, err = (t.decode(errors="replace") for t in (done.stdout, done.stderr))
        if done.returncode not in (0, 1, 2, 6):
            self.say(f"$ migrate {' '.join(args)}   # {done.returncode}\n{out}{err}")
            raise Disagreement("exit code", f"{args}: exit code {done.returncode}")
        return done.returncode, out, err

    def opinion(self, reason):
        if reason not in rules.NO_OPINION:
            raise AssertionError(f"{reason} is no class")
        self.opinions[reason] = self.opinions.get(reason, 0) + 1

    # Comparisons that hold at any time

    def check_status(self):
        """Stage and hold of all migrations."""
        head = self.main()
        names = [n for n in self.names if self.model.migration(head, n)]
        if not names:
            return
        code, out, err = self.tool("status", "-o", "json")
        try:
            rows = {r["name"]: r for r in json.loads(out)["items"]}
        except ValueError:
            raise Disagreement("status", f"status: exit code {code}: {err.strip()}") from None
        for name in names:
            self.check_row(head, name, rows.get(name), err)

    def check_row(self, head, name, row, err):
        if row is None:
            raise Disagreement("status", f"status has no row for {name}: {err.strip()}")
        mig = self.model.migration(head, name)
        stages, why = self.model.stages(head, mig)
        self.steps += 1
        if stages is None:
            self.opinion(why)
        elif row.get("stage") not in stages:
            raise Disagreement(f"stage: {row.get('stage')} for {'/'.join(sorted(stages))}",
                               f"stage of {name}: {sorted(stages)} expected, "
                               f"{row.get('stage')} found: {err.strip()}")
        held, why = self.model.hold(head, name)
        self.steps += 1
        if row.get("stage") == "unknown":
            return
        if held is None:
            self.opinion(why)
        elif held and row.get("hold") is None and row.get("stage") != "done":
            sort = next((w for w in ("spec.hold", "merge", "deleted") if w in why), "lowered")
            raise Disagreement(f"hold is lost: {sort}",
                               f"{name} is held ({why}), status has no hold; stage "
                               f"{row.get('stage')}")
        elif not held and row.get("hold") is not None:
            raise Disagreement("hold for nothing", f"{name} is not held, status has hold "
                                                   f"'{row.get('hold')}'")

    def check_tree(self):
        if self.base.kind == "tree":
            dirty = self.repo.run("status", "--porcelain").decode()
            if dirty:
                raise Disagreement("working tree", f"git status: {dirty}")

    def check_comments(self, before, after):
        text = {c: " ".join(self.repo.data(b).decode(errors="replace")
                            for b in self.repo.files(c).values()) for c in (before, after)}
        for token in self.tokens:
            pattern = re.escape(token) + r"\b"
            if re.search(pattern, text[before]) and not re.search(pattern, text[after]):
                raise Disagreement("comment", f"the comment '{token}' is lost")

    def fsck(self):
        for repo in {id(r): r for r in (self.repo, *self.work)}.values():
            done = subprocess.run(["git", "fsck", "--strict", "--no-progress", "--no-dangling"],
                                  cwd=repo.path, capture_output=True, text=True, check=False)
            if done.returncode or done.stdout.strip() or done.stderr.strip():
                raise Disagreement("fsck", f"git fsck --strict: {done.stdout}{done.stderr}")

    # Commands

    def command(self, args, moves, resume=False, diff=None, where=None):
        """Runs a command that changes a branch; returns (code, codes, base, new commit)."""
        before, heads = self.main(), self.repo.heads()
        code, out, err = self.tool(*args, where=where)
        lines = [ln for ln in (out + err).splitlines() if ln.startswith(SHOWN) or " %" in ln]
        self.say(f"$ migrate {' '.join(args)}   # {code}\n"
                 + "\n".join("    " + line for line in lines))
        after = self.main()
        if after == before:
            return self.branch_result(code, out + err, before, heads)
        self.say(self.difference(before, after))
        self.account(before, after, resume)
        return code, err, before, after

    def account(self, before, after, resume):
        """Remembers the program's commits between two states."""
        seen = set(self.repo.ancestors(before))
        migs = [m for m in (self.model.migration(after, n) for n in self.names) if m]
        for c in self.repo.ancestors(after):
            if c not in seen:
                self.model.made.add(c)
                if resume:
                    self.model.resumed |= {(m.name, c) for m in migs if self.changed(
                        self.repo.parents(c)[0], c, m.name)}
                self.model.remember(c, migs, self.repo.parents(c)[0])

    def branch_result(self, code, err, before, heads):
        now = self.repo.heads()
        new = [n for n in now if n.startswith("gcpbackend/") and now[n] != heads.get(n)]
        if not new:
            return code, err, before, None
        tip = now[new[0]]
        self.say(self.difference(before, tip))
        self.pending += [n for n in new if n not in self.pending]
        return code, err, before, tip if len(new) == 1 else None

    def judge_effect(self, before, after, moves):
        self.model.noted.clear()
        wrong = rules.effect(self.model, before, after, moves)
        self.steps += 1
        for reason in self.model.noted:
            self.opinion(reason)
        if wrong:
            names = " ".join(f"{m.kind} {m.mig.name} to {m.target}" for m in moves)
            raise Disagreement(f"{moves[0].kind}: {wrong[0]}", f"{names}: {wrong[1]}")
        self.check_comments(before, after)
        self.check_tree()

    def promote(self, rng, to=None, resume=None, adopt=None):
        head = self.main()
        names = [n for n in self.names if self.model.migration(head, n)]
        if not names:
            return False
        batch = len(names) > 1 and rng.random() < .2
        chosen = names if batch else [rng.choice(names)]
        mig = self.model.migration(head, chosen[0])
        target = to or rng.choice(mig.stages)
        resume = rng.random() < .3 if resume is None else resume
        adopt = rng.random() < .12 if adopt is None else adopt
        args = ["promote", *(["-l", "wave=one", "--batch"] if batch else chosen), "--to", target,
                "--yes", *(["--resume"] if resume else []), *(["--adopt"] if adopt else [])]
        where = rng.choice(self.work)
        shown = None
        if not batch and not resume and rng.random() < .5:
            shown = self.tool("diff", chosen[0], "--to", target, *(["--adopt"] if adopt else []),
                              where=where)
        expected = {n: self.expect(head, n, target, resume, adopt) for n in chosen}
        code, err, before, after = self.command(args, None, resume, where=where)
        if after and before == head:
            moved = [n for n in chosen if self.changed(before, after, n)]
            self.judge_effect(before, after, [
                rules.Move(self.model.migration(before, n), "promote", target) for n in moved])
            for name in moved:
                self.judge_promoted(name, expected[name])
            self.compare_diff(shown, before, after)
        elif len(chosen) == 1:
            self.judge_refused(chosen[0], target, expected[chosen[0]], code, err)
        self.check_status()
        return True

    def changed(self, before, after, name):
        """Whether a commit belongs to the migration: its trailers name it."""
        seen = set(self.repo.ancestors(before))
        return any(f"GCPBackend-Migration: {name}\n" in self.repo.header(c)[2] + "\n"
                   for c in self.repo.ancestors(after) if c not in seen)

    def expect(self, head, name, target, resume, adopt):
        """('refused', why), ('same', why), ('promoted', why) or (None, why)."""
        mig = self.model.migration(head, name)
        stages, why = self.model.stages(head, mig)
        held, reason = self.model.hold(head, name)
        if held and not resume and stages != {"done"} and stages != {target}:
            return "refused", f"held: {reason}"
        if stages is None:
            return None, why
        if self.overlap(head, mig):
            return "refused", "two migrations of these routes"
        if len(stages) > 1:
            return None, "rounding"
        stage = next(iter(stages))
        order = ["start", *mig.stages, "done"]
        if stage == "mixed":
            return (None, "rounding") if adopt else ("refused", "mixed")
        if stage not in order:
            return None, "rounding"
        if order.index(target) < order.index(stage):
            return "refused", f"at {stage}"
        if target == stage:
            return ("same", f"at {stage}") if held is False else (None, "hold only")
        if held is None and not resume:
            return None, reason
        small = self.model.too_small(head, mig)
        if small is not False:
            exact = small and target not in ("mirror", "100")
            return ("refused", "weights too small") if exact else (None, "small weights")
        return "promoted", f"at {stage}"

    def overlap(self, head, mig):
        for other in self.names:
            theirs = self.model.migration(head, other)
            if theirs and theirs.name != mig.name and theirs.old == mig.old and (
                    theirs.covers(mig.path) or mig.covers(theirs.path)):
                return True
        return False

    def judge_promoted(self, name, expected):
        if expected[0] in ("refused", "same"):
            held = expected[1].startswith("held")
            raise Disagreement("promoted past a hold" if held else f"promoted: {expected[1]}",
                               f"{name} was promoted; {expected[1]}")
        if expected[0] is None:
            self.opinion(expected[1])

    def judge_refused(self, name, target, expected, code, err):
        codes = codes_of(err)
        if not code and ("already prepared" in err or target == "mirror"):
            return      # the stage branch is there; nothing can be mirrored
        if expected[0] == "promoted":
            raise Disagreement(f"refused: {codes or err.strip()[:40]}",
                               f"promote {name} --to {target} is refused ({err.strip()}); the "
                               f"model promotes it: {expected[1]}")
        if expected[0] == "same" and code:
            raise Disagreement(f"refused: {codes}", f"{name} is at {target} already, "
                                                    f"exit code {code}: {err.strip()}")
        if expected[0] == "refused" and not code:
            if "nothing" not in err and "already" not in err:
                raise Disagreement("not refused", f"promote {name} --to {target}: exit code 0, "
                                                  f"{expected[1]} expected: {err.strip()}")
        if expected[0] is None:
            self.opinion(expected[1])

    def compare_diff(self, shown, before, after):
        if shown is None:
            return
        want = self.repo.run("diff", "--no-color", "--no-ext-diff", before, after).decode()
        self.steps += 1
        if shown[1] != want:
            raise Disagreement("diff", f"diff printed\n{shown[1]}{shown[2]}\nthe commit is\n{want}")

    def rollback(self, rng, to=None):
        head = self.main()
        names = [n for n in self.names if self.model.migration(head, n)]
        if not names:
            return False
        name = rng.choice(names)
        mig = self.model.migration(head, name)
        target = to or ("start" if rng.random() < .6 else rng.choice(mig.stages[:-1]))
        args = ["rollback", name, *(["--to", target] if target != "start" else []),
                *(["--reason", f"incident {rng.randrange(99)}"] if rng.random() < .5 else [])]
        stages, why = self.model.stages(head, mig)
        code, err, before, after = self.command(args, None, where=rng.choice(self.work))
        if after:
            self.judge_effect(before, after, [rules.Move(mig, "rollback", target)])
            self.check_bytes(before, after, mig, target)
        else:
            self.judge_no_rollback(head, mig, target, (stages, why), code, err)
        self.check_status()
        return True

    def judge_no_rollback(self, head, mig, target, found, code, err):
        stages, why = found
        order = ["start", *mig.stages, "done"]
        codes = codes_of(err) or err.strip()[:50]
        if target != "start":
            if stages is None:
                self.opinion(why)
            elif len(stages) == 1 and stages <= set(order):
                if code and order.index(next(iter(stages))) > order.index(target):
                    raise Disagreement(f"rollback refused: {codes}", f"rollback {mig.name} --to "
                                       f"{target} from {stages}: {err.strip()}")
            return
        moved = self.model.moved_levels(head, mig)
        view = self.model.view(head, mig)
        away = any(lv.fraction() for _, lv in moved)
        if not away:
            away = any(view.mirrors[s.name] for s in view.covered())
        if not away:
            return
        if stages == {"done"} or not any(lv.has_old for _, lv in moved):
            if any(self.model.signature(s) not in self.model.clean for s, _ in moved):
                self.opinion("finalized and edited")
                return
        if not moved:
            self.opinion("no route")
            return
        raise Disagreement(f"rollback refused: {codes}",
                           f"rollback {mig.name} from {stages or why} changed nothing, exit code "
                           f"{code}: {err.strip()}")

    def check_bytes(self, before, after, mig, target):
        """Nobody but the program changed the file since the baseline: its bytes come back."""
        if target != "start":
            return
        old, new = self.repo.files(before), self.repo.files(after)
        for path, blob in old.items():
            if new[path] == blob or not mig.covers(path):
                continue
            want = self.baseline_bytes(before, path, mig)
            if want and want != new[path]:
                text = "\n".join(difflib.unified_diff(
                    self.repo.data(want).decode().splitlines(),
                    self.repo.data(new[path]).decode().splitlines(), "expected", path, lineterm=""))
                raise Disagreement("bytes", f"the original bytes of {path} did not come back\n{text}")

    def baseline_bytes(self, commit, path, mig):
        """The blob before the migration, if every change since then is the program's own for it."""
        blob, c = self.repo.files(commit).get(path), commit
        while c:
            view = self.model.view(c, mig)
            here = [s for s in view.services if s.path == path]
            if here and not any(lv.has_new for s in here for lv in view.levels[s.name]) and \
                    not any(view.mirrors[s.name] for s in here):
                return blob
            parents = self.repo.parents(c)
            same = [p for p in parents if self.repo.files(p).get(path) == blob]
            if same:
                c = same[0]
            elif len(parents) == 1 and c in self.model.made and \
                    f"GCPBackend-Migration: {mig.name}\n" in self.repo.header(c)[2] + "\n" and \
                    self.repo.header(c)[2].count("GCPBackend-Migration:") == 1:
                c, blob = parents[0], self.repo.files(parents[0]).get(path)
                if blob is None:
                    return None
            else:
                return None
        return None

    def race(self, rng):
        """A person's push gets in between the plan of the program and its push."""
        if self.base.kind != "remote":
            return False
        head, where = self.main(), rng.choice(self.work)
        name = rng.choice(self.names)
        mig = self.model.migration(head, name)
        found = people.race_edit(self, rng, name) if mig else None
        theirs = found and self.commit(found[0], f"meanwhile: {found[1]}")
        if not theirs:
            return False
        back = rng.random() < .3
        target = "start" if back else rng.choice(mig.stages)
        resume = not back and rng.random() < .6
        expected = None if back else self.expect(head, name, target, resume, False)
        hook, flag = where.git / "hooks/pre-push", where.git / "raced"
        hook.parent.mkdir(exist_ok=True)
        flag.unlink(missing_ok=True)
        hook.write_text(f"#!/bin/sh\n[ -e {flag} ] && exit 0\n: >{flag}\n"
                        f"printf '%s\\n' {theirs} >{self.repo.git}/refs/heads/main\n")
        hook.chmod(0o755)
        args = ["rollback", name] if back else ["promote", name, "--to", target, "--yes",
                                                *(["--resume"] if resume else [])]
        code, out, err = self.tool(*args, where=where)
        hook.unlink()
        if not flag.exists():
            return False
        lines = [ln for ln in (out + err).splitlines() if ln.startswith(SHOWN) or " %" in ln]
        self.say(f"$ migrate {' '.join(args)}   # {code}, {theirs[:8]} is pushed meanwhile\n"
                 + "\n".join("    " + line for line in lines))
        after = self.main()
        if after != theirs:
            self.say(self.difference(theirs, after))
            self.account(theirs, after, resume)
        self.meanwhile = found[1]
        self.judge_race(head, theirs, after, rules.Move(mig, "rollback" if back else "promote",
                                                        target), resume, expected, err)
        self.check_status()
        return True

    def judge_race(self, head, theirs, after, move, resume, expected, err):
        """After a lost push: what was shown, on top of the other's commit, or nothing."""
        name, mig = move.mig.name, self.model.migration(theirs, move.mig.name)
        changed = self.repo.files(head).get(f".gcpbackend/{name}.yaml") != \
            self.repo.files(theirs).get(f".gcpbackend/{name}.yaml")
        if theirs not in self.repo.ancestors(after):
            raise Disagreement("race: lost commit", f"{theirs[:8]} is not in the branch any more")
        if after == theirs:
            stages, _ = self.model.stages(theirs, mig) if mig else (None, "")
            if move.kind == "rollback" and stages and not stages & {"start", "mixed"}:
                raise Disagreement(f"race: rollback refused: {codes_of(err)}", err.strip())
            return
        if move.kind == "promote":
            if changed:
                raise Disagreement(f"race: {self.meanwhile} changed",
                                   f"{name} was promoted, though another commit changed its file")
            again = self.expect(theirs, name, move.target, resume, False)
            if again[0] == "refused" and (again[1].startswith("held") or expected[0] == "promoted"):
                raise Disagreement("race: promoted past a change", f"{name}: {again[1]}")
        self.judge_effect(theirs, after, [rules.Move(mig, move.kind, move.target)])

    def finalize(self, rng):
        head = self.main()
        names = [n for n in self.names if self.model.migration(head, n)]
        if not names:
            return False
        name = rng.choice(names)
        mig = self.model.migration(head, name)
        stages, _ = self.model.stages(head, mig)
        held, reason = self.model.hold(head, name)
        code, err, before, after = self.command(["finalize", name, f"--confirm={name}", "--yes"],
                                                None, where=rng.choice(self.work))
        if after:
            if stages is not None and stages != {"100"}:
                raise Disagreement("finalized", f"{name} was finalized at {stages}")
            if held:
                raise Disagreement("finalized past a hold", f"{name} was finalized; {reason}")
            self.judge_effect(before, after, [rules.Move(mig, "finalize", "done")])
        self.check_status()
        return True


# Replaying

ACTIONS = {"promote": 30, "next": 14, "resume": 8, "adopt": 3, "rollback": 12, "finalize": 5}
RACES = 30      # the weight of races where there is a remote


def next_stage(scene, rng, **options):
    """The next stage by the model's own reading, as a person would go on."""
    head = scene.main()
    mig = scene.model.migration(head, rng.choice(scene.names))
    if mig is None:
        return False
    stages, _ = scene.model.stages(head, mig)
    order = ["start", *mig.stages]
    stage = next(iter(stages)) if stages and len(stages) == 1 else "start"
    if stage == "100":
        return scene.finalize(rng)
    at = order.index(stage) if stage in order else 0
    return scene.promote(rng, to=order[min(at + 1, len(order) - 1)], **options)


def act(scene, name, seed):
    """Performs one action; returns whether it was possible."""
    rng = random.Random(seed)
    if name == "promote":
        return scene.promote(rng)
    if name == "next":
        return next_stage(scene, rng, adopt=False)
    if name == "resume":
        return next_stage(scene, rng, resume=True, adopt=False)
    if name == "adopt":
        return scene.promote(rng, adopt=True)
    if name == "rollback":
        return scene.rollback(rng)
    if name == "finalize":
        return scene.finalize(rng)
    if name == "race":
        return scene.race(rng)
    done = people.ACTIONS[name][1](scene, rng)
    if done:
        scene.check_status()
    return done


def script_of(seed):
    """The actions of a scene: [(name, seed)]."""
    rng = random.Random(seed * 7919 + 1)
    weights = ACTIONS | {n: w for n, (w, _) in people.ACTIONS.items()}
    count = rng.randint(6, 20)
    if manifests.Base(random.Random(seed)).kind == "remote":
        weights["race"] = RACES
    names = rng.choices(list(weights), list(weights.values()), k=count)
    return [(n, rng.randrange(1 << 30)) for n in names]


def replay(seed, script, binary, plain=()):
    """(kind and text of the disagreement or None, log, steps, opinions)."""
    directory = tempfile.mkdtemp(prefix="gcb-history-", dir=merge.scratch())
    scene = None
    try:
        scene = Scene(seed, binary, directory, plain)
        found = None
        try:
            for name, action in script:
                act(scene, name, action)
            scene.fsck()
        except Disagreement as wrong:
            found = wrong.kind, str(wrong)
        except subprocess.TimeoutExpired as wrong:
            found = "time", f"no end after 60 s: {wrong.cmd}"
        return found, scene.log, scene.steps, scene.opinions
    finally:
        shutil.rmtree(directory, ignore_errors=True)

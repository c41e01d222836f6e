#!/usr/bin/env python3
"""Many who promote migrations of one remote at once: over http (git-http-backend) and over ssh (a real sshd), in clones of their own and in one
clone, while a person commits to the same files; the same migration by all; jobs that are killed behind their push; branches that are
moved away under them.

SECONDS=n (60) is how long the first scenes last, JOBS=n (16) how many take part.
"""
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import hosts  # noqa: E402
from scene import STAGES, Scene, stage_of  # noqa: E402

SECONDS = float(os.environ.get("SECONDS") or 60)
JOBS = int(os.environ.get("JOBS") or 16)


class Test:
    def __init__(self, folder):
        self.folder, self.results, self.table = folder, [], []

    def expect(self, what, good, evidence=""):
        self.results.append(bool(good))
        print(f"{'ok' if good else 'FAILED'}: {what}" + ("" if good else f"\n{str(evidence)[:3000]}"), flush=True)


class Person(threading.Thread):
    """Commits with plain git every second or so: to a file of its own, and to a line of some manifest that is nobody else's."""

    def __init__(self, scene):
        super().__init__(daemon=True)
        self.scene, self.stop, self.numbers, self.problem = scene, threading.Event(), [], None

    def edit(self, number):
        scene, where = self.scene, self.scene.person
        scene.git(where, "fetch", "-q", "origin", "main", who="Person")
        scene.git(where, "reset", "-q", "--hard", "origin/main", who="Person")
        path = where / f"apps/{random.choice(scene.names)}.yaml"
        path.write_text(re.sub(r"the person's number is \d+", f"the person's number is {number}", path.read_text()))
        (where / "notes").mkdir(exist_ok=True)
        (where / f"notes/{number}").write_text(f"{number}\n")
        scene.git(where, "add", "-A", who="Person")
        scene.git(where, "commit", "-q", "-m", f"person {number}", who="Person")
        return scene.git(where, "push", "-q", "origin", "main", who="Person", check=False).returncode == 0

    def run(self):
        number = 0
        try:
            while not self.stop.is_set():
                number += 1
                for _ in range(200):
                    if self.edit(number):
                        self.numbers.append(number)
                        break
                self.stop.wait(random.uniform(0.5, 1.5))
        except Exception as problem:  # noqa: BLE001: told by the main thread
            self.problem = problem


class Job(threading.Thread):
    """Promotes its own migration stage by stage, and takes it back at the top, until the time is over."""

    def __init__(self, scene, name, clone, until):
        super().__init__(daemon=True)
        self.scene, self.name_, self.clone, self.until = scene, name, clone, until
        self.told, self.failures, self.waits = [], [], []

    def step(self, stage):
        command = ["rollback", self.name_] if stage == "start" else ["promote", self.name_, "--to", stage, "--yes"]
        if stage == STAGES[0] and self.told:
            command.append("--resume")
        begin = time.monotonic()
        code, out, err = self.scene.run(self.clone, *command)
        if code == 0 and re.search(r"promoted|rolled back", out):
            self.told.append((stage, re.search(r"\((\w+) on", out)[1]))
            self.waits.append(time.monotonic() - begin)
            return True
        self.failures.append((stage, code, out, err))
        return False

    def run(self):
        at = 0
        while time.monotonic() < self.until:
            if self.step([*STAGES, "start"][at]):
                at = (at + 1) % (len(STAGES) + 1)
            elif len(self.failures) > 20:
                break


def spread(values):
    """The least, the middle, 95 of 100, the most."""
    values = sorted(values)
    return [values[0], statistics.median(values), values[int(len(values) * 0.95)], values[-1]] if values else [0, 0, 0, 0]


def check_history(test, what, scene, jobs, person):
    by_text, by_trailer = scene.climbs()
    for job in jobs:
        told, texts, trailers = job.told, by_text[job.name_], by_trailer[job.name_]
        for how, found in (("its manifest", texts), ("the trailers", trailers)):
            good = [s for s, _ in found] == [s for s, _ in told] and all(c.startswith(t) for (_, c), (_, t) in zip(found, told))
            if not good:
                test.expect(f"{what}: {job.name_}: {how} went where the job was told, once each", False, f"told {told}\nfound {found}")
    test.expect(f"{what}: each of {sum(len(j.told) for j in jobs)} promotions is in the history once, as told",
                all([s for s, _ in by_text[j.name_]] == [s for s, _ in j.told] == [s for s, _ in by_trailer[j.name_]] for j in jobs))
    notes = scene.git(scene.bare, "ls-tree", "--name-only", "main:notes").split() if person.numbers else []
    test.expect(f"{what}: all {len(person.numbers)} commits of the person are there",
                sorted(map(int, notes)) == person.numbers and not person.problem, person.problem or f"{person.numbers} {notes}")
    numbers = [int(n) for n in re.findall(r"number is (\d+)", "".join(scene.git(scene.bare, "show", f"main:apps/{n}.yaml") for n in scene.names))]
    test.expect(f"{what}: the person's lines stay as they were last", set(numbers) <= {0, *person.numbers} and max(numbers) > 0, numbers)
    clones = {job.clone for job in jobs}
    test.expect(f"{what}: fsck has nothing to say of the remote and {len(clones)} clones",
                all(scene.git(where, "fsck", "--strict", check=False).returncode == 0 for where in (scene.bare, *clones)))
    test.expect(f"{what}: no lock and no dirty file is left",
                not [p for c in clones for p in (c / ".git").rglob("*.lock")] and
                not any(scene.git(c, "status", "--porcelain").strip() for c in clones),
                [scene.git(c, "status", "--porcelain") for c in clones])


def different(test, host, shared=False):
    """Everybody has a migration of their own."""
    what = f"{JOBS} jobs over {host.name}" + (", one clone" if shared else "")
    names = [f"svc-{i:02}" for i in range(JOBS)]
    scene = Scene(test.folder, host, names)
    common = scene.clone() if shared else None
    clones = [common or scene.clone() for _ in names]
    until = time.monotonic() + SECONDS
    person, jobs = Person(scene), [Job(scene, name, clone, until) for name, clone in zip(names, clones)]
    for thread in (person, *jobs):
        thread.start()
    for job in jobs:
        job.join(SECONDS + 300)
    person.stop.set()
    person.join(120)
    promotions, failures = sum(len(j.told) for j in jobs), [f for j in jobs for f in j.failures]
    test.expect(f"{what}: every job got on", all(j.told for j in jobs), [(j.name_, j.failures[-1:]) for j in jobs if not j.told])
    test.expect(f"{what}: nothing failed", not failures, failures[:3])
    check_history(test, what, scene, jobs, person)
    waits = [w for j in jobs for w in j.waits]
    test.table.append((what, promotions, promotions / SECONDS, len(failures), len(person.numbers), *spread(waits),
                       min(len(j.told) for j in jobs), max(len(j.told) for j in jobs)))


def same(test, host):
    """All want the same of one migration."""
    scene = Scene(test.folder, host, ["web"])
    clones = [scene.clone() for _ in range(JOBS)]
    children = [scene.start(clone, "promote", "web", "--to", "10", "--yes") for clone in clones]
    ends = [(child.communicate(timeout=300), child.returncode) for child in children]
    won = [e for e in ends if re.search(r"^migration/web promoted", e[0][0], re.MULTILINE)]
    already = [e for e in ends if re.search(r"is already at (stage )?'10'", e[0][1])]
    what = f"{JOBS} jobs over {host.name}, one migration"
    test.expect(f"{what}: one wins", len(won) == 1, ends)
    test.expect(f"{what}: the others say that it is so", len(already) == JOBS - 1 and all(code == 0 for _, code in ends), ends)
    test.expect(f"{what}: one commit", len(scene.commits()) == 1, scene.commits())


def killed(test, host):
    """The job ends when the remote has taken its push; then it is repeated."""
    for how in ("killed behind its push", "cut off from the answer"):
        scene = Scene(test.folder, host, ["web"])
        clone, pid = scene.clone(), scene.folder / "pid"
        hook = scene.bare / "hooks/post-receive"
        hook.parent.mkdir(exist_ok=True)
        victim = f"-$(cat {pid})" if how.startswith("killed") else "$PPID"
        hook.write_text(f"#!/bin/sh\nrm -f {hook}\nkill -9 {victim}\n")
        hook.chmod(0o755)
        child = scene.start(clone, "promote", "web", "--to", "10", "--yes")
        pid.write_text(str(child.pid))
        out, err = child.communicate(timeout=300)
        first = child.returncode
        code, again, talk = scene.run(clone, "promote", "web", "--to", "10", "--yes")
        what = f"a job over {host.name}, {how}, and again"
        test.expect(f"{what}: the second run ends well", code == 0, (first, out, err, code, again, talk))
        stages = [s for s, _ in scene.climbs()[0]["web"]]
        test.expect(f"{what}: one stage, one commit", stages == ["10"] and len(scene.commits()) == 1, (stages, scene.commits(), out, err))
        test.expect(f"{what}: the clone is sound", scene.git(clone, "fsck", "--strict", check=False).returncode == 0 and
                    not scene.git(clone, "status", "--porcelain").strip(), scene.git(clone, "status", "--porcelain"))


def between(scene, clone, commands, *args):
    """Runs the program with something that happens just before its push: a pre-push hook of the clone, once."""
    hook = clone / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nrm -f {hook}\nunset GIT_DIR GIT_INDEX_FILE\nexec >&2\nset -e\n{commands}\n")
    hook.chmod(0o755)
    return scene.run(clone, *args)


def moved(test, host):
    """What happens between fetch and push."""
    promote = ("promote", "web", "--to", "25", "--yes")

    scene = Scene(test.folder, host, ["web"])
    clone = scene.clone()
    scene.run(clone, "promote", "web", "--to", "10", "--yes")
    ahead = scene.commits()
    code, out, err = between(scene, clone, f"cd {scene.person} && git pull -q origin main && "
                             "sed -i 's/weight: 90/weight: 95/; s/weight: 10/weight: 5/' apps/web.yaml && "
                             "GIT_AUTHOR_NAME=Person GIT_COMMITTER_NAME=Person git commit -qam 'less' && git push -q origin main", *promote)
    commit = scene.git(scene.bare, "rev-parse", "main").strip()
    test.expect(f"{host.name}: a weight that somebody moved stops the program", code == 6 and "Person" in err and commit[:8] in err, (code, out, err))
    test.expect(f"{host.name}: and it changes nothing", [c for c, _, _ in scene.commits()] == [ahead[0][0], commit], scene.commits())

    scene = Scene(test.folder, host, ["web"])
    clone = scene.clone()
    code, out, err = between(scene, clone, f"cd {scene.person} && git push -q origin :main", *promote)
    there = scene.git(scene.bare, "for-each-ref", "refs/heads/main").strip()
    test.expect(f"{host.name}: a branch that was deleted is not made again", code and not there and "main" in err, (code, out, err, there))

    scene = Scene(test.folder, host, ["web"])
    clone = scene.clone()
    code, out, err = between(scene, clone, f"cd {scene.person} && git checkout -q --orphan other && GIT_COMMITTER_NAME=Person "
                             "git commit -qm 'history anew' && git push -qf origin other:main", *promote)
    stages = stage_of(scene.git(scene.bare, "show", "main:apps/web.yaml"))
    roots = scene.git(scene.bare, "log", "--format=%s", "main").splitlines()
    test.expect(f"{host.name}: a history made anew is what is built on", code == 0 and stages == "25" and roots[-1] == "history anew" and
                len(roots) == 2, (code, out, err, stages, roots))

    scene = Scene(test.folder, host, ["web"])
    clone = scene.clone()
    scene.run(clone, "promote", "web", "--to", "10", "--yes")
    code, out, err = between(scene, clone, f"cd {scene.person} && git push -qf origin {scene.begin}:main", *promote)
    stages = [s for s, _ in scene.climbs()[0]["web"]]
    test.expect(f"{host.name}: a stage that was taken out of the history is not passed over", code == 6 and not stages, (code, out, err, stages))


def requests(test, host):
    """Branches for review, by all at once."""
    names = [f"svc-{i:02}" for i in range(JOBS // 2)]
    scene = Scene(test.folder, host, names, mode="pull-request")
    work = [(name, scene.clone()) for name in names for _ in range(2)]
    children = [scene.start(clone, "promote", name, "--to", "10") for name, clone in work]
    ends = [(name, child.communicate(timeout=300), child.returncode) for (name, _), child in zip(work, children)]
    refs = scene.git(scene.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads/gcpbackend").split()
    what = f"{len(work)} jobs over {host.name}, branches for review"
    test.expect(f"{what}: all end well", all(code == 0 for *_, code in ends), [e for e in ends if e[2]])
    test.expect(f"{what}: a branch for each migration", refs == [f"gcpbackend/{n}/10" for n in names], refs)
    good = all(len(scene.commits(ref=r)) == 1 and stage_of(scene.git(scene.bare, "show", f"{r}:apps/{r.split('/')[1]}.yaml")) == "10" for r in refs)
    test.expect(f"{what}: each with the one commit", good)
    branch = f"gcpbackend/{names[0]}/10"
    scene.git(scene.person, "fetch", "-q", "origin")
    scene.git(scene.person, "checkout", "-q", "-b", "mine", f"origin/{branch}")
    (scene.person / f"apps/{names[0]}.yaml").open("a").write("# a person's thought\n")
    scene.git(scene.person, "commit", "-q", "-am", "a thought", who="Person")
    scene.git(scene.person, "push", "-q", "origin", f"mine:{branch}")
    scene.git(scene.person, "checkout", "-q", "main")
    path = scene.person / f"apps/{names[0]}.yaml"
    path.write_text(path.read_text().replace("timeout: 1s", "timeout: 2s"))
    scene.git(scene.person, "commit", "-q", "-am", "slower", who="Person")
    scene.git(scene.person, "push", "-q", "origin", "main")
    tip = scene.git(scene.bare, "rev-parse", branch)
    children = [scene.start(clone, "promote", name, "--to", "10") for name, clone in work if name == names[0]]
    ends = [(child.communicate(timeout=300), child.returncode) for child in children]
    test.expect(f"{what}: somebody's work on one is left alone", scene.git(scene.bare, "rev-parse", branch) == tip and
                all(code == 6 and "Person" in talk for (_, talk), code in ends), ends)


def scenes(test, host):
    different(test, host)
    if host.name == "http":
        different(test, host, shared=True)
    same(test, host)
    killed(test, host)
    moved(test, host)
    requests(test, host)


def main():
    folder, skipped = pathlib.Path(tempfile.mkdtemp(prefix="gcb-races-")), 0
    test = Test(folder)
    try:
        (folder / "served").mkdir()
        for kind in (hosts.Http, hosts.Ssh):
            try:
                host = kind(folder / "served")
            except hosts.Missing as why:
                print(f"SKIPPED: {kind.name}: {why}")
                skipped += 1
                continue
            try:
                scenes(test, host)
            finally:
                host.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{'':40} {'PROMOTED':>9} {'EACH S':>7} {'FAILED':>7} {'PERSON':>7} {'LEAST S':>8} {'MIDDLE':>7} {'95 %':>7} {'MOST':>7}  BY ONE JOB")
    for row in test.table:
        print(f"{row[0]:40} {row[1]:9} {row[2]:7.1f} {row[3]:7} {row[4]:7} {row[5]:8.2f} {row[6]:7.2f} {row[7]:7.2f} {row[8]:7.2f}  {row[9]} to {row[10]}")
    failed = len(test.results) - sum(test.results)
    print(f"{sum(test.results)} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

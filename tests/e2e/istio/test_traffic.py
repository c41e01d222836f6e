#!/usr/bin/env python3
"""What requests really do at each stage, measured with istiod and Envoy: tests/e2e/istio/test_traffic.py [--requests N]

A Git repository with a migration for each scene of scenes.py goes up through all stages, down a bit, and back to the start, by the
program's own commits. After each the files of the commit are what istiod reads, and N (2000) requests of each scene are sent through
Envoy and counted by the servers. Each server's share must lie in the interval that holds 99.9 % of the binomial distribution, computed
exactly. Of some hundred such figures one in a thousand lies outside, so what does is measured once more, and must not do so again.
Also checked: that of mirrored requests only GET and HEAD reach new, and no answer of it comes back; the Host header of each side; that
istiod and Envoy refuse nothing; that no request fails while a commit arrives; that the start is the start to the byte.

The last line is "N passed, N failed, N skipped".
"""
import argparse
import collections
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "setup")]
import binomial  # noqa: E402
import cached  # noqa: E402
import client  # noqa: E402
import istio_tools  # noqa: E402
import mesh  # noqa: E402
import scenes  # noqa: E402

BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()
PATHS = ("/api/items", "/else")
SAFE = ("GET", "HEAD")
interval = functools.lru_cache(None)(binomial.interval)


class Repository:
    def __init__(self, folder, ports):
        self.folder = folder / "repo"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "TZ": "UTC"}
        for who in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"GIT_{who}_NAME": "Test", f"GIT_{who}_EMAIL": "test@example.com"}
        self.original = {f"apps/{s.name}/{s.name}.yaml": s.manifest(ports) for s in scenes.SCENES}
        for name, text in self.original.items():
            (self.folder / name).parent.mkdir(parents=True)
            (self.folder / name).write_text(text)
        self.run("git", "init", "-q", "-b", "main")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", "the shop")

    def run(self, *argv):
        done = subprocess.run([str(a) for a in argv], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)
        if done.returncode:
            raise mesh.Broken(f"{' '.join(str(a) for a in argv)}: ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def migrate(self, *argv):
        return self.run(BINARY, "migrate", *argv)

    def manifests(self):
        """The files of the commit, not of the working tree."""
        names = self.run("git", "ls-tree", "-r", "--name-only", "HEAD", "apps").split()
        return {name: self.run("git", "show", f"HEAD:{name}") for name in names}


class Callers(threading.Thread):
    """Asks on and on for every http scene, and remembers what was not answered with 200."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports, self.asked, self.bad, self.ended = ports, 0, collections.Counter(), threading.Event()

    def run(self):
        while not self.ended.is_set():
            for scene in scenes.SCENES:
                if scene.kind == "http":
                    status = (client.once(self.ports[scene.listener], scene.asked, PATHS[self.asked % 2]) or ("no answer",))[0]
                    self.asked += 1
                    if status != 200:
                        self.bad[f"{scene.name}: {status}"] += 1
            time.sleep(0.01)

    def end(self):
        self.ended.set()
        self.join()


class Test:
    def __init__(self, processes, requests):
        self.requests, self.passed, self.failed = requests, 0, 0
        servers = {name: kind for scene in scenes.SCENES for name, kind in scene.servers().items()}
        self.servers = mesh.Servers(processes, servers)
        self.ports = {**self.servers.ports, **dict(zip(("http", "gateway", "tcp", "tls"), mesh.free_ports(4)))}
        self.mesh = mesh.Mesh(processes, istio_tools.istiod(), istio_tools.envoy())
        self.repository = Repository(processes.folder, self.ports)

    def expect(self, what, wanted, found):
        """Counts one check, and prints a failed one."""
        if wanted == found:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {what}: expected {wanted}, found {found}", flush=True)

    def start(self):
        self.mesh.start_istiod()
        self.step = 0
        self.mesh.start_envoy("client")
        self.mesh.start_envoy("edge", gateway=True)
        self.arrive(None)
        for listener in ("tcp", "tls"):
            mesh.until(30, f"the {listener} listener", lambda: mesh.listening(self.ports[listener]))

    def arrive(self, name):
        """Puts the commit where istiod reads and waits until both Envoys have it; meanwhile callers are at work (but the first time)."""
        self.step += 1
        mark = f"step {self.step}"
        files = {f"{pathlib.Path(n).stem}.yaml": text for n, text in self.repository.manifests().items()}
        callers = Callers(self.ports)
        if name is not None:
            callers.start()
        self.mesh.put({"surroundings.yaml": scenes.surroundings(self.ports), **files, "zz-mark.yaml": scenes.marker(mark)})
        self.mesh.live([self.ports["http"], self.ports["gateway"]], scenes.MARK, mark)
        if name is not None:
            callers.end()
            self.expect(f"{name}: requests that failed while the commit arrived, of {callers.asked}", {}, dict(callers.bad))

    # --- one scene at one stage ---

    def send(self, scene, methods):
        """Sends the requests: (who answered, what each server saw)."""
        self.servers.ask("reset")
        port = self.ports[scene.listener]
        if scene.kind == "tcp":
            first = client.hello(scene.asked) if scene.protocol == "TLS" else b"hello\n"
            answers = client.connections(self.requests, port, first)
        else:
            # Half of them for each of the two routes.
            answers = collections.Counter()
            for path in PATHS:
                for (status, server), n in client.requests(self.requests // 2, port, scene.asked, path, methods).items():
                    answers[server if status == 200 else f"status {status}"] += n
        counts = self.servers.settled()
        return answers, {server: collections.Counter(counts[server]) for server in scene.servers()}

    def shares(self, scene, percent, methods=SAFE):
        """Sends, and says which servers' counts lie outside of the interval: (problems, answers, seen)."""
        answers, seen = self.send(scene, methods)
        wanted = {f"{scene.name}-{label}": share * (100 - percent) // 100 for label, share in scene.olds.items()}
        wanted[f"{scene.name}-new"] = percent
        problems = []
        for server, share in wanted.items():
            least, most = interval(self.requests, share)
            if not least <= answers[server] <= most:
                problems.append(f"{server} answered {answers[server]}, expected {least} to {most}")
        return problems, answers, seen

    def twice(self, what, measure):
        """A figure outside of its interval is chance once, not twice."""
        problems, *rest = measure()
        if problems:
            print(f"once more: {what}: {'; '.join(problems)}", flush=True)
            problems, *rest = measure()
        self.expect(what, [], problems)
        return rest

    def weight(self, what, scene, percent):
        answers, seen = self.twice(f"{what}: shares", lambda: self.shares(scene, percent))
        self.expect(f"{what}: others that answered", set(), set(answers) - set(seen))
        if scene.kind == "tcp":
            self.expect(f"{what}: connections seen", answers, collections.Counter({s: c["connection"] for s, c in seen.items()}))
            return answers
        self.expect(f"{what}: requests seen", answers, collections.Counter({s: c.total() for s, c in seen.items()}))
        self.hosts(what, scene, seen, scene.host_header or scene.asked)
        return answers

    def hosts(self, what, scene, seen, new):
        """Every server that saw something saw the right Host."""
        for server, counts in seen.items():
            if counts:
                self.expect(f"{what}: Host that {server} saw", {new if server.endswith("-new") else scene.asked},
                            {key.split(" ", 1)[1] for key in counts})

    def mirrors(self, scene, new):
        """How many of the requests that may be are mirrored: (problems, answers, seen)."""
        problems, answers, seen = self.shares(scene, 0)
        copies = seen[new].total()
        least, most = interval(self.requests, scene.mirror_percent)
        if not least <= copies <= most:
            problems.append(f"{new} saw {copies} copies, expected {least} to {most}")
        return problems, answers, seen

    def mirror(self, what, scene):
        new = f"{scene.name}-new"
        answers, seen = self.twice(f"{what}: shares and copies", lambda: self.mirrors(scene, new))
        self.hosts(what, scene, seen, scene.asked)
        copies = seen[new].total()
        self.expect(f"{what}: methods of copies", set(), {key.split(" ")[0] for key in seen[new]} - set(SAFE))
        for methods in (("POST",), ("DELETE", "PUT")):
            answers, seen = self.send(scene, methods)
            self.expect(f"{what}: copies of {' and '.join(methods)}", 0, seen[new].total())
            self.expect(f"{what}: answers to {' and '.join(methods)}", self.requests, sum(answers[s] for s in seen if s != new))
        return f"{copies} copies"

    def stage(self, name, percent):
        """Measures all scenes at one stage; percent may be "mirror"."""
        self.arrive(name)
        for scene in scenes.SCENES:
            what = f"{name}: {scene.name} ({scene.what})"
            if percent == "mirror" and scene.mirrored():
                figures = self.mirror(what, scene)
            else:
                answers = self.weight(what, scene, 0 if percent == "mirror" else percent)
                figures = " ".join(f"{s.rsplit('-', 1)[1]} {answers[s]}" for s in scene.servers())
            print(f"{what}: {figures}", flush=True)
        self.expect(f"{name}: what istiod and Envoy refused", [], self.mesh.complaints())

    # --- all stages ---

    def run(self):
        self.start()
        self.stage("start", 0)
        for scene in scenes.SCENES:
            self.repository.migrate("init", scene.name, "--from", scene.old, "--to", scene.new, "--to-port",
                                    self.ports["http" if scene.kind == "http" else scene.listener], "-n", scenes.NAMESPACE, "--path",
                                    f"apps/{scene.name}", "--commit", "--yes", *scene.options)
        mirrored = [s.name for s in scenes.SCENES if s.mirrored()]
        every = [s.name for s in scenes.SCENES]
        for stage in scenes.STAGES:
            self.repository.migrate("promote", *(mirrored if stage == "mirror" else every), "--to", stage, "--batch", "--yes")
            self.stage(str(stage), stage)
        self.repository.migrate("rollback", *every, "--to", "25", "--batch", "--yes")
        self.stage("rollback to 25", 25)
        self.repository.migrate("rollback", *every, "--reason", "the test is over", "--batch", "--yes")
        self.expect("rollback: the original bytes", self.repository.original, self.repository.manifests())
        self.stage("rollback", 0)


def end(*_):
    """Asked to end: once, so that nothing disturbs the tidying up."""
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, end)
    begin = time.monotonic()
    try:
        istio_tools.istiod(), istio_tools.envoy()
    except cached.Missing as why:
        print(f"traffic: skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gcb-traffic-"))
    test, keep = None, True
    try:
        with mesh.Processes(folder) as processes:
            test = Test(processes, options.requests)
            try:
                test.run()
            except (mesh.Broken, OSError, subprocess.TimeoutExpired) as why:
                test.failed += 1
                print(f"FAIL {why}")
        keep = test.failed
    except KeyboardInterrupt:
        keep = False
        raise
    finally:
        if keep:
            print(f"traffic: logs and repository are in {folder}", flush=True)
        else:
            shutil.rmtree(folder)
    print(f"traffic: {time.monotonic() - begin:.0f} s")
    print(f"{test.passed} passed, {test.failed} failed, 0 skipped")
    return 1 if test.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

"""The readers as processes: builds or installs them once into a cache, and asks them.

The cache is GCB_CACHE (default ~/.cache/kubectl-gcpbackend/readers); each program has a folder there that a hash of its sources names.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import trees

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("GCB_CACHE") or pathlib.Path.home() / ".cache/kubectl-gcpbackend/readers")
DRIVER = pathlib.Path(os.environ.get("GCB_TOOLS") or ROOT / "build") / "yaml-driver"
PATIENCE = 60


class Missing(Exception):
    """A reader cannot be had here."""


def run(command, folder, **more):
    """Runs a command for its effect; whatever goes wrong means that the reader is missing."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300,
                              env=dict(os.environ, **more))
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Missing(str(problem)) from None
    if done.returncode:
        raise Missing(f"{' '.join(command[:2])}: {(done.stderr or done.stdout).strip()[-300:]}")


def cached(name, make):
    """The folder of a program in the cache; `make` fills a copy of the folder of its sources when it is not there yet."""
    sources = sorted(p for p in (HERE / name).iterdir() if p.is_file())
    digest = hashlib.sha256(b"".join(p.name.encode() + b"\0" + p.read_bytes() + b"\0" for p in sources)).hexdigest()[:16]
    home = CACHE / f"{name}-{digest}"
    if home.is_dir():
        return home
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
        work = pathlib.Path(temporary) / name
        work.mkdir()
        for source in sources:
            shutil.copy(source, work)
        make(work)
        try:
            work.rename(home)
        except OSError:  # another run was first
            if not home.is_dir():
                raise
    return home


def go_program(mode):
    home = cached("go", lambda work: run(["go", "build", "-o", "readers", "."], work, GOTOOLCHAIN="local", GOFLAGS="-mod=readonly"))
    return [str(home / "readers"), mode]


def node_program():
    home = cached("node", lambda work: run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], work))
    run(["node", "--version"], home)
    return ["node", str(home / "reader.js")]


def python_program():
    run([sys.executable, "-c", "import yaml"], HERE)
    return [sys.executable, str(HERE / "pyyaml_reader.py")]


# The names that expected.tsv knows, and how to get the commands.
READERS = {
    "go-yaml-v2": lambda: go_program("v2"),
    "go-yaml-v3": lambda: go_program("v3"),
    "pyyaml": python_program,
    "npm-yaml": node_program,
}


class Process:
    """A process that answers requests; started again when it is gone."""

    def __init__(self, command):
        self.command, self.process = command, None

    def exchange(self, request, take):
        """Writes the request and gives what `take` reads of the answer; None if the process ended or took too long."""
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
            return take(self.process.stdout)
        except (OSError, ValueError):
            self.process.kill()
            self.process.wait()
            self.process = None
            return None
        finally:
            watch.cancel()


class Reader(Process):
    def read(self, data):
        """(documents, None) or (None, why the file was refused)."""
        answer = self.exchange(b"%d\n" % len(data) + data, lambda out: json.loads(out.readline()))
        if answer is None:
            return None, "the reader crashed"
        return answer.get("documents"), answer.get("error")


class JsonReader:
    """Python's reader of JSON; what comes out of a JSON file must be JSON still."""

    def read(self, data):
        try:
            return [trees.literal(json.loads(data))], None
        except (ValueError, RecursionError) as problem:
            return None, str(problem)


def driver_answer(out):
    word, length = out.readline().split()
    return word.decode(), out.read(int(length))


class Driver(Process):
    """build/yaml-driver, whose comment is the manual."""

    def __init__(self):
        super().__init__([str(DRIVER)])

    def ask(self, data, script):
        """(word, bytes) of the answer."""
        script = script.encode()
        return self.exchange(b"%d %d\n" % (len(data), len(script)) + data + script, driver_answer) or ("refused", b"it crashed [crash]")

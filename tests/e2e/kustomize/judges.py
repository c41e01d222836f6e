"""What kustomize builds: several versions as a library, and `kubectl kustomize`.

Each judge is a function from directories to answers: {"items": [object...]}, or {"error": text}.
"""
import json
import os
import pathlib
import select
import subprocess

import cached

import yaml

MODULE = pathlib.Path(__file__).resolve().parent.parent / "setup/kustomize"
# Old versions take hours for some errors. A build that takes longer is one that fails.
SECONDS = 30


class Library:
    """A judge of tests/e2e/setup/kustomize; its process is started once, and ends with its input."""

    def __init__(self, program):
        self.program, self.process = program, None

    def __call__(self, directories):
        return [self.answer(directory) for directory in directories]

    def answer(self, directory):
        if not self.process:
            self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdin.write(directory + "\n")
        self.process.stdin.flush()
        if select.select([self.process.stdout], [], [], SECONDS)[0]:
            return json.loads(self.process.stdout.readline())
        self.process.kill()
        self.process.communicate()
        self.process = None
        return {"error": f"no answer in {SECONDS} seconds"}


def kubectl(directories):
    """What the kubectl of this machine builds."""
    answers = []
    for directory in directories:
        done = subprocess.run(["kubectl", "kustomize", directory], capture_output=True, text=True, timeout=60)
        answers.append({"error": done.stderr.strip() or "?"} if done.returncode else
                       {"items": [o for o in yaml.safe_load_all(done.stdout) if o]})
    return answers


def versions():
    """The versions of kustomize, the newest last."""
    found = sorted((p.stem for p in (MODULE / "versions").glob("*.mod")), key=lambda v: [int(n) for n in v.split(".")])
    only = os.environ.get("GCB_VERSIONS")
    return [v for v in found if v in only.split(",")] if only else found


def all_versions():
    """By version: the judge."""
    return {v: Library(cached.go_build(f"kustomize-{v}", MODULE, "./judge", ["-ldflags=-s -w", f"-modfile=versions/{v}.mod"])) for v in versions()}

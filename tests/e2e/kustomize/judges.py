"""What kustomize builds: several versions as a library, and `kubectl kustomize`.

Each judge is a function from directories to answers: {"items": [object...]}, or {"error": text}.
"""
import json
import os
import pathlib
import subprocess

import cached

import yaml

MODULE = pathlib.Path(__file__).resolve().parent.parent / "setup/kustomize"


class Library:
    """A judge of tests/e2e/setup/kustomize; its process is started once, and ends with its input."""

    def __init__(self, program):
        self.program, self.process = program, None

    def __call__(self, directories):
        if not self.process:
            self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        answers = []
        for directory in directories:
            self.process.stdin.write(directory + "\n")
            self.process.stdin.flush()
            answers.append(json.loads(self.process.stdout.readline()))
        return answers


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

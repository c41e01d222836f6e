"""What the end-to-end tests run is built or fetched once, and kept in GCPBACKEND_E2E_CACHE (default ~/.cache/kubectl-gcpbackend/e2e).

Each thing has a folder there, named after all that it is made from; a changed pin makes another folder. Missing says why something is
not to be had; a test is then skipped with that line.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import time


class Missing(Exception):
    """Something that is not to be had here, and why."""


def cache():
    path = pathlib.Path(os.environ.get("GCPBACKEND_E2E_CACHE") or os.path.expanduser("~/.cache/kubectl-gcpbackend/e2e"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def run(*argv, **kwargs):
    """Runs a program of the preparation and returns its output; Missing, with what it said last, when it fails."""
    words = [str(a) for a in argv]
    try:
        return subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True, **kwargs).stdout
    except FileNotFoundError:
        raise Missing(f"{words[0]} is not installed") from None
    except subprocess.CalledProcessError as failed:
        lines = (failed.stderr or failed.stdout or "").strip().split("\n")
        raise Missing(f"{' '.join(words[:3])}: {lines[-1]}") from None


def digest(paths, *words):
    """A short name for the contents of files, and words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        total.update(path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


@contextlib.contextmanager
def locked(folder):
    """Only one process at a time makes what is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def go(at_least):
    """The go command, of this version (1, 25) or a later one."""
    for found in (shutil.which("go"), "/usr/local/go/bin/go", "/usr/lib/go/bin/go"):
        if found and os.access(found, os.X_OK):
            break
    else:
        raise Missing("Go is not installed")
    version = re.search(r"go(\d+)\.(\d+)", run(found, "env", "GOVERSION"))
    if not version or (int(version[1]), int(version[2])) < at_least:
        raise Missing(f"{found} is older than Go {at_least[0]}.{at_least[1]}")
    return found


def go_build(name, module, package, flags, at_least=(1, 25)):
    """A program of a Go module with pinned versions, built when the cache has none of these pins, sources and flags."""
    sources = [p for p in module.rglob("*") if p.suffix in (".mod", ".sum") or (package.startswith("./") and p.suffix == ".go")]
    folder = cache() / f"{name}-{digest(sources, package, *flags)}"
    binary = folder / name
    with locked(folder):
        if not binary.exists():
            compiler = go(at_least)
            print(f"building {name} into {folder}, once; this takes minutes", flush=True)
            begin = time.monotonic()
            part = folder / "part"
            run("nice", "-n", "10", compiler, "build", "-mod=readonly", "-buildvcs=false", "-trimpath", *flags, "-o", part, package,
                cwd=module, env={**os.environ, "CGO_ENABLED": "0"})
            part.rename(binary)
            print(f"built {name} in {time.monotonic() - begin:.0f} s", flush=True)
    return binary


def pip_package(requirement, python="python3"):
    """The folder that a Python package of this exact version was installed into."""
    folder = cache() / requirement.replace("==", "-")
    done = folder / "done"
    with locked(folder):
        if not done.exists():
            print(f"installing {requirement} into {folder}, once", flush=True)
            shutil.rmtree(folder / "venv", ignore_errors=True)
            run(python, "-m", "venv", folder / "venv")
            run(folder / "venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", requirement)
            done.touch()
    return folder / "venv"

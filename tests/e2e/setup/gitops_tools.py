"""Argo CD 3.5.7, Flux's source-controller 1.9.6 and kustomize-controller 1.9.5, and Redis, for the tests.

The three are built from one Go module, so that they share what they have in common. fluxcd/pkg/artifact is taken in a version that the
module proxy serves, with the import that has moved since put right; module() makes that copy.
"""
import json
import os
import pathlib
import shutil

import cached

HERE = pathlib.Path(__file__).resolve().parent / "gitops"
FLAGS = ["-p=1", "-ldflags=-s -w"]
ARTIFACT = "github.com/fluxcd/pkg/artifact@v0.4.0"
MOVED = ("github.com/go-git/go-git/v5/plumbing/format/gitignore", "github.com/fluxcd/pkg/sourceignore/gitignore")
REDIS = ("redis-tools", "liblzf1", "libjemalloc2")
GO = (1, 26)


def module():
    """The folder of the Go module, with the copy of artifact in it."""
    sources = [HERE / "go.mod", HERE / "go.sum", HERE / "argocd-mini/main.go"]
    folder = cached.cache() / f"gitops-{cached.digest(sources, ARTIFACT)}"
    done = folder / "module/done"
    with cached.locked(folder):
        if not done.exists():
            shutil.rmtree(folder / "module", ignore_errors=True)
            shutil.copytree(HERE, folder / "module")
            found = json.loads(cached.run(cached.go(GO), "mod", "download", "-json", ARTIFACT, cwd=folder))["Dir"]
            shutil.copytree(found, folder / "module/artifact", copy_function=shutil.copyfile,
                            ignore=lambda _, names: [n for n in names if n == "testdata" or n.endswith("_test.go")])
            for path in (folder / "module/artifact").rglob("*"):
                path.chmod(0o755 if path.is_dir() else 0o644)
            for path in (folder / "module/artifact/storage").glob("*.go"):
                path.write_text(path.read_text().replace(*MOVED))
            done.touch()
    return folder / "module"


def sources(name):
    """The folder of a module of these pins, for the manifests in it."""
    return pathlib.Path(json.loads(cached.run(cached.go(GO), "mod", "download", "-json", name, cwd=module()))["Dir"])


def argocd():
    return cached.go_build("argocd-mini", module(), "./argocd-mini", FLAGS, GO)


def flux(name):
    """source-controller or kustomize-controller."""
    return cached.go_build(name, module(), f"github.com/fluxcd/{name}", FLAGS, GO)


def redis():
    """(the server, what it needs in its environment): from PATH, else unpacked from Debian's packages."""
    found = shutil.which("redis-server")
    if found:
        return found, {}
    folder = cached.cache() / "redis"
    binary = folder / "all/usr/bin/redis-check-rdb"
    with cached.locked(folder):
        if not binary.exists():
            cached.run("apt-get", "download", *REDIS, cwd=folder)
            for package in folder.glob("*.deb"):
                cached.run("dpkg-deb", "-x", package, folder / "all")
    libraries = sorted({str(p.parent) for p in folder.glob("all/usr/lib/*/*.so*")})
    server = folder / "redis-server"
    if not server.is_symlink():
        os.symlink(binary, server)
    return server, {"LD_LIBRARY_PATH": ":".join(libraries)}

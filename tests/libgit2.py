"""Builds the program and runs the unit tests, command line cases and attacks with another libgit2: tests/libgit2.py

libgit2 1.9 comes from Debian's source package, from the mirror that apt uses, pinned by its checksum. It is built once, in
GCPBACKEND_E2E_CACHE; the program has a build directory of its own, build/libgit2-1.9. The last line is the sum of all suites.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "e2e/setup"))
import cached  # noqa: E402

VERSION = "1.9.0+ds-2+deb13u1"
SUITE = "trixie"
TARBALL = ("libgit2_1.9.0+ds.orig.tar.xz", "08f1f9137c4804ac4be4748f7141f8a6a9b7a12c942ac2fd4db5a28f8b65caa2")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# git makes all connections for the program, so none of what libgit2 has for them is built.
CMAKE = ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DBUILD_TESTS=OFF", "-DBUILD_CLI=OFF", "-DUSE_SSH=OFF", "-DUSE_HTTPS=OFF",
         "-DUSE_SHA1=CollisionDetection", "-DUSE_SHA256=Builtin", "-DUSE_GSSAPI=OFF", "-DUSE_NTLMCLIENT=OFF", "-DUSE_ICONV=OFF",
         "-DREGEX_BACKEND=regcomp", "-DUSE_BUNDLED_ZLIB=OFF", "-DUSE_HTTP_PARSER=http-parser"]


def mirror():
    """The first mirror of Debian that apt uses."""
    for line in cached.run("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages").splitlines():
        address, label = line.split(" ", 1)
        if label == "Debian":
            return address
    raise cached.Missing("apt uses no mirror of Debian, or has no package lists (apt-get update)")


def source(folder):
    """Fetches the source package into the folder and unpacks it; gives the directory."""
    (folder / "lists/partial").mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(f"deb-src [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    (folder / "apt.conf").write_text(f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "-";\n'
                                     f'Dir::State::lists "{folder}/lists";\nDir::Cache "{folder}";\nAcquire::Languages "none";\n'
                                     'APT::Sandbox::User "";\n')
    env = dict(os.environ, APT_CONFIG=str(folder / "apt.conf"))
    cached.run("apt-get", "update", "-qq", env=env)
    cached.run("apt-get", "source", "-qq", "--download-only", f"libgit2={VERSION}", env=env, cwd=folder)
    name, digest = TARBALL
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
        raise cached.Missing(f"{name} has another checksum than the pinned one")
    cached.run("dpkg-source", "--no-check", "-x", f"libgit2_{VERSION}.dsc", "source", cwd=folder)
    return folder / "source"


def library():
    """The directory in which libgit2 is installed."""
    folder = cached.cache() / f"libgit2-{cached.digest([pathlib.Path(__file__)])}"
    prefix = folder / "installed"
    with cached.locked(folder):
        if not (folder / "done").exists():
            print(f"building libgit2 {VERSION} into {folder}, once; this takes minutes", flush=True)
            cached.run("cmake", "-S", source(folder), "-B", folder / "build", f"-DCMAKE_INSTALL_PREFIX={prefix}", *CMAKE)
            cached.run("cmake", "--build", folder / "build", "--parallel", str(os.cpu_count()), "--target", "install")
            (folder / "done").touch()
    return prefix


def main():
    try:
        prefix = library()
    except cached.Missing as why:
        print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    build = HERE.parent / "build/libgit2-1.9"
    found = next(prefix.glob("lib*/**/pkgconfig"))
    env = dict(os.environ, PKG_CONFIG_PATH=str(found))
    (build / "lib").mkdir(parents=True, exist_ok=True)  # some tests run as another user, who may not read the cache
    for file in found.parent.glob("libgit2.so*"):
        shutil.copyfile(file, build / "lib" / file.name)
    subprocess.run(["make", "--no-print-directory", f"-j{os.cpu_count()}", f"B={build.relative_to(HERE.parent)}", "STATIC=0", "CFLAGS=-O1 -g",
                    f"LDFLAGS=-Wl,-rpath,{build}/lib", "all", "unit-tests", "test-tools"], cwd=HERE.parent, env=env, check=True)
    env |= {"GCB_BINARY": str(build / "kubectl-gcpbackend"), "GCB_UNIT_TESTS": str(build / "unit-tests"), "GCB_TOOLS": str(build)}
    return subprocess.run([sys.executable, "tests/suites.py", "unit", "cli", "attacks"], cwd=HERE.parent, env=env).returncode


if __name__ == "__main__":
    sys.exit(main())

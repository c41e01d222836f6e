#!/usr/bin/env python3
"""Rolls back by a patch what rollback commits: tests/patches.py [SCENE...]

In each scene of tests/cli, and in some more, everything is promoted as far as possible, to 10 %.
Then one copy is rolled back (`rollback --all --yes`), and in others the patch of `rollback --all
--patch FILE` is applied with real git: by `git am --keep-cr`, and by `git apply --index`; the same
with --batch, and to standard output. Each must result in exactly the tree that rollback committed,
and `git am` in as many commits with the same subjects. Writing the patch must not change refs,
index, working tree or objects.
"""
import concurrent.futures
import importlib.machinery
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("cli", str(HERE / "cli/run"))
cli = importlib.util.module_from_spec(importlib.util.spec_from_loader("cli", loader))
sys.dont_write_bytecode = True
loader.exec_module(cli)

SERVICE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}}}
spec:
  hosts: [{name}-vm.example.com]
  http:
  - route:
    - destination: {{host: {name}-vm.example.com}}
---
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {{name: {name}}}
spec: {{hostname: {name}.gcp.example.com}}
"""
MIGRATION = """apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {{name: {name}}}
spec:
  from: {{host: {name}-vm.example.com}}
  to: {{host: {name}.gcp.example.com}}
  manifests: {{path: "{path}"}}
"""


def scene(directory, paths, change=lambda text: text, mode=0o644):
    """A repository with one service a path, whose bytes are changed."""
    for number, path in enumerate(paths):
        name = f"s{number}"
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a", newline="", encoding="utf-8") as out:
            out.write(change(("---\n" if file.stat().st_size else "") + SERVICE.format(name=name)))
        file.chmod(mode)
        (directory / ".gcpbackend").mkdir(exist_ok=True)
        (directory / f".gcpbackend/{name}.yaml").write_text(
            MIGRATION.format(name=name, path=str(pathlib.Path(path).parent)))


OWN = {
    "plain": lambda f: scene(f, ["apps/a/vs.yaml"]),
    "fleet": lambda f: scene(f, [f"apps/{i}/vs.yaml" for i in range(20)]),
    "one-file": lambda f: scene(f, ["apps/vs.yaml"] * 4),
    "blanks": lambda f: scene(f, ["my apps/the file.yaml"]),
    "utf-8": lambda f: scene(f, ["größe/δ ä.yaml"]),
    "crlf": lambda f: scene(f, ["apps/vs.yaml"], lambda text: text.replace("\n", "\r\n")),
    "no-line-end": lambda f: scene(f, ["apps/vs.yaml"], lambda text: text.rstrip("\n")),
    "comment-like-mail": lambda f: scene(
        f, ["apps/vs.yaml"], lambda text: "# x\n#\nFrom: y\n---\n" + text),
    "executable": lambda f: scene(f, ["apps/vs.yaml"], mode=0o755),
}


def program(env, where, *words):
    return subprocess.run(["kubectl-gcpbackend", "migrate", *words], cwd=where, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True)


def state(env, where):
    """What writing a patch must not change."""
    return [cli.git(env, where, "for-each-ref"), cli.git(env, where, "count-objects", "-v"),
            cli.git(env, where, "status", "--porcelain"), cli.git(env, where, "reflog")]


def log(env, where, base):
    return cli.git(env, where, "log", "--format=%s", "--reverse", f"{base}..HEAD")


def copy(tmp, name):
    target = tmp / name
    shutil.copytree(tmp / "repo", target, symlinks=True)
    return target


def apply(env, tmp, way, made):
    """Applies the patch to a copy: git's result, and the copy."""
    target = copy(tmp, "target")
    cli.git(env, target, "update-index", "-q", "--refresh")
    return subprocess.run(["git", *way, str(made)], cwd=target, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True), target


def check(env, tmp, where, extra, problems):
    """Writes the patch in one way, and applies it in both."""
    label = " ".join(extra) or "alone"
    rolled, made = copy(tmp, "rolled"), tmp / "made.patch"
    base = cli.git(env, where, "rev-parse", "HEAD").strip()
    rollback = ["rollback", "--all", "--offline", "--reason", "Größe\n--- From x\ndiff - y", *extra]
    done = program(env, rolled, *rollback, "--yes")
    want = cli.git(env, rolled, "rev-parse", "HEAD^{tree}")
    subjects = log(env, rolled, base) if done.returncode in (0, 6) else ""
    before = state(env, where)
    patched = program(env, where, *rollback, "--patch", str(made))
    printed = program(env, where, *rollback, "--patch", "-")
    if state(env, where) != before:
        problems.append(f"{label}: writing the patch changed the repository")
    if patched.returncode != done.returncode or printed.returncode != done.returncode:
        problems.append(f"{label}: rollback ends with {done.returncode}, the patch with "
                        f"{patched.returncode} and {printed.returncode}: "
                        + patched.stderr.decode(errors="replace"))
    if not made.exists() or made.read_bytes() != printed.stdout:
        problems.append(f"{label}: the file and standard output differ")
        return
    again = program(env, where, "rollback", "--all", "--offline", "--patch", str(made), *extra)
    if again.returncode != 6 or made.read_bytes() != printed.stdout:
        problems.append(f"{label}: a file that exists is not refused")
    for way, tree_of in (["am", "--keep-cr"], ["rev-parse", "HEAD^{tree}"]), \
                        (["apply", "--index"], ["write-tree"]):
        out, target = apply(env, tmp, way, made)
        tree = cli.git(env, target, *tree_of)
        if out.returncode or tree != want:
            problems.append(f"{label}: git {way[0]} ends with {out.returncode}, tree "
                            f"{tree.strip()}, wanted {want.strip()}: "
                            + out.stderr.decode(errors="replace"))
        if way[0] == "am" and subjects and log(env, target, base) != subjects:
            problems.append(f"{label}: git am makes other commits")
        shutil.rmtree(target)
    if b"\r\n" in made.read_bytes():
        out, target = apply(env, tmp, ["am"], made)
        if not out.returncode:
            problems.append(f"{label}: git am without --keep-cr loses line endings")
        shutil.rmtree(target)
    shutil.rmtree(rolled)
    made.unlink()


def run(make, tmp):
    """The problems of a scene; None: there is nothing to roll back."""
    env = cli.environment(tmp)
    try:
        where = make(tmp, env)
    except RuntimeError:
        return None
    if (where != tmp / "repo" or not (where / ".git").is_dir()
            or cli.git(env, where, "status", "--porcelain")):
        return None
    program(env, where, "promote", "--all", "--to", "10", "--yes", "--offline", "--batch")
    tried = program(env, where, "rollback", "--all", "--offline", "--patch", str(tmp / "try"))
    if tried.returncode not in (0, 6) or not (tmp / "try").exists():
        return None
    problems = []
    many = len(list((where / ".gcpbackend").glob("*.yaml"))) > 1
    for extra in [[], ["--batch"]] if many else [[]]:
        check(env, tmp, where, extra, problems)
    return problems


def own(make):
    def prepare(tmp, env):
        for name in "bin", "home", "tmp", "repo":
            (tmp / name).mkdir()
        (tmp / "bin/kubectl-gcpbackend").symlink_to(cli.BINARY)
        cli.git(env, tmp / "repo", "init", "-q", "-b", "main", "--template=")
        make(tmp / "repo")
        cli.git(env, tmp / "repo", "add", "-A")
        cli.git(env, tmp / "repo", "commit", "-q", "-m", "initial")
        return tmp / "repo"
    return prepare


def run_scene(name, make):
    with tempfile.TemporaryDirectory(prefix="gcb-patches-") as tmp:
        problems = run(make, pathlib.Path(tmp))
    return ["there is nothing to roll back"] if problems is None and name in OWN else problems


def main(names):
    scenes = {name: own(make) for name, make in OWN.items()}
    for case in sorted(p.parent for p in (HERE / "cli").rglob("cmd")):
        if (case / "repo").is_dir():
            scenes[str(case.relative_to(HERE / "cli"))] = (
                lambda tmp, env, case=case: cli.prepare(case, tmp, env))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = {name: pool.submit(run_scene, name, make)
                   for name, make in scenes.items() if not names or name in names}
    for name, result in results.items():
        problems = result.result()
        if problems is None:
            continue
        passed += not problems
        failed += bool(problems)
        for problem in problems:
            print(f"{name}: {problem}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

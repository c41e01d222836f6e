"""Kinds of repositories and clones that are no attacks, but break programs all the same."""
import os
import subprocess

from scene import MIGRATION, PROMOTE, attack


def upstream(s, commits=0):
    """A bare remote with a history, and nothing else; the scene's own repository is thrown away."""
    s.ready()
    for i in range(commits):
        s.write("notes.txt", f"{i}\n")
        s.commit(f"note {i}")
    s.git("clone", "-q", "--bare", ".", "../origin.git")
    s.git("config", "uploadpack.allowFilter", "true", where=s.tmp / "origin.git")
    subprocess.run(["rm", "-rf", str(s.where)], check=True)


def cloned(s, *options):
    s.git("clone", "-q", *options, f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.armed()
    return s


def arrived(s, run):
    """The remote has the stage, and it is what is here."""
    there = s.git("rev-parse", "main", where=s.tmp / "origin.git")
    text = s.git("show", f"{there}:apps/web.yaml", where=s.tmp / "origin.git")
    run.must("weight: 10" in text, "the remote does not have the stage")
    return run.must(s.git("fsck", "--strict", "--no-dangling", "--no-progress", where=s.tmp / "origin.git", check=False) == "", "fsck of the remote")


def clean(s, run):
    status = s.git("status", "--porcelain")
    return run.must(not status, "the working tree is not clean: " + status)


def kind(name, doc, *options, commits=3):
    @attack((0, "promoted"))
    def inner(s):
        upstream(s, commits)
        cloned(s, *options)
        run = arrived(s, s.run())
        return run if {"--bare", "--mirror", "--no-checkout"} & set(options) else clean(s, run)
    inner.__name__, inner.__doc__ = name, doc


kind("full", "A clone as git makes it.")
kind("shallow", "A clone of depth 1, deepened since the baseline is further down.", "--depth", "1", commits=20)
kind("blobless", "A partial clone without blobs: those that are needed are fetched.", "--filter=blob:none")
kind("treeless", "A partial clone without trees.", "--filter=tree:0")
kind("single_branch", "A clone of one branch.", "--single-branch", "--branch", "main")
kind("no_tags", "A clone without tags, with another name for the remote.", "--no-tags", "--origin", "upstream")
kind("shared", "A clone that borrows its objects (objects/info/alternates).", "--shared")
kind("bare", "A bare clone.", "--bare")
kind("mirror", "A mirror, whose pushes would delete whatever else there is.", "--mirror")
kind("no_checkout", "A clone without a checkout.", "--no-checkout")


@attack((0, "promoted"))
def sparse(s):
    """A sparse checkout in which the manifest is not."""
    upstream(s)
    s.git("clone", "-q", "--sparse", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.git("sparse-checkout", "set", ".gcpbackend")
    s.armed()
    run = clean(s, arrived(s, s.run()))
    return run.must(not (s.where / "apps").exists(), "the manifest was checked out")


@attack((0, "promoted"))
def sparse_and_partial(s):
    """Both: a sparse checkout of a partial clone, as large repositories are worked with."""
    upstream(s)
    s.git("clone", "-q", "--sparse", "--filter=blob:none", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.armed()
    return clean(s, arrived(s, s.run()))


@attack((1, "GCB3008"))
def partial_offline(s):
    """A partial clone with --offline: nothing may be fetched, and it says what to do."""
    upstream(s)
    cloned(s, "--filter=blob:none", "--no-checkout")
    return s.run(*PROMOTE, "--offline")


@attack((1, "partial clone"))
def partial_alone(s):
    """A partial clone whose remote is gone, when something is read that it does not have."""
    upstream(s)
    cloned(s, "--filter=blob:none", "--no-checkout")
    subprocess.run(["rm", "-rf", str(s.tmp / "origin.git")], check=True)
    return s.run("plan", "web")


@attack((0, "promoted"))
def treeless_and_long(s):
    """Without trees, and the manifest is a thousand commits old: they are fetched many at a time."""
    s.ready()
    commit, rows = s.git("rev-parse", "HEAD"), []
    for i in range(1000):
        rows.append(f"commit refs/heads/main\nmark :{i + 2}\ncommitter a <a@b> {1700000000 + i} +0000\ndata 1\nx\n"
                    + (f"from {commit}\n" if not i else "") + f"M 644 inline notes/{i % 50}\ndata {len(str(i))}\n{i}\n\n")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=s.where, env=s.env, input="".join(rows), text=True, check=True)
    s.git("clone", "-q", "--bare", ".", "../origin.git")
    s.git("config", "uploadpack.allowFilter", "true", where=s.tmp / "origin.git")
    subprocess.run(["rm", "-rf", str(s.where)], check=True)
    cloned(s, "--filter=tree:0")
    run = s.run(*PROMOTE, "-v", "1")
    fetches = run.err.count("--stdin")
    return arrived(s, run).must(1 <= fetches <= 12, f"{fetches} fetches")


@attack((0, "promoted"))
def linked_worktree(s):
    """A linked worktree of the clone, on a branch of its own."""
    upstream(s)
    s.git("clone", "-q", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.git("worktree", "add", "-q", "-b", "side", "../side", "origin/main")
    s.git("push", "-q", "-u", "origin", "side")
    s.armed()
    run = s.run(where=s.tmp / "side")
    return run.must(not s.git("status", "--porcelain", where=s.tmp / "side"), "the linked worktree is not clean")


@attack((0, "promoted"))
def detached_from_a_job(s):
    """As jobs check out: a detached HEAD of depth 1; the migration says the branch."""
    s.service()
    s.write(".gcpbackend/web.yaml", MIGRATION.format(name="web", path="apps") + "  git: {branch: main}\n")
    s.commit()
    s.git("clone", "-q", "--bare", ".", "../origin.git")
    subprocess.run(["rm", "-rf", str(s.where)], check=True)
    s.where.mkdir()
    s.git("init", "-q", "--template=")
    s.git("remote", "add", "origin", f"file://{s.tmp}/origin.git")
    s.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    s.git("checkout", "-q", "--detach", "refs/remotes/origin/main")
    s.armed()
    return arrived(s, s.run())


@attack((0, "promoted"))
def packed_refs(s):
    """All refs are packed, and there is a commit graph."""
    upstream(s, 5)
    s.git("clone", "-q", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.git("pack-refs", "--all")
    s.git("commit-graph", "write", "--reachable")
    s.armed()
    return clean(s, arrived(s, s.run()))


@attack((0, "promoted"))
def inside_a_submodule(s):
    """The repository itself is a submodule of another one: its .git is a file."""
    upstream(s)
    s.git("init", "-q", "-b", "main", "--template=", "../super", where=s.tmp / "outside")
    s.git("clone", "-q", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.git("init", "-q", f"--separate-git-dir={s.tmp}/aside.git")
    s.armed()
    return arrived(s, s.run())


@attack((1, "GCB3001"))
def sha256(s):
    """A repository whose objects are named by SHA-256, which libgit2 does not read."""
    subprocess.run(["rm", "-rf", str(s.where / ".git")], check=True)
    s.git("init", "-q", "-b", "main", "--template=", "--object-format=sha256")
    s.ready()
    s.armed()
    return s.run()


@attack((1, "GCB3001"), sound=False)
def reftable(s):
    """A repository whose refs are a reftable, which libgit2 does not read."""
    s.ready()
    s.git("config", "core.repositoryFormatVersion", "1")
    s.git("config", "extensions.refStorage", "reftable")
    s.armed()
    return s.run()


@attack((1, "GCB3002"))
def no_commit_yet(s):
    """A repository without a commit."""
    s.armed()
    return s.run()


@attack((1, "GCB3004"))
def gone_on_the_remote(s):
    """The branch was deleted at the remote since."""
    upstream(s)
    s.git("clone", "-q", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    s.git("update-ref", "-d", "refs/heads/main", where=s.tmp / "origin.git")
    s.armed()
    return s.run()


@attack((0, "promoted"))
def forced_on_the_remote(s):
    """The branch was rewritten at the remote since: what it has now is built on, and what is here stays."""
    upstream(s, 2)
    s.git("clone", "-q", f"file://{s.tmp}/origin.git", "repo", where=s.tmp)
    tree = s.git("rev-parse", "main^{tree}", where=s.tmp / "origin.git")
    s.git("update-ref", "refs/heads/main", s.git("commit-tree", "-m", "rewritten", tree, where=s.tmp / "origin.git"), where=s.tmp / "origin.git")
    here = s.git("rev-parse", "HEAD")
    s.armed()
    run = arrived(s, s.run())
    return run.must(s.git("rev-parse", "HEAD") == here, "the local branch moved")


@attack((1, "GCB3008"))
def read_only(s):
    """A repository that may not be written to."""
    s.ready()
    s.armed()
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "65534:65534", str(s.tmp)], check=True)
        subprocess.run(["chmod", "755", str(s.tmp)], check=True)
    for folder, _, _ in os.walk(s.where):
        os.chmod(folder, 0o555)
    try:
        process = subprocess.Popen([str(s.tmp / "bin/kubectl-gcpbackend"), "migrate", *PROMOTE], cwd=s.where, env=s.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **({"user": 65534, "group": 65534} if os.geteuid() == 0 else {}))
        return s.end(process)
    finally:
        for folder, _, _ in os.walk(s.where):
            os.chmod(folder, 0o755)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "0:0", str(s.tmp)], check=True)


@attack((0, "promoted"))
def owned_by_another(s):
    """safe.directory names a repository of somebody else: git trusts it, and so do we."""
    s.ready()
    s.git("config", "--global", "safe.directory", str(s.where))
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "65534:65534", str(s.where)], check=True)
    s.armed()
    try:
        return s.run()
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "0:0", str(s.where)], check=True)


def not_trusted(s):
    """A repository of somebody else that nobody said to trust."""
    s.ready()
    s.armed()
    subprocess.run(["chown", "-R", "65534:65534", str(s.where)], check=True)
    try:
        return s.run()
    finally:
        subprocess.run(["chown", "-R", "0:0", str(s.where)], check=True)


if os.geteuid() == 0:  # nobody else can give files away
    attack((1, "GCB3001"))(not_trusted)


@attack((0, "promoted"))
def blanks_in_every_name(s):
    """Blanks, quotes and letters of other scripts in the path of the repository, of the remote and of the manifest."""
    s.service(path="my \"apps\" ü", file="my \"apps\" ü/the file.yaml")
    s.write(".gcpbackend/web.yaml", MIGRATION.format(name="web", path="").replace('manifests: {path: ""}', 'manifests: {path: "my \\"apps\\" ü"}'))
    s.commit()
    s.git("clone", "-q", "--bare", ".", "../a 'remote' ß.git")
    s.git("remote", "add", "origin", "../a 'remote' ß.git")
    s.git("fetch", "-q", "origin")
    s.git("branch", "-q", "-u", "origin/main")
    s.armed()
    return clean(s, s.run())

"""What a hostile repository holds."""
import os
import sys
import unicodedata

from scene import HIDDEN, MIGRATION, SERVICE, attack


def literal_tree(s, *path, blob):
    """A commit on main in whose tree the names of `path` lead to `blob`, as no git would make it."""
    entry, mode = blob, "100644"
    for name in reversed(path):
        data = b"%s %s\0" % (mode.lstrip("0").encode(), name.encode()) + bytes.fromhex(entry)
        if name == path[0]:  # beside what is there
            data = merged(s, data, name.encode())
        file = s.tmp / "tmp/object"
        file.write_bytes(data)
        entry, mode = s.git("hash-object", "-t", "tree", "--literally", "-w", str(file)), "40000"
    commit = s.git("commit-tree", "-p", "HEAD", "-m", "hostile", entry)
    s.git("update-ref", "refs/heads/main", commit)


def merged(s, entry, name):
    """The bytes of HEAD's tree with one entry more, in git's order."""
    entries = [(name, entry)]
    for line in s.git("ls-tree", "HEAD").splitlines():
        head, there = line.split("\t")
        mode, kind, oid = head.split()
        key = there.encode() + (b"/" if kind == "tree" else b"")
        entries.append((key, b"%s %s\0" % (mode.lstrip("0").encode(), there.encode()) + bytes.fromhex(oid)))
    return b"".join(data for _, data in sorted(entries))


def blob(s, text):
    file = s.tmp / "tmp/blob"
    file.write_text(text)
    return s.git("hash-object", "-w", str(file))


@attack((1, "GCB1001"))
def symlink_out(s):
    """The manifest is a symbolic link to a file outside of the repository."""
    s.service(file="other/readme.txt")
    (s.where / "apps").mkdir()
    os.symlink(s.tmp / "outside/canary.yaml", s.where / "apps/web.yaml")
    s.commit()
    s.armed()
    return s.run()


@attack((6, "GCB0005"))
def symlinked_folder(s):
    """Where the commit has a folder, the working tree has a link that leads out."""
    s.ready()
    os.unlink(s.where / "apps/web.yaml")
    os.rmdir(s.where / "apps")
    os.symlink(s.tmp / "outside", s.where / "apps")
    os.rename(s.tmp / "outside/canary.yaml", s.tmp / "outside/web.yaml")
    s.armed()
    return s.run()


def linked(name, words, wants=(6, "GCB0005"), link=".gcpbackend"):
    @attack(wants)
    def inner(s):
        s.service()
        if link == ".gcpbackend":
            os.unlink(s.where / ".gcpbackend/web.yaml")
            os.rmdir(s.where / ".gcpbackend")
        (s.where / link).parent.mkdir(exist_ok=True)
        os.symlink(s.tmp / "outside", s.where / link)
        s.write("apps/entry.yaml", ENTRY)
        s.commit()
        if "--patch" in words:
            s.run("promote", "web", "--to", "10", "--yes")
        s.armed()
        return s.run(*words)
    inner.__name__ = "link_" + name
    inner.__doc__ = f"{link} is a symbolic link that leads out, in the commit: {' '.join(words)}."


ENTRY = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web, namespace: shop}
spec: {hosts: [web-vm.example.com], location: MESH_EXTERNAL, ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS}
"""
INIT = ("init", "web", "--from", "web-vm.example.com", "--to", "web.gcp.example.com", "--path", "apps")
linked("init", INIT)
linked("init_commit", (*INIT, "--commit", "--yes"))
linked("discover", ("discover", "--write"))
linked("render", ("render", "web", "--stage", "10", "--output-dir", "out"), link="out")
linked("render_below", ("render", "web", "--stage", "10", "--output-dir", "./out/deep"), link="out")
linked("render_stage", ("render", "web", "--stage", "10", "--output-dir", "out"), link="out/10")
linked("patch", ("rollback", "web", "--to", "start", "--patch", "out/web.patch"), link="out")
linked("patch_absolute", ("rollback", "web", "--to", "start", "--patch", "../repo/out/web.patch"), link="out")


@attack((6, "GCB3005"))
def fifo(s):
    """The manifest in the working tree is a named pipe that nobody writes to."""
    s.ready()
    os.unlink(s.where / "apps/web.yaml")
    os.mkfifo(s.where / "apps/web.yaml")
    s.armed()
    return s.run()


@attack((6, "GCB3014"), sound=False)
def dot_git_folder(s):
    """The tree of the commit has the manifest in a folder .git/hooks."""
    s.ready()
    s.write(".gcpbackend/evil.yaml", MIGRATION.format(name="evil", path=".git/hooks"))
    s.commit()
    literal_tree(s, ".git", "hooks", "evil.yaml", blob=blob(s, SERVICE.format(name="evil")))
    s.armed()
    return s.run("promote", "evil", "--to", "10", "--yes")


def spelled(name):
    @attack((6, "GCB3014"), sound=False)
    def inner(s):
        s.ready()
        s.write(".gcpbackend/evil.yaml", MIGRATION.format(name="evil", path=""))
        s.commit()
        literal_tree(s, name, "evil.yaml", blob=blob(s, SERVICE.format(name="evil")))
        s.armed()
        return s.run("promote", "evil", "--to", "10", "--yes")
    inner.__name__ = "spelled_" + "".join(c if c.isalnum() else "_" for c in name.encode("unicode_escape").decode())
    inner.__doc__ = f"The same in a folder {name.encode('unicode_escape').decode()!r}, which some file system takes for .git or for the one above."


for spelling in ".GIT", "git~1", ".git ", ".git.", ".g\u200cit", "..", ".git::$INDEX_ALLOCATION":
    spelled(spelling)


def tree_object(s, entries):
    """A tree of these (mode, name, object), in this order."""
    data = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    file = s.tmp / "tmp/object"
    file.write_bytes(data)
    return s.git("hash-object", "-t", "tree", "--literally", "-w", str(file))


def odd_tree(name, wants, entries, words=("promote", "web", "--to", "10", "--yes"), folder="apps"):
    """The manifest's folder, or another one, has these entries: W the manifest, X a file, D a folder with a file."""
    @attack(wants, sound=False)
    def inner(s):
        s.ready()
        file = blob(s, "x\n")
        ids = {"W": s.git("rev-parse", "HEAD:apps/web.yaml"), "X": file, "D": tree_object(s, [("100644", "x", file)])}
        odd = tree_object(s, [(mode, entry, ids[kind]) for mode, entry, kind in entries])
        root = [("40000", ".gcpbackend", s.git("rev-parse", "HEAD:.gcpbackend")), ("40000", "apps", s.git("rev-parse", "HEAD:apps"))]
        root = sorted([r for r in root if r[1] != folder] + [("40000", folder, odd)], key=lambda r: r[1] + "/")
        s.git("update-ref", "refs/heads/main", s.git("commit-tree", "-p", "HEAD", "-m", "odd", tree_object(s, root)))
        s.git("config", "core.bare", "true")
        s.armed()
        run = s.run(*words)
        return run.must(not list(s.tmp.rglob("escaped.yaml")), "a file was written outside")
    inner.__name__ = "tree_" + name
    inner.__doc__ = f"A tree with {name.replace('_', ' ')}."


BAD, MANIFEST = (6, "GCB3014"), ("100644", "web.yaml", "W")
odd_tree("an_entry_of_mode_0", BAD, [MANIFEST, ("0", "zzz", "X")])
odd_tree("a_device", BAD, [("20644", "dev", "X"), MANIFEST])
odd_tree("an_unsorted_list", BAD, [("100644", "zzz", "X"), MANIFEST])
odd_tree("a_name_twice", BAD, [MANIFEST, ("100644", "web.yaml", "X")])
odd_tree("a_file_and_a_folder_of_one_name", BAD, [("100644", "web", "X"), ("100644", "web-a", "X"), MANIFEST, ("40000", "web", "D")])
odd_tree("a_link_and_a_folder_of_one_name", BAD, [("120000", "web", "X"), MANIFEST, ("40000", "web", "D")])
odd_tree("a_slash_in_a_name", BAD, [("100644", "a/b.yaml", "X"), MANIFEST])
odd_tree("a_name_that_is_empty", BAD, [("100644", "", "X"), MANIFEST])
odd_tree("a_dot", BAD, [("40000", ".", "D"), MANIFEST])
odd_tree("backslashes_to_a_Git_directory", BAD, [("100644", "a\\.git\\hooks", "X"), MANIFEST])
odd_tree("two_dots_rendered", BAD, [("40000", "..", "D"), MANIFEST], ("render", "web", "--stage", "10", "--output-dir", "../out"))
odd_tree("migrations_twice", BAD, [MANIFEST, MANIFEST], folder=".gcpbackend")
odd_tree("a_file_that_its_group_may_write", (0, "promoted"), [("100664", "web.yaml", "W")])
odd_tree("a_file_of_one_user", (0, "promoted"), [("100600", "web.yaml", "W")])
odd_tree("zeros_before_a_mode", (0, "promoted"), [("0100644", "web.yaml", "W")])
odd_tree("two_names_elsewhere_and_no_manifest", (0, "promoted"), [("100644", "a.txt", "X"), ("100644", "a.txt", "X")], folder="docs")
odd_tree("names_that_only_look_alike", (0, "promoted"), [("40000", "git~2", "D"), ("100644", "web", "X"), MANIFEST, ("40000", "web0", "D")])


@attack((1, "GCB1001"))
def submodule(s):
    """The manifest lies in a submodule that is checked out."""
    s.ready()
    inner = s.where / "vendor"
    s.write("vendor/evil.yaml", SERVICE.format(name="evil"))
    s.git("init", "-q", "-b", "main", "--template=", where=inner)
    s.git("add", "-A", where=inner)
    s.git("commit", "-q", "-m", "inner", where=inner)
    s.write(".gitmodules", '[submodule "vendor"]\n\tpath = vendor\n\turl = ext::sh -c touch% pwned\n')
    s.write(".gcpbackend/evil.yaml", MIGRATION.format(name="evil", path="vendor"))
    s.commit()
    s.armed()
    return s.run("promote", "evil", "--to", "10", "--yes")


@attack((0, "promoted"))
def submodule_beside(s):
    """A submodule with a hostile address lies beside: it is not fetched, entered or changed."""
    s.ready()
    s.write(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch${IFS}pwned\n')
    s.git("update-index", "--add", "--cacheinfo", f"160000,{s.git('rev-parse', 'HEAD')},x")
    s.git("add", ".gitmodules")
    s.git("commit", "-q", "-m", "submodule")
    s.git("clone", "-q", "--bare", ".", "../origin.git")
    s.git("remote", "add", "origin", "../origin.git")
    s.git("update-ref", "refs/remotes/origin/main", "HEAD")
    s.git("config", "branch.main.remote", "origin")
    s.git("config", "branch.main.merge", "refs/heads/main")
    for key in "submodule.recurse", "fetch.recurseSubmodules":
        s.git("config", key, "true")
    s.git("config", "push.recurseSubmodules", "check")
    s.armed()
    return s.run().must(s.git("ls-tree", "HEAD", "x").startswith("160000"), "the submodule is gone")


@attack((0, "promoted"))
def twins(s):
    """Two files whose names differ in case only; one of them is the manifest."""
    s.service()
    s.write("apps/WEB.yaml", "# other\n")
    s.commit()
    s.armed()
    run = s.run()
    return run.must((s.where / "apps/WEB.yaml").read_text() == "# other\n", "the twin changed")


@attack((6, "GCB3005"))
def twins_folded(s):
    """The same where the file system folds case, as core.ignoreCase says: one file cannot be both."""
    s.service()
    s.write("apps/WEB.yaml", "# other\n")
    s.commit()
    s.git("config", "core.ignoreCase", "true")
    os.unlink(s.where / "apps/WEB.yaml")
    s.armed()
    return s.run()


@attack((0, "promoted"))
def filters(s):
    """.gitattributes names filters of the user that change what they see: the blob is edited, never a filter's output."""
    s.service()
    s.write(".gitattributes", "*.yaml filter=loud ident text eol=crlf\n")
    s.git("config", "filter.loud.clean", "sed /^#.CLEAN/d")
    s.git("config", "filter.loud.smudge", "sed '1i # CLEAN'")
    s.commit()
    before = s.git("show", "HEAD:apps/web.yaml")
    s.armed()
    run = s.run()
    after = s.git("show", "HEAD:apps/web.yaml")
    lost = [line for line in before.splitlines() if line not in after.splitlines() and "host" not in line]
    return run.must("CLEAN" not in after and "\r" not in after, "the output of a filter was committed").must(not lost, f"lines are lost: {lost}")


def utf_16(s):
    s.service()
    s.write(".gitattributes", "apps/*.yaml working-tree-encoding=UTF-16LE-BOM\n")
    text = (s.where / "apps/web.yaml").read_text()
    (s.where / "apps/web.yaml").write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    s.commit()


@attack((6, r"\(working-tree-encoding\), which is not supported"))
def encoded(s):
    """.gitattributes says that the working tree's file is UTF-16, which libgit2 cannot compare."""
    utf_16(s)
    s.armed()
    return s.run()


@attack((0, "promoted"))
def encoded_bare(s):
    """The same without a working tree: the blob is UTF-8, and is edited."""
    utf_16(s)
    s.git("config", "core.bare", "true")
    s.armed()
    return s.run().must("weight: 10" in s.git("show", "HEAD:apps/web.yaml"), "the blob is not edited")


def migration(name, doc, wants, **fields):
    @attack(wants)
    def inner(s):
        s.service()
        text = MIGRATION.format(name="web", path="apps")
        for old, new in fields.items():
            text = text.replace({"host": "web-vm.example.com", "manifests": '{path: "apps"}', "end": "manifests:"}[old],
                                new if old != "end" else new + "\n  manifests:")
        s.write(".gcpbackend/web.yaml", text)
        s.commit()
        s.remote()
        s.armed()
        return s.run()
    inner.__name__, inner.__doc__ = name, doc


migration("branch_option", "The migration file names a branch that looks like an option.", (1, "GCB3004"), end='git: {branch: "--upload-pack=touch pwned"}')
migration("branch_refspec", "The migration file names a branch that is a refspec.", (1, "GCB3004"), end='git: {branch: "main:refs/heads/other"}')
migration("branch_climbs", "The migration file names a branch that climbs out of refs/heads.", (1, "GCB3004"), end='git: {branch: "../../config"}')
migration("remote_option", "The migration file names a remote that looks like an option.", (1, "GCB3021"), end='git: {remote: "--exec=touch pwned"}')
migration("remote_program", "The migration file names a remote that is an address with a program.", (1, "GCB3021"), end='git: {remote: "ext::sh -c touch% pwned"}')
migration("remote_path", "The migration file names a remote that is a path.", (1, "GCB3021"), end='git: {remote: "../origin.git"}')
migration("path_climbs", "The migration file looks for manifests outside of the repository.", (6, "GCB0005"), manifests='{path: "../outside"}')
migration("path_absolute", "The migration file looks for manifests at an absolute path.", (6, "GCB0005"), manifests='{path: "/etc"}')
migration("create_in_git", "The migration file has a manifest created as a hook.", (6, "GCB0005"),
          manifests='{path: apps, create: ".git/hooks/post-commit"}')
migration("host_with_lines", "A host with line feeds would add a trailer to the commit's message.", (1, "GCB1015"),
          host='"web-vm.example.com\\nGCPBackend-Stage: 100"')
migration("host_with_escapes", "A host with escapes would steer the terminal.", (1, "GCB1015"), host='"web\\e[2J.example.com"')
migration("hold_with_escapes", "The reason of a hold would steer the terminal.", (6, "GCB4004"), end='hold: "\\e]0;mine\\a wait"')


@attack((0, r"(?m)^on hold: .*wait$"))
def hold_with_everything_hidden(s):
    """The reason of a hold has every code point that steers a terminal, or that a reader cannot see."""
    every = "".join(f"\\U{c:08x}" for c in range(1, sys.maxunicode + 1)
                    if unicodedata.category(chr(c)) in HIDDEN and not 0xd800 <= c < 0xe000)
    s.service()
    text = MIGRATION.format(name="web", path="apps")
    s.write(".gcpbackend/web.yaml", text.replace("manifests:", f'hold: "{every} wait"\n  manifests:'))
    s.commit()
    s.armed()
    return s.run("plan", "web", "--to", "10")


def path_with_lines(s):
    """A service whose manifest has a path with line feeds and escapes."""
    s.ready()
    text = (s.where / "apps/web.yaml").read_text()
    (s.where / "apps/web.yaml").unlink()
    s.write("apps/a\nkind: Evil # \x1b[2J\u202e\u2028.yaml", text)
    s.commit()


@attack((0, r"(?m)^# stage 10: apps/a\\x0akind: Evil # \^\[\[2J\\u202e\\u2028.yaml$"))
def path_in_a_comment(s):
    """The path of a manifest would end the comment that names it in what render prints."""
    path_with_lines(s)
    s.armed()
    return s.run("render", "web", "--stage", "all")


@attack((0, r"(?m)^apps/a\\x0akind: Evil # \^\[\[2J\\u202e\\u2028.yaml routes to "))
def path_in_a_remark(s):
    """The path of a manifest would add a line to what init prints."""
    path_with_lines(s)
    s.git("rm", "-q", ".gcpbackend/web.yaml")
    s.commit()
    s.armed()
    return s.run("init", "web", "--from", "web-vm.example.com", "--to", "web.gcp.example.com", "--commit", "--yes")


@attack((1, "GCB4002"))
def file_name_with_escapes(s):
    """The name of a migration file would steer the terminal."""
    s.ready()
    s.write(".gcpbackend/a\x1b[2Jb.yaml", "not: a migration\n")
    s.commit()
    s.armed()
    return s.run("status", "--all")


@attack((0, "promoted"))
def branch_with_a_command(s):
    """The branch that is checked out has a name that a shell would run."""
    s.ready()
    s.git("checkout", "-q", "-b", "$(touch${IFS}pwned);`id`")
    s.remote()
    s.git("push", "-q", "origin", "HEAD")
    s.git("branch", "-q", "-u", "origin/$(touch${IFS}pwned);`id`")
    s.armed()
    return s.run()


@attack((6, "GCB2003"))
def nested(s):
    """A manifest with 100,000 brackets that names the host."""
    s.service()
    s.write("apps/deep.yaml", "# web-vm.example.com\nkind: VirtualService\nx: " + "[" * 100000 + "\n")
    s.commit()
    s.armed()
    return s.run()


@attack((0, "promoted"))
def bomb(s):
    """Aliases that would grow to billions of nodes."""
    s.service()
    rows = ["a0: &a0 [web-vm.example.com]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    s.write("apps/bomb.yaml", "kind: VirtualService\n" + "\n".join(rows) + "\n")
    s.commit()
    s.armed()
    return s.run()


@attack((1, "GCB3008"))
def deep_folders(s):
    """A tree of 3,000 folders, one in the other, beside the manifest."""
    s.ready()
    tree = s.git("rev-parse", "HEAD:apps")
    for _ in range(3000):
        file = s.tmp / "tmp/tree"
        file.write_bytes(b"40000 d\0" + bytes.fromhex(tree))
        tree = s.git("hash-object", "-t", "tree", "-w", "--literally", str(file))
    base = s.git("ls-tree", "HEAD") + f"\n040000 tree {tree}\tdeep\n"
    whole = scene_mktree(s, base)
    s.git("update-ref", "refs/heads/main", s.git("commit-tree", "-p", "HEAD", "-m", "deep", whole))
    s.git("update-index", "--index-info", check=False)
    s.git("config", "core.bare", "true")
    s.armed()
    return s.run()


def scene_mktree(s, text):
    import subprocess
    return subprocess.run(["git", "mktree"], cwd=s.where, env=s.env, input=text, capture_output=True, text=True, check=True).stdout.strip()


@attack((0, "promoted"))
def configuration(s):
    """Configuration that has git run a command for a fetch, a push or a commit: only what git itself would run is run, and none of it by us."""
    s.ready().remote()
    s.git("config", "core.fsmonitor", "touch pwned; false")
    s.git("config", "core.pager", "touch pwned")
    s.git("config", "core.editor", "touch pwned")
    s.git("config", "alias.fetch", "!touch pwned")
    s.git("config", "alias.push", "!touch pwned")
    s.git("config", "diff.external", "touch pwned")
    s.armed()
    return s.run()


@attack((1, "GCB0021"))
def program_here(s):
    """A program `git` in the current folder, which PATH names as an empty or relative entry, is not the one that is run."""
    s.ready().remote()
    s.write("git", "#!/bin/sh\ntouch pwned\n")
    s.write("kubectl", "#!/bin/sh\ntouch pwned\n")
    for name in "git", "kubectl":
        (s.where / name).chmod(0o755)
    s.armed()
    return s.run(more={"PATH": f":.:{s.tmp}/bin"})

"""Git objects, read and written without git: a history of some commits takes milliseconds.

Trees are values here: a dict from path to the id of a blob. Only what is packed, which few small
repositories have, is asked of git.
"""
import binascii
import hashlib
import os
import pathlib
import subprocess
import zlib

BLOBS = {}  # id -> bytes, of all scenes of this process: contents repeat


class Repo:
    """A repository at a path; bare, or with a working tree."""

    def __init__(self, path, bare=True):
        self.path = pathlib.Path(path)
        self.bare = bare
        self.git = self.path if bare else self.path / ".git"
        self.commits = {}
        self.trees = {}
        self.flat = {}
        self.reached = {}

    def create(self, config=""):
        for name in "objects/pack", "objects/info", "refs/heads", "refs/tags":
            (self.git / name).mkdir(parents=True)
        (self.git / "HEAD").write_text("ref: refs/heads/main\n")
        bare = "true" if self.bare else "false"
        (self.git / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
            f"\tbare = {bare}\n\tlogallrefupdates = false\n[gc]\n\tauto = 0\n{config}")
        return self

    # Objects

    def write(self, kind, body):
        data = b"%s %d\0%s" % (kind, len(body), body)
        oid = hashlib.sha1(data).hexdigest()
        directory = f"{self.git}/objects/{oid[:2]}"
        path = f"{directory}/{oid[2:]}"
        if not os.path.exists(path):
            if not os.path.isdir(directory):
                os.mkdir(directory)
            with open(path + ".new", "wb") as file:
                file.write(zlib.compress(data, 1))
            os.chmod(path + ".new", 0o444)
            os.rename(path + ".new", path)
        return oid

    def read(self, oid):
        try:
            with open(f"{self.git}/objects/{oid[:2]}/{oid[2:]}", "rb") as file:
                return zlib.decompress(file.read()).partition(b"\0")[2]
        except FileNotFoundError:
            kind = self.run("cat-file", "-t", oid).strip().decode()
            return self.run("cat-file", kind, oid)

    def run(self, *args, check=True, env=None):
        done = subprocess.run(["git", *args], cwd=self.path, capture_output=True, env=env,
                              check=False)
        if check and done.returncode:
            raise RuntimeError(f"git {args}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def blob(self, data):
        oid = self.write(b"blob", data)
        BLOBS[oid] = data
        return oid

    def data(self, oid):
        if oid not in BLOBS:
            BLOBS[oid] = self.read(oid)
        return BLOBS[oid]

    # Trees

    def write_tree(self, files):
        """files: path -> blob. Returns the id of the tree; modes are those of plain files."""
        here, below = [], {}
        for path, oid in files.items():
            head, slash, rest = path.partition("/")
            if slash:
                below.setdefault(head, {})[rest] = oid
            else:
                here.append((head, b"100644", oid))
        for name, part in below.items():
            here.append((name + "/", b"40000", self.write_tree(part)))
        body = b"".join(mode + b" " + name.rstrip("/").encode() + b"\0" + binascii.unhexlify(oid)
                        for name, mode, oid in sorted(here))
        return self.write(b"tree", body)

    def tree(self, oid, prefix=""):
        files, body, at = {}, self.read(oid), 0
        while at < len(body):
            end = body.index(b"\0", at)
            mode, name = body[at:end].split(b" ", 1)
            child = binascii.hexlify(body[end + 1:end + 21]).decode()
            path = prefix + name.decode()
            at = end + 21
            if mode == b"40000":
                files.update(self.tree(child, path + "/"))
            else:
                files[path] = child
        return files

    # Commits

    def commit(self, files, parents, message, when, author="Bea"):
        who = f"{author} <{author.lower()}@example.com> {when} +0000"
        lines = [f"tree {self.write_tree(files)}", *(f"parent {p}" for p in parents),
                 f"author {who}", f"committer {who}", "", message, ""]
        return self.write(b"commit", "\n".join(lines).encode())

    def header(self, oid):
        """(tree, parents, message) of a commit."""
        if oid not in self.commits:
            head, _, message = self.read(oid).decode(errors="replace").partition("\n\n")
            fields = [line.split(" ", 1) for line in head.split("\n") if " " in line]
            tree = next(v for k, v in fields if k == "tree")
            parents = tuple(v for k, v in fields if k == "parent")
            self.commits[oid] = tree, parents, message
        return self.commits[oid]

    def parents(self, oid):
        return self.header(oid)[1]

    def files(self, oid):
        """path -> blob of a commit; not to be changed."""
        if oid not in self.flat:
            tree = self.header(oid)[0]
            if tree not in self.trees:
                self.trees[tree] = self.tree(tree)
            self.flat[oid] = self.trees[tree]
        return self.flat[oid]

    def ancestors(self, oid):
        """All commits that can be reached, children before their parents; not to be changed."""
        if oid in self.reached:
            return self.reached[oid]
        order, seen, stack = [], set(), [(oid, iter(self.parents(oid)))]
        seen.add(oid)
        while stack:
            node, parents = stack[-1]
            for parent in parents:
                if parent not in seen:
                    seen.add(parent)
                    stack.append((parent, iter(self.parents(parent))))
                    break
            else:
                stack.pop()
                order.append(node)
        self.reached[oid] = order[::-1]
        return self.reached[oid]

    def merge_base(self, one, two):
        theirs = set(self.ancestors(two))
        common = [c for c in self.ancestors(one) if c in theirs]
        inner = {p for c in common for p in self.ancestors(c)[1:]}
        best = [c for c in common if c not in inner]
        return best[0] if best else None

    # References

    def ref(self, name):
        path = self.git / "refs" / name
        try:
            return path.read_text().strip()
        except (FileNotFoundError, IsADirectoryError):
            packed = self.git / "packed-refs"
            if packed.exists():
                for line in packed.read_text().splitlines():
                    if line.endswith(" refs/" + name):
                        return line.split()[0]
            return None

    def set_ref(self, name, oid):
        path = self.git / "refs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(oid + "\n")

    def heads(self):
        base = self.git / "refs/heads"
        return {str(p.relative_to(base)): p.read_text().strip()
                for p in sorted(base.rglob("*")) if p.is_file()}

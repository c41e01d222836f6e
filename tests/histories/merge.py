"""Three-way merges of trees (path -> blob), as git does them: renames of whole files are followed,
and what both sides changed is merged line by line."""
import os
import subprocess
import tempfile


class Conflict(Exception):
    """The sides changed the same lines."""


def renames(base, side):
    """Old path -> new path of files that only moved."""
    gone = {b: p for p, b in base.items() if p not in side}
    found = {}
    for path, blob in side.items():
        if path not in base and blob in gone:
            found[gone[blob]] = path
    return found


def moved(base, tree, names):
    """The trees with the names of the other side."""
    def new(path):
        return names.get(path, path)
    return ({new(p): b for p, b in base.items()}, {new(p): b for p, b in tree.items()})


def lines(repo, base, ours, theirs, prefer):
    """Merges contents; prefer: 'ours' or 'theirs' resolves conflicts as a person may."""
    with tempfile.TemporaryDirectory(prefix="gcb-merge-", dir=scratch()) as directory:
        paths = []
        for name, blob in ("ours", ours), ("base", base), ("theirs", theirs):
            paths.append(os.path.join(directory, name))
            with open(paths[-1], "wb") as file:
                file.write(repo.data(blob) if blob else b"")
        option = [f"--{prefer}"] if prefer else []
        done = subprocess.run(["git", "merge-file", "-p", "-q", *option, *paths],
                              capture_output=True, check=False)
    if done.returncode:
        raise Conflict(f"{done.returncode} conflicts")
    return repo.blob(done.stdout)


def scratch():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def three_way(repo, base, ours, theirs, prefer=None):
    """The merged tree; Conflict if there are conflicts and neither side is preferred."""
    mine, other = renames(base, ours), renames(base, theirs)
    base1, theirs = moved(base, theirs, {p: n for p, n in mine.items() if p in theirs})
    other = {({**mine}.get(p, p)): n for p, n in other.items()}
    base2, ours = moved(base1, ours, {p: n for p, n in other.items() if p in ours})
    result = {}
    for path in sorted({*base2, *ours, *theirs}):
        b, o, t = base2.get(path), ours.get(path), theirs.get(path)
        if o == t or t == b:
            chosen = o
        elif o == b:
            chosen = t
        elif o is None or t is None:
            if not prefer:
                raise Conflict(f"{path} was deleted")
            chosen = o if prefer == "ours" else t
        else:
            chosen = lines(repo, b, o, t, prefer)
        if chosen:
            result[path] = chosen
    return result

"""What each C file defines, and which names of other files it uses, as clang reads it.

read(root, files) returns a Facts for each file. Each file is a translation unit, headers too, and
only what the file itself contains counts. Results are cached in build/lint-names.json until the
file or a header that it includes changes.

This uses clang's Python bindings (Debian and Ubuntu: python3-clang; `make deps` installs it).
Macros and the functions of __attribute__((cleanup)) are not part of clang's tree: they are found
in the text without comments and strings.
"""
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import csource

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", '-DGCB_VERSION=""', "-I.", "-Isrc"]
LIBRARIES = ["yaml-0.1", "libgit2", "libcjson"]
DEFINE = r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\n]*\\\n)*[^\n]*)"
PARTS = 16  # of the files, for the processes that read them
CACHE = "build/lint-names.json"


@dataclasses.dataclass
class Facts:
    """
    defines: functions with external linkage, name to line
    calls: [name, line, file with a visible definition or ""] of the functions named in the file
    uses: [kind, name, line, files that declare it] of the names of other files
    problem: why clang could not read the file, as [line, message], or None
    deps: the file and the headers it includes, with their hashes
    """
    defines: dict = dataclasses.field(default_factory=dict)
    calls: list = dataclasses.field(default_factory=list)
    uses: list = dataclasses.field(default_factory=list)
    problem: list = None
    deps: dict = dataclasses.field(default_factory=dict)


def bindings():
    """The module clang.cindex or None; a python3 of its own finds Debian's package, too."""
    try:
        import clang.cindex
    except ImportError:
        sys.path.append("/usr/lib/python3/dist-packages")
        try:
            import clang.cindex
        except ImportError:
            return None
    try:
        clang.cindex.conf.lib
    except clang.cindex.LibclangError:
        return None
    return clang.cindex


class Reader:
    """Reads files below the current directory, one after the other."""

    def __init__(self, flags):
        self.cindex = bindings()
        self.index = self.cindex.Index.create()
        self.flags = flags
        self.hashes = {}
        self.macros, self.words = {}, {}

    def hash(self, name):
        if name not in self.hashes:
            self.hashes[name] = digest(name)
        return self.hashes[name]

    def read(self, name):
        unit = self.index.parse(name, ["-x", "c", *self.flags])
        headers = {ours(i.include.name) for i in unit.get_includes()} - {None}
        facts = Facts(deps={n: self.hash(n) for n in sorted({name, *headers})})
        errors = [d for d in unit.diagnostics if d.severity >= self.cindex.Diagnostic.Error]
        if errors:
            location = errors[0].location
            line = location.line if file_of(location) == name else 1
            facts.problem = [line, errors[0].spelling]
            return facts
        self.forward = None
        calls, uses = {}, {}
        for top in unit.cursor.get_children():
            if file_of(top.location) == name:
                self.walk(unit, top, name, facts, calls, uses)
        self.read_macros(name, headers - {name}, calls, uses)
        facts.calls = [[n, line, header] for (n, header), line in calls.items()]
        facts.uses = [[kind, n, line, list(files)] for (kind, n, files), line in uses.items()]
        return facts

    def walk(self, unit, top, name, facts, calls, uses):
        kinds = self.cindex.CursorKind
        function, static = kinds.FUNCTION_DECL, self.cindex.StorageClass.STATIC
        if top.kind == function and top.is_definition() and top.storage_class != static:
            facts.defines[top.spelling] = top.location.line
        words = self.words_of(name)
        names = {function: "function", kinds.VAR_DECL: "variable", kinds.TYPEDEF_DECL: "type",
                 kinds.STRUCT_DECL: "struct", kinds.UNION_DECL: "union", kinds.ENUM_DECL: "enum",
                 kinds.ENUM_CONSTANT_DECL: "constant"}
        for cursor in top.walk_preorder():
            if cursor.kind not in (kinds.DECL_REF_EXPR, kinds.TYPE_REF):
                continue
            target = cursor.referenced
            kind = names.get(target.kind) if target else None
            files = self.homes(unit, target) if kind else ()
            if not files or name in files and kind != "function":
                continue
            line = cursor.location.line
            if kind == "function":
                inline = target.get_definition()
                inline = file_of(inline.location) if inline else None
                if inline != name:
                    calls.setdefault((target.spelling, inline or ""), line)
            if name not in files and target.spelling in words:
                uses.setdefault((kind, target.spelling, files), line)

    def homes(self, unit, target):
        """The project's files that declare it; of a type the one that visibly defines it."""
        function = target.kind == self.cindex.CursorKind.FUNCTION_DECL
        home = None if function else target.get_definition()
        home = home or target.canonical
        file = file_of(home.location)
        tags = self.cindex.CursorKind.STRUCT_DECL, self.cindex.CursorKind.UNION_DECL
        if file is None or target.kind not in tags or home.is_definition():
            return (file,) if file else ()
        if self.forward is None:
            self.forward = {}
            for top in unit.cursor.get_children():
                if top.kind in tags and file_of(top.location):
                    self.forward.setdefault(top.spelling, set()).add(file_of(top.location))
        return tuple(sorted({file, *self.forward.get(target.spelling, ())}))

    def read_macros(self, name, headers, calls, uses):
        """Macros of headers that the file uses, and functions that clean up after its variables."""
        text, own = self.macros_of(name)
        homes = {}
        for header in headers:
            for macro, body in self.macros_of(header)[1].items():
                if macro not in own:
                    homes.setdefault(macro, {})[header] = body
        for match in re.finditer(r"\w+", text):
            word = match.group()
            if word in homes:
                line = text.count("\n", 0, match.start()) + 1
                uses.setdefault(("macro", word, tuple(sorted(homes.pop(word)))), line)
        bodies = {m: b for h in headers for m, b in self.macros_of(h)[1].items() if "cleanup" in b}
        bodies.update((m, b) for m, b in own.items() if "cleanup" in b)
        macros = r"\b(" + "|".join(["cleanup", *bodies]) + r")\b(?:[ ]*\([ ]*(\w+))?"
        for match in re.finditer(r"^[ \t]*#.*|" + macros, text, re.M):
            macro, argument = match.groups()
            if macro:
                called = argument if macro == "cleanup" else cleanup_of(bodies[macro], argument)
                calls.setdefault((called, ""), text.count("\n", 0, match.start()) + 1)

    def words_of(self, name):
        """All words of a file. A name that is none of them comes from a macro, and is not a use."""
        if name not in self.words:
            self.words[name] = set(re.findall(r"\w+", self.macros_of(name)[0]))
        return self.words[name]

    def macros_of(self, name):
        """The text without comments and strings, and the bodies of the macros in it."""
        if name not in self.macros:
            text = csource.strip(pathlib.Path(name).read_text(errors="replace"))
            defines = re.finditer(DEFINE, text, re.M)
            self.macros[name] = text, {m[1]: m[2] for m in defines}
        return self.macros[name]


def cleanup_of(body, argument):
    """The function that a macro's cleanup attribute names, perhaps by the macro's parameter."""
    parameter = re.match(r"\(\s*(\w+)\s*\)", body)
    if parameter:
        pattern = r"(\s*##\s*)?\b" + parameter[1] + r"\b(\s*##\s*)?"
        body = re.sub(pattern, argument or "", body[parameter.end():])
    return re.search(r"\bcleanup\s*\(\s*(\w*)", body + " cleanup(")[1]


def file_of(location):
    return ours(location.file.name) if location.file else None


def ours(path):
    """The name of a file below the current directory, or None for one of the system."""
    name = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    return None if name.startswith("..") else name


def digest(name):
    try:
        return hashlib.sha1(pathlib.Path(name).read_bytes()).hexdigest()
    except OSError:
        return ""


def read_some(root, flags, names):
    """In a process of its own."""
    os.chdir(root)
    reader = Reader(flags)
    return {name: dataclasses.asdict(reader.read(name)) for name in names}


def read(root, files):
    """The Facts of each of these files, by name; None without clang."""
    if not bindings():
        return None
    flags = FLAGS + library_flags()
    with Cache(root, flags) as cache:
        stale = [name for name in files if not cache.knows(name)]
        parts = [part for part in (stale[i::PARTS] for i in range(PARTS)) if part]
        if parts:
            workers = min(len(parts), os.cpu_count() or 1)
            with concurrent.futures.ProcessPoolExecutor(workers) as pool:
                for found in pool.map(read_some, [root] * len(parts), [flags] * len(parts), parts):
                    cache.add(found)
        return {name: Facts(**cache.facts[name]) for name in files}


def library_flags():
    program = os.environ.get("PKG_CONFIG") or "pkg-config"
    if not shutil.which(program):
        return []
    command = [program, "--cflags", *LIBRARIES]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


class Cache:
    """Earlier results. A cache that cannot be read is empty; failing to write it does no harm."""

    def __init__(self, root, flags):
        self.root, self.path = root, root / CACHE
        library = bindings().conf.lib._name
        self.key = " ".join([digest(__file__), digest(csource.__file__), str(library), *flags])
        self.hashes, self.changed, self.facts = {}, False, {}
        try:
            kept = json.loads(self.path.read_text())
            self.facts = kept["facts"] if kept["key"] == self.key else {}
        except (OSError, ValueError, KeyError):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.changed:
            return
        try:
            self.path.parent.mkdir(exist_ok=True)
            new = self.path.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps({"key": self.key, "facts": self.facts}))
            new.replace(self.path)
        except OSError:
            pass

    def knows(self, name):
        facts = self.facts.get(name, {"problem": True})
        return not facts["problem"] and all(self.hash(n) == h for n, h in facts["deps"].items())

    def hash(self, name):
        if name not in self.hashes:
            self.hashes[name] = digest(self.root / name)
        return self.hashes[name]

    def add(self, found):
        self.facts.update(found)
        self.changed = True

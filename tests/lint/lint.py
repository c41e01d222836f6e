"""Checks what compilers do not: tests/lint/lint.py [OPTION]...

layers      what a directory may include (scripts/layers.txt), and no file, process, clock or output
            in a pure one
uses        the same by the names used: the row of a file must list the directory that declares a
            function, variable, type, macro or constant, whatever header brings it in. A struct of
            which only the name is visible may also come from a directory that forward declares it
guess       one guess: x.c defines what x.h declares
private     a header for its own directory is named x_internal.h, and no other directory includes it
            (tests may)
circles     the files of a directory call each other downwards only
headers     an opening comment, a guard, a comment over each function (or over a group of them)
sizes       lines of files and functions, their median and 90th percentile, parameters, nesting,
            columns
tags        no two structs, unions or enums have the same name
functions   none of the banned ones; no goto where variables clean up after themselves
door        only a few files of plugin/ write to streams
words       none that announce unfinished work (tests/lint/words.txt)
format      clang-format has nothing to change
alone       each header compiles by itself, with every compiler that is installed
symbols     no function has the name of a function in a library that we link

guess: a function that x.h or x_internal.h declares, and any source defines, is found if x.c of the
same directory defines it; 95 % must be. Private headers count as well: what several sources share
is declared in the header of the source that defines it. The exception is a directory with a `face`
in scripts/layers.txt, a library with a single public header. This header and its _internal.h are
not counted; in return other directories may include no other header of that directory.

circles: a file calls another if it names one of its functions, also just for the address, through a
macro, or to clean up after a variable. A header with inline functions is a file of its own, but x.h
and x.c may call each other. A circle is a strongly connected component; its files are ordered so
that the fewest calls go upwards, and each of those is a problem.

Prints "file:line: message" for each problem and a summary.

  --quick        omit the rules that need other programs (uses, circles, format, alone, symbols);
                 most fixtures that prove the rules (tests/harness.py) are checked like this
  --folder NAME  check one directory only: git (with tests/unit/git), plugin, tests/tools, ...
  --only RULE    check one rule only, may be repeated; `--only guess` lists the misses in any case
  --circles      print each circle as its ordered files and the calls upwards, and nothing else
"""
import argparse
import fnmatch
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

import circles
import csource
import names

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING, COLUMNS, TAB = 700, 60, 5, 3, 100, 8
MEDIAN, P90 = 15, 40
GUESS = 95  # percent

# What to use instead of each is in the headers of src/base.
BANNED = """strcpy strcat strncpy strncat sprintf vsprintf strtok strtok_r gets atoi atol atoll atof
    strtol strtoll strtoul strtoull sscanf scanf fscanf vscanf system popen gmtime localtime ctime
    asctime tmpnam tempnam mktemp tmpfile alloca setjmp longjmp sigsetjmp siglongjmp signal asprintf
    vasprintf rand random getwd realloc""".split()
# A realloc is xrealloc_array but in the one file that makes it.
ALLOWED = {("src/base/alloc.c", "realloc")}
# A pure folder neither reads nor writes the world.
IMPURE = """getenv secure_getenv setenv putenv unsetenv fopen freopen fdopen fclose fread fwrite
    fputs fputc putc puts putchar getc getchar fgets getline open openat creat remove rename unlink
    mkdir stat lstat fstat realpath printf vprintf fprintf vfprintf perror exit _exit abort time
    clock clock_gettime gettimeofday sleep usleep fork execve execvp getpid srand random_r
    getrandom""".split()
# Where the words rule does not look.
SKIPPED = ".git build fixtures __pycache__ node_modules".split()
# What writes to a stream, and the files of plugin/ that may use it.
STREAMS = """printf vprintf fprintf vfprintf dprintf vdprintf puts fputs fputc putc putchar fwrite
    perror""".split()
DOOR = ["plugin/say.c", "plugin/print*.c"]
# Words for a private header; only x_internal.h is right.
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]", re.M)
PRIVATE = re.compile(r"((^|_)(internal|private|priv|impl)|_parts)\.h$")

QUICK = "layers guess private headers sizes tags functions door words".split()
FULL = "uses circles format alone symbols".split()


class Lint:
    def __init__(self, root, folder=""):
        self.root = root
        self.folder = folder
        self.problems = []
        self.lengths = []
        self.files = {str(p.relative_to(root)): p.read_text(errors="replace")
                      for p in self.sources()}
        self.code = {name: csource.strip(text) for name, text in self.files.items()}
        self.chosen = [n for n in self.files if self.in_folder(n)]
        self.rows, self.impure, self.adapters, self.faces = read_layers(ROOT / "scripts/layers.txt")
        self.guesses, self.missed = 0, []
        self.over = 0
        self.ncircles = None
        self.known = None

    def sources(self):
        patterns = ["src/*/*.[ch]", "plugin/*.[ch]", "tools/*.[ch]", "tests/**/*.[ch]"]
        found = {p for pattern in patterns for p in self.root.glob(pattern)}
        return sorted(p for p in found if "fixtures" not in p.relative_to(self.root).parts)

    def in_folder(self, name):
        places = tuple(f"{p}{self.folder}/" for p in ("", "src/", "tests/unit/"))
        return not self.folder or name.startswith(places)

    def report(self, name, line, message):
        if self.in_folder(name):
            self.problems.append((name, line, message))

    def ours(self):
        """Product code: what the sizes and headers rules are about."""
        return [(n, self.code[n]) for n in self.chosen if not n.startswith("tests/")]

    # --- layers ---

    def layers(self):
        for name in self.chosen:
            row, text = row_of(name), self.files[name]
            if row is None:
                continue
            if row not in self.rows:
                self.report(name, 1, f"the directory '{row}' has no row in scripts/layers.txt")
                continue
            for match in INCLUDE.finditer(text):
                self.include(name, row, line_of(text, match), match.group(1), "<" in match.group())
            if self.rows[row][0] == "pure":
                self.calls(name, IMPURE, "{} touches the world, and '" + row + "' is pure")

    def include(self, name, row, line, header, system):
        kind, may = self.rows[row]
        target = "plugin" if header.startswith("plugin/") else header.split("/")[0]
        if kind == "pure" and any(fnmatch.fnmatch(header, pattern) for pattern in self.impure):
            self.report(name, line, f"'{row}' is pure and must not include {header}")
        if system:
            for pattern, files in self.adapters.items():
                if fnmatch.fnmatch(header, pattern) and not matches(name, files):
                    allowed = " ".join(files) or "no file"
                    self.report(name, line, f"only {allowed} may include <{header}>")
        elif header.endswith(".def"):
            pass  # rows of the table of codes: each directory has its own
        elif "/" not in header:
            self.report(name, line, f'"{header}": name the directory, too')
        elif target != row and target not in may:
            self.report(name, line, f"'{row}' must not include '{target}'")
        elif target != row and target in self.faces and header not in self.faces[target]:
            self.report(name, line, f"'{row}' must include only {' and '.join(self.faces[target])} of '{target}'")

    def uses(self):
        """One problem for each name of a file, where it first stands."""
        for name, facts in self.facts().items():
            row = row_of(name)
            allowed = {row, *self.rows.get(row, ("", []))[1]}
            for kind, used, line, files in facts.uses:
                if files[0].endswith(".def"):
                    continue  # a code, which base/code.h declares for all
                rows = {row_of(f) for f in files} - {None}
                if rows and not rows & allowed:
                    message = f"'{row}' must not use '{row_of(files[0])}'"
                    home = files[0].removeprefix("src/")
                    self.report(name, line, f"{message}: {kind} {used} is declared in {home}")

    def facts(self):
        """What clang found in each file of src/ and plugin/ that it can read."""
        if self.known is None:
            self.known = names.read(self.root, [n for n in self.chosen if row_of(n)])
            if self.known is None:
                message = "python3-clang is not installed (make deps)"
                self.problems.append(("scripts/deps.sh", 1, message))
                self.known = {}
            for name, facts in self.known.items():
                if facts.problem:
                    line, message = facts.problem
                    self.report(name, line, f"clang cannot read it: {message}")
        return {name: facts for name, facts in self.known.items() if not facts.problem}

    # --- files of a directory ---

    def guess(self):
        homes = {}
        for name, code in self.code.items():
            if name.endswith(".c") and not name.startswith("tests/"):
                for f in csource.functions(code):
                    if not f.static:
                        homes.setdefault(f.name, []).append(name)
        for name, code in self.ours():
            if name.endswith(".h") and not self.is_face(name):
                home = module_of(name)
                inline = {f.name for f in csource.functions(code)}
                for function, first, _ in csource.prototypes(code):
                    if function in homes and function not in inline:
                        self.guesses += 1
                        if home not in homes[function]:
                            message = f"is defined in {homes[function][0]}, not in {home}"
                            self.missed.append((name, first + 1, f"{function}() {message}"))
        if self.guess_percent() < GUESS:
            for problem in self.missed:
                self.report(*problem)

    def guess_percent(self):
        return 100 - 100 * len(self.missed) / self.guesses if self.guesses else 100

    def is_face(self, name):
        face = self.faces.get(row_of(name))
        return face and name in ("src/" + face[0], "src/" + face[0].replace(".h", "_internal.h"))

    def private(self):
        users = {}
        for name, text in self.files.items():
            if name.startswith("tests/"):
                continue
            for match in INCLUDE.finditer(text):
                header = match[1] if match[1].startswith("plugin/") else "src/" + match[1]
                users.setdefault(header, set()).add(row_of(name))
                if header.endswith("_internal.h") and row_of(header) != row_of(name):
                    message = f"{match[1]} is private to its directory"
                    self.report(name, line_of(text, match), message)
        for name, _ in self.ours():
            base = os.path.basename(name)
            private = PRIVATE.search(base) and not re.search(r"\w_internal\.h$", base)
            if private and users.get(name, set()) <= {row_of(name)}:
                self.report(name, 1, "the name of a private header is x_internal.h")

    def circles(self):
        found = self.folder_circles()
        self.ncircles = len(found) if self.known else None
        for graph, order in found:
            files = " ".join(os.path.basename(f) for f in order)
            for caller, callee, functions in graph.upwards(order):
                calls = ", ".join(f"{f}()" for f in sorted(functions))
                message = f"calls {calls} of {os.path.basename(callee)}"
                message += f", which closes a circle: {files}"
                self.report(caller, min(functions.values()), message)

    def folder_circles(self):
        """(graph, files in their order) of each circle."""
        folders = {}
        for name, facts in self.facts().items():
            folders.setdefault(row_of(name), {})[name] = facts
        found = []
        for facts in folders.values():
            graph = call_graph(facts)
            found += [(graph, order) for order in graph.circles()]
        return found

    # --- headers ---

    def headers(self):
        for name, code in self.ours():
            if not name.endswith(".h"):
                continue
            lines = self.files[name].split("\n")
            if not lines[0].startswith("/*"):
                self.report(name, 1, "a header begins with a comment that says what it is for")
            if not re.search(r"^#ifndef (GCB_\w+_H)\n#define \1$", self.files[name], re.M):
                self.report(name, 1, "no guard GCB_..._H")
            documented = set()
            for function, first, last in csource.prototypes(code):
                above = first - 1
                while above > 0 and is_define(lines, above):
                    above -= 1
                if lines[above].rstrip().endswith("*/") or above in documented:
                    documented.add(last)
                elif function:
                    self.report(name, first + 1, f"no comment directly above {function}()")

    # --- sizes ---

    def sizes(self):
        for name, code in self.ours():
            lines = self.files[name].count("\n")
            if lines > FILE_LINES:
                self.report(name, 1, f"{lines} lines, at most {FILE_LINES}")
            for f in csource.functions(code):
                self.lengths.append(f)
                self.limit(name, f, f.lines, FUNCTION_LINES, "has {} lines")
                self.limit(name, f, f.parameters, PARAMETERS, "has {} parameters")
                self.limit(name, f, f.nesting, NESTING, "is nested {} deep")
        for name in self.chosen:
            for number, line in enumerate(self.files[name].split("\n"), 1):
                if (columns := len(line.expandtabs(TAB))) > COLUMNS:
                    self.over += 1
                    self.report(name, number, f"{columns} columns, at most {COLUMNS}")
        median, p90 = self.percentiles()
        worst = max(self.chosen, key=lambda n: len(self.code[n]), default="src")
        if median > MEDIAN:
            self.report(worst, 1, f"the median length of functions is {median:g}, at most {MEDIAN}")
        if p90 > P90:
            message = f"one function in ten is longer than {p90:g} lines, at most {P90}"
            self.report(worst, 1, message)

    def limit(self, name, function, value, most, words):
        if value > most:
            message = f"{function.name}() {words.format(value)}, at most {most}"
            self.report(name, function.line, message)

    def percentiles(self):
        lengths = sorted(f.lines for f in self.lengths)
        if not lengths:
            return 0, 0
        return statistics.median(lengths), lengths[(len(lengths) * 9 - 1) // 10]

    def tags(self):
        homes = {}
        for name, code in self.code.items():
            for match in re.finditer(r"\b(struct|union|enum)\s+(\w+)\s*\{", code):
                homes.setdefault(match[2], []).append((name, line_of(code, match), match[1]))
        for tag, places in homes.items():
            for name, line, kind in places:
                others = " ".join(f"{n}:{at}" for n, at, _ in places if (n, at) != (name, line))
                if others:
                    self.report(name, line, f"{kind} {tag}: the name is also defined in {others}")

    # --- functions ---

    def calls(self, name, banned, message):
        for match in re.finditer(r"(?<![\w.>])(" + "|".join(banned) + r")\s*\(", self.code[name]):
            if (name, match.group(1)) not in ALLOWED:
                called = match.group(1) + "()"
                self.report(name, line_of(self.code[name], match), message.format(called))

    def functions(self):
        for name, code in self.ours():
            self.calls(name, BANNED, "{} is banned")
            for f in csource.functions(code):
                cleanup = re.search(r"\bAUTO_\w+|\bcleanup\s*\(", f.body)
                if cleanup and re.search(r"\bgoto\b", f.body):
                    message = f"{f.name}() has a goto beside a variable that cleans up after itself"
                    self.report(name, f.line, message)

    def door(self):
        for name, _ in self.ours():
            if row_of(name) == "plugin" and not matches(name, DOOR):
                self.calls(name, STREAMS, "{} is allowed only in " + " ".join(DOOR))

    # --- words ---

    def words(self):
        lines = (HERE / "words.txt").read_text().split("\n")
        words = [w for w in lines if w and not w.startswith("#")]
        regex = re.compile(r"\b(" + "|".join(words) + r")\b")
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED)
            for path in (pathlib.Path(folder) / n for n in sorted(files) if n != "words.txt"):
                if not path.is_file() or path.name == ".git":
                    continue
                lines = path.read_bytes().decode(errors="replace").split("\n")
                for number, line in enumerate(lines, 1):
                    if match := regex.search(line):
                        name = str(path.relative_to(self.root))
                        self.report(name, number, f"the word '{match.group(1)}'")

    # --- other programs ---

    def format(self):
        files = self.chosen
        if not shutil.which("clang-format"):
            self.report(".clang-format", 1, "clang-format is not installed (make deps)")
        elif files:
            out = run(self.root, ["clang-format", "--dry-run", "-Werror", *files]).stderr
            seen = {}
            for match in re.finditer(r"^(\S+?):(\d+):\d+: error", out, re.M):
                seen.setdefault(match.group(1), int(match.group(2)))
            for name, line in seen.items():
                message = "clang-format would change this and perhaps more (make format)"
                self.report(name, line, message)

    def alone(self):
        headers = [n for n in self.chosen if n.endswith(".h")]
        flags = ["-std=gnu11", "-D_GNU_SOURCE", "-I.", "-Isrc"]
        flags += ["-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c"]
        wanted = [os.environ.get("CC") or "cc", "gcc", "clang"]
        compilers = dict.fromkeys(c for c in wanted if shutil.which(c))
        for compiler in compilers:
            for header in headers:
                out = run(self.root, [compiler, *flags, header])
                if out.returncode:
                    match = re.search(r":(\d+):(?:\d+:)? (?:fatal )?error: (.*)", out.stderr)
                    reason = match[2] if match else out.stderr.strip().split("\n")[0]
                    message = f"does not compile alone with {compiler}: {reason}"
                    self.report(header, int(match[1]) if match else 1, message)

    def symbols(self):
        """A function of ours with a library function's name would be called by that library."""
        theirs = {}
        for library in "yaml", "git2", "cjson", "z":
            path = run(self.root, ["cc", f"-print-file-name=lib{library}.so"]).stdout.strip()
            for line in run(self.root, ["nm", "-D", "--defined-only", path]).stdout.split("\n"):
                theirs[line.split(" ")[-1].split("@")[0]] = library
        for name, code in self.ours():
            for f in csource.functions(code):
                if f.name in theirs and not f.static:
                    library = "lib" + theirs[f.name]
                    message = f"{library} also has a function {f.name}() and would call ours"
                    self.report(name, f.line, message)

    def summary(self):
        median, p90 = self.percentiles()
        longest = max((f.lines for f in self.lengths), default=0)
        parameters = max((f.parameters for f in self.lengths), default=0)
        lines = max((self.files[n].count("\n") for n, _ in self.ours()), default=0)
        ncircles = "circles not counted" if self.ncircles is None else f"{self.ncircles} circles"
        guess = f"{self.guess_percent():.0f} %" if self.guesses else "not counted"
        return (f"lint: {len(self.chosen)} files (longest {lines} lines, "
                f"{self.over} lines over {COLUMNS} columns), {len(self.lengths)} functions "
                f"(median {median:g} lines, p90 {p90:g}, longest {longest}, "
                f"most parameters {parameters}), one guess {guess}, {ncircles}, "
                f"{len(self.problems)} problems")


def call_graph(files):
    """The Graph of a directory, from the facts of its files, without calls between x.h and x.c."""
    homes = {function: name for name, facts in files.items() for function in facts.defines}
    graph = circles.Graph()
    for name, facts in files.items():
        for function, line, inline in facts.calls:
            home = homes.get(function) or inline
            if home in files and module_of(home) != module_of(name):
                graph.add(name, home, function, line)
    return graph


def module_of(name):
    """x.c for x.h and x_internal.h, too."""
    return re.sub(r"(_internal)?\.[ch]$", ".c", name)


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def line_of(text, match):
    return text.count("\n", 0, match.start()) + 1


def is_define(lines, number):
    """Part of a #define, which may stand between a function and its comment."""
    return lines[number].startswith("#define") or lines[number - 1].endswith("\\")


def run(root, command):
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace")
    except OSError as problem:
        return subprocess.CompletedProcess(command, 127, "", str(problem))


def row_of(name):
    parts = name.split("/")
    return "plugin" if parts[0] == "plugin" else parts[1] if parts[0] == "src" else None


def read_layers(path):
    rows, impure, adapters, faces = {}, [], {}, {}
    for line in path.read_text().split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "row":
            rows[words[1]] = (words[2], words[3:])
        elif words[0] == "impure":
            impure.append(words[1])
        elif words[0] == "adapter":
            adapters[words[1]] = words[2:]
        elif words[0] == "face":
            faces[words[1].split("/")[0]] = words[1:]
        else:
            sys.exit(f"{path}: what is '{words[0]}'?")
    return rows, impure, adapters, faces


def main():
    parser = argparse.ArgumentParser(description="checks what compilers do not")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    parser.add_argument("--quick", action="store_true",
                        help="only rules that need no other program")
    parser.add_argument("--folder", metavar="NAME", default="",
                        help="check one directory only: git, plugin, ...")
    parser.add_argument("--only", metavar="RULE", action="append", choices=QUICK + FULL,
                        help="check this rule only: " + ", ".join(QUICK + FULL))
    parser.add_argument("--circles", action="store_true",
                        help="print circles of files and the calls that close them, nothing else")
    options = parser.parse_args()
    lint = Lint(options.root.resolve(), options.folder.strip("/").removeprefix("src/"))
    if options.folder and not lint.chosen:
        parser.error(f"no C file in the directory '{options.folder}'")
    if options.circles:
        return show_circles(lint)
    for rule in options.only or (QUICK if options.quick else QUICK + FULL):
        getattr(lint, rule)()
    if options.only and lint.guess_percent() >= GUESS:
        for name, line, message in lint.missed:
            print(f"{name}:{line}: {message} (allowed: {lint.guess_percent():.0f} % are found)")
    for name, line, message in sorted(lint.problems):
        print(f"{name}:{line}: {message}")
    print(lint.summary())
    return 1 if lint.problems else 0


def show_circles(lint):
    found = lint.folder_circles()
    for name, line, message in lint.problems:
        print(f"{name}:{line}: {message}")
    for graph, order in found:
        print(f"{os.path.dirname(order[0])}: {' > '.join(os.path.basename(f) for f in order)}")
        for caller, callee, functions in graph.upwards(order):
            calls = ", ".join(f"{f}() line {functions[f]}" for f in sorted(functions))
            print(f"    {os.path.basename(caller)} calls up to {os.path.basename(callee)}: {calls}")
    print(f"{len(found)} circles")
    return 1 if found or lint.problems else 0


if __name__ == "__main__":
    sys.exit(main())

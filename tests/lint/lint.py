"""Checks what compilers do not: tests/lint/lint.py [--root FOLDER] [--quick]

layers      what a folder may include (scripts/layers.txt), and no file, process, clock or output in a pure one
headers     an opening comment, a guard, a comment over each function (or over a group of them)
sizes       lines of files and functions, their median and 90th percentile, parameters, nesting
functions   none of the banned ones; no goto where variables clean up after themselves; no name that a library of ours has, too
words       none that announce unfinished work (tests/lint/words.txt)
format      clang-format has nothing to change
alone       each header compiles by itself, with every compiler there is

Prints "file:line: message" for each problem and one line at the end. --quick leaves out what needs other programs; the fixtures that
prove each rule (tests/harness.py) are checked so.
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

import csource

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

FILE_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 700, 60, 8, 4
MEDIAN, P90 = 15, 40
MANY_PARAMETERS = 5

# What to use instead of each is in the headers of src/base.
BANNED = """strcpy strcat strncpy strncat sprintf vsprintf strtok strtok_r gets atoi atol atoll atof strtol strtoll strtoul strtoull sscanf
    scanf fscanf vscanf system popen gmtime localtime ctime asctime tmpnam tempnam mktemp tmpfile alloca setjmp longjmp sigsetjmp
    siglongjmp signal asprintf vasprintf rand random getwd realloc""".split()
# A realloc is xrealloc_array but in the one file that makes it.
ALLOWED = {("src/base/alloc.c", "realloc")}
# A pure folder neither reads nor writes the world.
IMPURE = """getenv secure_getenv setenv putenv unsetenv fopen freopen fdopen fclose fread fwrite fputs fputc putc puts putchar getc getchar
    fgets getline open openat creat remove rename unlink mkdir stat lstat fstat realpath printf vprintf fprintf vfprintf perror
    exit _exit abort time clock clock_gettime gettimeofday sleep usleep fork execve execvp getpid srand random_r getrandom""".split()


class Lint:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.functions = []
        self.files = {str(p.relative_to(root)): p.read_text(errors="replace") for p in self.sources()}
        self.code = {name: csource.strip(text) for name, text in self.files.items()}
        self.rows, self.impure, self.adapters = read_layers(ROOT / "scripts/layers.txt")

    def sources(self):
        patterns = ["src/*/*.[ch]", "plugin/*.[ch]", "tools/*.[ch]", "tests/unit/*.[ch]", "tests/unit/*/*.[ch]", "tests/*.[ch]"]
        return sorted(p for pattern in patterns for p in self.root.glob(pattern))

    def report(self, name, line, message):
        self.problems.append((name, line, message))

    def ours(self):
        """Product code: what the sizes and headers rules are about."""
        return [(n, c) for n, c in self.code.items() if not n.startswith("tests/")]

    # --- layers ---

    def layers(self):
        for name, text in self.files.items():
            row = row_of(name)
            if row is None:
                continue
            if row not in self.rows:
                self.report(name, 1, f"the folder '{row}' has no row in scripts/layers.txt")
                continue
            for match in re.finditer(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]", text, re.M):
                self.include(name, row, text.count("\n", 0, match.start()) + 1, match.group(1), "<" in match.group())
            if self.rows[row][0] == "pure":
                self.calls(name, IMPURE, "{} touches the world, and '" + row + "' is pure")

    def include(self, name, row, line, header, system):
        kind, may = self.rows[row]
        target = "plugin" if header.startswith("plugin/") else header.split("/")[0]
        if kind == "pure" and any(fnmatch.fnmatch(header, pattern) for pattern in self.impure):
            self.report(name, line, f"'{row}' is pure and must not include {header}")
        if system:
            for pattern, files in self.adapters.items():
                if fnmatch.fnmatch(header, pattern) and not any(fnmatch.fnmatch(name, f) for f in files):
                    self.report(name, line, f"only {' '.join(files) or 'nobody'} may include <{header}>")
        elif header.endswith(".def"):
            pass  # rows of the table of codes, from everywhere
        elif "/" not in header:
            self.report(name, line, f'"{header}": name the folder, too')
        elif target != row and target not in may:
            self.report(name, line, f"'{row}' must not include '{target}'")

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
                while above > 0 and (lines[above].startswith("#define") or lines[above - 1].endswith("\\")):
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
                self.functions.append(f)
                if f.lines > FUNCTION_LINES:
                    self.report(name, f.line, f"{f.name}() has {f.lines} lines, at most {FUNCTION_LINES}")
                if f.parameters > PARAMETERS:
                    self.report(name, f.line, f"{f.name}() has {f.parameters} parameters, at most {PARAMETERS}")
                if f.nesting > NESTING:
                    self.report(name, f.line, f"{f.name}() is nested {f.nesting} deep, at most {NESTING}")
        median, p90 = self.percentiles()
        worst = max(self.code, key=lambda n: len(self.code[n]), default="src")
        if median > MEDIAN:
            self.report(worst, 1, f"the median length of functions is {median:g}, at most {MEDIAN}")
        if p90 > P90:
            self.report(worst, 1, f"one function in ten is longer than {p90:g} lines, at most {P90}")

    def percentiles(self):
        lengths = sorted(f.lines for f in self.functions)
        return (statistics.median(lengths), lengths[(len(lengths) * 9 - 1) // 10]) if lengths else (0, 0)

    # --- functions ---

    def calls(self, name, banned, message):
        for match in re.finditer(r"(?<![\w.>])(" + "|".join(banned) + r")\s*\(", self.code[name]):
            if (name, match.group(1)) not in ALLOWED:
                self.report(name, self.code[name].count("\n", 0, match.start()) + 1, message.format(match.group(1) + "()"))

    def banned(self):
        for name, code in self.ours():
            self.calls(name, BANNED, "{} is banned")
            for f in csource.functions(code):
                if re.search(r"\bgoto\b", f.body) and re.search(r"\bAUTO_\w+|\bcleanup\s*\(", f.body):
                    self.report(name, f.line, f"{f.name}() has a goto beside a variable that cleans up after itself")

    # --- words ---

    def words(self):
        words = [w for w in (HERE / "words.txt").read_text().split("\n") if w and not w.startswith("#")]
        regex = re.compile(r"\b(" + "|".join(words) + r")\b")
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if f not in (".git", "build", "fixtures", "__pycache__", "node_modules"))
            for path in (pathlib.Path(folder) / n for n in sorted(names) if n not in ("words.txt", ".git")):
                if not path.is_file():
                    continue
                for number, line in enumerate(path.read_bytes().decode(errors="replace").split("\n"), 1):
                    if match := regex.search(line):
                        self.report(str(path.relative_to(self.root)), number, f"the word '{match.group(1)}'")

    # --- what other programs say ---

    def format(self):
        files = [n for n in self.files if not n.startswith("tests/lint/")]
        if not shutil.which("clang-format"):
            self.report(".clang-format", 1, "clang-format is not installed (make deps)")
        elif files:
            out = run(self.root, ["clang-format", "--dry-run", "-Werror", *files]).stderr
            seen = {}
            for match in re.finditer(r"^(\S+?):(\d+):\d+: error", out, re.M):
                seen.setdefault(match.group(1), int(match.group(2)))
            for name, line in seen.items():
                self.report(name, line, "clang-format would change this and perhaps more (make format)")

    def alone(self):
        headers = [n for n in self.files if n.endswith(".h")]
        flags = ["-std=gnu11", "-D_GNU_SOURCE", "-I.", "-Isrc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c"]
        compilers = dict.fromkeys(c for c in [os.environ.get("CC") or "cc", "gcc", "clang"] if shutil.which(c))
        for compiler in compilers:
            for header in headers:
                out = run(self.root, [compiler, *flags, header])
                if out.returncode:
                    match = re.search(r":(\d+):(?:\d+:)? (?:fatal )?error: (.*)", out.stderr)
                    line, reason = (int(match[1]), match[2]) if match else (1, out.stderr.strip().split("\n")[0])
                    self.report(header, line, f"does not compile alone with {compiler}: {reason}")

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
                    self.report(name, f.line, f"lib{theirs[f.name]} has a function {f.name}(), too, and would call ours")

    def summary(self):
        median, p90 = self.percentiles()
        longest = max((f.lines for f in self.functions), default=0)
        many = sum(f.parameters > MANY_PARAMETERS for f in self.functions)
        return (f"lint: {len(self.files)} files, {len(self.functions)} functions (median {median:g} lines, p90 {p90:g}, longest {longest}; "
                f"{many} with more than {MANY_PARAMETERS} parameters), {len(self.problems)} problems")


def run(root, command):
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, errors="replace")
    except OSError as problem:
        return subprocess.CompletedProcess(command, 127, "", str(problem))


def row_of(name):
    parts = name.split("/")
    return "plugin" if parts[0] == "plugin" else parts[1] if parts[0] == "src" else None


def read_layers(path):
    rows, impure, adapters = {}, [], {}
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
        else:
            sys.exit(f"{path}: what is '{words[0]}'?")
    return rows, impure, adapters


def main():
    parser = argparse.ArgumentParser(description="checks what compilers do not")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    lint = Lint(options.root.resolve())
    for rule in lint.layers, lint.headers, lint.sizes, lint.banned, lint.words:
        rule()
    if not options.quick:
        for rule in lint.format, lint.alone, lint.symbols:
            rule()
    for name, line, message in sorted(lint.problems):
        print(f"{name}:{line}: {message}")
    print(lint.summary())
    return 1 if lint.problems else 0


if __name__ == "__main__":
    sys.exit(main())

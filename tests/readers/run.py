"""Compares what we read and what we write with YAML readers that we did not write: tests/readers/run.py [--verbose] [PATTERN...]

Read are all files of the corpus (GCB_CORPUS, default ../shared/corpus beside the repository; without it nothing is tested) and those of
tests/readers/corners. The readers are go-yaml v2 as in sigs.k8s.io/yaml, go-yaml v3, PyYAML and the npm package yaml, and Python's
reader of JSON for the files that are JSON (programs.py).

reading     each must accept what we accept and refuse what we refuse, and have the same tree; go-yaml v2 the same types and values, too
writing     on each file edits are done by build/yaml-driver; of what comes out each reader must have the tree that we have, and the tree that it
            had of the file, with the edit done (trees.py)
tools       kubectl and kustomize must make of what comes out what they make of the file, with the edit done (tools.py)

expected.tsv lists the disagreements that are as they should be. One that is not there is a failure, and so is one there that does not
happen. With a PATTERN only files whose names have it are read, and what is listed need not happen.
"""
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import re
import sys
import threading

import edits
import programs
import tools
import trees

CORPUS = pathlib.Path(os.environ.get("GCB_CORPUS") or programs.ROOT.parent / "shared/corpus")
CORNERS = programs.HERE / "corners"
EXPECTED = programs.HERE / "expected.tsv"
SUFFIXES = (".yaml", ".yml", ".json")
VALUED = ("go-yaml-v2", "json")
BUG = ("GCB2013", "crash", "none")

Disagreement = collections.namedtuple("Disagreement", "file reader what detail")
Rule = collections.namedtuple("Rule", "file reader what reason")


class Bench(threading.local):
    """The processes of one thread."""

    commands = {}

    def __init__(self):
        self.driver = programs.Driver()
        self.readers = {name: programs.Reader(command) for name, command in self.commands.items()}
        self.readers["json"] = programs.JsonReader()

    def ours(self, data):
        """(documents, None) or (None, code)."""
        word, answer = self.driver.ask(data, "tree")
        if word == "tree":
            return [trees.ours(root) for root in json.loads(answer)], None
        return None, code_of(answer)

    def theirs(self, name, data):
        documents, problem = self.readers[name].read(data)
        if documents is not None and name in VALUED:
            documents = [trees.valued(root) for root in documents]
        return documents, problem


def code_of(answer):
    return re.search(rb"\[(\w+)\]\s*$", answer)[1].decode()


class Report:
    """What came out of one file."""

    def __init__(self, name):
        self.name, self.compared, self.found, self.counts = name, collections.Counter(), [], collections.Counter()

    def compare(self, reader, what, difference):
        """Counts a comparison of a kind; `difference` is (word, detail) or None."""
        self.compared[reader] += 1
        if difference:
            word = difference[0] if what == "" else what
            self.found.append(Disagreement(self.name, reader, word, f"{difference[0]}: {difference[1]}"))


def tree_difference(reader, ours, theirs):
    if reader in VALUED:
        return trees.documents_difference([trees.valued(root) for root in ours], theirs, True, False)
    return trees.documents_difference(ours, theirs, False)


def check_reading(bench, report, data):
    """Compares the trees of a file: (our documents or None, {reader: documents}, the readers that agree)."""
    ours, code = bench.ours(data)
    read, agree = {}, set()
    for name in bench.readers:
        theirs, problem = bench.theirs(name, data)
        if name == "json" and theirs is None:
            continue
        if ours is None:
            report.compare(name, "", None if theirs is None else (f"accepts {code}", "we do not"))
        elif theirs is None:
            report.compare(name, "", ("refuses", problem))
        else:
            difference = tree_difference(name, ours, theirs)
            report.compare(name, "", difference)
            read[name] = theirs
            agree |= set() if difference else {name}
    report.counts["refused " + code if code else "read"] += 1
    return ours, read, agree


def changed(bench, report, data, choices):
    """The first edit of several that is not refused, and what it gives: (edit, bytes), or None."""
    for edit in choices:
        word, answer = bench.driver.ask(data, json.dumps([edit]))
        if word == "ok" and answer != data:
            return edit, answer
        if word == "refused":
            code = code_of(answer)
            report.counts["edits refused " + code] += 1
            if code in BUG:
                report.compare("ours", "", ("edit " + code, json.dumps(edit)))
    return None


def own_difference(before, edit, after):
    """Is the tree of the changed file the one of the file with the edit done?"""
    try:
        return trees.documents_difference(trees.edited(before, edit), after, True)
    except trees.Lost as step:
        return "lost", str(step)


def explain(difference, edit):
    return difference and (difference[0], f"{difference[1]} by {json.dumps(edit)}")


def check_edit(bench, report, ours, read, agree, edit, output):
    """Compares the trees of a changed file."""
    after, code = bench.ours(output)
    if after is None:
        report.compare("ours", "edit refuses", (code, json.dumps(edit)))
        return
    report.compare("ours", "edit own", explain(own_difference(ours, edit, after), edit))
    for name, before in read.items():
        theirs, problem = bench.theirs(name, output)
        if theirs is None:
            report.compare(name, "edit refuses", (problem, json.dumps(edit)))
            continue
        report.compare(name, "edit own", explain(own_difference(before, edit, theirs), edit))
        if name in agree:
            report.compare(name, "edit tree", explain(tree_difference(name, after, theirs), edit))


def check_tools(bench, report, data, ours, done):
    """Compares what kubectl and kustomize make of the changed files."""
    done = [(edit, output) for edit, output in done if tools.fits(edit)]
    if not done or not tools.available() or not tools.are_objects(ours):
        return
    files, steps = [data, *(output for _, output in done)], [edit for edit, _ in done]
    using = {"kubectl": tools.annotate}
    if "go-yaml-v2" in bench.readers:
        using["kustomize"] = lambda some: tools.kustomize(some, lambda output: bench.theirs("go-yaml-v2", output))
    for name, tool in using.items():
        results = tools.check(tool, files, ours, steps)
        report.counts[f"files not for {name}"] += results is None
        for edit, problem in results or []:
            report.compare(name, problem[0] if problem else "", explain(problem, edit))


def check_file(bench, name, path):
    report, data = Report(name), path.read_bytes()
    ours, read, agree = check_reading(bench, report, data)
    if ours is None:
        return report
    done = [pair for choices in edits.candidates(name, ours) if (pair := changed(bench, report, data, choices))]
    for edit, output in done:
        check_edit(bench, report, ours, read, agree, edit, output)
    check_tools(bench, report, data, ours, done)
    report.counts["edits"] += len(done)
    report.counts["files edited"] += bool(done)
    report.counts["files with less than 6 edits"] += 0 < len(done) < 6
    return report


# --- expectations -----------------------------------------------------------------------------------------------------------------


def rules():
    lines = [line.rstrip("\n") for line in EXPECTED.read_text().splitlines()]
    return [Rule(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def meant(rule, found):
    return fnmatch.fnmatchcase(found.file, rule.file) and rule.reader in ("*", found.reader) and rule.what == found.what


def stale(rule, files, found, absent):
    """Does a rule say what does not happen, although what it is about was there?"""
    there = any(fnmatch.fnmatchcase(name, rule.file) for name in files) and rule.reader not in absent
    return there and not any(meant(rule, one) for one in found)


# --- the run ----------------------------------------------------------------------------------------------------------------------


def all_files(patterns):
    """{name: path} of the corpus and of our own corners."""
    paths = {f"corners/{p.name}": p for p in CORNERS.iterdir()}
    paths.update((str(p.relative_to(CORPUS)), p) for p in CORPUS.glob("*/**/*") if p.is_file())
    return {name: paths[name] for name in sorted(paths) if name.endswith(SUFFIXES) and (not patterns or any(p in name for p in patterns))}


def find_readers():
    """The commands of the readers, and the names of what is missing."""
    commands, absent = {}, []
    for name, get in programs.READERS.items():
        try:
            commands[name] = get()
        except programs.Missing as problem:
            print(f"readers: {name} is skipped: {problem}")
            absent.append(name)
    if not tools.available():
        print("readers: kubectl is skipped: it is not installed")
        absent += ["kubectl", "kustomize"]
    elif "go-yaml-v2" in absent:
        print("readers: kustomize is skipped: its output is read by go-yaml v2")
        absent.append("kustomize")
    return commands, absent


def run(files):
    """The reports of all files, some at a time: much of it is waiting for other programs."""
    bench = Bench()
    with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool:
        return list(pool.map(lambda item: check_file(bench, *item), files.items()))


def print_figures(reports, found, absent):
    compared = sum((report.compared for report in reports), collections.Counter())
    counts = sum((report.counts for report in reports), collections.Counter())
    print(f"readers: {len(reports)} files: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items()) if n))
    for reader, n in compared.items():
        print(f"readers: {reader}: {n} comparisons, {sum(one.reader == reader for one in found)} disagreements")
    return compared.total()


def main():
    verbose, patterns = "--verbose" in sys.argv[1:], [a for a in sys.argv[1:] if not a.startswith("--")]
    if not CORPUS.is_dir():
        print(f"readers: {CORPUS} is not there; set GCB_CORPUS\n0 passed, 0 failed, 1 skipped")
        return 0
    if not programs.DRIVER.exists():
        sys.exit(f"readers: {programs.DRIVER} is not there; make test-tools")
    Bench.commands, absent = find_readers()
    files = all_files(patterns)
    reports = run(files)
    found = [one for report in reports for one in report.found]
    listed = rules()
    new = [one for one in found if not any(meant(rule, one) for rule in listed)]
    old = [rule for rule in listed if not patterns and stale(rule, files, found, absent)]
    for one in found if verbose else new:
        print(f"{'WRONG' if one in new else 'expected'} {one.file} {one.reader} {one.what}: {one.detail}")
    for rule in old:
        print(f"WRONG expected.tsv: {rule.file} {rule.reader} {rule.what}: does not happen")
    total = print_figures(reports, found, absent)
    failed = len(new) + len(old)
    print(f"{total - len(new)} passed, {failed} failed, {len(absent)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

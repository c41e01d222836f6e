"""Proves that no text from outside steers a terminal: tests/escapes.py [--list] [PLACE...]

A place is a marked value «KIND.NAME:DEFAULT» in a file, a Git command, the environment or the
command line of a scene. Places get a hostile text one by one, and then all at once that let the
commands succeed. Commands run in all forms of output, with a place alone by turns, into pipes and
into terminals. No output may contain what steers a terminal or what a reader cannot see, no text
may begin a line of its own, contents of files are byte-exact in pipes, and JSON and YAML give the
text back. The judge is Python's unicodedata, not our code.

UNSEEN lists the places that no command shows. To be shown is an error there, as it is elsewhere not
to be shown. --list prints in how many outputs each place was seen.
"""
import concurrent.futures
import itertools
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import tty
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "attacks"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from scene import HIDDEN, Scene, cli  # noqa: E402
from escape_scenes import ARGUMENTS, CLUSTER, RESOURCES, SCENES, UNSEEN  # noqa: E402

try:
    import yaml
    LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
except ImportError:
    yaml = None  # YAML is then judged as a text only

# What a place gets, by its kind; as far as Git, YAML or the file system allow it there.
SOFT = "\x85\x9b2J\u202e\u2028\u200b\ufeff\U000e0041"
TEXT = "\x1b[31m\x07\x7f" + SOFT + "\r\nerror: INJECTED\t"
RAW = "\udc9b\udcff"
KINDS = {"": TEXT, "raw": TEXT + RAW, "soft": SOFT, "ref": SOFT + RAW, "lines": "\nerror: INJECTED",
         "plain": "\u200b\u00ad", "line": "\x1b[31m" + SOFT + RAW, "word": "\x1b[31m" + SOFT,
         "comment": "\u202e\u200b\u00ad\U000e0041", "bare": "\x1b[2J"}
UNQUOTED = ("raw", "word", "ref", "line", "comment", "bare")
PROGRAM = "kubectl-gcpbackend migrate"
PLACE = re.compile(r"«(?:(\w+)\.)?([\w-]+):([^»]*)»")
FORMS = {"table": [], "json": ["-o", "json"], "terminal": [], "yaml": ["-o", "yaml"],
         "wide": ["-o", "wide"], "name": ["-o", "name"], "verbose": ["-v", "8"]}
INJECTED = re.compile(r"^\W*error: INJECTED", re.M)
PROGRESS = re.compile(r"progress: [^\r\n]*\r\r\x1b\[K")

# --- a scene ------------------------------------------------------------------


def quote(path, text):
    """The text as it is written between double quotes in this file."""
    if path.endswith(".json"):
        return json.dumps(text)[1:-1]
    if not path.endswith(".yaml"):
        return text
    return "".join(c if " " <= c <= "~" and c not in '\\"' else f"\\U{ord(c):08x}" for c in text)


def token(name):
    return f"Z{name}Z"


def hostile(name, kind):
    return token(name) + KINDS[kind or ""]


def fill(text, names, path=""):
    """The text with hostile texts in these places, and the default in others; a line without one
    is left out."""
    def value(match):
        kind, name, default = match.groups()
        if name not in names:
            return default or "\0"
        return hostile(name, kind) if kind in UNQUOTED else quote(path, hostile(name, kind))
    lines = (PLACE.sub(value, line) for line in text.splitlines(keepends=True))
    return "".join(line for line in lines if "\0" not in line)


def places(scene):
    """Kind by name of all places of a scene."""
    return {name: kind for kind, name, _ in PLACE.findall(repr(scene))}


def build(tmp, scene, names):
    """Makes the repository of a scene."""
    s = Scene(tmp)
    s.contents = []
    for path, text in scene["files"].items():
        file = s.where / fill(path, names)
        file.parent.mkdir(parents=True, exist_ok=True)
        s.contents.append(fill(text, names, path).encode(errors="surrogateescape"))
        file.write_bytes(s.contents[-1])
        file.chmod(0o755 if text.startswith("#!") else 0o644)
    s.commit()
    for step in scene.get("steps", []):
        subprocess.run([fill(w, names) for w in step.split()], cwd=s.where, env=s.env, check=True,
                       capture_output=True)
    s.own = dict(s.env)
    s.env.update({k: fill(v, names) for k, v in scene.get("env", {}).items()})
    return s


def read_all(fd):
    """What is written to the other end of a pipe or a terminal."""
    found = b""
    while True:
        try:
            more = os.read(fd, 65536)
        except OSError:  # a terminal whose other end is closed
            more = b""
        if not more:
            os.close(fd)
            return found
        found += more


def run(s, words, terminal):
    """Exit code, stdout and stderr of a command; a question on a terminal is answered with yes."""
    ends = [pty.openpty() if terminal else os.pipe() for _ in range(3)]
    if terminal:
        for _, end in ends:
            tty.setraw(end)
        os.write(ends[2][0], b"y\n")
    process = subprocess.Popen(words, executable=s.tmp / "bin/kubectl-gcpbackend", cwd=s.where,
                               env=s.env, stdin=ends[2][1 if terminal else 0], stdout=ends[0][1],
                               stderr=ends[1][1])
    for _, end in ends:
        os.close(end)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        err = pool.submit(read_all, ends[1][0])
        out = read_all(ends[0][0])
    os.close(ends[2][0])
    return process.wait(), out, err.result()


# --- the judge ----------------------------------------------------------------


def strings(value):
    """All texts of a document that are not contents of files."""
    if isinstance(value, str):
        yield value
    for item in value if isinstance(value, list) else []:
        yield from strings(item)
    for key, item in value.items() if isinstance(value, dict) else []:
        yield key
        yield from strings(item) if key not in ("text", "patch") else []


def is_given_back(rest, text):
    """Does `rest` begin with the text, or with a part of it that the message cuts?"""
    same = len(os.path.commonprefix([rest, text]))
    return same == len(text) or (same > 4 and rest[same:same + 1] in ("", ".", "'"))


def judge_document(form, out, texts):
    """What is wrong with JSON or YAML: it must be parsed, and contain the texts as they were."""
    if form == "yaml" and not yaml:
        return
    try:
        value = json.loads(out) if form == "json" else yaml.load(out, LOADER)
    except (ValueError, yaml.YAMLError if yaml else ValueError) as problem:
        yield f"cannot be parsed: {problem}"
        return
    for text, (name, whole) in itertools.product(strings(value), texts.items()):
        whole = re.sub("[\udc80-\udcff]", "\ufffd", whole)
        for rest in text.split(token(name))[1:]:
            if not is_given_back(rest, whole[len(name) + 2:]):
                yield f"the text is not given back: {rest[:40]!r}"


def judge_text(text, allowed):
    """What is wrong with a text that a person may be shown."""
    if hidden := sorted({c for c in text if unicodedata.category(c) in HIDDEN} - set(allowed)):
        yield f"a terminal is given {hidden}"
    if INJECTED.search(text):
        yield "a text begins a line of its own"


def judge(form, words, outputs, texts):
    """What is wrong with the output of a command, where places have these texts."""
    out, err = (o.decode(errors="surrogateescape") for o in outputs)
    contents = {"render", "diff", "-"} & set(words)
    if "--template" in words or contents and form in ("table", "wide", "verbose"):
        out = "".join(re.findall(r"^(?:diff|index|# stage|new|deleted).*\n", out, re.M))
    tabs = contents or {"--dry-run", "--help"} & set(words)
    yield from judge_text(out, "\n\t" if tabs else "\n")
    yield from judge_text(PROGRESS.sub("", err) if form == "terminal" else err, "\n")
    if form in ("json", "yaml") and out and "--help" not in words:
        yield from judge_document(form, out, texts)


# --- all of it ----------------------------------------------------------------


def is_exact(s, command, out):
    """Are contents of files as they are in the repository, and diffs such that git applies them?"""
    if command.startswith("render web --stage start"):
        return out in s.contents
    if command.startswith("diff") or "--patch" in command:
        return not subprocess.run(["git", "apply", "--check", "--cached", "-"], cwd=s.where,
                                  env=s.own, input=out, capture_output=True).returncode
    return True


def try_commands(s, scene, runs, texts):
    """Runs the commands: what is wrong, and how many outputs show each text."""
    problems, seen = [], dict.fromkeys(texts, 0)
    for command, form in runs:
        words = f"{scene.get('program', PROGRAM)} {command}".split() + FORMS[form]
        code, out, err = run(s, [fill(w, texts) for w in words], form == "terminal")
        found = set(judge(form, words, (out, err), texts))
        if not 0 <= code <= 6:
            found.add(f"exit code {code}")
        if form == "table" and out and not is_exact(s, command, out):
            found.add("the contents of files are not exact")
        problems += [f"{command} ({form}): {p}" for p in sorted(found)]
        for name in texts:
            seen[name] += token(name).encode() in out + err
    return problems, seen


def try_places(job):
    """Makes the scene with hostile texts in these places, and tries its commands."""
    scene, names, runs = job
    texts = {name: hostile(name, kind) for name, kind in places(scene).items() if name in names}
    with tempfile.TemporaryDirectory(prefix="gcb-escapes-") as tmp:
        try:
            s = build(tmp, scene, texts)
        except (OSError, RuntimeError, subprocess.SubprocessError) as problem:
            return [f"the scene cannot be made: {problem} {getattr(problem, 'stderr', '')}"], {}
        return try_commands(s, scene, runs, texts)


def jobs_of(scene):
    """All places together, with each command in all forms; then each alone, with forms by turns."""
    names = [n for n in places(scene) if n in scene.get("only", [n])]
    together = [n for n in names if n not in scene.get("alone", [])]
    yield scene, together, list(itertools.product(scene["commands"], scene.get("forms", FORMS)))
    turns = itertools.cycle(FORMS)
    for name in names if len(names) > 1 and not scene.get("together") else []:
        yield scene, [name], list(zip(scene["commands"], turns))


def argument_scene(command, text):
    """Hostile texts in the name of the program, and in all arguments and options of a command."""
    options = re.findall(r"^    (?:-., )?--([a-z-]+)=", text, re.M)
    name, more = ARGUMENTS.get(command, ("web", ""))
    more += " --live" * ("live" in options) + " -v 8" * ("v" in options)
    label = command.replace(" ", "-") or "top"
    return {"files": CLUSTER, "env": {"KINDS": RESOURCES}, "together": True,
            "program": "«raw.program:kubectl-gcpbackend»",
            "forms": ["json" if "output" in options else "table"], "commands": [
                f"{command} --help", f"{command} «raw.{label}-argument:x» {more}",
                f"{command} --«raw.{label}-option:x»", f"{command} -«raw.{label}-letter:x»",
                *(f"{command} {name} {more} --{o}=«raw.{label}--{o}:x»" for o in options)]}


def argument_scenes():
    """A scene for each command that the program's own help lists."""
    scenes, names = {}, [""]
    while names:
        name = names.pop()
        text = subprocess.run([cli.BINARY, *name.split(), "--help"], capture_output=True, text=True,
                              check=True).stdout
        if (forms := re.search(r"Output format. One of: \(([^)]*)\)", text)) and \
                set(forms[1].split(", ")) != set(FORMS) - {"terminal", "verbose"}:
            sys.exit(f"escapes: {name} has other forms: {forms[1]}")
        scenes[f"arguments {name}"] = argument_scene(name, text)
        listed = re.search(r"Available Commands:\n(.*?)\n\n", text, re.S)
        words = re.findall(r"^  (\w+) ", listed[1], re.M) if listed else []
        names += [f"{name} {word}".strip() for word in words]
    return scenes


def main(arguments):
    chosen = set(arguments) - {"--list"}
    scenes = {**SCENES, **argument_scenes()}
    jobs = [(label, job) for label, scene in scenes.items() for job in jobs_of(scene)
            if not chosen or chosen & {label, *job[1]}]
    unseen = {name for names in UNSEEN.values() for name in names.split()}
    failed, seen = 0, {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + 1) as pool:
        results = list(pool.map(try_places, [job for _, job in jobs]))
    for (label, (_, names, _)), (problems, counts) in zip(jobs, results):
        failed += bool(problems)
        for name in counts:
            seen[name] = seen.get(name, 0) + counts[name]
        for problem in problems:
            print(f"{label}: {names[0] if len(names) == 1 else 'together'}: {problem}")
    for name, count in seen.items() if not chosen else []:
        if bool(count) == (name in unseen) and "--" not in name:  # options may be taken in silence
            failed += 1
            print(f"{name}: is {'shown' if count else 'not shown by any command'}")
        if "--list" in arguments:
            print(f"{name:24} {count:4}")
    total = len(jobs) + len(seen)
    print(f"{total - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

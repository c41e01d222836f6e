"""Moves every http destination host of every manifest of a corpus through all stages and back: tests/corpus/run.py [--verbose]

The corpus is a folder of public manifests (GCB_CORPUS, default ../shared/corpus beside the repository); without it nothing is tested. Every
stage must be what oracle.py, which shares no code with the program, makes of the parsed documents, or a refusal with a code that it
expects. The bytes outside the announced lines must be as they were: a removed line holds a weight and comes back with another number, or
is one line in flow style that still begins as it did; all else is added. Comments and line ends stay. Between stages the way must not matter, and the way
back must give the original bytes. The same with CRLF, with a byte order mark, and with or without a line end at the end of the file.
"""
import collections
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

import oracle

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("GCB_BINARY") or str(ROOT / "build/kubectl-gcpbackend")
CORPUS = pathlib.Path(os.environ.get("GCB_CORPUS") or ROOT.parent / "shared/corpus") / "istio-manifests"
NEW = "moved.example.com"
STAGES = ["start", "mirror", "10", "25", "50", "100"]
WAYS = [("10", "mirror"), ("mirror", "25"), ("50", "10"), ("100", "25"), ("100", "mirror")]
CODE = re.compile(r"\[(GCB\d{4})\]\s*$")
MARKER = "# generated copy of the next route"
WEIGHT = re.compile(rb"weight\"?'?\s*:\s*\d+")


def render(data, host, port, stage, baseline=None):
    """Runs the program on the bytes: ({stage: bytes}, None), or (None, the code of the refusal)."""
    command = [BINARY, "migrate", "render", "-f", "-", "--from", host, "--to", NEW, "--stage", stage, "-o", "json"]
    command += ["--to-port", str(port)] if port else []
    command += ["--baseline", str(baseline)] if baseline else []
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    if done.returncode == 0:
        return {item["stage"]: item["text"].encode() for item in json.loads(done.stdout)["items"]}, None
    talk = done.stderr.decode(errors="replace")
    match = CODE.search(talk)
    return None, match[1] if match and done.returncode in (1, 6) else f"crashed: {done.returncode} {talk[-200:]}"


def comments(data):
    """The comment lines and the comments behind values, roughly: both sides are read the same way."""
    return collections.Counter(m.strip() for m in re.findall(rb"(?m)(?:^|[ \t])#.*$", data))


def check_bytes(before, after):
    """What is wrong with the change of the bytes, or None."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = old[i1:i2], new[j1:j2]
        for line in gone:
            plain = WEIGHT.sub(b"weight", line.rstrip())
            if not any(WEIGHT.sub(b"weight", c.rstrip()) == plain for c in come) and not (b"{" in line or b"[" in line):
                return f"the line {line!r} is gone"
    lost = comments(before) - comments(after)
    if lost:
        return f"comments are lost: {list(lost)[:2]}"
    extra = set(comments(after) - comments(before)) - {MARKER.encode()}
    if extra:
        return f"comments are new: {list(extra)[:2]}"
    if (b"\r\n" in before) != (b"\r\n" in after) or re.search(rb"\r(?!\n)", after):
        return "line ends changed"
    return None


def check_refusal(code, wanted):
    """What is wrong with a refusal, or with its absence."""
    refused = set().union(*(codes for _, codes in wanted.values()))
    if code and oracle.agrees(code, refused):
        return []
    return [f"refused with {code}, expected {refused or 'no refusal'}"]


def check_stages(source, host, port):
    """All stages of one file, all ways between them: (outcome, wrong)."""
    before, wrong = source.read_bytes(), []
    documents = oracle.load(before)
    wanted = {s: oracle.outcome(documents, oracle.Move(host, NEW, port), s) for s in STAGES}
    texts, code = render(before, host, port, "all")
    if code or any(codes for _, codes in wanted.values()):
        return code or "edited", check_refusal(code, wanted)
    for stage in STAGES:
        if oracle.load(texts[stage]) != wanted[stage][0]:
            wrong.append(f"stage {stage} is not what it should be")
        elif problem := check_bytes(before, texts[stage]):
            wrong.append(f"stage {stage}: {problem}")
    if texts["start"] != before:
        wrong.append("the start is not the original")
    for a, b in WAYS + [(s, "start") for s in STAGES[1:]]:
        way, problem = render(texts[a], host, port, b, source)
        if problem or way[b] != texts[b]:
            wrong.append(f"from {a} to {b}: {problem or 'not as from the start'}")
    return "edited", wrong


# How other people might have saved the file: on its bytes with LF and one line end at the end, and so on what comes out.
VARIANTS = {
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "no-final-newline": lambda data: data[:-1],
}


def check_variants(data, host, port):
    """The same file saved otherwise must give the same stages, saved otherwise: yields (variant, outcome, wrong)."""
    plain = data.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf").rstrip(b"\n") + b"\n"
    texts, code = render(plain, host, port, "all")
    for variant, save in VARIANTS.items():
        others, other_code = render(save(plain), host, port, "all")
        if code or other_code:
            yield variant, other_code or "edited", [] if code == other_code else [f"refused with {other_code}, not {code}"]
        else:
            yield variant, "edited", [f"stage {s} is not the same" for s in STAGES if others[s] != save(texts[s])]


def check_file(source):
    """[(name, host, port, outcome, wrong)] of one file of the corpus."""
    results, data = [], source.read_bytes()
    documents = oracle.load(data)
    for host in oracle.hosts_by_eye(data.decode(errors="replace")) if documents is None else oracle.http_hosts(documents):
        results += [(source.name, host, port, *check_stages(source, host, port)) for port in (0, 8080)]
        results += [(f"{source.name} ({variant})", host, 8080, outcome, wrong) for variant, outcome, wrong in check_variants(data, host, 8080)]
    return results


def main():
    verbose = "--verbose" in sys.argv[1:]
    if not CORPUS.is_dir():
        print(f"corpus: {CORPUS} is not there; set GCB_CORPUS\n0 passed, 0 failed, 1 skipped")
        return 0
    files = sorted(p for p in CORPUS.iterdir() if p.suffix in (".yaml", ".yml"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = [r for group in pool.map(check_file, files) for r in group]
    counts = collections.Counter(r[3] for r in results if not r[4])
    wrong = [r for r in results if r[4]]
    for name, host, port, outcome, problems in wrong:
        print(f"WRONG {name} {host} port {port}: {outcome}: {'; '.join(problems)}")
    if verbose:
        for name, host, port, outcome, _ in results:
            if outcome != "edited":
                print(f"refused {outcome} {name} {host} port {port}")
    refused = ", ".join(f"{code} {n}" for code, n in sorted(counts.items()) if code != "edited")
    print(f"corpus: {len(files)} files, {len(results)} moves: {counts['edited']} edited, {sum(counts.values()) - counts['edited']} refused ({refused}), {len(wrong)} wrong")
    print(f"{len(results) - len(wrong)} passed, {len(wrong)} failed, 0 skipped")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What Istio says of every stage of every manifest of the corpus: tests/e2e/istio/test_validate.py

Each host of each file of tests/corpus/run.py's corpus is moved through all stages. A stage passes when `istioctl validate` accepts it
if it accepted the file before, without a new warning, and when Istio's analyzers have no new message but the expected ones: they know
Services and ServiceEntries alone, so they miss the host of a GCPBackend (IST0101, and IST0174 for a DestinationRule of it). What is said of
a route may be said of its generated copy, too, and numbers of routes are left out of the comparison, since a copy moves those behind it.
A match block that lets only GET or HEAD through stands in the copy as it is; that the one behind it is not used then (IST0131, a note)
is true and meant. Figures by code come at the end, then "N passed, N failed, N skipped".
"""
import collections
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "setup"), str(HERE.parent.parent / "corpus")]
import cached  # noqa: E402
import istio_tools  # noqa: E402
import oracle  # noqa: E402
import run as corpus  # noqa: E402

# What differs without a meaning: numbers of routes and errors, why a dead route is dead, and
# about which of the VirtualServices with one host Istio speaks: that differs from run to run.
NUMBER = re.compile(r"#\d+|\d+ errors? occurred")
DEAD = re.compile(r"(rule # not used) \([^)]*\)")
RANDOM = {"IST0109": "VirtualServices with the same host"}
# Only about the host of the GCPBackend itself: as a destination, a mirror, or with its port.
EXPECTED = {
    "IST0101": re.compile(r'Referenced (?:host|mirror host|host:port) not found: "' + re.escape(corpus.NEW) + r'(?::\d+)?"$'),
    "IST0174": re.compile(r"The host " + re.escape(corpus.NEW) + r" defined in the DestinationRule does not match any services in the mesh\.$"),
}
# At the stage mirror alone.
COPIED = re.compile(r'irtualService rule ("[^"]*"|#) match # is not used \(duplicate/overlapping match in rule ("[^"]*"|#)\)\.?$')
ROUTE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.example.com]
  http:
  - route:
    - destination: {host: %s}
      weight: %s
    - destination: {host: web.example.com}
      weight: 9
"""
ENTRY = """---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.example.com]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: DNS
"""
# What the judge must say of files that are good or bad in a known way: (text, invalid, codes).
KNOWN = [
    (ROUTE % ("web.example.com", 1) + ENTRY, False, []),
    (ROUTE % ("nowhere.example.com", 1) + ENTRY, False, ["IST0101"]),
    (ROUTE % ("web.example.com", -1) + ENTRY, True, ["IST0106"]),
    (ROUTE.replace("weight: 9", "weigth: 9") % ("web.example.com", 1) + ENTRY, True, []),
]


class Texts:
    """Files to be judged, each text once."""

    def __init__(self, folder):
        self.folder, self.verdicts = folder, {}

    def add(self, data):
        name = str(self.folder / (hashlib.sha256(data).hexdigest()[:24] + ".yaml"))
        if name not in self.verdicts:
            self.verdicts[name] = None
            pathlib.Path(name).write_bytes(data)
        return name

    def judge(self):
        done = subprocess.run([str(istio_tools.judge())], input="\n".join(self.verdicts) + "\n", capture_output=True, text=True,
                              env={"HOME": str(self.folder), "PATH": ""})
        for line in done.stdout.splitlines():
            verdict = json.loads(line)
            self.verdicts[verdict["file"]] = verdict
        if done.returncode or None in self.verdicts.values():
            raise SystemExit(f"validate: the judge ended with {done.returncode}: {done.stderr[-500:]}")


def moves():
    """(what, data before, {stage: data}) of each move that the program makes, and how many it refuses."""
    made, refused = [], 0
    for source in sorted(p for p in corpus.CORPUS.iterdir() if p.suffix in (".yaml", ".yml")):
        data = source.read_bytes()
        documents = oracle.load(data)
        for host in [] if documents is None else oracle.http_hosts(documents):
            for port in (0, 8080):
                texts, code = corpus.render(data, host, port, "all")
                refused += code is not None
                if code is None:
                    made.append((f"{source.name} {host} port {port}", data, texts))
    return made, refused


def said(verdict):
    """All that was said of a file, without its name and numbers of routes: {(kind or code, text)}."""
    name = verdict["file"]
    lines = [("invalid", line) for line in verdict["invalid"].split("\n") if line]
    lines += [("warning", line) for line in verdict["warnings"].split("\n") if line]
    lines += [("unread", line) for line in verdict["unread"].split("\n") if line]
    lines += [(m["code"], m["text"]) for m in verdict["messages"]]
    return {(kind, plain(kind, text.replace(name, "FILE"))) for kind, text in lines}


def plain(kind, text):
    """The text without what differs for no reason of ours."""
    return RANDOM.get(kind) or DEAD.sub(r"\1", NUMBER.sub("#", text))


def expected(kind, text, stage):
    return (kind in EXPECTED and EXPECTED[kind].search(text)) or (stage == "mirror" and kind in ("IST0131", "warning") and COPIED.search(text))


def compare(before, after, stage, figures):
    """What is new and not expected; figures counts all that is new, by code."""
    problems = []
    for kind, text in sorted(said(after) - said(before)):
        if expected(kind, text, stage):
            figures[kind] += 1
        else:
            figures[f"{kind} (not expected)"] += 1
            problems.append(f"{kind}: {text}")
    return problems


def known(texts):
    """The judge on the texts of KNOWN: the names, to be looked at after judging."""
    return [(texts.add(text.encode()), invalid, codes) for text, invalid, codes in KNOWN]


def report_known(texts, names):
    failed = 0
    for (name, invalid, codes), (text, *_) in zip(names, KNOWN):
        verdict = texts.verdicts[name]
        found = (bool(verdict["invalid"]), [m["code"] for m in verdict["messages"]])
        if found != (invalid, codes):
            failed += 1
            print(f"FAIL the judge itself: expected {(invalid, codes)}, found {found}: {verdict}\n{text}")
    return failed


def report(texts, made):
    """Compares each stage with its file: (passed, failed)."""
    figures, passed, failed, accepted = collections.Counter(), 0, 0, 0
    for what, before, stages in made:
        for stage, after in stages.items():
            if stage == "start":
                continue
            problems = compare(texts.verdicts[before], texts.verdicts[after], stage, figures)
            accepted += not texts.verdicts[before]["invalid"]
            passed, failed = passed + (not problems), failed + bool(problems)
            if problems:
                print(f"FAIL {what} at {stage}: {'; '.join(problems)[:600]}")
    print(f"validate: {passed + failed} stages, {accepted} of them of files that istioctl validate accepts; new messages by code: "
          + (", ".join(f"{code} {n}" for code, n in sorted(figures.items())) or "none"))
    return passed, failed


def main():
    if not corpus.CORPUS.is_dir():
        print(f"validate: skipped: {corpus.CORPUS} is not there; set GCB_CORPUS\n0 passed, 0 failed, 1 skipped")
        return 0
    try:
        istio_tools.judge()
    except cached.Missing as why:
        print(f"validate: skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory(prefix="gcb-validate-") as folder:
        texts, begin = Texts(pathlib.Path(folder)), time.monotonic()
        names = known(texts)
        made, refused = moves()
        made = [(what, texts.add(data), {s: texts.add(t) for s, t in stages.items()}) for what, data, stages in made]
        print(f"validate: {len(made)} moves, {refused} refused; {len(texts.verdicts)} texts to judge", flush=True)
        texts.judge()
        wrong = report_known(texts, names)
        passed, failed = report(texts, made)
        print(f"validate: {time.monotonic() - begin:.0f} s")
    print(f"{passed + len(KNOWN) - wrong} passed, {failed + wrong} failed, 0 skipped")
    return 1 if failed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What `check` finds in public manifests, by code: tests/corpus/findings.py [CODE...]

Moves every http destination host of every file of the corpus (run.py says where it is), each file in a repository of its own with a
GCPBackend of the new host beside it, and counts the findings, with the verdict of reviewed.txt on each code. A code that occurs and was not
reviewed is a failure. With codes: prints these findings one by one, to be looked at.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import oracle
import run

REVIEWED = pathlib.Path(__file__).with_name("reviewed.txt")
BACKEND = "apiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {{name: moved}}\nspec: {{hostname: {}}}\n"
MIGRATION = ("# +argocd:skip-file-rendering\napiVersion: gcpbackend/v1alpha1\nkind: Migration\nmetadata: {{name: m{}}}\n"
             "spec:\n  from: {{host: {}}}\n  to: {{host: {}, port: 8080}}\n  manifests: {{path: apps}}\n")


def git(where, *args):
    env = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", HOME=str(where))
    for who in "AUTHOR", "COMMITTER":
        env |= {f"GIT_{who}_NAME": "Test", f"GIT_{who}_EMAIL": "test@example.com"}
    subprocess.run(["git", *args], cwd=where, env=env, check=True, capture_output=True)


def check(source):
    """[(host, finding)] of one file."""
    documents = oracle.load(source.read_bytes())
    hosts = [h for h in oracle.http_hosts(documents or []) if "*" not in h]
    if not hosts:
        return []
    with tempfile.TemporaryDirectory() as tmp:
        where = pathlib.Path(tmp)
        (where / "apps").mkdir()
        (where / ".gcpbackend").mkdir()
        (where / "apps" / source.name).write_bytes(source.read_bytes())
        (where / "backend.yaml").write_text(BACKEND.format(run.NEW))
        for i, host in enumerate(hosts):
            (where / f".gcpbackend/m{i}.yaml").write_text(MIGRATION.format(i, json.dumps(host), run.NEW))
        git(where, "init", "-q", "-b", "main", "--template=")
        git(where, "add", "-A")
        git(where, "commit", "-qm", "all")
        done = subprocess.run([run.BINARY, "migrate", "check", "--all", "--repo", tmp, "-o", "json"], capture_output=True, timeout=60)
        if done.returncode not in (0, 1, 6):
            raise RuntimeError(f"{source.name}: {done.returncode} {done.stderr.decode(errors='replace')}")
        return [(item["fromHost"], f) for item in json.loads(done.stdout)["items"] for f in item["findings"] or [None]]


def verdicts():
    """{code: (verdict, remark)} of the review."""
    rows = [line.split(None, 2) for line in REVIEWED.read_text().splitlines() if line and not line.startswith("#")]
    return {code: (verdict, *remark) for code, verdict, *remark in rows}


def main():
    wanted = sys.argv[1:]
    if not run.CORPUS.is_dir():
        print(f"findings: {run.CORPUS} is not there; set GCB_CORPUS\n0 passed, 0 failed, 1 skipped")
        return 0
    files = sorted(p for p in run.CORPUS.iterdir() if p.suffix in (".yaml", ".yml"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(zip(files, pool.map(check, files)))
    moves = {(source, host) for source, rows in found for host, _ in rows}
    counts = collections.Counter((f["code"], f["severity"]) for _, rows in found for _, f in rows if f)
    for source, rows in found:
        for host, f in rows:
            if f and f["code"] in wanted:
                print(f"{f['code']} {source.name}:{f.get('line', 0)} {host}: {f['reason']}")
    reviewed = verdicts()
    for (code, severity), n in sorted(counts.items()):
        print(f"{code} {severity:8} {n:4}  {'  '.join(reviewed.get(code, ('NOT REVIEWED',)))}")
    print(f"findings: {sum(counts.values())} in {len(moves)} moves of {len(files)} files")
    new = len({code for code, _ in counts} - set(reviewed))
    print(f"{len(counts) - new} passed, {new} failed, 0 skipped")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())

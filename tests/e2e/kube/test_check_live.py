#!/usr/bin/env python3
"""check, discover and finalize with --live against a real API server, and against kubectls that misbehave.

GCB_TOOLS is the folder of live-check (default build/), GCB_BINARY the program (default build/kubectl-gcpbackend). The last line says
"N passed, N failed, N skipped"; exit 1 when one failed.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(HERE))
import apiserver  # noqa: E402

TOOLS = pathlib.Path(os.environ.get("GCB_TOOLS") or ROOT / "build")
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend")
RESULTS = []

KINDS = [("networking.istio.io", "VirtualService", "virtualservices"), ("networking.istio.io", "DestinationRule", "destinationrules"),
         ("networking.istio.io", "ServiceEntry", "serviceentries"), ("networking.istio.io", "Sidecar", "sidecars"),
         ("networking.gke.io", "GCPBackend", "gcpbackends"), ("argoproj.io", "Application", "applications"),
         ("argoproj.io", "Rollout", "rollouts")]

MIGRATION = """apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {name: web}
spec:
  from: {host: old.example.com, namespace: shop}
  to: {host: new.example.com, port: 8080}
  manifests: {path: apps}
"""
SERVICE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [old.example.com]
  http:
  - route:
    - destination: {host: old.example.com, port: {number: 80}}
"""
BACKEND = """apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {name: web, namespace: shop}
spec: {hostname: new.example.com}
"""
ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [networking.istio.io], resources: [virtualservices], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, name: limited}, {kind: ServiceAccount, name: reader, namespace: shop}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: shop}
"""


def crd(group, kind, plural):
    return f"""apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.{group}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: {kind}, listKind: {kind}List, plural: {plural}, singular: {kind.lower()}}}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {{status: {{}}}}
    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
---
"""


def note(name, good, detail=""):
    RESULTS.append(good)
    print(f"{'ok' if good else 'FAILED'}: {name}" + ("" if good else f"\n{detail}"), flush=True)


def git(repo, *argv):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com",
           "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}
    subprocess.run(["git", "-C", str(repo), *argv], check=True, capture_output=True, env=env)


def make_repo(folder):
    for path, text in ((".gcpbackend/web.yaml", MIGRATION), ("apps/web.yaml", SERVICE), ("infra/web.yaml", BACKEND)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "t")
    git(folder, "config", "user.email", "t@example.com")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "start")


def look(repo, *flags, env=None):
    """(exit code, what it says)."""
    done = subprocess.run([TOOLS / "live-check", "migrate", "check", "--live", "--repo", str(repo), "web", *flags], capture_output=True,
                          text=True, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout + done.stderr


def command(repo, *flags):
    """The same through the program itself: (exit code, what it says)."""
    done = subprocess.run([BINARY, "migrate", "check", "--live", "--repo", str(repo), "web", *flags], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def program(where, *argv):
    """Any command of the program in a folder: (exit code, what it says)."""
    done = subprocess.run([BINARY, "migrate", *argv], capture_output=True, text=True, cwd=where)
    return done.returncode, done.stdout + done.stderr


def codes(text):
    return sorted({part.split("]")[0] for part in text.split(" [")[1:]})


def expect(name, got, exit_code, wanted, *phrases):
    code, text = got
    good = code == exit_code and codes(text) == sorted(wanted) and all(p in text for p in phrases)
    note(name, good, f"exit {code} (wanted {exit_code}), codes {codes(text)} (wanted {sorted(wanted)}), phrases {phrases}\n{text}")


def real(server, repo):
    admin = ["--kubeconfig", server.config()]

    def apply(text):
        server.kubectl("apply", "-f", "-", text=text)

    apply("".join(crd(*k) for k in KINDS if k[1] != "GCPBackend"))
    server.kubectl("wait", "--for=condition=established", "crd", "--all")
    server.kubectl("create", "ns", "shop")
    time.sleep(1)
    expect("nothing applied, GCPBackend not installed", look(repo, *admin), 6, ["GCB5004", "GCB5011"], "context test",
           "seen gcpbackends.networking.gke.io not-installed", "seen canaries.flagger.app not-installed",
           "seen sidecars.networking.istio.io all", "the kind is not installed")
    apply(crd(*KINDS[4]))
    server.kubectl("wait", "--for=condition=established", "crd", "--all")
    time.sleep(1)
    apply(SERVICE)
    expect("no GCPBackend", look(repo, *admin), 6, ["GCB5011"])
    apply(BACKEND)
    expect("all is well", look(repo, *admin), 0, [])

    subprocess.run([BINARY, "migrate", "promote", "web", "--to", "10", "--yes", "--repo", str(repo)], check=True, capture_output=True)
    expect("behind the commit", look(repo, *admin), 0, ["GCB5005"], "gets no requests in the cluster, 10% of the requests in the commit")
    got = command(repo, *admin)
    note("check --live says so", got[0] == 0 and "[GCB5005]" in got[1] and "(context test): all resource kinds were read" in got[1], got)
    apply((repo / "apps/web.yaml").read_text())
    expect("the stage is applied", look(repo, *admin), 0, [])
    server.kubectl("patch", "virtualservice", "web", "-n", "shop", "--type=json", "-p",
                   '[{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": 50},'
                   ' {"op": "replace", "path": "/spec/http/0/route/1/weight", "value": 50}]')
    expect("somebody patched the cluster", look(repo, *admin), 0, ["GCB5006", "GCB5014"], "'kubectl-patch'", "50% of the requests")
    server.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-f", str(repo / "apps/web.yaml"))
    expect("Argo CD took it back", look(repo, *admin), 0, [])

    time.sleep(1.1)
    apply(SERVICE.replace("name: web", "name: other"))
    expect("a younger one of the same host", look(repo, *admin), 0, ["GCB5009"])
    server.kubectl("delete", "virtualservice", "web", "-n", "shop")
    time.sleep(1.1)
    apply((repo / "apps/web.yaml").read_text())
    expect("created again, it loses", look(repo, *admin), 6, ["GCB5008"])
    server.kubectl("delete", "virtualservice", "other", "-n", "shop")
    apply("""apiVersion: argoproj.io/v1
kind: Rollout
metadata: {name: web, namespace: shop}
spec: {strategy: {canary: {trafficRouting: {istio: {virtualService: {name: web}}}}}}
""")
    expect("a Rollout that sets the weights", look(repo, *admin), 6, ["GCB5013"])
    server.kubectl("delete", "rollout", "web", "-n", "shop")
    server.kubectl("patch", "virtualservice", "web", "-n", "shop", "--subresource=status", "--type=merge", "-p",
                   '{"status": {"conditions": [{"type": "PassedAnalysis", "status": "False", "reason": "Errors", "message": "2 errors"}]}}')
    expect("the analyzer's condition", look(repo, *admin), 0, ["GCB5012"], "PassedAnalysis is False: Errors 2 errors")
    server.kubectl("patch", "virtualservice", "web", "-n", "shop", "--subresource=status", "--type=merge", "-p", '{"status": null}')

    discover(server, admin, apply)
    finalize(server, admin, apply)
    apply((repo / "apps/web.yaml").read_text())
    rights(server, repo, apply)
    discover_rights(server)
    server.kubectl("delete", "serviceentry", "--all", "-n", "shop")
    many(server, repo, admin, apply)
    got = command(repo, "--kubeconfig", server.config("nobody"))
    note("no cluster is an error of check --live", got[0] == 1 and "[GCB5001]" in got[1], got)
    expect("a server that is not there", look(repo, *admin, "--server", "https://127.0.0.1:1"), 1, ["GCB5001"], "127.0.0.1:1")
    expect("a token that is none", look(repo, "--kubeconfig", server.config("nobody")), 1, ["GCB5001"])


def rights(server, repo, apply):
    apply(ROLE)
    time.sleep(1)
    unseen = ["seen virtualservices.networking.istio.io some shop", "seen gcpbackends.networking.gke.io forbidden",
              "seen sidecars.networking.istio.io forbidden", "virtualservices.networking.istio.io: could be read only in the namespaces shop"]
    expect("a user who sees one namespace", look(repo, "--kubeconfig", server.config("limited")), 0, ["GCB5003"], *unseen)
    got = command(repo, "--kubeconfig", server.config("limited"), "-o", "json")
    note("and is not called clean", got[0] == 0 and "GCB5003" in got[1] and '"clean"' not in got[1], got)
    expect("the same by impersonation", look(repo, "--kubeconfig", server.config(), "--as", "limited"), 0, ["GCB5003"], *unseen)
    token = server.kubectl("create", "token", "reader", "-n", "shop").stdout.strip()
    plain = server.folder / "kubeconfig-plain"
    plain.write_text(pathlib.Path(server.config()).read_text().replace("token: token-of-admin", ""))
    got = look(repo, "--kubeconfig", str(plain), "--token", token)
    expect("the same by a token", got, 0, ["GCB5003"], *unseen)
    note("the token is not told", token not in got[1], "the token stands in the output")
    expect("a user without rights", look(repo, "--kubeconfig", server.config(), "--as", "stranger"), 0, ["GCB5003"],
           "seen virtualservices.networking.istio.io forbidden")


ENTRY = """apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: old, namespace: shop}
spec:
  hosts: [old.example.com]
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 10.0.0.1}]
"""


def hosts(got):
    """{host: verdict} of a discover -o json."""
    text = got[1]
    return {i["host"]: i["verdict"] for i in json.JSONDecoder().raw_decode(text[text.index("{"):])[0]["items"]}


def discover(server, admin, apply):
    """discover --live outside of any repository, with all rights."""
    with tempfile.TemporaryDirectory(prefix="gcb-empty-") as empty:
        got = program(empty, "discover", "--live", *admin)
        note("discover: no ServiceEntries yet", got[0] == 0 and "No ServiceEntries found" in got[1] and "all resource kinds were read" in got[1], got)
        apply(ENTRY)
        apply(ENTRY.replace("name: old", "name: web-vm").replace("old.example.com", "web-vm.example.com"))
        apply(SERVICE.replace("name: web", "name: vm").replace("old.example.com", "web-vm.example.com"))
        got = program(empty, "discover", "--live", "--to-port", "8080", "-o", "json", *admin)
        note("discover: ready, and blocked without a GCPBackend of its own", got[0] == 0 and hosts(got) == {
            "web-vm.example.com": "ready", "old.example.com": "blocked"}, got)
        got = program(empty, "discover", "--live", "-o", "wide", *admin)
        note("discover: where it is used", got[0] == 0 and "shop/vm route 1" in got[1] and "GCB1006" in got[1], got)


def discover_rights(server):
    """discover --live as a user who sees VirtualServices of one namespace, then ServiceEntries of it too, then nothing."""
    with tempfile.TemporaryDirectory(prefix="gcb-empty-") as empty:
        limited = ["discover", "--live", "--to-port", "8080", "-n", "shop", "--kubeconfig", server.config("limited")]
        got = program(empty, *limited)
        note("discover: ServiceEntries that may not be read are no empty list", got[0] == 6 and "[GCB5016]" in got[1]
             and "No ServiceEntries" not in got[1], got)
        server.kubectl("apply", "-f", "-", text=ROLE.split("---")[0].replace("[virtualservices]", "[virtualservices, serviceentries]"))
        time.sleep(1)
        got = program(empty, *limited)
        note("discover: what was not seen is said", got[0] == 0 and "some resource kinds could not be read" in got[1] and "[GCB5003]" in got[1], got)
        note("discover: each kind has its own reason", 'could not be read: User "limited" cannot list resource "destinationrules"' in got[1], got)
        got = program(empty, *limited, "-o", "json")
        note("discover: nothing is ready that depends on it", set(hosts(got).values()) == {"blocked"} and "GCB5016" in got[1], got)
        got = program(empty, "discover", "--live", "--kubeconfig", server.config("nobody"))
        note("discover: no access", got[0] == 1 and "[GCB5001]" in got[1], got)


def finalize(server, admin, apply):
    """The ServiceEntry's end: refused while the cluster names the host, or while that cannot be seen; then done."""
    with tempfile.TemporaryDirectory(prefix="gcb-final-") as name:
        repo = pathlib.Path(name)
        make_repo(repo)
        for path in "apps/web.yaml", "infra/web.yaml", ".gcpbackend/web.yaml":
            text = (repo / path).read_text().replace("hosts: [old.example.com]", "hosts: [web.example.com]")
            (repo / path).write_text(text)
        (repo / "apps/entry.yaml").write_text(ENTRY)
        git(repo, "add", ".")
        git(repo, "commit", "-qm", "entry")
        for argv in (["promote", "web", "--to", "100", "--yes"], ["finalize", "web", "--confirm=web"]):
            got = program(repo, *argv)
            note(f"finalize: {argv[0]}", got[0] == 0, got)
        note("finalize: reports that the cluster was not checked", "the cluster was not checked" in got[1] and "check web --live" in got[1],
             got)
        delete = ["finalize", "web", "--delete-service-entry", "--confirm=web", "--live"]
        got = program(repo, *delete, *admin)
        note("finalize: refused while the cluster's routes name it", got[0] == 6 and "VirtualService shop/web in the cluster" in got[1]
             and codes(got[1]) == ["GCB5017"], got)
        apply((repo / "apps/web.yaml").read_text())
        apply("""apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: default}
spec: {egress: [{hosts: ["*/old.example.com"]}]}
""")
        got = program(repo, *delete, *admin)
        note("finalize: refused while a Sidecar elsewhere does", got[0] == 6 and "Sidecar default/default in the cluster" in got[1]
             and "VirtualService" not in got[1], got)
        server.kubectl("delete", "sidecar", "default", "-n", "default")
        got = program(repo, *delete, *admin, "--as", "stranger")
        note("finalize: refused for somebody who sees nothing", got[0] == 6 and codes(got[1]) == ["GCB5003", "GCB5016"], got)
        note("finalize: nothing was written until now", (repo / "apps/entry.yaml").exists(), "the file is gone")
        got = program(repo, *delete, *admin)
        note("finalize: accepted at last", got[0] == 0 and not (repo / "apps/entry.yaml").exists() and "all resource kinds were read" in got[1], got)
    server.kubectl("delete", "virtualservice", "vm", "-n", "shop")


def many(server, repo, admin, apply):
    """More objects than one chunk: 1200 VirtualServices of other hosts."""
    apply("---\n".join(SERVICE.replace("name: web", f"name: v{i}").replace("old.example.com", f"h{i}.example.net") for i in range(1200)))
    start = time.monotonic()
    expect("1200 VirtualServices more", look(repo, *admin), 0, [])
    print(f"   read in {time.monotonic() - start:.1f} s", flush=True)


def fake(repo, folder):
    """kubectls that misbehave."""
    script = folder / "kubectl"

    def kubectl(text):
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o700)

    env = {"KUBECTL_PATH": str(script)}
    kubectl("case $1 in config) echo c;; *) sleep 60;; esac")
    expect("too slow", look(repo, "--timeout", "500ms", env=env), 5, ["GCB0024"], "kubectl did not finish within 0.5 s")
    kubectl("echo '<html>503</html>'; echo 'proxy says no' >&2; exit 1")
    got = look(repo, env=env)
    note("garbage is no pass", got[0] != 0 or "GCB5003" in got[1], f"{got}")
    expect("no kubectl", look(repo, env={"KUBECTL_PATH": str(folder / "missing")}), 1, ["GCB0021"])
    kubectl(f"case $1 in config) echo c;; *) echo $$ >{folder}/pid; exec sleep 60;; esac")
    child = subprocess.Popen([TOOLS / "live-check", "migrate", "check", "--live", "--repo", str(repo), "web"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, env={**os.environ, **env}, start_new_session=True,
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a job in the background ignores it
    for _ in range(100):
        if (folder / "pid").exists() and (folder / "pid").read_text().strip():
            break
        time.sleep(0.05)
    time.sleep(0.1)
    start = time.monotonic()
    os.kill(child.pid, signal.SIGINT)
    text = child.communicate(timeout=20)[0]
    expect("Ctrl-C", (child.returncode, text), 130, ["GCB0025"], "interrupted")
    pid = int((folder / "pid").read_text())
    gone = not os.path.exists(f"/proc/{pid}") or " Z " in pathlib.Path(f"/proc/{pid}/stat").read_text()
    note("nothing of it is left, at once", gone and time.monotonic() - start < 5, f"{pid} lives, or it took too long")


def main():
    skipped = 0
    with tempfile.TemporaryDirectory(prefix="gcb-live-") as name:
        folder = pathlib.Path(name)
        (folder / "repo").mkdir()
        make_repo(folder / "repo")
        fake(folder / "repo", folder)
        try:
            with apiserver.Server(users=["limited"]) as server:
                real(server, folder / "repo")
        except apiserver.Missing as why:
            skipped += 1
            print(f"SKIPPED: a real API server: {why}")
    print(f"{sum(RESULTS)} passed, {len(RESULTS) - sum(RESULTS)} failed, {skipped} skipped")
    return 0 if all(RESULTS) else 1


if __name__ == "__main__":
    sys.exit(main())

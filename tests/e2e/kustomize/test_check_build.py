#!/usr/bin/env python3
"""The installed kubectl agrees with what is evaluated, at all stages: check --build.

    test_check_build.py

A repository with an Application, a Flux Kustomization and an overlay of one base goes through all stages. At each, `check --build` has
kubectl build the environments as they are and with the edits of the next stage, and must not report a difference; nothing may remain in
TMPDIR. Then an overlay is not evaluated: kubectl must judge it.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
BINARY = pathlib.Path(os.environ.get("GCB_BINARY") or ROOT / "build/kubectl-gcpbackend").resolve()

FILES = {
    "base/kustomization.yaml": "resources: [vs.yaml, backend.yaml]\nlabels:\n- pairs: {team: pay}\n",
    "base/vs.yaml": """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: pay}
spec:
  hosts: [pay-vm.example.com]
  http:
  - name: api
    match:
    - uri: {prefix: /api/}
    timeout: 3s
    retries: {attempts: 2, retryOn: "5xx,reset"}
    route:
    - destination: {host: pay-vm.example.com, port: {number: 8080}}
      weight: 80
    - destination: {host: canary.example.com}
      weight: 20
  - route:
    - destination: {host: pay-vm.example.com}
""",
    "base/backend.yaml": """\
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {name: pay}
spec: {type: BackendService, hostname: pay.gcp.example.com, backendservice: {name: pay, location: global}}
""",
    "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\ncomponents: [../part]\npatches:\n- path: gateway.yaml\n",
    "prod/gateway.yaml": "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: pay}\nspec: {exportTo: ['*']}\n",
    "part/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: VirtualService}
  patch: |-
    - op: add
      path: /metadata/annotations
      value: {"owner": "pay"}
""",
    "test/kustomization.yaml": "resources: [../base]\n",
    "dev/kustomization.yaml": "resources: [../base]\nnamespace: dev\nnameSuffix: -dev\n",
    "apps/prod.yaml": """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: prod}
spec:
  destination: {server: https://prod.example.com, namespace: shop}
  source:
    path: prod
    kustomize:
      commonAnnotations: {env: prod}
      patches:
      - target: {kind: VirtualService}
        patch: '[{"op": "add", "path": "/spec/gateways", "value": ["mesh"]}]'
""",
    "apps/test.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: test, namespace: flux-system}
spec:
  path: ./test
  targetNamespace: shop-test
  patches:
  - patch: |
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: pay}
      spec: {exportTo: ["."]}
""",
    ".gcpbackend/pay.yaml": """\
# +argocd:skip-file-rendering
apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {name: pay, annotations: {config.kubernetes.io/local-config: "true"}}
spec:
  from: {host: pay-vm.example.com}
  to: {host: pay.gcp.example.com, port: 443}
  manifests: {path: base, environments: [dev, prod, test]}
  allow: {GCB4122: "kustomize is asked"}
""",
}


class Scene:
    def __init__(self, work):
        self.repo, self.tmp = work / "repo", work / "tmp"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.env.update(HOME=str(work), TMPDIR=str(self.tmp), GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
        for who in "AUTHOR", "COMMITTER":
            self.env.update({f"GIT_{who}_NAME": "Test", f"GIT_{who}_EMAIL": "test@example.com"})
        self.tmp.mkdir()
        self.repo.mkdir()
        for path, text in FILES.items():
            self.write(path, text)
        self.run("git", "init", "-q", "-b", "main")
        self.commit()

    def write(self, path, text):
        (self.repo / path).parent.mkdir(parents=True, exist_ok=True)
        (self.repo / path).write_text(text)

    def run(self, *args):
        return subprocess.run(args, cwd=self.repo, env=self.env, capture_output=True, text=True, timeout=300)

    def commit(self):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", "change")

    def check(self):
        """All that check --build prints, and whether kubectl agrees."""
        done = self.run(BINARY, "migrate", "check", "pay", "--build=kubectl")
        text = done.stdout + done.stderr
        agrees = done.returncode == 0 and "GCB4131" not in text and "GCB4132" not in text and "GCB4133" not in text
        return text, agrees and "built by kubectl kustomize: 3 environments" in text and not os.listdir(self.tmp)


def main():
    if not shutil.which("kubectl"):
        print("skipped: kubectl is not installed\n0 passed, 0 failed, 1 skipped")
        return 0
    work, passed, failed = pathlib.Path(tempfile.mkdtemp(prefix="gcb-check-build-")), 0, 0
    try:
        scene = Scene(work)
        for stage in "start", "mirror", "10", "50", "100":
            if stage != "start":
                done = scene.run(BINARY, "migrate", "promote", "pay", "--to", stage, "--yes")
                if done.returncode:
                    raise RuntimeError(done.stderr)
            text, good = scene.check()
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"at stage {stage}:\n{text}")
        scene.run(BINARY, "migrate", "rollback", "pay", "--to", "10", "--yes")
        scene.write("dev/kustomization.yaml", FILES["dev/kustomization.yaml"] + "configurations: [c.yaml]\n")
        scene.write("dev/c.yaml", "nameReference: [{kind: Service, fieldSpecs: [{kind: VirtualService, path: spec/hosts}]}]\n")
        scene.commit()
        text, good = scene.check()
        good = good and "GCB4134" in text
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"not evaluated:\n{text}")
    finally:
        shutil.rmtree(work)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

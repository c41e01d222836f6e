"""The scenes: small repositories made with git, and the command that is disturbed in each."""
import os
import subprocess

VIRTUAL_SERVICE = """\
# {name}, owned by team-{name}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {name}
  namespace: shop
spec:
  hosts:
  - {name}.shop.example.com   # what clients call
  http:
  - name: all
    timeout: 5s
    route:
    - destination:
        host: {name}-vm.example.com   # the machines
      weight: 100
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- virtualservice.yaml
- machines/entry.yaml
"""
ENTRY = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}-vm, namespace: shop}}
spec:
  hosts: [{name}-vm.example.com]
  resolution: STATIC
  ports: [{{number: 80, name: http, protocol: HTTP}}]
  endpoints: [{{address: 10.0.0.1}}]
"""
BACKEND = """\
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {{name: {name}, namespace: shop}}
spec: {{type: BackendService, hostname: {name}.gcp.example.com}}
"""
MIGRATION = """\
# +argocd:skip-file-rendering
apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {{name: {name}, annotations: {{config.kubernetes.io/local-config: "true"}}}}
spec:
  from: {{host: {name}-vm.example.com, namespace: shop}}
  to: {{host: {name}.gcp.example.com}}
  manifests: {{path: apps/{name}}}
"""
FILES = {"apps/{name}/virtualservice.yaml": VIRTUAL_SERVICE, "apps/{name}/kustomization.yaml": KUSTOMIZATION,
         "apps/{name}/machines/entry.yaml": ENTRY, "infra/{name}.yaml": BACKEND, ".gcpbackend/{name}.yaml": MIGRATION}


class Scene:
    """
    One row, and all that a new one needs: a command that pushes gets its remote in `build`, as a shape. `services`: how many there are; `before`: commands of the program that lead there; `command`: the one that is disturbed.
    `shape`: checkout, bare or linked (the command runs in a linked worktree); `packed`: as after git gc. `branch`: the one that moves;
    `commits`: how many it gets. `told`: words of the error with which the finished command may be refused when it runs once more.
    `remote`: the checkout has one, ../origin.git, that the command fetches from and pushes to; the
    branch and its commits are those there.
    """

    def __init__(self, name, command, shape="checkout", services=1, packed=False, before=(), branch="main", commits=1, migration=MIGRATION,
                 told=None, remote=False):
        self.name, self.command, self.shape, self.services, self.packed = name, command, shape, services, packed
        self.before, self.branch, self.commits, self.migration, self.told = before, branch, commits, migration, told
        self.remote = remote

    def git(self, env, where, *args):
        return subprocess.run(["git", *args], cwd=where, env=env, check=True, capture_output=True, text=True).stdout

    def build(self, folder, binary, env):
        """Makes the repository in `folder`. Returns where the command runs."""
        main = folder / "repo"
        self.git(env, folder, "init", "-q", "-b", "main", "--template=", str(main))
        for number in range(self.services):
            for path, text in FILES.items():
                file = main / path.format(name=f"svc-{number:02}")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text((self.migration if text is MIGRATION else text).format(name=f"svc-{number:02}"))
        if self.command[0] == "init":
            (main / ".gcpbackend/svc-00.yaml").unlink()
            (main / ".gcpbackend").rmdir()
        self.git(env, main, "add", "-A")
        self.git(env, main, "commit", "-q", "-m", "all")
        if self.remote:
            self.git(env, folder, "clone", "-q", "--bare", str(main), str(folder / "origin.git"))
            self.git(env, main, "remote", "add", "origin", "../origin.git")
            self.git(env, main, "fetch", "-q", "origin")
            self.git(env, main, "branch", "-q", "-u", "origin/main")
        for command in self.before:
            subprocess.run([binary, "migrate", *command], cwd=main, env=env, check=True, capture_output=True)
        if self.packed:
            self.git(env, main, "gc", "-q")
        if self.shape == "bare":
            self.git(env, folder, "clone", "-q", "--bare", str(main), str(folder / "bare.git"))
            self.git(env, folder / "bare.git", "remote", "remove", "origin")
            subprocess.run(["rm", "-rf", str(main)], check=True)
            return folder / "bare.git"
        if self.shape == "linked":
            self.git(env, main, "checkout", "-q", "-b", "other")
            self.git(env, main, "worktree", "add", "-q", str(folder / "linked"), "main")
            return folder / "linked"
        return main


TO = ["promote", "svc-00", "--to"]
UP = ([*TO, "10", "--yes"], [*TO, "25", "--yes"])
END = [*TO, "100", "--yes"]
DONE = ["finalize", "svc-00", "--confirm=svc-00"]
INIT = ["init", "svc-00", "--from", "svc-00-vm.example.com", "--to", "svc-00.gcp.example.com", "-n", "shop", "--path", "apps/svc-00", "--commit",
        "--yes"]

SCENES = [
    Scene("checkout", [*TO, "10", "--yes"]),
    Scene("bare", [*TO, "10", "--yes"], shape="bare", packed=True),
    Scene("three-commits", ["promote", "--all", "--to", "10", "--yes"], services=3, commits=3),
    Scene("batch-of-40", ["promote", "--all", "--to", "10", "--batch", "--yes"], services=40, packed=True),
    Scene("rollback", ["rollback", "svc-00"], before=UP),
    Scene("finalize", DONE, before=(END,)),
    Scene("delete-entry", [*DONE, "--delete-service-entry"], before=(END, DONE), told="no action needed"),
    Scene("init", INIT, told="already exists"),
    Scene("linked", [*TO, "10", "--yes"], shape="linked"),
    Scene("push", [*TO, "10", "--yes"], remote=True),
    Scene("push-back", ["rollback", "svc-00"], before=UP, remote=True),
    Scene("push-request", [*TO, "10"], branch="gcpbackend/svc-00/10", migration=MIGRATION + "  git: {{mode: pull-request}}\n", remote=True),
    Scene("pull-request", [*TO, "10"], branch="gcpbackend/svc-00/10", migration=MIGRATION + "  git: {{mode: pull-request}}\n"),
]


def environment(home):
    """No configuration and no clock but ours: the same commits in every run."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(HOME=str(home), LC_ALL="C", TZ="UTC", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", GIT_OPTIONAL_LOCKS="0")
    for who in "AUTHOR", "COMMITTER":
        env.update({f"GIT_{who}_NAME": "Test", f"GIT_{who}_EMAIL": "test@example.com", f"GIT_{who}_DATE": "1760000000 +0000"})
    return env

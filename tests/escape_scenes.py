"""The scenes of tests/escapes.py, whose opening comment describes the marks."""
import re

from scene import SERVICE

MIGRATION = """\
# «comment.note:a remark»
apiVersion: "«api:gcpbackend/v1alpha1»"
kind: "«kind:Migration»"
metadata:
  name: "«name:web»"
  labels: {"«label:team»": "«label-value:shop»"}
  annotations:
    config.kubernetes.io/local-config: "true"
    "«annotation:a»": "«annotation-value:b»"
spec:
  from: {host: "«from:web-vm.example.com»", namespace: "«from-namespace:shop»"}
  to: {host: "«to:web.gcp.example.com»", hostHeader: "«host-header:web.example.com»"}
  manifests:
    path: "«soft.path:apps»"
    search: [infra, argocd, overlay, "«soft.search:.»"]
    environments:
    - "«app-name:shop»"
    - "«flux-name:tenant»"
    - "overlay/«soft.overlay:one»"
    - "«environments:»"
    virtualService: "«soft.virtual-service:»"
    create: "«soft.create:»"
  routes: ["«routes:http»"]
  stages: [mirror, "«stages:10»", 50, 100]
  mirror: {percent: 10, methods: ["«methods:GET»"]}
  git:
    branch: "«branch:main»"
    remote: "«remote:»"
    mode: "«mode:direct»"
  hold: "«hold:»"
  "«unknown:»": 1
  "«twice:»": 1
  "«twice:»": 2
  hold: &«bare.anchor:» x
  allow:
    GCB1003: "kept elsewhere"
    GCB1207: "«allow:a reason»"
    GCB1505: "it was tested"
    "«allow-code:GCB1005»": "tls is not used"
"""
WEB = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: "«vs-name:web»", namespace: "«vs-namespace:shop»"}
spec:
  hosts: [web-vm.example.com, "«vs-host:web.example.com»"]
  gateways: [mesh, "«vs-gateway:infra/edge»"]
  exportTo: [".", "«vs-export:pay»"]
  http:
  - name: "«vs-route:all»" # «comment.vs-comment:all of it»
    match:
    - headers: {"«vs-header:x-user»": {exact: "«vs-exact:a»"}}
      sourceLabels: {"«vs-label:app»": "«vs-label-value:web»"}
      sourceNamespace: "«vs-source:shop»"
    route:
    - destination: {host: web-vm.example.com, subset: "«vs-subset:v1»"}
  - route:
    - destination: {host: web-vm.example.com}
      weight: 80 # «comment.lost:goes with its line»
    - destination: {host: "«vs-other:third.example.com»", subset: "«vs-other-subset:v2»"}
      weight: 20
  # «raw.not-utf8:»
  - name: tagged
    mirror: {host: "«vs-mirror:elsewhere.example.com»"}
    "«vs-field:corsPolicy»": {}
    headers: {request: {set: {"«vs-set:x-host»": "«vs-set-value:a»"}}}
    route: [{destination: {host: web-vm.example.com}}]
  tls:
  - match: [{port: 80, sniHosts: ["«vs-sni:web-vm.example.com»"]}]
    route: [{destination: {host: web-vm.example.com}}]
"""
MESH = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: "«se-name:web-vm»", namespace: "«se-namespace:shop»"}
spec:
  hosts: [web-vm.example.com, "«se-host:also.example.com»"]
  exportTo: ["«se-export:.»"]
  location: "«se-location:MESH_INTERNAL»"
  resolution: "«se-resolution:STATIC»"
  subjectAltNames: ["«se-san:spiffe://web»"]
  ports:
  - {number: 80, name: "«se-port-name:http»", protocol: "«se-protocol:HTTP»"}
  - {number: 443, name: other, protocol: TLS}
  endpoints: [{address: "«se-address:10.0.0.1»"}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: "«dr-name:web»", namespace: "«dr-namespace:shop»"}
spec:
  host: "«dr-host:web-vm.example.com»"
  exportTo: ["*", "«dr-export:pay»"]
  trafficPolicy: {tls: {mode: "«dr-mode:SIMPLE»", sni: "«dr-sni:web.example.com»"}}
  subsets: [{name: v1, labels: {"«dr-label:version»": "«dr-label-value:v1»"}}]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: "«sidecar-name:default»", namespace: "«sidecar-namespace:pay»"}
spec: {egress: [{hosts: ["./a", "*/web-vm.example.com", "«sidecar-host:./b»"]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: "«vs2-name:other»", namespace: "«vs2-namespace:shop»"}
spec:
  hosts: [web-vm.example.com]
  http: [{name: "«vs2-route:x»", route: [{destination: {host: web-vm.example.com}}]}]
---
apiVersion: security.istio.io/v1
kind: "«policy-kind:AuthorizationPolicy»"
metadata: {name: "«policy-name:web»", namespace: "«policy-namespace:shop»"}
spec: {rules: [{when: [{key: connection.sni, values: ["web-vm.example.com"]}]}]}
"""
BACKEND = """\
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {name: "«gb-name:web»", namespace: "«gb-namespace:infra»"}
spec: {type: "«gb-type:CloudRun»", hostname: web.gcp.example.com}
---
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata: {name: "«gb2-name:web2»", namespace: "«gb2-namespace:other»"}
spec: {type: BackendService, hostname: "«gb2-host:web.gcp.example.com»"}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: "«app-name:shop»", namespace: "«app-namespace:argocd»"}
spec:
  project: "«app-project:default»"
  source: {repoURL: "«app-url:https://git.example.com/shop.git»", path: "«soft.path:apps»",
           targetRevision: "«app-revision:HEAD»"}
  destination: {server: "«app-server:https://c.example.com»", namespace: "«app-to:shop»"}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: "«set-name:shops»", namespace: argocd}
spec:
  generators: [{list: {elements: [{stage: "«set-element:prod»"}]}}]
  template:
    metadata: {name: "{{stage}}-«set-template:shop»"}
    spec:
      source: {repoURL: "https://git.example.com/shop.git", path: apps,
               targetRevision: "«set-revision:v1»"}
      destination: {name: "«set-cluster:test»", namespace: shop}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: "«flux-name:tenant»", namespace: "«flux-namespace:flux-system»"}
spec: {path: "./«soft.path:apps»", targetNamespace: "«flux-target:shop»", prune: false,
       sourceRef: {kind: GitRepository, name: "«flux-source:shop»"}}
"""
OVERLAY = """\
resources:
- "../../«soft.path:apps»/web.yaml"
- "«kustomize-entry:»"
namespace: "«kustomize-namespace:x»"
"""
REPOSITORY = {
    ".gcpbackend/«raw.file:web».yaml": MIGRATION,
    "«soft.path:apps»/«raw.manifest:web».yaml": WEB,
    "«raw.directory:infra»/mesh.yaml": MESH,
    "infra/backend.yaml": BACKEND,
    "argocd/«raw.app-file:shop».yaml": APPLICATION,
    "overlay/«soft.overlay:one»/kustomization.yaml": OVERLAY,
}
# The same with texts of two lines, and with texts in which nothing but a terminal needs an escape.
MILD = {"hold": "lines", "vs-name": "lines", "se-name": "lines", "allow": "plain",
        "vs-route": "plain", "set-cluster": "plain"}
MILDER = {path: re.sub(f"«({'|'.join(MILD)}):", lambda m: f"«{MILD[m[1]]}.{m[1]}:", text)
          for path, text in REPOSITORY.items()}

SMALL = """\
apiVersion: gcpbackend/v1alpha1
kind: Migration
metadata: {name: web, annotations: {config.kubernetes.io/local-config: "true"}}
spec:
  from: {host: web-vm.example.com, namespace: shop}
  to: {host: web.gcp.example.com}
  git: {mode: direct}
"""
ENTRY = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web-vm, namespace: shop}
spec:
  hosts: [web-vm.example.com]
  resolution: DNS
  ports: [{number: 80, name: http, protocol: HTTP}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: "«old-rule:web»", namespace: shop}
spec: {host: web-vm.example.com}
"""
BASE = {".gcpbackend/web.yaml": SMALL, "apps/web.yaml": SERVICE.format(name="web"),
        "infra/web.yaml": ENTRY}
FINISHED = ["kubectl-gcpbackend migrate promote web --to 100 --yes"]
PROMOTED = ["kubectl-gcpbackend migrate promote web --to 10 --yes"]
ORIGIN = ["git branch -m «ref.head:main»", "git init -q --bare ../origin.git",
          "git -C ../origin.git fetch -q ../repo «ref.head:main»:«ref.head:main»",
          "git remote add «ref.remote-name:origin» ../origin.git",
          "git update-ref refs/remotes/«ref.remote-name:origin»/«ref.head:main» HEAD",
          "git branch -q -u «ref.remote-name:origin»/«ref.head:main»"]
URL = "https://github.com/«line.url:team»/shop.git"
HOOKS = ["git config core.hooksPath ../hooks"]
SAY = '#!/bin/sh\ncat "$TMP/%s"\ncat "$TMP/%s" >&2\nexit %d\n'

KUBECTL = """\
#!/bin/sh
case "$1" in
config) cat "$TMP/context" ;;
api-resources) echo "$KINDS" | tr ' ' '\\n' ;;
get) cat "$TMP/said" >&2; cat "$TMP/list.json"; test "$MODE" != denied ;;
esac
"""
RESOURCES = ("virtualservices.networking.istio.io destinationrules.networking.istio.io "
         "serviceentries.networking.istio.io sidecars.networking.istio.io "
         "gcpbackends.networking.gke.io applications.argoproj.io rollouts.argoproj.io")
LIST = """\
{"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
 "metadata": {"name": "web", "namespace": "shop", "managedFields":
  [{"manager": "«live-manager:me»", "operation": "Update", "time": "«live-time:2026»",
    "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:http": {}}}}]},
 "spec": {"hosts": ["web-vm.example.com"], "http": [{"route":
  [{"destination": {"host": "web-vm.example.com"}, "weight": 70},
   {"destination": {"host": "web.gcp.example.com"}, "weight": 30}]}]},
 "status": {"conditions": [{"type": "«live-type:Ready»", "status": "False",
  "reason": "«live-reason:r»", "message": "«live-message:m»"}],
  "validationMessages": [{"type": {"code": "«live-code:IST1»"}, "level": "«live-level:ERROR»",
   "message": "«live-analysis:m»"}]}},
{"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
 "metadata": {"name": "«live-name:other»", "namespace": "«live-namespace:shop»",
  "creationTimestamp": "2020-01-01T00:00:00Z"},
 "spec": {"hosts": ["web-vm.example.com"], "http": [{"name": "«live-route:x»",
  "route": [{"destination": {"host": "web-vm.example.com"}}]}]}},
{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
 "metadata": {"name": "«live-rollout:web»", "namespace": "shop"},
 "spec": {"strategy": {"canary": {"trafficRouting": {"istio":
  {"virtualService": {"name": "web"}}}}}}},
{"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
 "metadata": {"name": "«live-entry:web-vm»", "namespace": "«live-entry-namespace:shop»"},
 "spec": {"hosts": ["web-vm.example.com", "«live-host:second.example.com»"], "resolution": "DNS",
  "ports": [{"number": 80, "name": "http", "protocol": "«live-protocol:HTTP»"}]}}
]}
"""
CLUSTER = {**BASE, "../bin/kubectl": KUBECTL, "../context": "«line.live-context:prod»\n",
           "../list.json": LIST, "../said": "Warning: «raw.live-warning:none»\n"}
FORBIDDEN = ("Error from server (Forbidden): virtualservices.networking.istio.io is forbidden: "
             "«line.live-forbidden:no»\n")
GIT = """\
#!/bin/sh
case " $* " in
*" %s "*) cat "$TMP/answer"; cat "$TMP/said" >&2; exit %d ;;
esac
exec /usr/bin/git "$@"
"""
PORCELAIN = "To x\n!\tx:refs/heads/main\t[remote rejected] («line.reason:declined»)\nDone\n"
TEMPLATE = '# summary x\n# param name «line.type:label» "y"\n\nname: ${name}\n'
ENVIRONMENT = {name: f"«line.{name.replace('_', '-').lower()}:{value}»" for name, value in {
    "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "t@example.com", "GIT_AUTHOR_DATE": "@1 +0000",
    "KUBECTL_PATH": "kubectl", "GIT_INDEX_FILE": ".git/index"}.items()}

READ = ["status", "plan --all", "check --all", "diff web", "render web --stage start",
        "render web --stage all", "discover", "promote web --to 10 --resume --dry-run"]
WRITE = ["promote web --to 10 --resume --yes", "rollback web --patch -",
         "rollback web --yes --reason «raw.why:slow»", "rollback web --yes", "status"]
LIVE = ["check web --live", "discover --live"]
CHANGE = ["promote web --to 50 --yes", "rollback web --yes",
          "init new --from a.example.com --to b.example.com --create apps/new.yaml --commit --yes"]
# Places with which promote is refused, so that they are not among those that are tried together.
REFUSED = ["api", "kind", "name", "from", "from-namespace", "to", "host-header", "routes", "stages",
           "methods", "branch", "remote", "mode", "unknown", "anchor", "allow-code", "file",
           "virtual-service", "create", "environments", "manifest", "se-protocol", "app-revision",
           "twice", "not-utf8"]

# Files, Git commands after the first commit, the environment and the commands that are run. Of the
# places those of `alone` are not tried together with others, and only those of `only` are tried, if
# there is one; with `together` none is tried alone. `forms` restricts the forms of output, and
# `program` replaces the first words of the commands.
SCENES = {
    "repository": {"files": REPOSITORY, "commands": READ, "alone": REFUSED},
    "changes": {"files": REPOSITORY, "commands": WRITE, "alone": REFUSED + ["path"],
                "together": True},
    "mild": {"files": MILDER, "commands": READ, "only": list(MILD), "together": True},
    "history": {"files": BASE, "commands": READ[:3] + CHANGE[:1], "steps": PROMOTED + [
        "git tag «ref.tag:v1»", "sed -i s/weight:.10/weight:\\x2011/ apps/web.yaml",
        "git commit -qam «raw.message:edited» --author «word.author:Else»<else@example.com>"]},
    "remote": {
        "files": {**BASE, "../said": "«raw.remote-said:no»\n", "../nothing": "",
                  "../origin.git/hooks/pre-receive": SAY % ("nothing", "said", 1)},
        "steps": PROMOTED + ORIGIN, "commands": CHANGE + ["promote web --to 50", "status --fetch"]},
    "hooks": {
        "files": {**BASE, "../out": "«raw.hook-out:out»\n", "../err": "«raw.hook-err:err»\n",
                  "../hooks/pre-commit": SAY % ("out", "err", 0),
                  "../hooks/commit-msg": SAY % ("out", "err", 1)},
        "steps": PROMOTED + HOOKS, "commands": [c + " --hooks" for c in CHANGE]},
    "commit-msg": {
        "files": {**BASE, "../out": "«raw.commit-msg:no»\n", "../nothing": "",
                  "../hooks/commit-msg": SAY % ("out", "nothing", 1)},
        "steps": PROMOTED + HOOKS, "commands": [c + " --hooks" for c in CHANGE]},
    "pre-push": {
        "files": {**BASE, "../said": "«raw.pre-push:no»\n",
                  "../hooks/pre-push": SAY % ("said", "said", 1)},
        "steps": PROMOTED + ORIGIN + HOOKS, "commands": CHANGE[:2]},
    "push": {
        "files": {**BASE, "../bin/git": GIT % ("push", 1), "../answer": PORCELAIN,
                  "../said": "remote: «raw.git-said:no»\n"},
        "steps": PROMOTED + [w.replace("«ref.head:main»", "main") for w in ORIGIN],
        "commands": CHANGE},
    "fetch": {
        "files": {**BASE, "../bin/git": GIT % ("fetch", 128), "../answer": "",
                  "../said": "fatal: «raw.fetch-said:no»\n"},
        "steps": ["git remote add origin " + URL,
                  "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main"],
        "commands": CHANGE[:1] + ["status --fetch"]},
    "default branch": {
        "files": {**BASE, "../bin/git": GIT % ("ls-remote", 128), "../answer": "",
                  "../said": "fatal: «raw.ls-remote-said:no»\n"},
        "steps": ["git remote add origin " + URL], "commands": CHANGE[:1] + ["status --fetch"]},
    "request": {
        "files": {**BASE, ".gcpbackend/web.yaml": SMALL.replace("direct", "pull-request")},
        "steps": ["git init -q --bare ../origin.git", "git remote add origin " + URL,
                  "git config url.../origin.git.insteadOf " + URL, "git push -q -u origin main",
                  "git commit -q --allow-empty -m x --author «word.foreign:Else»<e@example.com>",
                  "git push -q origin HEAD:gcpbackend/web/50", "git reset -q --hard HEAD~1"],
        "commands": ["promote web --to 10", "promote web --to 50", "status"]},
    "cluster": {"files": CLUSTER, "env": {"KINDS": RESOURCES}, "commands": LIVE},
    "denied": {
        "files": {**CLUSTER, "../said": FORBIDDEN}, "env": {"KINDS": RESOURCES, "MODE": "denied"},
        "only": ["live-forbidden"], "commands": LIVE + ["discover --live -n a"]},
    "failed": {
        "files": {**CLUSTER, "../said": "error: «raw.live-error:no»\n"},
        "env": {"KINDS": RESOURCES, "MODE": "denied"}, "only": ["live-error"], "commands": LIVE},
    "deletion": {
        "files": CLUSTER, "env": {"KINDS": RESOURCES}, "only": ["live-name", "live-entry"],
        "steps": FINISHED + ["kubectl-gcpbackend migrate finalize web --confirm=web"],
        "commands": ["finalize web --delete-service-entry --live --dry-run"]},
    "rules": {"files": BASE, "steps": FINISHED,
              "commands": ["finalize web --destination-rules --dry-run"]},
    "templates": {
        "files": {**BASE, "../«raw.templates:templates»/virtualservice.yaml": TEMPLATE},
        "commands": [f"render {words} --templates ../«raw.templates:templates»" for words in (
            "--list-templates", "--template virtualservice --set name=«raw.set:web»",
            "--template «raw.template:virtualservice» --set name=web")]},
    "environment": {
        "files": CLUSTER, "steps": PROMOTED, "env": {**ENVIRONMENT, "KINDS": RESOURCES},
        "only": [name.replace("_", "-").lower() for name in ENVIRONMENT],
        "commands": WRITE[1:2] + CHANGE + LIVE},
}

# What a command needs beside an option, so that the option is looked at; else "web".
ARGUMENTS = {"": ("", ""), "migrate": ("", ""), "help": ("", ""), "version": ("", ""),
             "migrate discover": ("", ""), "migrate explain": ("", ""),
             "migrate render": ("web", "--stage 10"),
             "migrate init": ("new", "--from a.example.com --to b.example.com"),
             "migrate finalize": ("web", "--confirm=web")}

# Places that no command shows, by the reason.
UNSEEN = {
    "comments, labels, annotations, tags and commit messages are not shown":
        "note label label-value annotation annotation-value tag message",
    "the message lists what is allowed, or names the place": "api kind mode anchor twice not-utf8 virtual-service",
    "a directory that does not exist contains nothing": "search",
    "no finding is about it":
        "se-san se-port-name se-address dr-name dr-namespace dr-export dr-mode dr-sni dr-label "
        "dr-label-value sidecar-namespace policy-namespace app-namespace app-project "
        "flux-namespace set-name",
    "the object has then nothing to do with the migration":
        "dr-host sidecar-host policy-kind gb-type gb2-host app-url flux-source kustomize-entry",
    "only the index in this place is used": "git-index-file",
}

#!/bin/sh
# Google's walk-through "migrate from an Istio ServiceEntry to a GCPBackend", with kubectl
# gcpbackend.
#
# The page has a ServiceEntry (service-entry.com) and a GCPBackend (gcpbackend.com), and a
# VirtualService that sends 10 of 100 requests to the GCPBackend; later steps are left to the
# reader. This script makes that step, the later ones, and the rollback. It uses only a temporary
# directory and no cluster: each step is a commit that Argo CD or Flux could apply.
#
#	GCB=build/kubectl-gcpbackend examples/walkthrough/run.sh
set -eu

gcb=${GCB:-kubectl-gcpbackend}
case $gcb in */*) gcb=$(cd "$(dirname "$gcb")" && pwd)/$(basename "$gcb") ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '\n# %s\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
migrate() { printf '$ kubectl gcpbackend migrate %s\n' "$*"; "$gcb" migrate "$@"; }
fail() { printf 'walkthrough: %s\n' "$*" >&2; exit 1; }

# expect_weights OLD NEW: checks the weights of service-entry.com and gcpbackend.com.
expect_weights() {
	weights=$(awk '$1 == "host:" { host = $2 } $1 == "weight:" { print host "=" $2 }' \
		virtualservice.yaml | sort | tr '\n' ' ')
	[ "$weights" = "gcpbackend.com=$2 service-entry.com=$1 " ] ||
		fail "expected $1 and $2, found $weights"
}

# --- a repository with the three objects of the page ----------------------------------------------

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Walker GIT_AUTHOR_EMAIL=walker@example.com
export GIT_COMMITTER_NAME=Walker GIT_COMMITTER_EMAIL=walker@example.com
mkdir "$work/repository"
cd "$work/repository"
git init -q -b main

cat >serviceentry.yaml <<'END'
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata:
  name: service-entry
  namespace: default
spec:
  hosts:
  - service-entry.com
  location: MESH_EXTERNAL
  resolution: STATIC
  ports:
  - number: 80
    name: http
    protocol: HTTP
  endpoints:
  - address: 10.0.0.2
END

cat >gcpbackend.yaml <<'END'
# A preview: the keys of spec are guessed; compare them with kubectl explain gcpbackend.spec.
apiVersion: networking.gke.io/v1
kind: GCPBackend
metadata:
  name: vm-gcp-backend
  namespace: default
spec:
  type: BackendService
  hostname: gcpbackend.com
  backendservice:
    name: td-vm-service
    location: global
END

cat >virtualservice.yaml <<'END'
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata:
  name: gcpbackend-migration
  namespace: default
spec:
  hosts:
  - service-entry.com
  http:
  - route:
    - destination:
        host: service-entry.com
      weight: 100
END

git add .
git commit -q -m 'the objects of the walk-through'
cp virtualservice.yaml "$work/original.yaml"

# --- the page -------------------------------------------------------------------------------------

say 'The migration is one file in the repository.'
migrate init web --from service-entry.com --to gcpbackend.com --path . --commit --yes
run cat .gcpbackend/web.yaml

say 'What do the first ten percent change? (The exit code of diff is 1 if there is a difference.)'
code=0
migrate diff web --to 10 || code=$?
[ "$code" = 1 ] || fail "the exit code of diff is $code"

say 'The step of the page: 10 of 100 requests to the GCPBackend.'
migrate promote web --to 10 --yes
expect_weights 90 10
run git show --stat HEAD
run cat virtualservice.yaml

# --- the steps after the page ---------------------------------------------------------------------

say 'The next steps, one commit each.'
for percent in 25 50 100; do
	migrate promote web --to $percent --yes
	expect_weights $((100 - percent)) $percent
done

say 'At 100, the old destination stays with weight 0, so that a rollback only changes numbers.'
run cat virtualservice.yaml
migrate status web

say 'Errors? One command rolls back. It needs no cluster and no metrics.'
migrate rollback web

say 'The VirtualService has its original bytes again.'
run cmp virtualservice.yaml "$work/original.yaml"
first=$(git rev-list --max-parents=0 HEAD)
run git diff --exit-code "$first" HEAD -- virtualservice.yaml serviceentry.yaml gcpbackend.yaml
[ -z "$(git status --porcelain)" ] || fail 'the working tree is not clean'
run git log --oneline

#!/bin/sh
# Shows a migration from start to end, and its rollback, in a temporary directory, without cluster
# and network. The exit code is 1 if a step does not have the effect that is described.
#
#	make demo, or: GCB=path/to/kubectl-gcpbackend examples/demo.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
gcb=${GCB:-${GCB_BINARY:-$root/build/kubectl-gcpbackend}}
case $gcb in /*) ;; */*) gcb=$PWD/$gcb ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

# Prints a line for a reader who does not know the program.
say() { printf '\n# %s\n' "$*"; }

# Runs a command of the program, after its prompt.
migrate() {
	printf '%s$ kubectl gcpbackend migrate %s%s\n' "$bold" "$*" "$plain"
	"$gcb" migrate "$@"
}

# Runs any other command.
run() {
	printf '%s$ %s%s\n' "$bold" "$*" "$plain"
	"$@"
}

fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

manifest=apps/checkout/payments.yaml
new=payments.gcp.example.com

# Promotes to a stage, and checks that this is one commit that changes only the manifest.
promote() {
	before=$(git rev-parse HEAD)
	migrate promote payments --to "$1" --yes
	[ "$(git rev-parse 'HEAD^')" = "$before" ] || fail "stage $1 is not one commit"
	[ "$(git diff --name-only "$before" HEAD)" = "$manifest" ] ||
		fail "stage $1 changes another file than $manifest"
	[ -z "$(git status --porcelain)" ] || fail "stage $1 leaves the working tree changed"
	grep -q "$new" "$manifest" || fail "stage $1 does not route to $new"
}

# Checks the weight of the new host in each of the three routes.
expect_weight() {
	found=$(awk -v new="$new" '
		$1 == "host:" { host = $2 }
		$1 == "weight:" && host == new { print $2 }' "$manifest" | tr '\n' ' ')
	[ "$found" = "$1 $1 $1 " ] || fail "expected a weight of $1 in three routes, found '$found'"
	! grep -q 'mirror' "$manifest" || fail 'a route has a mirror and a weight'
}

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
export GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.com
export GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.com

cp -R "$root/examples/argocd" "$work/shop"
cp -R "$root/examples/argocd" "$work/original"
cd "$work/shop"
git init -q -b main
git add .
git commit -q -m 'the shop'

say 'A GitOps repository that Argo CD applies. Payments runs on virtual machines (a ServiceEntry).'
run ls apps/checkout
run grep -n 'host: ' $manifest

say 'Payments is to move to a Google Cloud backend (a GCPBackend). The migration is one small file.'
migrate init payments --from payments-vm.example.com --to $new -n shop --path apps/checkout \
	--commit --yes
run cat .gcpbackend/payments.yaml

say 'Before anything changes: what does each stage do?'
migrate plan payments

say 'The first weight as a diff; all other bytes stay. (Exit code 1: there is a difference.)'
code=0
migrate diff payments --to 10 || code=$?
[ "$code" = 1 ] || fail "the exit code of diff is $code, not 1"

say 'Stage mirror: the new backend gets copies of GET and HEAD requests; responses are discarded.'
promote mirror
grep -q 'mirrorPercentage:' $manifest || fail 'no route has a mirror'

say 'Stage 10: the new backend answers ten percent of the requests. The mirror is removed.'
promote 10
expect_weight 10
run git show --stat HEAD

say 'Then 25, 50 and 100 percent: each stage is one commit that a team can review.'
for percent in 25 50 100; do
	promote $percent
	expect_weight $percent
done

say 'What is the current stage?'
migrate status

say 'Errors? One command rolls back to the start. It needs no cluster and no metrics.'
migrate rollback payments
run git log --oneline

say 'Every file has its original bytes again:'
(cd "$work/original" && find . -type f | sort) | while read -r file; do
	cmp "$work/original/$file" "$file" || fail "$file differs from the original"
done
[ -z "$(git status --porcelain)" ] || fail 'the working tree is not clean'
run git diff --stat "$(git rev-list --max-parents=0 HEAD)" HEAD
files=$(find "$work/original" -type f | wc -l | tr -d ' ')
printf '\n%s files compared, all equal. Only the migration file is new.\n' "$files"

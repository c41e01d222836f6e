#!/bin/sh
# A migration from start to end, and back, in a temporary folder: no cluster, no network. Ends with 1 when anything is not as it
# says.
#
#	make demo, or: GCB=path/to/kubectl-gcpbackend scripts/demo.sh
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

# One line for somebody who never saw the program.
say() { printf '\n# %s\n' "$*"; }

# A command of the program: the prompt, and what it really prints.
migrate() {
	printf '%s$ kubectl gcpbackend migrate %s%s\n' "$bold" "$*" "$plain"
	"$gcb" migrate "$@"
}

# Any other command.
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

# One stage: one commit, which changes this one file, and so many destinations with the new host.
promote() {
	before=$(git rev-parse HEAD)
	migrate promote payments --to "$1" --yes
	[ "$(git rev-parse 'HEAD^')" = "$before" ] || fail "stage $1 is not one commit"
	[ "$(git diff --name-only "$before" HEAD)" = "$manifest" ] || fail "stage $1 changes another file than $manifest"
	[ -z "$(git status --porcelain)" ] || fail "stage $1 leaves the working tree changed"
	grep -q "$new" "$manifest" || fail "stage $1 does not name $new"
}

# Has each of the three routes this weight on the new host?
expect_weight() {
	found=$(awk -v new="$new" '$1 == "host:" { host = $2 } $1 == "weight:" && host == new { print $2 }' "$manifest" | tr '\n' ' ')
	[ "$found" = "$1 $1 $1 " ] || fail "expected a weight of $1 in three routes, found '$found'"
	! grep -q 'mirror' "$manifest" || fail 'the mirror is still there beside the weight'
}

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
export GIT_AUTHOR_NAME='Demo' GIT_AUTHOR_EMAIL='demo@example.com' GIT_COMMITTER_NAME='Demo' GIT_COMMITTER_EMAIL='demo@example.com'

cp -R "$root/examples/argocd" "$work/shop"
cp -R "$root/examples/argocd" "$work/original"
cd "$work/shop"
git init -q -b main
git add .
git commit -q -m 'the shop'

say 'A GitOps repository: Argo CD applies what is in it. Payments runs on virtual machines, behind a ServiceEntry.'
run ls apps/checkout
run grep -n 'host: ' $manifest

say 'Payments shall move to a Google Cloud backend (a GCPBackend). What moves where is one small file, kept in the repository.'
migrate init payments --from payments-vm.example.com --to $new -n shop --path apps/checkout --commit --yes
run cat .gcpbackend/payments.yaml

say 'Before anything changes: what will each stage do?'
migrate plan payments

say 'The first real step as a diff, comments and layout untouched. (It ends with 1 because there is a difference, as diff does.)'
code=0
migrate diff payments --to 10 || code=$?
[ "$code" = 1 ] || fail "diff ended with $code, not with 1"

say 'Stage 1: the new backend gets copies of harmless requests (GET, HEAD); its answers are thrown away. Callers notice nothing.'
promote mirror
grep -q 'mirrorPercentage:' $manifest || fail 'there is no mirror'

say 'Stage 2: ten percent of the requests are really answered by the new backend. The mirror is gone.'
promote 10
expect_weight 10
run git show --stat HEAD

say 'Then a quarter, a half, all of it: each stage is one commit that a team can review.'
for percent in 25 50 100; do
	promote $percent
	expect_weight $percent
done

say 'Where does it stand?'
migrate status

say 'Trouble? One command goes all the way back. It needs no cluster and no metrics.'
migrate rollback payments
run git log --oneline

say 'Proof: every file has its original bytes again.'
(cd "$work/original" && find . -type f | sort) | while read -r file; do
	cmp "$work/original/$file" "$file" || fail "$file is not what it was"
done
[ -z "$(git status --porcelain)" ] || fail 'the working tree is not clean'
run git diff --stat "$(git rev-list --max-parents=0 HEAD)" HEAD
files=$(find "$work/original" -type f | wc -l | tr -d ' ')
printf '\n%s files compared, all equal to the byte. Only the migration file is new.\n' "$files"

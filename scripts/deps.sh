#!/bin/sh
# Installs the Debian or Ubuntu packages that are required to build and test, and are missing.
#
#   scripts/deps.sh [GROUP...]     groups: build, lint, ci, heavy, libgit2; default: build and lint
#
# Prints nothing if all are installed.
set -eu

build="gcc libc6-dev make pkg-config git python3 python3-yaml"
build="$build libyaml-dev libgit2-dev libcjson-dev zlib1g-dev libmd-dev libcriterion-dev"
lint="clang-format python3-clang"
ci="clang"
heavy="strace"
libgit2="cmake dpkg-dev libhttp-parser-dev"

wanted=
for group in "${@:-build lint}"; do
	for name in $group; do
		case $name in
		build) wanted="$wanted $build" ;;
		lint) wanted="$wanted $lint" ;;
		ci) wanted="$wanted $ci" ;;
		heavy) wanted="$wanted $heavy" ;;
		libgit2) wanted="$wanted $libgit2" ;;
		*) echo "deps: no such group: $name (build, lint, ci, heavy, libgit2)" >&2; exit 1 ;;
		esac
	done
done

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps: not Debian or Ubuntu; install the equivalents of these packages:$wanted" >&2
	exit 0
fi

missing=
for package in $wanted; do
	# shellcheck disable=SC2016
	status=$(dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null || true)
	case $status in
	*"install ok installed"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

echo "deps: installing$missing"
if [ "$(id -u)" = 0 ]; then
	sudo=
elif command -v sudo >/dev/null 2>&1; then
	sudo=sudo
else
	echo "deps: not root, and sudo is not installed; install these packages:$missing" >&2
	exit 1
fi

# The package lists may be missing or old: update them if the first attempt fails.
install() {
	# shellcheck disable=SC2086
	$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $missing </dev/null
}
if ! install >/dev/null 2>&1; then
	$sudo apt-get update -qq </dev/null
	install >/dev/null
fi
find build -name libs.mk -delete 2>/dev/null || true # the libraries may have changed
echo "deps: installed$missing"

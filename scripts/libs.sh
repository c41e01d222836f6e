#!/bin/sh
# Prints how the program is linked to its libraries: scripts/libs.sh COMPILER PKG-CONFIG LIBRARY...
#
# Shared libraries cost start-up time: libgit2 brings twenty others, most of them for network authentication, and with them
# `version` takes three times as long as `git --version`. So their archives are linked when a probe with them links (the C library
# stays shared); otherwise, with a word on stderr, the shared ones.
set -eu

compiler=$1 pkg_config=$2
shift 2

shared=$($pkg_config --libs "$@" 2>/dev/null) || { echo "libs: missing: $* (make deps installs them)" >&2; exit 0; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/probe.c" <<'C'
#include <git2.h>
int main(void) { git_repository *r; return git_libgit2_init() < 0 || git_repository_open(&r, "."); }
C

# Kerberos has no archive on Debian. libgit2 names it for HTTP authentication, which this program leaves to git.
gss=
for symbol in GSS_C_NT_HOSTBASED_SERVICE gss_delete_sec_context gss_display_status gss_import_name gss_indicate_mechs \
	gss_init_sec_context gss_release_buffer gss_release_name gss_release_oid_set; do
	gss="$gss -Wl,--defsym=$symbol=0"
done

# libgit2 on Mbed TLS reads all certificates of the system when it starts, which is half the time of a short command. Connections are
# git's business here: its start of Mbed TLS becomes the one of OpenSSL, which does nothing in such a library.
tls=
case " $($pkg_config --static --libs "$@" 2>/dev/null) " in
*" -lmbedtls "*)
	init=git_mbedtls_stream_global_init
	tls="-Wl,--wrap=$init -Wl,--defsym=__wrap_$init=git_openssl_stream_global_init"
	;;
esac

# What has an archive, and what is only there as a shared library.
archives='' others=''
for flag in $($pkg_config --static --libs "$@" 2>/dev/null); do
	case $flag in
	-lgssapi* | -lkrb5*) ;;
	-l*) if [ -e "$($compiler -print-file-name="lib${flag#-l}.a")" ]; then archives="$archives $flag"; else others="$others $flag"; fi ;;
	*) others="$others $flag" ;;
	esac
done
for more in "$tls" "-lcrypto $tls" "$gss $tls" "-lcrypto $gss $tls" "" "-lcrypto" "$gss" "-lcrypto $gss"; do
	try="-Wl,-Bstatic $archives $more -Wl,-Bdynamic $others"
	# shellcheck disable=SC2086
	if $compiler $($pkg_config --cflags "$@") -fPIE -pie -o "$folder/probe" "$folder/probe.c" -Wl,--as-needed $try 2>/dev/null; then
		echo "$try" | tr -s ' '
		exit 0
	fi
done
echo "libs: no archives that link: using shared libraries, the program starts more slowly" >&2
echo "$shared"

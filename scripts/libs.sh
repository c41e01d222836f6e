#!/bin/sh
# Prints the flags that link the program: scripts/libs.sh COMPILER PKG-CONFIG LIBRARY...
#
# Shared libraries cost start-up time: libgit2 loads twenty others, most of them for network
# authentication, and with them `version` takes three times as long as `git --version`. So archives
# are linked if a test program links with them; the C library is always shared. Otherwise shared
# libraries are linked, with a note on stderr.
set -eu

compiler=$1 pkg_config=$2
shift 2

if ! shared=$($pkg_config --libs "$@" 2>/dev/null); then
	echo "libs: missing: $* (make deps installs them)" >&2
	exit 0
fi

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cat >"$directory/probe.c" <<'C'
#include <git2.h>
int main(void) { git_repository *r; return git_libgit2_init() < 0 || git_repository_open(&r, "."); }
C

# Debian has no archive of Kerberos. libgit2 references it for HTTP authentication, which git does
# for this program.
gss=
for symbol in GSS_C_NT_HOSTBASED_SERVICE gss_delete_sec_context gss_display_status \
	gss_import_name gss_indicate_mechs gss_init_sec_context gss_release_buffer \
	gss_release_name gss_release_oid_set; do
	gss="$gss -Wl,--defsym=$symbol=0"
done

# libgit2 with Mbed TLS reads all certificates of the system when it starts, which is half the time
# of a short command. git makes all connections, so the initialisation of Mbed TLS is replaced by
# that of OpenSSL, which does nothing in such a library.
tls=
case " $($pkg_config --static --libs "$@" 2>/dev/null) " in
*" -lmbedtls "*)
	init=git_mbedtls_stream_global_init
	tls="-Wl,--wrap=$init -Wl,--defsym=__wrap_$init=git_openssl_stream_global_init"
	;;
esac

# Libraries with an archive, and libraries that are only available as shared ones.
archives='' others=''
for flag in $($pkg_config --static --libs "$@" 2>/dev/null); do
	case $flag in
	-lgssapi* | -lkrb5*) ;;
	-l*)
		if [ -e "$($compiler -print-file-name="lib${flag#-l}.a")" ]; then
			archives="$archives $flag"
		else
			others="$others $flag"
		fi
		;;
	*) others="$others $flag" ;;
	esac
done
for more in "$tls" "-lcrypto $tls" "$gss $tls" "-lcrypto $gss $tls" \
	"" "-lcrypto" "$gss" "-lcrypto $gss"; do
	try="-Wl,-Bstatic $archives $more -Wl,-Bdynamic $others"
	# shellcheck disable=SC2086
	if $compiler $($pkg_config --cflags "$@") -fPIE -pie -o "$directory/probe" \
		"$directory/probe.c" -Wl,--as-needed $try 2>/dev/null; then
		echo "$try" | tr -s ' '
		exit 0
	fi
done
echo "libs: archives do not link; using shared libraries, which makes the program start slower" >&2
echo "$shared"

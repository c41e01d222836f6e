/*
 * A cluster as kubectl shows it: the kubectl is a script of the test, which notes how it was
 * called.
 */
#include "live/cluster.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/gcb-cluster-XXXXXX";

static void enter_directory(void)
{
	char path[64];

	cr_assert_not_null(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
	(void)snprintf(path, sizeof(path), "%s/kubectl", directory);
	cr_assert_eq(setenv("KUBECTL_PATH", path, 1), 0);
	(void)alarm(60);
}

static void leave_directory(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf %s", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(cluster, .init = enter_directory, .fini = leave_directory);

static const struct kind kinds[] = { { "g.io", "A", "as" },
				     { "g.io", "B", "bs" },
				     { "h.io", "C", "cs" } };

static enum wanted all_bytes(void *ctx, struct slice bytes)
{
	(void)ctx;
	if (slice_find(bytes, SLICE("\"maybe")) != SIZE_MAX)
		return WANTED_MAYBE;
	return slice_find(bytes, SLICE("\"not-this")) == SIZE_MAX ? WANTED : WANTED_NO;
}

static bool ask_object(void *ctx, const struct object *o)
{
	(void)ctx;
	return slice_is(o->name, "maybe-yes");
}

/*
 * The script: `text` handles "$*", which begins with the arguments and not with the flags; what is
 * not handled is an error.
 */
static void write_kubectl(const char *text)
{
	FILE *f = fopen("kubectl", "w");

	cr_assert_not_null(f);
	(void)fprintf(f,
		      "#!/bin/sh\necho \"$*\" >>calls\n"
		      "item() { printf "
		      "'{\"apiVersion\":\"%%s\",\"kind\":\"%%s\",\"metadata\":{\"name\":\"%%s\"}}' "
		      "$1 $2 $3; }\n"
		      "list() { printf '{\"items\":['; printf %%s \"$1\"; printf ']}'; }\n"
		      "deny() { echo \"Error from server (Forbidden): $1 is forbidden: User "
		      "\\\"u\\\" cannot list\" >&2; }\n"
		      "case \"$*\" in\n\"config current-context\"*) echo here; exit;;\n%s\n*) echo "
		      "\"error: unexpected: $*\" >&2; exit 1;;\nesac\n",
		      text);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(chmod("kubectl", 0700), 0);
}

#define INSTALLED "api-resources*) echo as.g.io; echo pods; echo bs.g.io;;\n"

/*
 * Reads, and returns coverage and objects: "as=all bs=some(x,y) cs=not-installed: names". On error
 * its code and reason.
 */
static const char *read_cluster(struct str *text, const struct kubectl_flags *flags,
				int64_t timeout_ms)
{
	static const char *const names[] = { "all", "some", "not-installed", "forbidden",
					     "failed" };
	struct slice namespaces[] = { SLICE_INIT("x"), SLICE_INIT("y") };
	const struct cluster_query query = { kinds,     3,          { namespaces, 2 },
					     all_bytes, ask_object, NULL };
	const struct kubectl k = { flags, timeout_ms };
	struct err err = ERR_INIT;
	struct cluster c;

	str_clear(text);
	if (cluster_read(&c, &k, &query, &err) < 0) {
		str_addf(text, "%s %s", err.code->id, err.reason);
		cluster_release(&c);
		return text->ptr;
	}
	for (size_t i = 0; i < c.ncoverages; i++) {
		str_addf(text, "%s%s=%s", i ? " " : "", c.coverages[i].kind->plural,
			 names[c.coverages[i].level]);
		for (size_t n = 0; n < c.coverages[i].namespaces.n; n++)
			str_addf(text, "%c%" SLICE_FMT, n ? ',' : '(',
				 SLICE_ARG(c.coverages[i].namespaces.items[n]));
		str_adds(text, c.coverages[i].namespaces.n ? ")" : "");
	}
	for (size_t i = 0; i < c.n; i++)
		str_addf(text, "%s%" SLICE_FMT, i ? " " : ": ", SLICE_ARG(c.objects[i]->name));
	for (size_t i = 0; i < c.ncoverages; i++)
		if (c.coverages[i].reason.len)
			str_addf(text, " | %" SLICE_FMT, SLICE_ARG(c.coverages[i].reason));
	cluster_release(&c);
	return text->ptr;
}

/* How often kubectl was called. */
static size_t count_calls(void)
{
	FILE *f = fopen("calls", "r");
	size_t n = 0;
	int c;

	cr_assert_not_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	(void)fclose(f);
	(void)unlink("calls");
	return n;
}

static const struct {
	const char *name, *script, *coverage;
	size_t calls;
} rows[] = {
	{ "all of it",
	  INSTALLED
	  "\"get as.g.io,bs.g.io -A \"*) list \"$(item g.io/v1 A one),$(item g.io/v1 B two)\";;",
	  "as=all bs=all cs=not-installed: one two", 3 },
	{ "nothing there: no output at all", INSTALLED "\"get as.g.io,bs.g.io -A \"*) :;;",
	  "as=all bs=all cs=not-installed", 3 },
	{ "nothing installed", "api-resources*) echo pods;;",
	  "as=not-installed bs=not-installed cs=not-installed", 2 },
	{ "what is not wanted is left out",
	  INSTALLED "\"get \"*) list \"$(item g.io/v1 A not-this),$(item g.io/v1 A "
		    "maybe-no),$(item g.io/v1 A maybe-yes)\";;",
	  "as=all bs=all cs=not-installed: maybe-yes", 3 },
	{ "one kind forbidden, also in a namespace",
	  INSTALLED
	  "\"get as.g.io,bs.g.io -A \"*) list \"$(item g.io/v1 A one)\"; deny bs.g.io; exit 1;;\n"
	  "\"get bs.g.io -n x \"*) list \"$(item g.io/v1 B two)\";;\n\"get bs.g.io -n y \"*) deny "
	  "bs.g.io; exit 1;;",
	  "as=all bs=some(x) cs=not-installed: one two | User \"u\" cannot list", 5 },
	{ "all forbidden",
	  INSTALLED "\"get as.g.io,bs.g.io -\"*) deny as.g.io; deny bs.g.io; exit 1;;",
	  "as=forbidden bs=forbidden cs=not-installed | User \"u\" cannot list | User \"u\" cannot "
	  "list",
	  5 },
	{ "kubectl's log among the refusals",
	  INSTALLED
	  "\"get as.g.io,bs.g.io -A \"*) echo 'E1123 14:23:00.298065 1 memcache.go:265] x' >&2; "
	  "echo Warning: old >&2;"
	  "deny as.g.io; exit 1;;\n\"get as.g.io -n \"*) list \"$(item g.io/v1 A one)\";;",
	  "as=some(x,y) bs=all cs=not-installed: one one | User \"u\" cannot list", 5 },
	{ "a failure: each by itself",
	  INSTALLED "\"get as.g.io,bs.g.io -A \"*) list \"$(item g.io/v1 A one)\"; echo 'Error "
		    "from server (Timeout): slow' >&2; exit 1;;\n"
		    "\"get as.g.io -A \"*) list \"$(item g.io/v1 A one)\";;\n\"get bs.g.io -A \"*) "
		    "echo 'error: lost' >&2; exit 1;;",
	  "as=all bs=failed cs=not-installed: one | lost", 5 },
	{ "garbage",
	  INSTALLED "\"get as.g.io,bs.g.io -A \"*) echo '<html>';;\n\"get as.g.io -A \"*) list "
		    "\"$(item g.io/v1 A one)\";;\n"
		    "\"get bs.g.io -A \"*) printf '{\"items\":[';;",
	  "as=all bs=failed cs=not-installed: one | the output is incomplete", 5 },
	{ "an object that is none of YAML's",
	  INSTALLED "\"get as.g.io,bs.g.io -A \"*) list \"$(item g.io/v1 A "
		    "one),{\\\"a\\\":}}\";;\n\"get as.g.io -A \"*) list '{\"a\" 1}';;\n"
		    "\"get bs.g.io -A \"*) list \"$(item g.io/v1 B two)\";;",
	  NULL, 5 },
	{ "discovery that is not whole",
	  "api-resources*) echo as.g.io; echo 'error: unable to retrieve the complete list of "
	  "server APIs: h.io/v1' >&2; exit 1;;\n"
	  "\"get as.g.io -A \"*) list \"$(item g.io/v1 A one)\";;",
	  "as=all bs=failed cs=failed: one | unable to retrieve the complete list of server APIs: "
	  "h.io/v1 | unable to retrieve the "
	  "complete list of server APIs: h.io/v1",
	  3 },
	{ "no answer",
	  "api-resources*) echo 'Unable to connect to the server: \033[31mEOF' >&2; exit 1;;",
	  "GCB5001 kubectl: Unable to connect to the server: \033[31mEOF", 2 },
};

Test(cluster, coverages)
{
	AUTO_STR struct str text = STR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_kubectl(rows[i].script);
		(void)read_cluster(&text, NULL, 0);
		if (rows[i].coverage)
			cr_expect_str_eq(text.ptr, rows[i].coverage, "%s: %s", rows[i].name,
					 text.ptr);
		else
			cr_expect_not_null(strstr(text.ptr, "as=failed bs=all"), "%s: %s",
					   rows[i].name, text.ptr);
		cr_expect_eq(count_calls(), rows[i].calls, "%s", rows[i].name);
	}
}

/* Flags are passed on unchanged; a token is not shown. */
Test(cluster, flags)
{
	struct slice groups[] = { SLICE_INIT("a"), SLICE_INIT("b c") };
	const struct kubectl_flags flags = { .context = SLICE("prod"),
					     .token = SLICE("s3cret"),
					     .as_groups = { groups, 2 },
					     .insecure_skip_tls_verify = true,
					     .request_timeout = SLICE("5s") };
	AUTO_STR struct str text = STR_INIT;

	write_kubectl("*) for a in \"$@\"; do echo \"[$a]\" >>args; done; echo 'bad token s3cret, "
		      "s3cret' >&2; exit 1;;");
	cr_expect_str_eq(read_cluster(&text, &flags, 0),
			 "GCB5001 kubectl: bad token ******, ******");
	cr_expect_eq(
		system("test \"$(tr -d '\\n' <args)\" = "
		       "'[api-resources][-o][name][--verbs=list][--context=prod][--token=s3cret]"
		       "[--as-group=a][--as-group=b "
		       "c][--insecure-skip-tls-verify=true][--request-timeout=5s]'"),
		0);
}

Test(cluster, too_slow_and_not_there)
{
	AUTO_STR struct str text = STR_INIT;

	write_kubectl("api-resources*) exec sleep 30;;");
	cr_expect_str_eq(read_cluster(&text, NULL, 300),
			 "GCB0024 kubectl did not finish within 0.3 s");
	cr_assert_eq(unlink("kubectl"), 0);
	cr_expect_str_eq(read_cluster(&text, NULL, 0),
			 "GCB0021 cannot run the program: No such file or directory");
}

/*
 * Tens of megabytes of objects that do not matter cost no memory worth mentioning; too many that
 * matter are reported.
 */
Test(cluster, huge)
{
	AUTO_STR struct str text = STR_INIT;

	write_kubectl(INSTALLED
		      "\"get \"*) printf "
		      "'{\"items\":[{\"apiVersion\":\"g.io/"
		      "v1\",\"kind\":\"A\",\"metadata\":{\"name\":\"one\"}}'\n"
		      "i=\"$(item g.io/v1 A not-this)\"; yes \",$i\" | head -c 40000000 | head "
		      "-n -1; printf ']}';;");
	cr_expect_str_eq(read_cluster(&text, NULL, 0), "as=all bs=all cs=not-installed: one");
}

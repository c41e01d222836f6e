/*
 * Templates: what is declared, what is refused, what is rendered.
 */
#include "template/builtin.h"
#include "template/parse.h"
#include "template/render.h"

#include <criterion/criterion.h>
#include <string.h>

#define VALUES(...)                                                                                \
	((struct pairs){ (struct pair[]){ __VA_ARGS__ },                                           \
			 sizeof((struct pair[]){ __VA_ARGS__ }) / sizeof(struct pair) })
#define VALUE(name, text)                                                                          \
	{                                                                                          \
		SLICE_INIT(name), SLICE_INIT(text)                                                 \
	}
#define NO_VALUES ((struct pairs){ NULL, 0 })

/* Opens the built-in template; freed by the caller. */
static int open_builtin(struct template **out, struct slice name, struct err *err)
{
	struct slice file, bytes;

	return template_builtin(name, &file, &bytes, err) < 0 ?
		       -1 :
		       template_parse(out, file, bytes, err);
}

/*
 * Renders `source` as the file `name` with `values`; the error's text goes to `out` when it is
 * refused. Returns 0 or -1.
 */
static int render(const char *name, const char *source, struct pairs values, struct str *out)
{
	AUTO_TEMPLATE struct template *t = NULL;
	struct err err = ERR_INIT;

	if (template_parse(&t, slice_of(name), slice_of(source), &err) == 0 &&
	    template_render(t, values, out, &err) == 0)
		return 0;
	cr_assert_not_null(err.code, "%s: refused without a code", source);
	cr_assert_eq(out->len, 0, "%s: something came out of a refusal", source);
	err_format(&err, out);
	return -1;
}

/* Asserts what a template becomes. */
static void becomes(const char *name, const char *source, struct pairs values, const char *expected)
{
	AUTO_STR struct str out = STR_INIT;

	cr_assert_eq(render(name, source, values, &out), 0, "%s: %s", source, out.ptr);
	cr_assert_str_eq(out.ptr, expected, "%s", source);
}

/* Asserts that a template is refused, and that the message holds `part`. */
static void refused(const char *name, const char *source, struct pairs values, const char *part)
{
	AUTO_STR struct str out = STR_INIT;

	cr_assert_eq(render(name, source, values, &out), -1, "%s: not refused: %s", source,
		     out.ptr);
	cr_assert_not_null(strstr(out.ptr, part), "%s: '%s' does not say '%s'", source, out.ptr,
			   part);
}

Test(template, declarations)
{
	static const char source[] = "# summary two words\n"
				     "# param host host \"the host\"\n"
				     "# param port port = 80 \"its port\"\n"
				     "# param note string = \"a b\"\n"
				     "# param zone label optional\n"
				     "\n"
				     "a: ${host}\n";
	AUTO_TEMPLATE struct template *t = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(template_parse(&t, SLICE("t.yaml"), slice_of(source), &err), 0, "%s",
		     err.reason);
	cr_assert(slice_is(t->summary, "two words"));
	cr_assert_eq(t->nparams, 4);
	cr_assert(slice_is(t->params[0].help, "the host"));
	cr_assert_eq(t->params[0].type, TEMPLATE_HOST);
	cr_assert_null(t->params[0].preset.ptr);
	cr_assert(slice_is(template_param(t, SLICE("port"))->preset, "80"));
	cr_assert(slice_is(template_param(t, SLICE("note"))->preset, "a b"));
	cr_assert(template_param(t, SLICE("zone"))->optional);
	cr_assert_null(template_param(t, SLICE("none")));
}

Test(template, declarations_refused)
{
	static const struct {
		const char *source, *part;
	} rows[] = {
		{ "# param a string\na: ${a}\n", "t.yaml:2:1: expected another declaration" },
		{ "# param a string", "is empty after" },
		{ "# param A string\n\n", "lower-case" },
		{ "# param a strin\n\n", "did you mean 'string'" },
		{ "# param a\n\n", "unknown type ''" },
		{ "# param a string\n# param a string\n\n",
		  "t.yaml:2:1: parameter 'a' is declared twice" },
		{ "# param a string =\n\n", "no default" },
		{ "# param a string = \"x\n\n", "no default" },
		{ "# param a string = x y\n\n", "then the end of the line" },
		{ "# param a string \"x\"y\n\n", "then the end of the line" },
		{ "# param a string \"x\" y\n\n", "then the end of the line" },
		{ "# param a string help\n\n", "then the end of the line" },
		{ "# param a port = 0\n\n", "a number from 1 to 65535" },
		{ "# summary x\n# summary y\n\n", "the summary is declared twice" },
		{ "a: ${b}\n", "t.yaml:1:4: 'b' is not declared" },
		{ "# param host string\n\na:\n  - ${hots}\n",
		  "t.yaml:4:5: 'hots' is not declared; did you mean 'host'?" },
		{ "a: x ${ y\n", "'${' does not begin" },
		{ "# param a string\n\n${a}: 1\n", "t.yaml:3:1: ${a} is not allowed here" },
		{ "# param a string\n\nb: 1 # ${a}\n", "t.yaml:3:8: ${a} is not allowed here" },
		{ "# param a string\n\nb: |\n  x ${a}\n", "t.yaml:4:5: ${a} is not allowed here" },
		{ "# param a string\n\nb: x\n  ${a}\n", "${a} is not allowed here" },
		{ "# param a string\n\nb: \"x\n  ${a}\"\n", "${a} is not allowed here" },
		{ "# param a string\n\nb: &${a} x\n", "" },
		{ "# param a string\n\nb: [${a}]\n", "" },
		{ "# param a string\n\nb: [\n", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused("t.yaml", rows[i].source, VALUES(VALUE("a", "v")), rows[i].part);
}

Test(template, values_refused)
{
	static const char source[] = "# param host host\n# param port port\n# param note string = "
				     "x\n\na: ${host}\nb: ${port}\nc: ${note}\n";

	refused("t.yaml", source, NO_VALUES, "no value specified for host, port");
	refused("t.yaml", source, VALUES(VALUE("hots", "a"), VALUE("port", "1")),
		"unknown parameter 'hots'; did you mean 'host'?");
	refused("t.yaml", source,
		VALUES(VALUE("host", "a"), VALUE("host", "a"), VALUE("port", "1")),
		"specified twice");
	refused("t.yaml", source, VALUES(VALUE("host", "a b"), VALUE("port", "1")),
		"host: 'a b' is not a host name");
	refused("t.yaml", source, VALUES(VALUE("host", "a"), VALUE("port", "1\nc: 2")),
		"is not a port");
}

Test(template, kinds_of_holes)
{
	static const char head[] =
		"# param n int = 7\n# param s string = v\n# param o string optional\n\n";
	static const struct {
		const char *body, *s, *expected;
	} rows[] = {
		{ "a: ${n} # why\n", "v", "a: 7 # why\n" },
		{ "a: \"${n}\"\n", "v", "a: \"7\"\n" },
		{ "a: '${n}'\n", "v", "a: '7'\n" },
		{ "a: x-${n}-y\n", "v", "a: x-7-y\n" },
		{ "a: ${n}${n}\n", "v", "a: \"77\"\n" },
		{ "a: ${s}\n", "v", "a: v\n" },
		{ "a: ${s}\n", "yes", "a: \"yes\"\n" },
		{ "a: ${s}\n", "7", "a: \"7\"\n" },
		{ "a: ${s}\n", "", "a: \"\"\n" },
		{ "a: ${s}\n", "${n}", "a: ${n}\n" },
		{ "a: $${s}\n", "v", "a: ${s}\n" },
		{ "a: \"$${s} ${s}\"\n", "v", "a: \"${s} v\"\n" },
		{ "a: [\"${s}\", b]\n", "c, d", "a: [\"c, d\", b]\n" },
		{ "a: {b: \"${s}\"}\n", "}", "a: {b: \"}\"}\n" },
		{ "# A comment with ${HOME} and ${other}\nb: |\n  ${HOME} $${x}\n", "v",
		  "# A comment with ${HOME} and ${other}\nb: |\n  ${HOME} $${x}\n" },
		{ "- a: ${s}\n- b\n---\nc: ${s}\n", "v", "- a: v\n- b\n---\nc: v\n" },
		{ "a: 1\nb: ${o}\nc: 2\n", "v", "a: 1\nc: 2\n" },
		{ "a: 1\nb:\n  c:\n    - ${o}\n", "v", "a: 1\n" },
		{ "a:\n  - ${o}\n  - x\n", "v", "a:\n  - x\n" },
		{ "a: {b: x, c: \"${o}\"}\n", "v", "a: {b: x}\n" },
		{ "", "v", "" },
		{ "# nothing\n", "v", "# nothing\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str source = STR_INIT;
		struct pair s = { SLICE("s"), slice_of(rows[i].s) };

		str_addf(&source, "%s%s", head, rows[i].body);
		becomes("t.yaml", source.ptr, (struct pairs){ &s, 1 }, rows[i].expected);
	}
	refused("t.yaml", "# param o string optional\n\na: ${o}\n", NO_VALUES, "is empty without");
}

Test(template, plain_text)
{
	static const char head[] =
		"# param s string\n# param t text = \"\"\n# param o string optional\n\n";
	static const struct {
		const char *body, *s, *expected;
	} rows[] = {
		{ "a ${s} b $${s}\n", "v: \"'#", "a v: \"'# b ${s}\n" },
		{ "a\nb ${o}\nc\n", "v", "a\nc\n" },
		{ "a\n${s}", "${t}", "a\n${t}" },
		{ "\n\n${s}\n", "v", "\n\nv\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str source = STR_INIT;
		struct pair s = { SLICE("s"), slice_of(rows[i].s) };

		str_addf(&source, "%s%s", head, rows[i].body);
		becomes("t.txt", source.ptr, (struct pairs){ &s, 1 }, rows[i].expected);
	}
	refused("t.txt", "# param s string\n\n${s}\n", VALUES(VALUE("s", "a\nb")),
		"it contains a line break");
	becomes("t.txt", "# param s text\n\n${s}\n", VALUES(VALUE("s", "a\nb")), "a\nb\n");
	refused("t.txt", "x\n${y}\n", NO_VALUES, "t.txt:2:1: 'y' is not declared");
}

Test(template, builtin_virtualservice_is_the_walk_through)
{
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(open_builtin(&t, SLICE("virtualservice"), &err), 0);
	cr_assert_eq(template_render(t,
				     VALUES(VALUE("name", "gcpbackend-migration"),
					    VALUE("host", "service-entry.com")),
				     &out, &err),
		     0);
	cr_assert_str_eq(out.ptr, "apiVersion: networking.istio.io/v1beta1\n"
				  "kind: VirtualService\n"
				  "metadata:\n"
				  "  name: gcpbackend-migration\n"
				  "spec:\n"
				  "  hosts:\n"
				  "    - service-entry.com\n"
				  "  http:\n"
				  "    - route:\n"
				  "        - destination:\n"
				  "            host: service-entry.com\n"
				  "          weight: 100\n");
}

Test(template, builtin_migration_is_kept_from_the_engines)
{
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(open_builtin(&t, SLICE("migration"), &err), 0);
	cr_assert_eq(template_render(t,
				     VALUES(VALUE("name", "web"), VALUE("from", "a.com"),
					    VALUE("to", "b.com")),
				     &out, &err),
		     0);
	cr_assert(slice_starts(str_slice(&out), SLICE("# +argocd:skip-file-rendering\n")));
	cr_assert_not_null(strstr(out.ptr, "config.kubernetes.io/local-config: \"true\"\n"));
	cr_assert_not_null(strstr(out.ptr, "    path: .\n"));
}

Test(template, builtin_commit_message_ends_in_trailers)
{
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(open_builtin(&t, SLICE("commit-message"), &err), 0);
	cr_assert_eq(
		template_render(t,
				VALUES(VALUE("migration", "web"), VALUE("from_stage", "10"),
				       VALUE("to_stage", "25"), VALUE("what", "vs.yaml: 2 lines"),
				       VALUE("undo", "kubectl gcpbackend migrate rollback web")),
				&out, &err),
		0);
	cr_assert_str_eq(out.ptr, "web: 10 -> 25\n\nvs.yaml: 2 lines\n\nUndo with: kubectl "
				  "gcpbackend migrate rollback web\n\n"
				  "GCPBackend-Migration: web\nGCPBackend-Stage: 25\n");
}

Test(template, builtin_unknown)
{
	struct template *t = NULL;
	struct err err = ERR_INIT;
	struct slice file, bytes;

	cr_assert_eq(open_builtin(&t, SLICE("virtualservise"), &err), -1);
	cr_assert_str_eq(err.remedy, "did you mean 'virtualservice'?");
	cr_assert_eq(template_builtin(SLICE("../etc/passwd"), &file, &bytes, &err), -1);
	cr_assert_eq(template_builtin(SLICE("flux"), &file, &bytes, &err), 0);
	cr_assert(slice_is(file, "flux.yaml"));
}

Test(template, limits)
{
	AUTO_STR struct str source = STR_INIT;
	struct template *t = NULL;
	struct err err = ERR_INIT;

	for (int i = 0; i <= TEMPLATE_MAX_PARAMS; i++)
		str_addf(&source, "# param p%d string\n", i);
	str_adds(&source, "\n");
	cr_assert_eq(template_parse(&t, SLICE("t.yaml"), str_slice(&source), &err), -1);
	cr_assert_not_null(strstr(err.reason, "more than 200 parameters"));
	str_fill(&source, '#', TEMPLATE_MAX_BYTES);
	cr_assert_eq(template_parse(&t, SLICE("t.yaml"), str_slice(&source), &err), -1);
	cr_assert_eq(err.code, &CODE_too_large);
	str_clear(&source);
	str_adds(&source, "# param t text\n\n");
	for (int i = 0; i < 100; i++)
		str_adds(&source, "${t}\n");
	{
		AUTO_TEMPLATE struct template *big = NULL;
		AUTO_STR struct str value = STR_INIT, out = STR_INIT;
		struct pair pair = { SLICE("t"), { NULL, 0 } };

		str_fill(&value, 'x', TEMPLATE_MAX_TEXT);
		pair.value = str_slice(&value);
		cr_assert_eq(template_parse(&big, SLICE("t.txt"), str_slice(&source), &err), 0);
		cr_assert_eq(template_render(big, (struct pairs){ &pair, 1 }, &out, &err), -1);
		cr_assert_eq(err.code, &CODE_too_large);
		cr_assert_eq(out.len, 0);
	}
}

/*
 * No value leaves its scalar: nasty values for every parameter of every built-in template, and in
 * every kind of scalar.
 */
#include "template/embedded.h"
#include "template/parse.h"
#include "template/render.h"
#include "template/type_internal.h"
#include "yaml/yaml.h"

#include <criterion/criterion.h>

/*
 * A value that every parameter of this type takes but numbers, unlike anything else in a template.
 */
static struct slice marker(enum template_type type)
{
	return type == TEMPLATE_URL ? SLICE("https://marker.example") : SLICE("marker");
}

/* A value for the parameters that are not tried. */
static struct slice filler(enum template_type type)
{
	return template_type_number(type) ? SLICE("7") :
	       type == TEMPLATE_URL       ? SLICE("git@a:b") :
					    SLICE("other");
}

/* Renders a template with `value` for `param` and fillers for all others. Returns 0 or -1. */
static int render_with(const struct template *t, const struct template_param *param,
		       struct slice value, struct str *out)
{
	struct pair pairs[TEMPLATE_MAX_PARAMS];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < t->nparams; i++) {
		pairs[i].key = t->params[i].name;
		pairs[i].value = &t->params[i] == param ? value : filler(t->params[i].type);
	}
	return template_render(t, (struct pairs){ pairs, t->nparams }, out, &err);
}

/*
 * Appends `text` with `from` replaced by `to`: what a hole should have become, without asking the
 * code under test.
 */
static void replace(struct str *out, struct slice text, struct slice from, struct slice to)
{
	for (size_t at; (at = slice_find(text, from)) != SIZE_MAX;
	     text = slice_sub(text, at + from.len, text.len)) {
		str_add(out, slice_sub(text, 0, at));
		str_add(out, to);
	}
	str_add(out, text);
}

/*
 * Asserts that `b` is `a` but for the scalars that hold the marker `from`, which hold exactly `to`
 * instead, as strings.
 */
static void same_but(const struct yaml_node *a, const struct yaml_node *b, struct slice from,
		     struct slice to)
{
	const struct yaml_node *y = b->first;
	AUTO_STR struct str expected = STR_INIT;

	cr_assert_eq(a->kind, b->kind);
	cr_assert_eq(a->nchildren, b->nchildren);
	cr_assert_eq(a->key == NULL, b->key == NULL);
	cr_assert(!a->key || slice_eq(a->key->text, b->key->text));
	if (a->kind == YAML_SCALAR) {
		bool hole = slice_find(a->text, from) != SIZE_MAX;

		replace(&expected, a->text, from, to);
		cr_assert(slice_eq(b->text, str_slice(&expected)));
		cr_assert_eq(yaml_type_of(b), hole ? YAML_STRING : yaml_type_of(a));
		cr_assert(hole || (a->style == b->style && a->flags == b->flags));
	}
	for (const struct yaml_node *x = a->first; x; x = x->next, y = y->next)
		same_but(x, y, from, to);
}

/*
 * Renders a value into a parameter: a refusal, or the document it should be. Returns whether it was
 * accepted.
 */
static bool try_value(const struct template *t, const struct template_param *param,
		      struct slice value)
{
	AUTO_STR struct str harmless = STR_INIT, nasty = STR_INIT;
	struct slice mark = marker(param->type);
	struct yaml_file *a = NULL, *b = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(render_with(t, param, mark, &harmless), 0, "%" SLICE_FMT,
		     SLICE_ARG(param->name));
	if (render_with(t, param, value, &nasty) < 0) {
		cr_assert_eq(nasty.len, 0);
		return false;
	}
	cr_assert_eq(yaml_parse(&a, SLICE("a"), str_slice(&harmless), &err), 0, "%s", err.reason);
	cr_assert_eq(yaml_parse(&b, SLICE("b"), str_slice(&nasty), &err), 0, "%s\n%s", err.reason,
		     nasty.ptr);
	cr_assert_eq(yaml_documents(a), yaml_documents(b));
	for (size_t i = 0; i < yaml_documents(a); i++)
		same_but(yaml_root(a, i), yaml_root(b, i), mark, value);
	yaml_file_free(a);
	yaml_file_free(b);
	return true;
}

static const struct slice nasty[] = {
	SLICE_INIT(""),
	SLICE_INIT(" "),
	SLICE_INIT(" x "),
	SLICE_INIT("a\nb: c"),
	SLICE_INIT("a\r\nb"),
	SLICE_INIT("a\tb"),
	SLICE_INIT("a: b"),
	SLICE_INIT("a:"),
	SLICE_INIT(": b"),
	SLICE_INIT("a #b"),
	SLICE_INIT("#b"),
	SLICE_INIT("'"),
	SLICE_INIT("\""),
	SLICE_INIT("a' # b"),
	SLICE_INIT("a\" # b"),
	SLICE_INIT("a\\"),
	SLICE_INIT("\\\""),
	SLICE_INIT("{{ x }}"),
	SLICE_INIT("{{"),
	SLICE_INIT("${name}"),
	SLICE_INIT("${"),
	SLICE_INIT("$${host}"),
	SLICE_INIT("- x"),
	SLICE_INIT("-"),
	SLICE_INIT("--- x"),
	SLICE_INIT("---"),
	SLICE_INIT("..."),
	SLICE_INIT("*a"),
	SLICE_INIT("&a"),
	SLICE_INIT("&a x"),
	SLICE_INIT("!!int"),
	SLICE_INIT("!!int 7"),
	SLICE_INIT("?"),
	SLICE_INIT("? a"),
	SLICE_INIT("|"),
	SLICE_INIT(">-"),
	SLICE_INIT("%YAML 1.2"),
	SLICE_INIT("@a"),
	SLICE_INIT("`a"),
	SLICE_INIT("[a"),
	SLICE_INIT("a]"),
	SLICE_INIT("{a"),
	SLICE_INIT("a}, {b"),
	SLICE_INIT("a, b"),
	SLICE_INIT("<<"),
	SLICE_INIT("="),
	SLICE_INIT("a\0b"),
	SLICE_INIT("\xff\xfe"),
	SLICE_INIT("\xc0\xaf"),
	SLICE_INIT("\xed\xa0\x80"),
	SLICE_INIT("\x1b[31m"),
	SLICE_INIT("\x7f"),
	SLICE_INIT("\xc2\x85"),
	SLICE_INIT("a\xe2\x80\xa8"
		   "b: c"),
	SLICE_INIT("a\xe2\x80\xa9"
		   "b"),
	SLICE_INIT("\xe2\x80\xae"
		   "drow"),
	SLICE_INIT("\xe2\x81\xa6"
		   "x\xe2\x81\xa9"),
	SLICE_INIT("\xef\xbb\xbfx"),
	SLICE_INIT("\xef\xbf\xbe"),
	SLICE_INIT("\xc2\xa0x"),
	SLICE_INIT("\xc3\xa9 \xf0\x9f\x9a\x80"),
	SLICE_INIT("yes"),
	SLICE_INIT("no"),
	SLICE_INIT("on"),
	SLICE_INIT("true"),
	SLICE_INIT("null"),
	SLICE_INIT("~"),
	SLICE_INIT("1e3"),
	SLICE_INIT("0x10"),
	SLICE_INIT("012"),
	SLICE_INIT("1_000"),
	SLICE_INIT("12:30:45"),
	SLICE_INIT(".5"),
	SLICE_INIT(".inf"),
	SLICE_INIT("2001-12-14"),
	SLICE_INIT("0"),
	SLICE_INIT("-7"),
};
#define NNASTY (sizeof(nasty) / sizeof(nasty[0]))

/* Tries all nasty values, and two long ones, on a parameter. Returns how many were accepted. */
static size_t try_all(const struct template *t, const struct template_param *param)
{
	AUTO_STR struct str text = STR_INIT;
	size_t accepted = 0;

	for (size_t i = 0; i < NNASTY; i++)
		accepted += try_value(t, param, nasty[i]);
	str_fill(&text, 'x', 3900);
	str_adds(&text, ": - # \"' y");
	accepted += try_value(t, param, str_slice(&text));
	str_fill(&text, 'x', TEMPLATE_MAX_TEXT);
	cr_assert_not(try_value(t, param, str_slice(&text)));
	return accepted;
}

Test(template, builtin_values_stay_in_their_scalars)
{
	for (size_t i = 0; i < nembedded_templates; i++) {
		const struct embedded *file = &embedded_templates[i];
		AUTO_TEMPLATE struct template *t = NULL;
		struct err err = ERR_INIT;

		cr_assert_eq(template_parse(&t, slice_of(file->name),
					    (struct slice){ (const char *)file->bytes, file->size },
					    &err),
			     0, "%s: %s", file->name, err.reason);
		cr_assert(t->summary.len > 0);
		for (size_t p = 0; p < t->nparams && !t->text; p++) {
			size_t accepted = template_type_number(t->params[p].type) ?
						  0 :
						  try_all(t, &t->params[p]);

			cr_assert(t->params[p].type != TEMPLATE_STRING || accepted > NNASTY / 2);
			cr_assert(t->params[p].help.len > 0);
		}
	}
}

Test(template, any_value_stays_in_any_scalar)
{
	static const char *const bodies[] = {
		"a: ${s}\nb: x\n",
		"a: '${s}'\nb: x\n",
		"a: \"${s}\"\nb: x\n",
		"a: pre ${s} post # ${HOME}\nb: x\n",
		"a: [x, \"${s}\", '${s}']\nb: x\n",
		"a: {k: \"${s}\", l: y}\n",
		"- ${s}\n- - ${s}\n  - x\n-   k:   ${s}   # c\n    l: x\n",
		"x\n---\na:\n- ${s}\n-\n  b: '${s}${s}'\n...\n---\n- y",
		"a: ${s}",
		"a: \"x\\n${s}\\t\"\n",
	};
	static const char *const types[] = { "string", "text" };

	for (size_t i = 0; i < 2 * sizeof(bodies) / sizeof(bodies[0]); i++) {
		AUTO_STR struct str source = STR_INIT;
		AUTO_TEMPLATE struct template *t = NULL;
		struct err err = ERR_INIT;

		str_addf(&source, "# param s %s\n\n%s", types[i % 2], bodies[i / 2]);
		cr_assert_eq(template_parse(&t, SLICE("t.yaml"), str_slice(&source), &err), 0,
			     "%s: %s", source.ptr, err.reason);
		cr_assert(try_all(t, t->params) > NNASTY / 2, "%s", source.ptr);
		cr_assert_eq(try_value(t, t->params, SLICE("a\nb: c\n")), i % 2 == 1, "%s",
			     source.ptr);
	}
}

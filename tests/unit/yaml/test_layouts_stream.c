/*
 * Layouts that people and programs write, by number: streams (29 to 38), references (39 to 43),
 * templates (44 and 45), operations (46 to 55). Each is edited exactly, or refused with a code and
 * a place.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct yaml_lit weight = { SLICE_INIT("weight"), LIT_INT, SLICE_INIT("10"), NULL, 0 };
static const struct yaml_lit mirror_host[] = { { SLICE_INIT("host"), LIT_STRING, SLICE_INIT("b"),
						 NULL, 0 } };
static const struct yaml_lit mirror = { SLICE_INIT("mirror"), LIT_MAP, { 0 }, mirror_host, 1 };
static const struct yaml_lit value[] = { { SLICE_INIT("value"), LIT_INT, SLICE_INIT("10"), NULL,
					   0 } };
static const struct yaml_lit percentage = {
	SLICE_INIT("mirrorPercentage"), LIT_MAP, { 0 }, value, 1
};
static const struct yaml_lit map = { { 0 }, LIT_MAP, { 0 }, value, 1 };
static const struct yaml_lit b = { { 0 }, LIT_STRING, SLICE_INIT("b"), NULL, 0 };

static const struct trial stream_rows[] = {
	{ "29 mixed line ends: as the neighbour",
	  "r:\r\n- a\r\n- b\nx: 1\n",
	  { ADD(YAML_AFTER, "r/0", &b), ADD(YAML_AFTER, "r/1", &b) },
	  "r:\r\n- a\r\n- b\r\n- b\n- b\nx: 1\n",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "30 no line end behind the last weight",
	  "a: 1\nweight: 90",
	  { SET_INT("weight", "5"), PUT(YAML_AFTER, "weight", &mirror) },
	  "a: 1\nweight: 5\nmirror:\n  host: b",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "30 a marker without a line end",
	  "a: 1\n---",
	  { SET_INT("a", "2") },
	  "a: 2\n---",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "31 a byte order mark and CRLF",
	  "\xef\xbb\xbf# \xc3\xa9\r\na: 1\r\n",
	  { SET_INT("a", "20") },
	  "\xef\xbb\xbf# \xc3\xa9\r\na: 20\r\n",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "32 the third of many documents",
	  "--- # one\na: 1\n---\n---\na: 1\n--- {a: 1}\n...\n",
	  { SET_INT("2:a", "2"), SET_INT("3:a", "3") },
	  "--- # one\na: 1\n---\n---\na: 2\n--- {a: 3}\n...\n" },
	{ "33 ends and directives",
	  "%YAML 1.1\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n...\n",
	  { SET_INT("a", "2"), SET_INT("1:b", "2") },
	  "%YAML 1.1\n---\na: 2\n...\n%YAML 1.2\n---\nb: 2\n...\n",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "35 an item of a list of objects",
	  "kind: List\nitems:\n- kind: VirtualService\n  spec: {w: 1}\n- kind: CRD\n  text: "
	  "VirtualService\n",
	  { SET_INT("items/0/spec/w", "2") },
	  "kind: List\nitems:\n- kind: VirtualService\n  spec: {w: 2}\n- kind: CRD\n  text: "
	  "VirtualService\n" },
	{ "36 JSON with tabs",
	  "{\n\t\"a\": [\n\t\t{\"w\": 1}\n\t],\n\t\"b\": \"\\/\"\n}",
	  { SET_INT("a/0/w", "2"), ADD(YAML_AFTER, "a/0", &b) },
	  "{\n\t\"a\": [\n\t\t{\"w\": 2},\n\t\t\"b\"\n\t],\n\t\"b\": \"\\/\"\n}" },
	{ "37 in quotes nothing is hidden",
	  "a: \"x\xe2\x80\xa8y\"\nw: 1\n",
	  { SET_INT("w", "2") },
	  "a: \"x\xe2\x80\xa8y\"\nw: 2\n" },
};

static const struct trial reference_rows[] = {
	{ "39 an alias",
	  "d: &x {host: a}\nr:\n- destination: *x\n",
	  { SET_STR("r/0/destination", "b") },
	  NULL,
	  &CODE_yaml_alias,
	  3,
	  16 },
	{ "39 inside of what is used elsewhere",
	  "r: &x\n- weight: 1\ns: *x\n",
	  { SET_INT("r/0/weight", "2") },
	  NULL,
	  &CODE_yaml_alias,
	  1,
	  4 },
	{ "39 an anchored weight with users",
	  "a: &w 90\nb: *w\n",
	  { SET_INT("a", "80") },
	  NULL,
	  &CODE_yaml_alias,
	  1,
	  4 },
	{ "39 an anchored weight that nobody uses",
	  "a: &w 90 # c\n",
	  { SET_INT("a", "80") },
	  "a: &w 80 # c\n" },
	{ "40 a map with a merge key",
	  "d: &d {w: 1}\nr:\n  <<: *d\n  x: 1\n",
	  { SET_INT("r/x", "2") },
	  NULL,
	  &CODE_yaml_alias,
	  3,
	  3 },
	{ "40 a sibling of one",
	  "d: &d {w: 1}\nr:\n- <<: *d\n- w: 2\n",
	  { SET_INT("r/1/w", "3") },
	  "d: &d {w: 1}\nr:\n- <<: *d\n- w: 3\n" },
	{ "39 an anchor without a blank behind it",
	  "y: &n:e\n",
	  { SET_INT("y", "0") },
	  "y: &n 0\n" },
	{ "15 tags that are not of the plain types",
	  "a: !local x\n",
	  { SET_STR("a", "y") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "15 the tag of no type",
	  "a: ! x\n",
	  { SET_STR("a", "on") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "17 a question mark in flow",
	  "a: {b: x}\n",
	  { SET_STR("a/b", "/p?q") },
	  "a: {b: \"/p?q\"}\n" },
	{ "36 a number in a list of JSON",
	  "{\"a\": [1, 2]}\n",
	  { SET_STR("a/0", "s") },
	  "{\"a\": [\"s\", 2]}\n" },
	{ "36 an item of a list without a key above",
	  "[{\"w\": \"1\"}]\n",
	  { ADD(YAML_AFTER, "0", &map) },
	  "[{\"w\": \"1\"}, {\"value\": 10}]\n" },
	{ "12 an explicit key that is nothing, in flow",
	  "{\n  ?\n  :}\n",
	  { PUT(YAML_AFTER, "/", &weight) },
	  NULL,
	  &CODE_yaml_style,
	  3,
	  4 },
	{ "7 a pair whose key is a map",
	  "- [{}: 1, b]\n",
	  { PUT(YAML_AFTER, "0/0/", &weight) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  8 },
	{ "41 anchors elsewhere, one defined twice",
	  "a: &x 1\nb: *x\nc: &x 2\nd: *x\nw: 1\n",
	  { SET_INT("w", "2") },
	  "a: &x 1\nb: *x\nc: &x 2\nd: *x\nw: 2\n" },
	{ "41 an anchor that holds itself",
	  "a: &x {b: *x}\nw: 1\n",
	  { SET_INT("w", "2") },
	  "a: &x {b: *x}\nw: 2\n" },
	{ "42 a key twice on the way",
	  "spec: {w: 1}\nspec: {w: 2}\n",
	  { SET_INT("spec/w", "3") },
	  NULL,
	  &CODE_yaml_duplicate,
	  1,
	  1 },
	{ "42 a key twice elsewhere",
	  "m: {x: 1, x: 2}\nspec: {w: 1}\n",
	  { SET_INT("spec/w", "3") },
	  "m: {x: 1, x: 2}\nspec: {w: 3}\n" },
};

static const struct trial template_rows[] = {
	{ "44 a variable",
	  "weight: ${WEIGHT}\n",
	  { SET_INT("weight", "80") },
	  NULL,
	  &CODE_yaml_template,
	  1,
	  9 },
	{ "44 a variable in quotes",
	  "weight: \"${WEIGHT:=90}\"\n",
	  { SET_INT("weight", "80") },
	  NULL,
	  &CODE_yaml_template,
	  1,
	  9 },
	{ "44 a variable elsewhere",
	  "x: ${X}\nweight: 1\n",
	  { SET_INT("weight", "80") },
	  "x: ${X}\nweight: 80\n" },
	{ "45 signs in quotes, comments and block scalars",
	  "a: \"{{ x }}\" # {{ y }}\nb: |\n  {% z %} (@= q @)\nw: 1\n",
	  { SET_INT("w", "2") },
	  "a: \"{{ x }}\" # {{ y }}\nb: |\n  {% z %} (@= q @)\nw: 2\n" },
};

static const struct trial operation_rows[] = {
	{ "46 nothing and all, three of them",
	  "r:\n- w: 50\n- w: 30\n- w: 20\n",
	  { SET_INT("r/0/w", "0"), SET_INT("r/1/w", "100"), SET_INT("r/2/w", "0") },
	  "r:\n- w: 0\n- w: 100\n- w: 0\n" },
	{ "46 to stay and to change",
	  "w: 50\n",
	  { SET_INT("w", "50"), SET_INT("w", "40") },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "46 the same value",
	  "r:\n- w: 50 # c\n",
	  { SET_INT("r/0/w", "50") },
	  "r:\n- w: 50 # c\n" },
	{ "46 two routes at once",
	  "h:\n- r: [{w: 1}]\n- r:\n  - w: 1\n",
	  { SET_INT("h/0/r/0/w", "90"), SET_INT("h/1/r/0/w", "10") },
	  "h:\n- r: [{w: 90}]\n- r:\n  - w: 10\n" },
	{ "47 two on one line, of other lengths",
	  "r: [{w: 100}, {w: 0}]\n",
	  { SET_INT("r/0/w", "5"), SET_INT("r/1/w", "95") },
	  "r: [{w: 5}, {w: 95}]\n" },
	{ "48 at the start, in the middle, at the end",
	  "r:\n- a\n- c\n",
	  { ADD(YAML_BEFORE, "r/0", &b), ADD(YAML_AFTER, "r/0", &b), ADD(YAML_AFTER, "r/1", &b) },
	  "r:\n- b\n- a\n- b\n- c\n- b\n" },
	{ "48 a mirror behind the route, the last key",
	  "h:\n- route:\n  - w: 1\n# next\n- x: 1\n",
	  { PUT(YAML_AFTER, "h/0/route", &mirror), PUT(YAML_AFTER, "h/0/route", &percentage) },
	  "h:\n- route:\n  - w: 1\n  mirror:\n    host: b\n  mirrorPercentage:\n    value: 10\n# "
	  "next\n- x: 1\n" },
	{ "49 the first and the last",
	  "r:\n- a # x\n- b\n# of c\n- c\nx: 1\n",
	  { DELETE("r/0"), DELETE("r/2") },
	  "r:\n- b\nx: 1\n" },
	{ "49 the middle", "r:\n- a\n- b\n- c\n", { DELETE("r/1") }, "r:\n- a\n- c\n" },
	{ "49 the only one", "r:\n- a\nx: 1\n", { DELETE("r/0") }, "r: []\nx: 1\n" },
	{ "49 an empty value, the last key", "a: 1\nb:\n", { DELETE("b") }, "a: 1\n" },
	{ "50 in flow, the first, with a comma behind the last",
	  "r: [a, b, c,]\n",
	  { DELETE("r/0") },
	  "r: [b, c,]\n" },
	{ "50 in flow, the last, with a comma behind it",
	  "r: [a, b, c,]\n",
	  { DELETE("r/2") },
	  "r: [a, b,]\n" },
	{ "50 in flow, the only one", "r: [a,]\n", { DELETE("r/0") }, "r: []\n" },
	{ "50 in flow, with comment lines between",
	  "r: [\n  a, # x\n  # of b\n  b,\n  c\n]\n",
	  { DELETE("r/1") },
	  "r: [\n  a, # x\n  c\n]\n" },
	{ "50 in flow, the last of a line", "w: [a, b,\nc]\n", { DELETE("w/1") }, "w: [a,\nc]\n" },
	{ "52 routes of other kinds",
	  "http:\n- route: [{weight: 1}]\ntcp:\n- route: [{weight: 1}]\ntls:\n- match: []\n",
	  { SET_INT("http/0/route/0/weight", "2") },
	  "http:\n- route: [{weight: 2}]\ntcp:\n- route: [{weight: 1}]\ntls:\n- match: []\n" },
	{ "54 blanks at the ends of lines",
	  "a: 1   \n  \nr:  \n- x \t\n \n- y\n",
	  { SET_INT("a", "2"), ADD(YAML_AFTER, "r/0", &b) },
	  "a: 2   \n  \nr:  \n- x \t\n- b\n \n- y\n" },
	{ "54 a tab before a comment",
	  "a: 1\t# c\nb: 1\n",
	  { SET_INT("a", "2"), PUT(YAML_AFTER, "a", &weight) },
	  "a: 2\t# c\nweight: 10\nb: 1\n" },
};

/* What no edit is needed for to be refused. */
static const struct refusal {
	const char *name;
	struct slice bytes;
	const struct code *code;
	uint32_t line, col;
} refusals[] = {
	{ "29 a lone carriage return", SLICE_INIT("a: 1\rb: 2\n"), &CODE_yaml_breaks, 1, 5 },
	{ "31 a byte order mark behind a marker",
	  SLICE_INIT("a: 1\n---\n\xef\xbb\xbf"
		     "b: 1\n"),
	  &CODE_yaml_encoding, 3, 1 },
	{ "31 UTF-16",
	  SLICE_INIT("\xff\xfe"
		     "a\0:\0"),
	  &CODE_yaml_encoding, 0, 0 },
	{ "36 a pair of surrogates", SLICE_INIT("{\"a\": \"\\ud83d\\ude00\"}"), &CODE_yaml_syntax,
	  1, 10 },
	{ "37 a hidden key",
	  SLICE_INIT("a: 1 # \xe2\x80\xa8"
		     "b: 2\n"),
	  &CODE_yaml_breaks, 1, 8 },
	{ "44 Helm, a value that parses", SLICE_INIT("weight: {{ .Values.w }}\n"),
	  &CODE_yaml_template, 1, 9 },
	{ "44 Helm, a line", SLICE_INIT("a: 1\n{{- if .x }}\nb: 1\n{{- end }}\n"),
	  &CODE_yaml_template, 2, 1 },
	{ "44 Jinja", SLICE_INIT("{% if x %}\na: 1\n{% endif %}\n"), &CODE_yaml_template, 1, 1 },
	{ "44 ytt, text", SLICE_INIT("a: (@= x @)\n"), &CODE_yaml_template, 1, 4 },
	{ "44 ytt, an annotation", SLICE_INIT("#@overlay/match by=x\na: 1\n"), &CODE_yaml_template,
	  1, 1 },
	{ "44 ytt, a condition", SLICE_INIT("a: 1\n#@ if x:\nb: 1\n"), &CODE_yaml_template, 2, 1 },
	{ "44 conflict markers", SLICE_INIT("<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n"),
	  &CODE_yaml_conflict, 1, 1 },
};

Test(yaml_layouts, streams)
{
	TRIAL_RUN(stream_rows);
}

Test(yaml_layouts, references)
{
	TRIAL_RUN(reference_rows);
}

Test(yaml_layouts, templates)
{
	TRIAL_RUN(template_rows);
}

Test(yaml_layouts, operations)
{
	TRIAL_RUN(operation_rows);
}

Test(yaml_layouts, refused_at_once)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;

		cr_assert_eq(yaml_parse(&file, SLICE("f"), r->bytes, &err), -1, "%s", r->name);
		cr_expect(err.code == r->code && err.line == r->line && err.col == r->col,
			  "%s: %s at %u:%u: %s", r->name, err.code->id, err.line, err.col,
			  err.reason);
		cr_expect(err.reason[0] && (err.remedy[0] || r->code->remedy[0] ||
					    r->code == &CODE_yaml_syntax),
			  "%s", r->name);
	}
}

Test(yaml_layouts, templates_that_are_only_read)
{
	static const struct {
		struct slice bytes;
		bool strict, loose; /* can it be parsed? */
	} rows[] = {
		{ SLICE_INIT("a: x-{{y}}\n"), false, true },
		{ SLICE_INIT("a: 'x-{{y}}'\n"), true, true },
		{ SLICE_INIT("a: {{y}}\n"), false, false },
		{ SLICE_INIT("{{ if y }}\na: b\n{{ end }}\n"), false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_file *strict = NULL, *loose = NULL;
		struct err err = ERR_INIT;

		cr_expect_eq(yaml_parse(&strict, SLICE("f"), rows[i].bytes, &err) == 0,
			     rows[i].strict, "row %zu", i);
		cr_expect_eq(yaml_parse_loose(&loose, SLICE("f"), rows[i].bytes, &err) == 0,
			     rows[i].loose, "row %zu", i);
		if (loose)
			cr_expect(slice_is(yaml_string(yaml_get(yaml_root(loose, 0), "a")),
					   "x-{{y}}"),
				  "row %zu", i);
		yaml_file_free(strict);
		yaml_file_free(loose);
	}
}

/* What the limits refuse, fast: the caller's time limit is the judge. */
static void expect_limit(const char *name, const char *unit, size_t times, const char *end,
			 const struct code *code)
{
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < times; i++)
		str_adds(&text, unit);
	str_adds(&text, end);
	cr_expect_eq(yaml_parse(&file, SLICE("f"), str_slice(&text), &err), code ? -1 : 0, "%s: %s",
		     name, err.reason);
	cr_expect(err.code == code, "%s: %s", name, err.reason);
	yaml_file_free(file);
}

Test(yaml_layouts, bounds, .timeout = 20)
{
	expect_limit("38 a line of a megabyte", "{a: 1}, ", 131072, "", &CODE_yaml_syntax);
	expect_limit("38 a key of 1025 characters", "k", 1025, ": 1\n", &CODE_yaml_syntax);
	expect_limit("43 ten thousand brackets", "[", 10000, "", &CODE_yaml_limit);
	expect_limit("43 ten thousand dashes", "- ", 10000, "", &CODE_yaml_limit);
	expect_limit("a hundred thousand documents", "---\na: 1\n", 100000, "", NULL);
}

/* 38: everything on one line, changed at its end. */
Test(yaml_layouts, a_long_line, .timeout = 20)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str text = STR_INIT, out = STR_INIT, want = STR_INIT;
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;
	struct yaml_edits *e;

	str_adds(&text, "[");
	for (size_t i = 0; i < 100000; i++)
		str_addf(&text, "{w: %zu}, ", i);
	str_add(&want, str_slice(&text));
	str_adds(&text, "{w: 1}]");
	str_adds(&want, "{w: 2}]");
	cr_assert_eq(yaml_parse(&file, SLICE("f"), str_slice(&text), &err), 0, "%s", err.reason);
	e = yaml_edits_new(file, arena);
	yaml_set(e, yaml_root(file, 0)->last->first, LIT_INT, SLICE("2"));
	cr_assert_eq(yaml_apply(e, &out, &err), 0, "%s", err.reason);
	cr_expect(slice_eq(str_slice(&out), str_slice(&want)));
	yaml_file_free(file);
}

/* 43: many anchors in what goes, many aliases of others elsewhere. */
Test(yaml_layouts, many_anchors_go, .timeout = 20)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str text = STR_INIT, out = STR_INIT;
	struct yaml_file *file;
	struct err err = ERR_INIT;
	struct yaml_edits *e;

	str_adds(&text, "y: &y 1\nx:\n");
	for (size_t i = 0; i < 50000; i++)
		str_addf(&text, "- &a%zu v\n", i);
	str_adds(&text, "z: *y\n");
	file = trial_parse("43 many anchors", str_slice(&text));
	e = yaml_edits_new(file, arena);
	yaml_delete(e, yaml_get(yaml_root(file, 0), "x"));
	cr_assert_eq(yaml_apply(e, &out, &err), 0, "%s", err.reason);
	cr_expect_str_eq(out.ptr, "y: &y 1\nz: *y\n");
	yaml_file_free(file);
}

/* 43: each alias stands for nine of the one before; they are not expanded. */
Test(yaml_layouts, an_alias_bomb, .timeout = 20)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "a0: &a0 [x]\n");
	for (int i = 1; i < 60; i++)
		str_addf(&text,
			 "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
			 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	yaml_file_free(trial_parse("43 a bomb", str_slice(&text)));
}

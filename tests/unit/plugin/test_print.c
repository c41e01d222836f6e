#include "tests/unit/plugin/sample.h"

#include "base/alloc.h"
#include "plugin/help.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/print_table.h"
#include "yaml/yaml.h"

#include <cjson/cJSON.h>
#include <limits.h>

/* Three rows: all set, nothing set, hostile. */
static struct slice stages[] = { SLICE_INIT("mirror"), SLICE_INIT("10") };
static struct pair allow[] = { { SLICE_INIT("GCB1003"), SLICE_INIT("kept elsewhere") } };
static const struct sample_part parts[] = { { SLICE_INIT("a"), 1 }, { SLICE_INIT("b"), 70000 } };
static const struct sample samples[] = {
	{
		.name = SLICE_INIT("web"),
		.from = { SLICE_INIT("web.example.com"), 8080 },
		.percent = 25,
		.all = true,
		.mode = 1,
		.stages = { stages, 2 },
		.allow = { allow, 1 },
		.verb = SLICE_INIT("get"),
		.parts = { parts, 2 },
	},
	{ .percent = -1, .mode = 9 },
	{ .name = SLICE_INIT("b\xc3\xbc\xe2\x82\xac"),
	  .from = { SLICE_INIT("two\nlines"), 1 },
	  .verb = SLICE_INIT("\x1b[31m\xff") },
};
#define SAMPLES ((struct rows){ samples, 3 })

Test(print, table)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_TABLE, &sample_record, SAMPLES, &text);
	cr_assert_str_eq(text.ptr,
			 "NAME     FROM              PERCENT   ALL     MODE           STAGES\n"
			 "web      web.example.com   25        true    pull-request   mirror,10\n"
			 "<none>   <none>            <none>    false   <none>         <none>\n"
			 "b\xc3\xbc\xe2\x82\xac      two...            0         false   direct    "
			 "     <none>\n");
}

Test(print, wide)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_WIDE, &sample_record, SAMPLES, &text);
	cr_assert_str_eq(text.ptr,
			 "NAME     FROM              PORT     PERCENT   ALL     MODE           "
			 "STAGES      ALLOW                    PARTS\n"
			 "web      web.example.com   8080     25        true    pull-request   "
			 "mirror,10   GCB1003=kept elsewhere   2\n"
			 "<none>   <none>            <none>   <none>    false   <none>         "
			 "<none>      <none>                   <none>\n"
			 "b\xc3\xbc\xe2\x82\xac      two...            1        0         false   "
			 "direct         <none>      <none>                   <none>\n");
}

Test(print, names)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_NAME, &sample_record, SAMPLES, &text);
	cr_assert_str_eq(text.ptr, "web\nb\xc3\xbc\xe2\x82\xac\n");
}

/* A record of one column. */
struct cell {
	struct slice text, other;
};

static const struct field cell_fields[] = {
	{ .name = "text",
	  .kind = VALUE_STRING,
	  .offset = offsetof(struct cell, text),
	  .column = "C",
	  .flags = FIELD_NAME },
	{ .name = "other",
	  .kind = VALUE_STRING,
	  .offset = offsetof(struct cell, other),
	  .column = "D",
	  .flags = FIELD_NAME },
	{ 0 },
};
static const struct record cell_record = { "Cell", sizeof(struct cell), cell_fields };

Test(print, cells)
{
	static const struct {
		const char *name;
		struct slice text;
		const char *expected, *word;
	} rows[] = {
		{ "narrow column takes six", SLICE_INIT("x"), "C     D\nx     y\n", "x/y\n" },
		{ "absent", { NULL, 0 }, "C        D\n<none>   y\n", "y\n" },
		{ "empty", { "", 0 }, "C        D\n<none>   y\n", "y\n" },
		{ "escape", SLICE_INIT("\x1b[2J"), "C       D\n^[[2J   y\n", "^[[2J/y\n" },
		{ "C1", SLICE_INIT("\xc2\x9b"), "C      D\n\\x9b   y\n", "\\x9b/y\n" },
		{ "tab and bell", SLICE_INIT("\t\a"), "C          D\n\\x09\\x07   y\n",
		  "\\x09\\x07/y\n" },
		{ "bidi", SLICE_INIT("\xe2\x80\xae"), "C        D\n\\u202e   y\n", "\\u202e/y\n" },
		{ "not UTF-8", SLICE_INIT("\xff"), "C      D\n\\xff   y\n", "\\xff/y\n" },
		{ "NUL", SLICE_INIT("\0"), "C      D\n\\x00   y\n", "\\x00/y\n" },
		{ "carriage return", SLICE_INIT("safe\rbad"), "C         D\nsafe...   y\n",
		  "safe.../y\n" },
		{ "form feed", SLICE_INIT("safe\fbad"), "C         D\nsafe...   y\n",
		  "safe.../y\n" },
		{ "line end first", SLICE_INIT("\nbad"), "C     D\n...   y\n", ".../y\n" },
		{ "wide characters count once", SLICE_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e!"),
		  "C      D\n\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e!   y\n",
		  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e!/y\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cell cell = { rows[i].text, SLICE_INIT("y") };
		AUTO_STR struct str table = STR_INIT, word = STR_INIT;

		print_rows_text(OUTPUT_TABLE, &cell_record, (struct rows){ &cell, 1 }, &table);
		cr_assert_str_eq(table.ptr, rows[i].expected, "%s: %s", rows[i].name, table.ptr);
		print_rows_text(OUTPUT_NAME, &cell_record, (struct rows){ &cell, 1 }, &word);
		cr_assert_str_eq(word.ptr, rows[i].word, "%s: %s", rows[i].name, word.ptr);
	}
}

Test(print, json)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_JSON, &sample_record, (struct rows){ samples, 1 }, &text);
	cr_assert_str_eq(text.ptr, "{\n"
				   "  \"apiVersion\": \"gcpbackend/v1alpha1\",\n"
				   "  \"kind\": \"SampleList\",\n"
				   "  \"items\": [\n"
				   "    {\n"
				   "      \"name\": \"web\",\n"
				   "      \"from\": {\n"
				   "        \"host\": \"web.example.com\",\n"
				   "        \"port\": 8080\n"
				   "      },\n"
				   "      \"percent\": 25,\n"
				   "      \"all\": true,\n"
				   "      \"mode\": \"pull-request\",\n"
				   "      \"stages\": [\n"
				   "        \"mirror\",\n"
				   "        \"10\"\n"
				   "      ],\n"
				   "      \"allow\": {\n"
				   "        \"GCB1003\": \"kept elsewhere\"\n"
				   "      },\n"
				   "      \"verb\": \"get\",\n"
				   "      \"parts\": [\n"
				   "        {\n"
				   "          \"host\": \"a\",\n"
				   "          \"port\": 1\n"
				   "        },\n"
				   "        {\n"
				   "          \"host\": \"b\",\n"
				   "          \"port\": null\n"
				   "        }\n"
				   "      ]\n"
				   "    }\n"
				   "  ]\n"
				   "}\n");
}

Test(print, yaml)
{
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_YAML, &sample_record, (struct rows){ samples, 2 }, &text);
	cr_assert_str_eq(text.ptr, "apiVersion: gcpbackend/v1alpha1\n"
				   "kind: SampleList\n"
				   "items:\n"
				   "- name: web\n"
				   "  from:\n"
				   "    host: web.example.com\n"
				   "    port: 8080\n"
				   "  percent: 25\n"
				   "  all: true\n"
				   "  mode: pull-request\n"
				   "  stages:\n"
				   "  - mirror\n"
				   "  - \"10\"\n"
				   "  allow:\n"
				   "    GCB1003: kept elsewhere\n"
				   "  verb: get\n"
				   "  parts:\n"
				   "  - host: a\n"
				   "    port: 1\n"
				   "  - host: b\n"
				   "    port: null\n"
				   "- name: null\n"
				   "  from:\n"
				   "    host: null\n"
				   "    port: null\n"
				   "  percent: null\n"
				   "  all: false\n"
				   "  mode: null\n"
				   "  stages: []\n"
				   "  verb: null\n"
				   "  parts: []\n");
}

/* The item `i` of a printed document. */
static const cJSON *item_of(const cJSON *doc, int i)
{
	return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(doc, "items"), i);
}

Test(print, json_read_again)
{
	static const struct {
		const char *name;
		struct slice text;
		const char *expected;
	} rows[] = {
		{ "plain", SLICE_INIT("web"), "web" },
		{ "empty", { "", 0 }, "" },
		{ "quotes", SLICE_INIT("\"\\/\b\f\n\r\t"), "\"\\/\b\f\n\r\t" },
		{ "controls", SLICE_INIT("\x01\x1b\x1f\x7f"), "\x01\x1b\x1f\x7f" },
		{ "C1 and bidi", SLICE_INIT("\xc2\x9b\xe2\x80\xae"), "\xc2\x9b\xe2\x80\xae" },
		{ "separators and zero width", SLICE_INIT("\xe2\x80\xa8\xe2\x80\x8b\xd8\x9c"),
		  "\xe2\x80\xa8\xe2\x80\x8b\xd8\x9c" },
		{ "tag", SLICE_INIT("\xf3\xa0\x80\x81"), "\xf3\xa0\x80\x81" },
		{ "multi-byte", SLICE_INIT("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"),
		  "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "not UTF-8", SLICE_INIT("a\xff\xc0\xaf\xed\xa0\x80"),
		  "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "cut character", SLICE_INIT("a\xe2\x82"), "a\xef\xbf\xbd\xef\xbf\xbd" },
		{ "NUL", SLICE_INIT("a\0b"),
		  "a\xef\xbf\xbd"
		  "b" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cell cell = { rows[i].text, { NULL, 0 } };
		AUTO_STR struct str text = STR_INIT, yaml = STR_INIT;
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		cJSON *doc;

		print_rows_text(OUTPUT_JSON, &cell_record, (struct rows){ &cell, 1 }, &text);
		cr_assert_eq(str_visible_prefix(str_slice(&text), true), text.len, "%s",
			     rows[i].name);
		doc = cJSON_ParseWithLength(text.ptr, text.len);
		cr_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(item_of(doc, 0), "text")),
				 rows[i].expected, "%s", rows[i].name);
		cr_assert(cJSON_IsNull(cJSON_GetObjectItem(item_of(doc, 0), "other")), "%s",
			  rows[i].name);
		cJSON_Delete(doc);

		print_rows_text(OUTPUT_YAML, &cell_record, (struct rows){ &cell, 1 }, &yaml);
		cr_assert_eq(str_visible_prefix(str_slice(&yaml), true), yaml.len, "%s",
			     rows[i].name);
		cr_assert_eq(yaml_parse(&file, SLICE("out"), str_slice(&yaml), &err), 0,
			     "%s: %s\n%s", rows[i].name, err.reason, yaml.ptr);
		cr_assert(slice_is(yaml_string(yaml_get(
					   yaml_get(yaml_root(file, 0), "items")->first, "text")),
				   rows[i].expected),
			  "%s", rows[i].name);
		yaml_file_free(file);
	}
}

/* A record of a number without limits. */
struct number {
	long n;
};

static const struct field number_fields[] = {
	{ .name = "n", .kind = VALUE_INT, .offset = offsetof(struct number, n), .column = "N" },
	{ 0 },
};
static const struct record number_record = { "Number", sizeof(struct number), number_fields };

Test(print, numbers)
{
	static const struct {
		long n;
		const char *digits;
	} rows[] = { { 0, "0" },
		     { -1, "-1" },
		     { 1000000000000000, "1000000000000000" },
		     { 9007199254740992, "9007199254740992" },
		     { -9007199254740992, "-9007199254740992" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT, part = STR_INIT;
		cJSON *doc;

		print_rows_text(OUTPUT_JSON, &number_record, (struct rows){ &rows[i].n, 1 }, &text);
		str_addf(&part, "\"n\": %s\n", rows[i].digits);
		assert_has(rows[i].digits, text.ptr, part.ptr);
		doc = cJSON_Parse(text.ptr);
		cr_assert_eq((long)cJSON_GetNumberValue(cJSON_GetObjectItem(item_of(doc, 0), "n")),
			     rows[i].n, "%s", rows[i].digits);
		cJSON_Delete(doc);
	}
}

Test(print, key_twice)
{
	struct pair twice[] = { { SLICE_INIT("k"), SLICE_INIT("1") },
				{ SLICE_INIT("k"), SLICE_INIT("2") } };
	const struct sample row = { .allow = { twice, 2 } };
	AUTO_STR struct str text = STR_INIT;

	print_rows_text(OUTPUT_JSON, &sample_record, (struct rows){ &row, 1 }, &text);
	assert_has("last stays", text.ptr, "\"k\": \"2\"\n");
	cr_assert(!strstr(text.ptr, "\"1\""));
}

Test(print, no_rows)
{
	static const struct {
		enum output form;
		const char *out, *err;
	} rows[] = {
		{ OUTPUT_TABLE, "", "No samples found.\n" },
		{ OUTPUT_WIDE, "", "No samples found.\n" },
		{ OUTPUT_NAME, "", "No samples found.\n" },
		{ OUTPUT_JSON,
		  "{\n  \"apiVersion\": \"gcpbackend/v1alpha1\",\n  \"kind\": \"SampleList\",\n  "
		  "\"items\": []\n}\n",
		  "" },
		{ OUTPUT_YAML, "apiVersion: gcpbackend/v1alpha1\nkind: SampleList\nitems: []\n",
		  "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_app s;

		stage_open(&s);
		s.app.output = rows[i].form;
		print_rows(&s.app, &sample_record, (struct rows){ NULL, 0 }, "No samples found.");
		stage_flush(&s);
		cr_assert_str_eq(s.out, rows[i].out, "%zu", i);
		cr_assert_str_eq(s.err, rows[i].err, "%zu", i);
		stage_close(&s);
	}
}

Test(print, large)
{
	enum { MEGA = 1 << 20 };
	AUTO_FREE char *big = xzalloc(MEGA + 1);
	AUTO_STR struct str table = STR_INIT, json = STR_INIT;
	struct cell cell = { { big, MEGA }, { NULL, 0 } };
	cJSON *doc;

	memset(big, 'x', MEGA);
	print_rows_text(OUTPUT_TABLE, &cell_record, (struct rows){ &cell, 1 }, &table);
	cr_assert_eq(table.len, 2 * (MEGA + 3) + 2 + 7);
	print_rows_text(OUTPUT_JSON, &cell_record, (struct rows){ &cell, 1 }, &json);
	doc = cJSON_Parse(json.ptr);
	cr_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItem(item_of(doc, 0), "text")), big);
	cJSON_Delete(doc);
}

/* Every heading, JSON name and option of a record, with the fields of parts. */
static void agree(const struct record *of, const char *base, const cJSON *object, const char *table,
		  const char *help)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		const cJSON *value =
			f->name ? cJSON_GetObjectItemCaseSensitive(object, f->name) : NULL;
		AUTO_STR struct str text = STR_INIT;

		if (f->kind == VALUE_RECORD) {
			agree(f->of, base + f->offset, value, table, help);
			continue;
		}
		print_cell(f, base, &text);
		if (f->name && (f->kind == VALUE_STRING || f->kind == VALUE_ENUM))
			cr_assert_str_eq(cJSON_GetStringValue(value), text.ptr, "%s", f->name);
		if (f->column) {
			assert_has(f->column, table, f->column);
			assert_has(f->column, table, text.ptr);
		}
		if (f->flag && !(f->flags & FIELD_HIDDEN)) {
			str_clear(&text);
			str_addf(&text, "--%s=", f->flag);
			assert_has(f->flag, help, text.ptr);
			assert_has(f->flag, help,
				   f->flags & FIELD_WIDE      ? "Options" :
				   slice_of(f->help).len > 60 ? "Options" :
								f->help);
		}
	}
}

Test(print, one_record_everywhere)
{
	const char *argv[] = { "web",
			       "--name=web",
			       "--from=web.example.com",
			       "--from-port=8080",
			       "-p25",
			       "-Am",
			       "pull-request",
			       "-smirror,10",
			       "--allow",
			       "GCB1003=kept elsewhere",
			       "--verb",
			       "get",
			       NULL };
	AUTO_STR struct str json = STR_INIT, again = STR_INIT, wide = STR_INIT, help = STR_INIT;
	struct sample given = { 0 };
	struct err err = ERR_INIT;
	struct stage_app s;
	cJSON *doc;

	stage_open(&s);
	cr_assert_eq(options_parse(&s.app, words_slices(&s, argv), &given, &err), 0, "%s",
		     err.reason);
	given.parts = samples[0].parts;
	print_rows_text(OUTPUT_JSON, &sample_record, (struct rows){ samples, 1 }, &json);
	print_rows_text(OUTPUT_JSON, &sample_record, (struct rows){ &given, 1 }, &again);
	cr_assert_str_eq(json.ptr, again.ptr);
	print_rows_text(OUTPUT_WIDE, &sample_record, (struct rows){ &given, 1 }, &wide);
	help_command(&s.app, &sample_command, 120, &help);
	doc = cJSON_Parse(json.ptr);
	agree(&sample_record, (const char *)&given, item_of(doc, 0), wide.ptr, help.ptr);
	cJSON_Delete(doc);
	stage_close(&s);
}

/*
 * What is refused before anything can be edited: the code, the place, and what looks like it but is
 * fine.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

struct guard_row {
	const char *name;
	struct slice bytes;
	const struct code *code; /* NULL: it parses */
	uint32_t line, col;
};

static const struct guard_row rows[] = {
	{ "nothing", SLICE_INIT(""), NULL },
	{ "a byte order mark alone", SLICE_INIT("\xef\xbb\xbf"), NULL },
	{ "comments alone", SLICE_INIT("# a\n\n# b"), NULL },
	{ "UTF-16, little end first",
	  SLICE_INIT("\xff\xfe"
		     "a\0:\0"),
	  &CODE_yaml_encoding },
	{ "UTF-16, big end first", SLICE_INIT("\xfe\xff\0a\0:"), &CODE_yaml_encoding },
	{ "a NUL", SLICE_INIT("a: 1\nb: \0\n"), &CODE_yaml_encoding },
	{ "an escape", SLICE_INIT("a: 1\nb: \x1b[2J\n"), &CODE_yaml_encoding, 2, 4 },
	{ "DEL", SLICE_INIT("a: \x7f\n"), &CODE_yaml_encoding, 1, 4 },
	{ "C1", SLICE_INIT("a: \xc2\x80\n"), &CODE_yaml_encoding, 1, 4 },
	{ "Latin-1", SLICE_INIT("\xef\xbb\xbf# \xc3\xa9 \xe9\n"), &CODE_yaml_encoding, 1, 5 },
	{ "half a character at the end", SLICE_INIT("a: \xc3"), &CODE_yaml_encoding, 1, 4 },
	{ "overlong", SLICE_INIT("a: \xc0\xaf\n"), &CODE_yaml_encoding, 1, 4 },
	{ "a surrogate", SLICE_INIT("a: \xed\xa0\x80\n"), &CODE_yaml_encoding, 1, 4 },
	{ "beyond Unicode", SLICE_INIT("a: \xf4\x90\x80\x80\n"), &CODE_yaml_encoding, 1, 4 },
	{ "U+FFFE", SLICE_INIT("a: \xef\xbf\xbe\n"), &CODE_yaml_encoding, 1, 4 },
	{ "a byte order mark inside",
	  SLICE_INIT("a: 1\n---\n\xef\xbb\xbf"
		     "b: 1\n"),
	  &CODE_yaml_encoding, 3, 1 },
	{ "U+FFFD", SLICE_INIT("a: \xef\xbf\xbd\n"), NULL },
	{ "a lone carriage return", SLICE_INIT("a: 1\rb: 2\n"), &CODE_yaml_breaks, 1, 5 },
	{ "a carriage return at the end", SLICE_INIT("a: 1\r"), &CODE_yaml_breaks, 1, 5 },
	{ "two carriage returns", SLICE_INIT("a: 1\r\r\n"), &CODE_yaml_breaks, 1, 5 },
	{ "LS hides a key in a comment",
	  SLICE_INIT("a: 1 # \xe2\x80\xa8"
		     "b: 2\n"),
	  &CODE_yaml_breaks, 1, 8 },
	{ "PS in a block scalar", SLICE_INIT("a: |\n  x\xe2\x80\xa9  y\n"), &CODE_yaml_breaks, 2,
	  4 },
	{ "NEL in a plain scalar", SLICE_INIT("a: x\xc2\x85  y\n"), &CODE_yaml_breaks, 1, 5 },
	{ "NEL and LS in quotes", SLICE_INIT("a: \"x\xc2\x85y\"\nb: 'x\xe2\x80\xa8y'\n"), NULL },
	{ "NEL behind quotes",
	  SLICE_INIT("a: \"x\" \xc2\x85"
		     "b: 1\n"),
	  &CODE_yaml_breaks, 1, 8 },
	{ "a merge conflict", SLICE_INIT("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"),
	  &CODE_yaml_conflict, 2, 1 },
	{ "a merge conflict with CRLF",
	  SLICE_INIT("<<<<<<< HEAD\r\nb: 1\r\n=======\r\nb: 2\r\n>>>>>>> x\r\n"),
	  &CODE_yaml_conflict, 1, 1 },
	{ "a merge conflict behind a byte order mark",
	  SLICE_INIT("\xef\xbb\xbf<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"),
	  &CODE_yaml_conflict, 1, 1 },
	{ "text about conflicts", SLICE_INIT("a: |\n  <<<<<<< HEAD\n  >>>>>>> x\nb: <<<<<<<\n"),
	  NULL },
	{ "Helm, a value", SLICE_INIT("a: 1\nw: {{ .Values.w }}\n"), &CODE_yaml_template, 2, 4 },
	{ "Helm, a part of a value", SLICE_INIT("a: 1\nw: x-{{ .Values.w }}\n"),
	  &CODE_yaml_template, 2, 4 },
	{ "Helm, a key", SLICE_INIT("x{{ a }}: 1\n"), &CODE_yaml_template, 1, 1 },
	{ "Helm, a line", SLICE_INIT("a: 1\n{{- if .Values.b }}\nb: 1\n{{- end }}\n"),
	  &CODE_yaml_template, 2, 1 },
	{ "Helm, an item", SLICE_INIT("- {{ a }}\n"), &CODE_yaml_template, 1, 3 },
	{ "Helm, in flow", SLICE_INIT("a: [{{ b }}]\n"), &CODE_yaml_template, 1, 5 },
	{ "Jinja", SLICE_INIT("a: 1\n{% if b %}\n"), &CODE_yaml_template, 2, 1 },
	{ "Jinja, a part of a value", SLICE_INIT("a: b {% c %}\n"), &CODE_yaml_template, 1, 4 },
	{ "ytt, a directive", SLICE_INIT("#@ load(\"x\")\na: 1\n"), &CODE_yaml_template, 1, 1 },
	{ "ytt, a value", SLICE_INIT("a: 1 #@ b\n"), &CODE_yaml_template, 1, 6 },
	{ "ytt, a text", SLICE_INIT("a: x(@= b @)\n"), &CODE_yaml_template, 1, 4 },
	{ "someone's name", SLICE_INIT("a: Jane (@jane)\n"), NULL },
	{ "a map in a map", SLICE_INIT("a: { {b: 1}: 2}\n"), NULL },
	{ "braces in quotes", SLICE_INIT("a: \"{{ b }}\"\nc: '{% d %}'\n"), NULL },
	{ "braces in a comment and in a block scalar", SLICE_INIT("# {{ a }}\nb: |\n  {{ c }}\n"),
	  NULL },
	{ "a tab as indentation", SLICE_INIT("a:\n\tb: 1\n"), &CODE_yaml_syntax, 2, 1 },
	{ "a tab behind a dash", SLICE_INIT("-\tx: 1\n"), &CODE_yaml_syntax, 1, 2 },
	{ "an open quote", SLICE_INIT("a: \"b\n"), &CODE_yaml_syntax, 2, 1 },
	{ "an open bracket", SLICE_INIT("a: [b\n"), &CODE_yaml_syntax, 2, 1 },
	{ "a stray bracket", SLICE_INIT("a: ]\n"), &CODE_yaml_syntax, 1, 4 },
	{ "a map in a value", SLICE_INIT("a: b: c\n"), &CODE_yaml_syntax, 1, 5 },
	{ "a tag without a prefix", SLICE_INIT("a: !e!x b\n"), &CODE_yaml_syntax, 1, 4 },
	{ "a surrogate pair as escapes", SLICE_INIT("{\"a\": \"\\ud83d\\ude00\"}\n"),
	  &CODE_yaml_syntax, 1, 10 },
	{ "JSON", SLICE_INIT("{\n\t\"a\": [1, \"\\/\"]\n}"), NULL },
	{ "YAML 1.2", SLICE_INIT("%YAML 1.2\n---\na: 1\n"), NULL },
};

Test(yaml_guard, refuses_or_parses)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct guard_row *row = &rows[i];
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		AUTO_STR struct str line = STR_INIT;
		int result = yaml_parse(&file, SLICE("f.yaml"), row->bytes, &err);

		if (result < 0)
			err_format(&err, &line);
		cr_expect_eq(result, row->code ? -1 : 0, "%s: %s", row->name, line.ptr);
		cr_expect_eq(file != NULL, result == 0, "%s: the file is set on success only",
			     row->name);
		cr_expect_eq(err.code, row->code, "%s: %s", row->name, line.ptr);
		cr_expect(err.line == row->line && err.col == row->col, "%s: expected at %u:%u: %s",
			  row->name, row->line, row->col, line.ptr);
		yaml_file_free(file);
	}
}

/*
 * A late error is found too: libyaml reads ahead, and nothing may be edited before the end was
 * seen.
 */
Test(yaml_guard, an_error_far_away)
{
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	for (int i = 0; i < 20000; i++)
		str_addf(&text, "k%d: \xc3\xa9\n", i);
	str_adds(&text, "a: b\x01\n");
	cr_expect_eq(yaml_parse(&file, SLICE("f"), str_slice(&text), &err), -1);
	cr_expect_eq(err.code, &CODE_yaml_encoding);
	cr_expect_eq(err.line, 20001);
	cr_expect_eq(err.col, 5);
}

Test(yaml_guard, the_parts_of_a_file)
{
	struct yaml_file *file =
		trial_parse("parts", SLICE("---\n---\n# c\n---\na: 1\n---\n\"\"\n--- !x\n"));

	cr_expect_eq(yaml_documents(file), 5);
	cr_expect_null(yaml_root(file, 0));
	cr_expect_null(yaml_root(file, 1));
	cr_expect_not_null(yaml_root(file, 2));
	cr_expect_not_null(yaml_root(file, 3), "an empty string is something");
	cr_expect_not_null(yaml_root(file, 4), "a tag is something");
	cr_expect_null(yaml_root(file, 5));
	cr_expect(slice_is(yaml_name(file), "parts"));
	cr_expect_null(yaml_get(NULL, "a"));
	cr_expect_null(yaml_get(yaml_path(yaml_root(file, 2), "a", NULL), "b"));
	cr_expect_null(yaml_path(yaml_root(file, 0), "a", "b", NULL));
	cr_expect(slice_is(yaml_path(yaml_root(file, 2), "a", NULL)->text, "1"));
	cr_expect_eq(yaml_place(yaml_path(yaml_root(file, 2), "a", NULL)).line, 5);
	cr_expect_null(yaml_place(NULL).path.ptr);
	cr_expect_null(yaml_string(NULL).ptr);
	cr_expect_null(yaml_string(yaml_root(file, 2)).ptr);
	cr_expect_null(yaml_string(trial_find(file, "2:a")).ptr, "a number is no string");
	yaml_file_free(file);
	yaml_file_free(NULL);
}

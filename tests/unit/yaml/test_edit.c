/*
 * Setting scalars: only the content changes, in any layout; and what lists of intentions promise.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct trial plain_rows[] = {
	{ "a number", "a: 1\nb: 2\n", { SET_INT("b", "30") }, "a: 1\nb: 30\n" },
	{ "the first of several", "a: 1\nb: 2\n", { SET_INT("a", "10") }, "a: 10\nb: 2\n" },
	{ "two at once, in any order",
	  "a: 1\nb: 2\n",
	  { SET_INT("b", "20"), SET_INT("a", "100") },
	  "a: 100\nb: 20\n" },
	{ "the same twice", "a: 1\n", { SET_INT("a", "2"), SET_INT("a", "2") }, "a: 2\n" },
	{ "a boolean", "a: true\n", { SET_BOOL("a", "false") }, "a: false\n" },
	{ "a string",
	  "host: old.example # why\n",
	  { SET_STR("host", "new.example") },
	  "host: new.example # why\n" },
	{ "a string that needs quotes", "a: x\n", { SET_STR("a", "on") }, "a: \"on\"\n" },
	{ "a number as a string", "a: 1\n", { SET_STR("a", "1") }, "a: \"1\"\n" },
	{ "a string that looks like a comment",
	  "a: x\n",
	  { SET_STR("a", "b #c") },
	  "a: \"b #c\"\n" },
	{ "a hash inside a word", "a: x\n", { SET_STR("a", "b#c") }, "a: b#c\n" },
	{ "control characters",
	  "a: x\n",
	  { SET_STR("a", "b\tc\n\x01") },
	  "a: \"b\\tc\\n\\u0001\"\n" },
	{ "braces of a template", "a: x\n", { SET_STR("a", "{{ b }}") }, "a: \"{{ b }}\"\n" },
	{ "trailing blanks stay",
	  "a: 1  \nb: 2\t \n",
	  { SET_INT("a", "3"), SET_INT("b", "4") },
	  "a: 3  \nb: 4\t \n" },
	{ "tab before a comment", "a: 1\t# c\n", { SET_INT("a", "3") }, "a: 3\t# c\n" },
	{ "an aligned comment",
	  "a: 1        # weight: 50\n",
	  { SET_INT("a", "100") },
	  "a: 100        # weight: 50\n" },
	{ "blanks around the colon",
	  "a :  1\nb:\t2\n",
	  { SET_INT("a", "3"), SET_INT("b", "4") },
	  "a :  3\nb:\t4\n" },
	{ "the value on the next line",
	  "a:\n  1\nb: 2\n",
	  { SET_INT("a", "3") },
	  "a:\n  3\nb: 2\n" },
	{ "an item",
	  "- 1\n-  2\n-\n  3\n",
	  { SET_INT("0", "4"), SET_INT("1", "5"), SET_INT("2", "6") },
	  "- 4\n-  5\n-\n  6\n" },
	{ "a nested item", "- - 1\n  - 2\n", { SET_INT("0/1", "3") }, "- - 1\n  - 3\n" },
	{ "a document that is a scalar", "--- x\n", { SET_STR("", "z") }, "--- z\n" },
	{ "an explicit key",
	  "? a\n: 1\n? b\n: 2\n",
	  { SET_INT("a", "3") },
	  "? a\n: 3\n? b\n: 2\n" },
	{ "a quoted key",
	  "\"a\\x62\": 1\n'c': 2\n",
	  { SET_INT("ab", "3"), SET_INT("c", "4") },
	  "\"a\\x62\": 3\n'c': 4\n" },
	{ "trailing empty lines",
	  "a: 1\n\n \n",
	  { SET_INT("a", "2") },
	  "a: 2\n\n \n",
	  .flags = ENDED },
	{ "wide characters before",
	  "# \xc2\xa9\na: \xc3\xa9\xf0\x9f\x98\x80\nb: 1\n",
	  { SET_INT("b", "2") },
	  "# \xc2\xa9\na: \xc3\xa9\xf0\x9f\x98\x80\nb: 2\n" },
	{ "wide characters on the line",
	  "{a: \"\xd7\xa9\xd7\x9c\", b: \xf0\x9f\x98\x80, c: 1, d: e\xcc\x81, e: 2}\n",
	  { SET_INT("c", "10"), SET_INT("e", "20") },
	  "{a: \"\xd7\xa9\xd7\x9c\", b: \xf0\x9f\x98\x80, c: 10, d: e\xcc\x81, e: 20}\n" },
	{ "mixed line ends",
	  "a: 1\r\nb: 2\nc: 3\r\n",
	  { SET_INT("b", "4") },
	  "a: 1\r\nb: 4\nc: 3\r\n" },
	{ "a wide string",
	  "a: x\n",
	  { SET_STR("a", "\xc3\xa9\xf0\x9f\x98\x80") },
	  "a: \xc3\xa9\xf0\x9f\x98\x80\n" },
};

static const struct trial quoted_rows[] = {
	{ "double stays double", "a: \"x\" # c\n", { SET_STR("a", "y") }, "a: \"y\" # c\n" },
	{ "single stays single", "a: 'x'#c\n", { SET_STR("a", "y") }, "a: 'y'#c\n" },
	{ "single with a quote", "a: 'x'\n", { SET_STR("a", "it's") }, "a: 'it''s'\n" },
	{ "single with a colon", "a: 'x'\n", { SET_STR("a", "b: c #d") }, "a: 'b: c #d'\n" },
	{ "single with a control character",
	  "a: 'x'\n",
	  { SET_STR("a", "b\nc") },
	  "a: \"b\\nc\"\n" },
	{ "single emptied", "a: 'x'\n", { SET_STR("a", "") }, "a: ''\n" },
	{ "double with escapes", "a: \"x\"\n", { SET_STR("a", "\"\\") }, "a: \"\\\"\\\\\"\n" },
	{ "separators of lines",
	  "a: x\n",
	  { SET_STR("a", "b\xe2\x80\xa8\xc2\x85") },
	  "a: \"b\\u2028\\u0085\"\n" },
	{ "a quoted number keeps its quotes",
	  "a: \"90\"\nb: '90'\n",
	  { SET_INT("a", "10"), SET_INT("b", "10") },
	  "a: \"10\"\nb: '10'\n" },
	{ "a host",
	  "hosts:\n- '*'\n- \"*\"\n",
	  { SET_STR("hosts/0", "*.a"), SET_STR("hosts/1", "*.b") },
	  "hosts:\n- '*.a'\n- \"*.b\"\n" },
	{ "an anchor and a tag stay",
	  "a: &x 1\nb: !!int 2\nc: &y !!str z\nd: !!int \"3\"\n",
	  { SET_INT("a", "4"), SET_INT("b", "5"), SET_STR("c", "w"), SET_INT("d", "6") },
	  "a: &x 4\nb: !!int 5\nc: &y !!str w\nd: !!int \"6\"\n" },
	{ "JSON keeps its quotes",
	  "{\"a\": 1, \"b\": null}\n",
	  { SET_STR("b", "x"), SET_STR("a", "y") },
	  "{\"a\": \"y\", \"b\": \"x\"}\n" },
	{ "adjacent in JSON",
	  "{\"a\":1,\"b\":\"c\"}\n",
	  { SET_INT("a", "2"), SET_STR("b", "d") },
	  "{\"a\":2,\"b\":\"d\"}\n" },
	{ "indicators in flow",
	  "{a: x, b: [y, z]}\n",
	  { SET_STR("a", "1, 2"), SET_STR("b/0", "[") },
	  "{a: \"1, 2\", b: [\"[\", z]}\n" },
	{ "a colon in flow", "[x]\n", { SET_STR("0", "a:?b") }, "[\"a:?b\"]\n" },
	{ "two on one line of different lengths",
	  "[{w: 5}, {w: 95}]\n",
	  { SET_INT("0/w", "100"), SET_INT("1/w", "0") },
	  "[{w: 100}, {w: 0}]\n" },
};

static const struct trial empty_rows[] = {
	{ "behind a colon", "a:\nb: 1\n", { SET_INT("a", "2") }, "a: 2\nb: 1\n" },
	{ "before a comment", "a: # c\nb: 1\n", { SET_INT("a", "2") }, "a: 2 # c\nb: 1\n" },
	{ "before blanks", "a:   \nb: 1\n", { SET_INT("a", "2") }, "a: 2   \nb: 1\n" },
	{ "an item",
	  "-\n- # c\n- 1\n",
	  { SET_INT("0", "2"), SET_INT("1", "3") },
	  "- 2\n- 3 # c\n- 1\n" },
	{ "the last one", "a: 1\nb:\n", { SET_STR("b", "x") }, "a: 1\nb: x\n" },
	{ "behind comments of nobody",
	  "a:\n# c\n\n  # d\nb: 1\n",
	  { SET_INT("a", "2") },
	  "a: 2\n# c\n\n  # d\nb: 1\n" },
	{ "behind an anchor",
	  "a: &x\nb: !!int # c\nc: 1\n",
	  { SET_STR("a", "z"), SET_INT("b", "2") },
	  "a: &x z\nb: !!int 2 # c\nc: 1\n" },
	{ "in flow", "{a: , b: 1}\n", { SET_INT("a", "2") }, "{a: 2 , b: 1}\n" },
	{ "the last in flow", "{\"a\":}\n", { SET_INT("a", "2") }, "{\"a\": 2}\n" },
	{ "null", "a: ~\nb: null\n", { SET_STR("a", "x"), SET_INT("b", "1") }, "a: x\nb: 1\n" },
	{ "an explicit key's",
	  "? a\n:\n? b\n: 1\n",
	  { SET_INT("a", "2") },
	  "? a\n: 2\n? b\n: 1\n" },
};

static const struct trial document_rows[] = {
	{ "only the third",
	  "a: 1\n---\na: 1\n---\n# c\na: 1\n---\na: 1\n",
	  { SET_INT("2:a", "2") },
	  "a: 1\n---\na: 1\n---\n# c\na: 2\n---\na: 1\n" },
	{ "empty ones between",
	  "---\n---\n# c\n---\na: 1\n---\n",
	  { SET_INT("2:a", "2") },
	  "---\n---\n# c\n---\na: 2\n---\n" },
	{ "an end and directives",
	  "%YAML 1.1\n# c\n---\na: 1\n... # d\n%YAML 1.1\n--- # e\na: 2\n...\n",
	  { SET_INT("1:a", "3") },
	  "%YAML 1.1\n# c\n---\na: 1\n... # d\n%YAML 1.1\n--- # e\na: 3\n...\n" },
	{ "content on the line of the dashes",
	  "--- {a: 1}\n--- [b]\n",
	  { SET_INT("a", "2"), SET_STR("1:0", "c") },
	  "--- {a: 2}\n--- [c]\n" },
	{ "dashes without a line end",
	  "a: 1\n---",
	  { SET_INT("a", "2") },
	  "a: 2\n---",
	  .flags = ENDED },
	{ "a comment without a line end",
	  "a: 1\n# c",
	  { SET_INT("a", "2") },
	  "a: 2\n# c",
	  .flags = ENDED },
	{ "blanks without a line end",
	  "a: 1\n   ",
	  { SET_INT("a", "2") },
	  "a: 2\n   ",
	  .flags = ENDED },
	{ "a verbatim tag",
	  "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str y\nb: !<tag:yaml.org,2002:str> z\n",
	  { SET_STR("a", "1"), SET_STR("b", "v") },
	  "%TAG !e! tag:yaml.org,2002:\n---\na: !e!str \"1\"\nb: !<tag:yaml.org,2002:str> v\n" },
};

static const struct trial refused_rows[] = {
	{ "to what it is, and to another",
	  "a: !!str # c\n",
	  { SET_STR("a", ""), SET_STR("a", "x") },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "an alias", "a: &x 1\nb: *x\n", { SET_INT("b", "2") }, NULL, &CODE_yaml_alias, 2, 4 },
	{ "an anchor with users",
	  "a: &x 1\nb: *x\n",
	  { SET_INT("a", "2") },
	  NULL,
	  &CODE_yaml_alias,
	  1,
	  4 },
	{ "inside an anchor with users",
	  "a: &x\n  w: 1\nb: *x\n",
	  { SET_INT("a/w", "2") },
	  NULL,
	  &CODE_yaml_alias,
	  1,
	  4 },
	{ "beside a merge key",
	  "d: {w: 1}\na:\n  <<: {w: 1}\n  w: 2\n",
	  { SET_INT("a/w", "3") },
	  NULL,
	  &CODE_yaml_alias,
	  3,
	  3 },
	{ "a key twice",
	  "a: 1\nb: 2\na: 3\n",
	  { SET_INT("b", "4") },
	  NULL,
	  &CODE_yaml_duplicate,
	  1,
	  1 },
	{ "a key twice above",
	  "s:\n  a: {w: 1}\n  a: {w: 2}\n",
	  { SET_INT("s/a/w", "4") },
	  NULL,
	  &CODE_yaml_duplicate,
	  2,
	  3 },
	{ "a block scalar",
	  "a: >-\n  90\nb: 1\n",
	  { SET_INT("a", "2") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "several lines", "a: b\n  c\n", { SET_STR("a", "d") }, NULL, &CODE_yaml_style, 1, 4 },
	{ "several lines in quotes",
	  "a: \"b\n  c\"\n",
	  { SET_STR("a", "d") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "not a scalar", "a: {b: 1}\n", { SET_STR("a", "d") }, NULL, &CODE_yaml_style, 1, 4 },
	{ "a key without a value",
	  "? a\n? b\n: 1\n",
	  { SET_INT("a", "1") },
	  NULL,
	  &CODE_yaml_style,
	  .line = 2,
	  .col = 1 },
	{ "two values",
	  "a: 1\n",
	  { SET_INT("a", "2"), SET_INT("a", "3") },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "a string tagged as a number",
	  "a: !!int 1\n",
	  { SET_STR("a", "x") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "a number tagged as a string",
	  "a: !!str 1\n",
	  { SET_INT("a", "2") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "a tag that says nothing",
	  "a: ! 1\n",
	  { SET_INT("a", "2") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "set in what goes away",
	  "a: 1\nb:\n  c: 1\n",
	  { DELETE("b"), SET_INT("b/c", "2") },
	  NULL,
	  &CODE_yaml_overlap,
	  3,
	  6 },
	{ "sealed",
	  "a: 1\nsops:\n  mac: x\n",
	  { SET_INT("a", "2") },
	  NULL,
	  &CODE_yaml_sealed,
	  0,
	  0 },
};

static const struct trial unrelated_rows[] = {
	{ "anchors elsewhere",
	  "a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: 3\n",
	  { SET_INT("e", "4") },
	  "a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: 4\n" },
	{ "an anchor that holds itself",
	  "a: &x\n  b: *x\nc: 1\n",
	  { SET_INT("c", "2") },
	  "a: &x\n  b: *x\nc: 2\n" },
	{ "a key twice elsewhere",
	  "a:\n  b: 1\n  b: 2\nc: 1\n",
	  { SET_INT("c", "2") },
	  "a:\n  b: 1\n  b: 2\nc: 2\n" },
	{ "a merge key elsewhere",
	  "a:\n  <<: {}\nc: 1\n",
	  { SET_INT("c", "2") },
	  "a:\n  <<: {}\nc: 2\n" },
	{ "braces in quotes and comments",
	  "# {{ x }}\na: \"{{ y }}\" # {%\nb: |\n  {{ z }}\nc: 1\n",
	  { SET_INT("c", "2") },
	  "# {{ x }}\na: \"{{ y }}\" # {%\nb: |\n  {{ z }}\nc: 2\n" },
	{ "markers of other tools",
	  "a: 1 # {\"$imagepolicy\": \"x:y\"}\nb: 2 # kpt-set: ${b}\n",
	  { SET_INT("b", "3") },
	  "a: 1 # {\"$imagepolicy\": \"x:y\"}\nb: 3 # kpt-set: ${b}\n" },
	{ "a separator in quotes",
	  "a: \"\xe2\x80\xa8\"\nb: 1\n",
	  { SET_INT("b", "2") },
	  "a: \"\xe2\x80\xa8\"\nb: 2\n" },
};

Test(yaml_edit, sets_plain_scalars)
{
	TRIAL_RUN(plain_rows);
}

Test(yaml_edit, sets_quoted_scalars)
{
	TRIAL_RUN(quoted_rows);
}

Test(yaml_edit, sets_empty_values)
{
	TRIAL_RUN(empty_rows);
}

Test(yaml_edit, sets_in_one_of_many_documents)
{
	TRIAL_RUN(document_rows);
}

Test(yaml_edit, refuses_to_set)
{
	TRIAL_RUN(refused_rows);
}

Test(yaml_edit, leaves_the_unrelated_alone)
{
	TRIAL_RUN(unrelated_rows);
}

Test(yaml_edit, the_same_value_is_no_edit)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse(
		"same", SLICE("a: 1\nb: \"x\"\nc: 'y' # c\nd: |\n  z\ne: \"90\"\nf: true\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;
	static const struct trial_op ops[] = { SET_INT("a", "1"),  SET_STR("b", "x"),
					       SET_STR("c", "y"),  SET_STR("d", "z\n"),
					       SET_INT("e", "90"), SET_BOOL("f", "true") };

	trial_plan(e, ops, sizeof(ops) / sizeof(ops[0]));
	cr_expect(yaml_edits_empty(e));
	cr_assert_eq(yaml_apply(e, &out, &err), 0);
	cr_expect(slice_eq(str_slice(&out), yaml_bytes(file)));
	yaml_file_free(file);
}

Test(yaml_edit, a_sealed_file_may_be_left_as_it_is)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse("sealed", SLICE("a: 1\nsops:\n  mac: x\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	yaml_set(e, yaml_get(yaml_root(file, 0), "a"), LIT_INT, SLICE("1"));
	cr_assert_eq(yaml_apply(e, &out, &err), 0);
	cr_expect(slice_eq(str_slice(&out), yaml_bytes(file)));
	yaml_file_free(file);
}

Test(yaml_edit, the_first_refusal_sticks)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file =
		trial_parse("refused", SLICE("a: &x 1\nb: *x\nc: |\n  z\nd: [1]\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena), *more = yaml_edits_new(file, arena),
			  *copy;

	cr_expect_null(yaml_edits_refusal(e));
	yaml_set(e, trial_find(file, "c"), LIT_STRING, SLICE("y"));
	yaml_set(e, trial_find(file, "b"), LIT_INT, SLICE("2"));
	cr_assert_not_null(yaml_edits_refusal(e));
	cr_expect_eq(yaml_edits_refusal(e)->code, &CODE_yaml_style);
	cr_expect_eq(yaml_edits_refusal(e)->line, 3);
	cr_expect_not(yaml_edits_empty(e));
	yaml_edits_merge(more, e);
	cr_expect_eq(yaml_edits_refusal(more)->code, &CODE_yaml_style);
	e = yaml_edits_new(file, arena);
	copy = yaml_copy(e, trial_find(file, "d/0"), YAML_AFTER, SLICE_NONE);
	cr_expect_null(yaml_edits_refusal(e));
	yaml_set(copy, trial_find(file, "d/0"), LIT_INT, SLICE("2"));
	yaml_delete(copy, yaml_root(file, 0));
	cr_expect_not_null(yaml_edits_refusal(e), "a refusal in a copy is one of the list");
	yaml_file_free(file);
}

Test(yaml_edit, merged_lists_are_one)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse("merged", SLICE("a: 1\nb: 2\n"));
	struct yaml_edits *one = yaml_edits_new(file, arena), *two = yaml_edits_new(file, arena);
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	yaml_set(one, trial_find(file, "b"), LIT_INT, SLICE("20"));
	yaml_set(two, trial_find(file, "a"), LIT_INT, SLICE("10"));
	yaml_edits_merge(one, two);
	cr_assert_eq(yaml_apply(one, &out, &err), 0);
	cr_expect_str_eq(out.ptr, "a: 10\nb: 20\n");
	yaml_file_free(file);
}

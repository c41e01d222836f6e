/*
 * The check of each edit catches results that are not what was intended, whatever made them.
 */
#include "tests/unit/yaml/trial.h"
#include "yaml/check_internal.h"
#include "yaml/splice_edits_internal.h"

#include <criterion/criterion.h>

static const struct yaml_lit number = { SLICE_INIT("w"), LIT_INT, SLICE_INIT("9"), NULL, 0 };
static const struct yaml_lit inner[] = { { SLICE_INIT("k"), LIT_STRING, SLICE_INIT("v"), NULL,
					   0 } };
static const struct yaml_lit map = { SLICE_INIT("w"), LIT_MAP, { 0 }, inner, 1 };
static const struct yaml_lit list = { SLICE_INIT("w"), LIT_SEQ, { 0 }, inner, 1 };
static const struct trial_op set_copy[] = { SET_INT("l/0", "2"), { OP_NONE } };

/* The ops on `in` give `good`; then each text of `bad` must be found wrong. */
static const struct intended_row {
	const char *in;
	struct trial_op op;
	const char *good, *bad[8];
} rows[] = {
	{ "a: 1\nb: x\n",
	  SET_INT("a", "2"),
	  "a: 2\nb: x\n",
	  { "a: 3\nb: x\n", "a: 2\nb: y\n", "a: \"2\"\nb: x\n", "a: 2\n", "a: 2\nb: x\nc: 1\n",
	    "a: 2\nb: 'x'\n", "a: &x 2\nb: x\n", "a: 2\nc: x\n" } },
	{ "a: 1\nb: x\n",
	  SET_STR("b", "y"),
	  "a: 1\nb: \"y\"\n",
	  { "a: 1\nb: y\n", "a: 1\nb: !!int y\n", "b: \"y\"\na: 1\n", "a: 1\nb: \"y\"\n---\n" } },
	{ "a: 1\nb: x\n",
	  PUT(YAML_AFTER, "a", &number),
	  "a: 1\nw: 9\nb: x\n",
	  { "a: 1\nb: x\n", "a: 1\nb: x\nw: 9\n", "w: 9\na: 1\nb: x\n", "a: 1\nw: \"9\"\nb: x\n",
	    "a: 1\nv: 9\nb: x\n", "a: 1\nw: 9\nw: 9\nb: x\n", "a: 1\nw: [9]\nb: x\n",
	    "{a: 1, w: 9, b: x}\n" } },
	{ "a: 1\n",
	  PUT(YAML_AFTER, "a", &map),
	  "a: 1\nw:\n  k: v\n",
	  { "a: 1\nw: {}\n", "a: 1\nw:\n  k: 1\n", "a: 1\nw:\n  l: v\n", "a: 1\nw: [v]\n",
	    "a: 1\nw:\n  k: v\n  l: 1\n" } },
	{ "a: 1\n",
	  PUT(YAML_AFTER, "a", &list),
	  "a: 1\nw:\n  - v\n",
	  { "a: 1\nw:\n  - u\n", "a: 1\nw:\n  - v\n  - v\n", "a: 1\nw: v\n" } },
	{ "l: [1, 3] # c\n",
	  DELETE("l/0"),
	  "l: [3] # c\n",
	  { "l: [1] # c\n", "l: [1, 3] # c\n", "l: [3]\n", "l: [3] # d\n", "l: [3] # c\n# c\n" } },
	{ "l:\n- 1\n# c\n- 3\n",
	  COPY(YAML_AFTER, "l/0", "c", set_copy),
	  "l:\n- 1\n# c\n- 2\n# c\n- 3\n",
	  { "l:\n- 1\n# c\n- 1\n# c\n- 3\n", "l:\n- 2\n# c\n- 1\n# c\n- 3\n",
	    "l:\n- 1\n# c\n- 2\n- 3\n", "l:\n- 1\n# d\n- 2\n# c\n- 3\n",
	    "l:\n- 1\n# c\n- 2\n# c\n- 3\n- 3\n", "l:\n- 1\n# c\n- 2\n# c\n-  3\n" } },
};

/* Is the text what the list makes of its file? */
static int checks(const struct yaml_edits *e, const struct splices *s, const char *text)
{
	struct yaml_file *now = trial_parse(text, slice_of(text));
	struct err err = ERR_INIT;
	struct yaml_result made = { .splices = s, .text = slice_of(text), .now = now };
	int result;

	made.range = (struct document_range){ 0, e->file->nroots, 0, (uint32_t)e->file->bytes.len };
	result = yaml_check(e, &made, &err);

	cr_expect(result == 0 || err.code == &CODE_yaml_check);
	yaml_file_free(now);
	return result;
}

Test(yaml_check, catches_what_was_not_intended)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		struct yaml_file *file = trial_parse(rows[i].in, slice_of(rows[i].in));
		struct yaml_edits *e = yaml_edits_new(file, arena);
		struct splices s = { .arena = arena };
		struct err err = ERR_INIT;

		trial_plan(e, &rows[i].op, 1);
		cr_assert_eq(splices_make(e, &s, &err), 0);
		cr_expect_eq(checks(e, &s, rows[i].good), 0, "%s", rows[i].good);
		for (size_t j = 0; j < 8 && rows[i].bad[j]; j++)
			cr_expect_eq(checks(e, &s, rows[i].bad[j]), -1, "%s", rows[i].bad[j]);
		yaml_file_free(file);
	}
}

/*
 * A splice that takes more than it should is seen, also where the tree and the comments stay the
 * same.
 */
Test(yaml_check, catches_splices_of_other_bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse("bytes", SLICE("a:  1\nb: x\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	struct splices s = { .arena = arena };

	cr_expect_eq(checks(e, &s, "a:  1\nb: x\n"), 0);
	cr_expect_eq(checks(e, &s, "a: 1\nb: x\n"), -1);
	cr_expect_eq(checks(e, &s, "a:  1\nb: x\n\n"), -1);
	cr_expect_eq(checks(e, &s, "a:  1\nb: x"), -1);
	yaml_file_free(file);
}

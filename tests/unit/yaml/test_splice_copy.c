/*
 * Copies of list items: the layout of the original without its comments, and what is different in
 * the copy.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct yaml_lit number = { SLICE_INIT("w"), LIT_INT, SLICE_INIT("9"), NULL, 0 };

static const struct trial_op set_host[] = { SET_STR("0/h", "new"), { OP_NONE } };
static const struct trial_op rename_second[] = { SET_STR("1/h", "new"), { OP_NONE } };
static const struct trial_op set_both[] = { SET_STR("0/d/h", "new"),
					    SET_INT("0/w", "0"),
					    { OP_NONE } };
static const struct trial_op put_weight[] = { PUT(YAML_AFTER, "0/h", &number), { OP_NONE } };
static const struct trial_op put_first[] = { PUT(YAML_BEFORE, "0/h", &number), { OP_NONE } };
static const struct trial_op delete_last[] = { DELETE("0/w"), { OP_NONE } };
static const struct trial_op delete_first[] = { DELETE("0/h"), SET_INT("0/w", "2"), { OP_NONE } };
static const struct trial_op set_text[] = { SET_INT("0/l/0", "2"), { OP_NONE } };
static const struct trial_op inner_copy[] = { COPY(YAML_AFTER, "0/l/0", "inner", set_text),
					      { OP_NONE } };
static const struct trial_op set_inner[] = { SET_INT("0/l/0", "2"), { OP_NONE } };
static const struct trial_op copy_inner[] = { COPY(YAML_AFTER, "0/l/0", "inner", NULL),
					      SET_INT("0/w", "2"),
					      { OP_NONE } };

static const struct trial block_rows[] = {
	{ "without its last entry, a block scalar, and the empty line in front of it",
	  "- h: x\n\n  w: |+\n- z\n",
	  { COPY(YAML_BEFORE, "0", NULL, delete_last) },
	  "- h: x\n- h: x\n\n  w: |+\n- z\n" },
	{ "an empty block scalar and what stands below",
	  "- 0: >\n \n #\n- z\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  "- 0: >\n \n #\n- 0: >\n- z\n" },
	{ "without its last entry, and the empty line with blanks in front of it",
	  "- h: >\n    t\n \n  w: 1\n- z\n",
	  { COPY(YAML_BEFORE, "0", NULL, delete_last) },
	  "- h: >\n    t\n- h: >\n    t\n \n  w: 1\n- z\n" },
	{ "behind",
	  "- h: x\n- h: y\n",
	  { COPY(YAML_AFTER, "0", NULL, set_host) },
	  "- h: x\n- h: new\n- h: y\n" },
	{ "before",
	  "- h: x\n- h: y\n",
	  { COPY(YAML_BEFORE, "0", NULL, set_host) },
	  "- h: new\n- h: x\n- h: y\n" },
	{ "behind the last",
	  "- h: x\n- h: y\n",
	  { COPY(YAML_AFTER, "1", NULL, NULL) },
	  "- h: x\n- h: y\n- h: y\n" },
	{ "with a comment",
	  "# head\n- h: x\n",
	  { COPY(YAML_AFTER, "0", "why", set_host) },
	  "# head\n- h: x\n# why\n- h: new\n" },
	{ "with a comment, before",
	  "# head\n- h: x\n",
	  { COPY(YAML_BEFORE, "0", "why", NULL) },
	  "# why\n- h: x\n# head\n- h: x\n" },
	{ "layout stays",
	  "-   d:\n        'h':   \"x\"\n    w:   5\n",
	  { COPY(YAML_AFTER, "0", NULL, set_both) },
	  "-   d:\n        'h':   \"x\"\n    w:   5\n-   d:\n        'h':   \"new\"\n    w:   "
	  "0\n" },
	{ "comments stay with the original",
	  "- d: # d\n    # h\n    h: x # h\n  # w\n  w: 5 # w\n  # e\n# f\n",
	  { COPY(YAML_AFTER, "0", NULL, set_both) },
	  "- d: # d\n    # h\n    h: x # h\n  # w\n  w: 5 # w\n  # e\n- d:\n    h: new\n  w: 0\n# "
	  "f\n",
	  .flags = ENDED },
	{ "a comment behind the dash",
	  "- # c\n  h: x\n",
	  { COPY(YAML_AFTER, "0", NULL, set_host) },
	  "- # c\n  h: x\n-\n  h: new\n" },
	{ "a flow item",
	  "- {d: {h: x}, w: 5}\n- 1\n",
	  { COPY(YAML_AFTER, "0", NULL, set_both) },
	  "- {d: {h: x}, w: 5}\n- {d: {h: new}, w: 0}\n- 1\n" },
	{ "a key more",
	  "- h: x\n- 1\n",
	  { COPY(YAML_AFTER, "0", NULL, put_weight) },
	  "- h: x\n- h: x\n  w: 9\n- 1\n" },
	{ "a key more, first",
	  "- h: x\n- 1\n",
	  { COPY(YAML_AFTER, "0", NULL, put_first) },
	  "- h: x\n- w: 9\n  h: x\n- 1\n" },
	{ "a key less",
	  "- h: x\n  w: 1\n",
	  { COPY(YAML_AFTER, "0", NULL, delete_last) },
	  "- h: x\n  w: 1\n- h: x\n" },
	{ "the first key less",
	  "- h: x # h\n  # w\n  w: 1\n",
	  { COPY(YAML_AFTER, "0", NULL, delete_first) },
	  "- h: x # h\n  # w\n  w: 1\n- w: 2\n" },
	{ "a key less above comments",
	  "- h: x\n    # h\n  w: 1\n  # e\n",
	  { COPY(YAML_AFTER, "0", NULL, delete_last) },
	  "- h: x\n    # h\n  w: 1\n  # e\n- h: x\n",
	  .flags = ENDED },
	{ "an indentless list",
	  "l:\n- h: x\nm: 1\n",
	  { COPY(YAML_AFTER, "l/0", NULL, NULL) },
	  "l:\n- h: x\n- h: x\nm: 1\n" },
	{ "a nested list",
	  "- - h\n  - i\n",
	  { COPY(YAML_AFTER, "0/0", NULL, NULL), COPY(YAML_BEFORE, "0/1", "c", NULL) },
	  "- - h\n  - h\n  # c\n  - i\n  - i\n" },
	{ "before, on the line of a dash",
	  "- - h\n  - i\n",
	  { COPY(YAML_BEFORE, "0/0", NULL, NULL) },
	  "- - h\n  - h\n  - i\n" },
	{ "block scalars",
	  "- h: |\n    x\n\n    # y\n- h: >+ # c\n    x\n\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL), COPY(YAML_BEFORE, "1", NULL, NULL) },
	  "- h: |\n    x\n\n    # y\n- h: |\n    x\n\n    # y\n- h: >+\n    x\n\n- h: >+ # c\n    "
	  "x\n\n",
	  .flags = ENDED },
	{ "trailing blank lines stay behind",
	  "- h: x\n\n- 1\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  "- h: x\n- h: x\n\n- 1\n" },
	{ "blank lines inside",
	  "- h: x\n\n  w: 1\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  "- h: x\n\n  w: 1\n- h: x\n\n  w: 1\n" },
	{ "a copy in a copy",
	  "- w: 1\n  l:\n  - 1\n",
	  { COPY(YAML_AFTER, "0", "outer", copy_inner) },
	  "- w: 1\n  l:\n  - 1\n# outer\n- w: 2\n  l:\n  - 1\n  # inner\n  - 1\n" },
	{ "a copy of what is changed",
	  "- h: x\n- 1\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL), SET_STR("0/h", "z") },
	  "- h: z\n- h: x\n- 1\n" },
	{ "the original goes",
	  "- 1\n- h: x\n",
	  { COPY(YAML_AFTER, "1", NULL, rename_second), DELETE("1") },
	  "- 1\n- h: new\n" },
	{ "the original goes, before it",
	  "- h: x\n- 1\n",
	  { COPY(YAML_BEFORE, "0", NULL, set_host), DELETE("0") },
	  "- h: new\n- 1\n" },
	{ "an alias inside",
	  "- &a 1\n- h: x\n  w: *a\n",
	  { COPY(YAML_AFTER, "1", NULL, NULL) },
	  "- &a 1\n- h: x\n  w: *a\n- h: x\n  w: *a\n" },
	{ "two copies in order",
	  "- h: x\n",
	  { COPY(YAML_AFTER, "0", "1", NULL), COPY(YAML_AFTER, "0", "2", NULL) },
	  "- h: x\n# 1\n- h: x\n# 2\n- h: x\n" },
	{ "behind an item and its list in one column",
	  "l:\n- h: x\nm: 1\n",
	  { PUT(YAML_AFTER, "l", &number), COPY(YAML_AFTER, "l/0", NULL, NULL) },
	  "l:\n- h: x\n- h: x\nw: 9\nm: 1\n" },
	{ "a deeper comment in the way of a deletion",
	  "- h: x\n      # deep\n  w: 1\n",
	  { COPY(YAML_AFTER, "0", NULL, delete_last) },
	  "- h: x\n      # deep\n  w: 1\n- h: x\n" },
};

static const struct trial flow_rows[] = {
	{ "behind",
	  "[{h: x}, 1]\n",
	  { COPY(YAML_AFTER, "0", NULL, set_host) },
	  "[{h: x}, {h: new}, 1]\n" },
	{ "before",
	  "[{h: x}, 1]\n",
	  { COPY(YAML_BEFORE, "0", "left out", set_host) },
	  "[{h: new}, {h: x}, 1]\n" },
	{ "on lines",
	  "[\n  {h: x}, # c\n]\n",
	  { COPY(YAML_AFTER, "0", "left out", put_weight) },
	  "[\n  {h: x}, # c\n  {h: x, w: 9},\n]\n" },
	{ "without its comments",
	  "[{\n  # h\n  h: x, # h\n  w: 1 # w\n}]\n",
	  { COPY(YAML_AFTER, "0", NULL, set_host) },
	  "[{\n  # h\n  h: x, # h\n  w: 1 # w\n}, {\n  h: new,\n  w: 1\n}]\n" },
	{ "a key less",
	  "[{\n  h: x, # h\n  w: 1, # w\n}]\n",
	  { COPY(YAML_AFTER, "0", NULL, delete_last) },
	  "[{\n  h: x, # h\n  w: 1, # w\n}, {\n  h: x,\n}]\n" },
	{ "a copy in a copy",
	  "[{l: [1], w: 1}]\n",
	  { COPY(YAML_AFTER, "0", NULL, inner_copy) },
	  "[{l: [1], w: 1}, {l: [1, 2], w: 1}]\n" },
	{ "behind a map that ends in nothing",
	  "[{f: }, c]\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  "[{f: }, {f: }, c]\n" },
	{ "an item of a copied list",
	  "[{l: [1]}]\n",
	  { COPY(YAML_AFTER, "0", NULL, set_inner) },
	  "[{l: [1]}, {l: [2]}]\n" },
};

static const struct trial refused_rows[] = {
	{ "an empty block scalar, a comment, and a line of blanks",
	  "- a: |\n # c\n  \n- z\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  3 },
	{ "not an item",
	  "a: 1\n",
	  { COPY(YAML_AFTER, "a", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "a document",
	  "a: 1\n",
	  { COPY(YAML_AFTER, "", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  1 },
	{ "an anchor inside",
	  "- h: &x 1\n",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  3 },
	{ "an alias",
	  "- &x 1\n- *x\n",
	  { COPY(YAML_AFTER, "1", NULL, NULL) },
	  NULL,
	  &CODE_yaml_alias,
	  2,
	  3 },
	{ "no room for a comment",
	  "- - h\n  - i\n",
	  { COPY(YAML_BEFORE, "0/0", "c", NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  5 },
	{ "a block scalar, and a comment that ends the file",
	  "- >\n  m\n #",
	  { COPY(YAML_AFTER, "0", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  3,
	  ENDED },
	{ "a bare block scalar",
	  "- h: |\n    x",
	  { COPY(YAML_BEFORE, "0", NULL, NULL) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  3,
	  ENDED },
};

Test(yaml_splice_copy, block)
{
	TRIAL_RUN(block_rows);
}

Test(yaml_splice_copy, flow)
{
	TRIAL_RUN(flow_rows);
}

Test(yaml_splice_copy, refuses)
{
	TRIAL_RUN(refused_rows);
}

Test(yaml_splice_copy, is_recognized)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse(
		"is", SLICE("- h: x # c\n- {h: new}\n- h: 'new'\n- h: new\n- h: new\n  w: 1\n"));
	struct yaml_edits *nested = yaml_edits_new(file, arena);
	const struct yaml_node *item = trial_find(file, "0");

	trial_plan(nested, set_host, 2);
	cr_expect_not(yaml_copy_is(item, nested, item));
	cr_expect(yaml_copy_is(item, nested, trial_find(file, "3")));
	cr_expect_not(yaml_copy_is(item, nested, trial_find(file, "4")));
	cr_expect_not(yaml_copy_is(item, nested, NULL));
	cr_expect(yaml_copy_is(item, NULL, item));
	yaml_file_free(file);
}

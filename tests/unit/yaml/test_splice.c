/*
 * Entries that come and go in block style: their lines, comments, line ends, and all else where it was.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct yaml_lit number = { SLICE_INIT("w"), LIT_INT, SLICE_INIT("9"), NULL, 0 };
static const struct yaml_lit other = { SLICE_INIT("o"), LIT_STRING, SLICE_INIT("on"), NULL, 0 };
static const struct yaml_lit truth = { SLICE_INIT("t"), LIT_BOOL, SLICE_INIT("true"), NULL, 0 };
static const struct yaml_lit inner[] = { { SLICE_INIT("k"), LIT_STRING, SLICE_INIT("v"), NULL, 0 },
					 { SLICE_INIT("l"), LIT_INT, SLICE_INIT("1"), NULL, 0 } };
static const struct yaml_lit map = { SLICE_INIT("m"), LIT_MAP, { 0 }, inner, 2 };
static const struct yaml_lit list = { SLICE_INIT("s"), LIT_SEQ, { 0 }, inner, 2 };
static const struct yaml_lit maps = { SLICE_INIT("s"), LIT_SEQ, { 0 }, &map, 1 };
static const struct yaml_lit nothing = { SLICE_INIT("e"), LIT_MAP, { 0 }, NULL, 0 };
static const struct yaml_lit duplicate = { SLICE_INIT("a"), LIT_INT, SLICE_INIT("9"), NULL, 0 };

static const struct trial put_rows[] = {
	{ "behind the last", "a: 1\nb: 2\n", { PUT(YAML_AFTER, "/", &number) }, "a: 1\nb: 2\nw: 9\n" },
	{ "behind the first", "a: 1\nb: 2\n", { PUT(YAML_AFTER, "a", &number) }, "a: 1\nw: 9\nb: 2\n" },
	{ "before the first", "a: 1\nb: 2\n", { PUT(YAML_BEFORE, "a", &number) }, "w: 9\na: 1\nb: 2\n" },
	{ "before the last", "a: 1\nb: 2\n", { PUT(YAML_BEFORE, "b", &number) }, "a: 1\nw: 9\nb: 2\n" },
	{ "two at one place, in order",
	  "a: 1\nb: 2\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "a", &other) },
	  "a: 1\nw: 9\no: \"on\"\nb: 2\n" },
	{ "two before one, in order",
	  "a: 1\nb: 2\n",
	  { PUT(YAML_BEFORE, "b", &number), PUT(YAML_BEFORE, "b", &other) },
	  "a: 1\nw: 9\no: \"on\"\nb: 2\n" },
	{ "behind one and before the next",
	  "a: 1\nb: 2\n",
	  { PUT(YAML_BEFORE, "b", &number), PUT(YAML_AFTER, "a", &other) },
	  "a: 1\no: \"on\"\nw: 9\nb: 2\n" },
	{ "behind an inner and an outer one",
	  "a:\n    x: 1\nb: 2\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "a/x", &other) },
	  "a:\n    x: 1\n    o: \"on\"\nw: 9\nb: 2\n" },
	{ "behind an item and its list in one column",
	  "a:\n- x\nb: 2\n",
	  { PUT(YAML_AFTER, "a", &number), ADD(YAML_AFTER, "a/0", &other) },
	  "a:\n- x\n- \"on\"\nw: 9\nb: 2\n" },
	{ "a map in the step of its neighbours",
	  "a:\n    x: 1\nb: 2\n",
	  { PUT(YAML_AFTER, "/", &map) },
	  "a:\n    x: 1\nb: 2\nm:\n    k: v\n    l: 1\n" },
	{ "a map without an example", "a: 1\n", { PUT(YAML_AFTER, "/", &map) }, "a: 1\nm:\n  k: v\n  l: 1\n" },
	{ "a map in the step of outer ones",
	  "a:\n   b: 1\n",
	  { PUT(YAML_AFTER, "a/", &map) },
	  "a:\n   b: 1\n   m:\n      k: v\n      l: 1\n" },
	{ "a list as its neighbours", "a:\n- 1\nb: 2\n", { PUT(YAML_AFTER, "/", &list) }, "a:\n- 1\nb: 2\ns:\n- v\n- 1\n" },
	{ "a list of maps, indented",
	  "a:\n    - 1\n",
	  { PUT(YAML_AFTER, "/", &maps) },
	  "a:\n    - 1\ns:\n    - k: v\n      l: 1\n" },
	{ "both layouts in one file",
	  "a:\n- b:\n    - x\n  c:\n    d: 1\n",
	  { PUT(YAML_AFTER, "a/0/", &list), PUT(YAML_AFTER, "/", &list) },
	  "a:\n- b:\n    - x\n  c:\n    d: 1\n  s:\n    - v\n    - 1\ns:\n- v\n- 1\n" },
	{ "something empty", "a: 1\n", { PUT(YAML_AFTER, "/", &nothing), PUT(YAML_AFTER, "/", &truth) }, "a: 1\ne: {}\nt: true\n" },
	{ "comments of nobody stay",
	  "a: 1 # a\n\n# x\n\nb: 2\n# y\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "b", &other) },
	  "a: 1 # a\nw: 9\n\n# x\n\nb: 2\no: \"on\"\n# y\n",
	  .flags = ENDED },
	{ "a deeper comment below is the entry's",
	  "a: 1\n  # a\n# b\nb: 2\n",
	  { PUT(YAML_AFTER, "a", &number) },
	  "a: 1\n  # a\nw: 9\n# b\nb: 2\n" },
	{ "above a head comment", "a: 1\n# b\n# b\nb: 2\n", { PUT(YAML_BEFORE, "b", &number) }, "a: 1\nw: 9\n# b\n# b\nb: 2\n" },
	{ "on the line of a dash", "- a: 1\n  b: 2\n", { PUT(YAML_BEFORE, "0/a", &number) }, "- w: 9\n  a: 1\n  b: 2\n" },
	{ "on the line of two dashes", "-   - a: 1\n", { PUT(YAML_BEFORE, "0/0/a", &number) }, "-   - w: 9\n      a: 1\n" },
	{ "behind a dash with a comment", "- # c\n  a: 1\n", { PUT(YAML_BEFORE, "0/a", &number) }, "- # c\n  w: 9\n  a: 1\n" },
	{ "beside an empty value", "a:\nb:\n", { PUT(YAML_AFTER, "a", &number), SET_INT("a", "1") }, "a: 1\nw: 9\nb:\n" },
	{ "behind an empty value at the end",
	  "a:\n  b:\n",
	  { PUT(YAML_AFTER, "a/b", &number), SET_INT("a/b", "1") },
	  "a:\n  b: 1\n  w: 9\n" },
	{ "behind a value on its own line", "a:\n  1\n", { PUT(YAML_AFTER, "a", &number) }, "a:\n  1\nw: 9\n" },
	{ "behind a multi-line value",
	  "a: b\n  c\n\n  d\nb: \"x\n# y\"\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "b", &other) },
	  "a: b\n  c\n\n  d\nw: 9\nb: \"x\n# y\"\no: \"on\"\n" },
	{ "behind a multi-line flow value",
	  "a: [x, # x\n  y\n]\nb: {\n}\n",
	  { PUT(YAML_AFTER, "a", &number) },
	  "a: [x, # x\n  y\n]\nw: 9\nb: {\n}\n" },
	{ "behind block scalars",
	  "a: |\n  x\n  # x\n\nb: >-\n  y\nc: |+\n  z\n\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "b", &other), PUT(YAML_AFTER, "c", &truth) },
	  "a: |\n  x\n  # x\nw: 9\n\nb: >-\n  y\no: \"on\"\nc: |+\n  z\n\nt: true\n",
	  .flags = ENDED },
	{ "behind an explicit key", "? a\n: 1\n", { PUT(YAML_AFTER, "a", &number) }, "? a\n: 1\nw: 9\n" },
	{ "behind an alias",
	  "a: &x 1\nb: *x\n",
	  { PUT(YAML_AFTER, "b", &number), PUT(YAML_AFTER, "a", &other) },
	  "a: &x 1\no: \"on\"\nb: *x\nw: 9\n" },
	{ "in the second document",
	  "a: 1\n---\na: 1\n...\n---\na: 1\n",
	  { PUT(YAML_AFTER, "1:a", &number) },
	  "a: 1\n---\na: 1\nw: 9\n...\n---\na: 1\n" },
	{ "behind directives", "%YAML 1.1\n---\na: 1\n", { PUT(YAML_BEFORE, "a", &number) }, "%YAML 1.1\n---\nw: 9\na: 1\n" },
	{ "trailing blanks", "a: 1  \n \nb: 2\n", { PUT(YAML_AFTER, "a", &number) }, "a: 1  \nw: 9\n \nb: 2\n" },
	{ "mixed line ends follow the neighbour",
	  "a: 1\r\nb: 2\nc: 3\n",
	  { PUT(YAML_AFTER, "a", &number), PUT(YAML_AFTER, "b", &other) },
	  "a: 1\r\nw: 9\r\nb: 2\no: \"on\"\nc: 3\n" },
	{ "below a quoted key", "\"a b\":\n  'c': 1\n", { PUT(YAML_AFTER, "a b/c", &number) }, "\"a b\":\n  'c': 1\n  w: 9\n" },
	{ "replacing an entry",
	  "a: 1\nb: 2\nc: 3\n",
	  { DELETE("b"), PUT(YAML_BEFORE, "b", &number), PUT(YAML_AFTER, "b", &other) },
	  "a: 1\nw: 9\no: \"on\"\nc: 3\n" },
	{ "replacing the last entry", "a: 1\nb: 2\n", { DELETE("b"), PUT(YAML_AFTER, "b", &number) }, "a: 1\nw: 9\n" },
	{ "replacing the first entry", "a: 1\nb: 2\n", { DELETE("a"), PUT(YAML_BEFORE, "a", &number) }, "w: 9\nb: 2\n" },
	{ "the key of what goes", "a: 1\nb: 2\n", { PUT(YAML_AFTER, "b", &duplicate), DELETE("a") }, "b: 2\na: 9\n" },
};

static const struct trial add_rows[] = {
	{ "behind the last", "- 1\n- 2\n", { ADD(YAML_AFTER, "/", &number) }, "- 1\n- 2\n- 9\n" },
	{ "behind the first", "- 1\n- 2\n", { ADD(YAML_AFTER, "0", &number) }, "- 1\n- 9\n- 2\n" },
	{ "before the first", "# c\n- 1\n- 2\n", { ADD(YAML_BEFORE, "0", &number) }, "- 9\n# c\n- 1\n- 2\n" },
	{ "with the gap of the neighbour",
	  "-   a: 1\n    b: 2\n",
	  { ADD(YAML_AFTER, "0", &map) },
	  "-   a: 1\n    b: 2\n-   k: v\n    l: 1\n" },
	{ "beside a lone dash",
	  "a:\n  -\n    b: 1\n",
	  { ADD(YAML_AFTER, "a/0", &map) },
	  "a:\n  -\n    b: 1\n  - k: v\n    l: 1\n" },
	{ "beside an empty item",
	  "-\n- # c\n",
	  { ADD(YAML_AFTER, "0", &number), ADD(YAML_AFTER, "1", &other) },
	  "-\n- 9\n- # c\n- \"on\"\n" },
	{ "a list in a list",
	  "- - 1\n",
	  { ADD(YAML_AFTER, "0", &list), ADD(YAML_AFTER, "0/0", &number) },
	  "- - 1\n  - 9\n- [v, 1]\n" },
	{ "before a nested one", "- - 1\n  - 2\n", { ADD(YAML_BEFORE, "0/0", &number) }, "- - 9\n  - 1\n  - 2\n" },
	{ "below its key's column", "a:\n- 1\nb: 1\n", { ADD(YAML_AFTER, "a/", &number) }, "a:\n- 1\n- 9\nb: 1\n" },
	{ "a commented sibling below stays there",
	  "a:\n  - 1\n  # - 2\nb: 1\n",
	  { ADD(YAML_AFTER, "a/0", &number) },
	  "a:\n  - 1\n  - 9\n  # - 2\nb: 1\n" },
	{ "an item that ends in a block scalar",
	  "- a: |\n    x\n\n- b\n",
	  { ADD(YAML_AFTER, "0", &number) },
	  "- a: |\n    x\n- 9\n\n- b\n" },
};

static const struct trial delete_rows[] = {
	{ "the first", "a: 1\nb: 2\nc: 3\n", { DELETE("a") }, "b: 2\nc: 3\n" },
	{ "the middle", "a: 1\nb: 2\nc: 3\n", { DELETE("b") }, "a: 1\nc: 3\n" },
	{ "the last", "a: 1\nb: 2\nc: 3\n", { DELETE("c") }, "a: 1\nb: 2\n" },
	{ "the last two", "a: 1\nb: 2\nc: 3\n", { DELETE("c"), DELETE("b") }, "a: 1\n" },
	{ "the first two", "a: 1\nb: 2\nc: 3\n", { DELETE("a"), DELETE("b") }, "c: 3\n" },
	{ "both ends", "a: 1\nb: 2\nc: 3\n", { DELETE("a"), DELETE("c") }, "b: 2\n" },
	{ "the same twice", "a: 1\nb: 2\n", { DELETE("a"), DELETE("a") }, "b: 2\n" },
	{ "in a document", "a: 1\nb: 2\n---\na: 1\nb: 2\n---\n", { DELETE("1:a") }, "a: 1\nb: 2\n---\nb: 2\n---\n" },
	{ "the last of a document", "a: 1\nb: 2\n---\nc: 1\n", { DELETE("b") }, "a: 1\n---\nc: 1\n" },
	{ "its comments go, others stay",
	  "# f\n\n# a\na: 1 # a\n  # a\n# b\nb: 2 # b\n# x\n",
	  { DELETE("a") },
	  "# f\n\n# b\nb: 2 # b\n# x\n",
	  .flags = ENDED },
	{ "comments between", "a: 1 # a\n\n# b\nb: 2 # b\n\n# c\nc: 3\n", { DELETE("b") }, "a: 1 # a\n\n\n# c\nc: 3\n" },
	{ "before a comment that ends the file", "a: 1\nb: 2\n# x", { DELETE("b") }, "a: 1\n# x", .flags = ENDED },
	{ "an item", "a:\n- x: 1\n  y: 2\n- z: 3\nb: 1\n", { DELETE("a/0") }, "a:\n- z: 3\nb: 1\n" },
	{ "the last item", "a:\n- x: 1\n  y: 2\n- z: 3\n", { DELETE("a/1") }, "a:\n- x: 1\n  y: 2\n" },
	{ "an inner and an outer one", "a:\n- x: 1\n  y: 2\n- z: 3\n", { DELETE("a/0/y"), DELETE("a/1") }, "a:\n- x: 1\n" },
	{ "on the line of a dash", "- a: 1\n  b: 2\n", { DELETE("0/a") }, "- b: 2\n" },
	{ "on the line of a dash, a list", "- a:\n  - 1\n  - 2\n  b: 2\n", { DELETE("0/a") }, "- b: 2\n" },
	{ "on the line of a dash with its own comment", "- a: 1 # a\n    # a\n  b: 2\n", { DELETE("0/a") }, "- b: 2\n" },
	{ "an empty value", "a: 1\nb: # c\nc: 1\n", { DELETE("b") }, "a: 1\nc: 1\n" },
	{ "a block scalar", "a: |\n  x\n\nb: |+\n  y\n\nc: 1\n", { DELETE("a"), DELETE("b") }, "\nc: 1\n" },
	{ "behind a block scalar", "a: |\n  x\nb: 1\nc: 2\n", { DELETE("b") }, "a: |\n  x\nc: 2\n" },
	{ "behind a block scalar at the end", "a: |+\n  x\n\nb: 1", { DELETE("b") }, "a: |+\n  x\n\n", .flags = ENDED },
	{ "two behind a block scalar at the end",
	  "a: |\n  x\nb: 1\nc: 2",
	  { DELETE("b"), DELETE("c") },
	  "a: |\n  x\n",
	  .flags = ENDED },
	{ "explicit keys", "? a\n: 1\n? b\n: 2\n? c\n", { DELETE("b") }, "? a\n: 1\n? c\n" },
	{ "mixed line ends", "a: 1\r\nb: 2\nc: 3\n", { DELETE("b") }, "a: 1\r\nc: 3\n" },
	{ "mixed line ends, the first", "a: 1\r\nb: 2\nc: 3\n", { DELETE("a") }, "b: 2\nc: 3\n" },
	{ "mixed line ends, a document's first", "---\na: 1\r\nb: 2\r\n", { DELETE("a") }, "---\nb: 2\r\n" },
	{ "an anchor without other users", "a: &x 1\nb:\n  c: &y 1\n  d: *y\ne: 1\n", { DELETE("a"), DELETE("b") }, "e: 1\n" },
};

static const struct trial refused_rows[] = {
	{ "all entries", "a: 1\nb: 2\n", { DELETE("a"), DELETE("b") }, NULL, &CODE_yaml_style, 1, 4 },
	{ "a line of blanks below a block scalar", "a: |\n b\nc:\n  \nd:\n", { DELETE("c") }, NULL, &CODE_yaml_style, 3, 3 },
	{ "a document", "a: 1\n", { DELETE("") }, NULL, &CODE_yaml_style, 1, 1 },
	{ "a comment would be lost", "- a: 1\n  # b\n  b: 2\n", { DELETE("0/a") }, NULL, &CODE_yaml_style, 1, 6 },
	{ "a comment of nobody would be lost", "- a: 1\n  # x\n\n  b: 2\n", { DELETE("0/a") }, NULL, &CODE_yaml_style, 1, 6 },
	{ "the first two on the line of a dash",
	  "- a: 1\n  b: 2\n  c: 3\n",
	  { DELETE("0/a"), DELETE("0/b") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  6 },
	{ "an anchor with users goes", "a:\n  b: &x 1\nc: *x\n", { DELETE("a") }, NULL, &CODE_yaml_alias, 2, 6 },
	{ "an anchored key with users goes", "&x a: 1\nc: *x\n", { DELETE("a") }, NULL, &CODE_yaml_alias, 1, 1 },
	{ "an anchor of the same name goes", "a: &x 1\nb: {c: &x 2}\nc: *x\n", { DELETE("b") }, NULL, &CODE_yaml_alias, 2, 8 },
	{ "not a map", "a: [1]\n", { PUT(YAML_AFTER, "a/", &number) }, NULL, &CODE_yaml_style, 1, 4 },
	{ "not a list", "a: {b: 1}\n", { ADD(YAML_AFTER, "a/", &number) }, NULL, &CODE_yaml_style, 1, 4 },
	{ "a key that is there", "b: 1\na: 1\n", { PUT(YAML_AFTER, "b", &duplicate) }, NULL, &CODE_yaml_duplicate, 2, 1 },
	{ "a key put twice",
	  "a:\n  b: 1\n",
	  { PUT(YAML_AFTER, "a/b", &number), PUT(YAML_BEFORE, "a/b", &number) },
	  NULL,
	  &CODE_yaml_overlap,
	  2,
	  3 },
	{ "behind a bare block scalar", "a: |\n  x", { PUT(YAML_AFTER, "a", &number) }, NULL, &CODE_yaml_style, 1, 4, ENDED },
	{ "behind a nested bare block scalar",
	  "a:\n- b: >+\n    x",
	  { ADD(YAML_AFTER, "a/0", &number) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  3,
	  ENDED },
	{ "in what goes",
	  "a:\n  b: 1\n  c: 2\nd: 1\n",
	  { PUT(YAML_AFTER, "a/c", &number), DELETE("a") },
	  NULL,
	  &CODE_yaml_overlap,
	  3,
	  6 },
	{ "deleted in what goes", "a:\n  b: 1\n  c: 2\nd: 1\n", { DELETE("a/c"), DELETE("a") }, NULL, &CODE_yaml_overlap, 3, 6 },
	{ "beside a merge key", "a:\n  <<: {x: 1}\n  b: 1\n", { PUT(YAML_AFTER, "a/b", &number) }, NULL, &CODE_yaml_alias, 2, 3 },
	{ "the alias goes", "a: &x 1\nb: *x\n", { DELETE("b") }, NULL, &CODE_yaml_alias, 2, 4 },
	{ "a key without a value", "? a\n? b\n: 1\n", { DELETE("a") }, NULL, &CODE_yaml_style, 2, 1 },
};

static const struct trial bare_rows[] = {
	{ "deleting behind a key in block style without a value", "? |\n  x\nw: ", { DELETE("w") }, "? |\n  x\n", .flags = AS_IS },
	{ "behind a stripped block scalar", "a: |-\n  x", { PUT(YAML_AFTER, "a", &number) }, "a: |-\n  x\nw: 9" },
	{ "before a bare block scalar", "a: |\n  x", { PUT(YAML_BEFORE, "a", &number) }, "w: 9\na: |\n  x" },
	{ "one line", "a: 1", { PUT(YAML_AFTER, "a", &number) }, "a: 1\nw: 9" },
	{ "an item on one line",
	  "- a: 1",
	  { PUT(YAML_BEFORE, "0/a", &number), ADD(YAML_AFTER, "0", &other) },
	  "- w: 9\n  a: 1\n- \"on\"" },
	{ "blanks at the end", "a: 1\nb: 2  ", { PUT(YAML_AFTER, "b", &number) }, "a: 1\nb: 2  \nw: 9" },
	{ "a comment at the end", "a: 1\nb: 2 # c", { PUT(YAML_AFTER, "b", &number) }, "a: 1\nb: 2 # c\nw: 9" },
	{ "a deeper comment at the end",
	  "a: 1\nb: 2\n  # c",
	  { PUT(YAML_AFTER, "b", &number), PUT(YAML_BEFORE, "a", &other) },
	  "o: \"on\"\na: 1\nb: 2\n  # c\nw: 9" },
	{ "replaced",
	  "a: 1\nb: 2",
	  { DELETE("b"), PUT(YAML_AFTER, "b", &number), PUT(YAML_AFTER, "a", &other) },
	  "a: 1\no: \"on\"\nw: 9" },
	{ "above what goes", "a:\n  b: 1\nc: 2", { DELETE("c"), PUT(YAML_AFTER, "a/b", &number) }, "a:\n  b: 1\n  w: 9" },
	{ "the value above is set", "a:\nc: 2", { DELETE("c"), SET_INT("a", "1") }, "a: 1" },
	{ "CRLF", "a: 1\r\nb: 2", { DELETE("b"), PUT(YAML_AFTER, "a", &number) }, "a: 1\r\nw: 9" },
};

Test(yaml_splice, puts_entries)
{
	TRIAL_RUN(put_rows);
}

Test(yaml_splice, adds_items)
{
	TRIAL_RUN(add_rows);
}

Test(yaml_splice, deletes)
{
	TRIAL_RUN(delete_rows);
}

Test(yaml_splice, refuses)
{
	TRIAL_RUN(refused_rows);
}

Test(yaml_splice, a_last_line_without_a_line_end_stays_one)
{
	TRIAL_RUN(bare_rows);
}

Test(yaml_splice, lost_comments_are_listed)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse("lost", SLICE("# head\na: 1 #line\n  # below \n# b\nb: 2\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	struct slices lost;

	lost = yaml_lost_comments(e);
	cr_expect_eq(lost.n, 0);
	yaml_delete(e, trial_find(file, "a"), "test");
	lost = yaml_lost_comments(e);
	cr_assert_eq(lost.n, 3);
	cr_expect(slice_is(lost.items[0], "head"));
	cr_expect(slice_is(lost.items[1], "line"));
	cr_expect(slice_is(lost.items[2], "below"));
	yaml_file_free(file);
}

/*
 * Values that become others, collections that were empty, and those that become empty.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct yaml_lit five = { SLICE_INIT("w"), LIT_INT, SLICE_INIT("5"), NULL, 0 };
static const struct yaml_lit six = { SLICE_INIT("v"), LIT_INT, SLICE_INIT("6"), NULL, 0 };
static const struct yaml_lit text = { SLICE_INIT("t"), LIT_STRING, SLICE_INIT("x y"), NULL, 0 };
static const struct yaml_lit two[] = { { SLICE_INIT("k"), LIT_INT, SLICE_INIT("1"), NULL, 0 },
				       { SLICE_INIT("l"), LIT_STRING, SLICE_INIT("v"), NULL, 0 } };
static const struct yaml_lit map = { SLICE_INIT("m"), LIT_MAP, { 0 }, two, 2 };
static const struct yaml_lit list = { SLICE_INIT("m"), LIT_SEQ, { 0 }, two, 2 };
static const struct yaml_lit empty = { SLICE_INIT("e"), LIT_SEQ, { 0 }, NULL, 0 };

static const struct trial inline_rows[] = {
	{ "a block scalar below its dash",
	  "- 0\n-\n  |+\n  x\n- 2\n",
	  { REPLACE("1", &map) },
	  "- 0\n-\n  k: 1\n  l: v\n- 2\n" },
	{ "a number", "a: 1 # c\nb: 2\n", { REPLACE("a", &five) }, "a: 5 # c\nb: 2\n" },
	{ "a number by a list",
	  "a: 1 # c\nb: 2\n",
	  { REPLACE("a", &list) },
	  "a: # c\n  - 1\n  - v\nb: 2\n" },
	{ "the gap stays", "a:   1   # c\n", { REPLACE("a", &five) }, "a:   5   # c\n" },
	{ "nothing",
	  "a:\nb: # c\nc: 1\n",
	  { REPLACE("a", &five), REPLACE("b", &map) },
	  "a: 5\nb: # c\n  k: 1\n  l: v\nc: 1\n" },
	{ "quoted over lines",
	  "a: \"x\n  y\" # c\nb: 1\n",
	  { REPLACE("a", &text) },
	  "a: x y # c\nb: 1\n" },
	{ "a value below its key",
	  "a:\n  1 # c\nb: 1\n",
	  { REPLACE("a", &map) },
	  "a: # c\n  k: 1\n  l: v\nb: 1\n" },
	{ "a value below its key by a value",
	  "a:\n  1 # c\nb: 1\n",
	  { REPLACE("a", &five) },
	  "a:\n  5 # c\nb: 1\n" },
	{ "a flow list", "a: [1, 2] # c\n", { REPLACE("a", &empty) }, "a: [] # c\n" },
	{ "a flow list over lines by a map",
	  "a: [1, # x\n  2] # c\nb: 1\n",
	  { REPLACE("a", &map) },
	  "a: # c\n  k: 1\n  l: v\nb: 1\n" },
	{ "inside flow",
	  "a: [1, {b: 2}] # c\n",
	  { REPLACE("a/0", &map), REPLACE("a/1/b", &list) },
	  "a: [{k: 1, l: v}, {b: [1, v]}] # c\n" },
	{ "inside JSON",
	  "{\"a\": [1], \"b\": 2}\n",
	  { REPLACE("a", &text), REPLACE("b", &map) },
	  "{\"a\": \"x y\", \"b\": {\"k\": 1, \"l\": \"v\"}}\n" },
	{ "an item",
	  "- 1 # c\n-  2\n",
	  { REPLACE("0", &map), REPLACE("1", &map) },
	  "- k: 1 # c\n  l: v\n-  k: 1\n   l: v\n" },
	{ "below nested dashes",
	  "0:\n- - -\n     3\n",
	  { REPLACE("0/0/0/0", &map) },
	  "0:\n- - -\n     k: 1\n     l: v\n" },
	{ "a comment at a bracket",
	  "a: []#c\nb: ''#d\n",
	  { REPLACE("a", &map), REPLACE("b", &five) },
	  "a: #c\n  k: 1\n  l: v\nb: 5 #d\n" },
	{ "an empty item",
	  "-\n- # c\n- 1\n",
	  { REPLACE("0", &five), REPLACE("1", &map) },
	  "- 5\n- k: 1 # c\n  l: v\n- 1\n" },
};

static const struct trial block_rows[] = {
	{ "a map",
	  "a: # k\n  b: 1\n\n  c: 2 # x\n  # tail\n\nd: 1\n",
	  { REPLACE("a", &five) },
	  "a: 5 # k\n\nd: 1\n" },
	{ "a map by a list",
	  "a: # k\n  b: 1\n  c: 2\nd: 1\n",
	  { REPLACE("a", &list) },
	  "a: # k\n  - 1\n  - v\nd: 1\n" },
	{ "a list at the column of its key",
	  "a:\n- 1\n- 2\nd:\n- 1\n",
	  { REPLACE("a", &list) },
	  "a:\n- 1\n- v\nd:\n- 1\n" },
	{ "an item",
	  "- a: 1\n  b: 2 # x\n- - 1\n  - 2\n- c\n",
	  { REPLACE("0", &five), REPLACE("1", &map) },
	  "- 5\n- k: 1\n  l: v\n- c\n" },
	{ "a literal",
	  "a: | # x\n  one\n  two\n\nb: 1\n",
	  { REPLACE("a", &five) },
	  "a: 5\n\nb: 1\n" },
	{ "a folded one by a map",
	  "a: >-\n  one\nb: 1\n",
	  { REPLACE("a", &map) },
	  "a:\n  k: 1\n  l: v\nb: 1\n" },
};

static const struct trial fill_rows[] = {
	{ "an empty map",
	  "a: {}\nb: 1\n",
	  { PUT(YAML_AFTER, "a/", &five), PUT(YAML_AFTER, "a/", &six) },
	  "a:\n  w: 5\n  v: 6\nb: 1\n" },
	{ "in front",
	  "a: {} # c\n",
	  { PUT(YAML_AFTER, "a/", &five), PUT(YAML_BEFORE, "a/", &six) },
	  "a: # c\n  v: 6\n  w: 5\n" },
	{ "an empty list",
	  "a: [ ]\n",
	  { ADD(YAML_AFTER, "a/", &five), ADD(YAML_AFTER, "a/", &map) },
	  "a:\n  - 5\n  - k: 1\n    l: v\n" },
	{ "nothing",
	  "a:\nb: ~\nc: null # x\n",
	  { ADD(YAML_AFTER, "a/", &five), PUT(YAML_AFTER, "b/", &five),
	    ADD(YAML_AFTER, "c/", &five) },
	  "a:\n  - 5\nb:\n  w: 5\nc: # x\n  - 5\n" },
	{ "in flow",
	  "{a: [], b: {}}\n",
	  { ADD(YAML_AFTER, "a/", &five), PUT(YAML_AFTER, "b/", &six) },
	  "{a: [5], b: {v: 6}}\n" },
	{ "like its neighbours",
	  "x:\n- 1\na: []\n",
	  { ADD(YAML_AFTER, "a/", &five) },
	  "x:\n- 1\na:\n- 5\n" },
};

static const struct trial empty_rows[] = {
	{ "the only entry", "a:\n  b: 1\nc: 2\n", { DELETE("a/b") }, "a: {}\nc: 2\n" },
	{ "the only item, with comments",
	  "a: # k\n# head\n- b: 1 # x\n  # deeper\nc: 2\n",
	  { DELETE("a/0") },
	  "a: [] # k\nc: 2\n" },
	{ "all of them", "a:\n  - 1\n  - 2\n", { DELETE("a/1"), DELETE("a/0") }, "a: []\n" },
	{ "all of an item",
	  "- a: 1\n  b: 2\n- c\n",
	  { DELETE("0/a"), DELETE("0/b") },
	  "- {}\n- c\n" },
	{ "all of a flow list",
	  "a: [1, 2,] # c\n",
	  { DELETE("a/0"), DELETE("a/1") },
	  "a: [] # c\n" },
	{ "the only one in flow", "{a: {b: 1}}\n", { DELETE("a/b") }, "{a: {}}\n" },
};

static const struct trial refused_rows[] = {
	{ "a document", "a: 1\n", { REPLACE("", &five) }, NULL, &CODE_yaml_style, 1, 1 },
	{ "an anchored value",
	  "a: &x {b: 1}\n",
	  { REPLACE("a", &five) },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  4 },
	{ "an anchor inside with users",
	  "a: {b: &x 1}\nc: *x\n",
	  { REPLACE("a", &five) },
	  NULL,
	  &CODE_yaml_alias,
	  1,
	  8 },
	{ "an alias", "a: &x 1\nb: *x\n", { REPLACE("b", &five) }, NULL, &CODE_yaml_alias, 2, 4 },
	{ "twice",
	  "a: 1\n",
	  { REPLACE("a", &five), REPLACE("a", &six) },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "and changed inside",
	  "a: {b: 1}\n",
	  { REPLACE("a", &five), SET_INT("a/b", "2") },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  8 },
	{ "and deleted",
	  "a: 1\nb: 2\n",
	  { REPLACE("a", &five), DELETE("a") },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "and set",
	  "a: 1\nb: 2\n",
	  { SET_INT("a", "2"), REPLACE("a", &five) },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "a block scalar in the column of its dash",
	  "- # c\n>-\n  x\n",
	  { REPLACE("0", &five) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  1,
	  ENDED },
	{ "a comment between key and value",
	  "a:\n  # c\n  1\n",
	  { REPLACE("a", &map) },
	  NULL,
	  &CODE_yaml_style,
	  3,
	  3 },
	{ "two comments would be one",
	  "a: # x\n  1 # y\n",
	  { REPLACE("a", &map) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  3 },
	{ "a tab would follow the colon",
	  "? a\n: 2\t# c\n",
	  { REPLACE("a", &map) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  3,
	  AS_IS },
	{ "a line of a tab",
	  "a: 1\n \t",
	  { REPLACE("a", &map) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  1,
	  AS_IS },
	{ "all go and one comes",
	  "a:\n  - 1\n",
	  { DELETE("a/0"), ADD(YAML_AFTER, "a/0", &five) },
	  NULL,
	  &CODE_yaml_overlap,
	  2,
	  5 },
	{ "a list and a map",
	  "a:\nb: 1\n",
	  { ADD(YAML_AFTER, "a/", &five), PUT(YAML_AFTER, "a/", &five) },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  3 },
	{ "a key put twice into nothing",
	  "a: {}\n",
	  { PUT(YAML_AFTER, "a/", &five), PUT(YAML_AFTER, "a/", &five) },
	  NULL,
	  &CODE_yaml_overlap,
	  1,
	  4 },
	{ "the last of a document", "a: 1\n", { DELETE("a") }, NULL, &CODE_yaml_style, 1, 4 },
};

Test(yaml_splice_value, inline)
{
	TRIAL_RUN(inline_rows);
}

Test(yaml_splice_value, block)
{
	TRIAL_RUN(block_rows);
}

Test(yaml_splice_value, fills_empty_collections)
{
	TRIAL_RUN(fill_rows);
}

Test(yaml_splice_value, leaves_empty_collections)
{
	TRIAL_RUN(empty_rows);
}

Test(yaml_splice_value, refuses)
{
	TRIAL_RUN(refused_rows);
}

/* Keys are no entries of their own: one that is a collection keeps its last entry. */
Test(yaml_splice_value, keys_stay)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str out = STR_INIT;
	struct yaml_file *file = trial_parse("a key", SLICE("? {a: 1}\n: 2\n"));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	struct err err = ERR_INIT;

	yaml_delete(e, yaml_root(file, 0)->first->key->first);
	cr_expect_eq(yaml_apply(e, &out, &err), -1);
	cr_expect(err.code == &CODE_yaml_style && err.line == 1 && err.col == 3 && !out.len, "%s",
		  err.reason);
	yaml_file_free(file);
}

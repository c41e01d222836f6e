/*
 * Entries that come and go in flow style: one comma each, and each comment stays with what it is about.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

static const struct yaml_lit number = { SLICE_INIT("w"), LIT_INT, SLICE_INIT("9"), NULL, 0 };
static const struct yaml_lit other = { SLICE_INIT("o"), LIT_STRING, SLICE_INIT("p,q"), NULL, 0 };
static const struct yaml_lit items[] = { { SLICE_INIT("k"), LIT_STRING, SLICE_INIT("v"), NULL, 0 },
					 { SLICE_INIT("l"), LIT_INT, SLICE_INIT("1"), NULL, 0 } };
static const struct yaml_lit map = { SLICE_INIT("m"), LIT_MAP, { 0 }, items, 2 };
static const struct yaml_lit list = { SLICE_INIT("s"), LIT_SEQ, { 0 }, items, 2 };

static const struct trial line_rows[] = {
	{ "behind the last", "[1, 2]\n", { ADD(YAML_AFTER, "/", &number) }, "[1, 2, 9]\n" },
	{ "behind the first", "[1, 2]\n", { ADD(YAML_AFTER, "0", &number) }, "[1, 9, 2]\n" },
	{ "before the first", "[1, 2]\n", { ADD(YAML_BEFORE, "0", &number) }, "[9, 1, 2]\n" },
	{ "beside the only one", "[1]\n", { ADD(YAML_AFTER, "0", &number), ADD(YAML_BEFORE, "0", &other) }, "[\"p,q\", 1, 9]\n" },
	{ "the separator of the neighbours", "[1,2]\n", { ADD(YAML_AFTER, "0", &number) }, "[1,9,2]\n" },
	{ "a trailing comma", "[1, 2, ]\n", { ADD(YAML_AFTER, "/", &number) }, "[1, 2, 9, ]\n" },
	{ "two at one place", "[1, 2]\n", { ADD(YAML_AFTER, "0", &number), ADD(YAML_AFTER, "0", &other) }, "[1, 9, \"p,q\", 2]\n" },
	{ "a map",
	  "{a: 1, b: {c: 2}}\n",
	  { PUT(YAML_AFTER, "a", &map), PUT(YAML_BEFORE, "b/c", &number) },
	  "{a: 1, m: {k: v, l: 1}, b: {w: 9, c: 2}}\n" },
	{ "a list in a list", "[[1]]\n", { ADD(YAML_AFTER, "0", &list), ADD(YAML_AFTER, "0/0", &number) }, "[[1, 9], [v, 1]]\n" },
	{ "JSON",
	  "{\"a\": 1}\n",
	  { PUT(YAML_AFTER, "a", &map), PUT(YAML_AFTER, "a", &other) },
	  "{\"a\": 1, \"m\": {\"k\": \"v\", \"l\": 1}, \"o\": \"p,q\"}\n" },
	{ "beside a pair", "[a: 1 , b: 2]\n", { ADD(YAML_AFTER, "0", &number) }, "[a: 1 , 9 , b: 2]\n" },
	{ "deleting the first", "[1, 2, 3]\n", { DELETE("0") }, "[2, 3]\n" },
	{ "deleting the middle", "[1, 2, 3]\n", { DELETE("1") }, "[1, 3]\n" },
	{ "deleting the last", "[1, 2, 3]\n", { DELETE("2") }, "[1, 2]\n" },
	{ "deleting the last two", "[1, 2, 3]\n", { DELETE("2"), DELETE("1") }, "[1]\n" },
	{ "deleting the first two", "[1, 2, 3]\n", { DELETE("0"), DELETE("1") }, "[3]\n" },
	{ "deleting before a trailing comma", "[1, 2, 3 , ]\n", { DELETE("2") }, "[1, 2 , ]\n" },
	{ "replacing the last", "[1, 2]\n", { DELETE("1"), ADD(YAML_AFTER, "1", &number) }, "[1, 9]\n" },
	{ "replacing another", "[1, 2, 3]\n", { DELETE("1"), ADD(YAML_BEFORE, "1", &number) }, "[1, 9, 3]\n" },
	{ "deleting a pair", "[a: 1, b: 2]\n", { DELETE("0") }, "[b: 2]\n" },
	{ "in a block",
	  "x: {a: 1, b: 2} # c\ny: 1\n",
	  { DELETE("x/a"), PUT(YAML_AFTER, "x/b", &number) },
	  "x: {b: 2, w: 9} # c\ny: 1\n" },
};

static const struct trial lines_rows[] = {
	{ "behind the last, with a trailing comma",
	  "{\n  a: 1,\n  b: 2,\n}\n",
	  { PUT(YAML_AFTER, "b", &number) },
	  "{\n  a: 1,\n  b: 2,\n  w: 9,\n}\n" },
	{ "behind the last, without one",
	  "{\n  a: 1,\n  b: 2\n}\n",
	  { PUT(YAML_AFTER, "b", &number), PUT(YAML_AFTER, "b", &other) },
	  "{\n  a: 1,\n  b: 2,\n  w: 9,\n  o: \"p,q\"\n}\n" },
	{ "behind the first", "{\n  a: 1,\n  b: 2\n}\n", { PUT(YAML_AFTER, "a", &number) }, "{\n  a: 1,\n  w: 9,\n  b: 2\n}\n" },
	{ "before the first", "{\n  a: 1,\n  b: 2\n}\n", { PUT(YAML_BEFORE, "a", &number) }, "{\n  w: 9,\n  a: 1,\n  b: 2\n}\n" },
	{ "the bracket on the last line", "[\n  1,\n  2]\n", { ADD(YAML_AFTER, "1", &number) }, "[\n  1,\n  2,\n  9]\n" },
	{ "several on a line", "[\n  1, 2,\n  3\n]\n", { ADD(YAML_AFTER, "0", &number) }, "[\n  1, 9, 2,\n  3\n]\n" },
	{ "an item behind another's brace",
	  "{\n  a: [{\n    b: 1,\n  }, {\n    b: 2,\n  }],\n}\n",
	  { DELETE("a/1"), PUT(YAML_AFTER, "a/0/b", &number) },
	  "{\n  a: [{\n    b: 1,\n    w: 9,\n  }],\n}\n" },
	{ "the first item behind a brace",
	  "{\n  a: [{\n    b: 1,\n  }, {\n    b: 2,\n  }],\n}\n",
	  { DELETE("a/0") },
	  "{\n  a: [{\n    b: 2,\n  }],\n}\n" },
	{ "deleting the first", "{\n  a: 1,\n  b: 2,\n}\n", { DELETE("a") }, "{\n  b: 2,\n}\n" },
	{ "deleting the last, with a trailing comma", "{\n  a: 1,\n  b: 2,\n}\n", { DELETE("b") }, "{\n  a: 1,\n}\n" },
	{ "deleting the last, without one", "{\n  a: 1,\n  b: 2\n}\n", { DELETE("b") }, "{\n  a: 1\n}\n" },
	{ "a closing bracket in column 1",
	  "a: [\n  1,\n  2\n]\nb: 1\n",
	  { DELETE("a/1"), ADD(YAML_AFTER, "a/0", &number) },
	  "a: [\n  1,\n  9\n]\nb: 1\n" },
	{ "JSON with tabs",
	  "{\n\t\"a\": 1,\n\t\"b\": 2\n}\n",
	  { DELETE("a"), PUT(YAML_AFTER, "b", &number) },
	  "{\n\t\"b\": 2,\n\t\"w\": 9\n}\n" },
};

static const struct trial comment_rows[] = {
	{ "behind the last, with a trailing comma",
	  "[\n  1, # 1\n  2, # 2\n]\n",
	  { ADD(YAML_AFTER, "1", &number) },
	  "[\n  1, # 1\n  2, # 2\n  9,\n]\n" },
	{ "behind the last, without one",
	  "[\n  1, # 1\n  2 # 2\n]\n",
	  { ADD(YAML_AFTER, "1", &number) },
	  "[\n  1, # 1\n  2, # 2\n  9\n]\n" },
	{ "behind the first",
	  "[\n  1, # 1\n  2 # 2\n]\n",
	  { ADD(YAML_AFTER, "0", &number), ADD(YAML_AFTER, "0", &other) },
	  "[\n  1, # 1\n  9,\n  \"p,q\",\n  2 # 2\n]\n" },
	{ "before one with a head",
	  "[\n  1, # 1\n  # 2\n  2\n]\n",
	  { ADD(YAML_BEFORE, "1", &number) },
	  "[\n  1, # 1\n  9,\n  # 2\n  2\n]\n" },
	{ "a comma behind the comment",
	  "{b: 1 # c\n, d: 2}\n",
	  { PUT(YAML_AFTER, "b", &number), SET_INT("b", "3") },
	  "{b: 3, w: 9 # c\n, d: 2}\n" },
	{ "a comma behind the comment, on lines",
	  "{\n  b: 1 # c\n  , d: 2\n}\n",
	  { PUT(YAML_AFTER, "b", &number) },
	  "{\n  b: 1, w: 9 # c\n  , d: 2\n}\n" },
	{ "deleting the first", "[\n  # 1\n  1, # 1\n  # 2\n  2, # 2\n]\n", { DELETE("0") }, "[\n  # 2\n  2, # 2\n]\n" },
	{ "deleting the last, with a trailing comma",
	  "[\n  1, # 1\n  # 2\n  2, # 2\n  # x\n]\n",
	  { DELETE("1") },
	  "[\n  1, # 1\n  # x\n]\n" },
	{ "deleting the last, without one", "[\n  1, # 1\n  2 # 2\n]\n", { DELETE("1") }, "[\n  1 # 1\n]\n" },
	{ "deleting the last two", "[\n  1, # 1\n  2, # 2\n  3 # 3\n]\n", { DELETE("1"), DELETE("2") }, "[\n  1 # 1\n]\n" },
	{ "deleting the middle",
	  "[\n  1, # 1\n\n  # x\n\n  2, # 2\n  3 # 3\n]\n",
	  { DELETE("1") },
	  "[\n  1, # 1\n\n  # x\n\n  3 # 3\n]\n" },
	{ "deleting before the bracket", "[\n  1, # 1\n  2 ]\n", { DELETE("1") }, "[\n  1 # 1\n ]\n" },
	{ "deleting one beside the bracket", "[1, # 1\n  # 2\n  2]\n", { DELETE("0") }, "[\n  # 2\n  2]\n" },
	{ "deleting the last on a line with others", "[\n  1, 2, 3 # 3\n]\n", { DELETE("2") }, "[\n  1, 2 # 3\n]\n" },
};

static const struct trial refused_rows[] = {
	{ "the only one", "[1]\n", { DELETE("0") }, NULL, &CODE_yaml_style, 1, 2 },
	{ "a key without a value", "{a, b: 1}\n", { SET_INT("a", "1") }, NULL, &CODE_yaml_style, 1, 3 },
	{ "in a pair", "[a: 1]\n", { PUT(YAML_AFTER, "0/a", &number) }, NULL, &CODE_yaml_style, 1, 5 },
	{ "deleting in a pair", "[a: 1]\n", { DELETE("0/a") }, NULL, &CODE_yaml_style, 1, 5 },
	{ "above a tab", "a: [\"b\"\n\t, 1]\n", { ADD(YAML_AFTER, "a/0", &number) }, NULL, &CODE_yaml_style, 1, 5 },
	{ "behind what would be a sign", "[-, 1]\n", { DELETE("1") }, NULL, &CODE_yaml_style, 1, 2 },
	{ "a sign", "[-, 1 ]\n", { COPY(YAML_AFTER, "0", NULL, NULL) }, NULL, &CODE_yaml_style, 1, 2 },
	{ "behind an empty value", "{a: , b: 1}\n", { DELETE("b") }, NULL, &CODE_yaml_style, 1, 5 },
	{ "before an empty value", "{b: 1, a: }\n", { DELETE("b") }, NULL, &CODE_yaml_style, 1, 11 },
	{ "beside an empty value of JSON", "{\"a\":}\n", { PUT(YAML_AFTER, "a", &number) }, NULL, &CODE_yaml_style, 1, 6 },
	{ "beside a pair without a value", "[f : , c]\n", { COPY(YAML_BEFORE, "0", NULL, NULL) }, NULL, &CODE_yaml_style, 1, 2 },
	{ "beside a pair of a collection", "[{w} : 1]\n", { ADD(YAML_AFTER, "0", &number) }, NULL, &CODE_yaml_style, 1, 2 },
	{ "beside nothing but a tag", "[!t , 1]\n", { DELETE("1") }, NULL, &CODE_yaml_style, 1, 2 },
	{ "beside an explicit key", "{? a : 1, ? b : 2}\n", { DELETE("a") }, NULL, &CODE_yaml_style, 1, 8 },
	{ "its comma below", "[\n  a,\n  b\n  , # c\n  d\n]\n", { DELETE("1") }, NULL, &CODE_yaml_style, 3, 3 },
	{ "two behind a comment without a comma",
	  "[\n  1 # c\n]\n",
	  { ADD(YAML_AFTER, "0", &number), ADD(YAML_AFTER, "0", &number) },
	  NULL,
	  &CODE_yaml_overlap,
	  2,
	  4 },
	{ "behind what goes", "[1, 2]\n", { DELETE("0"), ADD(YAML_AFTER, "0", &number) }, NULL, &CODE_yaml_overlap, 1, 3 },
	{ "a key that is there", "{o: 1, b: 1}\n", { PUT(YAML_AFTER, "b", &other) }, NULL, &CODE_yaml_duplicate, 1, 2 },
};

Test(yaml_comma, on_one_line)
{
	TRIAL_RUN(line_rows);
}

Test(yaml_comma, on_lines_of_their_own)
{
	TRIAL_RUN(lines_rows);
}

Test(yaml_comma, comments_stay_with_their_entries)
{
	TRIAL_RUN(comment_rows);
}

Test(yaml_comma, refuses)
{
	TRIAL_RUN(refused_rows);
}

/*
 * Layouts that people and programs write, by number: lists and maps (1 to 13), scalars (14 to 19),
 * comments (20 to 28). Each is edited exactly, or refused with a code and a place; most in all
 * variants of trial.h, so with CRLF, a byte order mark and no final line end, too.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

#define DESTINATION(name, host, weight)                                                            \
	static const struct yaml_lit name##_host[] = { { SLICE_INIT("host"), LIT_STRING,           \
							 SLICE_INIT(host), NULL, 0 } };            \
	static const struct yaml_lit name##_items[] = {                                            \
		{ SLICE_INIT("destination"), LIT_MAP, { 0 }, name##_host, 1 },                     \
		{ SLICE_INIT("weight"), LIT_INT, SLICE_INIT(weight), NULL, 0 }                     \
	};                                                                                         \
	static const struct yaml_lit name = { { 0 }, LIT_MAP, { 0 }, name##_items, 2 }

DESTINATION(dest, "b", "10");
static const struct yaml_lit none = { { 0 }, LIT_SEQ, { 0 }, NULL, 0 };
static const struct yaml_lit weight = { SLICE_INIT("weight"), LIT_INT, SLICE_INIT("90"), NULL, 0 };
static const struct yaml_lit timeout = { SLICE_INIT("timeout"), LIT_STRING, SLICE_INIT("5s"), NULL,
					 0 };
#define SUBSET(name, text)                                                                         \
	static const struct yaml_lit name = { SLICE_INIT("subset"), LIT_STRING, SLICE_INIT(text),  \
					      NULL, 0 }
SUBSET(subset_on, "on");
SUBSET(subset_float, "2e3");
SUBSET(subset_octal, "0123");

static const struct trial list_rows[] = {
	{ "1 flow on one line",
	  "route: [{destination: {host: a}, weight: 100}] # c\n",
	  { SET_INT("route/0/weight", "90"), ADD(YAML_AFTER, "route/0", &dest) },
	  "route: [{destination: {host: a}, weight: 90}, {destination: {host: b}, weight: 10}] # "
	  "c\n" },
	{ "2 KYAML",
	  "---\n{\n  kind: \"VirtualService\", # c\n  http: [{\n    route: [{\n      weight: "
	  "100,\n    }],\n  }],\n}\n",
	  { SET_INT("http/0/route/0/weight", "90"), PUT(YAML_AFTER, "http/0/route", &timeout) },
	  "---\n{\n  kind: \"VirtualService\", # c\n  http: [{\n    route: [{\n      weight: 90,\n "
	  "   }],\n    timeout: 5s,\n  }],\n}\n" },
	{ "3 a comment before the comma",
	  "a: {b: 1 # c\n  , d: 2}\n",
	  { SET_INT("a/b", "3"), SET_INT("a/d", "4") },
	  "a: {b: 3 # c\n  , d: 4}\n" },
	{ "3 an entry behind the comma on the next line",
	  "a: {b: 1 # c\n  , d: 2}\n",
	  { PUT(YAML_AFTER, "a/d", &weight) },
	  "a: {b: 1 # c\n  , d: 2, weight: 90}\n" },
	{ "4 a bracket in the first column",
	  "route: [\n  {weight: 1}\n]\nx: 1\n",
	  { SET_INT("route/0/weight", "90") },
	  "route: [\n  {weight: 90}\n]\nx: 1\n" },
	{ "5 both kinds of lists",
	  "http:\n- route:\n    - destination: {host: a}\n",
	  { ADD(YAML_AFTER, "http/0/route/0", &dest) },
	  "http:\n- route:\n    - destination: {host: a}\n    - destination:\n        host: b\n    "
	  "  weight: 10\n" },
	{ "5 a list in the column of its key",
	  "http:\n  - route:\n    - weight: 1\n    timeout: 1s\n",
	  { ADD(YAML_AFTER, "http/0/route/0", &dest) },
	  "http:\n  - route:\n    - weight: 1\n    - destination:\n        host: b\n      weight: "
	  "10\n    timeout: 1s\n" },
	{ "6 a dash alone on its line",
	  "r:\n-\n  weight: 1\n-   weight: 2\n",
	  { SET_INT("r/0/weight", "9"), PUT(YAML_BEFORE, "r/1/weight", &timeout) },
	  "r:\n-\n  weight: 9\n-   timeout: 5s\n    weight: 2\n" },
	{ "6 wide gaps",
	  "r:\n-   weight: 1\n",
	  { ADD(YAML_AFTER, "r/0", &dest) },
	  "r:\n-   weight: 1\n-   destination:\n      host: b\n    weight: 10\n" },
	{ "7 dashes in dashes",
	  "r:\n- - a\n  - b\n- # c\n  - x: 1\n",
	  { SET_STR("r/0/1", "z"), SET_INT("r/1/0/x", "2") },
	  "r:\n- - a\n  - z\n- # c\n  - x: 2\n" },
	{ "8 steps of one, three and eight",
	  "a:\n b:\n    c:\n            d: 1\n",
	  { PUT(YAML_AFTER, "a/b/c/d", &dest_items[0]) },
	  "a:\n b:\n    c:\n            d: 1\n            destination:\n                    host: "
	  "b\n" },
	{ "9 the weight first",
	  "r:\n- weight: 90\n  destination: {host: a}\n",
	  { SET_INT("r/0/weight", "80") },
	  "r:\n- weight: 80\n  destination: {host: a}\n" },
	{ "9 before the first",
	  "r:\n- destination: {host: a}\n",
	  { PUT(YAML_BEFORE, "r/0/destination", &weight) },
	  "r:\n- weight: 90\n  destination: {host: a}\n" },
	{ "10 a weight that was implied",
	  "r:\n- destination:\n    host: a # c\n  # tail\n",
	  { PUT(YAML_AFTER, "r/0/destination", &weight) },
	  "r:\n- destination:\n    host: a # c\n  weight: 90\n  # tail\n" },
	{ "11 a value below its key",
	  "weight:\n  10 # c\nx:\n  1\n",
	  { SET_INT("weight", "20") },
	  "weight:\n  20 # c\nx:\n  1\n" },
	{ "11 blanks and a tab",
	  "weight :  10\nx:\t1\n",
	  { SET_INT("weight", "20"), SET_INT("x", "2") },
	  "weight :  20\nx:\t2\n" },
	{ "16 entries that go with an empty line between them, below what keeps empty lines",
	  "a: |+\n  x\nb: 1\n\nc: 2\nd: 3\n",
	  { DELETE("b"), DELETE("c") },
	  NULL,
	  &CODE_yaml_style,
	  3,
	  4 },
	{ "11 a tab before a comment, behind what is plain no more",
	  "w: 1\n \t# c\nx: 2\n",
	  { REPLACE("w", &none) },
	  NULL,
	  &CODE_yaml_style,
	  2,
	  1 },
	{ "11 the same behind what stays plain",
	  "w: 1\n \t# c\nx: 2\n",
	  { SET_INT("w", "3") },
	  "w: 3\n \t# c\nx: 2\n" },
	{ "3 an entry whose comma is on the next line stays",
	  "r: {a: 1, b: 2  \n  , c: 3}\n",
	  { DELETE("r/b") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  14 },
	{ "3 a comment without a blank, behind a comma that goes",
	  "r: [\n  a,# x\n  c\n]\n",
	  { DELETE("r/1") },
	  "r: [\n  a # x\n]\n" },
	{ "3 a comment without a blank, behind an entry that goes",
	  "r: [a, \"c\"# x\n]\n",
	  { DELETE("r/1") },
	  "r: [a # x\n]\n" },
	{ "3 a comment without a blank, behind an entry that comes",
	  "r: {a: \"c\"# x\n}\n",
	  { PUT(YAML_AFTER, "r/a", &weight) },
	  "r: {a: \"c\", weight: 90 # x\n}\n" },
	{ "12 an explicit key",
	  "? weight\n: 10 # c\n? x\n:\n  y: 1\n",
	  { SET_INT("weight", "20"), SET_INT("x/y", "2") },
	  "? weight\n: 20 # c\n? x\n:\n  y: 2\n" },
	{ "13 an empty list",
	  "route: [] # none\n",
	  { ADD(YAML_AFTER, "route/", &dest) },
	  "route: # none\n  - destination:\n      host: b\n    weight: 10\n" },
	{ "13 only a comment",
	  "route: # none\nx: 1\n",
	  { ADD(YAML_AFTER, "route/", &dest) },
	  "route: # none\n  - destination:\n      host: b\n    weight: 10\nx: 1\n" },
	{ "13 a tilde",
	  "route: ~\n",
	  { ADD(YAML_AFTER, "route/", &dest) },
	  "route:\n  - destination:\n      host: b\n    weight: 10\n" },
};

static const struct trial scalar_rows[] = {
	{ "14 quoted keys",
	  "\"weight\": 90\n'timeout': 1s\n\"\\x62\": 1\n",
	  { SET_INT("weight", "80"), SET_STR("timeout", "2s"), SET_INT("b", "2") },
	  "\"weight\": 80\n'timeout': 2s\n\"\\x62\": 2\n" },
	{ "15 a quoted weight",
	  "weight: \"90\"\nw: '1'\n",
	  { SET_INT("weight", "80"), SET_INT("w", "2") },
	  "weight: \"80\"\nw: '2'\n" },
	{ "15 tags",
	  "a: !!int 90\nb: !!int \"90\"\n",
	  { SET_INT("a", "80"), SET_INT("b", "80") },
	  "a: !!int 80\nb: !!int \"80\"\n" },
	{ "16 a folded weight",
	  "weight: >-\n  90\n",
	  { SET_INT("weight", "80") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  9 },
	{ "16 a literal with an indentation",
	  "weight: |2-\n  90\n",
	  { SET_INT("weight", "80") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  9 },
	{ "16 a value over two lines",
	  "host: a\n  b\n",
	  { SET_STR("host", "c") },
	  NULL,
	  &CODE_yaml_style,
	  1,
	  7 },
	{ "16 replaced as a whole",
	  "weight: >-\n  90\nx: 1\n",
	  { REPLACE("weight", &weight) },
	  "weight: 90\nx: 1\n" },
	{ "17 stars",
	  "hosts: ['*', \"*\"]\n",
	  { SET_STR("hosts/0", "*.x"), SET_STR("hosts/1", "y") },
	  "hosts: ['*.x', \"y\"]\n" },
	{ "17 signs in quotes",
	  "a: 'x # y' # c\nb: \"k: v\"\nc: a#b\n",
	  { SET_STR("a", "x #z"), SET_STR("c", "a#c") },
	  "a: 'x #z' # c\nb: \"k: v\"\nc: a#c\n" },
	{ "17 a plain value that would not be one",
	  "a: b\n",
	  { SET_STR("a", "c # d") },
	  "a: \"c # d\"\n" },
	{ "19 names that are no strings to others",
	  "- host: a\n- host: b\n- host: c\n",
	  { PUT(YAML_AFTER, "0/host", &subset_on), PUT(YAML_AFTER, "1/host", &subset_float),
	    PUT(YAML_AFTER, "2/host", &subset_octal) },
	  "- host: a\n  subset: \"on\"\n- host: b\n  subset: \"2e3\"\n- host: c\n  subset: "
	  "\"0123\"\n" },
	{ "19 set to null",
	  "a: b\nb: 'c'\n",
	  { SET_STR("a", "null"), SET_STR("b", "1.10") },
	  "a: \"null\"\nb: '1.10'\n" },
};

static const struct trial comment_rows[] = {
	{ "20 behind a literal",
	  "r:\n- a: |\n    x\n\n\n- b\n",
	  { ADD(YAML_AFTER, "r/0", &dest) },
	  "r:\n- a: |\n    x\n- destination:\n    host: b\n  weight: 10\n\n\n- b\n" },
	{ "20 behind a stripped literal",
	  "r:\n- a: |-\n    x\n\n- b\n",
	  { ADD(YAML_AFTER, "r/0", &dest) },
	  "r:\n- a: |-\n    x\n- destination:\n    host: b\n  weight: 10\n\n- b\n" },
	{ "20 behind a kept literal",
	  "r:\n- a: |+\n    x\n\n- b\n",
	  { ADD(YAML_AFTER, "r/0", &dest) },
	  "r:\n- a: |+\n    x\n\n- destination:\n    host: b\n  weight: 10\n- b\n" },
	{ "21 an aligned comment",
	  "weight: 90      # weight: 50\nx: 1\n",
	  { SET_INT("weight", "5") },
	  "weight: 5      # weight: 50\nx: 1\n" },
	{ "22 comments around items",
	  "r: # k\n# zero\n  # own\n  - a # x\n    # deeper\n  # next\n  - b\n",
	  { ADD(YAML_AFTER, "r/0", &weight) },
	  "r: # k\n# zero\n  # own\n  - a # x\n    # deeper\n  - 90\n  # next\n  - b\n" },
	{ "23 an item that is commented out",
	  "r:\n- a\n# - old\nx: 1\n",
	  { ADD(YAML_AFTER, "r/0", &weight) },
	  "r:\n- a\n- 90\n# - old\nx: 1\n" },
	{ "24 a comment as the last line",
	  "r:\n- a\n# end\n",
	  { ADD(YAML_AFTER, "r/0", &weight) },
	  "r:\n- a\n- 90\n# end\n" },
	{ "24 blanks as the last line",
	  "r:\n- a\n   ",
	  { ADD(YAML_AFTER, "r/0", &weight) },
	  "r:\n- a\n- 90\n   ",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "25 markers of other programs",
	  "a: x # {\"$imagepolicy\": \"n:p\"}\n# kpt-set: ${y}\nb: 1\n# yamllint disable\n# "
	  "renovate: z\nc: 1 # -- doc\n",
	  { SET_INT("b", "2"), PUT(YAML_AFTER, "b", &weight) },
	  "a: x # {\"$imagepolicy\": \"n:p\"}\n# kpt-set: ${y}\nb: 2\nweight: 90\n# yamllint "
	  "disable\n# renovate: z\nc: 1 # -- doc\n" },
	{ "26 a comment at a closing quote",
	  "a: \"x\"#c\nb: 1\n",
	  { SET_STR("a", "y") },
	  "a: \"y\"#c\nb: 1\n" },
	{ "27 comments around documents",
	  "# a\n%YAML 1.1\n# b\n---  # c\nx: 1\n...\n# d\n---\ny: 1\n",
	  { SET_INT("x", "2"), SET_INT("1:y", "3") },
	  "# a\n%YAML 1.1\n# b\n---  # c\nx: 2\n...\n# d\n---\ny: 3\n",
	  NULL,
	  0,
	  0,
	  AS_IS },
	{ "28 wide characters before the edit",
	  "# \xc2\xa9 \xc3\xa9 \xf0\x9f\x9a\x80\na: 1\n",
	  { SET_INT("a", "2") },
	  "# \xc2\xa9 \xc3\xa9 \xf0\x9f\x9a\x80\na: 2\n" },
	{ "28 wide characters on the line of the edit",
	  "{\"\xed\x95\x9c\": e\xcc\x81, \xd7\x90: \xf0\x9f\x9a\x80, w: 1}\n",
	  { SET_INT("w", "2"), PUT(YAML_AFTER, "w", &weight) },
	  "{\"\xed\x95\x9c\": e\xcc\x81, \xd7\x90: \xf0\x9f\x9a\x80, w: 2, weight: 90}\n" },
};

Test(yaml_layouts, lists_and_maps)
{
	TRIAL_RUN(list_rows);
}

Test(yaml_layouts, scalars)
{
	TRIAL_RUN(scalar_rows);
}

Test(yaml_layouts, comments)
{
	TRIAL_RUN(comment_rows);
}

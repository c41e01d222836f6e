/*
 * Spans: which bytes are a node's content, properties, entry and region, in many layouts.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

/*
 * The bytes that a span must hold: `props` from outer to start, `content` from start to end, `head`
 * from head to entry, `lead` from entry to outer (of the value), `tail` from end to stop.
 */
struct scan_row {
	const char *name, *in, *path;
	const char *head, *lead, *props, *content, *tail;
	unsigned flags;
	enum { ONCE = 1 } how; /* not in variants */
};

static const struct scan_row rows[] = {
	{ "a value", "a: 1\nb: 2 # c\n", "b", "", "b: ", "", "2", " # c\n" },
	{ "indented", "a:\n    b:   2\n", "a/b", "    ", "b:   ", "", "2", "\n" },
	{ "a map", "a:\n  b: 1\n  c: 2\nd: 1\n", "a", "", "a:\n  ", "", "b: 1\n  c: 2", "\n" },
	{ "wide characters before",
	  "\xc3\xa9: \xf0\x9f\x98\x80 # \xed\x95\x9c\nb: \xc3\xa9x # \xc3\xa9\nc: 1\n", "b", "",
	  "b: ", "", "\xc3\xa9x", " # \xc3\xa9\n" },
	{ "single quotes", "a: 'x''y'\n", "a", "", "a: ", "", "'x''y'", "\n" },
	{ "double quotes over lines", "a: \"x\n  # y\"\nb: 1\n", "a", "", "a: ", "", "\"x\n  # y\"",
	  "\n" },
	{ "plain over lines", "a: x\n  y\n\n  z # c\nb: 1\n", "a", "", "a: ", "", "x\n  y\n\n  z",
	  " # c\n" },
	{ "a quoted key", "\"a\" : 1\n", "a", "", "\"a\" : ", "", "1", "\n" },
	{ "an anchor", "a: &x 1\n", "a", "", "a: ", "&x ", "1", "\n" },
	{ "an anchor and a tag", "a: &x !!str\n  1\n", "a", "", "a: ", "&x !!str\n  ", "1", "\n" },
	{ "a tag and an anchor with a comment", "a: !x &y # c!\n  1\n", "a", "",
	  "a: ", "!x &y # c!\n  ", "1", "\n" },
	{ "a verbatim tag", "a: !<tag:x,y> 1\n", "a", "", "a: ", "!<tag:x,y> ", "1", "\n" },
	{ "the tag that says nothing", "a: ! 1\n", "a", "", "a: ", "! ", "1", "\n" },
	{ "an anchored map", "a: &x\n  b: 1\n", "a", "", "a: ", "&x\n  ", "b: 1", "\n" },
	{ "an anchored first key of a map", "a:\n  &x b: 1\n", "a", "", "a:\n  ", "", "&x b: 1",
	  "\n" },
	{ "an anchored key", "a:\n  &x b: 1\n", "a/b", "  ", "&x b: ", "", "1", "\n" },
	{ "an anchored and tagged flow", "a: &x !!map {b: 1}\n", "a", "", "a: ", "&x !!map ",
	  "{b: 1}", "\n" },
	{ "an anchored indentless list", "a: &x\n- b\n", "a", "", "a: ", "&x\n", "- b", "\n" },
	{ "an alias", "a: &x 1\nb: *x # c\n", "b", "", "b: ", "", "*x", " # c\n" },
	{ "empty", "a: # c\nb: 1\n", "a", "", "a:", "", "", " # c\n" },
	{ "empty before comments", "a:\n# c\n\nb: 1\n", "a", "", "a:", "", "", "\n" },
	{ "empty at the end", "b: 1\na:\n", "a", "", "a:", "", "", "\n" },
	{ "empty with an anchor", "a: &x # c\nb: 1\n", "a", "", "a: ", "&x", "", " # c\n" },
	{ "an empty item", "- a\n-\n- b\n", "1", "", "-", "", "", "\n" },
	{ "an indentless list", "a:\n- b\n- c\nd: 1\n", "a", "", "a:\n", "", "- b\n- c", "\n" },
	{ "an indented list", "a:\n  - b\n  - c\n", "a", "", "a:\n  ", "", "- b\n  - c", "\n" },
	{ "an item", "a:\n  - b\n  -   c: 1\n      d: 2\n", "a/1", "  ", "-   ", "",
	  "c: 1\n      d: 2", "\n" },
	{ "a key on a dash", "- a: 1\n  b: 2\n", "0/a", "", "a: ", "", "1", "\n", YAML_OPENS },
	{ "a key below a dash", "- a: 1\n  b: 2\n", "0/b", "  ", "b: ", "", "2", "\n" },
	{ "nested dashes", "- - - a\n    - b\n  - c\n", "0/0/0", "", "- ", "", "a", "\n",
	  YAML_OPENS },
	{ "nested dashes, further down", "- - - a\n    - b\n  - c\n", "0/0/1", "    ", "- ", "",
	  "b", "\n" },
	{ "nested dashes, the outer", "- - - a\n    - b\n  - c\n", "0/0", "", "- ", "",
	  "- a\n    - b", "\n", YAML_OPENS },
	{ "a dash alone", "-\n  a: 1\n", "0", "", "-\n  ", "", "a: 1", "\n" },
	{ "a dash with a comment", "- # c\n  a: 1\n", "0/a", "  ", "a: ", "", "1", "\n" },
	{ "an explicit key", "? a\n: 1\n? b\n# c\n: 2\n", "b", "", "? b\n# c\n: ", "", "2", "\n",
	  YAML_EXPLICIT },
	{ "an explicit key in a map on a dash", "- ? a\n  : 1\n", "0/a", "", "? a\n  : ", "", "1",
	  "\n", YAML_EXPLICIT | YAML_OPENS },
	{ "a literal", "a: |\n  x\n  # y\n\nb: 1\n", "a", "", "a: ", "", "|\n  x\n  # y\n", "" },
	{ "a stripped folded one", "a: >-\n  x\n\n# c\nb: 1\n", "a", "", "a: ", "", ">-\n  x\n",
	  "" },
	{ "a kept one", "a: |+ # c\n  x\n\n\nb: 1\n", "a", "", "a: ", "", "|+ # c\n  x\n\n\n", "" },
	{ "an indented one", "a: |2\n    x\n   \nb: 1\n", "a", "", "a: ", "", "|2\n    x\n   \n",
	  "" },
	{ "a literal with blanks below", "a: |\n  x\n  \n \nb: 1\n", "a", "", "a: ", "", "|\n  x\n",
	  "" },
	{ "a literal without content", "a: |\n\nb: 1\n", "a", "", "a: ", "", "|\n", "" },
	{ "a literal with a deeper comment", "a:\n  b: |\n      x\n    # c\nd: 1\n", "a/b", "  ",
	  "b: ", "", "|\n      x\n", "    # c\n" },
	{ "flow", "a: [b, {c: 1}] # d\n", "a", "", "a: ", "", "[b, {c: 1}]", " # d\n" },
	{ "in flow", "a: [b, {c: 1 } ]\n", "a/1", "", "", "", "{c: 1 }", "" },
	{ "a flow key", "a: [b, {c: 1 } ]\n", "a/1/c", "", "c: ", "", "1", "" },
	{ "an empty flow value", "{a: , b: 1}\n", "a", "", "a:", "", "", "" },
	{ "a flow key alone", "{a , b: 1}\n", "a", "", "a", "", "", "", YAML_UNCLEAR },
	{ "adjacent JSON", "{\"a\":1,\"b\":\"\"}\n", "b", "", "\"b\":", "", "\"\"", "" },
	{ "a pair", "[a: 1 , b]\n", "0", "", "", "", "a: 1", "", YAML_PAIR },
	{ "in a pair", "[x, a : 1 ]\n", "1/a", "", "a : ", "", "1", "" },
	{ "a pair before a comment", "[a: 1 # c\n, b]\n", "0", "", "", "", "a: 1", "", YAML_PAIR },
	{ "flow over lines", "{\n  a: 1,\n  # b\n  b: [\n    c\n  ],\n}\n", "b", "  # b\n  ",
	  "b: ", "", "[\n    c\n  ]", "" },
	{ "the Kubernetes style", "{\n  a: [{\n    b: 1,\n  }, {\n    b: 2,\n  }],\n}\n", "a/1", "",
	  "", "", "{\n    b: 2,\n  }", "" },
	{ "a bracket in column 1", "a: [\n  b\n]\nc: 1\n", "a", "", "a: ", "", "[\n  b\n]", "\n" },
	{ "head comments", "# x\n\n# a\n# a\na: 1\n", "a", "# a\n# a\n", "a: ", "", "1", "\n" },
	{ "a head in the wrong column", "a:\n# x\n  # b\n  b: 1\n", "a/b", "  # b\n  ", "b: ", "",
	  "1", "\n" },
	{ "no head behind a deeper comment", "a: 1\n  # a\nb: 1\n", "b", "", "b: ", "", "1", "\n" },
	{ "no head of a list's first item on its key", "a: # x\n- b\n", "a/0", "", "- ", "", "b",
	  "\n" },
	{ "comments below", "a:\n  b: 1\n    # b\n  # a\n# x\nc: 1\n", "a/b", "  ", "b: ", "", "1",
	  "\n    # b\n" },
	{ "comments below the outer", "a:\n  b: 1\n    # b\n\n  # a\n# x\nc: 1\n", "a", "",
	  "a:\n  ", "", "b: 1", "\n    # b\n\n  # a\n" },
	{ "a second document", "a: 1\n--- # c\n# b\nb: 1\n...\n", "1:b", "# b\n", "b: ", "", "1",
	  "\n" },
	{ "behind a directive", "%YAML 1.1\n---\na: 1\n", "a", "", "a: ", "", "1", "\n" },
	{ "a tab before a comment", "a: 1\t# c\nb: 1\n", "a", "", "a: ", "", "1", "\t# c\n" },
	{ "a byte order mark", "\xef\xbb\xbf# \xc3\xa9\na: &x 1\n", "a", "# \xc3\xa9\n",
	  "a: ", "&x ", "1", "\n" },
	{ "mixed line ends", "a: 1\r\nb: x\n  y\r\nc: 1\n", "b", "", "b: ", "", "x\n  y", "\r\n", 0,
	  ONCE },
	{ "no last line end", "a: 1\nb: 2 # c", "b", "", "b: ", "", "2", " # c", 0, ONCE },
};

/* Does the span hold the text, in this guise? */
static void span(const struct scan_row *row, enum variant v, const struct yaml_node *n,
		 const char *what, uint32_t start, uint32_t end, const char *text)
{
	AUTO_STR struct str expected = STR_INIT;
	struct slice found = slice_sub(yaml_bytes(n->file), start, end - start);

	if (v != VARIANT_CRLF || !trial_disguise(slice_of(text), v, &expected))
		str_adds(&expected, text);
	if (v == VARIANT_BARE && end == yaml_bytes(n->file).len && expected.len &&
	    expected.ptr[expected.len - 1] == '\n')
		expected.len--;
	cr_expect(start <= end && slice_eq(found, str_slice(&expected)),
		  "%s, %s: %s is '%.*s', not '%s'", row->name, trial_variant[v], what,
		  (int)found.len, found.ptr, text);
}

static void check(const struct scan_row *row, enum variant v)
{
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *file;
	const struct yaml_node *n;
	const unsigned shape = YAML_OPENS | YAML_EXPLICIT | YAML_PAIR | YAML_UNCLEAR;

	if (!trial_disguise(slice_of(row->in), v, &text) || (v && row->how == ONCE))
		return;
	file = trial_parse(row->name, str_slice(&text));
	trial_invariants(file, row->name);
	n = trial_find(file, row->path);
	cr_assert_not_null(n, "%s", row->name);
	span(row, v, n, "head", n->head, n->entry, row->head);
	span(row, v, n, "lead", n->entry, n->outer, row->lead);
	span(row, v, n, "properties", n->outer, n->start, row->props);
	span(row, v, n, "content", n->start, n->end, row->content);
	span(row, v, n, "tail", n->end, n->stop, row->tail);
	cr_expect_eq(n->flags & shape, row->flags, "%s: flags %u", row->name, n->flags & shape);
	yaml_file_free(file);
}

Test(yaml_scan, spans)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int v = 0; v < VARIANTS; v++)
			check(&rows[i], (enum variant)v);
}

Test(yaml_scan, what_a_node_is)
{
	struct yaml_file *file =
		trial_parse("kinds", SLICE("a: &x {b: [1, 'c']}\nd: *x\ne: !t |\n  f\ng: >\n  "
					   "h\ni: !!str \"j\\n\"\nk: {<<: {}, l: 1}\n"
					   "m: {n: 1, n: 2}\n"));
	const struct yaml_node *root = yaml_root(file, 0), *n;

	cr_expect(root->kind == YAML_MAP && root->style == YAML_BLOCK && root->nchildren == 7 &&
		  root->first && !root->parent);
	n = trial_find(file, "a");
	cr_expect(n->kind == YAML_MAP && n->style == YAML_FLOW && n->flags == YAML_ANCHORED &&
		  slice_is(yaml_anchor(n), "x"));
	n = trial_find(file, "a/b/1");
	cr_expect(n->kind == YAML_SCALAR && n->style == YAML_SINGLE && slice_is(n->text, "c") &&
		  n->prev == n->parent->first && !n->next);
	n = trial_find(file, "d");
	cr_expect(n->kind == YAML_ALIAS && slice_is(n->text, "x") && !(n->flags & YAML_ANCHORED));
	n = trial_find(file, "e");
	cr_expect(n->style == YAML_LITERAL && n->flags == YAML_TAGGED &&
		  slice_is(yaml_tag(n), "!t") && slice_is(n->text, "f\n"));
	n = trial_find(file, "g");
	cr_expect(n->style == YAML_FOLDED && n->flags == 0 && slice_is(n->key->text, "g") &&
		  n->key->parent == root);
	n = trial_find(file, "i");
	cr_expect(n->style == YAML_DOUBLE && slice_is(yaml_tag(n), "tag:yaml.org,2002:str") &&
		  slice_is(n->text, "j\n"));
	cr_expect_eq(n->line, 7);
	cr_expect_eq(n->col, 4);
	cr_expect_eq(trial_find(file, "k")->flags, YAML_HAS_MERGE);
	cr_expect_eq(trial_find(file, "m")->flags, YAML_HAS_DUP);
	cr_expect(slice_is(yaml_get(trial_find(file, "m"), "n")->text, "2"),
		  "the last of duplicates");
	yaml_file_free(file);
}

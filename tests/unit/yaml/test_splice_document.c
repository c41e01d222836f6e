/*
 * Deletion of whole documents: their borders, comments, and what is refused.
 */
#include "yaml/yaml.h"

#include <criterion/criterion.h>

#define A "a: 1 # x\n"
#define B "# head\n---\n# of b\nb: 2\n"
#define C "---\nc: 3"

static const struct {
	const char *name, *before;
	size_t drops[3], n;
	const char *set, *after,
		*lost; /* set: a key of the first document that becomes 9; after: NULL: refused */
} rows[] = {
	{ "the first", A B C, { 0 }, 1, NULL, "---\n# of b\nb: 2\n" C, "x,head," },
	{ "the middle one", A B C, { 1 }, 1, NULL, A "# head\n" C, "of b," },
	{ "the last", A B C, { 2 }, 1, NULL, A B, "" },
	{ "two", A B C, { 2, 0 }, 2, NULL, "---\n# of b\nb: 2\n", "x,head," },
	{ "twice the same", A B C, { 2, 2 }, 2, NULL, A B, "" },
	{ "one that begins with dashes", "---\n" A C, { 0 }, 1, NULL, C, "x," },
	{ "with an edit", A B C, { 1 }, 1, "a", "a: 9 # x\n# head\n" C, "of b," },
	{ "a marked end", A "...\n---\nb: 2\n", { 0 }, 1, NULL, "---\nb: 2\n", "x," },
	{ "behind directives",
	  A "...\n%YAML 1.1\n---\nb: 2\n---\nc: 3\n",
	  { 1 },
	  1,
	  NULL,
	  A "...\n---\nc: 3\n",
	  "" },
	{ "CRLF and BOM",
	  "\xef\xbb\xbf"
	  "a: 1\r\n---\r\nb: 2\r\n",
	  { 0 },
	  1,
	  NULL,
	  "\xef\xbb\xbf"
	  "---\r\nb: 2\r\n",
	  "" },
	{ "an empty one", A "---\n---\nc: 3\n", { 1 }, 1, NULL, A "---\nc: 3\n", "" },
	{ "all", A B C, { 0, 1, 2 }, 3, NULL, NULL, NULL },
	{ "the only one", A, { 0 }, 1, NULL, NULL, NULL },
	{ "encrypted", A "---\nsops: {mac: x}\n", { 0 }, 1, NULL, NULL, NULL },
};

Test(yaml_splice_document, documents)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena *arena = arena_new();
		AUTO_STR struct str out = STR_INIT, lost = STR_INIT;
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		struct yaml_edits *e, *both;
		struct slices gone;

		cr_assert_eq(yaml_parse(&file, SLICE("f"), slice_of(rows[i].before), &err), 0,
			     "%s: %s", rows[i].name, err.reason);
		e = yaml_edits_new(file, arena);
		for (size_t d = 0; d < rows[i].n; d++)
			yaml_drop(e, rows[i].drops[d]);
		if (rows[i].set)
			yaml_set(e, yaml_get(yaml_root(file, 0), rows[i].set), LIT_INT, SLICE("9"));
		cr_expect(!yaml_edits_empty(e));
		both = yaml_edits_new(file, arena);
		yaml_edits_merge(both, e);
		cr_assert_eq(yaml_apply(both, &out, &err), rows[i].after ? 0 : -1, "%s: %s",
			     rows[i].name, err.reason);
		if (rows[i].after) {
			cr_expect_str_eq(out.ptr, rows[i].after, "%s:\n%s", rows[i].name, out.ptr);
			gone = yaml_lost_comments(both);
			for (size_t j = 0; j < gone.n; j++)
				str_addf(&lost, "%" SLICE_FMT ",", SLICE_ARG(gone.items[j]));
			cr_expect_str_eq(lost.ptr ? lost.ptr : "", rows[i].lost, "%s: %s",
					 rows[i].name, lost.ptr);
		} else {
			cr_expect(err.code != &CODE_yaml_check && out.len == 0, "%s: %s",
				  rows[i].name, err.reason);
		}
		yaml_file_free(file);
	}
}

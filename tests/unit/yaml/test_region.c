/*
 * White space: lines, columns, line ends, commas, and which bytes are comments.
 */
#include "tests/unit/yaml/trial.h"
#include "yaml/comments_internal.h"
#include "yaml/line_internal.h"
#include "yaml/node_internal.h"
#include "yaml/region_internal.h"

#include <criterion/criterion.h>

Test(yaml_region, comments_are_what_stands_outside_of_scalars)
{
	static const char *const wanted[] = { "# a", "# b", "# c #", "# d", "# key", "# e", "# f",
					      "# g", "# h", "# i",   "#",   "# j",   "# k", "# l" };
	struct yaml_file *file = trial_parse(
		"comments", SLICE("# a\n%YAML 1.1 # b\n--- # c #\nk: x#y # d\n? 'x # y' # key\n: | "
				  "# e\n  # text\n# f\nl: [a, # g\n  \"# b\" ]# h\n"
				  "m: &x # i\n  n#:\r\n#\r\no: >-\n    x\n   # j\n... # "
				  "k\n---\n\"# text\n # text\" # l"));

	for (size_t i = 0; i < file->ncomments && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct comment *c = &file->comments[i];
		struct slice text = slice_sub(file->bytes, c->start, c->end - c->start);

		cr_expect(slice_is(text, wanted[i]), "comment %zu is '%.*s', not '%s'", i,
			  (int)text.len, text.ptr, wanted[i]);
		cr_expect_eq(c->own, i == 0 || i == 6 || i == 10 || i == 11, "comment %zu", i);
	}
	cr_expect_eq(file->ncomments, sizeof(wanted) / sizeof(wanted[0]));
	yaml_file_free(file);
}

Test(yaml_region, lines)
{
	struct yaml_file *file = trial_parse("lines", SLICE("\xef\xbb\xbf"
							    "a: 1\r\n  \r\nb:\n  - 2"));

	cr_expect_eq(yaml_line_start(file, 3), 3);
	cr_expect_eq(yaml_line_start(file, 5), 3);
	cr_expect_eq(yaml_line_start(file, 9), 9);
	cr_expect_eq(yaml_next_line(file, 3), 9);
	cr_expect_eq(yaml_next_line(file, 9), 13);
	cr_expect_eq(yaml_next_line(file, 20), 21);
	cr_expect_eq(yaml_column(file, 20), 4);
	cr_expect_eq(yaml_before_break(file, 3), 3);
	cr_expect_eq(yaml_before_break(file, 9), 7);
	cr_expect_eq(yaml_before_break(file, 16), 15);
	cr_expect_eq(yaml_before_break(file, 21), 21);
	cr_expect(yaml_at_bare_end(file, 21));
	cr_expect_not(yaml_at_bare_end(file, 16));
	cr_expect(slice_is(yaml_eol(file, 4), "\r\n"));
	cr_expect(slice_is(yaml_eol(file, 13), "\n"));
	cr_expect(slice_is(yaml_eol(file, 20), "\n"), "as the line before");
	cr_expect_eq(yaml_blanks_before(file, 11), 9);
	cr_expect_eq(yaml_blanks_before(file, 18), 16);
	cr_expect(yaml_on_own_line(file, 3));
	cr_expect(yaml_on_own_line(file, 18));
	cr_expect_not(yaml_on_own_line(file, 20));
	cr_expect(yaml_line_rest_blank(file, 9));
	cr_expect(yaml_line_rest_blank(file, 21));
	cr_expect_not(yaml_line_rest_blank(file, 16));
	yaml_file_free(file);
}

Test(yaml_region, commas_and_notes)
{
	struct yaml_file *file =
		trial_parse("flow", SLICE("[a, b , # b\n c # c\n , d,  \n e,\n f # f\n]\n"));
	static const struct {
		const char *path, *note; /* the text from the content's end to the note's */
		bool comma;
	} rows[] = { { "0", NULL, true },  { "1", " , # b", true }, { "2", " # c", true },
		     { "3", ",  ", true }, { "4", NULL, true },     { "5", " # f", false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct yaml_node *n = trial_find(file, rows[i].path);
		uint32_t note = yaml_note_end(file, n->end), comma = yaml_comma(n);

		cr_expect_eq(note != 0, rows[i].note != NULL, "%s", rows[i].path);
		cr_expect(!note || slice_is(slice_sub(file->bytes, n->end, note - n->end),
					    rows[i].note),
			  "%s", rows[i].path);
		cr_expect_eq(comma != 0, rows[i].comma, "%s", rows[i].path);
		cr_expect(!comma || file->bytes.ptr[comma] == ',', "%s", rows[i].path);
	}
	cr_expect(slice_is(yaml_flow_separator(trial_find(file, "0")), ", "));
	cr_expect(slice_is(yaml_flow_separator(trial_find(file, "1")), ", "),
		  "a comment is no separator");
	yaml_file_free(file);
}

Test(yaml_region, head_comments)
{
	struct yaml_file *file =
		trial_parse("heads", SLICE("# x\n\n# a\n#  b\na: 1\nb:\n  # c\n  - c\n"));

	cr_expect(slice_is(yaml_head_comment(trial_find(file, "a")), "# a\n#  b"));
	cr_expect(slice_is(yaml_head_comment(trial_find(file, "b")), ""));
	cr_expect(slice_is(yaml_head_comment(trial_find(file, "b/0")), "# c"));
	cr_expect(slice_is(yaml_head_comment(yaml_root(file, 0)), ""));
	yaml_file_free(file);
}

Test(yaml_region, places)
{
	struct yaml_file *file =
		trial_parse("places", SLICE("\xef\xbb\xbf"
					    "\xc3\xa9: 1\r\nb: \xf0\x9f\x98\x80 # c\n"));
	struct place at = yaml_place_at(file, 0);

	cr_expect(at.line == 1 && at.col == 1);
	at = yaml_place_at(file, 3);
	cr_expect(at.line == 1 && at.col == 1);
	at = yaml_place_at(file, 7);
	cr_expect(at.line == 1 && at.col == 4, "%u:%u", at.line, at.col);
	at = yaml_place(trial_find(file, "b"));
	cr_expect(at.line == 2 && at.col == 4, "%u:%u", at.line, at.col);
	at = yaml_place_at(file, trial_find(file, "b")->end);
	cr_expect(at.line == 2 && at.col == 5, "%u:%u", at.line, at.col);
	yaml_file_free(file);
}

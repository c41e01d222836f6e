/*
 * Files made to be slow or to exhaust something: a quick refusal, or a quick answer.
 */
#include "tests/unit/yaml/trial.h"

#include <criterion/criterion.h>

/* Appends `text` n times. */
static void repeat(struct str *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_adds(out, text);
}

/* Asserts that the text is refused with this code. */
static void refused(const struct str *text, const struct code *code)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	cr_expect_eq(yaml_parse(&file, SLICE("f"), str_slice(text), &err), -1);
	cr_expect_eq(err.code, code, "%s", err.reason);
}

Test(yaml_limits, nested_brackets, .timeout = 10)
{
	static const char *const openers[] = { "[",  "{a: ", "- ",        "[[[[[[[[[[",
					       "? ", "[\n",  "- - - -\n " };

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		AUTO_STR struct str text = STR_INIT;

		repeat(&text, openers[i], 10000);
		refused(&text, i == 6 ? &CODE_yaml_syntax : &CODE_yaml_limit);
	}
}

Test(yaml_limits, the_deepest_that_is_read, .timeout = 10)
{
	for (size_t depth = YAML_MAX_DEPTH; depth <= YAML_MAX_DEPTH + 1; depth++) {
		AUTO_STR struct str text = STR_INIT;

		repeat(&text, "- ", depth);
		str_adds(&text, "x\n");
		if (depth <= YAML_MAX_DEPTH)
			yaml_file_free(trial_parse("deep", str_slice(&text)));
		else
			refused(&text, &CODE_yaml_limit);
	}
}

Test(yaml_limits, too_large, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;

	str_fill(&text, '#', YAML_MAX_BYTES + 1);
	refused(&text, &CODE_yaml_limit);
}

Test(yaml_limits, a_long_key)
{
	AUTO_STR struct str text = STR_INIT;

	str_fill(&text, 'k', 1025);
	str_adds(&text, ": 1\n");
	refused(&text, &CODE_yaml_syntax);
}

/* An edit in the middle and one at the end. */
static void edit(const char *name, const struct str *text, const char *middle, const char *last)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = trial_parse(name, str_slice(text));
	struct yaml_edits *e = yaml_edits_new(file, arena);
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	yaml_set(e, trial_find(file, middle), LIT_INT, SLICE("12345"));
	yaml_set(e, trial_find(file, last), LIT_INT, SLICE("12345"));
	cr_assert_eq(yaml_apply(e, &out, &err), 0, "%s: %s", name, err.reason);
	cr_expect_eq(out.len, text->len + 8, "%s", name);
	yaml_file_free(file);
}

Test(yaml_limits, a_megabyte_on_a_line, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "{\"\xc3\xa9\": [1");
	repeat(&text, ", 1", 350000);
	str_adds(&text, "], \"b\": 1}");
	edit("a line", &text, "\xc3\xa9/175000", "b");
}

Test(yaml_limits, a_megabyte_in_a_scalar, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "a: 1\ns: \"");
	repeat(&text, "\xc3\xa9{{ # ", 130000);
	str_adds(&text, "\"\nb: 1\n");
	edit("a scalar", &text, "a", "b");
}

Test(yaml_limits, many_documents, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *file;

	str_adds(&text, "a: 1\nb: 1\n");
	repeat(&text, "---\n", 100000);
	edit("documents", &text, "a", "b");
	file = trial_parse("documents", str_slice(&text));
	cr_expect_eq(yaml_documents(file), 100001);
	yaml_file_free(file);
}

Test(yaml_limits, many_comments_and_blank_lines, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "a: 1\n");
	repeat(&text, "# c\n\n  # d\n", 50000);
	repeat(&text, "# head\n", 100000);
	str_adds(&text, "b: 1\n");
	repeat(&text, "      # below\n\n", 50000);
	edit("comments", &text, "a", "b");
}

Test(yaml_limits, blank_lines_below_deep_nesting, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(&text, "a: 1\nb: 1\nc:\n  ");
	repeat(&text, "- ", 90);
	str_addc(&text, '\n');
	repeat(&text, "\n", 200000);
	edit("blank lines", &text, "a", "b");
}

Test(yaml_limits, alias_bombs, .timeout = 10)
{
	AUTO_STR struct str text = STR_INIT;
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file;
	struct yaml_edits *e;

	str_adds(&text, "w: 1\nv: 1\na0: &a0 [x, x]\n");
	for (int i = 1; i < 1000; i++)
		str_addf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1,
			 i - 1);
	edit("bomb", &text, "w", "v");
	file = trial_parse("bomb", str_slice(&text));
	e = yaml_edits_new(file, arena);
	for (int i = 0; i < 1000; i++)
		yaml_delete(e, trial_find(file, "a0/0"));
	cr_expect_eq(yaml_edits_refusal(e)->code, &CODE_yaml_alias);
	yaml_file_free(file);
}

Test(yaml_limits, many_edits, .timeout = 20)
{
	AUTO_STR struct str text = STR_INIT, out = STR_INIT;
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file;
	struct yaml_edits *e;
	struct err err = ERR_INIT;
	size_t i = 0;

	for (int j = 0; j < 20000; j++)
		str_addf(&text, "- w: %d # c\n", j);
	file = trial_parse("edits", str_slice(&text));
	e = yaml_edits_new(file, arena);
	for (const struct yaml_node *n = yaml_root(file, 0)->first; n; n = n->next, i++)
		if (i % 2)
			yaml_set(e, n->first, LIT_INT, SLICE("7"));
		else if (i < 4000)
			yaml_delete(e, n);
	cr_expect_eq(yaml_apply(e, &out, &err), 0, "%s", err.reason);
	yaml_file_free(file);
}

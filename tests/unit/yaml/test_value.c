#include "yaml/value.h"

#include <criterion/criterion.h>

/* Parses a text; the file is freed by the caller. */
static struct yaml_file *parse(const char *text)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&file, SLICE("x.yaml"), slice_of(text), &err), 0, "%s: %s", text,
		     err.reason);
	return file;
}

Test(value, same)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "{a: 1, b: [x, z]}", "b:\n- x\n- 'z'\na: 1\n", true },
		{ "{a: 80}", "{a: 0x50}", true },
		{ "{a: 80}", "{a: 80.0}", true },
		{ "{a: 80}", "{a: 1e1}", false },
		{ "{a: 0o100}", "{a: 64}", true },
		{ "{a: 80}", "{a: '80'}", false },
		{ "{a: yes}", "{a: true}", true },
		{ "{a: ~}", "{a: null}", true },
		{ "{a: ~}", "{}", false },
		{ "[1, 2]", "[2, 1]", false },
		{ "{a: 1, b: 2}", "{a: 1, c: 2}", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_file *a = parse(rows[i].a), *b = parse(rows[i].b);

		cr_expect_eq(value_same(yaml_root(a, 0), yaml_root(b, 0)), rows[i].same, "%s, %s",
			     rows[i].a, rows[i].b);
		yaml_file_free(a);
		yaml_file_free(b);
	}
}

Test(value, is_written_so_that_it_is_read_alike)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"a: {b: {}, c: [], d: [[1, [2]], {e: {f: 'yes'}, g: [~, true, 0x10, 1.50]}]}",
		"- - a\n  - b\n- {c: 'x: y'}\n",
		"'80': \"line\\nend\"\n'on': '#'\n",
		"a: |\n  text\n  more\nb: \"\\u00e9 \\t\"\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct yaml_file *before = parse(texts[i]), *after;
		AUTO_STR struct str out = STR_INIT;

		value_write(&out, yaml_root(before, 0));
		after = parse(out.ptr);
		cr_expect(value_same(yaml_root(before, 0), yaml_root(after, 0)), "%s:\n%s",
			  texts[i], out.ptr);
		yaml_file_free(before);
		yaml_file_free(after);
	}
}

Test(value, changes_leave_the_old_value_alone)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = parse("{list: [a, b], key: 1}");
	const struct yaml_node *root = yaml_root(file, 0), *list = yaml_get(root, "list"), *now;
	const struct yaml_node *c = value_text(list, SLICE("c"), arena);
	AUTO_STR struct str out = STR_INIT;

	now = value_put(root, SLICE("list"), value_insert(list, 1, c, arena), arena);
	now = value_put(now, SLICE("new"), value_empty_map(root, arena), arena);
	now = value_remove(now, value_get(now, SLICE("key")), arena);
	value_write(&out, now);
	cr_expect_str_eq(out.ptr, "list:\n  - a\n  - c\n  - b\nnew: {}\n");
	cr_expect_eq(list->nchildren, 2);
	cr_expect(yaml_get(root, "key") && !yaml_get(root, "new"));
	cr_expect(slice_is(value_item(value_replace(list, 0, c, arena), 0)->text, "c"));
	cr_expect_null(value_item(list, 2));
	yaml_file_free(file);
}

Test(value, what_is_not_clear)
{
	static const struct {
		const char *text;
		bool clear;
	} rows[] = {
		{ "{a: &x 1, b: 2}", true },
		{ "{a: &x 1, b: *x}", false },
		{ "{a: {<<: {b: 1}}}", false },
		{ "a: 1\nb: {c: 1, c: 2}\n", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_file *file = parse(rows[i].text);

		cr_expect_eq(value_is_clear(yaml_root(file, 0)), rows[i].clear, "%s", rows[i].text);
		cr_expect(value_is_small(yaml_root(file, 0), 100));
		cr_expect_not(value_is_small(yaml_root(file, 0), 2));
		yaml_file_free(file);
	}
}

Test(value, first_difference)
{
	static const struct {
		const char *a, *b, *where;
	} rows[] = {
		{ "a: 1\nb: 2\n", "b: 2\na: 1\n", "" },
		{ "a: 1\n", "a: 2\n", "a" },
		{ "a: {b: [1, {c: x}]}\n", "a: {b: [1, {c: y}]}\n", "a.b[1].c" },
		{ "a: {b: [1, 2]}\n", "a: {b: [1]}\n", "a.b[1]" },
		{ "a: {b: [1]}\n", "a: {b: [1, 2]}\n", "a.b" },
		{ "a: 1\n", "a: 1\nb: 2\n", "b" },
		{ "a: 1\nb: {c: 2}\n", "a: 1\nb: 2\n", "b" },
		{ "[1]\n", "a: 1\n", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_file *a = NULL, *b = NULL;
		AUTO_STR struct str where = STR_INIT;
		struct err err = ERR_INIT;

		cr_assert_eq(yaml_parse(&a, SLICE("a"), slice_of(rows[i].a), &err), 0);
		cr_assert_eq(yaml_parse(&b, SLICE("b"), slice_of(rows[i].b), &err), 0);
		value_add_difference(&where, yaml_root(a, 0), yaml_root(b, 0));
		cr_expect_str_eq(where.ptr, rows[i].where);
		yaml_file_free(a);
		yaml_file_free(b);
	}
}

Test(value, lines_of_a_part)
{
	struct yaml_file *file = NULL;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&file, SLICE("a"), SLICE("a: 1\n---\nb:\n- c\n"), &err), 0);
	value_shift_lines(file, 10);
	cr_expect_eq(yaml_place(yaml_get(yaml_root(file, 0), "a")).line, 11);
	cr_expect_eq(yaml_place(yaml_get(yaml_root(file, 1), "b")->first).line, 14);
	yaml_file_free(file);
}

/* The two values, and what a function makes of them. */
static void expect_value(const char *first, const char *second, const char *expected,
			 const struct yaml_node *(*make)(const struct yaml_node *,
							 const struct yaml_node *, struct arena *))
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *a = NULL, *b = NULL;
	AUTO_STR struct str text = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&a, SLICE("a"), slice_of(first), &err), 0);
	cr_assert_eq(yaml_parse(&b, SLICE("b"), slice_of(second), &err), 0);
	value_write(&text, make(yaml_root(a, 0), yaml_root(b, 0), arena));
	cr_expect_str_eq(text.ptr, expected);
	yaml_file_free(a);
	yaml_file_free(b);
}

Test(value, of_two_values)
{
	expect_value("a: 1\nb: 2\n", "c: 3\na: 4\n", "a: 4\nb: 2\nc: 3\n", value_put_all);
	expect_value("[1, 2]\n", "[3]\n", "- 1\n- 2\n- 3\n", value_join);
	expect_value("a: 1\nb: {c: 2, d: 3}\ne: 4\n", "e: x\nb: {d: x}\nf: x\n",
		     "e: 4\nb:\n  d: 3\n  c: 2\na: 1\n", value_arrange);
	expect_value("[{a: 1, b: 2}, {a: 3, b: 4}]\n", "[{b: x, a: x}]\n",
		     "- b: 2\n  a: 1\n- a: 3\n  b: 4\n", value_arrange);
	expect_value("a: 1\n", "[1]\n", "a: 1\n", value_arrange);
}

#include "gitops/patch_lists_internal.h"

#include <criterion/criterion.h>
#include <string.h>

/* Which entries of the list are marked for objects of these names. */
static const struct {
	const char *name, *list, *objects[3], *marks;
} rows[] = {
	{ "by the name",
	  "[{target: {name: a}, patch: '[]'}, {target: {name: b}, patch: '[]'}]",
	  { "b" },
	  "-+" },
	{ "several of one name",
	  "[{target: {name: a}, path: x}, {target: {name: b}, path: x}, {target: {name: a}, path: "
	  "y}]",
	  { "a" },
	  "+-+" },
	{ "two objects",
	  "[{target: {name: a}, path: x}, {target: {name: b}, path: x}]",
	  { "a", "b" },
	  "++" },
	{ "no name", "[{target: {kind: A}, path: x}, {path: x}]", { "b" }, "++" },
	{ "a pattern", "[{target: {name: a.*}, path: x}]", { "b" }, "+" },
	{ "an earlier name", "[{target: {name: first}, path: x}]", { "b" }, "+" },
	{ "what cannot be parsed", "[{target: {name: a}, patch: '{'}]", { "b" }, "+" },
	{ "several documents",
	  "[{target: {name: a}, patch: \"a: 1\\n---\\nb: 2\\n\"}]",
	  { "b" },
	  "+" },
	{ "texts and paths", "['{kind: A}', x.yaml]", { "b" }, "++" },
	{ "an empty list", "[]", { "b" }, "" },
};

Test(patch_lists, selects)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct patch_lists lists = { .arena = arena_new() };
		struct built_id first = { SLICE("first"), SLICE("default") };
		struct built objects[3] = { 0 };
		const struct patch_list *list;
		struct patch_selection s = { .n = 0 };
		struct yaml_file *file = NULL;
		struct err err = ERR_INIT;
		size_t n = 0;

		cr_assert_eq(yaml_parse(&file, SLICE("k"), slice_of(rows[i].list), &err), 0, "%s",
			     err.reason);
		patch_lists_add(&lists, yaml_root(file, 0));
		patch_lists_add(&lists, yaml_root(file, 0));
		patch_lists_add(&lists, NULL);
		list = patch_lists_find(&lists, yaml_root(file, 0));
		cr_assert_not_null(list);
		cr_expect_null(patch_lists_find(&lists, NULL));
		cr_assert_eq(list->n, strlen(rows[i].marks), "%s", rows[i].name);
		for (; rows[i].objects[n]; n++)
			objects[n] = (struct built){ .object.name = slice_of(rows[i].objects[n]),
						     .ids = &first,
						     .nids = 1 };
		patch_list_select(list, objects, n, &s, lists.arena);
		patch_list_select(list, objects, n, &s, lists.arena);
		for (size_t j = 0, at = 0; j < list->n; j++) {
			bool selected = at < s.n && s.items[at] == j;

			cr_expect_eq(selected, rows[i].marks[j] == '+', "%s: %zu", rows[i].name, j);
			at += selected;
		}
		patch_lists_release(&lists);
		arena_free(lists.arena);
		yaml_file_free(file);
	}
}

Test(patch_lists, lines_are_those_of_the_file)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_file *file = NULL, *patch;
	struct err err = ERR_INIT;

	cr_assert_eq(yaml_parse(&file, SLICE("k"), SLICE("a: 1\nb: |\n  c: 1\n  d: 2\n"), &err), 0);
	patch = patch_parse(yaml_get(yaml_root(file, 0), "b"), arena);
	cr_assert_not_null(patch);
	cr_expect_eq(yaml_place(yaml_get(yaml_root(patch, 0), "d")).line, 4);
	yaml_file_free(patch);
	yaml_file_free(file);
}

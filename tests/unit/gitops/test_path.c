#include "gitops/path.h"

#include <criterion/criterion.h>

Test(path, joins)
{
	static const struct {
		const char *directory, *relative, *want; /* NULL: it leads out */
	} rows[] = {
		{ "apps/web", "vs.yaml", "apps/web/vs.yaml" },
		{ "apps/web", "./vs.yaml", "apps/web/vs.yaml" },
		{ "apps/web/", "../base/", "apps/base" },
		{ "apps/web", "..", "apps" },
		{ "apps/web", "../..", "" },
		{ "apps/web", "../../..", NULL },
		{ "", ".", "" },
		{ "", "a//b/./c", "a/b/c" },
		{ "", "/apps", "apps" },
		{ "", "..", NULL },
		{ "a", "../../a", NULL },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice directory = slice_of(rows[i].directory);
		struct slice got;

		if (slice_ends(directory, SLICE("/")))
			directory.len--;
		got = path_join(directory, slice_of(rows[i].relative), arena);
		cr_expect_eq(got.ptr != NULL, rows[i].want != NULL, "row %zu", i);
		cr_expect(slice_eq(got, slice_of(rows[i].want)), "row %zu: %" SLICE_FMT, i,
			  SLICE_ARG(got));
	}
	cr_expect_null(path_join(SLICE("a"), SLICE_NONE, arena).ptr);
	cr_expect_null(path_join(SLICE("a"), (struct slice){ "b\0c", 3 }, arena).ptr);
}

Test(path, below)
{
	cr_expect(path_below(SLICE("a/b"), SLICE("a")));
	cr_expect(path_below(SLICE("a"), SLICE("a")));
	cr_expect(path_below(SLICE("a"), SLICE("")));
	cr_expect(!path_below(SLICE("ab"), SLICE("a")));
	cr_expect(!path_below(SLICE("a"), SLICE("a/b")));
	cr_expect(slice_is(path_from(SLICE("a/b/c"), SLICE("a")), "b/c"));
	cr_expect(slice_is(path_base(SLICE("a/b/c.yaml")), "c.yaml") &&
		  slice_is(path_base(SLICE("c.yaml")), "c.yaml"));
	cr_expect(slice_is(path_directory(SLICE("a/b/c.yaml")), "a/b") &&
		  path_directory(SLICE("c.yaml")).len == 0);
}

#include "gitops/path.h"

#include <criterion/criterion.h>

Test(path, joins)
{
	static const struct {
		const char *folder, *relative, *want; /* NULL: it leads out */
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
		struct slice folder = slice_of(rows[i].folder);
		struct slice got;

		if (slice_ends(folder, SLICE("/")))
			folder.len--;
		got = path_join(folder, slice_of(rows[i].relative), arena);
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
	cr_expect(slice_is(path_folder(SLICE("a/b/c.yaml")), "a/b") &&
		  path_folder(SLICE("c.yaml")).len == 0);
}

Test(path, patterns)
{
	static const struct {
		const char *pattern, *text;
		bool go, gobwas; /* does it match? */
	} rows[] = {
		{ "apps/*", "apps/web", true, true },
		{ "apps/*", "apps/web/base", false, true },
		{ "apps/*/base", "apps/web/base", true, true },
		{ "apps/**", "apps/web", true, true },
		{ "*", "", true, true },
		{ "a?c", "abc", true, true },
		{ "a?c", "a/c", false, true },
		{ "[a-c]x", "bx", true, true },
		{ "[a-c]x", "dx", false, false },
		{ "[^a]x", "bx", true, false },
		{ "[!a]x", "bx", false, true },
		{ "\\*", "*", true, true },
		{ "\\*", "a", false, false },
		{ "{a,b}.yaml", "b.yaml", false, true },
		{ "{a,b*}/{x,y}.yaml", "bc/y.yaml", false, true },
		{ "{a,{b,c}}", "c", false, true },
		{ "*.yaml", "x.yml", false, false },
		{ "*a*b*c", "1a2b3c", true, true },
		{ "*a*b*c", "1a2c3b", false, false },
		{ "", "", true, true },
		{ "", "a", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice p = slice_of(rows[i].pattern), t = slice_of(rows[i].text);

		cr_expect_eq(glob_match(GLOB_GO, p, t, false), rows[i].go, "row %zu", i);
		cr_expect_eq(glob_match(GLOB_GOBWAS, p, t, false), rows[i].gobwas, "row %zu", i);
	}
}

Test(path, a_pattern_that_cannot_be_told)
{
	static const char *const broken[] = { "[a", "{a,b",
					      "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b" };
	char long_text[400];

	for (size_t i = 0; i < sizeof(long_text); i++)
		long_text[i] = 'a';
	for (size_t i = 0; i < 3; i++) {
		struct slice text = { long_text, sizeof(long_text) };

		cr_expect(glob_match(GLOB_GOBWAS, slice_of(broken[i]), text, true), "row %zu", i);
		cr_expect(!glob_match(GLOB_GOBWAS, slice_of(broken[i]), text, false), "row %zu", i);
	}
}

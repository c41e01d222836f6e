#include "gitops/glob.h"

#include <criterion/criterion.h>

Test(glob, dialects)
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

Test(glob, broken_and_expensive_patterns)
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

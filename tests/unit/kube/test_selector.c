#include "kube/selector.h"

#include <criterion/criterion.h>

Test(selector, matches)
{
	struct pair items[] = { { SLICE_INIT("team"), SLICE_INIT("shop") },
				{ SLICE_INIT("wave"), SLICE_INIT("1") } };
	struct pairs labels = { items, 2 };
	static const struct {
		const char *selector;
		bool matches;
	} rows[] = {
		{ "team=shop", true },
		{ "team==shop", true },
		{ "team=other", false },
		{ "team!=other", true },
		{ "none!=x", true },
		{ "team", true },
		{ "!team", false },
		{ "!none", true },
		{ "wave in (1, 2)", true },
		{ "wave in (2)", false },
		{ "wave notin (2,3)", true },
		{ "none notin (a)", true },
		{ "team=shop,wave=1", true },
		{ "team=shop,wave=2", false },
		{ "wave in (1),team=shop", true },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert_eq(selector_matches(slice_of(rows[i].selector), labels), rows[i].matches,
			     "%s", rows[i].selector);
}

Test(selector, check)
{
	static const char *const bad[] = { "a b", "=x",     "a in b", "a in (b",
					   "a~b", "in (a)", "a=b=c d" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;

		cr_assert_eq(selector_check(slice_of(bad[i]), &err), -1, "%s", bad[i]);
		cr_assert(err.code == &CODE_usage, "%s", bad[i]);
	}
}

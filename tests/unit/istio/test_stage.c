#include "istio/stage.h"

#include <criterion/criterion.h>

Test(stage, names_and_order)
{
	struct stage s, last = { STAGE_START, 0 };
	char name[8];

	for (size_t i = 0; i < stages_default.n; i++) {
		stage_name(stages_default.items[i], name);
		cr_assert(stage_parse(slice_of(name), &s), "%s", name);
		cr_assert(stage_cmp(s, stages_default.items[i]) == 0 && stage_cmp(last, s) < 0,
			  "%s", name);
		last = s;
	}
	cr_assert(stage_parse(SLICE("25%"), &s) && s.percent == 25);
	cr_assert(!stage_parse(SLICE("0"), &s) && !stage_parse(SLICE("101"), &s) &&
		  !stage_parse(SLICE("ten"), &s));
}

Test(stage, lists_rise)
{
	static const struct {
		struct slice items[3];
		size_t n;
		bool fine;
	} rows[] = {
		{ { SLICE_INIT("mirror"), SLICE_INIT("10"), SLICE_INIT("100") }, 3, true },
		{ { SLICE_INIT("100") }, 1, true },
		{ { SLICE_INIT("10"), SLICE_INIT("mirror") }, 2, false },
		{ { SLICE_INIT("10"), SLICE_INIT("10") }, 2, false },
		{ { SLICE_INIT("start"), SLICE_INIT("10") }, 2, false },
		{ { SLICE_INIT("") }, 0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;
		struct stages out;

		cr_assert_eq(stages_read(rows[i].items, rows[i].n, &out, &err) == 0, rows[i].fine,
			     "row %zu", i);
		cr_assert(rows[i].fine || err.code == &CODE_stage_bad, "row %zu", i);
	}
}

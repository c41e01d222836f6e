#include "istio/stage.h"

#include <criterion/criterion.h>

Test(stage, weights_split)
{
	static const struct {
		const char *name;
		long base[3];
		size_t n;
		int percent;
		bool fits;
		long out[3], new;
	} rows[] = {
		{ "the page", { 100 }, 1, 10, true, { 90 }, 10 },
		{ "all of it", { 100 }, 1, 100, true, { 0 }, 100 },
		{ "two keep their shares", { 60, 40 }, 2, 25, true, { 45, 30 }, 25 },
		{ "an equal remainder goes to the first old one",
		  { 50, 50 },
		  2,
		  25,
		  true,
		  { 38, 37 },
		  25 },
		{ "an equal remainder goes to old before new", { 10 }, 1, 25, true, { 8 }, 2 },
		{ "largest remainder", { 33, 33, 34 }, 3, 10, true, { 30, 30, 30 }, 10 },
		{ "no old one falls to 0", { 1, 99 }, 2, 99, true, { 1, 1 }, 98 },
		{ "new is never 0", { 10 }, 1, 1, true, { 9 }, 1 },
		{ "an old one that had none gets none", { 0, 10 }, 2, 50, true, { 0, 5 }, 5 },
		{ "too little for all", { 1, 1 }, 2, 50, false, { 0 }, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long out[3] = { 0, 0, 0 }, new = 0, total = 0;

		for (size_t j = 0; j < rows[i].n; j++)
			total += rows[i].base[j];
		cr_assert_eq(
			weights_split(rows[i].base, rows[i].n, total, rows[i].percent, out, &new),
			rows[i].fits, "%s", rows[i].name);
		for (size_t j = 0; j < rows[i].n && rows[i].fits; j++)
			cr_assert_eq(out[j], rows[i].out[j], "%s: %zu is %ld", rows[i].name, j,
				     out[j]);
		cr_assert(!rows[i].fits || new == rows[i].new, "%s: new is %ld", rows[i].name, new);
	}
}

Test(stage, weights_split_keeps_the_sum)
{
	for (long a = 0; a < 40; a++)
		for (long b = 1; b < 40; b += 3)
			for (int percent = 1; percent <= 100; percent++) {
				long base[2] = { a, b }, out[2], new;

				if (!weights_split(base, 2, a + b, percent, out, &new))
					continue;
				cr_assert_eq(out[0] + out[1] + new, a + b, "%ld %ld at %d", a, b,
					     percent);
				cr_assert(out[0] >= 0 && out[1] >= 0 && new > 0, "%ld %ld at %d", a,
					  b, percent);
				cr_assert(percent == 100 || (out[1] && (!a || out[0])),
					  "%ld %ld at %d", a, b, percent);
			}
}

Test(stage, weights_suffice_says_by_how_much_not)
{
	static const struct {
		long weight, factor; /* 0: it suffices */
	} rows[] = { { 100, 0 }, { 10, 0 }, { 5, 2 }, { 1, 6 }, { 3, 2 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long factor = 0, base = rows[i].weight;
		bool fits = weights_suffice(&base, 1, base, &stages_default, &factor);

		cr_assert_eq(fits, rows[i].factor == 0, "weight %ld", base);
		if (fits)
			continue;
		base *= factor;
		cr_assert(weights_suffice(&base, 1, base, &stages_default, &factor),
			  "weight %ld times %ld", rows[i].weight, factor);
	}
}

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

#include "istio/weights.h"

#include <criterion/criterion.h>

Test(weights, split)
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
		struct weights weights = { rows[i].base, rows[i].n, 0 };
		long out[3] = { 0, 0, 0 }, new = 0, total = 0;

		for (size_t j = 0; j < rows[i].n; j++)
			total += rows[i].base[j];
		weights.total = total;
		cr_assert_eq(weights_split(&weights, rows[i].percent, out, &new), rows[i].fits,
			     "%s", rows[i].name);
		for (size_t j = 0; j < rows[i].n && rows[i].fits; j++)
			cr_assert_eq(out[j], rows[i].out[j], "%s: %zu is %ld", rows[i].name, j,
				     out[j]);
		cr_assert(!rows[i].fits || new == rows[i].new, "%s: new is %ld", rows[i].name, new);
	}
}

Test(weights, split_keeps_the_sum)
{
	for (long a = 0; a < 40; a++)
		for (long b = 1; b < 40; b += 3)
			for (int percent = 1; percent <= 100; percent++) {
				long base[2] = { a, b }, out[2], new;
				struct weights weights = { base, 2, a + b };

				if (!weights_split(&weights, percent, out, &new))
					continue;
				cr_assert_eq(out[0] + out[1] + new, a + b, "%ld %ld at %d", a, b,
					     percent);
				cr_assert(out[0] >= 0 && out[1] >= 0 && new > 0, "%ld %ld at %d", a,
					  b, percent);
				cr_assert(percent == 100 || (out[1] && (!a || out[0])),
					  "%ld %ld at %d", a, b, percent);
			}
}

Test(weights, suffice_gives_a_factor)
{
	static const struct {
		long weight, factor; /* 0: it suffices */
	} rows[] = { { 100, 0 }, { 10, 0 }, { 5, 2 }, { 1, 6 }, { 3, 2 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long factor = 0, base = rows[i].weight;
		struct weights weights = { &base, 1, base };
		bool fits = weights_suffice(&weights, &stages_default, &factor);

		cr_assert_eq(fits, rows[i].factor == 0, "weight %ld", base);
		if (fits)
			continue;
		base *= factor;
		weights.total = base;
		cr_assert(weights_suffice(&weights, &stages_default, &factor),
			  "weight %ld times %ld", rows[i].weight, factor);
	}
}

Test(weights, scale)
{
	static const struct {
		const char *name;
		long from[3];
		size_t n;
		long total;
		long to[3];
	} rows[] = {
		{ "the same sum", { 60, 40 }, 2, 100, { 60, 40 } },
		{ "half of it", { 60, 40 }, 2, 50, { 30, 20 } },
		{ "a third, by largest remainder", { 1, 1, 1 }, 3, 100, { 34, 33, 33 } },
		{ "the largest remainders first", { 5, 5, 9 }, 3, 10, { 3, 2, 5 } },
		{ "one alone", { 7 }, 1, 90, { 90 } },
		{ "none stays none", { 0, 3 }, 2, 30, { 0, 30 } },
		{ "nothing known", { 0, 0 }, 2, 30, { 30, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long weights[3], sum = 0;

		for (size_t j = 0; j < rows[i].n; j++)
			sum += weights[j] = rows[i].from[j];
		weights_scale(weights, rows[i].n, sum, rows[i].total);
		for (size_t j = 0; j < rows[i].n; j++)
			cr_expect_eq(weights[j], rows[i].to[j], "%s: %zu is %ld", rows[i].name, j,
				     weights[j]);
	}
}

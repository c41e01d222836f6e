#include "base/parallel.h"

#include "base/alloc.h"

#include <criterion/criterion.h>

/* Counts how often each number came. */
static void count(void *ctx, size_t i)
{
	((unsigned *)ctx)[i]++;
}

/*
 * Calls for `n` numbers, some of them beyond; each below n must have come once, and nothing else.
 */
static void expect_once(each_fn *each, size_t n)
{
	AUTO_FREE unsigned *seen = xzalloc((n + 8) * sizeof(*seen));

	each(n, count, seen);
	for (size_t i = 0; i < n + 8; i++)
		cr_assert_eq(seen[i], i < n, "%zu of %zu came %u times", i, n, seen[i]);
}

Test(parallel, each_number_once)
{
	static const size_t sizes[] = { 0, 1, 2, 7, 31, 32, 33, 63, 64, 65, 1000, 100003 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		expect_once(parallel_each, sizes[i]);
		expect_once(parallel_parts, sizes[i]);
		expect_once(each_in_turn, sizes[i]);
	}
}

/* Work that does work of its own in the same way. */
static void nested(void *ctx, size_t i)
{
	unsigned seen[40] = { 0 };

	parallel_each(40, count, seen);
	for (size_t j = 0; j < 40; j++)
		((unsigned *)ctx)[i] += seen[j];
}

Test(parallel, nested)
{
	unsigned sums[100] = { 0 };

	parallel_each(100, nested, sums);
	for (size_t i = 0; i < 100; i++)
		cr_expect_eq(sums[i], 40);
}

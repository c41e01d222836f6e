#include "istio/weights.h"

#include "base/alloc.h"

#include <stdlib.h>

/*
 * Whole parts of all shares (the new destination is number n) and, in `rest`, their hundredths;
 * returns the units left over.
 */
static long split_floor(const struct weights *w, int percent, long *share, long *rest)
{
	long left = w->total;

	for (size_t i = 0; i <= w->n; i++) {
		long exact = i < w->n ? w->base[i] * (100 - percent) : w->total * percent;

		share[i] = exact / 100;
		rest[i] = exact % 100;
		left -= share[i];
	}
	return left;
}

/* The first of the largest. */
static size_t find_largest(const long *values, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (values[i] > values[best])
			best = i;
	return best;
}

/*
 * Lifts shares that must not be 0 to 1, at the cost of the largest; false when there is not enough.
 */
static bool lift_zeros(const struct weights *w, long *share)
{
	for (size_t i = 0; i <= w->n; i++) {
		size_t from = find_largest(share, w->n + 1);

		if (share[i] || (i < w->n && !w->base[i]))
			continue;
		if (share[from] < 2)
			return false;
		share[from]--;
		share[i]++;
	}
	return true;
}

bool weights_split(const struct weights *w, int percent, long *out, long *out_new)
{
	AUTO_FREE long *share = xrealloc_array(NULL, 2 * (w->n + 1), sizeof(long));
	long *rest = share + w->n + 1, left = split_floor(w, percent, share, rest);

	for (; left > 0; left--) {
		size_t i = find_largest(rest, w->n + 1);

		share[i]++;
		rest[i] = -1;
	}
	if (percent < 100 && !lift_zeros(w, share))
		return false;
	for (size_t i = 0; i < w->n; i++)
		out[i] = share[i];
	*out_new = share[w->n];
	return true;
}

void weights_scale(long *weights, size_t n, long sum, long total)
{
	AUTO_FREE long *rest = xrealloc_array(NULL, n + 1, sizeof(long));
	long left = total;

	if (sum == total)
		return;
	for (size_t i = 0; i < n; i++) {
		long exact = sum ? weights[i] * total : 0;

		weights[i] = sum ? exact / sum : 0;
		rest[i] = sum ? exact % sum : 0;
		left -= weights[i];
	}
	if (!sum) {
		weights[0] = total;
		return;
	}
	for (; left > 0; left--) {
		size_t i = find_largest(rest, n);

		weights[i]++;
		rest[i] = -1;
	}
}

/* weights_suffice for one multiple of the weights. */
static bool stages_differ(const struct weights *w, const struct stages *stages)
{
	AUTO_FREE long *out = xrealloc_array(NULL, w->n, sizeof(long));
	long last = 0, now;

	for (size_t i = 0; i < stages->n; i++) {
		if (stages->items[i].kind != STAGE_WEIGHT)
			continue;
		if (!weights_split(w, stages->items[i].percent, out, &now) || now <= last)
			return false;
		if (now >= w->total && stages->items[i].percent < 100)
			return false;
		last = now;
	}
	return true;
}

bool weights_suffice(const struct weights *w, const struct stages *stages, long *factor)
{
	AUTO_FREE long *base = xrealloc_array(NULL, w->n, sizeof(long));
	struct weights multiple = { base, w->n, 0 };

	if (stages_differ(w, stages))
		return true;
	for (*factor = 2; *factor < 1000; ++*factor) {
		for (size_t i = 0; i < w->n; i++)
			base[i] = w->base[i] * *factor;
		multiple.total = w->total * *factor;
		if (stages_differ(&multiple, stages))
			break;
	}
	return false;
}

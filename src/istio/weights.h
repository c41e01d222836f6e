/*
 * weights.h - how the weights of a route are divided at a percentage. Numbers only.
 */
#ifndef GCB_ISTIO_WEIGHTS_H
#define GCB_ISTIO_WEIGHTS_H

#include "istio/stage.h"

/* The weights of a route's old destinations at baseline. */
struct weights {
	const long *base;
	size_t n;
	long total; /* their sum, at least 1 */
};

/*
 * Divides the weights: the new destination gets `percent` (1..100) of the total, and each old one
 * keeps its share of the rest. Fractions go by largest remainder, equal ones to the old
 * destinations in their order first, to the new one last. Below 100 no old destination with a
 * weight falls to 0, and the new one is never 0: the missing units come from the largest share.
 * Fills `out[0..n-1]` and `*out_new`; false when the total is too small.
 */
bool weights_split(const struct weights *w, int percent, long *out, long *out_new);

/*
 * Scales the `n` weights, whose sum is `sum`, to the sum `total`: fractions by largest remainder,
 * equal ones in their order. A sum of 0 gives all to the first one.
 */
void weights_scale(long *weights, size_t n, long sum, long total);

/*
 * Do all stages of the list give different weights that rise, none of them all of the total below
 * 100? If not, `*factor` is the smallest number by which the route's weights would have to be
 * multiplied.
 */
bool weights_suffice(const struct weights *w, const struct stages *stages, long *factor);

#endif

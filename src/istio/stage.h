/*
 * stage.h - what a stage wants of a route: numbers and where the mirror goes. No edits here.
 */
#ifndef GCB_ISTIO_STAGE_H
#define GCB_ISTIO_STAGE_H

#include "base/finding.h"
#include "istio/route.h"

/* Everything that decides how a VirtualService looks at a stage. */
struct goal {
	const struct move *move;
	const struct stages
		*stages; /* the migration's list: all its stages must differ in a route */
	struct stage stage;
	bool adopt;   /* proportions of several old destinations from today's weights, not from the
			 baseline */
	bool reading; /* only what makes the stage counts: not the Host header of a destination that
			 is there */
};

enum mirror_place { MIRROR_NONE, MIRROR_ON_ROUTE, MIRROR_ON_COPY };

struct want {
	bool has_new;
	bool no_old;     /* the old destinations go */
	long new_weight; /* -1: no weight key */
	long *weight; /* per destination of the route: of old ones the wanted weight, -1: no weight
			 key; of others as it is */
	enum mirror_place mirror;
};

/*
 * Splits the weight of a route's old destinations. `base[i]` are their weights at baseline, `total`
 * their sum (at least 1), `percent` 1..100. New gets percent of total and each old keeps its share
 * of the rest; fractions go by largest remainder, equal ones to the old destinations in their order
 * first, to new last. Below 100 no old destination with a weight falls to 0, and new is never 0:
 * the missing units come from the largest share. Returns false when total is too small for that;
 * else fills `out[0..n-1]` and `*out_new`.
 */
bool weights_split(const long *base, size_t n, long total, int percent, long *out, long *out_new);

/*
 * Do all stages of the list give different weights that rise, none of them all of `total` below
 * 100? If not, `*factor` is the smallest number by which the route's weights would have to be
 * multiplied.
 */
bool weights_suffice(const long *base, size_t n, long total, const struct stages *stages,
		     long *factor);

/*
 * What `goal` wants of the route `now`, which names old. `base` is the same route at baseline, or
 * NULL when there is none or `now` is itself as at baseline. All is allocated in `arena`. Findings
 * (a mirror that cannot be, a rounding) go to `findings` unless NULL. Errors: weight_bad,
 * weight_zero, weight_small, new_twice, baseline_pair, no_baseline.
 */
int stage_want(struct want *out, const struct vs *vs, const struct route *now,
	       const struct route *base, const struct goal *goal, struct arena *arena,
	       struct findings *findings, struct err *err);

/* mirror.c: where the mirror of a route that names old goes; tells why when it cannot. */
enum mirror_place mirror_place(const struct vs *vs, const struct route *route,
			       const struct move *move, struct arena *arena,
			       struct findings *findings);

/*
 * mirror.c: the method that a match block restricts to: an exact one, absent for none; `odd`: by
 * regex, prefix or something else.
 */
struct slice match_method(const struct yaml_node *block, bool *odd);

/*
 * pair.c: the route of the baseline that is this one: the unique one of the same name, else of the
 * same match; NULL: none.
 */
const struct route *route_pair(const struct vs *base, const struct vs *vs,
			       const struct route *route);

/*
 * The weight that a route's destination stands for: its value, 100 for a sole one without, else 0.
 */
long dest_weight(const struct route *r, const struct dest *d);

/* The sum of these. */
long route_total(const struct route *r);

#endif

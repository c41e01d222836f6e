/*
 * share.h - how a route's requests are shared out, before and after a stage.
 */
#ifndef GCB_ISTIO_SHARE_H
#define GCB_ISTIO_SHARE_H

#include "istio/goal.h"

/*
 * The weight of one host in a route, before and after a stage: a row of `plan`. `total` is the sum
 * of the route's weights.
 */
struct share {
	struct slice vs, route; /* "Namespace/name" and the route's label */
	struct slice host, subset;
	enum side side;
	long before, after, total;
	struct place at;
};

struct shares {
	struct share *items;
	size_t n, cap;
	struct arena *arena; /* for the rows and their texts */
};

/*
 * Adds the rows of one route that names the old host: its destinations, the new one, and our mirror
 * if there was or will be one.
 */
void shares_note(struct shares *shares, const struct vs *vs, const struct route *r,
		 const struct want *want, const struct move *move);

#endif

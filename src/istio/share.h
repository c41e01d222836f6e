/*
 * share.h - who gets which share of a route's requests, before and after a stage.
 */
#ifndef GCB_ISTIO_SHARE_H
#define GCB_ISTIO_SHARE_H

#include "base/arena.h"
#include "istio/stage.h"

/*
 * Who gets what of a route, before and after: a row of `plan`. Weights; total is the sum of the
 * route's.
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
	struct arena *arena;
};

/*
 * Adds the rows of one route that names old: its destinations, the new one, and our mirror if there
 * was or will be one.
 */
void shares_note(struct shares *shares, const struct vs *vs, const struct route *r,
		 const struct want *want, const struct move *move, struct arena *arena);

#endif

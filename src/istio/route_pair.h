/*
 * route_pair.h - finds the routes of today in the baseline.
 *
 * Generated copies do not count. The counterpart of a route is the unique route of the same name,
 * else the route of the same kind with the same match blocks; among several with equal match blocks
 * the one in the same position among them, if today has as many. Otherwise there is none, and what
 * needs one refuses.
 */
#ifndef GCB_ISTIO_ROUTE_PAIR_H
#define GCB_ISTIO_ROUTE_PAIR_H

#include "istio/route.h"

/*
 * For each route of `vs` the route of `base` that is the same one, or NULL; in `arena`. `base` may
 * be NULL: then there are none. The time is linear in the size of the routes.
 */
const struct route **route_pairs(const struct vs *base, const struct vs *vs, struct arena *arena);

#endif

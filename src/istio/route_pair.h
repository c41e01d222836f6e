/*
 * route_pair.h - finds a route of today in the baseline.
 *
 * Generated copies do not count. It is the unique route of the same name, else the route of the
 * same kind with the same match blocks; among several with equal match blocks the one in the same
 * position among them, if today has as many. Otherwise there is none, and what needs one refuses.
 */
#ifndef GCB_ISTIO_ROUTE_PAIR_H
#define GCB_ISTIO_ROUTE_PAIR_H

#include "istio/route.h"

/* The route of `base` that is `route` of `vs`; NULL: none. `base` may be NULL. */
const struct route *route_pair(const struct vs *base, const struct vs *vs,
			       const struct route *route);

#endif

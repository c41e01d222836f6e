/*
 * policy_pairs_internal.h - for each old destination of a moved route, and for each kind of
 * clients, which policies the calls to the old and to the new host have.
 */
#ifndef GCB_ISTIO_POLICY_PAIRS_INTERNAL_H
#define GCB_ISTIO_POLICY_PAIRS_INTERNAL_H

#include "istio/rule_policy_internal.h"

/* The same clients, at an old destination and at the new one beside it. */
struct policy_pair {
	struct policy_query old, new;
};

/* Calls back for each pair that may be called. */
void policy_each_pair(const struct view *v, void (*pair)(const struct policy_pair *p, void *ctx),
		      void *ctx);

#endif

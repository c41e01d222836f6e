/*
 * goal.h - what a stage wants of a route: numbers, and where the mirror goes. No edits here.
 */
#ifndef GCB_ISTIO_GOAL_H
#define GCB_ISTIO_GOAL_H

#include "istio/mirror.h"

/* Everything that decides what a VirtualService looks like at a stage. */
struct goal {
	const struct move *move;
	const struct stages
		*stages; /* the migration's list: all its stages must differ in a route */
	struct stage stage;
	bool adopt;    /* proportions of several old destinations from today's weights, not from the
			  baseline */
	bool reading;  /* only what defines the stage counts: not the Host header of a destination
			  that already exists */
	bool pass_new; /* with `reading`: a route that is new since the baseline, and that nothing
			  is moved of, is at every stage */
	bool down;     /* a route in which the new host has less than at the stage stays as it is */
};

struct want {
	bool keep; /* the route stays as it is; the other fields are as they are today */
	bool has_new;
	bool no_old;     /* the old destinations are removed */
	long new_weight; /* -1: no weight key */
	long *weight; /* per destination of the route: of old ones the wanted weight, -1: no weight
			 key; of others the present one */
	enum mirror_place mirror;
};

/* A route, and what its goal depends on. */
struct goal_context {
	const struct goal *goal;
	const struct vs *vs;
	const struct route *now;  /* of `vs`; names the old host */
	const struct route *base; /* the same route at baseline; NULL: there is none, or `now` is
				     unchanged since */
	struct arena *arena;
	struct findings *findings; /* NULL: do not report */
};

/*
 * What the goal wants of the route. All is allocated in the arena. Findings: a mirror that is not
 * possible, a rounding, a standby. Errors: weight_bad, weight_zero, weight_small, new_twice,
 * baseline_pair, no_baseline.
 *
 * At every stage the old and the new destinations together have the weight that they have today,
 * and all other destinations keep theirs. Several old destinations divide their part as at the
 * baseline; on the way back, where the baseline is not known or has others, as today. A weight key
 * is only removed from a destination that becomes the only one of the route, since without a key
 * one of several gets no requests (Istio, route.go: destinations of weight 0 are left out).
 *
 * A standby, an old destination of weight 0 beside others that get all requests, is not moved; only
 * the end removes it.
 */
int goal_want(const struct goal_context *c, struct want *out, struct err *err);

#endif

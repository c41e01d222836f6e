/*
 * baseline_version.h - what one version of a file shows of a move.
 */
#ifndef GCB_PLAN_BASELINE_VERSION_H
#define GCB_PLAN_BASELINE_VERSION_H

#include "istio/vs_list.h"

/* The state of a move in a version of a file. */
struct version_state {
	bool readable;  /* false: nothing is known of this version */
	bool untouched; /* nothing is moved: the version may be the baseline */
	long level; /* how far the move is: 0 nothing moved, 1 a mirror, above that by the share of
		       the new host in the weights, in thousandths */
	size_t routes; /* the number of routes to the old host, without generated copies; the levels
			  of versions with different numbers cannot be compared */
};

/* Routes that were not counted; baseline.c counts them when needed. */
#define ROUTES_UNCOUNTED SIZE_MAX

/* The state of a move in a version with these objects. */
struct version_state version_state_of(const struct objects *objects, const struct move *move);

/* The hosts of a move that the routes of a version go to. */
enum version_routing {
	ROUTING_NONE, /* neither host */
	ROUTING_NEW,  /* the new host only, as at the end of the move */
	ROUTING_OLD   /* the old host, and maybe the new one */
};

/* The routing of a version with these objects. */
enum version_routing version_routing_of(const struct objects *objects, const struct move *move);

#endif

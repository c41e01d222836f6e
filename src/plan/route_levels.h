/*
 * route_levels.h - how far each route of a move is in the files of a commit, and whether another
 * commit has lowered it.
 *
 * Routes are compared one by one, whatever file contains them. A route is the same one if its
 * VirtualService has the same namespace and name, and the route the same match blocks and name,
 * or else the same match blocks, or else the same name.
 */
#ifndef GCB_PLAN_ROUTE_LEVELS_H
#define GCB_PLAN_ROUTE_LEVELS_H

#include "istio/vs_list.h"

/* A route to the old or the new host; generated copies belong to the route behind them. */
struct route_level {
	struct slice vs, match,
		name; /* vs: namespace and name of the VirtualService, and the type
			 of the route; match: its match blocks, whatever their layout */
	long level;   /* 0 nothing moved, 1 a mirror, above that by the share of the new host */
};

/* All routes of a move in some files. */
struct route_levels {
	struct route_level *items;
	size_t n, cap;
	bool unreadable; /* a file could not be read: not all routes are known */
};

/* What a change of the routes did to the stage. */
enum level_change {
	LEVELS_SAME,   /* no route moved; routes were added, or others removed, at most */
	LEVELS_RAISED, /* routes moved, all of them up */
	LEVELS_LOWERED,
	LEVELS_UNCLEAR /* some went up and others down, or routes were replaced by others at a lower
			  level */
};

/* Adds the routes of a file with these bytes. Texts are copied into `arena`. */
void route_levels_add(struct route_levels *out, struct slice path, struct slice bytes,
		      const struct move *move, struct arena *arena);

/* The same for VirtualServices that were read. */
void route_levels_add_list(struct route_levels *out, const struct vs_list *list,
			   struct arena *arena);

/* What was done between two states. */
enum level_change route_levels_compare(const struct route_levels *older,
				       const struct route_levels *newer);

/* The highest level. */
long route_levels_top(const struct route_levels *levels);

#endif

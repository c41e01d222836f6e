/*
 * candidate.h - what a candidate means in its environments.
 */
#ifndef GCB_DISCOVER_CANDIDATE_H
#define GCB_DISCOVER_CANDIDATE_H

#include "discover/discover.h"

/* Stands for a new host that is not known; unlike any host. */
#define NO_HOST "<new host>"

/* The host of a candidate as VirtualServices reference it: resolved, in `arena` if that differs. */
struct slice candidate_host(const struct candidate *c, struct arena *arena);

/* The namespace of its ServiceEntry in an environment; if it is not in it, that of the candidate.
 */
struct slice candidate_namespace(const struct candidate *c, const struct environment *e);

/* Those of the environments that follow the branch. */
struct environment_uses candidate_uses(struct environment_uses uses);

/* A move of the candidate to `to`; if that is absent, to a host that is not known. */
struct move candidate_move(const struct candidate *c, const struct discover_inputs *in,
			   struct slice to);

#endif

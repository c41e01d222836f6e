/*
 * scope.h - the VirtualServices that a migration moves, as they are and at the baseline.
 */
#ifndef GCB_PLAN_SCOPE_H
#define GCB_PLAN_SCOPE_H

#include "plan/step.h"

/* A VirtualService of the migration. */
struct member {
	const struct source *source;
	struct vs vs;
	const struct vs *baseline; /* NULL: not known */
};

struct scope {
	struct member *members;
	size_t n;
	bool finalized;               /* no member routes to the old host, and each did at the
					 baseline */
	const struct source *created; /* the file of manifests.create if it does not exist yet; the
					 source of the member, and not in the inventory */
};

/*
 * Finds the VirtualServices, in the memory of `pool`. Returns -1 if the migration cannot be
 * planned; the reason is then an error among the findings.
 */
int scope_find(struct scope *out, struct yaml_pool *pool, const struct plan_inputs *in,
	       const struct migration *m, struct findings *findings);

/*
 * Runs the rules (istio/rules.h) on the way to the stage `to`, and marks the findings that the
 * migration allows.
 */
void scope_check(const struct scope *scope, const struct plan_inputs *in,
		 const struct intent *intent, struct stage to, struct findings *findings);

/* True if all members are at the stage of the goal. */
bool scope_is_at(const struct scope *scope, const struct goal *goal);

/*
 * The paths of the manifests of a migration, in `arena`: files that it covers and that route to its
 * old host; if there are none, those that only route to its new host.
 */
struct slices scope_files(const struct inventory *inv, const struct migration *m,
			  struct arena *arena);

/* The old host of a migration, resolved in its namespace if it has one, in `arena`. */
struct slice scope_old_host(const struct migration *m, struct arena *arena);

#endif

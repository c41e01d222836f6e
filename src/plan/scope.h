/*
 * scope.h - the VirtualServices that a migration moves, as they are and at the baseline.
 */
#ifndef GCB_PLAN_SCOPE_H
#define GCB_PLAN_SCOPE_H

#include "inventory/inventory_index.h"
#include "plan/step.h"

/* A VirtualService of the migration. */
struct member {
	const struct source *source;
	struct vs vs;
	const struct vs *baseline; /* NULL: not known */
	bool fresh; /* nothing is moved of it, and it was not in the file at the baseline, or the
		       file was never moved */
};

struct scope {
	struct member *members;
	size_t n;
	struct object_ref *elsewhere; /* VirtualServices that send requests to the old host, and
					 that the migration does not cover */
	size_t nelsewhere;
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
 * The objects that may concern the hosts of the migration: those that reference one of them, or a
 * name like it, and the roots of delegates; in `arena`.
 */
struct object_refs scope_around(const struct scope *scope, const struct plan_inputs *in,
				const struct migration *m, struct arena *arena);

/* Adds a finding about a VirtualService that routes to the old host and is not covered. */
void scope_note_elsewhere(const struct migration *m, const struct object_ref *ref,
			  struct findings *findings, struct arena *arena);

/* Adds findings for objects outside of manifests.search. */
void scope_check_search(const struct plan_inputs *in, const struct migration *m,
			struct findings *findings);

/*
 * The paths of the manifests of a migration, in `arena`: files that it covers and that route to its
 * old host; if there are none, those that only route to its new host.
 */
struct slices scope_files(const struct inventory *inv, const struct migration *m,
			  struct arena *arena);

/* The old host of a migration, resolved in its namespace if it has one, in `arena`. */
struct slice scope_old_host(const struct migration *m, struct arena *arena);

#endif

/*
 * rules.h - reasons against sending traffic to the new host, found in the objects around the
 * VirtualServices.
 *
 * A rule is a row {code, function} of a table, one table a file: rules_entry.c, rules_port.c,
 * rules_destination.c, rules_backend.c, rules_route.c and rules_around.c. `check`, `plan` and
 * `promote` run all of them. Their sources are in codes.def (`migrate explain CODE`). No schema of
 * GCPBackend is published.
 */
#ifndef GCB_ISTIO_RULES_H
#define GCB_ISTIO_RULES_H

#include "base/finding.h"
#include "istio/route.h"
#include "istio/visible.h"

/* What the rules read. */
struct rule_scene {
	const struct move *move;
	const struct vs *vss; /* the VirtualServices of the move */
	size_t nvss;
	const struct object *const
		*objects; /* every object around that may concern the two hosts; may repeat */
	size_t nobjects;
	struct sidecar_list sidecars; /* all that are known */
	struct stage to; /* the stage that is wanted: some rules are about the mirror only */
	bool thorough;   /* rules that only inform are wanted as well */
	bool whole;      /* `objects` come from the whole tree, so that an object that is missing is
			    missing */
	struct place at; /* of the migration, for what has no place of its own */
	struct arena *arena;
};

/* Adds a finding for every rule that applies; `unchecked` ones where the scene is not whole. */
void rules_check(const struct rule_scene *scene, struct findings *findings);

/* Is the object, which is not a VirtualService, one that a rule may read? */
bool rules_want(const struct object *o);

/*
 * Calls `host` for every host that such an object names, for the names of delegates of a
 * VirtualService (its hosts: vs_each_host), and for the values of the labels of a workload; for
 * indexes.
 */
void rules_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx);

#endif

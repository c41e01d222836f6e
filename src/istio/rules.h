/*
 * rules.h - what speaks against sending traffic to new, looked up in the objects around the VirtualServices.
 *
 * The rules are rows of one table in rules.c; `plan` and `promote` loop over it alike. Where they come from: http routes apply only to
 * ports of an HTTP family (Istio's pkg/config/protocol), and a DestinationRule is chosen by the destination's host, so one for the old
 * host gives the new one nothing (pilot/pkg/model/destination_rule.go). Of GCPBackend no schema is published.
 */
#ifndef GCB_ISTIO_RULES_H
#define GCB_ISTIO_RULES_H

#include "istio/route.h"

/* What the rules look at. */
struct scene {
	const struct move *move;
	const struct vs *vss; /* the VirtualServices of the move */
	size_t nvss;
	const struct object *const *objects; /* every object around that may concern the two hosts */
	size_t nobjects;
	bool whole;      /* `objects` come from the whole tree, so that an object that is missing is missing */
	struct place at; /* of the migration, for what has no place of its own */
	struct arena *arena;
};

/* Adds a finding for every rule that is hit; `unchecked` ones where the scene is not whole. */
void rules_check(const struct scene *scene, struct findings *findings);

/* Is the object one that a rule may look at (ServiceEntry, DestinationRule, GCPBackend)? */
bool rules_want(const struct object *o);

/* Calls `host` for every host that such an object names; for indexes. */
void rules_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx);

#endif

/*
 * build_config_internal.h - what a kustomization configures for every object of the whole build:
 * `configurations`, `crds`, `openapi` and `vars`.
 *
 * They also hold for the kustomizations that list it, and for the other objects of these. What they
 * do is not evaluated; objects that they may change are unknown: those that a field path of a
 * configuration is for, and those with a "$" if there are variables.
 */
#ifndef GCB_GITOPS_BUILD_CONFIG_INTERNAL_H
#define GCB_GITOPS_BUILD_CONFIG_INTERNAL_H

#include "gitops/build_objects_internal.h"

/* Adds what the kustomization configures. */
void build_config_read(const struct build_layer *layer, struct build_objects *objects);

/* Adds what holds for other objects that are added to these. */
void build_config_add(struct build_state *state, struct build_objects *to,
		      const struct build_objects *from);

/* May a configuration that was added so far change the object, without variables? */
bool build_config_may_change(const struct build_objects *objects, const struct built *b);

/* At the end of a build: makes the objects unknown that may have been changed. */
void build_config_apply(struct build_state *state, struct build_objects *objects);

#endif

/*
 * build_replace_internal.h - the replacements of a kustomization.
 *
 * Evaluated where all versions of kustomize do the same: a source among the objects that are built
 * (ConfigMaps too), or sourceValue. What kustomize refuses, and what is not evaluated, makes what
 * the targets select unknown; nothing is reported as a failed build.
 */
#ifndef GCB_GITOPS_BUILD_REPLACE_INTERNAL_H
#define GCB_GITOPS_BUILD_REPLACE_INTERNAL_H

#include "gitops/build_objects_internal.h"

/* Applies the replacements of a kustomization, in their order. */
void build_replace(const struct build_layer *layer, struct build_objects *objects);

#endif

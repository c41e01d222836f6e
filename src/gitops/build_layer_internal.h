/*
 * build_layer_internal.h - what one kustomization does to the objects that were collected so far.
 */
#ifndef GCB_GITOPS_BUILD_LAYER_INTERNAL_H
#define GCB_GITOPS_BUILD_LAYER_INTERNAL_H

#include "gitops/build_objects_internal.h"

/*
 * Applies the transformations of a kustomization, in kustomize's order, to all objects. False: the
 * build fails, with objects->stop.
 */
bool build_layer_apply(const struct build_layer *layer, struct build_objects *objects);

#endif

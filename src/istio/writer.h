/*
 * writer.h - who else writes the weights of a VirtualService, or keeps those of a commit from being
 * applied.
 */
#ifndef GCB_ISTIO_WRITER_H
#define GCB_ISTIO_WRITER_H

#include "kube/object.h"

/* Is it a kind that writer_sets_weights knows? */
bool writer_is(const struct object *o);

/*
 * Does the object, a Rollout of Argo Rollouts or a Canary of Flagger, set the weights of the
 * VirtualService? An absent namespace may be that of the other one. Texts in `arena`.
 */
bool writer_sets_weights(const struct object *o, const struct object *vs, struct arena *arena);

/*
 * Does an item of spec.ignoreDifferences of an Application hide the routes of the VirtualService?
 */
bool writer_is_ignored(const struct yaml_node *item, const struct object *vs);

/*
 * The annotation of the object that keeps Flux from applying changes of it; NULL: there is none.
 * (https://fluxcd.io/flux/components/kustomize/kustomizations/, apply behavior of resources)
 */
const struct yaml_node *writer_stops_flux(const struct object *o);

#endif

/*
 * writer.h - who else writes the weights of a VirtualService, or keeps those of a commit from being
 * applied.
 */
#ifndef GCB_ISTIO_WRITER_H
#define GCB_ISTIO_WRITER_H

#include "kube/object.h"

/* Is it a kind that writer_sets_weights or writer_edits_file knows? */
bool writer_is(const struct object *o);

/*
 * Does the object, a Rollout of Argo Rollouts or a Canary of Flagger, set the weights of the
 * VirtualService? An absent namespace may be that of the other one. Texts in `arena`.
 */
bool writer_sets_weights(const struct object *o, const struct object *vs, struct arena *arena);

/*
 * The step of a Stage or PromotionTask of Kargo that edits the routes in the file with this path;
 * NULL: there is none. The steps run in a directory with checkouts, so the path in a step may have
 * more directories, and expressions for parts of it.
 * (https://docs.kargo.io/user-guide/reference-docs/promotion-steps/yaml-update)
 */
const struct yaml_node *writer_edits_file(const struct object *o, struct slice path);

/*
 * The first line of the bytes, from 1, with the weight or the host of a destination that the image
 * automation of Flux rewrites, by its marker; 0: there is none.
 * (https://fluxcd.io/flux/components/image/imageupdateautomations/, setters)
 */
unsigned writer_marked_line(struct slice bytes);

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

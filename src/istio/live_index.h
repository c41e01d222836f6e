/*
 * live_index.h - which of a cluster's objects may concern a move, without a pass over all of them
 * for each move.
 *
 * live_check on what live_index_pick returns finds the same as on all objects: VirtualServices of
 * the same name or host, what names one of the two hosts (their first labels, and wildcards that
 * cover them), what may write the weights, and every Sidecar, which hides hosts by not naming them.
 * Calling order: live_index_new, live_index_pick for each move, live_index_free. Pure.
 */
#ifndef GCB_ISTIO_LIVE_INDEX_H
#define GCB_ISTIO_LIVE_INDEX_H

#include "istio/live.h"

struct live_index;

/*
 * The index of these objects, which are borrowed and must outlive it; freed with live_index_free.
 */
struct live_index *live_index_new(const struct object *const *objects, size_t n);
void live_index_free(struct live_index *index);

/*
 * Sets the objects of the scene, of which move, VirtualServices and arena are set: in the order of
 * the index, each once.
 */
void live_index_pick(const struct live_index *index, struct live_scene *scene);

#endif

/*
 * live.h - what the objects of a cluster say about a move: judged from values; who read them is not
 * known here.
 *
 * What is not seen is not judged, and live_note_coverage says so once for a cluster. Places are
 * names of objects ("VirtualService shop/web in the cluster"), without lines.
 */
#ifndef GCB_ISTIO_LIVE_H
#define GCB_ISTIO_LIVE_H

#include "base/finding.h"
#include "istio/live_scene.h"

/* Adds a finding for everything that speaks against going on, or that a person should know. */
void live_check(const struct live_scene *scene, struct findings *findings);

/*
 * Adds a finding for each kind of which not everything was seen. `context` names the cluster, ""
 * when that is not known.
 */
void live_note_coverage(const struct coverage *coverages, size_t n, struct slice context,
			struct findings *findings);

/*
 * Adds an error for each kind of which not everything was seen, for whom every object of these
 * kinds matters.
 */
void live_note_blind(const struct coverage *coverages, size_t n, struct slice context,
		     struct findings *findings);

/*
 * Must the object be looked at whatever hosts it names: Sidecars, and what may write weights or
 * hide them?
 */
bool live_wants(const struct object *o);

#endif

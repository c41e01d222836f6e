/*
 * live.h - checks of a move against the objects of a cluster, given as values: who reads them is
 * not known here.
 *
 * What was not read is not judged; live_note_coverage reports it once for a cluster. Places are
 * names of objects ("VirtualService shop/web in the cluster"), without lines.
 */
#ifndef GCB_ISTIO_LIVE_H
#define GCB_ISTIO_LIVE_H

#include "base/finding.h"
#include "istio/live_scene.h"

/* Adds a finding for everything that is a reason not to go on, or that a user should know. */
void live_check(const struct live_scene *scene, struct findings *findings);

/*
 * Adds a warning for each kind that was not read completely. `context` names the cluster; "": it is
 * not known.
 */
void live_note_coverage(const struct coverage *coverages, size_t n, struct slice context,
			struct findings *findings);

/*
 * Adds an error for each kind that was not read completely, for callers that need every object of
 * these kinds.
 */
void live_note_blind(const struct coverage *coverages, size_t n, struct slice context,
		     struct findings *findings);

/*
 * Must the object be read whatever hosts it names: Sidecars, and what may write weights or hide
 * them?
 */
bool live_wants(const struct object *o);

#endif

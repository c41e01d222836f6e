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
#include "istio/route.h"
#include "kube/coverage.h"

/*
 * The kinds to read, and their number. The first ones are the mesh's own: they decide who may call
 * a host, and where its requests go.
 */
extern const struct kind live_kinds[];
extern const size_t live_nkinds;
#define LIVE_MESH_KINDS 5

/* What the rules look at. */
struct live_scene {
	const struct move *move;
	const struct vs *vss; /* the VirtualServices of the move in the commit */
	size_t nvss;
	const struct object *const *objects; /* of the cluster */
	size_t nobjects;
	const struct coverage *coverages; /* of live_kinds, in their order */
	struct place at;                  /* of the migration, for what has no place of its own */
	struct arena *arena;
};

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
 * Adds an error for every object that names the host in its spec, whole or as it may be shortened
 * in its namespace. A ServiceEntry that has it among its hosts is not meant.
 */
void live_note_named(const struct object *const *objects, size_t n, struct slice host,
		     struct findings *findings);

/*
 * Must the object be looked at whatever hosts it names: Sidecars, and what may write weights or
 * hide them?
 */
bool live_wants(const struct object *o);

#endif

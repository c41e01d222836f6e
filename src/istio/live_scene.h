/*
 * live_scene.h - a move, and the objects of a cluster that it is compared with.
 */
#ifndef GCB_ISTIO_LIVE_SCENE_H
#define GCB_ISTIO_LIVE_SCENE_H

#include "istio/route.h"
#include "kube/coverage.h"

/*
 * The kinds to read, and their number. The first ones are the mesh's own: they decide who may call
 * a host, and where its requests go.
 */
extern const struct kind live_kinds[];
extern const size_t live_nkinds;
#define LIVE_MESH_KINDS 5

/* What the live rules read. */
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

#endif

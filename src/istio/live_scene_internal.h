/*
 * live_scene_internal.h - what the live rules ask of their scene.
 */
#ifndef GCB_ISTIO_LIVE_SCENE_INTERNAL_H
#define GCB_ISTIO_LIVE_SCENE_INTERNAL_H

#include "istio/live_scene.h"

/* The object's name as a place: "VirtualService shop/web in the cluster". */
struct place live_place(const struct object *o, struct arena *arena);

/* The coverage of a kind that live_kinds lists. */
const struct coverage *live_coverage(const struct live_scene *s, const char *kind);

/* Was every object of the kind read that is in the namespace (absent: in any)? */
bool live_covered(const struct live_scene *s, const char *kind, struct slice ns);

/* The object of the cluster that a VirtualService of the commit became; NULL: none. */
const struct object *live_twin(const struct live_scene *s, const struct vs *vs);

/* Is the object a GCPBackend with the host somewhere in its spec? */
bool live_backend_has(const struct object *o, struct slice host);

#endif

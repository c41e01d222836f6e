/*
 * live_internal.h - the parts of live.c, and what they share.
 */
#ifndef GCB_ISTIO_LIVE_INTERNAL_H
#define GCB_ISTIO_LIVE_INTERNAL_H

#include "base/finding.h"
#include "istio/live.h"

#define ISTIO_GROUP "networking.istio.io"
#define BACKEND_GROUP "networking.gke.io"
#define ARGO_GROUP "argoproj.io"
#define FLAGGER_GROUP "flagger.app"

/* The object's name as a place: "VirtualService shop/web in the cluster". */
struct place live_place(const struct object *o, struct arena *arena);

/* Was every object of the kind seen that is in the namespace (absent: in any)? */
bool live_seen(const struct live_scene *s, const char *kind, struct slice ns);

/* The object of the cluster that a VirtualService of the commit became, or NULL. */
const struct object *live_twin(const struct live_scene *s, const struct vs *vs);

/* Does a GCPBackend carry the host in its spec? */
bool live_backend_has(const struct object *o, struct slice host);

/* One rule a file; each adds to `findings`. */
void live_differences(const struct live_scene *s, struct findings *findings);
void live_winners(const struct live_scene *s, struct findings *findings);
void live_writers(const struct live_scene *s, struct findings *findings);

#endif

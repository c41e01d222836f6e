/*
 * audience.h - which callers' requests a route gets: those of the proxies beside workloads
 * (sidecars) and of gateways; and which it never gets.
 *
 * Source of the rules: `gateways` of a VirtualService and of its match blocks, of which none means
 * "mesh", the sidecars; a route behind one that matches everything is not sent to Envoy at all
 * (BuildHTTPRoutesForVirtualService and isCatchAllRoute in
 * pilot/pkg/networking/core/route/route.go); exportTo limits the namespaces that see a
 * VirtualService (pilot/pkg/model/push_context.go, initVirtualServices), and so do the egress hosts
 * of a Sidecar (pilot/pkg/model/sidecar.go). Gateways ignore Sidecars.
 */
#ifndef GCB_ISTIO_AUDIENCE_H
#define GCB_ISTIO_AUDIENCE_H

#include "base/arena.h"
#include "istio/route.h"
#include "istio/visible.h"

struct audience {
	struct slice vs, route; /* "namespace/name", and the route's label */
	struct slices callers;  /* "sidecars", "gateway NAMESPACE/NAME" */
	struct slices limits; /* phrases: which of them it does not reach, and why; none: it reaches
				 them all */
	bool plain;           /* sidecars alone, and all of them */
};

struct audiences {
	struct audience *items;
	size_t n, cap;
	struct arena *arena;
};

/* All objects that are known and decide who sees a route; their namespaces may be unknown. */
struct audience_scene {
	struct sidecar_list sidecars;
	const struct object *const *gateways; /* Gateways */
	size_t ngateways;
};

/*
 * Adds the audience of a route of a VirtualService; of a delegate, that of all its roots together.
 * The namespace of the VirtualService may be unknown, too (`ns` stands for it then, if present). A
 * gateway that is not known is taken to have a server for the route.
 */
void audience_add(struct audiences *out, const struct vs *vs, const struct route *route,
		  const struct audience_scene *scene);

#endif

/*
 * binding.h - the listeners that routes are bound to: those of sidecars, called "mesh", and those
 * of gateways.
 *
 * Source: `gateways` of a VirtualService and of its match blocks, of which none means "mesh"
 * (BuildHTTPRoutesForVirtualService in pilot/pkg/networking/core/route/route.go); which servers of
 * a Gateway accept http routes (pkg/config/gateway/gateway.go, IsHTTPServer), and for which hosts
 * (pilot/pkg/networking/core/gateway.go).
 */
#ifndef GCB_ISTIO_BINDING_H
#define GCB_ISTIO_BINDING_H

#include "kube/object.h"

#define MESH "mesh"

/* Does the match block apply to callers of this gateway of a VirtualService in namespace `ns`? */
bool binding_has_block(const struct yaml_node *block, struct slice gateway, struct slice ns);

/* Does one of the match blocks? An absent or an empty list applies to all callers. */
bool binding_has_match(const struct yaml_node *match, struct slice gateway, struct slice ns);

/* May a request of a sidecar to this port come to a route with these match blocks? */
bool binding_takes_port(const struct yaml_node *match, long port);

/*
 * Is it a protocol of ports that http routes work on (pkg/config/protocol/instance.go)? In any
 * letter case.
 */
bool binding_is_http(struct slice protocol);

/* Is the VirtualService bound to the mesh? */
bool binding_on_mesh(const struct object *vs);

/*
 * Do sidecars use a route of the VirtualService? If not, it takes its hosts from no other
 * VirtualService of the mesh.
 */
bool binding_claims_mesh(const struct object *vs);

/* Is it a Gateway of Istio? */
bool gateway_is(const struct object *o);

/*
 * Is the Gateway the one that a VirtualService in namespace `ns` calls `name`: "NAMESPACE/NAME", or
 * NAME for one in its own namespace? A namespace that is not known may be the same.
 */
bool gateway_has_name(const struct object *gateway, struct slice name, struct slice ns);

/* A route at a gateway. */
struct gateway_route {
	const struct object *vs; /* its hosts are compared with those of the servers */
	struct slice ns;         /* of `vs` */
	const struct yaml_node *match;
	struct slice gateway; /* the name in the list of gateways */
};

/*
 * The servers of the Gateway that accept http requests for the route, by their protocol, their
 * hosts, and the port that a match block of the route requires: the one behind `server`, or the
 * first one behind NULL; NULL: no more.
 */
const struct yaml_node *gateway_next_server(const struct object *gateway,
					    const struct gateway_route *r,
					    const struct yaml_node *server);

/* Has the Gateway such a server? */
bool gateway_takes_http(const struct object *gateway, const struct gateway_route *r);

#endif

/*
 * header.h - the Host header that the new destination gets.
 *
 * Istio makes a rewrite of `headers.request.set` with the key Host or :authority, for this
 * destination alone; what the route sets (rewrite.authority, or its own headers) takes precedence
 * for all destinations (processDestination and TranslateRoute in
 * pilot/pkg/networking/core/route/route.go; the order was measured). tls and tcp routes have no
 * headers.
 */
#ifndef GCB_ISTIO_HEADER_H
#define GCB_ISTIO_HEADER_H

#include "base/arena.h"
#include "istio/route.h"

/* What sets the Host header for all destinations of the route; NULL: nothing does. */
const struct yaml_node *route_authority(const struct route *route);

/*
 * The first operation of the destination's request headers on Host or :authority; NULL: there is
 * none.
 */
const struct yaml_node *dest_host_header(const struct dest *d);

/*
 * Adds to `e` the edits that give the destination the Host header `host`; absent: that remove every
 * operation on Host, for a copy of a destination to another host. No edit where nothing has to
 * change. `e` may be the list of a copy of the destination. Errors: yaml_alias and the like where
 * the headers are ambiguous; yaml_type where they are not maps.
 */
int dest_set_host(struct yaml_edits *e, const struct dest *d, struct slice host,
		  struct arena *arena, struct err *err);

#endif

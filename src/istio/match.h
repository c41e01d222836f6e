/*
 * match.h - the match blocks of a VirtualService's routes.
 */
#ifndef GCB_ISTIO_MATCH_H
#define GCB_ISTIO_MATCH_H

#include "yaml/yaml.h"

/*
 * The method that a match block requires: an exact one; absent: it requires none. `odd`: it
 * restricts the method by regex, prefix or something else.
 */
struct slice match_method(const struct yaml_node *block, bool *odd);

/*
 * Does the block match every request of all proxies (route.go, IsCatchAllRoute): no uri, or the
 * prefix "/" or regex ".*", and nothing else that restricts? With `any_gateway` its list of
 * gateways is disregarded.
 */
bool match_takes_all(const struct yaml_node *block, bool any_gateway);

/*
 * Does a block of an earlier route's match, or a route without one, keep all requests from a later
 * block: by a catch-all for the same port, gateways and sources, or for all (route.go,
 * BuildHTTPRoutesForVirtualService)? `block` NULL is a route without a match; `gateways` are those
 * of the VirtualService.
 */
bool match_hides(const struct yaml_node *earlier, const struct yaml_node *block,
		 const struct yaml_node *gateways);

/*
 * Does a block of an earlier route keep all requests of a gateway, for which both blocks are, from
 * a later one? `block` NULL is a route without a match.
 */
bool match_hides_block(const struct yaml_node *earlier, const struct yaml_node *block);

/*
 * Does Istio sort a route with this list of match blocks, or one of those that it makes of it,
 * behind all others of a gateway's host (route.go, IsCatchAllRoute, which reads what
 * TranslateRouteMatch has made of a block)? Fields that do not reach Envoy, or only choose where
 * the route is used, do not count: port, gateways, source labels and namespace. NULL, or an empty
 * list: yes.
 */
bool match_is_sorted_last(const struct yaml_node *match);

#endif

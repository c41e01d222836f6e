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
 * Does the block match every request: nothing but the uri prefix "/" or regex ".*" or "*"? With
 * `any_gateway` its list of gateways is disregarded.
 */
bool match_takes_all(const struct yaml_node *block, bool any_gateway);

#endif

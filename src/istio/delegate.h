/*
 * delegate.h - the match blocks of a delegate's routes within those of the route that delegates to
 * it.
 *
 * Istio merges each block of the delegate with each block of the root that it does not conflict
 * with. A route with a block that conflicts with all of them is dropped without an error
 * (pilot/pkg/model/virtualservice.go, mergeHTTPMatchRequests, hasConflict).
 */
#ifndef GCB_ISTIO_DELEGATE_H
#define GCB_ISTIO_DELEGATE_H

#include "yaml/yaml.h"

/*
 * Does the root's list of match blocks accept `block` of a delegate with an additional exact
 * method? NULL for `block`: one that has nothing else; NULL for the list, or an empty one: all is
 * accepted.
 */
bool delegate_accepts(const struct yaml_node *root_match, const struct yaml_node *block,
		      struct slice method);

#endif

/*
 * build_substitute_internal.h - variables that Flux fills in behind the build
 * (Kustomization.spec.postBuild).
 */
#ifndef GCB_GITOPS_BUILD_SUBSTITUTE_INTERNAL_H
#define GCB_GITOPS_BUILD_SUBSTITUTE_INTERNAL_H

#include "gitops/build_layer_internal.h"

/*
 * Fills in the variables of an object, as the Kustomization with this spec does. Values of
 * ConfigMaps and Secrets, and forms other than "${NAME}", "${NAME:=DEFAULT}" and "${NAME:-DEFAULT}"
 * make the object unknown.
 */
void build_substitute(struct build_state *state, const struct yaml_node *spec,
		      struct built *object);

#endif

/*
 * build_generate_internal.h - the ConfigMaps that a kustomization generates, for the replacements
 * that read them.
 *
 * Evaluated are values in `literals` and in files of `envs`. A ConfigMap with other values, or one
 * that changes another ConfigMap ("behavior"), is unknown.
 */
#ifndef GCB_GITOPS_BUILD_GENERATE_INTERNAL_H
#define GCB_GITOPS_BUILD_GENERATE_INTERNAL_H

#include "gitops/build_objects_internal.h"

/* Adds the ConfigMaps of the kustomization. */
void build_generate(const struct build_layer *layer, struct build_objects *objects);

#endif

/*
 * guard.h - what prevents that a file which is not a manifest of the cluster is applied, although
 * it is in a directory of manifests.
 *
 * Argo CD skips files of a directory that contain "+argocd:skip-file-rendering"
 * (reposerver/repository/repository.go, findManifests). kustomize, also when Flux and Argo CD use
 * it, drops objects with the annotation config.kubernetes.io/local-config. Helm supports neither
 * and renders all templates of a chart.
 */
#ifndef GCB_GITOPS_GUARD_H
#define GCB_GITOPS_GUARD_H

#include "yaml/yaml.h"

#define GUARD_ARGOCD "+argocd:skip-file-rendering"
#define GUARD_KUSTOMIZE "config.kubernetes.io/local-config"

/*
 * Of these source types (enum source_type of environment_use.h), those that the file has no guard
 * against. SOURCE_UNKNOWN needs both guards.
 */
unsigned guard_open(const struct yaml_file *file, unsigned types);

#endif

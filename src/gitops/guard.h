/*
 * guard.h - what keeps a file that is no manifest of the cluster from being applied, though it lies
 * where manifests do.
 *
 * Argo CD passes over files of a folder that hold the words "+argocd:skip-file-rendering"
 * (reposerver/repository/repository.go, findManifests); kustomize, and with it Flux and Argo CD
 * where they build a kustomization, drops objects that have the annotation
 * config.kubernetes.io/local-config. Helm knows neither: what lies in the templates of a chart is
 * rendered.
 */
#ifndef GCB_GITOPS_GUARD_H
#define GCB_GITOPS_GUARD_H

#include "yaml/yaml.h"

#define GUARD_ARGOCD "+argocd:skip-file-rendering"
#define GUARD_KUSTOMIZE "config.kubernetes.io/local-config"

/*
 * Of these ways (enum source_type of reach.h), those that the file does not guard itself against.
 * An unknown way asks for all guards.
 */
unsigned guard_open(const struct yaml_file *file, unsigned ways);

#endif

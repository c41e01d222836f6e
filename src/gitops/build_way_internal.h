/*
 * build_way_internal.h - which kustomizations are on the way from an environment to a file.
 */
#ifndef GCB_GITOPS_BUILD_WAY_INTERNAL_H
#define GCB_GITOPS_BUILD_WAY_INTERNAL_H

#include "gitops/kustomization_graph_internal.h"

/* Most kustomizations on one way. */
enum { BUILD_DEPTH = 64 };

/*
 * Marks the kustomizations, by number, that list the path, and those that list these, and so on.
 */
void build_way_mark(const struct kustomization_graph *g, struct slice path, bool *marks);

/*
 * Marks the kustomizations that generate ConfigMaps, and those that list these: replacements may
 * read them. None are marked if no kustomization of the graph has replacements.
 */
void build_way_mark_generators(const struct kustomization_graph *g, bool *marks);

#endif

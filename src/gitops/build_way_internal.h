/*
 * build_way_internal.h - which kustomizations are on the way from an environment to a file.
 */
#ifndef GCB_GITOPS_BUILD_WAY_INTERNAL_H
#define GCB_GITOPS_BUILD_WAY_INTERNAL_H

#include "gitops/kustomization_graph_internal.h"

/* Most kustomizations on one way. */
enum { BUILD_DEPTH = 64 };

/*
 * Calls `found` for the references of kustomizations that list the path, and for those that list
 * these, and so on, where a call returns true.
 */
typedef bool build_way_fn(const struct kustomization_reference *r, void *ctx);
void build_way_each(const struct kustomization_graph *g, struct slice path, build_way_fn *found,
		    void *ctx);

/* Marks all of these kustomizations. */
void build_way_mark(const struct kustomization_graph *g, struct slice path, bool *marks);

/*
 * Marks the kustomizations that may change objects of others, or what is made of them, and those
 * that list these: with `configurations`, `crds`, `openapi`, `vars` and, if any kustomization of
 * the graph has replacements, `configMapGenerator`.
 */
void build_way_mark_beside(const struct kustomization_graph *g, bool *marks);

#endif

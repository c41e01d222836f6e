/*
 * flux_internal.h - Kustomizations of Flux and the sources that they take files from.
 */
#ifndef GCB_GITOPS_FLUX_INTERNAL_H
#define GCB_GITOPS_FLUX_INTERNAL_H

#include "gitops/environment_list_internal.h"

/* An object of Flux's group "source": a GitRepository, Bucket, OCIRepository... */
struct flux_source {
	struct slice path, kind, ns, name, url, revision;
	bool git;
};

struct flux_sources {
	struct flux_source *items;
	size_t n, cap;
};

/* Frees the list. */
void flux_sources_release(struct flux_sources *s);

/* Adds a source. */
void flux_sources_add(struct flux_sources *s, const struct object *o);

/* Adds the environment that a Kustomization declares. All sources must have been added before. */
void flux_read_kustomization(struct environment_list *l, const struct flux_sources *sources,
			     const struct object *o);

#endif

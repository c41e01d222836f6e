/*
 * environment_list_internal.h - the environments that objects declare, with their sources. What
 * reads Applications, ApplicationSets and Flux Kustomizations adds to such a list and knows nothing
 * else of the index.
 */
#ifndef GCB_GITOPS_ENVIRONMENT_LIST_INTERNAL_H
#define GCB_GITOPS_ENVIRONMENT_LIST_INTERNAL_H

#include "gitops/environment_source_internal.h"
#include "gitops/repository_id.h"
#include "kube/object.h"

struct environment_list {
	const struct repository_id *repository;
	struct arena *arena;
	struct environment **items;
	size_t n, cap;
	struct environment_source *sources;
	size_t nsources, sources_cap;
};

/* Frees the lists; the arena is the owner's. */
void environment_list_release(struct environment_list *l);

/* A new environment that an object declares; `o` NULL: an overlay. */
struct environment *environment_list_add(struct environment_list *l, enum environment_kind kind,
					 const struct object *o);

/* Adds a source; one without a directory is ignored. */
void environment_list_add_source(struct environment_list *l,
				 const struct environment_source *source);

/*
 * Adds the components in `list`, whose paths are relative to the directory of `source`, as sources
 * of the same environment.
 */
void environment_list_add_components(struct environment_list *l,
				     const struct environment_source *source,
				     const struct yaml_node *list);

#endif

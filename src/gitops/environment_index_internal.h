/*
 * environment_index_internal.h - what an index consists of. environment_index.c fills it in,
 * environment_use.c evaluates it.
 *
 *	environment_list     environments and their sources, as objects declare them, added by
 *	                     application, application_set (with generator) and flux
 *	source_index         the same sources by directory
 *	kustomization_graph  kustomizations and what they reference
 *	directories          directories and charts
 */
#ifndef GCB_GITOPS_ENVIRONMENT_INDEX_INTERNAL_H
#define GCB_GITOPS_ENVIRONMENT_INDEX_INTERNAL_H

#include "gitops/directories_internal.h"
#include "gitops/environment_index.h"
#include "gitops/environment_list_internal.h"
#include "gitops/flux_internal.h"
#include "gitops/kustomization_graph_internal.h"
#include "gitops/source_index_internal.h"

/* Objects that are read once all files were added. */
struct pending_objects {
	const struct object **items;
	size_t n, cap;
};

struct environment_index {
	struct environment_list environments;
	struct source_index sources;
	struct kustomization_graph kustomizations;
	struct directories directories;
	struct flux_sources flux_sources;
	struct pending_objects flux, sets; /* Flux Kustomizations, ApplicationSets */
	struct slices unread;
	size_t unread_cap;
	bool collects; /* an overlay does nothing but reference others */
};

#endif

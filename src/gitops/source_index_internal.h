/*
 * source_index_internal.h - the sources of all environments, found by directory.
 */
#ifndef GCB_GITOPS_SOURCE_INDEX_INTERNAL_H
#define GCB_GITOPS_SOURCE_INDEX_INTERNAL_H

#include "base/map.h"
#include "gitops/environment_list_internal.h"

struct source_index {
	const struct environment_source *items;
	struct map at; /* directory, to the number of its last source */
	const struct environment_source **prefixes; /* sources whose path is not known entirely */
	size_t nprefixes, prefixes_cap;
};

/*
 * Indexes the sources of the list, which must not change any more, except for those of other
 * repositories.
 */
void source_index_build(struct source_index *x, struct environment_list *l);
void source_index_release(struct source_index *x);

/* The first source of a directory, the others follow by `next`; NULL: it has none. */
const struct environment_source *source_index_find(const struct source_index *x,
						   struct slice directory);

#endif

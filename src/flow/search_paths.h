/*
 * search_paths.h - the part of the tree that migrations restrict a search to
 * (spec.manifests.search).
 */
#ifndef GCB_FLOW_SEARCH_PATHS_H
#define GCB_FLOW_SEARCH_PATHS_H

#include "base/map.h"
#include "migration/migration.h"

/* Directories and files, by their paths. Empty: the whole tree. */
struct search_paths {
	struct map within;  /* these, and all below them */
	struct map parents; /* the directories above: kustomizations in them may refer to what is
			       below */
};

/*
 * The paths of all `n` migrations together, and `own`, the directory of the migration files, which
 * shows others with the same hosts; empty if one of them specifies none. The texts are borrowed.
 */
void search_paths_make(struct search_paths *out, const struct migration *const *migrations,
		       size_t n, struct slice own);

/* Frees the maps. */
void search_paths_release(struct search_paths *p);

/* Is the directory to be searched? */
bool search_paths_have_directory(const struct search_paths *p, struct slice path);

/* Is the file to be read? */
bool search_paths_have_file(const struct search_paths *p, struct slice path);

#endif

/*
 * search_paths.h - the part of the tree that migrations say is all that matters to them
 * (spec.manifests.search).
 */
#ifndef GCB_FLOW_SEARCH_PATHS_H
#define GCB_FLOW_SEARCH_PATHS_H

#include "base/map.h"
#include "migration/migration.h"

/* Folders and files, by their paths. Empty: the whole tree. */
struct bounds {
	struct map within; /* all in them */
	struct map
		ways; /* folders on the way there: kustomizations in them may name what is below */
};

/*
 * The folders of all `n` migrations together; empty when one of them names none. The texts are the
 * migrations'.
 */
void bounds_make(struct bounds *out, const struct migration *const *migrations, size_t n);

/* Frees the maps. */
void bounds_release(struct bounds *b);

/* Is the folder to be looked into, the file to be read? */
bool bounds_have_folder(const struct bounds *b, struct slice path);
bool bounds_have_file(const struct bounds *b, struct slice path);

#endif

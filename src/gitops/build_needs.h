/*
 * build_needs.h - which files must be read before the objects of others can be built.
 */
#ifndef GCB_GITOPS_BUILD_NEEDS_H
#define GCB_GITOPS_BUILD_NEEDS_H

#include "gitops/environment_index.h"

/*
 * The files with patches, replacements and configurations that a builder of the files at these
 * paths needs, and those that may contain the sources of the replacements, each once, in `arena`.
 * The number of sources is limited; what is not read is unknown to the builder.
 *
 * Inline patches are read here, once for all builders, into the index, which is finished and not
 * used by other threads.
 */
struct slices build_needs(struct environment_index *index, struct slices paths,
			  struct arena *arena);

#endif

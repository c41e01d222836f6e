/*
 * build_carry.h - files whose objects may get a host only on the way to the cluster.
 *
 * A patch, a replacement or a variable can put a host into an object whose file does not contain
 * it. The kustomizations show which files these may be: all below one that has the host in what it
 * does to its objects, or below an Application or Flux Kustomization that has.
 */
#ifndef GCB_GITOPS_BUILD_CARRY_H
#define GCB_GITOPS_BUILD_CARRY_H

#include "gitops/environment_index.h"

/* What is asked about texts. */
struct carry_query {
	/* Does the text contain one of the hosts? */
	bool (*in_text)(struct slice text, void *ctx);
	/* The same, or a part of one? */
	bool (*in_part)(struct slice text, void *ctx);
	/* Does a file that a kustomization names contain one? True if it was not searched. */
	bool (*in_file)(struct slice path, void *ctx);
	void *ctx;
};

/* The files; and directories without a kustomization, where all files below may be such ones. */
struct carried {
	struct slices files, directories;
};

/*
 * Finds the files, each once, in `arena`. A file whose objects are made of it by a chart or a
 * plugin is not among them. The index must be finished.
 */
struct carried build_carried(const struct environment_index *index, const struct carry_query *query,
			     struct arena *arena);

#endif

/*
 * build_carry.h - files whose objects may get a host only on the way to the cluster.
 *
 * A patch, a replacement or a variable can put a host into an object whose file does not contain
 * it. The kustomizations show which files these may be: those below one that has the host in what
 * it does to its objects, or below an Application or Flux Kustomization that has; and the patches
 * show which objects. Where objects are renamed, they do not.
 */
#ifndef GCB_GITOPS_BUILD_CARRY_H
#define GCB_GITOPS_BUILD_CARRY_H

#include "base/map.h"
#include "gitops/environment_index.h"

/* What is asked about texts. */
struct carry_query {
	/* Does the text contain one of the hosts? */
	bool (*in_text)(struct slice text, void *ctx);
	/* The same, or a part of one? */
	bool (*in_part)(struct slice text, void *ctx);
	/* Does a file that a kustomization names contain one? True if it was not searched. */
	bool (*in_file)(struct slice path, void *ctx);
	/* The bytes of such a file; absent: it was not read. */
	struct slice (*read)(struct slice path, void *ctx);
	void *ctx;
};

/* What is found; the lists have each path once. */
struct carried {
	struct slices files;       /* any object of them */
	struct slices named;       /* objects with one of the names */
	struct slices directories; /* without a kustomization: any object of the files below */
	struct map names;          /* as the files declare them */
};

/*
 * Finds the files, in `arena`, but for the map, which carried_release frees. A file whose objects
 * are made of it by a chart or a plugin is not among them. The index must be finished.
 */
struct carried build_carried(const struct environment_index *index, const struct carry_query *query,
			     struct arena *arena);
void carried_release(struct carried *c);

/* Do the bytes contain one of the names? */
bool carried_has_name(const struct carried *c, struct slice bytes);

#endif

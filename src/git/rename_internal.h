/*
 * rename_internal.h - the files that a commit removed, to find a file under its earlier name.
 */
#ifndef GCB_GIT_RENAME_INTERNAL_H
#define GCB_GIT_RENAME_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

/* The files in the tree of the parent that the commit removed or changed. */
struct renames;
struct renames *renames_new(struct repo *r, const git_tree *parent, const git_tree *commit,
			    struct err *err);
void renames_free(struct renames *s);

/* A file as it was in the parent; the path is valid as long as the struct renames. */
struct removed_file {
	struct slice path;
	git_oid id;
	unsigned mode;
};

/*
 * Finds the removed file that became `path` with the bytes `id`, or the changed one that it was a
 * part of. Returns 1, or 0 if there is none.
 */
int renames_find(struct renames *s, struct slice path, const git_oid *id, struct removed_file *out);

#endif

/*
 * rename_internal.h - the files that a commit removed, to find a file under its earlier name.
 */
#ifndef GCB_GIT_RENAME_INTERNAL_H
#define GCB_GIT_RENAME_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

/* The files that are in the tree of the parent and no longer in that of the commit. */
struct renames;
struct renames *renames_new(struct repo *r, const git_tree *parent, const git_tree *commit,
			    struct err *err);
void renames_free(struct renames *s);

/* A removed file; the path is valid as long as the struct renames. */
struct removed_file {
	struct slice path;
	git_oid id;
	unsigned mode;
};

/* Finds the removed file that became `path` with the bytes `id`. Returns 1, or 0 if none did. */
int renames_find(struct renames *s, struct slice path, const git_oid *id, struct removed_file *out);

#endif

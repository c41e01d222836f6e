/*
 * commit_read_internal.h - libgit2's objects of a commit.
 */
#ifndef GCB_GIT_COMMIT_READ_INTERNAL_H
#define GCB_GIT_COMMIT_READ_INTERNAL_H

#include "git/commit_read.h"

#include <git2.h>

/* Opens a commit, or its tree; the caller frees the object. Error: git. */
int commit_open(struct repo *r, const struct oid *id, git_commit **out, struct err *err);
int commit_tree(struct repo *r, const struct oid *id, git_tree **out, struct err *err);

/*
 * The number of parents that the commit itself lists. libgit2 reports none for a commit where the
 * history of a shallow clone ends.
 */
unsigned commit_parents(const git_commit *commit);

#endif

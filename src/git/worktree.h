/*
 * worktree.h - the files of the working tree and their index entries follow a branch that moves.
 *
 * commit.h has the calling order and the reasons for it.
 */
#ifndef GCB_GIT_WORKTREE_H
#define GCB_GIT_WORKTREE_H

#include "base/change.h"
#include "git/repo.h"

struct worktree_plan;

/*
 * If the branch `name` is checked out in this working tree, checks each changed file there. A file
 * is clean if it and its index entry equal `before` (or both are missing), or already equal
 * `after`. Git's filters (line endings) are taken into account. `*out` is NULL if the branch is not
 * checked out here (also in a bare repository, and if there is no index yet), else freed with
 * worktree_free. It keeps pointers into `changes`. Errors: dirty (for the first such file),
 * checked_out (in another working tree, or the branch is being rebased), busy (the index is
 * locked), unsafe_path (a symlink is where a directory is needed), io, git.
 */
int worktree_prepare(struct repo *r, const char *name, const struct changes *changes,
		     struct worktree_plan **out, struct err *err);

/*
 * True if an earlier run was interrupted while writing these changes: a file or an index entry
 * already equals `after`, or an unfinished temporary file exists. NULL: false.
 */
bool worktree_begun(const struct worktree_plan *plan);

/* Writes, or removes, the files of the working tree. NULL is fine. Errors: io, git. */
int worktree_files(struct worktree_plan *plan, struct err *err);

/*
 * Restores the files that worktree_files wrote, for when not all of them, or the index, could be
 * written. Only under the lock. NULL is fine. Continues after an error and returns the last one:
 * io, git.
 */
int worktree_restore(struct worktree_plan *plan, struct err *err);

/*
 * Updates the index entries of the changed files. Files and index are durable when 0 is returned:
 * after a power failure, too, the ref is never ahead of them. NULL is fine. Errors: git, busy, io.
 */
int worktree_index(struct worktree_plan *plan, struct err *err);

/* Frees it. NULL is fine. */
void worktree_free(struct worktree_plan *plan);

#endif

/*
 * tree_updater_internal.h - the trees of a commit, changed: only those on the way to a change are
 * read, each once for a series of commits.
 */
#ifndef GCB_GIT_TREE_UPDATER_INTERNAL_H
#define GCB_GIT_TREE_UPDATER_INTERNAL_H

#include "base/change.h"
#include "git/object_writer_internal.h"

/* The trees, as of the last update. Error: git. */
struct tree_updater;
int tree_updater_new(struct tree_updater **out, struct repo *r, const struct oid *commit,
		     struct err *err);
void tree_updater_free(struct tree_updater *u);

/*
 * Applies changes, whose bytes must outlive the writer; new objects go into the writer, and `*tree`
 * is the name of the root tree. After an error it can only be freed: unsafe_path, not_a_file, git.
 */
int tree_updater_apply(struct tree_updater *u, const struct changes *changes,
		       struct object_writer *writer, git_oid *tree, struct err *err);

#endif

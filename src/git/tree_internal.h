/*
 * tree_internal.h - entries of libgit2's trees.
 */
#ifndef GCB_GIT_TREE_INTERNAL_H
#define GCB_GIT_TREE_INTERNAL_H

#include "git/tree.h"

#include <git2.h>

/* True if the entry (NULL: none) is a regular file. */
bool entry_is_file(const git_tree_entry *entry);

#endif

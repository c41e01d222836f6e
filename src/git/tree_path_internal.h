/*
 * tree_path_internal.h - which paths may be in a tree.
 */
#ifndef GCB_GIT_TREE_PATH_INTERNAL_H
#define GCB_GIT_TREE_PATH_INTERNAL_H

#include "base/err.h"

/*
 * True if a file system takes the name for ".git": HFS+, which folds case and ignores some
 * characters, or NTFS, with its short names. A backslash separates directories there.
 */
bool tree_name_is_dot_git(struct slice name);

/*
 * Refuses empty parts, ".", "..", ".git" in any spelling, backslashes, control characters. Error:
 * unsafe_path.
 */
int tree_path_check(struct slice path, struct err *err);

#endif

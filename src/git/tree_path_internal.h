/*
 * tree_path_internal.h - which paths may be in a tree.
 */
#ifndef GCB_GIT_TREE_PATH_INTERNAL_H
#define GCB_GIT_TREE_PATH_INTERNAL_H

#include "base/err.h"

/*
 * Refuses empty parts, ".", "..", ".git" in any spelling, backslashes, control characters. Error:
 * unsafe_path.
 */
int tree_path_check(struct slice path, struct err *err);

#endif

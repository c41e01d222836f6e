/*
 * diff.h - changes as people read them: unified diffs and counts of lines, as git makes them.
 */
#ifndef GCB_FLOW_DIFF_H
#define GCB_FLOW_DIFF_H

#include "base/change.h"
#include "base/err.h"

/*
 * Appends the change as a patch that `git apply` takes; `patch` may be NULL. Sets the lines added
 * and removed. Errors: git.
 */
int change_diff(const struct change *c, struct str *patch, size_t *added, size_t *removed,
		struct err *err);

#endif

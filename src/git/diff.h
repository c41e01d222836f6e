/*
 * diff.h - the difference of two versions of a file.
 */
#ifndef GCB_GIT_DIFF_H
#define GCB_GIT_DIFF_H

#include "base/change.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Appends the change as a unified diff with git's header to `patch` (NULL: not wanted) and counts
 * its lines. Errors: git.
 */
int diff_bytes(const struct change *c, struct str *patch, size_t *added, size_t *removed,
	       struct err *err);

#endif

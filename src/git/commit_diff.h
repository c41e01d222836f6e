/*
 * commit_diff.h - the changes between two commits.
 */
#ifndef GCB_GIT_COMMIT_DIFF_H
#define GCB_GIT_COMMIT_DIFF_H

#include "base/change.h"
#include "git/repo.h"

/* FROM..TO. */
struct commit_range {
	const struct oid *from, *to;
};

/*
 * The changes from a commit to a later one, bytes in `arena`. Returns 0, or 1 if there is no such
 * list: `from` is not an ancestor, more than 10,000 files changed, or something other than the
 * contents of regular files changed. Errors: git.
 */
int commit_diff(struct repo *r, const struct commit_range *range, struct arena *arena,
		struct changes *out, struct err *err);

#endif

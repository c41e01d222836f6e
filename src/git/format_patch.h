/*
 * format_patch.h - changes that are not committed, in the format of `git format-patch`, for `git
 * am` and `git apply`.
 */
#ifndef GCB_GIT_FORMAT_PATCH_H
#define GCB_GIT_FORMAT_PATCH_H

#include "base/change.h"
#include "git/repo.h"

/* A commit as a patch. */
struct commit_patch {
	const char *message; /* its first paragraph is the subject */
	const struct changes *changes;
	size_t number, total; /* it is number 1 ... total */
};

/*
 * Appends the patch in mbox format: "From" line, author and date as a commit made now would have
 * them, subject, message, diffstat, the diffs with full object names. Nothing is written to the
 * repository. Lines of the message that `git am` would take for the end of it, or for another
 * patch, are indented by a blank. Errors: identity, git.
 */
int format_patch(struct repo *r, const struct commit_patch *patch, struct str *out,
		 struct err *err);

#endif

/*
 * commit.h - commits of changes, with the hooks of the repository if the session runs them.
 */
#ifndef GCB_FLOW_COMMIT_H
#define GCB_FLOW_COMMIT_H

#include "base/change.h"
#include "flow/base_commit.h"

/* A commit to be made. */
struct new_commit {
	const struct oid *parent;
	const struct changes *changes;
	const char *message;
};

/*
 * Makes a commit; no branch moves. With hooks, the branch of the base commit must be checked out in
 * this working tree, at that commit. Errors: those of commit_write (git/commit.h) and hooks_run,
 * hook_place.
 */
int commit_make(const struct base_commit *base, const struct new_commit *commit, struct oid *out,
		struct err *err);

/*
 * The names of the hooks that git commit would run and that this session does not, in its arena.
 */
struct slices commit_skipped_hooks(const struct session *s);

#endif

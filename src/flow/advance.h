/*
 * advance.h - a branch moves to commits that are written: at the remote first, if there is one,
 * then locally, with the working tree.
 */
#ifndef GCB_FLOW_ADVANCE_H
#define GCB_FLOW_ADVANCE_H

#include "base/change.h"
#include "flow/base_commit.h"

/* Why the remote rejected a push; texts in the arena of the session. */
struct rejection {
	struct slice why;  /* its message */
	struct slice lock; /* the lock file that exists there; absent: none is known */
};

/* The branch of a base commit that moves to a new tip. */
struct advance {
	const struct base_commit *base; /* where the branch must be */
	const struct oid *tip;
	const struct changes *changes; /* of the tip against the base commit */
	const char *reflog;
	struct rejection *rejection; /* set with ADVANCE_RACED; NULL: not wanted */
};

/* What became of the branch. */
enum advance_result {
	ADVANCE_DONE, /* it is at the tip */
	ADVANCE_SAME, /* it was there: another process made the same commit in the same second */
	ADVANCE_RACED /* the remote's branch is no longer at the base commit: nothing has moved */
};

/*
 * Moves the branch by compare-and-swap. Without a remote the local one, with its working tree. With
 * one, the remote's, and then the local one if it is at the base commit; otherwise, or if that
 * fails, `*behind` is the reason, in the arena of the session. Returns an enum advance_result, or
 * -1: dirty, moved, checked_out, busy, git, push_refused, push_elsewhere (what was pushed is not at
 * the URL that is fetched), and the errors of push_refs.
 */
int advance_branch(const struct advance *a, struct slice *behind, struct err *err);

/*
 * A command that was killed after its push, while it updated the working tree, left the local
 * branch behind, and files that are neither unchanged nor committed. If it looks like that
 * (worktree_begun), and all other files that the remote has changed are clean, moves the local
 * branch to the base commit, and sets `*moved`. Errors: busy, io, git.
 */
int advance_interrupted(const struct base_commit *base, bool *moved, struct err *err);

#endif

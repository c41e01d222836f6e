/*
 * advance.h - commits that are written become the branch: here, or at the remote first. For
 * publish.c.
 */
#ifndef GCB_FLOW_ADVANCE_H
#define GCB_FLOW_ADVANCE_H

#include "base/change.h"
#include "flow/session.h"

/* What became of the branch. */
enum advanced {
	ADVANCED,     /* it is at the tip */
	ADVANCE_SAME, /* it was there: somebody has made the very same commit in the same second */
	ADVANCE_RACED /* the remote's branch is not where the session's base is: nothing has moved
		       */
};

/*
 * The session's branch goes from its base to `tip`, whose changes against it are `changes`; the
 * reflog says `why`. Without a remote the local one, with its working tree. With one, the remote's,
 * and then the local one if it is at the base; else, or when that fails, `*behind` says why not, in
 * the session's arena. Returns an enum advanced, or -1: dirty, moved, checked_out, busy, git,
 * push_refused, and what remote_push says.
 */
int branch_advance(struct session *s, const struct changes *changes, const struct oid *tip,
		   const char *why, struct slice *behind, struct err *err);

/* Milliseconds of a clock that nobody sets. */
int64_t push_clock(void);

/*
 * Waits before another try, for a random time of up to twice as long as the last one took, which
 * began at `since` of that clock. Many at once then leave each other room; a pause that grows with
 * the tries would only let those who come later go first.
 */
void push_pause(int64_t since);

#endif

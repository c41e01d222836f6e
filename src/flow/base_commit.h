/*
 * base_commit.h - which commit a session builds on.
 */
#ifndef GCB_FLOW_BASE_COMMIT_H
#define GCB_FLOW_BASE_COMMIT_H

#include "flow/session.h"

/*
 * Finds the tip of the session's branch, as its options say, and sets base, remote and fetched.
 * `remote` names the remote; absent: git's configuration does. Errors: no_branch, no_commit, git,
 * and what remote_find and remote_fetch say.
 */
int base_find(struct session *s, struct slice remote, struct err *err);

/* The tip of the local branch of this name, if there is one. */
bool base_local(const struct session *s, struct oid *tip);

/*
 * The remote that the session's branch would be pushed to, had the session not been told to stay
 * with the local one (BASE_LOCAL), in its arena; absent: it was not, or there is none.
 */
struct slice base_unpushed(struct session *s);

/*
 * "origin/main, fetched 3 hours ago": what the session builds on, for messages; in its arena. `now`
 * as `fetched`.
 */
struct slice base_text(const struct session *s, long long now);

#endif

/*
 * remote_head.h - which branch of a remote is its default one, and which local branch follows it.
 */
#ifndef GCB_GIT_REMOTE_HEAD_H
#define GCB_GIT_REMOTE_HEAD_H

#include "git/remote.h"

/*
 * The default branch of the remote as this clone knows it (refs/remotes/REMOTE/HEAD), in `arena`;
 * absent: not known. `fetched`: only if that branch was fetched.
 */
struct slice remote_head(const struct remote *remote, bool fetched, struct arena *arena);

/*
 * Asks the remote for its default branch (git ls-remote --symref), and sets
 * refs/remotes/REMOTE/HEAD to it, as git fetch does, unless remote.NAME.followRemoteHEAD is
 * "never". Absent: it has none. Errors as remote_fetch.
 */
int remote_ask_head(const struct remote *remote, const struct remote_options *options,
		    struct arena *arena, struct slice *branch, struct err *err);

/*
 * The only fetched branch of the remote that is not below `except` ("gcpbackend"), in `arena`;
 * absent: there are none or several.
 */
struct slice remote_only_branch(const struct remote *remote, const char *except,
				struct arena *arena);

/* A branch of a remote that a local branch follows; texts in an arena, absent: it follows none. */
struct upstream {
	struct slice remote, branch;
};

/* What the local branch `name` follows (branch.NAME.remote, branch.NAME.merge). */
struct upstream branch_upstream(struct repo *r, const char *name, struct arena *arena);

/*
 * The local branch that follows a branch of a remote: the one that is checked out, if it does; else
 * the one of the same name, unless it follows another; else the first one in the configuration. In
 * `arena`; absent: there is none.
 */
struct slice branch_following(const struct remote *remote, const char *branch, struct arena *arena);

#endif

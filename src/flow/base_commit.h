/*
 * base_commit.h - the commit that a command reads, and that its commits are made on.
 */
#ifndef GCB_FLOW_BASE_COMMIT_H
#define GCB_FLOW_BASE_COMMIT_H

#include "flow/session.h"
#include "git/remote.h"

/* Texts are in the arena of the session. */
struct base_commit {
	struct session *session;
	struct oid id;
	struct slice branch;  /* the branch that it is the tip of; absent: none, HEAD is detached */
	struct remote remote; /* the remote whose branch it is; name absent: the local branch */
	long long fetched;    /* when that was fetched, in seconds since 1970; 0: not known */
	const struct err *unpublished; /* the error that the branch of HEAD is not on the remote, so
					  that the local one is read; NULL: it is */
};

/*
 * The tip of the branch that HEAD is on, or HEAD itself if it is detached. A branch that the remote
 * does not have is read locally, since the migrations may name another one. Errors: no_commit, git,
 * and those of remote_find and remote_fetch.
 */
int base_commit_of_head(struct session *s, struct base_commit *out, struct err *err);

/*
 * The tip of a branch, as the options of the session specify. `remote`: the name of its remote;
 * absent: the one that is configured. Errors: no_branch, no_commit, git, and those of remote_find
 * and remote_fetch.
 */
int base_commit_of_branch(struct session *s, struct slice branch, struct slice remote,
			  struct base_commit *out, struct err *err);

/* The tip of the local branch of the same name. False: there is none. */
bool base_commit_local_tip(const struct base_commit *base, struct oid *tip);

/* Does it come from the last fetch, so that the remote may have a newer one? */
bool base_commit_is_cached(const struct base_commit *base);

/*
 * The remote that the branch is to be pushed to later, since the session works with the local
 * branch only (BASE_LOCAL); absent: there is none, or what is committed is pushed at once.
 */
struct slice base_commit_unpushed(const struct base_commit *base);

/* "origin/main, fetched 3 hours ago", for messages. `now` as `fetched`. */
struct slice base_commit_text(const struct base_commit *base, long long now);

/* Does the commit contain the file? Errors: not_a_file, git. */
int base_commit_has_file(const struct base_commit *base, struct slice path, bool *has,
			 struct err *err);

#endif

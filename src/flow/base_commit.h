/*
 * base_commit.h - the commit that a command reads, and that its commits are made on.
 */
#ifndef GCB_FLOW_BASE_COMMIT_H
#define GCB_FLOW_BASE_COMMIT_H

#include "flow/session.h"
#include "git/remote.h"

/* The directory of the branches for review (stage_branch.h), which are nobody's base. */
#define STAGE_BRANCHES "gcpbackend"

/* Texts are in the arena of the session. */
struct base_commit {
	struct session *session;
	struct oid id;
	struct slice branch;  /* the branch that it is the tip of, by its name at the remote;
				 absent: none, HEAD is detached */
	struct slice local;   /* the local branch that follows it; absent: there is none */
	struct remote remote; /* the remote whose branch it is; name absent: the local branch */
	long long fetched;    /* when that was fetched, in seconds since 1970; 0: not known */
	const struct err *unpublished; /* the error that the branch of HEAD is not on the remote, so
					  that the local one is read; NULL: it is */
};

/*
 * The tip of the branch that the session specifies; else of the default branch of the remote: what
 * its HEAD is, as this clone knows it, or as the remote answers if it is fetched from anyway; else
 * the only branch there is; else what the branch that is checked out follows. Without a remote, the
 * branch that is checked out, or the only one there is; HEAD itself if it is detached and there are
 * several. A branch that the remote does not have is read locally, since the migrations may name
 * another one. Errors: no_commit, git, and those of remote_find and remote_fetch.
 */
int base_commit_default(struct session *s, struct base_commit *out, struct err *err);

/*
 * The tip of a branch, as the options of the session specify. `remote`: the name of its remote;
 * absent: the one that is configured. Errors: no_branch, no_commit, git, and those of remote_find
 * and remote_fetch.
 */
int base_commit_of_branch(struct session *s, struct slice branch, struct slice remote,
			  struct base_commit *out, struct err *err);

/*
 * The branch that is checked out in this working tree, if it is another one than the one that the
 * commit is on; absent: it is that one, or none is checked out.
 */
struct slice base_commit_other_checkout(const struct base_commit *base);

/* The tip of the local branch that follows it. False: there is none. */
bool base_commit_local_tip(const struct base_commit *base, struct oid *tip);

/* Has its remote a branch of this name, as far as it was fetched? */
bool base_commit_remote_has(const struct base_commit *base, struct slice branch);

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

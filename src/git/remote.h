/*
 * remote.h - another repository: which one, what is known of it, and fetching from it.
 *
 * Fetches, pushes (push.h) and the objects of partial clones (promisor.h) are the only network
 * access of src/git. The user's own git is run by its argument vector (base/process.h), so ssh
 * configuration, credential helpers, proxies, single sign-on, partial clones and pre-push hooks
 * work as configured. Unless `interactive` is set it never asks (GIT_TERMINAL_PROMPT=0, and ssh in
 * batch mode unless the user configured an ssh command); its messages are passed on with secrets in
 * URLs redacted. Names of remotes, branches and refs are checked before they are passed to git:
 * none can become an option or a refspec.
 */
#ifndef GCB_GIT_REMOTE_H
#define GCB_GIT_REMOTE_H

#include "base/arena.h"
#include "git/repo.h"

/* A remote of a repository; texts in the arena of remote_find. */
struct remote {
	struct repo *repo;
	struct slice name; /* "origin" */
	struct slice url;  /* for messages and web pages: no user, password, query or fragment */
};

/* How git is run. */
struct remote_options {
	bool interactive;   /* git may ask on the terminal, for a passphrase for example */
	int64_t timeout_ms; /* for each run of git; 0: five minutes */
	/*
	 * Takes each line of git's standard error while it runs, secrets redacted, fit for a
	 * terminal; NULL: dropped.
	 */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx;
};

/* Which remote is wanted. */
struct remote_query {
	const char *branch; /* the branch that belongs to it; NULL: not known */
	const char *name;   /* NULL: not specified */
};

/*
 * Finds a remote: the specified one; else branch.NAME.remote; else the only one; else "origin".
 * Returns 1 if the repository has no remote and none was specified ("." as branch.NAME.remote means
 * none). Errors: no_remote (it is not configured; with the existing names), git.
 */
int remote_find(struct repo *r, const struct remote_query *query, struct arena *arena,
		struct remote *out, struct err *err);

/*
 * The URL that pushes go to, if it is another one than that of fetches (remote.NAME.pushurl,
 * url.BASE.pushInsteadOf), in `arena`. It may contain credentials. Absent: the same. `*fetched`:
 * the other one.
 */
struct slice remote_push_url(const struct remote *remote, struct arena *arena,
			     struct slice *fetched);

/*
 * The branch of the remote as of the last fetch (refs/remotes/REMOTE/BRANCH), and when that was, in
 * seconds since 1970 (`when` NULL: not wanted; 0: not known). Returns 1 if it was never fetched.
 * Errors: no_branch, git.
 */
int remote_tip(const struct remote *remote, const char *branch, struct oid *tip, long long *when,
	       struct err *err);

/* A branch of a remote as of the last fetch. */
struct remote_branch {
	struct slice name; /* "gcpbackend/payments/10" */
	struct oid tip;
};

struct remote_branches {
	struct remote_branch *items;
	size_t n;
};

/*
 * The fetched branches of the remote below `under` ("gcpbackend"), sorted by name, in `arena`.
 * Errors: git.
 */
int remote_branches(const struct remote *remote, const char *under, struct arena *arena,
		    struct remote_branches *out, struct err *err);

/* True if the clone is shallow. */
bool remote_is_shallow(struct repo *r);

/*
 * Fetches the branch and sets refs/remotes/REMOTE/BRANCH to its tip; tags, submodules and other
 * branches are left alone, and garbage collection does not run. Works in shallow, partial,
 * single-branch and bare clones. Errors: no_branch (the remote has no such branch),
 * remote_unreachable, remote_denied (authentication or permission), timed_out, interrupted,
 * terminated, program_missing, remote (anything else, with git's message). After an error the ref
 * is unchanged, or, if git was ended, possibly updated.
 */
int remote_fetch(const struct remote *remote, const char *branch,
		 const struct remote_options *options, struct oid *tip, struct err *err);

/*
 * Fetches all branches below `under` ("gcpbackend"), and prunes those that no longer exist. It is
 * no error if there are none. Errors as remote_fetch.
 */
int remote_fetch_under(const struct remote *remote, const char *under,
		       const struct remote_options *options, struct err *err);

/*
 * Fetches `commits` more of the history of the branch into a shallow clone, or all of it if that is
 * 0 ("git fetch --unshallow"). Errors as remote_fetch.
 */
int remote_deepen(const struct remote *remote, const char *branch, unsigned commits,
		  const struct remote_options *options, struct err *err);

/*
 * Asks the remote itself for a ref (git ls-remote), for example after a push that was cut off.
 * Returns 0 and sets `*tip`, or 1 if the ref does not exist. Errors as remote_fetch.
 */
int remote_ask(const struct remote *remote, const char *ref, const struct remote_options *options,
	       struct oid *tip, struct err *err);

#endif

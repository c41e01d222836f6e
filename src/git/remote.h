/*
 * remote.h - what another repository has, by the user's own git program: fetch, deepen, push.
 *
 * Only here does src/git touch the network. git is run by its argument vector (base/process.h), so
 * that ssh configuration, credential helpers, proxies, single sign-on, partial clones and pre-push
 * hooks work as its user set them up. Where nobody can answer it never asks (GIT_TERMINAL_PROMPT=0,
 * and ssh in batch mode unless the user has said how ssh is to be run); its messages are relayed
 * with secrets of addresses taken out. Names of remotes, branches and refs are checked before git
 * sees them: none can become an option or a refspec.
 */
#ifndef GCB_GIT_REMOTE_H
#define GCB_GIT_REMOTE_H

#include "base/arena.h"
#include "git/repo.h"

/* A remote; texts in the arena of remote_find. */
struct remote {
	struct slice name;     /* "origin" */
	struct slice url;      /* where it is, for people and for the forge's pages: without user,
				  password, query and fragment */
	struct slice push_url; /* the same for pushes; mostly equal */
};

/* How git is run. */
struct remote_options {
	bool interactive;   /* somebody sits there and can answer for a passphrase */
	int64_t timeout_ms; /* for each run of git; 0: five minutes */
	/*
	 * Takes what git says while it runs, line by line, secrets taken out, fit for a terminal;
	 * NULL: nobody wants to know.
	 */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx;
};

/*
 * The remote that the branch `branch` belongs to: `name` if given (not NULL); else
 * branch.NAME.remote; else the only one there is; else "origin". Returns 1 when the repository has
 * no remote at all and none was named ("." as branch.NAME.remote counts as none). Errors: no_remote
 * (it is not configured; with the names there are), bad_name.
 */
int remote_find(struct repo *r, const char *branch, const char *name, struct arena *arena,
		struct remote *out, struct err *err);

/*
 * The remote's branch as it was last fetched (refs/remotes/REMOTE/BRANCH), and when, in seconds
 * since 1970, as far as git knows (the newest of FETCH_HEAD, the ref's reflog and its file; 0: not
 * known). Returns 1 when it was never fetched. Errors: git.
 */
int remote_tip(struct repo *r, const struct remote *remote, const char *branch, struct oid *tip,
	       long long *when, struct err *err);

/*
 * Fetches the branch and sets refs/remotes/REMOTE/BRANCH to its tip; tags, submodules and other
 * branches are left alone, and nothing is garbage-collected. Works in shallow, partial,
 * single-branch and bare clones. Errors: no_branch (the remote has none of this name),
 * remote_unreachable, remote_denied (who you are, or may do), timed_out, interrupted, terminated,
 * program_missing, remote (anything else, in git's words). After an error the ref is the old one,
 * or, when git was ended, the new one.
 */
int remote_fetch(struct repo *r, const struct remote *remote, const char *branch,
		 const struct remote_options *way, struct oid *tip, struct err *err);

/* A branch of a remote as it was fetched last. */
struct remote_branch {
	struct slice name; /* "gcpbackend/payments/10" */
	struct oid tip;
};

/*
 * Fetches all branches below the folder `under` ("gcpbackend"), and forgets those that are gone
 * there. None is no error. Errors as remote_fetch.
 */
int remote_fetch_under(struct repo *r, const struct remote *remote, const char *under,
		       const struct remote_options *way, struct err *err);

/*
 * Those that are known of the remote below the folder `under`, in the order of their names, in
 * `arena`. Errors: git.
 */
int remote_branches(struct repo *r, const struct remote *remote, const char *under,
		    struct arena *arena, struct remote_branch **out, size_t *n, struct err *err);

/*
 * From now on what a partial clone left out is fetched when it is wanted, from the remote that
 * promised it, as git does it. `way` must outlive the repository. In a clone that is whole:
 * nothing. Only from the thread that calls this. Errors: git.
 */
int remote_keep_promises(struct repo *r, const struct remote_options *way, struct err *err);

/* Is the clone shallow? */
bool remote_is_shallow(struct repo *r);

/*
 * Brings the whole history of the branch into a shallow clone ("git fetch --unshallow", or by
 * `commits` more when not 0). Errors as remote_fetch.
 */
int remote_deepen(struct repo *r, const struct remote *remote, const char *branch, unsigned commits,
		  const struct remote_options *way, struct err *err);

/* What became of one ref of a push. */
enum push_result {
	PUSH_UNTOLD, /* git did not say */
	PUSH_DONE,   /* it is where we want it, durably on the other side */
	PUSH_SAME,   /* it was there already */
	PUSH_RACED,  /* it is not where we expected it: somebody was faster */
	PUSH_REFUSED /* a hook or the protection of the branch said no: `why` */
};

/* One ref to be moved. */
struct push {
	const char *ref;          /* "refs/heads/main" */
	const struct oid *expect; /* where it must be now; NULL: it must not exist */
	const struct oid *to;     /* NULL: it goes */
	enum push_result result;  /* set by remote_push */
	struct slice
		why; /* of PUSH_RACED and PUSH_REFUSED: git's and the hook's words; in `arena` */
};

/*
 * Pushes all of them in one run of git, each by compare-and-swap (--force-with-lease=REF:OID),
 * nothing else, whatever push.* and remote.*.push say (push.followTags, mirror, recurseSubmodules
 * are overridden). `options`: push options (-o), for GitLab's merge requests; `n` of them is 0
 * mostly. Returns 0 when git told what became of every ref, whatever that was.
 * refs/remotes/REMOTE/... follow what was done. Errors, after which nothing is known but that git
 * may have moved some: remote_unreachable, remote_denied, timed_out, interrupted, terminated,
 * program_missing, remote.
 */
int remote_push(struct repo *r, const struct remote *remote, struct push *pushes, size_t n,
		const struct slices *options, const struct remote_options *way, struct arena *arena,
		struct err *err);

/*
 * Is it so by now? Asks the remote for the refs (git ls-remote), for what a push that was cut off
 * may have done. `*tip` and 0, or 1 when there is no such ref. Errors as remote_fetch.
 */
int remote_ask(struct repo *r, const struct remote *remote, const char *ref,
	       const struct remote_options *way, struct oid *tip, struct err *err);

#endif

/*
 * remote_internal.h - what the files about remotes share. Nobody else includes it.
 *
 *	remote.c     which remote, and what is known of it
 *	transport.c  git's program: fetch, deepen, ask
 *	push.c       git's program: push
 *	promise.c    git's program: objects that a partial clone left out
 */
#ifndef GCB_GIT_REMOTE_INTERNAL_H
#define GCB_GIT_REMOTE_INTERNAL_H

#include "base/process.h"
#include "git/internal.h"
#include "git/remote.h"

/*
 * remote.c: is this a branch's name, and none that git could take for an option or a refspec?
 * Error: no_branch.
 */
int remote_check_branch(const char *branch, struct err *err);

/* remote.c: appends "refs/remotes/REMOTE/BRANCH". */
void remote_tracking(const struct remote *remote, const char *branch, struct str *out);

/*
 * transport.c: runs git with these arguments, NULL-terminated, in the repository. 0: it ended,
 * `result->exit_code` says how. -1: it could not be run to its end.
 */
int git_run(struct repo *r, const struct remote_options *way, const char *const *args,
	    struct process_result *result, struct err *err);

/* transport.c: the same with this standard input. */
int git_feed(struct repo *r, const struct remote_options *way, const char *const *args,
	     struct slice input, struct process_result *result, struct err *err);

/*
 * transport.c: the error of a git that ended with another code than 0, told by its words. Always
 * -1.
 */
int git_said(const struct remote *remote, const char *what, const struct process_result *result,
	     struct err *err);

#endif

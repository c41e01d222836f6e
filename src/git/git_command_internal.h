/*
 * git_command_internal.h - runs the user's git.
 */
#ifndef GCB_GIT_GIT_COMMAND_INTERNAL_H
#define GCB_GIT_GIT_COMMAND_INTERNAL_H

#include "base/process.h"
#include "git/remote.h"

/* One run of git. */
struct git_command {
	const char *const *args; /* NULL-terminated */
	struct slice input;      /* standard input; empty: /dev/null */
	const struct remote_options *options;
};

/*
 * Runs git in the repository. 0: it ended, `result->exit_code` is its exit code. -1: it could not
 * be run to its end.
 */
int git_run(struct repo *r, const struct git_command *command, struct process_result *result,
	    struct err *err);

/* The line of git's messages that describes the error, as git wrote it, in `arena`. */
struct slice git_message(const struct process_result *result, struct arena *arena);

/*
 * Sets the error of a git that talked to a remote and ended with an exit code other than 0: "cannot
 * WHAT NAME (URL): message", with the code that the message implies. Always -1.
 */
int git_fail_remote(const struct remote *remote, const char *what,
		    const struct process_result *result, struct err *err);

#endif

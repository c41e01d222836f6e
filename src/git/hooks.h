/*
 * hooks.h - the hooks of a repository that `git commit` would run.
 *
 * Commits are made without an index and a working tree, which these hooks inspect, so hooks do not
 * run unless requested; the caller gets the names of those that were skipped.
 */
#ifndef GCB_GIT_HOOKS_H
#define GCB_GIT_HOOKS_H

#include "base/arena.h"
#include "base/change.h"
#include "git/repo.h"

/*
 * The names of the hooks that exist and are executable ("pre-commit", "commit-msg"), in the order
 * in which git runs them, in `arena`. core.hooksPath applies.
 */
struct slices hooks_of_commits(const struct repo *r, struct arena *arena);

/* True if hooks_run runs the hook of this name. */
bool hooks_runs(struct slice name);

/* How hooks are run. */
struct hooks_options {
	int64_t timeout_ms; /* of each; 0: five minutes */
	bool interactive;   /* a hook may ask on the terminal */
	/* Takes each line of a hook's output, fit for a terminal; NULL: dropped. */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx;
};

/* The commit that hooks check. */
struct hooks_commit {
	const struct oid *id; /* its objects are written, and no branch contains it yet */
	const struct changes *changes;
	struct slice message;
};

/*
 * Runs pre-commit and commit-msg, if they exist, as githooks(5) describes: in the top directory of
 * the working tree, with GIT_INDEX_FILE, GIT_EDITOR=":" and GIT_AUTHOR_*, and with GIT_DIR and
 * GIT_WORK_TREE if git would not find the repository from there. A hook without "#!" is a script
 * for sh. The index is a separate file that contains the tree of the commit; the user's is not
 * changed. `out` gets the message as commit-msg leaves it, cleaned up. The caller has made sure
 * that HEAD and the working tree are at the parent of the commit. Errors: hook_refused (also if
 * pre-commit changed the index or one of the changed files, or the message is empty after
 * commit-msg, or contains a NUL), io, git, timed_out, interrupted, terminated, program_*.
 */
int hooks_run(struct repo *r, const struct hooks_commit *commit,
	      const struct hooks_options *options, struct str *out, struct err *err);

#endif

/*
 * hooks.h - the hooks of a repository that `git commit` would run.
 *
 * Commits are made without index and working tree, which these hooks look at, so none of them is
 * run unless somebody wants it; who commits is told.
 */
#ifndef GCB_GIT_HOOKS_H
#define GCB_GIT_HOOKS_H

#include "base/arena.h"
#include "base/change.h"
#include "git/repo.h"

/*
 * The names of those that are there and may be executed ("pre-commit", "commit-msg"), in the order
 * in which git runs them, in `arena`. core.hooksPath counts.
 */
struct slices hooks_of_commits(const struct repo *r, struct arena *arena);

/* Is it one of those that hooks_run runs? */
bool hooks_runs(struct slice name);

/* How hooks are run. */
struct hooks_options {
	int64_t timeout_ms; /* of each; 0: five minutes */
	bool interactive;   /* somebody is there to be asked */
	/* Takes each line that a hook says, fit for a terminal; NULL: nobody listens. */
	void (*on_line)(void *ctx, struct slice line);
	void *ctx;
};

/*
 * Runs pre-commit and commit-msg, as far as they are there, for the commit `made`, whose objects
 * are written and which no branch has yet, as githooks(5) says: in the top of the working tree,
 * with GIT_INDEX_FILE, GIT_EDITOR=":" and GIT_AUTHOR_*, and with GIT_DIR and GIT_WORK_TREE where
 * git would not find the repository from there. A hook without "#!" is a script for sh. The index
 * is a file of its own that holds the tree of the commit; the user's is not touched. `text` is the
 * message; `out` gets it as commit-msg leaves it, without needless blanks. HEAD must be at
 * `parent`, and the working tree there: the caller has seen to it. Errors: hook_refused (also when
 * pre-commit changed the index or one of the changed files, or the message is empty after
 * commit-msg, or has a NUL), io, git, timed_out, interrupted, terminated, program_*.
 */
int hooks_run(struct repo *r, const struct oid *made, const struct change *changes, size_t n,
	      struct slice text, const struct hooks_options *way, struct str *out, struct err *err);

#endif

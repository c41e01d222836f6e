/*
 * hooks.h - the hooks of a repository that `git commit` would run.
 *
 * Commits are made without index and working tree, which these hooks look at, so none of them is run; who commits is told.
 */
#ifndef GCB_GIT_HOOKS_H
#define GCB_GIT_HOOKS_H

#include "git/repo.h"

/*
 * The names of those that are there and may be executed ("pre-commit", "commit-msg"), in the order in which git runs them, in `arena`.
 * core.hooksPath counts.
 */
struct slices hooks_of_commits(const struct repo *r, struct arena *arena);

#endif

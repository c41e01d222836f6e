/*
 * shallow_internal.h - follows the end of the history of a shallow clone, which a fetch moves.
 */
#ifndef GCB_GIT_SHALLOW_INTERNAL_H
#define GCB_GIT_SHALLOW_INTERNAL_H

#include "git/repo.h"

/*
 * Opens the repository anew if the list of the commits where its history ends has changed. libgit2
 * 1.7 and later read it when a repository is opened, and then report no parents for these commits.
 * Errors: no_repo, git, io.
 */
int shallow_follow(struct repo *r, struct err *err);

#endif

/*
 * identity_internal.h - author and committer.
 */
#ifndef GCB_GIT_IDENTITY_INTERNAL_H
#define GCB_GIT_IDENTITY_INTERNAL_H

#include "git/repo.h"

#include <git2.h>

enum role { ROLE_AUTHOR, ROLE_COMMITTER };

/*
 * "NAME <EMAIL> SECONDS ZONE" as `git commit` would write it, borrowed from the repository. The
 * first call asks git; after that the line, with its date, stays the same. Errors: identity (also
 * if git would have to guess), timed_out, program_missing, ...
 */
int identity_line(struct repo *r, enum role role, struct slice *out, struct err *err);

/* The same for libgit2; the caller frees it. */
int identity_signature(struct repo *r, enum role role, git_signature **out, struct err *err);

#endif

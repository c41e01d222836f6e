/*
 * permission_internal.h - who else may use the files of a repository (core.sharedRepository).
 */
#ifndef GCB_GIT_PERMISSION_INTERNAL_H
#define GCB_GIT_PERMISSION_INTERNAL_H

#include "git/repo.h"

/* The permission of a new file that would have `mode`, as core.sharedRepository sets it. */
unsigned permission_of(struct repo *r, unsigned mode);

/*
 * Gives a file or directory of the Git directory the permission that core.sharedRepository sets, as
 * git does (adjust_shared_perm). What is missing, or belongs to another user, is left as it is.
 */
void permission_share(struct repo *r, const char *path);

/* The same for a path, and the directories above it up to and without `top`. */
void permission_share_below(struct repo *r, const char *path, const char *top);

#endif

/*
 * checked_out_internal.h - whether a working tree has a branch checked out.
 */
#ifndef GCB_GIT_CHECKED_OUT_INTERNAL_H
#define GCB_GIT_CHECKED_OUT_INTERNAL_H

#include "git/repo.h"

/*
 * Sets `*here` if the branch is checked out in this working tree. Refuses one that is checked out
 * in another working tree, or that is being rebased: checked_out. Other errors: io, git.
 */
int branch_checked_out(struct repo *r, const char *branch, bool *here, struct err *err);

#endif

/*
 * remote_internal.h - names of remote branches.
 */
#ifndef GCB_GIT_REMOTE_INTERNAL_H
#define GCB_GIT_REMOTE_INTERNAL_H

#include "git/remote.h"

/*
 * Refuses what is not the name of a branch, or what git could take for an option or a refspec.
 * Error: no_branch.
 */
int remote_check_branch(const char *branch, struct err *err);

#endif

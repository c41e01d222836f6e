/*
 * hooks_internal.h - where hooks are.
 */
#ifndef GCB_GIT_HOOKS_INTERNAL_H
#define GCB_GIT_HOOKS_INTERNAL_H

#include "git/hooks.h"

/* Appends the path of a hook. True if it exists and is executable. */
bool hook_find(const struct repo *r, const char *name, struct str *path);

#endif

/*
 * config_internal.h - git's configuration, including what the environment sets.
 */
#ifndef GCB_GIT_CONFIG_INTERNAL_H
#define GCB_GIT_CONFIG_INTERNAL_H

#include "base/str.h"

#include <git2.h>

/*
 * Replaces the files of a configuration by those that GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM and
 * GIT_CONFIG_NOSYSTEM specify. Returns libgit2's error code, or 0.
 */
int config_follow_environment(git_config *config, git_repository *repo);

/*
 * Appends the value of a key; GIT_CONFIG_COUNT's list takes precedence. False: it is not set, or
 * empty.
 */
bool config_text(git_config *config, const char *key, struct str *out);

/* Appends a path of the configuration, with "~/" expanded. */
void config_add_path(struct slice path, struct str *out);

/* True if safe.directory contains this directory. */
bool config_trusts(const char *directory);

#endif

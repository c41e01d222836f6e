/*
 * path.h - paths of a repository: directories, and references from one file to another.
 *
 * A path has '/' between its names and none at its ends; the root is "".
 */
#ifndef GCB_GITOPS_PATH_H
#define GCB_GITOPS_PATH_H

#include "base/arena.h"

/* The directory of a path without a slash at its end; "" for the root. */
struct slice path_directory(struct slice path);

/* The last name of a path. */
struct slice path_base(struct slice path);

/* Is `path` the directory itself, or below it? Everything is below the root. */
bool path_below(struct slice path, struct slice directory);

/* `path` relative to `directory`; "" for the directory itself, absent if it is not below it. */
struct slice path_from(struct slice path, struct slice directory);

/*
 * The path that `relative` means in a file of `directory`: "." and ".." are resolved, empty names
 * dropped. Absent if it leads out of the repository, or is longer than a path may be. In `arena`.
 */
struct slice path_join(struct slice directory, struct slice relative, struct arena *arena);

#endif

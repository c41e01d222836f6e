/*
 * path.h - paths of a repository: folders, references between files, patterns.
 *
 * A path has '/' between its names and none at its ends; the root is "".
 */
#ifndef GCB_GITOPS_PATH_H
#define GCB_GITOPS_PATH_H

#include "base/arena.h"

/* The folder of a path without a slash at its end; "" for the root. */
struct slice path_folder(struct slice path);

/* The last name of a path. */
struct slice path_base(struct slice path);

/* Is `path` the folder itself, or below it? Everything is below the root. */
bool path_below(struct slice path, struct slice folder);

/* `path` as seen from `folder`; "" for the folder itself, absent when it does not lie below. */
struct slice path_from(struct slice path, struct slice folder);

/*
 * Where `relative`, as a file in `folder` says it, leads: "." and ".." are resolved, empty parts
 * dropped. Absent when it leads out of the repository, or is longer than a path may be. In `arena`.
 */
struct slice path_join(struct slice folder, struct slice relative, struct arena *arena);

/* The dialects of patterns: "?", "[a-z]" and "\" are common to them. */
enum glob_kind {
	GLOB_GO,    /* Go's path.Match: "*" stops at a slash, "[^a]" */
	GLOB_GOBWAS /* Argo CD's directory.include: "*" does not, "{a,b}", "[!a]" */
};

/*
 * Does the pattern match the whole text? `otherwise` is the answer where that cannot be told: the
 * pattern is broken, or takes more than a bounded number of steps.
 */
bool glob_match(enum glob_kind kind, struct slice pattern, struct slice text, bool otherwise);

#endif

/*
 * tree.h - the files of a commit's tree: search it, or read a single file.
 */
#ifndef GCB_GIT_TREE_H
#define GCB_GIT_TREE_H

#include "git/repo.h"

/*
 * One file of a tree. `bytes` are valid during the callback only.
 */
struct tree_file {
	struct slice path; /* from the root of the repository */
	unsigned mode;     /* 0100644, 0100755, 0120000 (symlink), 0160000 (submodule) */
	struct oid id;
	struct slice bytes; /* of regular files no larger than `max`; absent for others */
	size_t size;        /* of the blob, also when `bytes` is absent */
};

/* Which files of a tree are wanted, and what receives them. All callbacks get `ctx`. */
struct tree_query {
	/* The directory or file; NULL, "" or ".": all; "./" in front and "/" behind are ignored. */
	const char *under;
	/* True if the file is wanted; NULL: all are. */
	bool (*name_wanted)(struct slice path, void *ctx);
	/* True if the directory is to be searched; NULL: all are. */
	bool (*directory_wanted)(struct slice path, void *ctx);
	/*
	 * True if a file with these bytes is wanted; NULL: all are. Called by several threads at
	 * once, so it may only read. Files without bytes are always reported.
	 */
	bool (*bytes_wanted)(struct slice path, struct slice bytes, void *ctx);
	size_t max; /* larger files are not read */
	/* Receives a file. A result other than 0 ends the search; -1 means that it set `err`. */
	int (*file)(const struct tree_file *file, void *ctx, struct err *err);
	void *ctx;
};

/*
 * Calls `file` of the query for every wanted file of the commit's tree, in the order of the paths.
 * Regular files of at most `max` bytes are read by as many threads as there are processors; `file`
 * and `name_wanted` are called by the caller's thread only. Returns what `file` returned if that
 * ended the search. It is no error if the directory does not exist.
 */
int tree_search(struct repo *r, const struct oid *commit, const struct tree_query *query,
		struct err *err);

/* A path in a commit, and how many bytes of it are read at most. */
struct commit_path {
	const struct oid *commit;
	const char *path;
	size_t max;
};

/*
 * Finds an entry that is not a directory: `out` as tree_search reports it, path and bytes in
 * `arena`. Returns 0, 1 if it does not exist, or -1. Error: git.
 */
int tree_find(struct repo *r, const struct commit_path *at, struct arena *arena,
	      struct tree_file *out, struct err *err);

/*
 * Reads a file: appends its bytes to `out` and sets `*mode` (NULL: not wanted). Returns 0, 1 if the
 * file does not exist (`*out` is unchanged), or -1. Errors: not_a_file (a symlink, directory or
 * submodule), too_large, git.
 */
int tree_read(struct repo *r, const struct commit_path *at, struct str *out, unsigned *mode,
	      struct err *err);

#endif

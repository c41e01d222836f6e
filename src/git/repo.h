/*
 * repo.h - a Git repository: where it is, which commit a command builds on, what a commit's tree
 * holds.
 *
 * Reading needs no working tree and no index: blobs and trees come from the object database. Works
 * in bare repositories, linked worktrees, and from any folder inside a working tree. No network.
 * Only files of src/git include libgit2.
 */
#ifndef GCB_GIT_REPO_H
#define GCB_GIT_REPO_H

#include "base/arena.h"
#include "base/change.h"
#include "base/err.h"
#include "base/str.h"

struct repo;

/* An object name, 20 bytes of SHA-1 as libgit2 has it. */
struct oid {
	unsigned char id[20];
};

/* Are they the same object? */
bool oid_eq(const struct oid *a, const struct oid *b);

/* Writes the 40 hexadecimal digits and a NUL. */
void oid_text(const struct oid *id, char out[41]);

/*
 * Opens the repository that holds the folder `dir`, searching upwards; NULL: the current folder
 * (GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE count, as for git). GIT_CONFIG_GLOBAL,
 * GIT_CONFIG_SYSTEM and GIT_CONFIG_NOSYSTEM count in any case. The caller frees
 * `*out` with repo_close. Errors: no_repo (also a SHA-256 repository, or an owner that git would
 * not trust and safe.directory does not name, with the remedy), git.
 */
int repo_open(struct repo **out, const char *dir, struct err *err);

/* Frees it. NULL is fine. */
void repo_close(struct repo *r);

/* Frees a repository when the variable goes out of scope. */
#define AUTO_REPO __attribute__((cleanup(repo_auto_)))
void repo_auto_(struct repo **r);

/* The working tree's folder with a slash at its end, borrowed; NULL for a bare repository. */
const char *repo_workdir(const struct repo *r);

/* The folder to name in messages: the working tree, else the git folder. Borrowed. */
const char *repo_where(const struct repo *r);

/*
 * The branch HEAD is on ("main"), appended to `out`. Errors: detached, no_commit (HEAD points to a
 * branch that has no commit yet).
 */
int repo_head_branch(struct repo *r, struct str *out, struct err *err);

/*
 * The addresses of the remotes (64 at most), as the configuration has them: they may hold
 * credentials, and are not to be printed. In `arena`.
 */
struct slices repo_remote_urls(struct repo *r, struct arena *arena);

/*
 * The commit at the tip of the local branch `name`. Errors: no_branch (with origin's, or the
 * nearest name), no_commit, git.
 */
int repo_branch_tip(struct repo *r, const char *name, struct oid *out, struct err *err);

/* Does the local branch exist? */
bool repo_has_branch(struct repo *r, const char *name);

/* Any revision that git knows ("HEAD~2", a hash, a tag) as a commit. Errors: no_branch. */
int repo_resolve(struct repo *r, const char *revision, struct oid *out, struct err *err);

/* What a commit says of itself; texts in `arena`. `time` is the committer's, seconds since 1970. */
struct commit_info {
	struct oid id, parent, tree; /* first parent; all zero: none */
	unsigned parents;            /* how many there are */
	struct slice author, email, summary, message;
	long long time;
};
int repo_commit_info(struct repo *r, const struct oid *commit, struct arena *arena,
		     struct commit_info *out, struct err *err);

/*
 * One file of a tree. `bytes` are valid during the callback only, or as long as the caller keeps a
 * copy.
 */
struct tree_file {
	struct slice path; /* from the root of the repository */
	unsigned mode;     /* 0100644, 0100755, 0120000 (symlink), 0160000 (submodule) */
	struct oid id;
	struct slice bytes; /* of regular files no larger than `max`; absent for others */
	size_t size;        /* of the blob, also when `bytes` is absent */
};

/* Which files of a tree are wanted; all callbacks of a search get the same context. */
struct tree_query {
	const char *under; /* the folder, or the file: "" or ".": all; "./" before and "/" behind it
			      are fine */
	bool (*name_wanted)(struct slice path, void *ctx); /* NULL: all */
	bool (*folder_wanted)(struct slice path,
			      void *ctx); /* is the folder to be looked into? NULL: all are */
	/*
	 * Is a file of interest that holds these bytes? NULL: all are. Called by several threads at
	 * once, so it may only read. Files that are not are not told; those without bytes are,
	 * without asking.
	 */
	bool (*bytes_wanted)(struct slice path, struct slice bytes, void *ctx);
	size_t max; /* larger files are not read */
};

/*
 * Calls `file` for every file of the commit's tree that is wanted, in the order of the paths,
 * reading regular files of at most `max` bytes by as many threads as there are processors; `file`
 * and `name_wanted` are called by the caller's thread only. A callback that returns non-zero ends
 * the search, which returns that value; -1 means that it set `err`. A folder that does not exist is
 * no error: nothing is called.
 */
int tree_search(struct repo *r, const struct oid *commit, const struct tree_query *query,
		int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx,
		struct err *err);

/* The same for all files under `under` whose name is wanted. */
int tree_each(struct repo *r, const struct oid *commit, const char *under,
	      bool (*name_wanted)(struct slice path, void *ctx), size_t max,
	      int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx,
	      struct err *err);

/*
 * Finds one entry of a commit's tree that is no folder: `out` as tree_search tells of it, path and
 * bytes in `arena`. Returns 0, 1 when there is none, or -1. Error: git.
 */
int tree_find(struct repo *r, const struct oid *commit, const char *path, size_t max,
	      struct arena *arena, struct tree_file *out, struct err *err);

/*
 * Reads one file of a commit: appends its bytes to `out`. Returns 0, 1 when there is no such file
 * (`*out` untouched), or -1. Errors: not_a_file (a symlink, folder or submodule), too_large past
 * `max` bytes, git.
 */
int tree_read(struct repo *r, const struct oid *commit, const char *path, size_t max,
	      struct str *out, unsigned *mode, struct err *err);

/*
 * Is the commit `old` one of those that `tip` is built on, or `tip` itself? False, too, where that
 * cannot be seen.
 */
bool commit_is_in(struct repo *r, const struct oid *old, const struct oid *tip);

/*
 * The changes from the commit `from` to a later one, bytes in `arena`. Returns 0, or 1 when there
 * is no such list: `from` is no ancestor, there are more than 10,000 files, or something else than
 * regular files with their mode has changed. Errors: git.
 */
int commits_between(struct repo *r, const struct oid *from, const struct oid *to,
		    struct arena *arena, struct changes *out, struct err *err);

#endif

/*
 * repo.h - a Git repository: where it is, its branches and revisions.
 *
 * Reading needs no working tree and no index: blobs and trees come from the object database. Works
 * in bare repositories, linked worktrees, and from any directory inside a working tree. No network.
 * Only files of src/git include libgit2.
 */
#ifndef GCB_GIT_REPO_H
#define GCB_GIT_REPO_H

#include "base/arena.h"
#include "base/err.h"
#include "git/oid.h"

struct repo;

/*
 * Opens the repository that contains the directory `dir`, searching upwards; NULL: the current
 * directory, where GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE apply as for git. GIT_CONFIG_GLOBAL,
 * GIT_CONFIG_SYSTEM and GIT_CONFIG_NOSYSTEM always apply. The caller frees `*out` with repo_close.
 * Errors: no_repo (also for a SHA-256 repository, or an owner that git would not trust and
 * safe.directory does not list, with the remedy), git.
 */
int repo_open(struct repo **out, const char *dir, struct err *err);

/* Frees it. NULL is fine. */
void repo_close(struct repo *r);

/* Frees a repository when the variable goes out of scope. */
#define AUTO_REPO __attribute__((cleanup(repo_auto_)))
void repo_auto_(struct repo **r);

/* The directory of the working tree with a slash at its end, borrowed; NULL if bare. */
const char *repo_workdir(const struct repo *r);

/* The directory for messages: the working tree, else the Git directory. Borrowed. */
const char *repo_where(const struct repo *r);

/*
 * Appends the branch HEAD is on ("main") to `out`. Errors: detached, no_commit (HEAD points to a
 * branch that has no commit yet).
 */
int repo_head_branch(struct repo *r, struct str *out, struct err *err);

/*
 * The URLs of the remotes (64 at most) as configured, in `arena`: they may contain credentials and
 * must not be printed.
 */
struct slices repo_remote_urls(struct repo *r, struct arena *arena);

/*
 * The commit at the tip of the local branch `name`. Errors: no_branch (with origin's branch or the
 * most similar name as the remedy), no_commit, git.
 */
int repo_branch_tip(struct repo *r, const char *name, struct oid *out, struct err *err);

/*
 * The only local branch that is not below `except` ("gcpbackend"), in `arena`; absent: there are
 * none or several.
 */
struct slice repo_only_branch(struct repo *r, const char *except, struct arena *arena);

/* True if the local branch exists. */
bool repo_has_branch(struct repo *r, const char *name);

/* Resolves a revision ("HEAD~2", a hash, a tag) to a commit. Errors: no_branch. */
int repo_resolve(struct repo *r, const char *revision, struct oid *out, struct err *err);

#endif

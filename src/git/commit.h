/*
 * commit.h - changes become a commit; a branch moves; the checked-out files follow.
 *
 * Calling order of a commit on a branch:
 *
 *	commits_write      objects only: moves nothing, can be repeated
 *	branch_lock        compare: from here on nobody else moves the branch
 *	worktree_prepare   refuses when a file that would change is dirty; says what has to be
 *written worktree_files     the working tree's files get the new bytes, each by rename
 *	worktree_index     their index entries too
 *	branch_finish      swap: the ref, with a reflog line
 *
 * The ref comes last. Killed before it, the working tree holds, and the index stages, just what was
 *wanted: `git status` shows it, and the next run takes it as clean and finishes the work. The other
 *way round a kill after the ref would leave an index, or files, of the commit before, and the
 *user's next commit would silently revert the stage. The lock is git's own (refs/heads/NAME.lock),
 *so two processes never write the same files, and a process that loses has written none.
 */
#ifndef GCB_GIT_COMMIT_H
#define GCB_GIT_COMMIT_H

#include "base/change.h"
#include "git/repo.h"

/*
 * Commits in a row, each on the one before, written together. `commits_new` begins on `parent`;
 * freed with commits_free, NULL is fine. Error: git.
 */
struct commits;
int commits_new(struct commits **out, struct repo *r, const struct oid *parent, struct err *err);
void commits_free(struct commits *c);

/*
 * Adds a commit with these changes, whose bytes must outlive `c`, and gives its name; nothing is
 * written yet. Only trees on the way to a changed file are made anew. Author and committer as git
 * has them: GIT_AUTHOR_NAME/EMAIL/DATE, GIT_COMMITTER_*, else user.name and user.email (also
 * author.* and committer.*). `message` is used as it is, with one line feed at its end. Signed when
 * commit.gpgSign says so, by the user's programs. After an error `c` can only be freed: identity,
 * signing, unsafe_path (empty names, ".", "..", ".git" in any spelling, absolute), not_a_file, git.
 */
int commits_add(struct commits *c, const struct change *changes, size_t n, const char *message,
		struct oid *out, struct err *err);

/*
 * Writes all objects, many of them as one pack. Everything is durable before 0 is returned. Error:
 * git.
 */
int commits_write(struct commits *c, struct err *err);

/* All three for a single commit. */
int commit_write(struct repo *r, const struct oid *parent, const struct change *changes, size_t n,
		 const char *message, struct oid *out, struct err *err);

/*
 * The name of the tree that such a commit would have; nothing is written. Errors: unsafe_path, git.
 */
int commit_tree_with(struct repo *r, const struct oid *parent, const struct change *changes,
		     size_t n, struct oid *tree, struct err *err);

struct worktree_plan;

/*
 * When the branch `name` is checked out in this working tree: checks each changed file there. Clean
 * is: file and index entry equal `before` (or both are missing), or already hold `after`. Git's
 * filters (line ends) are taken into account. `*out` is NULL when the branch is not checked out
 * here (also in a bare repository, and where there is no index yet), else freed with worktree_free.
 * It keeps pointers into `changes`. Errors: dirty (names the first file), checked_out (another
 * worktree has the branch, or it is being rebased), busy (the index is locked), unsafe_path (a
 * symlink stands where a folder is needed), io, git.
 */
int worktree_prepare(struct repo *r, const char *branch, const struct change *changes, size_t n,
		     struct worktree_plan **out, struct err *err);

/*
 * Has somebody begun to write these changes, and not come to the end: does a file hold the wanted
 * bytes, or the index, or lies a half-written file beside one? NULL: no.
 */
bool worktree_begun(const struct worktree_plan *plan);

/* Writes, or removes, the files of the working tree. NULL is fine. Errors: io, git. */
int worktree_files(struct worktree_plan *plan, struct err *err);

/*
 * Puts the files back that worktree_files wrote, when not all could be written, or the index cannot
 * be. Only under the lock. NULL is fine. Goes on after an error, of which the last is told: io,
 * git.
 */
int worktree_restore(struct worktree_plan *plan, struct err *err);

/*
 * Brings the index entries of the changed files up to date. Before 0 is returned, the disk has
 * files and index: after a power failure, too, the ref never is ahead of them. NULL is fine.
 * Errors: git, busy, io.
 */
int worktree_index(struct worktree_plan *plan, struct err *err);

/* Frees it. NULL is fine. */
void worktree_free(struct worktree_plan *plan);

struct branch_lock;

/*
 * Locks the local branch `name`, which must be at `expect`. Freed by branch_finish, or by
 * branch_unlock, which lets it stay where it is. A lock that somebody has is waited for, for
 * core.filesRefLockTimeout (100 ms by default), as git does. Errors: moved, busy (the lock file is
 * there: its path, and how to remove it), no_branch, git.
 */
int branch_lock(struct repo *r, const char *name, const struct oid *expect,
		struct branch_lock **out, struct err *err);

/*
 * Moves the locked branch to `to` with the reflog message `why`, and frees the lock in any case.
 * Errors: git.
 */
int branch_finish(struct branch_lock *lock, const struct oid *to, const char *why, struct err *err);

/* Gives the lock up. NULL is fine. */
void branch_unlock(struct branch_lock *lock);

/*
 * Refuses a branch that some working tree is on, this one too: the tree's files would stay behind
 * when it moves, and the next commit there take the move back. Errors: checked_out, io.
 */
int branch_check_unused(struct repo *r, const char *name, struct err *err);

/*
 * Moves the local branch `name` from `expect` to `to` with the reflog message `why`. `expect` NULL:
 * the branch must not exist yet. Errors: moved (it is somewhere else by now), busy (a lock file is
 * in the way: its path, and how to remove it), git.
 */
int branch_move(struct repo *r, const char *name, const struct oid *expect, const struct oid *to,
		const char *why, struct err *err);

#endif

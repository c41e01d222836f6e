/*
 * branch.h - local branches move, by compare-and-swap and with a reflog entry.
 */
#ifndef GCB_GIT_BRANCH_H
#define GCB_GIT_BRANCH_H

#include "git/repo.h"

struct branch_lock;

/*
 * Locks the local branch `name`, which must be at `expect`. Freed by branch_finish, or by
 * branch_unlock, which leaves the branch where it is. If another process holds the lock, waits for
 * core.filesRefLockTimeout (100 ms by default), as git does. Errors: moved, busy (with the path of
 * the lock file and how to remove it), no_branch, identity, git.
 */
int branch_lock(struct repo *r, const char *name, const struct oid *expect,
		struct branch_lock **out, struct err *err);

/*
 * Moves the locked branch to `to` with the reflog message `why`, and frees the lock in any case.
 * Errors: git.
 */
int branch_finish(struct branch_lock *lock, const struct oid *to, const char *why, struct err *err);

/* Releases the lock. NULL is fine. */
void branch_unlock(struct branch_lock *lock);

/*
 * Refuses a branch that is checked out in any working tree, including this one: its files would
 * stay behind when the branch moves, and the next commit there would revert the move. Errors:
 * checked_out, io.
 */
int branch_check_unused(struct repo *r, const char *name, struct err *err);

/* A move of a local branch. */
struct branch_move {
	const char *name;
	const struct oid *expect; /* where it must be now; NULL: it must not exist */
	const struct oid *to;
	const char *why; /* the reflog message */
};

/*
 * Moves a branch. Errors: moved (it is not at `expect`), busy (with the path of the lock file and
 * how to remove it), no_branch, identity, git.
 */
int branch_move(struct repo *r, const struct branch_move *move, struct err *err);

#endif

/*
 * stage_history.h - whether commits of a history with merges have put a migration on hold.
 *
 * The rule is that of baseline.h, for whole commits: the newest change of the stage decides. With
 * merges there may be several newest ones, none of which is an ancestor of another; each of them
 * must have raised the stage or written a hold. A merge changes the stage only if its routes are at
 * other levels than those of each of its parents, or if it dropped a change of one of them and with
 * it a higher stage. In the same way, the newest change of spec.hold
 * must have removed it, if the migration has none: a merge, or a file that was deleted and added
 * again, does not end a hold.
 */
#ifndef GCB_PLAN_STAGE_HISTORY_H
#define GCB_PLAN_STAGE_HISTORY_H

#include "plan/baseline.h"
#include "plan/route_levels.h"

/* What a commit contains of a migration. */
struct stage_state {
	struct route_levels levels;
	bool exists;       /* the migration file */
	struct slice hold; /* absent: none */
};

struct stage_commit {
	const size_t *parents; /* indices; those that are not less than `n` are not known */
	size_t nparents;
	bool changed; /* a file of the migration differs from the first parent; of a merge that was
			 not walked along: from each parent */
};

struct stage_history {
	const struct stage_commit *commits; /* the first one is the current commit */
	size_t n;
	/* Reads the state of a commit; valid as long as the history. */
	const struct stage_state *(*state)(size_t commit, void *ctx);
	void *ctx;
};

/* The commits that the result is about; not less than `n`: none. */
struct stage_verdict {
	enum hold_kind kind;
	size_t commit;             /* that put the migration on hold; of HOLD_LOST: that wrote it */
	size_t breach, held_since; /* the commit that raised the stage of a held migration, and the
				      one that put it on hold */
};

/* Judges a history of at least one commit. */
struct stage_verdict stage_history_judge(const struct stage_history *history);

#endif

/*
 * replan.h - a plan once more, on the branch as others have moved it.
 */
#ifndef GCB_FLOW_REPLAN_H
#define GCB_FLOW_REPLAN_H

#include "flow/gather.h"
#include "flow/publication.h"

/* The chain of values that a new try is made of. Zeros: nothing. */
struct replan {
	struct session *session;
	struct fleet fleet;
	struct evidence evidence;
	struct plan plan;
	size_t *rows; /* the row of each step in the first publication */
	size_t n;     /* steps; 0: nothing is left to do */
	bool own_branch;
};

/*
 * `own_branch`: each step is to be committed on a branch of its own.
 *
 * Fetches the branch and plans the pending steps of `rows` on its new tip, with the same intents
 * and stages. A step that is refused there, or that is no longer what was shown
 * (plan/step_compare.h), is refused in its row; one that has nothing left to do existed. Freed
 * with replan_release, in any
 * case. Errors: those of fleet_open, gather_evidence and plan_intents.
 */
int replan_make(const struct fleet *first, struct publication *rows, bool own_branch,
		struct replan *out, struct err *err);

/* Frees what it owns. */
void replan_release(struct replan *r);

#endif

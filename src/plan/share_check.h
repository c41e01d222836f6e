/*
 * share_check.h - whether edited manifests divide the requests as their stage should.
 *
 * A statement of the goal that knows nothing of how the edits are made (istio/goal.h): it reads the
 * VirtualServices before and after, and compares the shares as Istio computes them. In each route,
 *
 *	- every other destination has the share that it had,
 *	- the old and the new destinations together have the share that they had,
 *	- the new host has its percentage of that, within the rounding of whole numbers; on the way
 *	  down at most that, and never more than it had,
 *	- several old destinations divide the rest as at the baseline, if it is known and has the
 *same ones.
 */
#ifndef GCB_PLAN_SHARE_CHECK_H
#define GCB_PLAN_SHARE_CHECK_H

#include "plan/step.h"

/* A manifest before and after a step. */
struct share_change {
	const struct step *step;
	const struct yaml_file *before, *after;
	struct baselines *baselines;
};

/* Compares the shares. Error: shares_wrong, which names the first route that has others. */
int share_check(const struct share_change *change, struct err *err);

#endif

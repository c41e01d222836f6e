/*
 * rollback_check.h - whether each step of a draft can be rolled back.
 */
#ifndef GCB_PLAN_ROLLBACK_CHECK_H
#define GCB_PLAN_ROLLBACK_CHECK_H

#include "plan/draft.h"

/*
 * Plans the rollback to the start of all steps that go up (step_needs_rollback), on the new bytes
 * of the draft and with the history that its commit makes. The rollback must not be refused, also
 * not because of the shares that it would give (share_check.h). `in` is what the draft was made of;
 * nothing is read.
 *
 * Adds to `barred`, a list for each step, why a step cannot be rolled back (error no_way_back), and
 * returns true if it added any. With --adopt, which gives up the baseline, a step gets the warning
 * never_a_way_back instead.
 */
bool rollback_check(struct draft *draft, const struct plan_inputs *in, struct findings *barred);

#endif

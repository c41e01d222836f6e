/*
 * rollback_check.h - whether each step of a draft can be rolled back.
 */
#ifndef GCB_PLAN_ROLLBACK_CHECK_H
#define GCB_PLAN_ROLLBACK_CHECK_H

#include "plan/draft.h"

/*
 * Plans the rollback to the start of all steps that go up (step_needs_rollback), on the new bytes
 * of the draft and with the history that its commit makes. The rollback must not be refused, and
 * each manifest must then be what it is without the migration: its baseline, or the result of the
 * current way to the start. `in` is what the draft was made of; nothing is read.
 *
 * Adds to `barred`, a list for each step, why a step cannot be rolled back (error no_way_back), and
 * returns true if it added any. With --adopt, a step that cannot be rolled back today either gets
 * the warning never_a_way_back instead.
 */
bool rollback_check(struct draft *draft, const struct plan_inputs *in, struct findings *barred);

#endif

/*
 * rollback_check.h - is there a way back from where a plan leads? A part of plan.
 */
#ifndef GCB_PLAN_ROLLBACK_CHECK_H
#define GCB_PLAN_ROLLBACK_CHECK_H

#include "base/finding.h"
#include "plan/plan.h"

/*
 * Plans the rollback to the start of all steps that go up, on the new bytes of the plan and with
 * the history that their commit makes. It must not be refused, and each manifest must say after it
 * what it says without the migration today: the bytes of the baseline, or those that the way to the
 * start gives today. Nothing is read; `in` is what the plan was made of. Adds to `barred` (a list a
 * step) why a step has no way back, error no_way_back. Were any added? Steps that nobody commits
 * (intent.survey) are not looked at. Where today's proportions are adopted, and there is no way
 * back today, the step only gets the warning never_a_way_back.
 */
bool rollback_check(struct plan *plan, const struct plan_inputs *in, struct findings *barred);

/* Does rollback_check look at the step, if it changes something? */
bool rollback_check_covers(const struct step *step);

#endif

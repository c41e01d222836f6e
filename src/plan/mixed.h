/*
 * mixed.h - routes that are at no stage together: how far they are, and which one to name. A part
 * of plan.
 */
#ifndef GCB_PLAN_MIXED_H
#define GCB_PLAN_MIXED_H

#include "base/finding.h"
#include "plan/scope.h"

/* How far the furthest route is: what counts as the present stage of a mixed migration. */
struct stage mixed_highest(const struct scope *scope);

/*
 * Adds the finding: the route that is off the plan, or not where the first one is, and who changed
 * its file last.
 */
void mixed_note(const struct scope *scope, const struct migration *m,
		const struct baselines *baselines, struct findings *findings);

#endif

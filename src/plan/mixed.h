/*
 * mixed.h - routes that are not all at the same stage: how far they are, and which one differs.
 */
#ifndef GCB_PLAN_MIXED_H
#define GCB_PLAN_MIXED_H

#include "base/finding.h"
#include "plan/scope.h"

/* The stage of the most advanced route, which is the current stage of a mixed migration. */
struct stage mixed_highest(const struct scope *scope);

/*
 * Adds a finding about the route that is at no stage, or at another one than the first route, and
 * about the last change of its file.
 */
void mixed_note(const struct scope *scope, const struct migration *m,
		const struct baselines *baselines, struct findings *findings);

#endif

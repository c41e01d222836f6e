/*
 * step_rules.h - the rules about the objects around the VirtualServices (istio/rules.h), for each
 * environment with the objects that count for it (inventory/surroundings.h).
 */
#ifndef GCB_PLAN_STEP_RULES_H
#define GCB_PLAN_STEP_RULES_H

#include "plan/step_work.h"

/*
 * Runs the rules on the way to the stage `to`, and marks the findings that the migration allows.
 * Findings about several environments are added once.
 */
void step_rules_check(const struct step_work *w, struct stage to);

#endif

/*
 * step_rules.h - the rules about the objects around the VirtualServices (istio/rules.h), for each
 * environment with what it applies.
 *
 * An object counts for the VirtualServices of an environment E if E applies it, or another
 * environment of the same cluster. Environments that apply the same VirtualService as E, or a copy
 * of it, are other clusters, whatever their destinations are called. Objects that no environment
 * applies count where nothing but kustomizations is known: what applies these may apply the others.
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

/*
 * step_carried.h - objects around a migration that name one of its hosts only as an environment
 * applies them, by a patch, a replacement or a variable (inventory/carried.h).
 */
#ifndef GCB_PLAN_STEP_CARRIED_H
#define GCB_PLAN_STEP_CARRIED_H

#include "inventory/surroundings.h"
#include "plan/step_work.h"

/* Adds these objects to w->around. Needs w->builds; without, there are none. */
void step_carried_add(struct step_work *w);

/*
 * Adds a finding if it is not known what an object becomes where it is applied, or if it is a
 * VirtualService of another environment than `e` that routes to the old host only there; those of
 * `e` are reported by step_builds_note_unknown.
 */
void step_carried_note(const struct step_work *w, const struct applied *a,
		       const struct environment *e, struct findings *findings);

#endif

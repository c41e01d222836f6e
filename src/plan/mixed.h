/*
 * mixed.h - routes that are not all at the same stage: how far they are, and which one differs.
 */
#ifndef GCB_PLAN_MIXED_H
#define GCB_PLAN_MIXED_H

#include "plan/step_work.h"

/* The stage of the most advanced route, which is the current stage of a mixed migration. */
struct stage mixed_highest(const struct scope *scope);

/*
 * Adds the finding why the migration is at no stage: a route whose share is that of no stage, else
 * one that differs from the first route, what it sends where, and the last change of its file.
 */
void mixed_note(const struct step_work *w);

/*
 * Adds a finding for each route that is new since the baseline and still at the start, and for each
 * generated copy that is stale: they do not make the migration mixed, and the next stage moves the
 * one and refreshes or removes the other.
 */
void mixed_note_edited(const struct step_work *w);

#endif

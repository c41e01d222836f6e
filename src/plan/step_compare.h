/*
 * step_compare.h - whether a step that is planned again still does what was shown and confirmed.
 */
#ifndef GCB_PLAN_STEP_COMPARE_H
#define GCB_PLAN_STEP_COMPARE_H

#include "plan/step.h"

/*
 * What differs between a step and the same step on a newer commit, for a message, in `arena`:
 * fields of the migration file, the hold, the stage, the files, the environments or the shares.
 * Absent: nothing. `environments`: those of the files of `shown` (environments_names), since what
 * it points to may no longer exist. A rollback is compared by what decides where it leads and what
 * it changes; the stage, the hold and the shares that it starts from do not matter.
 */
struct slice step_difference(const struct step *shown, const struct slices *environments,
			     const struct step *now, struct arena *arena);

/*
 * True if the only difference is that the hold has changed, so that a step without anything left to
 * do was done by another process.
 */
bool step_differs_in_hold_only(const struct step *shown, const struct step *now);

#endif

/*
 * step_finalize.h - the end of a migration, where no route goes to the old host, and the way back
 * from there.
 */
#ifndef GCB_PLAN_STEP_FINALIZE_H
#define GCB_PLAN_STEP_FINALIZE_H

#include "plan/step_work.h"

/* Refuses the step unless the migration may be finalized from its current stage. */
int finalize_check_stage(const struct step_work *w);

/* Adds an error for each finding about traffic that still goes to the old host. */
void finalize_check_traffic(const struct step_work *w);

/*
 * Makes the targets of a step back from the end, which restores the old destinations. Refuses the
 * step if they cannot be restored exactly.
 */
int finalize_undo(const struct step_work *w);

#endif

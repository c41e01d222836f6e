/*
 * step_restore.h - the bytes that a file had in the past, from its baseline.
 */
#ifndef GCB_PLAN_STEP_RESTORE_H
#define GCB_PLAN_STEP_RESTORE_H

#include "plan/step_work.h"

/*
 * Appends to `out` the bytes that `from` has at a stage. `baseline`: that of `from`, if `from` is
 * already moved; else NULL. False: they cannot be made.
 */
bool step_render_stage(const struct step_work *w, const struct yaml_file *from,
		       const struct yaml_file *baseline, struct stage stage, struct str *out);

/*
 * Sets t->restore to the baseline of the file, provided that the baseline at the current stage has
 * exactly the current bytes.
 */
void step_restore(const struct step_work *w, struct target *t);

#endif

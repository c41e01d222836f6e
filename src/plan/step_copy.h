/*
 * step_copy.h - steps that outlive the draft they were made in.
 */
#ifndef GCB_PLAN_STEP_COPY_H
#define GCB_PLAN_STEP_COPY_H

#include "plan/step.h"

/*
 * A copy of a step in `arena` that depends only on its migration, on the environments, and on the
 * bytes before its changes, which are those of files of the commit.
 */
struct step step_copy(const struct step *step, struct arena *arena);

#endif

/*
 * step_proof.h - the proof that a step has its effect, and no other, in what the environments
 * apply: for each environment E that applies a file of the step, and with `build` as in
 * gitops/build.h,
 *
 *	build(E, edited files) == stage(build(E, files))
 *
 * and where the step creates a file, build(E, edited files) has its VirtualService, and is else
 * build(E, files).
 *
 * It needs no list of what patches can do: whatever a kustomization makes of the file, the edited
 * file must lead to the VirtualService that editing the applied one would give.
 */
#ifndef GCB_PLAN_STEP_PROOF_H
#define GCB_PLAN_STEP_PROOF_H

#include "plan/step_work.h"

/*
 * Adds a finding for each environment in which the edits of the step, which go to `stage`, would
 * not have exactly this effect. Does nothing if all environments apply the files as they are.
 * Returns whether there are none.
 */
bool step_proof_check(const struct step_work *w, struct stage stage);

/*
 * The same without findings, for the edits `targets`.
 */
bool step_proof_holds(const struct step_work *w, const struct targets *targets, struct stage stage);

#endif

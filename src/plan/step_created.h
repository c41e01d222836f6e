/*
 * step_created.h - whether the VirtualService of manifests.create can be added to what is applied.
 */
#ifndef GCB_PLAN_STEP_CREATED_H
#define GCB_PLAN_STEP_CREATED_H

#include "plan/step_work.h"

/*
 * Adds a finding, create_taken, for each environment that would apply the created file and has an
 * object with its kind, name and namespace, as it is built: kustomize refuses to build the two, and
 * where files are applied as they are, one of them replaces the other. An object without a
 * namespace, in a place where nothing fills one in, may be in any.
 */
void step_created_check(const struct step_work *w);

#endif

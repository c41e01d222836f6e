/*
 * step_environments.h - the environments that use the files of a step.
 */
#ifndef GCB_PLAN_STEP_ENVIRONMENTS_H
#define GCB_PLAN_STEP_ENVIRONMENTS_H

#include "inventory/inventory_index.h"
#include "inventory/surroundings.h"
#include "plan/step_work.h"

/*
 * The kustomization that will list the created file: the nearest one above it that lists other
 * files of its directory. NULL: there is none.
 */
const struct source *step_listing(const struct step_work *w);

/* Adds the created file to the kustomization that lists the other files of its directory. */
void step_list_created(const struct step_work *w);

/*
 * Sets the placements of the step: of its manifests, and of the files whose objects it deletes.
 * There are none if the environments are unknown.
 */
void step_set_placements(const struct step_work *w, struct slices deleted);

/* The VirtualServices of the migration with the environments of their files; scope.n of them. */
const struct center *step_centers(const struct step_work *w);

/* Adds findings about edits of files with these placements. */
void step_check_placements(const struct step_work *w);

/*
 * Adds a finding for each environment about what happens in the cluster to an object that is
 * deleted from its file.
 */
void step_note_prune(const struct step_work *w, const struct object_ref *deleted);

#endif

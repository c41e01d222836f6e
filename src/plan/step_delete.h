/*
 * step_delete.h - deletes the objects of the old host: its ServiceEntry, and the DestinationRules
 * for it.
 */
#ifndef GCB_PLAN_STEP_DELETE_H
#define GCB_PLAN_STEP_DELETE_H

#include "plan/step_work.h"

/* The paths of the files with objects that the step deletes. */
struct slices step_deleted_files(const struct step_work *w);

/*
 * Deletes the DestinationRules for the old host. Those in files that the migration does not cover
 * are errors.
 */
void step_delete_rules(const struct step_work *w);

/*
 * Deletes the old host from its ServiceEntry, or the whole ServiceEntry. Refuses the step while
 * something still references the host.
 */
int step_delete_entry(const struct step_work *w);

#endif

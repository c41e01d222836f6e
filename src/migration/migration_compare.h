/*
 * migration_compare.h - in which fields two versions of a migration file differ.
 */
#ifndef GCB_MIGRATION_MIGRATION_COMPARE_H
#define GCB_MIGRATION_MIGRATION_COMPARE_H

#include "migration/migration.h"

/*
 * The fields that differ, as "spec.to.host", in the order of the file, in `arena`. Comments, and
 * how the values are written, do not matter.
 */
struct slices migration_differences(const struct migration *a, const struct migration *b,
				    struct arena *arena);

/*
 * True if the field, as migration_differences names it, decides what a rollback to the start does,
 * and where: hosts, manifests, routes, and the fields of spec.git but the mode of stages.
 */
bool migration_field_is_of_rollback(struct slice field);

#endif

/*
 * rows_environment.h - the environments that build files, as rows that can be printed.
 */
#ifndef GCB_PLUGIN_ROWS_ENVIRONMENT_H
#define GCB_PLUGIN_ROWS_ENVIRONMENT_H

#include "base/arena.h"
#include "base/record.h"
#include "inventory/environments.h"

/*
 * A file and one of the environments that build it; a file that none builds has a row without one.
 */
extern const struct record environment_record;

/* Files with their environments, as rows of environment_record with texts in `arena`. */
struct rows environment_rows(const struct placements *list, struct arena *arena);

#endif

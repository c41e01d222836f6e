/*
 * patch.h - rollback --patch: what would be committed is written to a file instead.
 */
#ifndef GCB_PLUGIN_PATCH_H
#define GCB_PLUGIN_PATCH_H

#include "plugin/change_report.h"

/* Can the options be combined? Error: usage. */
int patch_check(const struct app *app, const struct change_context *ctx, struct err *err);

/*
 * Writes the plan's changes to --patch ("-": standard output), completely or not at all, and
 * reports it, also in the rows. Errors: exists, io, and those of patch_of_plan.
 */
int patch_write(const struct change_command *c, struct err *err);

#endif

/*
 * patch.h - rollback --patch: what would be committed goes into a file instead.
 */
#ifndef GCB_PLUGIN_PATCH_H
#define GCB_PLUGIN_PATCH_H

#include "plugin/change.h"
#include "plugin/rows.h"

/* Do the options go together? Error: usage. */
int patch_check(const struct app *app, const struct change_context *ctx, struct err *err);

/*
 * Writes the plan's changes to ctx->patch ("-": standard output), whole or not at all, and says so;
 * `rows` are those of the steps. Errors: exists, io, and what patch_of_plan says.
 */
int patch_write(const struct app *app, const struct change_context *ctx, struct session *s,
		const struct plan *plan, struct step_row *rows, struct err *err);

#endif

/*
 * change.h - the way of a changing command: select, plan, show, ask, commit, say how to undo.
 * promote, rollback and finalize differ in their intents.
 */
#ifndef GCB_PLUGIN_CHANGE_H
#define GCB_PLUGIN_CHANGE_H

#include "plugin/live.h"
#include "plugin/work.h"

/* The options of promote, rollback and finalize. */
struct change_context {
	struct work_context work;
	struct live_context live; /* finalize */
	struct slice to, reason, confirm;
	struct slice patch; /* rollback: the file to write instead of committing; absent: none */
	bool yes, dry_run, batch, resume, adopt, all_or_nothing, rules, entry, merge_request;
};

extern const struct record change_options; /* --to --yes --dry-run --batch --all-or-nothing */

/* Runs promote (GO_UP), rollback (GO_DOWN) or finalize (GO_FINALIZE, GO_DELETE_ENTRY). */
int change_run(struct app *app, const struct change_context *ctx, enum direction direction,
	       struct err *err);

#endif

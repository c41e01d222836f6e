/*
 * change.h - how a changing command runs: select, plan, show, ask, commit, report. promote,
 * rollback and finalize differ in their intents.
 */
#ifndef GCB_PLUGIN_CHANGE_H
#define GCB_PLUGIN_CHANGE_H

#include "plugin/live.h"
#include "plugin/migration_command.h"

/* The options of promote, rollback and finalize. */
struct change_context {
	struct migration_context migration;
	struct live_context live; /* finalize */
	struct slice to, reason, confirm;
	struct slice patch; /* rollback: the file to write instead of committing; absent: none */
	bool yes, dry_run, batch, resume, adopt, all_or_nothing, rules, entry, merge_request;
	bool rehearse; /* rollback: only find out whether it would work */
};

/* --to --yes --dry-run --batch --merge-request --all-or-nothing */
extern const struct record change_options;

/* Runs promote (GO_UP), rollback (GO_DOWN) or finalize (GO_FINALIZE, GO_DELETE_ENTRY). */
int change_run(struct app *app, struct change_context *ctx, enum direction direction,
	       struct err *err);

#endif

/*
 * change_report.h - what a changing command shows: what will change, before it commits, and the
 * result of each step.
 */
#ifndef GCB_PLUGIN_CHANGE_REPORT_H
#define GCB_PLUGIN_CHANGE_REPORT_H

#include "flow/publish.h"
#include "plugin/change.h"
#include "plugin/rows_step.h"

/* Above this number of steps they are only counted. */
enum { REPORT_WHOLE = 5 };

/* A changing command as it runs. */
struct change_command {
	struct app *app;
	const struct change_context *ctx;
	enum direction direction;
	const struct fleet *fleet;
	struct evidence *evidence;
	struct selected list;
	struct plan plan;
	struct step_row *rows;   /* of the plan's steps */
	struct live_report seen; /* with --live: what in the cluster refers to the old host */
	bool documents;          /* stdout gets a document, so that all else goes to stderr */
};

/* How many steps change something, and how many are refused. */
size_t change_count(const struct change_command *c, bool refused);

/*
 * What the plan changes: the whole of a few steps, the number of many; and why steps are refused.
 */
void change_report_plan(const struct change_command *c);

/*
 * Adds to the remedy `was` of an error of the code that stopped a rollback that it can be written
 * to a patch instead, if it can, and unless that is named already.
 */
struct slice change_patch_remedy(const struct change_command *c, const struct code *code,
				 struct slice was);

/* The differences of all steps, for --dry-run. Errors: git. */
int change_report_diffs(const struct change_command *c, struct err *err);

/* Finalize: whether the cluster was read, and how to do it. */
void change_report_cluster(const struct change_command *c);

/*
 * What became of each step, also in its row and in the exit code; then which branches are left to
 * be pushed, and the hooks that did not run.
 */
void change_report_results(struct change_command *c, const struct publication *done);

#endif

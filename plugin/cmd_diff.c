#include "plugin/commands.h"

#include "flow/patch.h"
#include "flow/plan_intents.h"
#include "plugin/exit_code.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/say.h"

struct diff_context {
	struct migration_context migration;
	struct preview_context preview;
};

static const struct field own_fields[] = {
	FIELD_PART(struct diff_context, preview, &migration_preview_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

struct diff_row {
	struct slice path, patch;
	long added, removed;
};

static const struct field diff_fields[] = {
	ROW_STRING(struct diff_row, path, "path", "FILE", FIELD_NAME),
	ROW_INT(struct diff_row, added, "linesAdded", "ADDED", 0),
	ROW_INT(struct diff_row, removed, "linesRemoved", "REMOVED", 0),
	ROW_STRING(struct diff_row, patch, "patch", NULL, 0),
	FIELDS_END,
};

static const struct record diff_record = { "MigrationDiff", sizeof(struct diff_row), diff_fields };

/* All changes as rows with their patches. */
static int make_rows(struct app *app, const struct changes *changes, struct diff_row *rows,
		     struct err *err)
{
	for (size_t i = 0; i < changes->n; i++) {
		AUTO_STR struct str patch = STR_INIT;
		size_t added, removed;

		if (patch_of_change(&changes->items[i], &patch, &added, &removed, err) < 0)
			return -1;
		rows[i] = (struct diff_row){ changes->items[i].path,
					     arena_copy(app->arena, str_slice(&patch)), (long)added,
					     (long)removed };
	}
	return 0;
}

/* Prints the differences: as patches, or as rows. */
static int print_changes(struct app *app, const struct changes *changes, struct err *err)
{
	struct diff_row *rows = arena_array(app->arena, changes->n, sizeof(*rows));

	if (make_rows(app, changes, rows, err) < 0)
		return -1;
	if (app->output != OUTPUT_TABLE) {
		print_rows(app, &diff_record, (struct rows){ rows, changes->n }, "");
		return 0;
	}
	for (size_t i = 0; i < changes->n; i++)
		say_bytes(app, rows[i].patch);
	return 0;
}

/* Writes the findings of all steps, and sets the exit code. */
static void report_plan(struct app *app, const struct plan *plan)
{
	app->exit = plan->changes.n ? EXIT_ERROR : EXIT_OK;
	for (size_t i = 0; i < plan->n; i++) {
		findings_say(app, &plan->steps[i].findings, SEVERITY_WARNING);
		if (plan->steps[i].refused)
			app->exit = exit_code_of_step(&plan->steps[i]) == EXIT_REFUSED ?
					    EXIT_REFUSED :
					    EXIT_DIFF_FAILED;
	}
}

/* Plans the stage and prints its differences. */
static int diff_migrations(struct app *app, const struct diff_context *ctx,
			   const struct fleet *fleet, struct err *err)
{
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet->selected;
	struct intent *intents = arena_array(app->arena, list->n, sizeof(*intents));
	struct stage to = { STAGE_START, 0 };
	struct plan plan;
	int failed;

	if (migration_preview_stage(&ctx->preview, &to, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		intents[i] = (struct intent){ .m = list->items[i],
					      .direction = GO_ANYWHERE,
					      .next = !ctx->preview.to.ptr,
					      .to = to,
					      .adopt = ctx->preview.adopt,
					      .options = { .brief = true } };
	if (gather_evidence(fleet, &evidence, err) < 0 ||
	    plan_intents(&evidence, intents, list->n, &plan, err) < 0)
		return -1;
	failed = print_changes(app, &plan.changes, err);
	report_plan(app, &plan);
	plan_release(&plan);
	return failed;
}

static int run_diff(struct app *app, void *context, struct err *err)
{
	struct diff_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	int failed;

	ctx->migration.access = ACCESS_READ;
	failed = migration_select(app, &ctx->migration, &s, &fleet, err);
	if (!failed)
		failed = diff_migrations(app, ctx, &fleet, err);
	if (failed && err->code->exit == EXIT_ERROR)
		app->exit = EXIT_DIFF_FAILED;
	return failed;
}

static const struct record *const options[] = { &own_options,
						&migration_select_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_diff = {
	.name = "diff",
	.group = "migrate",
	.summary = "Show the next stage as a diff",
	.about = "Show the unified diff between the current state and the next stage, or the one "
		 "specified by --to. Nothing is changed.\n\nThe exit code is 0 if no differences "
		 "were found, 1 if differences were found, 2 if the differences could not be "
		 "determined, and 6 if the stage is refused. On a terminal, control characters in "
		 "files are shown as escapes.",
	.example = "# Show what the next commit will change\n"
		   "kubectl gcpbackend migrate diff payments",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct diff_context),
	.run = run_diff,
};

#include "plugin/commands.h"

#include "flow/patch.h"
#include "flow/plan_intents.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/work.h"

#include <stddef.h>

struct context {
	struct work_context work;
	struct slice to;
	bool adopt;
};

static const struct record own_record = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct context, to),
			  .flag = "to",
			  .arg = "STAGE",
			  .help = "The stage to compare with; the next one when left out" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, adopt),
			  .flag = "adopt",
			  .help = "Take the proportions of today's weights as the baseline" },
			{ .name = NULL },
		},
};

struct diff_row {
	struct slice path, patch;
	long added, removed;
};

static const struct record diff_record = {
	.kind = "MigrationDiff",
	.size = sizeof(struct diff_row),
	.fields =
		(const struct field[]){
			{ .name = "path",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct diff_row, path),
			  .column = "FILE",
			  .flags = FIELD_NAME },
			{ .name = "linesAdded",
			  .kind = VALUE_INT,
			  .max = 1000000000,
			  .offset = offsetof(struct diff_row, added),
			  .column = "ADDED" },
			{ .name = "linesRemoved",
			  .kind = VALUE_INT,
			  .max = 1000000000,
			  .offset = offsetof(struct diff_row, removed),
			  .column = "REMOVED" },
			{ .name = "patch",
			  .kind = VALUE_STRING,
			  .offset = offsetof(struct diff_row, patch) },
			{ .name = NULL },
		},
};

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

/* Puts the differences out: as patches, for a terminal without what could steer it, or as rows. */
static int put_changes(struct app *app, const struct changes *changes, struct err *err)
{
	struct diff_row *rows = arena_array(app->arena, changes->n, sizeof(*rows));

	if (make_rows(app, changes, rows, err) < 0)
		return -1;
	if (app->output != OUTPUT_TABLE) {
		print_rows(app, &diff_record, (struct rows){ rows, changes->n }, "");
		return 0;
	}
	for (size_t i = 0; i < changes->n; i++) {
		AUTO_STR struct str visible = STR_INIT;

		if (app->out_tty)
			str_add_visible(&visible, rows[i].patch, true);
		else
			str_add(&visible, rows[i].patch);
		(void)fwrite(visible.ptr, 1, visible.len, app->out);
	}
	return 0;
}

/* The plan, its findings, its differences. */
static int run_plan(struct app *app, const struct context *ctx, const struct fleet *fleet,
		    struct err *err)
{
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet->selected;
	struct intent *intents = arena_array(app->arena, list->n, sizeof(*intents));
	struct stage to = { STAGE_START, 0 };
	struct plan plan;
	int failed;

	if (ctx->to.ptr && !stage_parse(ctx->to, &to))
		return err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not a stage",
			       SLICE_ARG(ctx->to));
	for (size_t i = 0; i < list->n; i++)
		intents[i] = (struct intent){ .m = list->items[i],
					      .direction = GO_ANYWHERE,
					      .next = !ctx->to.ptr,
					      .to = to,
					      .adopt = ctx->adopt,
					      .brief = true };
	if (gather_evidence(fleet, &evidence, err) < 0 ||
	    plan_intents(&evidence, intents, list->n, &plan, err) < 0)
		return -1;
	failed = put_changes(app, &plan.changes, err);
	app->exit = plan.changes.n ? EXIT_ERROR : EXIT_OK;
	for (size_t i = 0; i < plan.n; i++) {
		work_print_findings(app, &plan.steps[i].findings, SEVERITY_WARNING);
		if (plan.steps[i].refused)
			app->exit = work_step_exit(&plan.steps[i]) == EXIT_REFUSED ?
					    EXIT_REFUSED :
					    EXIT_DIFF_FAILED;
	}
	plan_release(&plan);
	return failed;
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	int failed = work_select(app, &ctx->work, WORK_READS, &s, &fleet, err);

	if (!failed)
		failed = run_plan(app, ctx, &fleet, err);
	if (failed && err->code->exit == EXIT_ERROR)
		app->exit = EXIT_DIFF_FAILED;
	return failed;
}

static const struct record *const options[] = { &own_record, &work_select_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_diff = {
	.name = "diff",
	.group = "migrate",
	.summary = "Show the change to the next stage as a patch",
	.about = "Show the unified diff from now to the next stage, or to the one named by --to. "
		 "Nothing is written.\n\n"
		 "The exit code is 0 when there is no difference, 1 when there is one, 2 when it "
		 "could not be made, 6 when the stage is refused.",
	.example = "# What the next commit will change\nkubectl gcpbackend migrate diff payments",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};

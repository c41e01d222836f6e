#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "plugin/exit_code.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/rows_step.h"
#include "plugin/say.h"
#include "plugin/step_report.h"

struct plan_context {
	struct migration_context migration;
	struct preview_context preview;
};

static const struct field own_fields[] = {
	FIELD_PART(struct plan_context, preview, &migration_preview_options),
	FIELDS_END,
};

static const struct record own_options = { .fields = own_fields };

/* The document of `plan`. */
static const struct field plan_fields[] = {
	ROW_STRING(struct step_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct step_row, from, "from", "FROM", 0),
	ROW_STRING(struct step_row, to, "to", "TO", 0),
	ROW_ENUM(struct step_row, outcome, "outcome", "OUTCOME", outcome_names),
	ROW_STRING(struct step_row, hold, "hold", NULL, FIELD_OMIT),
	ROW_STEP_DETAILS,
	FIELDS_END,
};

static const struct record plan_record = { "MigrationPlan", sizeof(struct step_row), plan_fields };

/* The command as it runs, with the rows of all plans. */
struct plan_run {
	struct app *app;
	const struct preview_context *preview;
	struct stage to; /* of --to */
	const struct evidence *evidence;
	struct step_row *rows;
	size_t n, cap;
	bool placed;           /* the environments of this migration were shown */
	struct findings shown; /* of this migration, at earlier stages */
};

static void add_row(struct plan_run *r, const struct step_row *row)
{
	ARENA_ROOM(r->app->arena, r->rows, r->n, r->cap);
	r->rows[r->n++] = *row;
}

/* Writes the findings that no earlier stage of the migration has. */
static void report_new_findings(struct plan_run *r, const struct findings *findings)
{
	struct findings fresh = { .arena = r->app->arena };

	for (size_t i = 0; i < findings->n; i++)
		if (findings_add_new(&r->shown, &findings->items[i]))
			(void)findings_add_new(&fresh, &findings->items[i]);
	findings_say(r->app, &fresh, SEVERITY_INFO);
}

/* A step for people. */
static void report_step(struct plan_run *r, const struct step *step, struct step_row *row)
{
	const struct app *app = r->app;

	if (r->n > 1)
		say_text(app, SAY_OUT, SLICE("\n"));
	if (r->placed)
		row->environments.n = 0;
	r->placed = true;
	step_report(app, step, row, SAY_OUT);
	if (step->held) {
		say_text(app, SAY_OUT, SLICE("\n"));
		say_out(app, "on hold: %" SLICE_FMT, SLICE_ARG(step->hold));
	}
	report_new_findings(r, &step->findings);
}

/* Keeps the row of a step for a document, or reports the step. */
static int take_step(struct plan_run *r, const struct step *step, struct err *err)
{
	struct step_row row;

	step_row_fill(&row, step, r->app);
	if (step_row_files(&row, step, r->app, err) < 0)
		return -1;
	add_row(r, &row);
	r->app->exit = exit_code_worse(r->app->exit, exit_code_of_step(step));
	if (!print_is_document(r->app->output))
		report_step(r, step, &row);
	return 0;
}

/*
 * Plans one stage of one migration. `*to` gets the stage. Returns 1 if the stages behind it make
 * sense, else 0.
 */
static int plan_stage(struct plan_run *r, const struct intent *intent, struct stage *to,
		      struct err *err)
{
	struct plan plan;
	int failed;
	bool more;

	if (plan_intents(r->evidence, intent, 1, &plan, err) < 0)
		return -1;
	failed = take_step(r, &plan.steps[0], err);
	*to = plan.steps[0].to;
	more = !plan.steps[0].refused && !plan.steps[0].finished;
	plan_release(&plan);
	return failed ? -1 : more;
}

/* Plans all remaining stages of a migration, or the specified one. */
static int plan_migration(struct plan_run *r, const struct migration *m, struct err *err)
{
	bool one = r->preview->to.ptr;
	struct intent intent = { .m = m,
				 .direction = GO_ANYWHERE,
				 .next = !one,
				 .to = r->to,
				 .adopt = r->preview->adopt };
	struct stage last, to;
	int more;

	r->shown = (struct findings){ .arena = r->app->arena };
	r->placed = false;
	more = plan_stage(r, &intent, &last, err);
	intent.next = false;
	for (size_t i = 0; i < m->stages->n && more > 0 && !one; i++) {
		intent.to = m->stages->items[i];
		if (stage_cmp(intent.to, last) > 0)
			more = plan_stage(r, &intent, &to, err);
	}
	return more < 0 ? -1 : 0;
}

static int run_plan(struct app *app, void *context, struct err *err)
{
	struct plan_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct plan_run r = { .app = app, .preview = &ctx->preview, .evidence = &evidence };

	ctx->migration.access = ACCESS_READ_ALL;
	if (migration_select(app, &ctx->migration, &s, &fleet, err) < 0)
		return -1;
	if (list->n && (migration_preview_stage(&ctx->preview, &r.to, err) < 0 ||
			gather_evidence(&fleet, &evidence, err) < 0))
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		progress_report(session_progress(s), "migrations planned", i + 1, list->n);
		if (plan_migration(&r, list->items[i], err) < 0)
			return -1;
	}
	if (print_is_document(app->output))
		print_rows(app, &plan_record, (struct rows){ r.rows, r.n }, "");
	else if (!list->n)
		say_note(app, "No migrations found.");
	return 0;
}

static const struct record *const options[] = { &own_options,
						&migration_select_options,
						&migration_branch_options,
						&migration_repo_options,
						&output_options,
						NULL };

const struct command cmd_plan = {
	.name = "plan",
	.group = "migrate",
	.summary = "Preview the remaining stages",
	.about = "For each remaining stage, show the share of the requests that each destination "
		 "gets before and after it, the files that change, and the findings. Nothing is "
		 "changed.",
	.example = "# Preview the remaining stages of payments\n"
		   "kubectl gcpbackend migrate plan payments\n\n"
		   "# Preview only stage 50, as JSON\n"
		   "kubectl gcpbackend migrate plan payments --to 50 -o json",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct plan_context),
	.run = run_plan,
};

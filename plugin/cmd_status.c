#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "flow/stage_branch.h"
#include "plugin/migration_command.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/rows_step.h"

struct status_context {
	struct migration_context migration;
};

/* The columns and the document of `status`. */
static const struct field status_fields[] = {
	ROW_STRING(struct step_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct step_row, from, "stage", "STAGE", 0),
	ROW_STRING(struct step_row, next, "next", "NEXT", 0),
	ROW_STRING(struct step_row, hold, "hold", "HOLD", 0),
	ROW_STRING(struct step_row, branch, "branch", "BRANCH", 0),
	ROW_STRING(struct step_row, from_host, "fromHost", "FROM", FIELD_WIDE),
	ROW_STRING(struct step_row, to_host, "toHost", "TO", FIELD_WIDE),
	ROW_ENUM(struct step_row, outcome, "outcome", NULL, outcome_names),
	ROW_ROWS(struct step_row, findings, "findings", &finding_record, FIELD_OMIT),
	FIELDS_END,
};

static const struct record status_record = { "MigrationStatus", sizeof(struct step_row),
					     status_fields };

/* Fills the row with the current stage, and the next one as promote would plan it. */
static void fill_row(struct app *app, const struct base_commit *base, const struct step *step,
		     struct step_row *row)
{
	bool next = step->known && !step->finished;
	struct slice branch;

	step_row_fill(row, step, app);
	row->next = next ? row->to : SLICE_NONE;
	row->branch = base->branch;
	if (next && stage_branch_of_step(base, step, &branch))
		row->branch = branch; /* the next stage is in review there */
	row->outcome = outcome_of_status(step);
}

static int run_status(struct app *app, void *context, struct err *err)
{
	struct status_context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct step_row *rows;
	struct intent *intents;
	struct plan plan;

	ctx->migration.access = ACCESS_READ;
	ctx->migration.all |= !app->args.n && !ctx->migration.selector.ptr;
	if (migration_select(app, &ctx->migration, &s, &fleet, err) < 0)
		return -1;
	rows = arena_array(app->arena, list->n, sizeof(*rows));
	intents = arena_array(app->arena, list->n, sizeof(*intents));
	for (size_t i = 0; i < list->n; i++)
		intents[i] = (struct intent){ .m = list->items[i],
					      .direction = GO_ANYWHERE,
					      .next = true,
					      .options = { .brief = true } };
	if (gather_evidence(&fleet, &evidence, err) < 0 ||
	    plan_intents(&evidence, intents, list->n, &plan, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		fill_row(app, &fleet.base, &plan.steps[i], &rows[i]);
		findings_say(app, &plan.steps[i].findings,
			     list->n == 1 ? SEVERITY_WARNING : SEVERITY_ERROR);
	}
	print_rows(app, &status_record, (struct rows){ rows, list->n }, "No migrations found.");
	plan_release(&plan);
	return 0;
}

static const struct record *const options[] = { &migration_select_options,
						&migration_branch_options, &migration_repo_options,
						&output_options, NULL };

const struct command cmd_status = {
	.name = "status",
	.group = "migrate",
	.summary = "Show the current stage of migrations",
	.about = "Show the current stage of migrations, the next stage, and why a migration is on "
		 "hold. Without names, show all migrations. The stage is determined from the "
		 "manifests in the commit, so a migration whose weights were edited by hand is "
		 "shown as mixed.",
	.example = "# Show all migrations\n"
		   "kubectl gcpbackend migrate status\n\n"
		   "# Show the migrations of a team, with their hosts\n"
		   "kubectl gcpbackend migrate status -l team=shop -o wide",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct status_context),
	.run = run_status,
};

#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "flow/stage_branch.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows.h"
#include "plugin/work.h"

#include <stddef.h>

struct context {
	struct work_context work;
};

/* What promote would go to: asked without any doing. */
static void fill(struct app *app, const struct base_commit *base, const struct step *step,
		 struct step_row *row)
{
	struct slice branch;

	step_row_fill(row, step, app);
	row->next = (struct slice){ NULL, 0 };
	if (step->known && !step->finished)
		row->next = row->to;
	row->branch = base->branch;
	if (step->known && !step->finished && stage_branch_of_step(base, step, &branch))
		row->branch = branch; /* the next stage waits there for review */
	row->outcome = outcome_of_status(step);
}

static int run(struct app *app, void *context, struct err *err)
{
	struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct step_row *rows;
	struct intent *intents;
	struct plan plan;

	ctx->work.all = ctx->work.all || (!app->args.n && !ctx->work.selector.ptr);
	if (work_select(app, &ctx->work, WORK_READS, &s, &fleet, err) < 0)
		return -1;
	rows = arena_array(app->arena, list->n, sizeof(*rows));
	intents = arena_array(app->arena, list->n, sizeof(*intents));
	for (size_t i = 0; i < list->n; i++)
		intents[i] = (struct intent){
			.m = list->items[i], .direction = GO_ANYWHERE, .next = true, .brief = true
		};
	if (gather_evidence(&fleet, &evidence, err) < 0 ||
	    plan_intents(&evidence, intents, list->n, &plan, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		fill(app, &fleet.base, &plan.steps[i], &rows[i]);
		work_print_findings(app, &plan.steps[i].findings,
				    list->n == 1 ? SEVERITY_WARNING : SEVERITY_ERROR);
	}
	print_rows(app, &status_record, (struct rows){ rows, list->n }, "No migrations found.");
	plan_release(&plan);
	return 0;
}

static const struct record *const options[] = { &work_select_options, &work_repo_options,
						&output_options, NULL };

const struct command cmd_status = {
	.name = "status",
	.group = "migrate",
	.summary = "Show where migrations are",
	.about = "Show the stage of migrations, the next one, and why one is held; of all when "
		 "none is named. It is read from the manifests of the commit, "
		 "so a migration whose weights somebody changed by hand shows as mixed.",
	.example = "# All migrations\nkubectl gcpbackend migrate status\n\n# Those of a team, with "
		   "their hosts\n"
		   "kubectl gcpbackend migrate status -l team=shop -o wide",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};

#include "plugin/commands.h"

#include "flow/plan_intents.h"
#include "plugin/options.h"
#include "plugin/print.h"
#include "plugin/rows.h"
#include "plugin/work.h"

#include <stddef.h>
#include <string.h>

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
			  .help = "Only this stage; all that are still to come when left out" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct context, adopt),
			  .flag = "adopt",
			  .help = "Take the proportions of today's weights as the baseline" },
			{ .name = NULL },
		},
};

/* Rows of all plans, as they come. */
struct collected {
	struct step_row *items;
	size_t n, cap;
	bool landed;          /* where this migration's files end up was shown */
	struct findings told; /* of this migration, by the stages before */
};

static void collect(struct collected *all, const struct step_row *row, struct arena *arena)
{
	if (all->n == all->cap) {
		size_t cap = all->cap ? all->cap * 2 : 16;
		struct step_row *items = arena_array(arena, cap, sizeof(*items));

		if (all->n)
			memcpy(items, all->items, all->n * sizeof(*items));
		all->items = items;
		all->cap = cap;
	}
	all->items[all->n++] = *row;
}

/* Says what no earlier stage of the migration has said already. */
static void tell_new(const struct app *app, const struct findings *findings, struct findings *told)
{
	struct findings fresh = { .arena = app->arena };

	for (size_t i = 0; i < findings->n; i++)
		if (findings_add_new(told, &findings->items[i]))
			(void)findings_add_new(&fresh, &findings->items[i]);
	work_print_findings(app, &fresh, SEVERITY_INFO);
}

/* Shows one step, or keeps its row for a document. */
static int put_step(struct app *app, const struct step *step, struct collected *all,
		    struct err *err)
{
	struct step_row row;

	step_row_fill(&row, step, app);
	if (step_row_files(&row, step, app, err) < 0)
		return -1;
	collect(all, &row, app->arena);
	app->exit = work_worse(app->exit, work_step_exit(step));
	if (app->output != OUTPUT_TABLE && app->output != OUTPUT_WIDE)
		return 0;
	if (all->n > 1)
		(void)fputc('\n', app->out);
	if (all->landed)
		row.environments.n = 0;
	all->landed = true;
	step_show(app, step, &row, app->out);
	if (step->held)
		(void)fprintf(app->out, "\nheld: %.*s\n", SLICE_ARG(step->hold));
	(void)fflush(app->out);
	tell_new(app, &step->findings, &all->told);
	return 0;
}

/*
 * One stage of one migration. `*to` gets the stage, `*more` whether it makes sense to ask for those
 * behind it.
 */
static int plan_stage(struct app *app, const struct evidence *evidence, const struct intent *intent,
		      struct collected *all, struct stage *to, bool *more, struct err *err)
{
	struct plan plan;
	int failed;

	if (plan_intents(evidence, intent, 1, &plan, err) < 0)
		return -1;
	failed = put_step(app, &plan.steps[0], all, err);
	*to = plan.steps[0].to;
	*more = !plan.steps[0].refused && !plan.steps[0].finished;
	plan_release(&plan);
	return failed;
}

/* All stages of a migration that are still to come, or the one asked for. */
static int plan_migration(struct app *app, const struct context *ctx,
			  const struct evidence *evidence, const struct migration *m,
			  struct collected *all, struct err *err)
{
	struct intent intent = {
		.m = m, .direction = GO_ANYWHERE, .next = !ctx->to.ptr, .adopt = ctx->adopt
	};
	struct stage last, to;
	bool more = true;

	all->told = (struct findings){ .arena = app->arena };
	all->landed = false;
	if (ctx->to.ptr)
		(void)stage_parse(ctx->to, &intent.to);
	if (plan_stage(app, evidence, &intent, all, &last, &more, err) < 0)
		return -1;
	intent.next = false;
	for (size_t i = 0; i < m->stages->n && more && !ctx->to.ptr; i++) {
		intent.to = m->stages->items[i];
		if (stage_cmp(intent.to, last) > 0 &&
		    plan_stage(app, evidence, &intent, all, &to, &more, err) < 0)
			return -1;
	}
	return 0;
}

static int run(struct app *app, void *context, struct err *err)
{
	const struct context *ctx = context;
	AUTO_SESSION struct session *s = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	const struct selected *list = &fleet.selected;
	struct collected all = { .n = 0 };
	struct stage ignored;

	if (work_select(app, &ctx->work, WORK_LOOKS, &s, &fleet, err) < 0)
		return -1;
	if (list->n && ctx->to.ptr && !stage_parse(ctx->to, &ignored))
		return err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not a stage",
			       SLICE_ARG(ctx->to));
	if (list->n && gather_evidence(&fleet, &evidence, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		progress_tell(session_progress(s), "migrations planned", i + 1, list->n);
		if (plan_migration(app, ctx, &evidence, list->items[i], &all, err) < 0)
			return -1;
	}
	if (app->output == OUTPUT_JSON || app->output == OUTPUT_YAML || app->output == OUTPUT_NAME)
		print_rows(app, &plan_record, (struct rows){ all.items, all.n }, "");
	else if (!list->n)
		(void)fprintf(app->talk, "No migrations found.\n");
	return 0;
}

static const struct record *const options[] = { &own_record, &work_select_options,
						&work_repo_options, &output_options, NULL };

const struct command cmd_plan = {
	.name = "plan",
	.group = "migrate",
	.summary = "Show what the stages to come will change",
	.about = "Show for every stage that is still to come who gets which share of the requests "
		 "before and after, which files change, and what "
		 "speaks against it. Nothing is written.",
	.example = "# What will happen to payments\nkubectl gcpbackend migrate plan payments\n\n"
		   "# Only the stage of 50 %, for a program\nkubectl gcpbackend migrate plan "
		   "payments --to 50 -o json",
	.arg = "[NAME...]",
	.max_args = -1,
	.options = options,
	.context_size = sizeof(struct context),
	.run = run,
};

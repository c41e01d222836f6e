#include "plugin/change.h"

#include "flow/advance.h"
#include "flow/plan_intents.h"
#include "flow/widen.h"
#include "plugin/change_report.h"
#include "plugin/command_line.h"
#include "plugin/confirm.h"
#include "plugin/exit_code.h"
#include "plugin/patch.h"
#include "plugin/print.h"
#include "plugin/rows_finding.h"
#include "plugin/say.h"

/* The document of a changing command. */
static const struct field result_fields[] = {
	ROW_STRING(struct step_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct step_row, from, "from", "FROM", 0),
	ROW_STRING(struct step_row, to, "to", "TO", 0),
	ROW_ENUM(struct step_row, outcome, "outcome", "OUTCOME", outcome_names),
	ROW_STRING(struct step_row, branch, "branch", "BRANCH", FIELD_OMIT),
	ROW_STRING(struct step_row, commit, "commit", "COMMIT", FIELD_OMIT),
	ROW_STRING(struct step_row, undo, "undo", NULL, FIELD_OMIT),
	ROW_STRING(struct step_row, hold, "hold", NULL, FIELD_OMIT),
	ROW_STEP_DETAILS,
	FIELDS_END,
};

static const struct record result_record = { "MigrationResult", sizeof(struct step_row),
					     result_fields };

/* The document of rollback --rehearse. */
static const struct field rehearsal_fields[] = {
	ROW_STRING(struct step_row, name, "name", "NAME", FIELD_NAME),
	ROW_STRING(struct step_row, from, "from", "FROM", 0),
	ROW_STRING(struct step_row, to, "to", "TO", 0),
	ROW_ENUM(struct step_row, outcome, "outcome", "OUTCOME", outcome_names),
	ROW_STEP_DETAILS,
	FIELDS_END,
};

static const struct record rehearsal_record = { "RollbackRehearsal", sizeof(struct step_row),
						rehearsal_fields };

static const struct field change_fields[] = {
	OPT_STRING(struct change_context, to, 0, "to", "STAGE",
		   "The target stage: start, mirror, or one of the percentages in spec.stages"),
	OPT_BOOL(struct change_context, yes, 'y', "yes", "Do not ask for confirmation"),
	OPT_BOOL(struct change_context, dry_run, 0, "dry-run",
		 "Show what would change, including the diff, without writing anything"),
	OPT_BOOL(struct change_context, batch, 0, "batch",
		 "Create a single commit for all selected migrations"),
	OPT_BOOL(struct change_context, merge_request, 0, "merge-request",
		 "Let GitLab open a merge request for each branch that is pushed for review"),
	OPT_BOOL(struct change_context, all_or_nothing, 0, "all-or-nothing",
		 "Change nothing if any of the migrations is refused"),
	FIELDS_END,
};

const struct record change_options = { .fields = change_fields };

/* Several at once, or one by its name? */
static bool selects_many(const struct change_command *c)
{
	return c->ctx->migration.all || c->ctx->migration.selector.ptr || c->list.n > 1;
}

/* Is it at the end of the migration? */
static bool is_finalize(enum direction direction)
{
	return direction == GO_FINALIZE || direction == GO_DELETE_ENTRY;
}

/* The intent of one selected migration. */
static struct intent make_intent(const struct change_command *c, const struct migration *m,
				 struct stage to)
{
	const struct change_context *ctx = c->ctx;
	bool down = c->direction == GO_DOWN;
	struct intent intent = { .m = m, .direction = c->direction, .to = to, .adopt = ctx->adopt };

	intent.next = c->direction == GO_UP && !ctx->to.ptr;
	intent.resume = ctx->resume;
	intent.rules = ctx->rules;
	intent.options.own_branch = !ctx->patch.ptr && migration_uses_pull_request(m, down);
	intent.options.brief = !c->documents && c->list.n > REPORT_WHOLE;
	intent.live = ctx->live.live ? c->seen.of : NULL;
	if (down)
		intent.hold = ctx->reason;
	return intent;
}

/* The intents of all selected migrations. */
static int make_intents(const struct change_command *c, struct intent *intents, struct err *err)
{
	struct slice wanted = c->ctx->to;
	struct stage to = { STAGE_START, 0 };

	if (wanted.ptr &&
	    (!stage_parse(wanted, &to) || (to.kind == STAGE_DONE && !is_finalize(c->direction)))) {
		(void)err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not a stage",
			      SLICE_ARG(wanted));
		return err_remedy(err, "specify start, mirror, or a percentage such as 10");
	}
	for (size_t i = 0; i < c->list.n; i++) {
		intents[i] = make_intent(c, c->list.items[i], to);
		if (c->direction == GO_DOWN && !intents[i].hold.ptr)
			intents[i].hold =
				arena_printf(c->app->arena, "rolled back to %" SLICE_FMT,
					     SLICE_ARG(wanted.ptr ? wanted : SLICE("start")));
	}
	return 0;
}

/* Promotions that all go to pull requests are confirmed by their reviewers. */
static bool is_reviewed(const struct change_command *c)
{
	for (size_t i = 0; i < c->plan.n; i++)
		if (c->plan.steps[i].m->f.spec.git.mode != MODE_PULL_REQUEST)
			return false;
	return c->direction == GO_UP;
}

/* Refuses options that do not confirm the change, where a question could not do it either. */
static int check_confirmation(const struct change_command *c, bool absolute, struct err *err)
{
	if (is_finalize(c->direction) && !c->ctx->yes) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "removing the old destinations must be confirmed");
		return err_remedy(err, "pass --confirm=%" SLICE_FMT,
				  SLICE_ARG(c->list.items[0]->name));
	}
	if (!c->app->in_tty && c->ctx->yes && !absolute) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "--yes requires --to: standard input is not a terminal");
		return err_remedy(err, "pass --to STAGE with --yes, so that rerunning a job cannot "
				       "advance the migration");
	}
	return 0;
}

/* May it be done without a question, or is the answer yes? */
static int confirm_change(const struct change_command *c, struct err *err)
{
	bool absolute = c->direction == GO_DOWN || c->ctx->to.ptr;
	const struct base_commit *base = &c->fleet->base;
	struct slice question;

	if (is_reviewed(c) || (c->direction == GO_DOWN && !selects_many(c)))
		return 0;
	if (check_confirmation(c, absolute, err) < 0)
		return -1;
	question = arena_printf(c->app->arena,
				base->remote.name.ptr ? "Commit this to '%" SLICE_FMT
							"' and push it to %" SLICE_FMT "?" :
							"Commit this to '%" SLICE_FMT "'?",
				SLICE_ARG(base->branch), SLICE_ARG(base->remote.name));
	if (confirm(c->app, c->ctx->yes, question, err) == 0)
		return 0;
	return c->app->in_tty || absolute ? -1 : err_remedy(err, "use --yes and --to STAGE");
}

/* Commits, and reports it. */
static int commit_plan(struct change_command *c, struct err *err)
{
	const struct publish_options o = { .batch = c->ctx->batch,
					   .rollback = c->direction == GO_DOWN,
					   .program = c->app->program,
					   .reason = c->ctx->reason,
					   .merge_request = c->ctx->merge_request };
	struct publication done;

	if (publish_plan(c->evidence, &c->plan, &o, &done, err) < 0)
		return -1;
	change_report_results(c, &done);
	return 0;
}

/* Reads the cluster before the ServiceEntry is deleted, with --live. */
static int read_cluster(struct change_command *c, struct err *err)
{
	struct live_connection connection;

	if (live_connect(c->app, &c->ctx->live, &connection, err) < 0)
		return -1;
	for (size_t i = 0; i < c->list.n && c->ctx->live.live; i++)
		if (live_find_references(c->fleet->base.session, &connection, c->list.items[i],
					 &c->seen, err) < 0)
			return -1;
	return 0;
}

/*
 * Nothing to do at the remote; completes what a run that was killed left to do in this repository.
 */
static int finish_killed(const struct change_command *c, struct err *err)
{
	bool moved;

	if (advance_interrupted(&c->fleet->base, &moved, err) < 0)
		return -1;
	if (moved)
		say_note(
			c->app,
			"local branch '%" SLICE_FMT
			"' was only partly updated by an interrupted command and is now up to date",
			SLICE_ARG(c->fleet->base.local));
	return 0;
}

/* What a rehearsed rollback comes to, and why it would not work. */
static void rehearse(struct change_command *c)
{
	size_t refused = change_count(c, true), broken = c->fleet->broken.n;

	for (size_t i = 0; i < c->plan.n; i++) {
		const struct step *step = &c->plan.steps[i];

		if (!step->refused)
			c->rows[i].outcome = OUTCOME_WORKS;
		findings_say(c->app, &step->findings, SEVERITY_WARNING);
	}
	c->app->exit = refused || broken ? EXIT_REFUSED : EXIT_OK;
	if (!c->documents)
		print_rows(c->app, &rehearsal_record, (struct rows){ c->rows, c->plan.n }, "");
	if (c->plan.n || broken)
		say_note(c->app, "%zu rollback%s would work, %zu would not", c->plan.n - refused,
			 c->plan.n - refused == 1 ? "" : "s", refused + broken);
}

/* The plan, with a row for each step. */
static int make_plan(struct change_command *c, struct err *err)
{
	struct intent *intents = arena_array(c->app->arena, c->list.n, sizeof(*intents));
	bool files = c->documents || c->list.n <= REPORT_WHOLE;

	if (read_cluster(c, err) < 0 || make_intents(c, intents, err) < 0 ||
	    gather_evidence(c->fleet, c->evidence, err) < 0 ||
	    plan_intents(c->evidence, intents, c->list.n, &c->plan, err) < 0 ||
	    (c->direction == GO_DOWN &&
	     widen_rollbacks(c->evidence, intents, c->list.n, &c->plan, err) < 0) ||
	    (!c->ctx->patch.ptr && !c->ctx->rehearse &&
	     fleet_check_clean(c->fleet, &c->plan.changes, err) < 0) ||
	    step_rows(&c->plan, files, c->app, &c->rows, err) < 0)
		return -1;
	for (size_t i = 0; i < c->plan.n; i++)
		c->app->exit = exit_code_worse(c->app->exit, exit_code_of_step(&c->plan.steps[i]));
	return 0;
}

/* Plans, shows, asks, commits. */
static int run_change(struct change_command *c, struct err *err)
{
	size_t work;

	if (make_plan(c, err) < 0)
		return -1;
	if (c->ctx->rehearse) {
		rehearse(c);
		return 0;
	}
	change_report_plan(c);
	work = change_count(c, false);
	if (is_finalize(c->direction) && (work || c->ctx->live.live))
		change_report_cluster(c);
	if (c->ctx->dry_run)
		return work ? change_report_diffs(c, err) : 0;
	if (!work)
		return finish_killed(c, err);
	if (c->ctx->all_or_nothing && change_count(c, true)) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "nothing was changed: %zu of %zu migrations are refused, and "
			      "--all-or-nothing is specified",
			      change_count(c, true), c->plan.n);
		return err_remedy(err, "fix these migrations, or exclude them from the selection");
	}
	if (c->ctx->patch.ptr)
		return patch_write(c, err);
	if (confirm_change(c, err) < 0)
		return -1;
	return commit_plan(c, err);
}

/* Names --patch as another way to roll back. */
static void name_patch(const struct change_command *c, struct err *err)
{
	struct slice was = slice_of(*err->remedy ? err->remedy : err->code->remedy);
	struct slice remedy = change_patch_remedy(c, err->code, arena_copy(c->app->arena, was));

	if (!slice_eq(was, remedy))
		(void)err_remedy(err, "%" SLICE_FMT, SLICE_ARG(remedy));
}

int change_run(struct app *app, struct change_context *ctx, enum direction direction,
	       struct err *err)
{
	AUTO_SESSION struct session *session = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	struct change_command c = { .app = app, .ctx = ctx, .direction = direction };
	int failed;

	ctx->migration.recover = direction == GO_DOWN;
	ctx->migration.check_later = true; /* the plan may be what a killed run has left in files */
	ctx->migration.access = is_finalize(direction)          ? ACCESS_WRITE_ALL :
				ctx->patch.ptr || ctx->rehearse ? ACCESS_READ :
								  ACCESS_WRITE;
	if (ctx->patch.ptr && patch_check(app, ctx, err) < 0)
		return -1;
	if (ctx->rehearse && (ctx->patch.ptr || ctx->dry_run))
		return command_refuse(app, err,
				      "--rehearse cannot be combined with --patch or --dry-run");
	if (ctx->rehearse && !app->args.n && !ctx->migration.selector.ptr)
		ctx->migration.all = true;
	if (migration_select(app, &ctx->migration, &session, &fleet, err) < 0) {
		name_patch(&c, err);
		return -1;
	}
	c.fleet = &fleet;
	c.evidence = &evidence;
	c.list = fleet.selected;
	c.documents = print_is_document(app->output);
	if (!c.list.n)
		say_note(app, "No migrations found.");
	failed = run_change(&c, err);
	if (failed)
		name_patch(&c, err);
	if (c.rows && c.documents)
		print_rows(app, ctx->rehearse ? &rehearsal_record : &result_record,
			   (struct rows){ c.rows, c.plan.n }, "");
	plan_release(&c.plan);
	return failed;
}

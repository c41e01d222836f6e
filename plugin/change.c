#include "plugin/change.h"

#include "flow/advance.h"
#include "flow/patch.h"
#include "flow/plan_intents.h"
#include "flow/publish.h"
#include "flow/undo_command.h"
#include "plugin/commands.h"
#include "plugin/options.h"
#include "plugin/patch.h"
#include "plugin/print.h"
#include "plugin/rows.h"

#include <stddef.h>

const struct record change_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_STRING,
			  .offset = offsetof(struct change_context, to),
			  .flag = "to",
			  .arg = "STAGE",
			  .help = "The stage to go to: start, mirror, or a percentage of the "
				  "migration's list" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, yes),
			  .flag = "yes",
			  .letter = 'y',
			  .help = "Do not ask: the answer is yes" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, dry_run),
			  .flag = "dry-run",
			  .help = "Show everything, with the differences, and write nothing" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, batch),
			  .flag = "batch",
			  .help = "One commit for all that is selected" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, merge_request),
			  .flag = "merge-request",
			  .help = "Let GitLab open the merge request of a branch that is pushed "
				  "for review" },
			{ .kind = VALUE_BOOL,
			  .offset = offsetof(struct change_context, all_or_nothing),
			  .flag = "all-or-nothing",
			  .help = "Do nothing when any of the migrations is refused" },
			{ .name = NULL },
		},
};

/* More steps than this are only counted. */
enum { SHOW_WHOLE = 5 };

/* What the parts of change_run pass around. */
struct changing {
	struct app *app;
	const struct change_context *ctx;
	enum direction direction;
	struct session *session;
	const struct fleet *fleet;
	struct evidence *evidence;
	struct selected list;
	struct plan plan;
	struct step_row *rows;
	struct live_report seen; /* with --live: what in the cluster names the old host */
	bool documents;          /* stdout gets a document, so that all talk goes to stderr */
};

/* Several at once, or one by its name? */
static bool many(const struct changing *c)
{
	return c->ctx->work.all || c->ctx->work.selector.ptr || c->list.n > 1;
}

/* Is it the end of the migration, or behind? */
static bool ends(const struct changing *c)
{
	return c->direction == GO_FINALIZE || c->direction == GO_DELETE_ENTRY;
}

/* The intents of all selected migrations. */
static int make_intents(const struct changing *c, struct intent *intents, struct err *err)
{
	struct stage to = { STAGE_START, 0 };
	struct slice reason = c->ctx->reason;

	if (c->ctx->to.ptr &&
	    (!stage_parse(c->ctx->to, &to) || (to.kind == STAGE_DONE && !ends(c)))) {
		(void)err_set(err, &CODE_stage_bad, NOWHERE, "'%" SLICE_FMT "' is not a stage",
			      SLICE_ARG(c->ctx->to));
		return err_remedy(err, "say start, mirror, or a percentage such as 10");
	}
	if (c->direction == GO_DOWN && !reason.ptr)
		reason = arena_printf(c->app->arena, "rolled back to %" SLICE_FMT,
				      SLICE_ARG(c->ctx->to.ptr ? c->ctx->to : SLICE("start")));
	for (size_t i = 0; i < c->list.n; i++) {
		intents[i] = (struct intent){ .m = c->list.items[i],
					      .direction = c->direction,
					      .to = to,
					      .adopt = c->ctx->adopt };
		intents[i].next = c->direction == GO_UP && !c->ctx->to.ptr;
		intents[i].resume = c->ctx->resume;
		intents[i].rules = c->ctx->rules;
		intents[i].apart = !c->ctx->patch.ptr &&
				   migration_by_request(c->list.items[i], c->direction == GO_DOWN);
		intents[i].brief = !c->documents && c->list.n > SHOW_WHOLE;
		intents[i].live = c->ctx->live.live ? c->seen.of : NULL;
		intents[i].hold = c->direction == GO_DOWN ? reason : (struct slice){ NULL, 0 };
	}
	return 0;
}

/* How many steps bring a change, are refused. */
static size_t count(const struct changing *c, bool refused)
{
	size_t n = 0;

	for (size_t i = 0; i < c->plan.n; i++)
		n += refused ? c->plan.steps[i].refused :
			       !c->plan.steps[i].refused && c->plan.steps[i].changes.n > 0;
	return n;
}

/* Says what will happen. */
static void show(const struct changing *c)
{
	FILE *to = c->documents || !c->ctx->dry_run ? c->app->talk : c->app->out;

	for (size_t i = 0; i < c->plan.n; i++) {
		const struct step *step = &c->plan.steps[i];

		if (step->refused || c->plan.n <= SHOW_WHOLE) {
			if (!step->refused && step->changes.n)
				step_show(c->app, step, &c->rows[i], to);
			(void)fflush(to);
			if (step->refused && c->plan.n > 1)
				(void)fprintf(c->app->talk, "%.*s is skipped:\n",
					      SLICE_ARG(step->m->name));
			work_print_findings(c->app, &step->findings,
					    c->direction == GO_DELETE_ENTRY ? SEVERITY_INFO :
									      SEVERITY_WARNING);
		}
		if (!step->refused && !step->changes.n)
			(void)fprintf(c->app->talk, "%.*s is %s '%.*s' already: nothing to do\n",
				      SLICE_ARG(step->m->name),
				      step->finished ? "at its last stage," : "at",
				      SLICE_ARG(c->rows[i].to));
	}
	if (c->plan.n > SHOW_WHOLE && count(c, false))
		(void)fprintf(c->app->talk, "%zu migration%s will change %zu file%s\n",
			      count(c, false), count(c, false) == 1 ? "" : "s", c->plan.changes.n,
			      c->plan.changes.n == 1 ? "" : "s");
}

/* The differences of all steps, for --dry-run. */
static int show_diffs(const struct changing *c, struct err *err)
{
	AUTO_STR struct str patch = STR_INIT, visible = STR_INIT;

	for (size_t i = 0; i < c->plan.changes.n; i++) {
		size_t added, removed;

		if (patch_of_change(&c->plan.changes.items[i], &patch, &added, &removed, err) < 0)
			return -1;
	}
	str_add_visible(&visible, str_slice(&patch), true);
	(void)fprintf(c->documents ? c->app->talk : c->app->out, "\n%s", visible.ptr);
	return 0;
}

/* May it be done without asking, or does somebody say yes? */
static int confirm(const struct changing *c, struct err *err)
{
	bool absolute = c->direction == GO_DOWN || c->ctx->to.ptr;
	bool reviewed =
		c->direction == GO_UP; /* pull requests are asked about by their reviewers */
	const struct base_commit *base = &c->fleet->base;
	struct slice question;

	for (size_t i = 0; i < c->plan.n && reviewed; i++)
		reviewed = c->plan.steps[i].m->f.spec.git.mode == MODE_PULL_REQUEST;
	if (reviewed || (c->direction == GO_DOWN && !many(c)))
		return 0;
	if (ends(c) && !c->ctx->yes) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "taking the old destinations out needs the name once more");
		return err_remedy(err, "say --confirm=%" SLICE_FMT,
				  SLICE_ARG(c->list.items[0]->name));
	}
	if (!c->app->in_tty && c->ctx->yes && !absolute) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "without a terminal the next stage must be named");
		return err_remedy(
			err,
			"say --to STAGE with --yes, so that a repeated job cannot climb by itself");
	}
	question =
		arena_printf(c->app->arena,
			     base->remote.name.ptr ? "Commit this to '%.*s', and push it to %.*s?" :
						     "Commit this to '%.*s'?",
			     SLICE_ARG(base->branch), SLICE_ARG(base->remote.name));
	if (work_confirm(c->app, c->ctx->yes, question.ptr, err) < 0) {
		if (!c->app->in_tty)
			return err_remedy(err, absolute ? "say --yes" : "say --yes and --to STAGE");
		return -1;
	}
	return 0;
}

/* What was done with one step, into its row and in words. */
static void report(const struct changing *c, const struct published *p, struct step_row *row)
{
	static const char *const words[] = {
		[GO_UP] = "promoted",
		[GO_DOWN] = "rolled back",
		[GO_FINALIZE] = "finalized",
		[GO_DELETE_ENTRY] = "rid of its ServiceEntry",
	};
	const struct base_commit *base = &c->fleet->base;
	AUTO_STR struct str undo = STR_INIT;

	row->outcome = p->outcome;
	if (p->existed && !p->committed)
		(void)fprintf(c->app->talk, "%.*s is at '%.*s' by now: somebody else did it\n",
			      SLICE_ARG(row->name), SLICE_ARG(row->to));
	if (!p->committed)
		return;
	row->commit = arena_copy(c->app->arena, slice_of(p->commit));
	row->branch = arena_copy(c->app->arena, p->branch);
	if (slice_eq(p->branch, base->branch))
		undo_command(p->step, c->app->program, &undo);
	else if (base->remote.name.ptr)
		str_addf(&undo, "git push --delete %" SLICE_FMT " %" SLICE_FMT,
			 SLICE_ARG(base->remote.name), SLICE_ARG(p->branch));
	else
		str_addf(&undo, "git branch -D %" SLICE_FMT, SLICE_ARG(p->branch));
	row->undo = arena_copy(c->app->arena, str_slice(&undo));
	if (c->documents)
		return;
	(void)fprintf(c->app->out, "migration/%.*s %s: %.*s -> %.*s (%.8s on %.*s%s%.*s)\n",
		      SLICE_ARG(row->name), p->existed ? "already prepared" : words[c->direction],
		      SLICE_ARG(row->from), SLICE_ARG(row->to), p->commit, SLICE_ARG(p->branch),
		      p->pushed ? ", pushed to " : "",
		      SLICE_ARG(p->pushed ? base->remote.name : SLICE("")));
	(void)fflush(c->app->out);
	if (p->url.ptr)
		(void)fprintf(c->app->talk, "open the pull request: %.*s\n", SLICE_ARG(p->url));
	for (size_t i = 0; i < p->abandoned.n; i++)
		(void)fprintf(c->app->talk, "the branch '%.*s' holds somebody's work and stays\n",
			      SLICE_ARG(p->abandoned.items[i]));
	if (c->plan.n <= SHOW_WHOLE)
		(void)fprintf(c->app->talk, "undo with: %s\n", undo.ptr);
}

/* Says which hooks a commit of git's would have run. */
static void say_hooks(const struct changing *c, const struct publication *done)
{
	bool any = false;

	for (size_t i = 0; i < c->plan.n; i++)
		any = any || (done->rows[i].committed && !done->rows[i].existed);
	if (any)
		work_say_hooks(c->app, c->session);
}

/* The branches that got commits, each once, with blanks between them. */
static struct slice branches_of(const struct changing *c, const struct publication *done)
{
	AUTO_STR struct str names = STR_INIT;
	struct slice last = { NULL, 0 };

	for (size_t i = 0; i < c->plan.n; i++) {
		const struct published *p = &done->rows[i];

		if (p->committed && !p->existed && !slice_eq(p->branch, last)) {
			str_addf(&names, "%s%" SLICE_FMT, names.len ? " " : "",
				 SLICE_ARG(p->branch));
			last = p->branch;
		}
	}
	return arena_copy(c->app->arena, str_slice(&names));
}

/* Commits, and says so. */
static int publish(struct changing *c, struct err *err)
{
	const struct publish_options o = { .batch = c->ctx->batch,
					   .rollback = c->direction == GO_DOWN,
					   .program = c->app->program,
					   .reason = c->ctx->reason,
					   .merge_request = c->ctx->merge_request };
	struct publication done;

	if (publish_plan(c->evidence, &c->plan, &o, &done, err) < 0)
		return -1;
	for (size_t i = 0; i < c->plan.n; i++) {
		const struct published *row = &done.rows[i];

		if (row->refused) {
			work_print_findings(c->app, &row->findings, SEVERITY_ERROR);
			c->app->exit = work_worse(c->app->exit, work_refused_exit(&row->findings));
		}
		report(c, row, &c->rows[i]);
	}
	work_say_behind(c->app, &c->fleet->base, branches_of(c, &done), done.behind);
	say_hooks(c, &done);
	return 0;
}

/* Looks at the cluster before the ServiceEntry goes, if --live asks for it. */
static int look_at_cluster(struct changing *c, struct err *err)
{
	struct live_connection connection;

	if (live_connect(c->app, &cmd_finalize, &c->ctx->live, &connection, err) < 0)
		return -1;
	for (size_t i = 0; i < c->list.n && c->ctx->live.live; i++)
		if (live_find_references(c->session, &connection, c->list.items[i], &c->seen, err) <
		    0)
			return -1;
	return 0;
}

/* Was the cluster looked at, and how is that done? */
static void say_cluster(const struct changing *c)
{
	if (c->ctx->live.live)
		live_show_cluster(&c->seen, c->app->talk);
	else if (c->direction == GO_DELETE_ENTRY)
		(void)fprintf(c->app->talk,
			      "the cluster was not looked at; this does: %s migrate finalize %.*s "
			      "--delete-service-entry --live --dry-run\n",
			      c->app->program, SLICE_ARG(c->list.items[0]->name));
	else
		(void)fprintf(
			c->app->talk,
			"the cluster was not looked at; this does: %s migrate check %.*s --live\n",
			c->app->program, SLICE_ARG(c->list.items[0]->name));
}

/* There is nothing to do at the remote; is there here, from a run that was killed? */
static int finish(const struct changing *c, struct err *err)
{
	bool moved;

	if (advance_interrupted(&c->fleet->base, &moved, err) < 0)
		return -1;
	if (moved)
		(void)fprintf(c->app->talk,
			      "the local branch '%.*s', left half-way by a run that was killed, is "
			      "brought up to date\n",
			      SLICE_ARG(c->fleet->base.branch));
	return 0;
}

/* Plans, shows, asks, commits. */
static int run(struct changing *c, struct err *err)
{
	struct intent *intents = arena_array(c->app->arena, c->list.n, sizeof(*intents));
	size_t work;

	if (look_at_cluster(c, err) < 0 || make_intents(c, intents, err) < 0 ||
	    gather_evidence(c->fleet, c->evidence, err) < 0 ||
	    plan_intents(c->evidence, intents, c->list.n, &c->plan, err) < 0 ||
	    (!c->ctx->patch.ptr && fleet_check_clean(c->fleet, &c->plan.changes, err) < 0) ||
	    step_rows(&c->plan, c->documents || c->list.n <= SHOW_WHOLE, c->app, &c->rows, err) < 0)
		return -1;
	for (size_t i = 0; i < c->plan.n; i++)
		c->app->exit = work_worse(c->app->exit, work_step_exit(&c->plan.steps[i]));
	show(c);
	work = count(c, false);
	if (ends(c) && (work || c->ctx->live.live))
		say_cluster(c);
	if (c->ctx->dry_run)
		return work ? show_diffs(c, err) : 0;
	if (!work)
		return finish(c, err);
	if (c->ctx->all_or_nothing && count(c, true)) {
		(void)err_set(err, &CODE_not_confirmed, NOWHERE,
			      "%zu of %zu migrations are refused, and --all-or-nothing was said",
			      count(c, true), c->plan.n);
		return err_remedy(err, "see to those, or leave them out of the selection");
	}
	if (c->ctx->patch.ptr)
		return patch_write(c->app, c->ctx, c->session, &c->plan, c->rows, err);
	if (confirm(c, err) < 0)
		return -1;
	return publish(c, err);
}

int change_run(struct app *app, const struct change_context *ctx, enum direction direction,
	       struct err *err)
{
	AUTO_SESSION struct session *session = NULL;
	AUTO_FLEET struct fleet fleet = { .n = 0 };
	AUTO_EVIDENCE struct evidence evidence = { .fleet = NULL };
	struct changing c = { .app = app, .ctx = ctx, .direction = direction };
	struct work_context work = ctx->work;
	int failed;

	work.check_later = true; /* what a killed run left in the working tree may be just what is
				    planned again */
	if (ctx->patch.ptr && patch_check(app, ctx, err) < 0)
		return -1;
	if (work_select(app, &work,
			ends(&c)       ? WORK_ENDS :
			ctx->patch.ptr ? WORK_READS :
					 WORK_CHANGES,
			&session, &fleet, err) < 0)
		return -1;
	c.session = session;
	c.fleet = &fleet;
	c.evidence = &evidence;
	c.list = fleet.selected;
	c.documents = app->output == OUTPUT_JSON || app->output == OUTPUT_YAML ||
		      app->output == OUTPUT_NAME;
	if (!c.list.n)
		(void)fprintf(app->talk, "No migrations found.\n");
	failed = run(&c, err);
	if (c.rows && c.documents)
		print_rows(app, &result_record, (struct rows){ c.rows, c.plan.n }, "");
	plan_release(&c.plan);
	return failed;
}

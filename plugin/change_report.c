#include "plugin/change_report.h"

#include "flow/patch.h"
#include "flow/undo_command.h"
#include "plugin/commit_report.h"
#include "plugin/exit_code.h"
#include "plugin/rows_finding.h"
#include "plugin/say.h"
#include "plugin/step_report.h"

size_t change_count(const struct change_command *c, bool refused)
{
	size_t n = 0;

	for (size_t i = 0; i < c->plan.n; i++)
		n += refused ? c->plan.steps[i].refused :
			       !c->plan.steps[i].refused && c->plan.steps[i].changes.n > 0;
	return n;
}

/* Where the plan is shown: the result of --dry-run is on stdout. */
static enum say_stream choose_stream(const struct change_command *c)
{
	return c->ctx->dry_run && !c->documents ? SAY_OUT : SAY_ERR;
}

/* One step in whole, with its findings. */
static void report_step(const struct change_command *c, size_t i)
{
	const struct step *step = &c->plan.steps[i];

	if (!step->refused && step->changes.n)
		step_report(c->app, step, &c->rows[i], choose_stream(c));
	if (step->refused && c->plan.n > 1)
		say_note(c->app, "%" SLICE_FMT " is skipped:", SLICE_ARG(step->m->name));
	findings_say(c->app, &step->findings,
		     c->direction == GO_DELETE_ENTRY ? SEVERITY_INFO : SEVERITY_WARNING);
}

void change_report_plan(const struct change_command *c)
{
	size_t n = change_count(c, false);

	for (size_t i = 0; i < c->plan.n; i++) {
		const struct step *step = &c->plan.steps[i];

		if (step->refused || c->plan.n <= REPORT_WHOLE)
			report_step(c, i);
		if (!step->refused && !step->changes.n)
			say_note(c->app,
				 "%" SLICE_FMT " is already at %sstage '%" SLICE_FMT
				 "': nothing to do",
				 SLICE_ARG(step->m->name), step->finished ? "its last " : "",
				 SLICE_ARG(c->rows[i].to));
	}
	if (c->plan.n > REPORT_WHOLE && n)
		say_note(c->app, "%zu migration%s will change %zu file%s", n, n == 1 ? "" : "s",
			 c->plan.changes.n, c->plan.changes.n == 1 ? "" : "s");
}

int change_report_diffs(const struct change_command *c, struct err *err)
{
	AUTO_STR struct str patch = STR_INIT;

	str_addc(&patch, '\n');
	for (size_t i = 0; i < c->plan.changes.n; i++) {
		size_t added, removed;

		if (patch_of_change(&c->plan.changes.items[i], &patch, &added, &removed, err) < 0)
			return -1;
	}
	say_text(c->app, choose_stream(c), str_slice(&patch));
	return 0;
}

void change_report_cluster(const struct change_command *c)
{
	struct slice name = c->list.items[0]->name;

	if (c->ctx->live.live)
		live_report_cluster(c->app, &c->seen, SAY_ERR);
	else if (c->direction == GO_DELETE_ENTRY)
		say_note(c->app,
			 "the cluster was not checked; check it with: %s migrate finalize "
			 "%" SLICE_FMT " --delete-service-entry --live --dry-run",
			 c->app->program, SLICE_ARG(name));
	else
		say_note(c->app,
			 "the cluster was not checked; check it with: %s migrate check %" SLICE_FMT
			 " --live",
			 c->app->program, SLICE_ARG(name));
}

/* The result of a committed step, for people. */
static void report_commit(const struct change_command *c, const struct published *p,
			  const struct step_row *row)
{
	static const char *const verbs[] = { [GO_UP] = "promoted",
					     [GO_DOWN] = "rolled back",
					     [GO_FINALIZE] = "finalized",
					     [GO_DELETE_ENTRY] = "ServiceEntry deleted" };
	bool pushed = p->pushed, proposed = p->outcome == OUTCOME_PROPOSED;

	say_out(c->app,
		"migration/%" SLICE_FMT " %s: %" SLICE_FMT " -> %" SLICE_FMT " (%.8s on %" SLICE_FMT
		"%s%" SLICE_FMT ")",
		SLICE_ARG(row->name),
		proposed   ? "rollback proposed, not rolled back yet" :
		p->existed ? "already prepared" :
			     verbs[c->direction],
		SLICE_ARG(row->from), SLICE_ARG(row->to), p->commit, SLICE_ARG(p->branch),
		pushed ? ", pushed to " : "",
		SLICE_ARG(pushed ? c->fleet->base.remote.name : SLICE("")));
}

/* The branches of the migration that wait for review. */
static void report_branches(const struct change_command *c, const struct published *p)
{
	const struct base_commit *base = &c->fleet->base;
	struct slice remote =
		base->remote.name.ptr ? base->remote.name : base_commit_unpushed(base);

	for (size_t i = 0; i < p->abandoned.n; i++)
		say_note(c->app,
			 "branch '%" SLICE_FMT
			 "' contains commits not made by this tool; left unchanged",
			 SLICE_ARG(p->abandoned.items[i]));
	for (size_t i = 0; i < p->removed.n; i++)
		say_note(c->app,
			 "branch '%" SLICE_FMT
			 "' was open for review and is deleted at %" SLICE_FMT,
			 SLICE_ARG(p->removed.items[i]), SLICE_ARG(remote));
	for (size_t i = 0; i < p->open.n; i++)
		say_note(c->app, "branch '%" SLICE_FMT "' is still open for review",
			 SLICE_ARG(p->open.items[i]));
	for (size_t i = 0; i < p->open.n + p->abandoned.n && c->direction == GO_DOWN; i++) {
		struct slice name =
			i < p->open.n ? p->open.items[i] : p->abandoned.items[i - p->open.n];

		say_note(c->app, "delete it with: git push --delete %" SLICE_FMT " %" SLICE_FMT,
			 SLICE_ARG(remote), SLICE_ARG(name));
	}
}

/* What to know and to do after the commit. */
static void report_remarks(const struct change_command *c, const struct published *p,
			   const struct step_row *row)
{
	if (p->outcome == OUTCOME_PROPOSED)
		say_note(c->app,
			 "the traffic stays as it is until branch '%" SLICE_FMT
			 "' is merged into '%" SLICE_FMT "'",
			 SLICE_ARG(p->branch), SLICE_ARG(c->fleet->base.branch));
	if (p->url.ptr)
		say_note(c->app, "open the pull request: %" SLICE_FMT, SLICE_ARG(p->url));
	report_branches(c, p);
	if (c->plan.n <= REPORT_WHOLE)
		say_note(c->app, "undo with: %" SLICE_FMT, SLICE_ARG(row->undo));
}

/* Could the rollback be written to a patch where this code stopped it? */
static bool is_patch_possible(const struct code *code)
{
	static const struct code *const others[] = { &CODE_detached, &CODE_no_branch,
						     &CODE_no_commit, &CODE_no_repo };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (code == others[i])
			return false;
	return code == &CODE_migration_dirty || slice_starts(slice_of(code->id), SLICE("GCB3"));
}

struct slice change_patch_remedy(const struct change_command *c, const struct code *code,
				 struct slice was)
{
	if (c->direction != GO_DOWN || c->ctx->patch.ptr || !is_patch_possible(code) ||
	    slice_find(was, SLICE("--patch")) != SIZE_MAX)
		return was;
	return arena_printf(c->app->arena,
			    "%" SLICE_FMT "%sor write the rollback to a patch with --patch FILE",
			    SLICE_ARG(was), was.len ? "; " : "");
}

/* The stage that a published step started from. */
static struct slice stage_text(const struct published *p, struct arena *arena)
{
	char from[8];

	stage_name(p->from, from);
	return p->known ? arena_copy(arena, slice_of(from)) : SLICE("mixed");
}

/* The result of one step, also in its row and in the exit code. */
static void report_result(struct change_command *c, const struct published *p, struct step_row *row)
{
	row->outcome = p->outcome;
	if (p->refused) {
		for (size_t i = 0; i < p->findings.n; i++) {
			struct finding *f = &p->findings.items[i];

			f->remedy = change_patch_remedy(
				c, f->code, f->remedy.ptr ? f->remedy : slice_of(f->code->remedy));
		}
		findings_say(c->app, &p->findings, SEVERITY_ERROR);
		c->app->exit = exit_code_worse(c->app->exit, exit_code_of_findings(&p->findings));
	}
	if (p->existed && !p->committed)
		say_note(c->app,
			 "%" SLICE_FMT " is already at '%" SLICE_FMT
			 "': another process committed it first",
			 SLICE_ARG(row->name), SLICE_ARG(row->to));
	if (!p->committed)
		return;
	row->from = stage_text(p, c->app->arena);
	row->commit = arena_copy(c->app->arena, slice_of(p->commit));
	row->branch = arena_copy(c->app->arena, p->branch);
	row->undo = undo_of_published(&c->fleet->base, p, c->app->program);
	if (!c->documents) {
		report_commit(c, p, row);
		report_remarks(c, p, row);
	}
}

/* The branches that got commits, each once, separated by blanks; "" if there are none. */
static struct slice join_branches(const struct change_command *c, const struct publication *done)
{
	AUTO_STR struct str names = STR_INIT;
	struct slice last = SLICE_NONE;

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

void change_report_results(struct change_command *c, const struct publication *done)
{
	struct slice branches = join_branches(c, done);

	if (done->refusal.ptr)
		say_note(c->app, "%" SLICE_FMT, SLICE_ARG(done->refusal));
	for (size_t i = 0; i < c->plan.n; i++)
		report_result(c, &done->rows[i], &c->rows[i]);
	commit_report_unpushed(c->app, &c->fleet->base, branches, done->behind);
	if (branches.len)
		commit_report_hooks(c->app, c->fleet->base.session);
}

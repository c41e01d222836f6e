#include "flow/publish.h"

#include "base/clock.h"
#include "flow/advance.h"
#include "flow/backoff.h"
#include "flow/commit.h"
#include "flow/message.h"
#include "flow/publish_branches.h"
#include "flow/push_urls.h"
#include "flow/replan.h"
#include "flow/session_internal.h"
#include "flow/stage_branch_removal.h"
#include "git/commit.h"

/* Steps that become commits on the branch of the base commit. */
struct direct_run {
	const struct base_commit *base;
	const struct plan *plan;
	const struct publish_options *options;
	struct publication *out;
	struct commits *commits; /* none of them is written yet */
	struct oid tip;
};

/*
 * Adds one commit to the tip. Hooks look at what is written, so with them each is written by
 * itself.
 */
static int add_commit(struct direct_run *q, const struct changes *changes, const char *message,
		      struct err *err)
{
	const struct oid parent = q->tip;

	if (q->base->session->options.hooks)
		return commit_make(q->base, &(struct new_commit){ &parent, changes, message },
				   &q->tip, err);
	return commits_add(q->commits, changes, message, &q->tip, err);
}

/* Adds the commit of one step. */
static int add_step(struct direct_run *q, const struct step *step, struct err *err)
{
	AUTO_STR struct str message = STR_INIT;

	return message_of_step(q->base->session, step, q->options, &message, err) < 0 ?
		       -1 :
		       add_commit(q, &step->changes, message.ptr, err);
}

/* Adds one commit for all changes. */
static int add_batch(struct direct_run *q, struct err *err)
{
	AUTO_STR struct str message = STR_INIT;

	message_of_batch(q->plan, &message);
	return add_commit(q, &q->plan->changes, message.ptr, err);
}

/* Adds one commit for all changes, or a commit a step. */
static int add_commits(struct direct_run *q, struct err *err)
{
	struct slice branch = arena_copy(q->out->arena, q->base->branch);
	bool batch = q->options->batch;

	if (batch && add_batch(q, err) < 0)
		return -1;
	for (size_t i = 0; i < q->plan->n; i++) {
		const struct step *step = &q->plan->steps[i];
		struct published *row = &q->out->rows[i];

		if (!step_has_work(step))
			continue;
		progress_report(session_progress(q->base->session), "commits made", batch ? 1 : i,
				batch ? 1 : q->plan->n);
		if (!batch && add_step(q, step, err) < 0)
			return -1;
		row->committed = true;
		row->branch = branch;
		row->pushed = q->base->remote.name.ptr != NULL;
		oid_text(&q->tip, row->commit);
	}
	return 0;
}

/* Another process made just these commits: marks their steps. */
static void mark_existing(struct publication *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->rows[i].committed)
			published_reset(&out->rows[i], true);
}

/* Commits everything on the branch of the base commit. Returns an enum advance_result, or -1. */
static int publish_direct(const struct base_commit *base, const struct plan *plan,
			  const struct publish_options *options, struct publication *out,
			  struct err *err)
{
	struct direct_run q = {
		.base = base, .plan = plan, .options = options, .out = out, .tip = base->id
	};
	const struct advance advance = { base, &q.tip, &plan->changes, "gcpbackend: migrate",
					 &out->rejection };
	int failed, result;

	if (!plan->changes.n)
		return ADVANCE_DONE;
	failed = commits_new(&q.commits, base->session->repo, &base->id, err) < 0 ||
		 add_commits(&q, err) < 0 || commits_write(q.commits, err) < 0;
	commits_free(q.commits);
	result = failed ? -1 : advance_branch(&advance, &out->behind, err);
	if (result != ADVANCE_SAME)
		return result;
	mark_existing(out);
	return ADVANCE_DONE;
}

/* One try. Returns an enum advance_result, or -1. */
static int publish_once(struct evidence *evidence, struct plan *plan,
			const struct publish_options *options, struct publication *out,
			struct err *err)
{
	const struct base_commit *base = &evidence->fleet->base;
	size_t on_branches = 0, work = 0;

	for (size_t i = 0; i < plan->n; i++) {
		if (!step_has_work(&plan->steps[i]))
			continue;
		work++;
		on_branches += options->propose ||
			       migration_uses_pull_request(plan->steps[i].m, options->rollback);
	}
	out->tries += work && base->remote.name.ptr && !on_branches;
	if (!on_branches) {
		evidence_trim(evidence, plan);
		return publish_direct(base, plan, options, out, err);
	}
	if (on_branches == work)
		return publish_branches(base, plan, options, out, err);
	(void)err_set(err, &CODE_usage, NOWHERE,
		      "the selected migrations use different modes: 'direct' and 'pull-request'");
	return err_remedy(err, "run the command for each mode separately");
}

/* The results of a new plan become those of the first publication. */
static void take_results(const struct replan *replan, const struct publication *from,
			 struct publication *out)
{
	for (size_t i = 0; i < replan->n; i++) {
		struct published *row = &out->rows[replan->rows[i]];
		const struct step *step = row->step;

		*row = from->rows[i];
		row->step = step;
	}
	out->behind = arena_copy(out->arena, from->behind);
}

/* Takes over why the push of another try was rejected, and whether the branch has moved. */
static void take_rejection(const struct base_commit *base, const struct publication *from,
			   struct publication *out)
{
	bool moved = !oid_eq(&base->id, &out->base);

	out->unmoved = moved ? 1 : out->unmoved + 1;
	out->base = base->id;
	out->rejection.why = arena_copy(out->arena, from->rejection.why);
	out->rejection.lock = arena_copy(out->arena, from->rejection.lock);
}

/*
 * The pending steps once more, on the branch as others have moved it. Returns an enum
 * advance_result, or -1.
 */
static int publish_again(const struct fleet *fleet, const struct publish_options *options,
			 struct publication *out, struct err *err)
{
	struct replan replan;
	struct publication again;
	int result =
		replan_make(fleet, out, options->propose, &replan, err) < 0 ? -1 : ADVANCE_DONE;

	if (result == ADVANCE_DONE && replan.n) {
		publication_init(&again, &replan.plan, out->arena);
		result = publish_once(&replan.evidence, &replan.plan, options, &again, err);
		if (result == ADVANCE_DONE)
			take_results(&replan, &again, out);
		else if (result == ADVANCE_RACED)
			take_rejection(&replan.fleet.base, &again, out);
	}
	replan_release(&replan);
	return result;
}

/* Nothing has moved: what was committed is committed no more. */
static void forget_commits(struct publication *out)
{
	for (size_t i = 0; i < out->n; i++)
		out->rows[i].committed = out->rows[i].pushed = false;
}

/* The error of pushes that are rejected although the branch does not move. */
static int fail_unmoved(const struct base_commit *base, const struct publication *out,
			struct err *err)
{
	const struct rejection *r = &out->rejection;
	struct push_urls urls;

	if (r->lock.ptr)
		return err_set(err, &CODE_remote_locked, NOWHERE,
			       "%" SLICE_FMT " rejected %u pushes to '%" SLICE_FMT
			       "', which is locked: %" SLICE_FMT " exists",
			       SLICE_ARG(base->remote.name), out->unmoved, SLICE_ARG(base->branch),
			       SLICE_ARG(r->lock));
	if (push_urls_differ(base, &urls))
		return err_set(err, &CODE_push_elsewhere, NOWHERE,
			       "nothing was pushed: '%" SLICE_FMT "' at %" SLICE_FMT
			       " is not at the commit that was fetched from %" SLICE_FMT,
			       SLICE_ARG(base->branch), SLICE_ARG(urls.push),
			       SLICE_ARG(urls.fetch));
	return err_set(err, &CODE_push_raced, NOWHERE,
		       "%" SLICE_FMT " rejected %u pushes to '%" SLICE_FMT
		       "' although it was not moved: %" SLICE_FMT,
		       SLICE_ARG(base->remote.name), out->unmoved, SLICE_ARG(base->branch),
		       SLICE_ARG(r->why));
}

/* The error of a push that is not tried again; 0: it is. */
static int check_tries(const struct base_commit *base, const struct publication *out,
		       struct err *err)
{
	enum { TRIES = 100, UNMOVED = 10 };

	if (out->unmoved >= UNMOVED)
		return fail_unmoved(base, out, err);
	if (out->tries < TRIES)
		return 0;
	return err_set(err, &CODE_push_raced, NOWHERE,
		       "%" SLICE_FMT "/%" SLICE_FMT
		       " was moved by another push during each of %u attempts",
		       SLICE_ARG(base->remote.name), SLICE_ARG(base->branch), out->tries);
}

/* May the rollbacks be proposed on stage branches, after their push was refused? */
static bool can_propose(const struct publish_options *options, const struct publication *out,
			const struct err *err)
{
	if (!options->rollback || options->propose || err->code != &CODE_push_refused)
		return false;
	for (size_t i = 0; i < out->n; i++)
		if (step_has_work(out->rows[i].step) &&
		    out->rows[i].step->m->f.spec.git.rollback != ROLLBACK_AUTO)
			return false;
	return true;
}

/* The rollbacks whose push was refused, on stage branches. */
static int propose(const struct fleet *fleet, const struct publish_options *options,
		   struct publication *out, struct err *err)
{
	struct publish_options proposal = *options;

	proposal.propose = true;
	out->refusal = arena_copy(out->arena, slice_of(err->reason));
	*err = (struct err)ERR_INIT;
	forget_commits(out);
	return publish_again(fleet, &proposal, out, err);
}

int publish_plan(struct evidence *evidence, struct plan *plan,
		 const struct publish_options *options, struct publication *out, struct err *err)
{
	const struct base_commit *base = &evidence->fleet->base;
	const struct progress *progress = session_progress(base->session);
	int64_t since = clock_ms();
	int result;

	publication_init(out, plan, base->session->arena);
	out->base = base->id;
	out->unmoved = 1;
	result = publish_once(evidence, plan, options, out, err);
	while (result == ADVANCE_RACED) {
		progress_report(progress, "pushes rejected because the branch was moved",
				out->tries, 0);
		if (check_tries(base, out, err) < 0)
			return -1;
		backoff_wait(since);
		out->tries++;
		since = clock_ms();
		forget_commits(out);
		result = publish_again(evidence->fleet, options, out, err);
	}
	if (result < 0 && can_propose(options, out, err))
		result = propose(evidence->fleet, options, out, err);
	progress_report(progress, NULL, 0, 0);
	publication_set_outcomes(out);
	if (options->rollback && result >= 0)
		stage_branches_remove(base, out);
	return result < 0 ? -1 : 0;
}

int publish_files(const struct base_commit *base, const struct changes *changes,
		  const char *message, struct published_files *out, struct err *err)
{
	struct published_files files = { .behind = { NULL, 0 } };
	struct oid commit;
	const struct advance advance = { base, &commit, changes, "gcpbackend: init", NULL };
	int result;

	if (commit_make(base, &(struct new_commit){ &base->id, changes, message }, &commit, err) <
	    0)
		return -1;
	result = advance_branch(&advance, &files.behind, err);
	if (result == ADVANCE_RACED)
		return err_set(err, &CODE_push_raced, NOWHERE,
			       "%" SLICE_FMT "/%" SLICE_FMT " was moved by another push",
			       SLICE_ARG(base->remote.name), SLICE_ARG(base->branch));
	if (result < 0)
		return -1;
	oid_text(&commit, files.commit);
	*out = files;
	return 0;
}

#include "flow/publish_internal.h"

#include "base/clock.h"

#include "git/commit.h"
#include "git/hooks.h"

/* Marks what a commit of all steps, or of one, brought. */
static void record(struct published *out, const struct step *step, const struct oid *commit,
		   struct slice branch)
{
	*out = (struct published){
		.step = step, .committed = true, .commit = *commit, .branch = branch
	};
}

/*
 * One more commit on `tip`. Hooks look at what is written, so with them each is written by itself.
 */
static int add_commit(struct session *s, struct commits *commits, const struct changes *changes,
		      const char *message, struct oid *tip, struct err *err)
{
	struct oid parent = *tip;

	if (s->options->hooks)
		return session_commit(s, &parent, changes, message, tip, err);
	return commits_add(commits, changes, message, tip, err);
}

/* All changes as one commit, or a commit a step, of which none is written yet. */
static int add_commits(struct session *s, const struct plan *plan, const struct publish_options *o,
		       struct commits *commits, struct published *rows, struct oid *tip,
		       struct err *err)
{
	if (o->batch) {
		AUTO_STR struct str message = STR_INIT;

		batch_message(plan, &message);
		if (add_commit(s, commits, &plan->changes, message.ptr, tip, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		AUTO_STR struct str message = STR_INIT;

		if (!step_has_work(step))
			continue;
		progress_report(&s->options->progress, "commits made", o->batch ? 1 : i,
			      o->batch ? 1 : plan->n);
		if (!o->batch &&
		    (step_message(s, step, o, &message, err) < 0 ||
		     add_commit(s, commits, &step->changes, message.ptr, tip, err) < 0))
			return -1;
		record(&rows[i], step, tip, s->branch);
		rows[i].pushed = s->remote.name.ptr != NULL;
	}
	return 0;
}

/* Everything on the applied branch. */
static int publish_direct(struct session *s, const struct plan *plan,
			  const struct publish_options *o, struct publication *out, struct err *err)
{
	struct commits *commits = NULL;
	struct oid tip = s->base;
	int failed, result;

	if (!plan->changes.n)
		return 0;
	failed = commits_new(&commits, s->repo, &s->base, err) < 0 ||
		 add_commits(s, plan, o, commits, out->rows, &tip, err) < 0 ||
		 commits_write(commits, err) < 0;
	commits_free(commits);
	result = failed ? -1 :
			  branch_advance(s, &plan->changes, &tip, "gcpbackend: migrate",
					 &out->behind, err);
	for (size_t i = 0; i < plan->n && result == ADVANCE_SAME; i++)
		if (out->rows[i].committed)
			out->rows[i] =
				(struct published){ .step = &plan->steps[i], .existed = true };
	return result == ADVANCE_SAME ? ADVANCED : result;
}

int publish_once(struct session *s, struct plan *plan, const struct publish_options *o,
		 struct publication *out, struct err *err)
{
	size_t requests = 0, work = 0;

	for (size_t i = 0; i < plan->n; i++) {
		out->rows[i] = (struct published){ .step = &plan->steps[i] };
		work += step_has_work(&plan->steps[i]);
		requests += step_has_work(&plan->steps[i]) &&
			    migration_uses_pull_request(plan->steps[i].m, o->rollback);
	}
	out->tries += work && s->remote.name.ptr && !requests;
	if (!requests) {
		session_forget(s, plan);
		return publish_direct(s, plan, o, out, err);
	}
	if (requests != work) {
		(void)err_set(
			err, &CODE_usage, NOWHERE,
			"some of the migrations are in mode direct and some in mode pull-request");
		return err_remedy(err, "select them apart");
	}
	return publish_requests(s, plan, o, out, err);
}

int session_publish(struct session *s, struct plan *plan, const struct publish_options *options,
		    struct publication *out, struct err *err)
{
	enum { TRIES = 100 };
	int64_t since = clock_ms();
	int result;

	*out = (struct publication){ .rows = arena_array(s->arena, plan->n, sizeof(*out->rows)) };
	result = publish_once(s, plan, options, out, err);
	while (result == ADVANCE_RACED) {
		progress_report(&s->options->progress, "pushes that others were faster than",
			      out->tries, 0);
		if (out->tries == TRIES)
			return err_set(err, &CODE_push_raced, NOWHERE,
				       "%" SLICE_FMT "/%" SLICE_FMT
				       " moved during each of %u tries",
				       SLICE_ARG(s->remote.name), SLICE_ARG(s->branch), out->tries);
		push_pause(since);
		out->tries++;
		since = clock_ms();
		for (size_t i = 0; i < plan->n; i++)
			out->rows[i].committed = out->rows[i].pushed = false;
		result = publish_again(s, plan, options, out, err);
	}
	progress_report(&s->options->progress, NULL, 0, 0);
	return result < 0 ? -1 : 0;
}

int session_commit_files(struct session *s, const struct changes *changes, const char *message,
			 struct oid *commit, struct slice *behind, struct err *err)
{
	int result;

	if (session_commit(s, &s->base, changes, message, commit, err) < 0)
		return -1;
	result = branch_advance(s, changes, commit, "gcpbackend: init", behind, err);
	if (result == ADVANCE_RACED)
		return err_set(err, &CODE_push_raced, NOWHERE,
			       "%" SLICE_FMT "/%" SLICE_FMT " moved meanwhile",
			       SLICE_ARG(s->remote.name), SLICE_ARG(s->branch));
	return result < 0 ? -1 : 0;
}

struct slices session_hooks(const struct session *s)
{
	struct slices all = hooks_of_commits(s->repo, s->arena), out = { all.items, 0 };

	for (size_t i = 0; i < all.n; i++)
		if (!s->options->hooks || !hooks_runs(all.items[i]))
			out.items[out.n++] = all.items[i];
	return out;
}

#include "flow/publish.h"

#include "base/alloc.h"
#include "flow/templates.h"
#include "git/commit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void undo_command(const struct step *step, const char *program, struct str *out)
{
	bool down = step->known && stage_cmp(step->to, step->from) < 0;
	char from[8];

	stage_name(step->from, from);
	if (step->intent.direction == GO_ENTRY || step->intent.rules) { /* whole objects come back from the history only */
		str_adds(out, "git revert the commit");
		return;
	}
	if (step->from.kind == STAGE_DONE) {
		str_addf(out, "git revert the commit, or %s migrate promote %" SLICE_FMT " --resume --to 100 --yes", program,
			 SLICE_ARG(step->m->name));
		return;
	}
	str_addf(out, "%s migrate %s %" SLICE_FMT, program, down ? "promote --resume" : "rollback", SLICE_ARG(step->m->name));
	if (step->known && step->from.kind != STAGE_START)
		str_addf(out, " --to %s", from);
	if (down)
		str_adds(out, " --yes");
}

/* "path: N lines" for each file of the step. */
static void describe_changes(const struct changes *changes, struct str *out)
{
	for (size_t i = 0; i < changes->n; i++) {
		if (i)
			str_addc(out, '\n');
		str_addf(out, "%s %" SLICE_FMT,
			 !changes->items[i].before.ptr ? "add" :
			 changes->items[i].after.ptr   ? "change" :
							 "remove",
			 SLICE_ARG(changes->items[i].path));
	}
}

/* The commit message of one step. */
static int step_message(const struct session *s, const struct step *step, const struct publish_options *o, struct str *out,
			struct err *err)
{
	AUTO_STR struct str what = STR_INIT, undo = STR_INIT;
	bool entry = step->intent.direction == GO_ENTRY; /* the one commit between two stages of one name */
	char from[8], to[8];

	stage_name(step->from, from);
	stage_name(step->to, to);
	describe_changes(&step->changes, &what);
	undo_command(step, o->program, &undo);
	struct pair values[] = {
		{ SLICE("migration"), step->m->name },
		{ SLICE("from_stage"), step->known ? slice_of(from) : SLICE("mixed") },
		{ SLICE("to_stage"), entry ? SLICE("done, ServiceEntry deleted") : slice_of(to) },
		{ SLICE("what"), str_slice(&what) },
		{ SLICE("why"), o->reason },
		{ SLICE("undo"), str_slice(&undo) },
	};
	return templates_render(s->templates_dir, SLICE("commit-message"),
				(struct pairs){ values, sizeof(values) / sizeof(values[0]) }, out, err);
}

/* Does the step bring a commit? */
static bool has_work(const struct step *step)
{
	return !step->refused && step->changes.n > 0;
}

/* The message of one commit for many steps: a subject, a line a step, and their trailers. */
static void batch_message(const struct plan *plan, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += has_work(&plan->steps[i]);
	str_addf(out, "%zu migrations: next stages\n\n", n);
	for (size_t i = 0; i < plan->n; i++) {
		char from[8], to[8];

		stage_name(plan->steps[i].from, from);
		stage_name(plan->steps[i].to, to);
		if (has_work(&plan->steps[i]))
			str_addf(out, "%" SLICE_FMT ": %s -> %s\n", SLICE_ARG(plan->steps[i].m->name),
				 plan->steps[i].known ? from : "mixed", to);
	}
	str_addc(out, '\n');
	for (size_t i = 0; i < plan->n; i++) {
		char to[8];

		stage_name(plan->steps[i].to, to);
		if (has_work(&plan->steps[i]))
			str_addf(out, "GCPBackend-Migration: %" SLICE_FMT "\nGCPBackend-Stage: %s\n",
				 SLICE_ARG(plan->steps[i].m->name), to);
	}
}

/* Under the lock: files, index, ref. What was written goes back when not all files and the index can be. */
static int move_locked(struct branch_lock *lock, struct worktree_plan *files, const struct oid *tip, const char *why,
		       struct err *err)
{
	struct err ignored = ERR_INIT;

	if (worktree_files(files, err) == 0 && worktree_index(files, err) == 0)
		return branch_finish(lock, tip, why, err);
	(void)worktree_restore(files, &ignored);
	branch_unlock(lock);
	return -1;
}

/* Under the lock: is the working tree ready? Then everything follows. */
static int move_prepared(struct session *s, struct branch_lock *lock, const struct changes *changes, const struct oid *tip,
			 const char *why, struct err *err)
{
	struct worktree_plan *files = NULL;
	int result = worktree_prepare(s->repo, s->branch.ptr, changes->items, changes->n, &files, err);

	if (result < 0)
		branch_unlock(lock);
	else
		result = move_locked(lock, files, tip, why, err);
	worktree_free(files);
	return result;
}

/*
 * Moves the branch to `tip`, with the working tree following (git/commit.h says in which order, and why). Ctrl-C waits until it is done, so that
 * no lock is left behind.
 */
static int move_branch(struct session *s, const struct changes *changes, const struct oid *tip, const char *why, struct err *err)
{
	struct branch_lock *lock = NULL;
	sigset_t patient, before;
	int result;

	(void)sigemptyset(&patient);
	(void)sigaddset(&patient, SIGINT);
	(void)sigaddset(&patient, SIGTERM);
	(void)sigaddset(&patient, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &patient, &before);
	result = branch_lock(s->repo, s->branch.ptr, &s->base, &lock, err);
	if (result == 0)
		result = move_prepared(s, lock, changes, tip, why, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* Marks what a commit of all steps, or of one, brought. */
static void record(struct published *out, const struct step *step, const struct oid *commit, struct slice branch)
{
	*out = (struct published){ .step = step, .committed = true, .commit = *commit, .branch = branch };
}

/* Everything on the applied branch. */
static int publish_direct(struct session *s, const struct plan *plan, const struct publish_options *o, struct published *out,
			  struct err *err)
{
	struct oid tip = s->base;

	if (!plan->changes.n)
		return 0;
	if (o->batch) {
		AUTO_STR struct str message = STR_INIT;

		batch_message(plan, &message);
		if (commit_write(s->repo, &s->base, plan->changes.items, plan->changes.n, message.ptr, &tip, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		AUTO_STR struct str message = STR_INIT;
		struct oid parent = tip;

		if (!has_work(step))
			continue;
		if (!o->batch && (step_message(s, step, o, &message, err) < 0 ||
				  commit_write(s->repo, &parent, step->changes.items, step->changes.n, message.ptr, &tip, err) < 0))
			return -1;
		record(&out[i], step, &tip, s->branch);
	}
	return move_branch(s, &plan->changes, &tip, "gcpbackend: migrate", err);
}

/* --- pull requests -------------------------------------------------------------------------------------------------------------- */

/*
 * Is the branch ours and up to date: is its tip, on whatever base it was made, just what this step makes of that base? Then it stays as it
 * is, since a rewritten branch loses its approvals.
 */
static int same_work(struct session *s, const char *branch, const struct step *step, bool *same, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct commit_info there;
	struct oid tip, tree;

	if (repo_branch_tip(s->repo, branch, &tip, err) < 0 || repo_commit_info(s->repo, &tip, arena, &there, err) < 0)
		return -1;
	for (size_t i = 0; i < step->changes.n; i++) {
		const struct change *c = &step->changes.items[i];
		struct slice path = arena_copy(arena, c->path);
		AUTO_STR struct str before = STR_INIT;
		int missing = tree_read(s->repo, &there.parent, path.ptr, MANIFEST_MAX, &before, NULL, err);

		if (missing < 0)
			return -1;
		if ((missing > 0) != !c->before.ptr || !slice_eq(str_slice(&before), c->before)) {
			*same = false;
			return 0;
		}
	}
	if (commit_tree_with(s->repo, &there.parent, step->changes.items, step->changes.n, &tree, err) < 0)
		return -1;
	*same = oid_eq(&there.tree, &tree);
	return 0;
}

/* Refuses one step whose branch somebody has worked on. */
static void refuse_foreign(struct session *s, struct step *step, const char *branch)
{
	struct commit_info info = { .author = { NULL, 0 } };
	struct err ignored = ERR_INIT;
	struct oid tip;

	if (repo_branch_tip(s->repo, branch, &tip, &ignored) == 0)
		(void)repo_commit_info(s->repo, &tip, s->arena, &info, &ignored);
	findings_add(&step->findings, &CODE_branch_foreign, NOWHERE,
		     "the branch '%s' holds a commit of %" SLICE_FMT " that this stage would not make", branch,
		     SLICE_ARG(info.author));
	step->refused = true;
}

/* A branch that is there already: the same work, or somebody's. */
static int keep_branch(struct session *s, struct step *step, struct slice branch, struct published *out, struct err *err)
{
	bool same = false;

	if (same_work(s, branch.ptr, step, &same, err) < 0)
		return -1;
	if (!same) {
		refuse_foreign(s, step, branch.ptr);
		return 0;
	}
	*out = (struct published){ .step = step, .committed = true, .existed = true, .branch = branch };
	return repo_branch_tip(s->repo, branch.ptr, &out->commit, err);
}

bool step_branch(struct session *s, const struct step *step, struct slice *out)
{
	char to[8];

	stage_name(step->to, to);
	*out = arena_printf(s->arena, "gcpbackend/%" SLICE_FMT "/%s", SLICE_ARG(step->m->name), to);
	return repo_has_branch(s->repo, out->ptr);
}

/* One step on a branch of its own. */
static int publish_branch(struct session *s, struct step *step, const struct publish_options *o, struct published *out,
			  struct err *err)
{
	AUTO_STR struct str message = STR_INIT;
	struct slice branch;
	struct oid commit;

	if (step_branch(s, step, &branch))
		return keep_branch(s, step, branch, out, err);
	if (step_message(s, step, o, &message, err) < 0 ||
	    commit_write(s->repo, &s->base, step->changes.items, step->changes.n, message.ptr, &commit, err) < 0)
		return -1;
	if (branch_move(s->repo, branch.ptr, NULL, &commit, "gcpbackend: migrate", err) < 0)
		return -1;
	record(out, step, &commit, branch);
	return 0;
}

/* Does the step go on a branch of its own? */
static bool by_pull_request(const struct step *step, const struct publish_options *o)
{
	return (o->rollback ? step->m->f.spec.git.rollback : step->m->f.spec.git.mode) == MODE_PULL_REQUEST;
}

int session_publish(struct session *s, struct plan *plan, const struct publish_options *options, struct published *out,
		    struct err *err)
{
	size_t requests = 0, work = 0;

	for (size_t i = 0; i < plan->n; i++) {
		out[i] = (struct published){ .step = &plan->steps[i] };
		work += has_work(&plan->steps[i]);
		requests += has_work(&plan->steps[i]) && by_pull_request(&plan->steps[i], options);
	}
	if (!requests)
		return publish_direct(s, plan, options, out, err);
	if (requests != work) {
		(void)err_set(err, &CODE_usage, NOWHERE, "some of the migrations are in mode direct and some in mode pull-request");
		return err_remedy(err, "select them apart");
	}
	for (size_t i = 0; i < plan->n; i++)
		if (has_work(&plan->steps[i]) && publish_branch(s, &plan->steps[i], options, &out[i], err) < 0)
			return -1;
	return 0;
}

int session_commit_files(struct session *s, const struct changes *changes, const char *message, struct oid *commit, struct err *err)
{
	if (commit_write(s->repo, &s->base, changes->items, changes->n, message, commit, err) < 0)
		return -1;
	return move_branch(s, changes, commit, "gcpbackend: init", err);
}

#include "flow/publish_branches.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "flow/backoff.h"
#include "flow/commit.h"
#include "flow/pull_request_url.h"
#include "flow/message.h"
#include "flow/session_internal.h"
#include "flow/stage_branch.h"
#include "git/branch.h"
#include "git/commit.h"
#include "git/commit_read.h"
#include "git/push.h"

#include <stdlib.h>
#include <string.h>

/* The branch of a step, as it is now. */
struct own_branch {
	struct stage_branch branch; /* its name; the rest if it exists */
	bool exists, same;          /* same: with just the step's change */
};

/* A push of many branches at once, and what each is for. */
struct branch_pushes {
	struct push *items;
	struct published **rows; /* NULL: a branch of another stage is deleted */
	size_t n, cap, rows_cap;
};

/* One run of publish_branches. */
struct branch_run {
	struct session *session;
	const struct base_commit *base;
	const struct publish_options *options;
	struct publication *out;
	struct arena *arena; /* of `out` */
	struct branch_pushes pushes;
	struct remote_branches known;   /* all of the remote, sorted by name */
	struct own_branch *own;         /* one a step */
	struct stage_branch *uncertain; /* those that others may have committed to */
	size_t nuncertain, uncertain_cap;
	struct map numbers; /* of these, by name */
	bool raced, last;   /* raced: others were faster with a branch, and there will be another
			       try; last: there will not */
};

/* --- which branches there are --------------------------------------------- */

/* The branches that the remote has of a migration: the first one, and their number. */
static size_t find_branches(const struct branch_run *q, const struct migration *m, size_t *n)
{
	struct slice dir =
		arena_printf(q->arena, STAGE_BRANCHES "/%" SLICE_FMT "/", SLICE_ARG(m->name));
	size_t from = 0, to = q->known.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (slice_cmp(q->known.items[middle].name, dir) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (*n = 0; from + *n < q->known.n && slice_starts(q->known.items[from + *n].name, dir);)
		++*n;
	return from;
}

/* Adds a branch of which it must be determined whether it is ours. */
static void add_uncertain(struct branch_run *q, struct slice name, const struct oid *tip,
			  const struct migration *m)
{
	ROOM(q->uncertain, q->nuncertain, q->uncertain_cap);
	map_set(&q->numbers, name, q->nuncertain);
	q->uncertain[q->nuncertain++] = (struct stage_branch){ name, *tip, m, false };
}

/* Is the branch ours, as determined before? */
static bool is_ours(const struct branch_run *q, struct slice name)
{
	return q->uncertain[map_get(&q->numbers, name)].ours;
}

/* Finds the branches of one step: its own, and those of other stages, which are to be deleted. */
static int find_step_branches(struct branch_run *q, const struct step *step, struct own_branch *own,
			      struct err *err)
{
	size_t n, first = find_branches(q, step->m, &n);
	struct slice name = stage_branch_name(step->m, step->to, q->arena);

	*own = (struct own_branch){ .exists = false };
	own->exists = stage_branch_find(q->base, name, &own->branch);
	if (own->exists && stage_branch_is_step(q->base, &own->branch, step, &own->same, err) < 0)
		return -1;
	if (own->exists && !own->same)
		add_uncertain(q, name, &own->branch.tip, step->m);
	for (size_t i = first; i < first + n; i++)
		if (!slice_eq(q->known.items[i].name, name))
			add_uncertain(q, q->known.items[i].name, &q->known.items[i].tip, step->m);
	return 0;
}

/* Fetches and lists the stage branches of the remote. */
static int list_known(struct branch_run *q, struct err *err)
{
	struct session *s = q->session;
	const struct remote *remote = &q->base->remote;

	if (!remote->name.ptr)
		return 0;
	if (s->options.base == BASE_FRESH &&
	    remote_fetch_under(remote, STAGE_BRANCHES, &s->remote, err) < 0)
		return -1;
	return remote_branches(remote, STAGE_BRANCHES, q->arena, &q->known, err);
}

/* Finds the branches of all pending steps, and which of them are ours. */
static int find_all(struct branch_run *q, struct err *err)
{
	if (list_known(q, err) < 0)
		return -1;
	map_release(&q->numbers);
	q->nuncertain = 0;
	for (size_t i = 0; i < q->out->n; i++)
		if (published_is_pending(&q->out->rows[i]) &&
		    find_step_branches(q, q->out->rows[i].step, &q->own[i], err) < 0)
			return -1;
	stage_branches_find_ours(q->base, q->uncertain, q->nuncertain);
	return 0;
}

/* --- what the remote is asked for ----------------------------------------- */

/* A copy in the arena of the run; NULL remains NULL. */
static const struct oid *copy_oid(struct branch_run *q, const struct oid *id)
{
	struct oid *copy = id ? arena_alloc(q->arena, sizeof(*copy)) : NULL;

	if (copy)
		*copy = *id;
	return copy;
}

/* The remote shall have `to` (NULL: nothing) where it has `expect` (NULL: nothing) now. */
static void add_push(struct branch_run *q, struct slice branch, const struct oid *expect,
		     const struct oid *to, struct published *row)
{
	struct branch_pushes *list = &q->pushes;
	struct push push = {
		.ref = arena_printf(q->arena, "refs/heads/%" SLICE_FMT, SLICE_ARG(branch)).ptr
	};

	push.expect = copy_oid(q, expect);
	push.to = copy_oid(q, to);
	ROOM(list->items, list->n, list->cap);
	ROOM(list->rows, list->n, list->rows_cap);
	list->rows[list->n] = row;
	list->items[list->n++] = push;
}

/* Branches of other stages: ours are deleted, others named. */
static void supersede_branches(struct branch_run *q, struct published *row)
{
	size_t n, first = find_branches(q, row->step->m, &n);

	row->abandoned = (struct slices){ arena_array(q->arena, n, sizeof(struct slice)), 0 };
	for (size_t i = first; i < first + n; i++) {
		const struct remote_branch *b = &q->known.items[i];

		if (slice_eq(b->name, row->branch))
			continue;
		if (is_ours(q, b->name))
			add_push(q, b->name, &b->tip, NULL, NULL);
		else
			row->abandoned.items[row->abandoned.n++] = b->name;
	}
}

/* Marks the step as committed on its branch. */
static void record_commit(struct published *row, const struct oid *commit, struct slice branch)
{
	row->committed = row->own_branch = true;
	row->branch = branch;
	oid_text(commit, row->commit);
}

/* A branch of the remote below the name of this one, as far as it was fetched; absent: none. */
static struct slice find_below(const struct branch_run *q, struct slice name)
{
	struct slice dir = arena_printf(q->arena, "%" SLICE_FMT "/", SLICE_ARG(name));

	for (size_t i = 0; i < q->known.n; i++)
		if (slice_starts(q->known.items[i].name, dir))
			return q->known.items[i].name;
	return SLICE_NONE;
}

/* A branch of the remote, or a local one, whose name is a directory of this name; absent: none. */
static struct slice find_above(const struct branch_run *q, struct slice name)
{
	struct session *s = q->session;

	for (size_t i = 0; i < name.len; i++) {
		struct slice above = arena_copy(q->arena, slice_sub(name, 0, i));
		struct slice ref = arena_printf(q->arena, "refs/heads/%s", above.ptr);
		struct err ignored = ERR_INIT;
		struct oid tip;

		if (name.ptr[i] != '/')
			continue;
		if (q->base->remote.name.ptr ?
			    remote_ask(&q->base->remote, ref.ptr, &s->remote, &tip, &ignored) == 0 :
			    repo_has_branch(s->repo, above.ptr))
			return above;
	}
	return SLICE_NONE;
}

/* The branch that cannot exist beside a new one; absent: none is known. */
static struct slice find_blocker(const struct branch_run *q, const struct push *push)
{
	static const size_t prefix = sizeof("refs/heads/") - 1;
	struct slice name = slice_sub(slice_of(push->ref), prefix, strlen(push->ref)), found;

	if (push->blocker.ptr)
		return slice_sub(push->blocker, prefix, push->blocker.len);
	if (push->expect || push->lock.ptr)
		return SLICE_NONE;
	found = find_below(q, name);
	return found.ptr ? found : find_above(q, name);
}

/* The finding about it. */
static void note_blocked(const struct branch_run *q, struct findings *findings, struct slice branch,
			 struct slice blocker)
{
	struct slice remote = q->base->remote.name;
	struct finding *f =
		findings_add(findings, &CODE_branch_blocked, NOWHERE,
			     "branch '%" SLICE_FMT "' cannot be created: branch '%" SLICE_FMT
			     "'%s%" SLICE_FMT " exists",
			     SLICE_ARG(branch), SLICE_ARG(blocker), remote.ptr ? " of " : "",
			     SLICE_ARG(remote.ptr ? remote : SLICE("")));

	f->remedy = remote.ptr ? arena_printf(q->arena,
					      "rename or delete that branch: git push --delete "
					      "%" SLICE_FMT " %" SLICE_FMT,
					      SLICE_ARG(remote), SLICE_ARG(blocker)) :
				 arena_printf(q->arena,
					      "rename or delete that branch: git branch -m "
					      "%" SLICE_FMT " NEW",
					      SLICE_ARG(blocker));
}

/* The step's commit on the base commit, and the branch that shall have it. */
static int make_branch(struct branch_run *q, struct published *row, const struct own_branch *own,
		       struct err *err)
{
	AUTO_STR struct str message = STR_INIT;
	struct session *s = q->session;
	struct slice name = own->branch.name;
	const struct oid *old = own->exists ? &own->branch.tip : NULL;
	bool local = !q->base->remote.name.ptr;
	struct slice blocker = local && !old ? find_above(q, name) : SLICE_NONE;
	struct oid commit;

	if (blocker.ptr) {
		note_blocked(q, published_refuse(row, q->arena), name, blocker);
		return 0;
	}
	if (local && old && branch_check_unused(s->repo, name.ptr, err) < 0)
		return -1;
	if (message_of_step(s, row->step, q->options, &message, err) < 0 ||
	    commit_make(q->base,
			&(struct new_commit){ &q->base->id, &row->step->changes, message.ptr },
			&commit, err) < 0)
		return -1;
	if (!local)
		add_push(q, name, old, &commit, row);
	else if (branch_move(s->repo,
			     &(struct branch_move){ name.ptr, old, &commit, "gcpbackend: migrate" },
			     err) < 0)
		return -1;
	record_commit(row, &commit, name);
	return 0;
}

/* Refuses a step whose branch has commits that were not made by this program. */
static void refuse_foreign(struct branch_run *q, struct published *row,
			   const struct stage_branch *branch)
{
	struct commit_info info = { .author = { NULL, 0 } };
	struct err ignored = ERR_INIT;

	(void)commit_read_info(q->session->repo, &branch->tip, q->arena, &info, &ignored);
	findings_add(published_refuse(row, q->arena), &CODE_branch_foreign, NOWHERE,
		     "branch '%" SLICE_FMT "' contains a commit by %" SLICE_FMT
		     " that this tool did not make",
		     SLICE_ARG(branch->name), SLICE_ARG(info.author));
}

/*
 * One step: its branch exists with the same change, or with an older one of ours, or with commits
 * of others, or is made.
 */
static int publish_step(struct branch_run *q, struct published *row, const struct own_branch *own,
			struct err *err)
{
	const struct stage_branch *branch = &own->branch;

	if (own->exists && !own->same && !is_ours(q, branch->name)) {
		refuse_foreign(q, row, branch);
		return 0;
	}
	if (own->same) {
		row->existed = true;
		record_commit(row, &branch->tip, branch->name);
	} else if (make_branch(q, row, own, err) < 0) {
		return -1;
	}
	row->url = pull_request_url(&q->base->remote, q->base->branch, branch->name, q->arena);
	supersede_branches(q, row);
	return 0;
}

/* What became of one branch at the remote. */
static void take_result(struct branch_run *q, const struct push *push, struct published *row)
{
	bool raced = push->result == PUSH_RACED;
	struct slice blocker;

	row->pushed = push->result == PUSH_DONE || push->result == PUSH_SAME;
	row->existed = push->result == PUSH_SAME;
	if (row->pushed)
		return;
	row->committed = false;
	blocker = raced ? find_blocker(q, push) : SLICE_NONE;
	if (blocker.ptr) {
		note_blocked(q, published_refuse(row, q->arena), row->branch, blocker);
		return;
	}
	q->raced = q->raced || (raced && !q->last);
	if (raced && !q->last)
		return;
	if (raced && push->lock.ptr) {
		findings_add(published_refuse(row, q->arena), &CODE_remote_locked, NOWHERE,
			     "%" SLICE_FMT " rejected the pushes to '%" SLICE_FMT
			     "', which is locked: %" SLICE_FMT " exists",
			     SLICE_ARG(q->base->remote.name), SLICE_ARG(row->branch),
			     SLICE_ARG(push->lock));
		return;
	}
	findings_add(published_refuse(row, q->arena), raced ? &CODE_push_raced : &CODE_push_refused,
		     NOWHERE, "%s: %" SLICE_FMT, push->ref,
		     SLICE_ARG(push->why.ptr ? push->why : SLICE("the remote reported no result")));
}

/* Pushes all branches at once. */
static int push_all(struct branch_run *q, struct err *err)
{
	struct session *s = q->session;
	struct branch_pushes *list = &q->pushes;
	struct slice target = arena_printf(q->arena, "merge_request.target=%" SLICE_FMT,
					   SLICE_ARG(q->base->branch));
	struct slice wanted[] = { SLICE("merge_request.create"), target };
	struct pushes pushes = { .items = list->items, .n = list->n };

	if (!list->n)
		return 0;
	if (q->options->merge_request)
		pushes.options = (struct slices){ wanted, 2 };
	if (push_refs(&q->base->remote, &pushes, &s->remote, q->arena, err) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		if (list->rows[i])
			take_result(q, &list->items[i], list->rows[i]);
	return 0;
}

/* One try with all pending steps. */
static int publish_all(struct branch_run *q, struct err *err)
{
	q->pushes.n = 0;
	q->raced = false;
	if (find_all(q, err) < 0)
		return -1;
	for (size_t i = 0; i < q->out->n; i++) {
		struct published *row = &q->out->rows[i];

		progress_report(&q->session->options.progress, "branches made", i, q->out->n);
		if (published_is_pending(row) && publish_step(q, row, &q->own[i], err) < 0)
			return -1;
	}
	return push_all(q, err);
}

int publish_branches(const struct base_commit *base, const struct plan *plan,
		     const struct publish_options *options, struct publication *out,
		     struct err *err)
{
	enum { TRIES = 10 };
	struct branch_run q = { .session = base->session,
				.base = base,
				.options = options,
				.out = out,
				.arena = out->arena };
	int64_t since = clock_ms();
	int result;

	q.own = arena_array(q.arena, plan->n, sizeof(*q.own));
	result = publish_all(&q, err);
	for (unsigned try = 1; q.raced && result == 0; try++) {
		backoff_wait(since);
		since = clock_ms();
		q.last = try + 1 == TRIES;
		result = publish_all(&q, err);
	}
	map_release(&q.numbers);
	free(q.uncertain);
	free(q.pushes.items);
	free(q.pushes.rows);
	return result;
}

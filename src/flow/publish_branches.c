#include "flow/publish_internal.h"

#include "base/alloc.h"
#include "flow/compare_url.h"
#include "flow/stage_branch.h"
#include "git/commit.h"

#include <stdlib.h>
#include <string.h>

/* The branch of a step, as it is. */
struct own {
	struct topic topic; /* its branch; the rest if it is there */
	bool is, same;      /* it is there; with just the step's work */
};

/* One run of publish_requests. */
struct requests {
	struct session *s;
	const struct publish_options *o;
	struct publication *out;
	struct push *pushes; /* what the remote is asked for, all at once */
	size_t *step_of;     /* the step of each; SIZE_MAX: a branch of another stage goes */
	size_t npushes, pushes_cap, step_of_cap;
	struct remote_branch *known; /* all of the remote, sorted by name */
	size_t nknown;
	struct own *own;      /* one a step */
	struct topic *topics; /* those that somebody may have worked on */
	size_t ntopics, topics_cap;
	struct map judged; /* their numbers, by their branches */
	bool raced, last;  /* raced: somebody was faster with a branch, and there will be another
			      try; last: there will not */
};

/* Refuses one step whose branch somebody has worked on. */
static void refuse_foreign(struct session *s, struct step *step, const struct topic *t)
{
	struct commit_info info = { .author = { NULL, 0 } };
	struct err ignored = ERR_INIT;

	(void)repo_commit_info(s->repo, &t->tip, s->arena, &info, &ignored);
	findings_add(&step->findings, &CODE_branch_foreign, NOWHERE,
		     "the branch '%" SLICE_FMT "' holds a commit of %" SLICE_FMT
		     " that this stage would not make",
		     SLICE_ARG(t->branch), SLICE_ARG(info.author));
	step->refused = true;
}

/* A copy that lives as long as the session; NULL stays NULL. */
static const struct oid *keep(struct session *s, const struct oid *id)
{
	struct oid *copy = id ? arena_alloc(s->arena, sizeof(*copy)) : NULL;

	if (copy)
		*copy = *id;
	return copy;
}

/* The remote shall have `to` (NULL: nothing) where it has `expect` (NULL: nothing) now. */
static void want_push(struct requests *q, struct slice branch, const struct oid *expect,
		      const struct oid *to, size_t step)
{
	struct arena *arena = q->s->arena;
	struct push push = {
		.ref = arena_printf(arena, "refs/heads/%" SLICE_FMT, SLICE_ARG(branch)).ptr
	};

	push.expect = keep(q->s, expect);
	push.to = keep(q->s, to);
	ROOM(q->pushes, q->npushes, q->pushes_cap);
	ROOM(q->step_of, q->npushes, q->step_of_cap);
	q->step_of[q->npushes] = step;
	q->pushes[q->npushes++] = push;
}

/* The branches that the remote has of a migration: the first one, and their number. */
static size_t branches_of(const struct requests *q, const struct migration *m, size_t *n)
{
	struct slice folder =
		arena_printf(q->s->arena, TOPICS "/%" SLICE_FMT "/", SLICE_ARG(m->name));
	size_t from = 0, to = q->nknown;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (slice_cmp(q->known[middle].name, folder) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (*n = 0; from + *n < q->nknown && slice_starts(q->known[from + *n].name, folder);)
		++*n;
	return from;
}

/* A topic is to be judged. */
static void want_judged(struct requests *q, struct slice branch, const struct oid *tip,
			const struct migration *m)
{
	ROOM(q->topics, q->ntopics, q->topics_cap);
	map_set(&q->judged, branch, q->ntopics);
	q->topics[q->ntopics++] = (struct topic){ branch, *tip, m, false };
}

/* Is the branch ours? It was judged before. */
static bool is_ours(const struct requests *q, struct slice branch)
{
	return q->topics[map_get(&q->judged, branch)].ours;
}

/* Looks at the branches of one step: its own, and those of other stages, which shall go. */
static int look(struct requests *q, const struct step *step, struct own *own, struct err *err)
{
	size_t n, first = branches_of(q, step->m, &n);

	*own = (struct own){ .topic = { .branch = topic_name(q->s, step->m, step->to) } };
	own->is = topic_find(q->s, own->topic.branch, &own->topic);
	if (own->is && topic_is_step(q->s, &own->topic, step, &own->same, err) < 0)
		return -1;
	if (own->is && !own->same)
		want_judged(q, own->topic.branch, &own->topic.tip, step->m);
	for (size_t i = first; i < first + n; i++)
		if (!slice_eq(q->known[i].name, own->topic.branch))
			want_judged(q, q->known[i].name, &q->known[i].tip, step->m);
	return 0;
}

/* Branches of other stages: ours go, somebody's are named. */
static void supersede(struct requests *q, const struct step *step, struct published *row)
{
	size_t n, first = branches_of(q, step->m, &n);

	row->abandoned = (struct slices){ arena_array(q->s->arena, n, sizeof(struct slice)), 0 };
	for (size_t i = first; i < first + n; i++) {
		const struct remote_branch *b = &q->known[i];

		if (slice_eq(b->name, row->branch))
			continue;
		if (is_ours(q, b->name))
			want_push(q, b->name, &b->tip, NULL, SIZE_MAX);
		else
			row->abandoned.items[row->abandoned.n++] = b->name;
	}
}

/*
 * The step's commit on the base, and the branch that shall hold it; `old`: what the branch has now,
 * or NULL.
 */
static int make_branch(struct requests *q, struct step *step, size_t number, struct slice branch,
		       const struct topic *old, struct err *err)
{
	AUTO_STR struct str message = STR_INIT;
	struct session *s = q->s;
	bool local = !s->remote.name.ptr;
	struct oid commit;

	if (local && old && branch_check_unused(s->repo, branch.ptr, err) < 0)
		return -1;
	if (step_message(s, step, q->o, &message, err) < 0 ||
	    session_commit(s, &s->base, &step->changes, message.ptr, &commit, err) < 0)
		return -1;
	if (!local)
		want_push(q, branch, old ? &old->tip : NULL, &commit, number);
	else if (branch_move(s->repo, branch.ptr, old ? &old->tip : NULL, &commit,
			     "gcpbackend: migrate", err) < 0)
		return -1;
	q->out->rows[number] = (struct published){
		.step = step, .committed = true, .commit = commit, .branch = branch
	};
	return 0;
}

bool step_branch(struct session *s, const struct step *step, struct slice *out)
{
	struct topic t;

	*out = topic_name(s, step->m, step->to);
	return topic_find(s, *out, &t);
}

/*
 * One step: its branch is there already with the same work, or with older work of ours, or with
 * somebody's, or is made.
 */
static int request(struct requests *q, struct step *step, size_t number, struct err *err)
{
	struct session *s = q->s;
	struct published *row = &q->out->rows[number];
	const struct own *own = &q->own[number];
	const struct topic *t = &own->topic;
	struct slice branch = t->branch;

	if (own->is && !own->same && !is_ours(q, branch)) {
		refuse_foreign(s, step, t);
		return 0;
	}
	if (own->same)
		*row = (struct published){ .step = step,
					   .committed = true,
					   .existed = true,
					   .branch = branch,
					   .commit = t->tip };
	else if (make_branch(q, step, number, branch, own->is ? t : NULL, err) < 0)
		return -1;
	row->url = compare_url(&s->remote, s->branch, branch, s->arena);
	supersede(q, step, row);
	return 0;
}

/* What the remote said of one branch. */
static void hear_result(struct requests *q, const struct plan *plan, size_t i)
{
	const struct push *push = &q->pushes[i];
	bool raced = push->result == PUSH_RACED;
	struct published *row;
	struct step *step;

	if (q->step_of[i] == SIZE_MAX)
		return;
	step = &plan->steps[q->step_of[i]];
	row = &q->out->rows[q->step_of[i]];
	row->pushed = push->result == PUSH_DONE || push->result == PUSH_SAME;
	row->existed = push->result == PUSH_SAME;
	if (row->pushed)
		return;
	row->committed = false;
	q->raced = q->raced || (raced && !q->last);
	if (raced && !q->last)
		return;
	findings_add(&step->findings, raced ? &CODE_push_raced : &CODE_push_refused, NOWHERE,
		     "%s: %" SLICE_FMT, push->ref,
		     SLICE_ARG(push->why.ptr ? push->why :
					       SLICE("the remote did not say what became of it")));
	step->refused = true;
}

/* All branches in one push. */
static int push_all(struct requests *q, const struct plan *plan, struct err *err)
{
	struct session *s = q->s;

	struct slice wanted[] = { SLICE("merge_request.create"),
				  arena_printf(s->arena, "merge_request.target=%" SLICE_FMT,
					       SLICE_ARG(s->branch)) };
	const struct slices options = { wanted, 2 };

	if (!q->npushes)
		return 0;
	if (remote_push(s->repo, &s->remote, q->pushes, q->npushes,
			q->o->merge_request ? &options : NULL, &s->options->way, s->arena, err) < 0)
		return -1;
	for (size_t i = 0; i < q->npushes; i++)
		hear_result(q, plan, i);
	return 0;
}

/* One try with all steps that have no branch yet. */
static int request_all(struct requests *q, struct plan *plan, struct err *err)
{
	struct session *s = q->s;
	int result = 0;

	q->npushes = 0;
	q->raced = false;
	if (s->remote.name.ptr && s->options->base == BASE_FRESH)
		result = remote_fetch_under(s->repo, &s->remote, TOPICS, &s->options->way, err);
	if (result == 0 && s->remote.name.ptr)
		result = remote_branches(s->repo, &s->remote, TOPICS, s->arena, &q->known,
					 &q->nknown, err);
	map_release(&q->judged);
	q->ntopics = 0;
	for (size_t i = 0; i < plan->n && result == 0; i++)
		if (step_has_work(&plan->steps[i]) && !q->out->rows[i].committed)
			result = look(q, &plan->steps[i], &q->own[i], err);
	if (result == 0)
		topics_judge(s, q->topics, q->ntopics);
	for (size_t i = 0; i < plan->n && result == 0; i++) {
		progress_tell(&s->options->progress, "branches made", i, plan->n);
		if (step_has_work(&plan->steps[i]) && !q->out->rows[i].committed)
			result = request(q, &plan->steps[i], i, err);
	}
	return result == 0 ? push_all(q, plan, err) : result;
}

int publish_requests(struct session *s, struct plan *plan, const struct publish_options *o,
		     struct publication *out, struct err *err)
{
	enum { TRIES = 10 };
	struct requests q = { .s = s, .o = o, .out = out };
	int64_t since = push_clock();
	int result;

	q.own = arena_array(s->arena, plan->n, sizeof(*q.own));
	result = request_all(&q, plan, err);

	for (unsigned try = 1; q.raced && result == 0; try++) {
		push_pause(since);
		since = push_clock();
		q.last = try + 1 == TRIES;
		result = request_all(&q, plan, err);
	}
	map_release(&q.judged);
	free(q.topics);
	free(q.pushes);
	free(q.step_of);
	return result;
}

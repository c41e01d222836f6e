#include "plan/stage_history.h"

/* A history while it is judged. */
struct stage_judging {
	const struct stage_history *history;
	struct arena *arena;
	size_t *order; /* commits that are reachable from the first one, children before parents */
	size_t norder;
	size_t *same; /* the commit with the same state, for each */
	bool *passed; /* a newer change of the stage is decisive for the commit */
	struct stage_verdict verdict;
};

/* A parent of a commit; not less than n: not known. */
static size_t parent_of(const struct stage_judging *j, size_t commit, size_t i)
{
	const struct stage_commit *c = &j->history->commits[commit];

	return i < c->nparents ? c->parents[i] : SIZE_MAX;
}

static bool is_known(const struct stage_judging *j, size_t commit)
{
	return commit < j->history->n;
}

/* Counts the children of each commit that is reachable from the first one. */
static void count_children(const struct stage_judging *j, size_t *children)
{
	size_t *stack = arena_array(j->arena, j->history->n, sizeof(*stack)), n = 0;
	bool *seen = arena_array(j->arena, j->history->n, sizeof(*seen));

	stack[n++] = 0;
	seen[0] = true;
	while (n) {
		size_t commit = stack[--n];

		for (size_t i = 0; i < j->history->commits[commit].nparents; i++) {
			size_t parent = parent_of(j, commit, i);

			if (!is_known(j, parent))
				continue;
			children[parent]++;
			if (!seen[parent])
				stack[n++] = parent;
			seen[parent] = true;
		}
	}
}

/* Sorts the commits, children before parents. */
static void sort_commits(struct stage_judging *j)
{
	size_t *children = arena_array(j->arena, j->history->n, sizeof(*children));

	j->order = arena_array(j->arena, j->history->n, sizeof(*j->order));
	count_children(j, children);
	j->order[j->norder++] = 0;
	for (size_t at = 0; at < j->norder; at++)
		for (size_t i = 0; i < j->history->commits[j->order[at]].nparents; i++) {
			size_t parent = parent_of(j, j->order[at], i);

			if (is_known(j, parent) && !--children[parent])
				j->order[j->norder++] = parent;
		}
}

/* Finds the commit that stands for the state of each: the oldest one with the same files. */
static void find_same(struct stage_judging *j)
{
	j->same = arena_array(j->arena, j->history->n, sizeof(*j->same));
	for (size_t i = j->norder; i-- > 0;) {
		size_t commit = j->order[i], parent = parent_of(j, commit, 0);
		const struct stage_commit *c = &j->history->commits[commit];

		j->same[commit] = c->changed || c->nparents != 1 || !is_known(j, parent) ?
					  commit :
					  j->same[parent];
	}
}

static const struct stage_state *state_of(const struct stage_judging *j, size_t commit)
{
	return j->history->state(j->same[commit], j->history->ctx);
}

/* Marks the commits before this one. */
static void pass_ancestors(const struct stage_judging *j, size_t commit, bool *marks)
{
	size_t *stack = arena_array(j->arena, j->history->n + 1, sizeof(*stack)), n = 0;

	stack[n++] = commit;
	while (n) {
		size_t at = stack[--n];

		for (size_t i = 0; i < j->history->commits[at].nparents; i++) {
			size_t parent = parent_of(j, at, i);

			if (!is_known(j, parent) || marks[parent])
				continue;
			marks[parent] = true;
			stack[n++] = parent;
		}
	}
}

/* --- the stage ------------------------------------------------------------ */

static bool has_routes(const struct stage_state *state)
{
	return state->levels.n && !state->levels.unreadable;
}

/*
 * The commit itself, or the newest one before it along the first parents whose routes are known.
 * Not less than n: there is none.
 */
static size_t find_routes(const struct stage_judging *j, size_t commit)
{
	enum { MOST = 1000 };

	for (size_t i = 0; i < MOST && is_known(j, commit); i++) {
		if (has_routes(state_of(j, commit)))
			return commit;
		commit = parent_of(j, j->same[commit], 0);
	}
	return SIZE_MAX;
}

/* What a commit did to the stage. */
static enum level_change judge_commit(const struct stage_judging *j, size_t commit)
{
	bool raised = false, lowered = false, unclear = false;
	const struct stage_state *now = state_of(j, commit);

	if (!has_routes(now))
		return LEVELS_SAME;
	for (size_t i = 0; i < j->history->commits[commit].nparents; i++) {
		size_t before = find_routes(j, parent_of(j, commit, i));
		enum level_change change =
			is_known(j, before) ?
				route_levels_compare(&state_of(j, before)->levels, &now->levels) :
				LEVELS_SAME;

		if (change == LEVELS_SAME)
			return LEVELS_SAME;
		raised = raised || change == LEVELS_RAISED;
		lowered = lowered || change == LEVELS_LOWERED;
		unclear = unclear || change == LEVELS_UNCLEAR;
	}
	if (unclear || (raised && lowered))
		return LEVELS_UNCLEAR;
	return lowered ? LEVELS_LOWERED : raised ? LEVELS_RAISED : LEVELS_SAME;
}

/* The sides of a merge: commits of those that it has the stage of, and what it did to the others.
 */
struct merge_sides {
	bool *known;
	enum level_change *changes; /* for each parent */
};

/* Adds a commit to a stack, each once. */
static void push_commit(const struct stage_judging *j, size_t commit, bool *seen, size_t *stack,
			size_t *n)
{
	if (!is_known(j, commit) || seen[commit])
		return;
	seen[commit] = true;
	stack[(*n)++] = commit;
}

/* True if a commit that is `from` or before it, and that the other sides lack, changed the stage.
 */
static bool brings_change(const struct stage_judging *j, size_t from, const bool *known)
{
	size_t *stack = arena_array(j->arena, j->history->n, sizeof(*stack)), n = 0;
	bool *seen = arena_array(j->arena, j->history->n, sizeof(*seen));

	push_commit(j, from, seen, stack, &n);
	while (n) {
		size_t at = stack[--n];

		if (known[at])
			continue;
		if (j->history->commits[at].changed && judge_commit(j, at) != LEVELS_SAME)
			return true;
		for (size_t i = 0; i < j->history->commits[at].nparents; i++)
			push_commit(j, parent_of(j, at, i), seen, stack, &n);
	}
	return false;
}

/* Compares a merge with each parent. Returns true if it has a lower stage than one of them. */
static bool compare_sides(const struct stage_judging *j, size_t commit, struct merge_sides *sides)
{
	const struct stage_state *now = state_of(j, commit);
	size_t n = j->history->commits[commit].nparents;
	bool lower = false;

	sides->changes = arena_array(j->arena, n, sizeof(*sides->changes));
	for (size_t i = 0; i < n && has_routes(now); i++) {
		size_t before = find_routes(j, parent_of(j, commit, i));

		if (is_known(j, before))
			sides->changes[i] =
				route_levels_compare(&state_of(j, before)->levels, &now->levels);
		lower = lower || sides->changes[i] == LEVELS_LOWERED ||
			sides->changes[i] == LEVELS_UNCLEAR;
	}
	return lower;
}

/*
 * What a merge did to the stage that it has from one parent: it lowers it if another parent had a
 * higher one by a change that the first does not contain, which the merge dropped ("-s ours").
 */
static enum level_change judge_dropped(const struct stage_judging *j, size_t commit)
{
	size_t n = j->history->commits[commit].nparents;
	struct merge_sides sides;

	if (!compare_sides(j, commit, &sides))
		return LEVELS_SAME;
	sides.known = arena_array(j->arena, j->history->n, sizeof(*sides.known));
	for (size_t i = 0; i < n; i++) {
		size_t parent = parent_of(j, commit, i);

		if (sides.changes[i] != LEVELS_SAME || !is_known(j, parent))
			continue;
		sides.known[parent] = true;
		pass_ancestors(j, parent, sides.known);
	}
	for (size_t i = 0; i < n; i++)
		if ((sides.changes[i] == LEVELS_LOWERED || sides.changes[i] == LEVELS_UNCLEAR) &&
		    brings_change(j, parent_of(j, commit, i), sides.known))
			return sides.changes[i];
	return LEVELS_SAME;
}

/* True if the commit wrote a hold. */
static bool wrote_hold(const struct stage_judging *j, size_t commit)
{
	const struct stage_state *now = state_of(j, commit);
	size_t parent = parent_of(j, commit, 0);

	return now->hold.len &&
	       (!is_known(j, parent) || !slice_eq(state_of(j, parent)->hold, now->hold));
}

/* True if the migration file existed at the commit that is number `at` in the order, or before. */
static bool has_begun(const struct stage_judging *j, size_t at)
{
	for (; at < j->norder; at++)
		if (j->same[j->order[at]] == j->order[at] && state_of(j, j->order[at])->exists)
			return true;
	return false;
}

/* Judges the newest changes of the stage. `*raised`: the first one that raised it. */
static void judge_stage(struct stage_judging *j, size_t *raised)
{
	for (size_t i = 0; i < j->norder; i++) {
		size_t commit = j->order[i];
		const struct stage_commit *c = &j->history->commits[commit];
		enum level_change change = LEVELS_SAME;

		if (j->passed[commit])
			continue;
		if (c->changed)
			change = judge_commit(j, commit);
		if (change == LEVELS_SAME && c->nparents > 1)
			change = judge_dropped(j, commit);
		if (change == LEVELS_SAME || (!state_of(j, commit)->exists && !has_begun(j, i)))
			continue;
		if (change == LEVELS_RAISED && !is_known(j, *raised))
			*raised = commit;
		if (change != LEVELS_RAISED && !wrote_hold(j, commit) && !j->verdict.kind) {
			j->verdict.kind = change == LEVELS_LOWERED ? HOLD_LOWERED : HOLD_UNCLEAR;
			j->verdict.commit = commit;
		}
		pass_ancestors(j, commit, j->passed);
	}
}

/* --- spec.hold ------------------------------------------------------------ */

/* The same as find_routes, for the migration file. */
static size_t find_file(const struct stage_judging *j, size_t commit)
{
	while (is_known(j, commit) && !state_of(j, commit)->exists)
		commit = parent_of(j, j->same[commit], 0);
	return commit;
}

/*
 * What a commit did to the hold: 1 wrote it, -1 removed it, 0 neither, like a merge that drops it,
 * or a file that was added again without it.
 */
static int judge_hold(const struct stage_judging *j, size_t commit)
{
	const struct stage_state *now = state_of(j, commit);

	if (!now->exists)
		return 0;
	for (size_t i = 0; i < j->history->commits[commit].nparents; i++) {
		size_t parent = parent_of(j, commit, i), before = find_file(j, parent);

		if (!is_known(j, before) ? !now->hold.len :
					   slice_eq(state_of(j, before)->hold, now->hold))
			return 0;
		if (!now->hold.len && before != parent)
			return 0;
	}
	if (now->hold.len)
		return 1;
	return j->history->commits[commit].nparents > 1 ? 0 : -1;
}

/* Finds the newest commit that wrote the hold; of a migration without a hold, one that was lost. */
static size_t find_hold(const struct stage_judging *j)
{
	bool *marks = arena_array(j->arena, j->history->n, sizeof(*marks));
	bool held = state_of(j, 0)->hold.len > 0;

	for (size_t i = 0; i < j->norder; i++) {
		size_t commit = j->order[i];
		int change;

		if (!j->history->commits[commit].changed || marks[commit])
			continue;
		change = judge_hold(j, commit);
		if (change > 0 && (held || !j->passed[commit]))
			return commit;
		if (change)
			pass_ancestors(j, commit, marks);
	}
	return SIZE_MAX;
}

/* Sets what raised the stage of a migration that was on hold since `since`. */
static void note_breach(struct stage_judging *j, size_t since, size_t raised)
{
	bool *marks = arena_array(j->arena, j->history->n, sizeof(*marks));
	size_t then = find_routes(j, since), now = find_routes(j, 0);

	if (!is_known(j, raised) || !is_known(j, then) || !is_known(j, now))
		return;
	pass_ancestors(j, since, marks);
	if (marks[raised] || raised == since ||
	    route_levels_top(&state_of(j, now)->levels) <=
		    route_levels_top(&state_of(j, then)->levels))
		return;
	j->verdict.breach = raised;
	j->verdict.held_since = since;
}

struct stage_verdict stage_history_judge(const struct stage_history *history)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct stage_judging j = { .history = history, .arena = arena };
	size_t raised = SIZE_MAX, hold;

	j.verdict = (struct stage_verdict){ HOLD_NONE, SIZE_MAX, SIZE_MAX, SIZE_MAX };
	j.passed = arena_array(arena, history->n, sizeof(*j.passed));
	sort_commits(&j);
	find_same(&j);
	judge_stage(&j, &raised);
	hold = find_hold(&j);
	if (is_known(&j, hold) && !j.verdict.kind && !state_of(&j, 0)->hold.len) {
		j.verdict.kind = HOLD_LOST;
		j.verdict.commit = hold;
	}
	note_breach(&j, is_known(&j, hold) ? hold : j.verdict.commit, raised);
	return j.verdict;
}

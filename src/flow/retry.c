#include "flow/publish_internal.h"

/* The migration of the same name in another session, or NULL. */
static const struct migration *same_name(const struct session *s, const struct migration *m)
{
	for (size_t i = 0; i < s->n; i++)
		if (slice_eq(s->all[i]->name, m->name))
			return s->all[i];
	return NULL;
}

/* The step of the first plan is refused, since it is not what it was. */
static void refuse_moved(struct step *step, const struct step *now, const struct session *s)
{
	const struct baseline_file *by = NULL;
	char was[8], is[8];

	stage_name(step->from, was);
	stage_name(now->from, is);
	for (size_t i = 0; i < now->files.n && !by; i++)
		by = baselines_find(s->baselines, now->files.items[i], now->m);
	findings_add(&step->findings, &CODE_moved_meanwhile, NOWHERE,
		     "%" SLICE_FMT " went from '%s' to '%s' meanwhile, by %" SLICE_FMT " in %.8"
		     "s",
		     SLICE_ARG(step->m->name), step->known ? was : "mixed",
		     now->known ? is : "mixed", SLICE_ARG(by ? by->author : SLICE("somebody")),
		     by && by->commit.ptr ? by->commit.ptr : "an unknown commit");
	step->refused = true;
}

/*
 * Compares the step with the same one planned again. Refused, or done by somebody else, it needs no
 * more: false. `out` is the row of the first.
 */
static bool still_wanted(struct step *step, const struct step *now, const struct session *s,
			 struct published *out)
{
	if (now->refused) {
		for (size_t i = 0; i < now->findings.n; i++)
			findings_add_new(&step->findings, &now->findings.items[i]);
		step->refused = true;
		return false;
	}
	if (!now->changes.n) {
		out->existed = true;
		return false;
	}
	if (now->known != step->known || stage_cmp(now->from, step->from) != 0) {
		refuse_moved(step, now, s);
		return false;
	}
	return true;
}

/* Steps of the first plan that are still to be done, by their numbers. */
struct todo {
	size_t *items, n;
};

/*
 * The intents of these, absolute, for migrations of the other session; one whose file is gone is
 * refused.
 */
static size_t absolute_intents(struct session *next, struct plan *plan, struct todo *todo,
			       struct intent *intents)
{
	size_t n = 0;

	for (size_t i = 0; i < todo->n; i++) {
		struct step *step = &plan->steps[todo->items[i]];
		const struct migration *m = same_name(next, step->m);

		if (!m) {
			findings_add(&step->findings, &CODE_moved_meanwhile, NOWHERE,
				     "the file of %" SLICE_FMT " is gone meanwhile",
				     SLICE_ARG(step->m->name));
			step->refused = true;
			continue;
		}
		intents[n] = step->intent;
		intents[n].m = m;
		intents[n].next = false;
		intents[n].to = step->to;
		todo->items[n++] = todo->items[i];
	}
	return todo->n = n;
}

/* Selects just these migrations in the other session, which goes to their branch. */
static int select_again(struct session *next, const struct plan *plan, const struct todo *todo,
			struct err *err)
{
	struct selection want = {
		.names = { arena_array(next->arena, todo->n, sizeof(struct slice)), 0 }
	};
	struct selected list;

	for (size_t i = 0; i < todo->n; i++)
		want.names.items[want.names.n++] = plan->steps[todo->items[i]].m->name;
	return session_select(next, &want, &list, err);
}

/*
 * Plans what is left of the first plan in the other session; until nothing is left that is not as
 * it was.
 */
static int plan_again(struct session *next, struct plan *plan, struct todo *todo,
		      struct plan *again, struct publication *out, struct err *err)
{
	struct intent *intents = arena_array(next->arena, todo->n, sizeof(*intents));

	for (bool same = false; !same && todo->n;) {
		size_t n = absolute_intents(next, plan, todo, intents), left = 0;

		plan_release(again);
		if (session_plan(next, intents, n, again, err) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (still_wanted(&plan->steps[todo->items[i]], &again->steps[i], next,
					 &out->rows[todo->items[i]]))
				todo->items[left++] = todo->items[i];
		same = left == n;
		todo->n = left;
	}
	return 0;
}

/* What came of the second plan's steps, told of the first one's. */
static void take_over(struct session *s, const struct todo *todo, const struct publication *from,
		      struct publication *out)
{
	for (size_t i = 0; i < todo->n; i++) {
		struct published *row = &out->rows[todo->items[i]];
		const struct step *step = row->step;

		*row = from->rows[i];
		row->step = step;
		row->branch = arena_copy(s->arena, row->branch);
	}
	out->behind = from->behind.ptr ? arena_copy(s->arena, from->behind) : from->behind;
}

int publish_again(struct session *s, struct plan *plan, const struct publish_options *o,
		  struct publication *out, struct err *err)
{
	struct session_options quiet =
		*s->options; /* the number of the try says more than how far it is */
	AUTO_SESSION struct session *next = NULL;
	struct plan again = { .n = 0 };
	struct todo todo = { arena_array(s->arena, plan->n, sizeof(*todo.items)), 0 };
	struct publication inner = { .tries = 0 };
	int result = ADVANCED;

	for (size_t i = 0; i < plan->n; i++)
		if (step_has_work(&plan->steps[i]) && !out->rows[i].existed)
			todo.items[todo.n++] = i;
	quiet.progress = (struct progress){ NULL, NULL };
	if (session_open(&next, &quiet, err) < 0 || select_again(next, plan, &todo, err) < 0)
		return -1;
	if (plan_again(next, plan, &todo, &again, out, err) < 0)
		result = -1;
	inner.rows = arena_array(s->arena, todo.n, sizeof(*inner.rows));
	if (result == ADVANCED && todo.n)
		result = publish_once(next, &again, o, &inner, err);
	if (result == ADVANCED)
		take_over(s, &todo, &inner, out);
	plan_release(&again);
	return result;
}

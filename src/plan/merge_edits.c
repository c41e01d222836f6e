#include "plan/plan.h"

#include "base/alloc.h"
#include "base/map.h"
#include "plan/step.h"
#include "plan/rollback_check.h"

#include <stdlib.h>

/*
 * A file and the edits of the steps so far. Several migrations meet here: all edits are about one
 * parse of the original, so their order does not matter; a step that wants other bytes in a place
 * that an earlier one changes is refused.
 */
struct meeting {
	const struct target *first;
	struct yaml_edits *edits;
	struct slice now; /* the bytes after the steps so far; absent: a file to be created */
	size_t touching;  /* steps that change it */
	struct str text;  /* with one step that changes it: its result, or why there is none */
	struct err *why;
	struct yaml_file *parsed; /* that result, if all of it had to be parsed */
};

struct meetings {
	struct meeting *items;
	size_t n, cap;
	struct map numbers; /* by path */
	struct map claimed; /* nodes that a step moves, by their address */
	bool keep;          /* the parses of results: somebody will look at them */
};

/* Does the step change the file of the target? */
static bool touches(const struct target *t)
{
	return !yaml_edits_empty(t->edits) || !t->before.ptr || t->whole || t->remove;
}

/* Enters the files of all steps. */
static void meetings_make(struct meetings *out, const struct plan *plan,
			  const struct targets *targets)
{
	for (size_t i = 0; i < plan->n; i++)
		for (size_t j = 0; j < targets[i].n && !plan->steps[i].refused; j++) {
			const struct target *t = &targets[i].items[j];
			size_t at = map_get(&out->numbers, t->path);

			if (!touches(t))
				continue;
			if (at == MAP_NONE) {
				at = out->n;
				map_set(&out->numbers, t->path, at);
				ROOM(out->items, out->n, out->cap);
				out->items[out->n++] =
					(struct meeting){ .first = t,
							  .edits = yaml_edits_new(t->file,
										  plan->arena),
							  .now = t->before,
							  .text = STR_INIT };
			}
			out->items[at].touching++;
		}
}

/*
 * The result of a file that one step changes, which is nearly every file and nearly all the work.
 */
static void apply_alone(void *ctx, size_t i)
{
	const struct meetings *all = ctx;
	struct meeting *m = &all->items[i];
	struct err err = ERR_INIT;
	int result;

	if (m->touching != 1 || m->first->restore.ptr)
		return;
	result = all->keep ? yaml_apply_parsed(m->first->edits, &m->text, &m->parsed, &err) :
			     yaml_apply(m->first->edits, &m->text, &err);
	if (result < 0)
		m->why = err_keep(&err);
}

/* The bytes of a file that one step changes. */
static int take_alone(struct plan *plan, const struct meeting *m, struct slice *out,
		      struct err *err)
{
	if (m->why) {
		*err = *m->why;
		return -1;
	}
	if (m->first->remove) {
		*out = SLICE_NONE;
		return 0;
	}
	*out = m->first->restore.ptr ? m->first->restore :
				       arena_copy(plan->arena, str_slice(&m->text));
	return 0;
}

/* The bytes of a file with one more step's edits. */
static int join(struct plan *plan, const struct meeting *m, const struct target *t,
		struct slice *out, struct err *err)
{
	struct yaml_edits *both;
	AUTO_STR struct str text = STR_INIT;

	if (m->touching == 1)
		return take_alone(plan, m, out, err);
	if (t->whole || t->remove || m->first->whole || m->first->remove) {
		(void)err_set(
			err, &CODE_yaml_overlap, (struct place){ t->path, 0, 0 },
			"this takes a whole file away or back, and another migration changes it");
		return err_remedy(err, "run the two apart");
	}
	if (t->file != m->first->file)
		return err_set(err, &CODE_yaml_overlap, (struct place){ t->path, 0, 0 },
			       "two migrations create the same file");
	both = yaml_edits_new(t->file, plan->arena);
	yaml_edits_merge(both, m->edits);
	yaml_edits_merge(both, t->edits);
	if (yaml_apply(both, &text, err) < 0)
		return -1;
	*out = arena_copy(plan->arena, str_slice(&text));
	return 0;
}

/* A node's address as a key. */
static struct slice address(const struct plan *plan, const struct yaml_node *node)
{
	return arena_copy(plan->arena, (struct slice){ (const char *)&node, sizeof(node) });
}

/*
 * Refuses a step that moves what an earlier one moves; both would be right alone, and the route's
 * weights wrong.
 */
static bool claims_are_free(struct plan *plan, struct step *step, const struct targets *targets,
			    struct meetings *meetings)
{
	for (size_t i = 0; i < targets->nclaims; i++)
		if (map_has(&meetings->claimed, address(plan, targets->claims[i]))) {
			findings_add(&step->findings, &CODE_yaml_overlap,
				     yaml_place(targets->claims[i]),
				     "another migration of this plan moves the same destination or "
				     "route");
			step->refused = true;
			return false;
		}
	return true;
}

/*
 * Applies one step on top of those before it; a step that cannot be is refused as a whole and
 * leaves no trace.
 */
static void apply_step(struct plan *plan, struct step *step, const struct targets *targets,
		       struct meetings *meetings)
{
	struct change *items = arena_array(plan->arena, targets->n, sizeof(*items));
	struct err err = ERR_INIT;
	size_t n = 0;

	if (!claims_are_free(plan, step, targets, meetings))
		return;
	for (size_t j = 0; j < targets->n; j++) {
		const struct target *t = &targets->items[j];
		const struct meeting *m;

		if (!touches(t))
			continue;
		m = &meetings->items[map_get(&meetings->numbers, t->path)];
		items[n] = (struct change){ t->path, m->now, { NULL, 0 }, t->mode };
		if (join(plan, m, t, &items[n].after, &err) < 0) {
			findings_add_err(&step->findings, &err);
			step->refused = true;
			return;
		}
		n += !items[n].before.ptr || !items[n].after.ptr ||
		     !slice_eq(items[n].before, items[n].after);
	}
	for (size_t i = 0; i < targets->nclaims; i++)
		map_add(&meetings->claimed, address(plan, targets->claims[i]));
	for (size_t j = 0; j < targets->n; j++)
		if (touches(&targets->items[j]))
			yaml_edits_merge(
				meetings->items[map_get(&meetings->numbers, targets->items[j].path)]
					.edits,
				targets->items[j].edits);
	for (size_t i = 0; i < n; i++)
		meetings->items[map_get(&meetings->numbers, items[i].path)].now = items[i].after;
	step->changes = (struct changes){ items, n };
}

static int by_path(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

void plan_sort(struct changes *changes)
{
	if (changes->n)
		qsort(changes->items, changes->n, sizeof(struct change), by_path);
}

/* The changes of all steps together. */
static void sum_up(struct plan *plan, const struct meetings *meetings)
{
	struct change *items = arena_array(plan->arena, meetings->n, sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; i < meetings->n; i++) {
		const struct meeting *m = &meetings->items[i];

		items[n] =
			(struct change){ m->first->path, m->first->before, m->now, m->first->mode };
		n += m->first->before.ptr ? !m->now.ptr || !slice_eq(m->first->before, m->now) :
					    m->now.ptr != NULL;
	}
	plan->changes = (struct changes){ items, n };
	plan_sort(&plan->changes);
}

/* Frees them; what was parsed is the plan's from now on. */
static void meetings_release(struct meetings *meetings, struct plan *plan)
{
	map_release(&meetings->numbers);
	map_release(&meetings->claimed);
	for (size_t i = 0; i < meetings->n; i++) {
		str_release(&meetings->items[i].text);
		free(meetings->items[i].why);
		if (meetings->items[i].parsed)
			plan_own(plan, meetings->items[i].parsed);
	}
	free(meetings->items);
}

/* The plan without the steps of `barred`, which are refused for these findings. */
static void make(struct plan *plan, const struct plan_inputs *in, const struct intent *intents,
		 const struct findings *barred)
{
	struct targets *targets = arena_array(plan->arena, plan->n, sizeof(*targets));
	struct meetings meetings = { NULL, 0, 0, MAP_INIT, MAP_INIT, false };

	plan->steps = arena_array(plan->arena, plan->n, sizeof(struct step));
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->n > 1)
			progress_report(in->progress, "migrations planned", i + 1, plan->n);
		step_make(&plan->steps[i], &targets[i], plan, in, &intents[i]);
		for (size_t j = 0; j < barred[i].n; j++)
			(void)findings_add_new(&plan->steps[i].findings, &barred[i].items[j]);
		plan->steps[i].refused = plan->steps[i].refused || barred[i].n;
		meetings.keep = meetings.keep || rollback_check_covers(&plan->steps[i]);
	}
	meetings_make(&meetings, plan, targets);
	if (plan->n > 1)
		progress_report(in->progress, "files edited and checked", meetings.n, 0);
	in->each(meetings.n, apply_alone, &meetings);
	for (size_t i = 0; i < plan->n; i++)
		if (!plan->steps[i].refused)
			apply_step(plan, &plan->steps[i], &targets[i], &meetings);
	sum_up(plan, &meetings);
	meetings_release(&meetings, plan);
}

void plan_work_out(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
		   size_t n)
{
	struct plan plan = { .arena = arena_new(), .n = n };
	struct findings *barred = arena_array(plan.arena, n, sizeof(*barred));

	for (size_t i = 0; i < n; i++)
		barred[i].arena = plan.arena;
	do
		make(&plan, in, intents, barred);
	while (rollback_check(&plan, in, barred));
	*out = plan;
}

void plan_own(struct plan *plan, struct yaml_file *file)
{
	ROOM(plan->made, plan->nmade, plan->made_cap);
	plan->made[plan->nmade++] = file;
}

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->nmade; i++)
		yaml_file_free(p->made[i]);
	free(p->made);
	for (size_t i = 0; i < p->nparts; i++)
		arena_free(p->parts[i]);
	if (p->arena)
		arena_free(p->arena);
	*p = (struct plan){ .n = 0 };
}

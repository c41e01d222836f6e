#include "plan/rollback_check.h"

#include "base/map.h"
#include "plan/step.h"

/* What the parts of rollback_check pass around. */
struct undo {
	struct plan *plan;
	const struct plan_inputs *in;
	struct findings *barred;
	size_t *ups; /* the numbers of the steps that go up */
	size_t n;
	struct map parsed;       /* the numbers of the plan's files, by their names */
	struct plan back, today; /* the way to the start: from the new bytes, and from today's, made
				    when it is needed */
	bool any;
};

bool rollback_check_covers(const struct step *step)
{
	return step->intent.direction == GO_UP && !step->intent.survey && !step->refused;
}

/*
 * Is one of the step's manifests changed by another step, too? The maps say which one is the first
 * to change a path, and the last.
 */
static bool meets_others(const struct step *step, size_t number, const struct map *first,
			 const struct map *last)
{
	for (size_t i = 0; i < step->changes.n; i++) {
		struct slice path = step->changes.items[i].path;

		if (slices_have(step->files, path) &&
		    (map_get(last, path) != number || map_get(first, path) != number))
			return true;
	}
	return false;
}

/*
 * The steps whose way back matters, those first that meet others in a file: they are looked at
 * together, and their number is returned.
 */
static size_t find_ups(struct undo *u, size_t *n)
{
	struct map first = MAP_INIT, last = MAP_INIT;
	size_t together = 0;

	u->ups = arena_array(u->plan->arena, 2 * u->plan->n, sizeof(*u->ups));
	for (size_t i = 0; i < u->plan->n; i++)
		for (size_t j = 0;
		     rollback_check_covers(&u->plan->steps[i]) && j < u->plan->steps[i].changes.n;
		     j++) {
			struct slice path = u->plan->steps[i].changes.items[j].path;

			if (map_get(&first, path) == MAP_NONE)
				map_set(&first, path, i);
			map_set(&last, path, i);
		}
	*n = 0;
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < u->plan->n; i++) {
			const struct step *step = &u->plan->steps[i];

			if (rollback_check_covers(step) && step->changes.n &&
			    meets_others(step, i, &first, &last) == !round) {
				u->ups[(*n)++] = i;
				together += !round;
			}
		}
	map_release(&first);
	map_release(&last);
	return together;
}

/* The bytes of a path after a plan; `otherwise` when it does not change them. */
static struct slice after(const struct plan *plan, struct slice path, struct slice otherwise)
{
	size_t low = 0, high = plan->changes.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = slice_cmp(path, plan->changes.items[mid].path);

		if (!order)
			return plan->changes.items[mid].after;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return otherwise;
}

/* Adds a file, with its parse if the plan has it. */
static void add_file(const struct undo *u, struct inventory *inv, const struct change *c)
{
	struct source *source = inventory_add(inv, c->path, c->after, c->mode);
	size_t at = map_get(&u->parsed, c->path);

	if (source->file || at == MAP_NONE || !slice_eq(yaml_bytes(u->plan->made[at]), c->after))
		return;
	source->file = u->plan->made[at];
	u->plan->made[at] = NULL;
}

/* The new bytes of a step's manifests, over today's. */
static void add_files(const struct undo *u, const struct step *step, struct inventory *inv)
{
	for (size_t i = 0; i < step->changes.n; i++) {
		struct slice path = step->changes.items[i].path;
		struct change c = { path,
				    { NULL, 0 },
				    after(u->plan, path, (struct slice){ NULL, 0 }),
				    step->changes.items[i].mode };

		if (!c.after.ptr || !slices_have(step->files, path))
			continue;
		if (c.after.len > MANIFEST_MAX)
			inventory_add_large(inv, path, c.after.len);
		else
			add_file(u, inv, &c);
	}
}

/* The new bytes of the steps' manifests over today's inventory. */
static struct inventory *new_inventory(const struct undo *u)
{
	struct inventory *inv = inventory_overlay(u->in->inventory);

	for (size_t i = 0; i < u->n; i++)
		add_files(u, &u->plan->steps[u->ups[i]], inv);
	inventory_parse(inv, u->in->each);
	return inv;
}

/* The history with the commit of the plan on top. */
static struct baselines *new_past(const struct undo *u, const struct inventory *inv)
{
	struct baselines *baselines = baselines_over(u->in->baselines);

	for (size_t i = 0; i < u->n; i++) {
		const struct step *step = &u->plan->steps[u->ups[i]];

		for (size_t j = 0; j < step->changes.n; j++) {
			struct slice path = step->changes.items[j].path;
			const struct source *now = inventory_find(inv, path),
					    *today = inventory_find(u->in->inventory, path);

			if (now && now->file && slices_have(step->files, path))
				baselines_grow(baselines, path, step->m, now->file,
					       today ? today->file : NULL);
		}
	}
	return baselines;
}

/* Plans the way to the start of the steps. */
static void plan_start(const struct undo *u, const struct plan_inputs *in, enum direction direction,
		       struct plan *out)
{
	struct plan_inputs quiet = *in;
	struct intent *intents = arena_array(u->plan->arena, u->n, sizeof(*intents));

	for (size_t i = 0; i < u->n; i++) {
		intents[i] = (struct intent){ .m = u->plan->steps[u->ups[i]].m,
					      .direction = direction,
					      .trial = true };
		intents[i].to = (struct stage){ STAGE_START, 0 };
	}
	quiet.progress = NULL;
	plan_work_out(out, &quiet, intents, u->n);
}

/* Says why a step has no way back. */
static void bar(struct undo *u, size_t step, struct place at, struct slice why)
{
	findings_add(&u->barred[step], &CODE_no_way_back, at, "%" SLICE_FMT, SLICE_ARG(why));
	u->any = true;
}

/*
 * The way from today's bytes; as if to look at only, so that a file that is not there yet counts as
 * well.
 */
static const struct plan *today_start(struct undo *u)
{
	if (!u->today.arena)
		plan_start(u, u->in, GO_ANYWHERE, &u->today);
	return &u->today;
}

/* Does the rollback lead where it shall in one changed file of a step? */
static void check_file(struct undo *u, size_t number, const struct change *c)
{
	const struct step *step = &u->plan->steps[number];
	struct slice got = after(&u->back, c->path, after(u->plan, c->path, c->after));
	const struct baseline_file *baselines = baselines_find(u->in->baselines, c->path, step->m);
	const struct source *today = inventory_find(u->in->inventory, c->path);
	struct slice wanted;

	if (baselines && baselines->baseline.ptr && got.ptr && slice_eq(got, baselines->baseline))
		return;
	wanted = after(today_start(u), c->path, today ? today->bytes : (struct slice){ NULL, 0 });
	if (!wanted.ptr || !got.ptr || !slice_eq(got, wanted))
		bar(u, number, (struct place){ c->path, 0, 0 },
		    SLICE("rolled back from this stage, the file would not say what it says "
			  "without the migration"));
}

/*
 * Is the rollback of a step refused for the sake of a file that only another one of the plan
 * changes?
 */
static bool by_another(const struct undo *u, const struct step *step, const struct finding *stop)
{
	return stop && !slices_have(step->files, stop->at.path) &&
	       after(u->plan, stop->at.path, (struct slice){ NULL, 0 }).ptr;
}

/*
 * One step: is its rollback possible, and right? In the first round others are blamed for what they
 * did; in the second nobody is spared.
 */
static void check_step(struct undo *u, size_t i, bool first)
{
	const struct step *back = &u->back.steps[i];
	struct step *step = &u->plan->steps[u->ups[i]];
	const struct finding *stop = findings_stop(&back->findings);

	if (back->refused && stop && step->intent.adopt && today_start(u)->steps[i].refused) {
		if (first)
			findings_add(&step->findings, &CODE_never_a_way_back, stop->at,
				     "%" SLICE_FMT, SLICE_ARG(stop->reason));
		return;
	}
	if (back->refused) {
		if (!first || !by_another(u, step, stop))
			bar(u, u->ups[i], stop ? stop->at : (struct place){ step->m->path, 0, 0 },
			    stop ? stop->reason : SLICE("the rollback is refused"));
		return;
	}
	for (size_t j = 0; j < step->changes.n && first; j++)
		if (slices_have(step->files, step->changes.items[j].path))
			check_file(u, u->ups[i], &step->changes.items[j]);
}

/* Looks at u->n steps. */
static void check_steps(struct undo *u)
{
	struct plan_inputs later = *u->in;
	struct inventory *inventory = new_inventory(u);
	struct baselines *baselines = new_past(u, inventory);

	later.inventory = inventory;
	later.baselines = baselines;
	plan_start(u, &later, GO_DOWN, &u->back);
	for (size_t i = 0; i < u->n; i++)
		check_step(u, i, true);
	for (size_t i = 0; i < u->n && !u->any; i++)
		check_step(u, i, false);
	plan_release(&u->back);
	plan_release(&u->today);
	baselines_free(baselines);
	inventory_free(inventory);
}

bool rollback_check(struct plan *plan, const struct plan_inputs *in, struct findings *barred)
{
	enum { AT_ONCE = 64 }; /* so that what is made for the rollback never takes much memory */
	struct undo u = { .plan = plan, .in = in, .barred = barred, .parsed = MAP_INIT };
	size_t n, together = find_ups(&u, &n);

	for (size_t i = 0; i < plan->nmade && n; i++)
		if (plan->made[i])
			map_set(&u.parsed, yaml_name(plan->made[i]), i);
	for (size_t all = n; n;) {
		progress_tell(in->progress, "rollbacks worked out", all - n, all);
		u.n = together ? together : n < AT_ONCE ? n : AT_ONCE;
		together = 0;
		check_steps(&u);
		u.ups += u.n;
		n -= u.n;
	}
	map_release(&u.parsed);
	return u.any;
}

#include "plan/rollback_check.h"

#include "base/map.h"
#include "plan/step_work.h"

/* The state of rollback_check. */
struct rollback {
	struct draft *draft;
	const struct plan_inputs *in;
	struct findings *barred;
	size_t *steps; /* the indices of the steps that are checked together */
	size_t n;
	struct map parsed; /* the indices of the files of the draft's pool, by name */
	struct draft back; /* the way to the start from the new bytes */
	bool any;
};

/*
 * True if another step also changes a manifest of the step. The maps contain the first and the last
 * step that changes a path.
 */
static bool shares_manifest(const struct step *step, size_t index, const struct map *first,
			    const struct map *last)
{
	for (size_t i = 0; i < step->changes.n; i++) {
		struct slice path = step->changes.items[i].path;

		if (slices_have(step->files, path) &&
		    (map_get(last, path) != index || map_get(first, path) != index))
			return true;
	}
	return false;
}

/* Finds the first and the last step that changes a path, of those to check. */
static void map_changes(const struct draft *draft, struct map *first, struct map *last)
{
	for (size_t i = 0; i < draft->n; i++) {
		const struct step *step = &draft->steps[i];

		for (size_t j = 0; step_needs_rollback(step) && j < step->changes.n; j++) {
			struct slice path = step->changes.items[j].path;

			if (!map_has(first, path))
				map_set(first, path, i);
			map_set(last, path, i);
		}
	}
}

/*
 * Collects the `*n` steps to check. Those that share manifests come first and are checked together;
 * returns their number.
 */
static size_t find_steps(struct rollback *r, size_t *n)
{
	struct map first = MAP_INIT, last = MAP_INIT;
	size_t together = 0;

	r->steps = arena_array(r->draft->pool.arena, 2 * r->draft->n, sizeof(*r->steps));
	map_changes(r->draft, &first, &last);
	*n = 0;
	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < r->draft->n; i++) {
			const struct step *step = &r->draft->steps[i];

			if (step_needs_rollback(step) && step->changes.n &&
			    shares_manifest(step, i, &first, &last) == !round) {
				r->steps[(*n)++] = i;
				together += !round;
			}
		}
	map_release(&first);
	map_release(&last);
	return together;
}

/* Adds a file to the inventory, already parsed if the draft has parsed it. */
static void add_file(const struct rollback *r, struct inventory *inv, const struct change *c)
{
	struct source *source = inventory_add(inv, c->path, c->after, c->mode);
	size_t at = map_get(&r->parsed, c->path);

	if (source->file || at == MAP_NONE ||
	    !slice_eq(yaml_bytes(r->draft->pool.files[at]), c->after))
		return;
	source->file = r->draft->pool.files[at];
	r->draft->pool.files[at] = NULL;
}

/* Adds the new bytes of the manifests of a step to the inventory. */
static void add_files(const struct rollback *r, const struct step *step, struct inventory *inv)
{
	for (size_t i = 0; i < step->changes.n; i++) {
		struct slice path = step->changes.items[i].path;
		struct change c = { path,
				    { NULL, 0 },
				    draft_bytes(r->draft, path, SLICE_NONE),
				    step->changes.items[i].mode };

		if (!c.after.ptr || !slices_have(step->files, path))
			continue;
		if (c.after.len > MANIFEST_MAX)
			inventory_add_large(inv, path, c.after.len);
		else
			add_file(r, inv, &c);
	}
}

/* The inventory with the new bytes of the manifests. */
static struct inventory *make_inventory(const struct rollback *r)
{
	struct inventory *inv = inventory_overlay(r->in->inventory);

	for (size_t i = 0; i < r->n; i++)
		add_files(r, &r->draft->steps[r->steps[i]], inv);
	inventory_parse(inv, r->in->each);
	return inv;
}

/* The history with the commit of the draft on top. */
static struct baselines *make_history(const struct rollback *r, const struct inventory *inv)
{
	struct baselines *baselines = baselines_overlay(r->in->baselines);

	for (size_t i = 0; i < r->n; i++) {
		const struct step *step = &r->draft->steps[r->steps[i]];

		for (size_t j = 0; j < step->changes.n; j++) {
			struct slice path = step->changes.items[j].path;
			const struct source *after = inventory_find(inv, path),
					    *before = inventory_find(r->in->inventory, path);

			if (after && after->file && slices_have(step->files, path))
				baselines_add_newest(baselines, path, step->m, after->file,
						     before ? before->file : NULL);
		}
	}
	return baselines;
}

/* Makes the way of the steps to the start. */
static void draft_start(const struct rollback *r, const struct plan_inputs *in, struct draft *out)
{
	struct plan_inputs quiet = *in;
	struct intent *intents = arena_array(r->draft->pool.arena, r->n, sizeof(*intents));

	for (size_t i = 0; i < r->n; i++) {
		intents[i] = (struct intent){ .m = r->draft->steps[r->steps[i]].m,
					      .direction = GO_DOWN,
					      .options = { .edits_only = true } };
		intents[i].to = (struct stage){ STAGE_START, 0 };
	}
	quiet.progress = NULL;
	draft_make(out, &quiet, intents, r->n, NULL);
}

/* Records why a step cannot be rolled back. */
static void bar_step(struct rollback *r, size_t step, struct place at, struct slice why)
{
	findings_add(&r->barred[step], &CODE_no_way_back, at, "%" SLICE_FMT, SLICE_ARG(why));
	r->any = true;
}

/* True if a rollback is refused because of a file that only other steps change. */
static bool is_caused_by_others(const struct rollback *r, const struct step *step,
				const struct finding *stop)
{
	return stop && !slices_have(step->files, stop->at.path) &&
	       draft_bytes(r->draft, stop->at.path, SLICE_NONE).ptr;
}

/*
 * Checks whether the rollback of a step is possible. In the first round, a step is not
 * barred because of what other steps do; in the second round it is.
 */
static void check_step(struct rollback *r, size_t i, bool first)
{
	const struct step *back = &r->back.steps[i];
	struct step *step = &r->draft->steps[r->steps[i]];
	const struct finding *stop = findings_stop(&back->findings);

	if (back->refused && stop && step->intent.adopt) {
		if (first)
			findings_add(&step->findings, &CODE_never_a_way_back, stop->at,
				     "%" SLICE_FMT, SLICE_ARG(stop->reason));
		return;
	}
	if (back->refused && (!first || !is_caused_by_others(r, step, stop)))
		bar_step(r, r->steps[i], stop ? stop->at : (struct place){ step->m->path, 0, 0 },
			 stop ? stop->reason : SLICE("the rollback is refused"));
}

/* Checks r->n steps together. */
static void check_steps(struct rollback *r)
{
	struct plan_inputs later = *r->in;
	struct inventory *inventory = make_inventory(r);
	struct baselines *baselines = make_history(r, inventory);

	later.inventory = inventory;
	later.baselines = baselines;
	draft_start(r, &later, &r->back);
	for (size_t i = 0; i < r->n; i++)
		check_step(r, i, true);
	for (size_t i = 0; i < r->n && !r->any; i++)
		check_step(r, i, false);
	draft_release(&r->back);
	baselines_free(baselines);
	inventory_free(inventory);
}

bool rollback_check(struct draft *draft, const struct plan_inputs *in, struct findings *barred)
{
	enum { BATCH = 64 }; /* limits the memory for the rollback */
	struct rollback r = { .draft = draft, .in = in, .barred = barred, .parsed = MAP_INIT };
	size_t n, together = find_steps(&r, &n);

	for (size_t i = 0; i < draft->pool.n && n; i++)
		if (draft->pool.files[i])
			map_set(&r.parsed, yaml_name(draft->pool.files[i]), i);
	for (size_t all = n; n;) {
		progress_report(in->progress, "rollbacks planned", all - n, all);
		r.n = together ? together : n < BATCH ? n : BATCH;
		together = 0;
		check_steps(&r);
		r.steps += r.n;
		n -= r.n;
	}
	map_release(&r.parsed);
	return r.any;
}

#include "plan/draft.h"

#include "inventory/builds.h"
#include "plan/merge_edits.h"

/* Refuses a step for these findings. */
static void bar_step(struct step *step, const struct findings *why)
{
	for (size_t i = 0; i < why->n; i++)
		(void)findings_add_new(&step->findings, &why->items[i]);
	step->refused = step->refused || why->n;
}

void draft_make(struct draft *out, const struct plan_inputs *in, const struct intent *intents,
		size_t n, const struct findings *barred)
{
	struct draft d = { .n = n };
	struct targets *targets;
	struct builds *builds = NULL;
	struct plan_inputs inputs = *in;

	inputs.builds = &builds;
	yaml_pool_init(&d.pool);
	d.steps = arena_array(d.pool.arena, n, sizeof(*d.steps));
	targets = arena_array(d.pool.arena, n, sizeof(*targets));
	for (size_t i = 0; i < n; i++) {
		if (n > 1)
			progress_report(in->progress, "migrations planned", i + 1, n);
		step_make(&d.steps[i], &targets[i], &intents[i], &inputs, &d.pool);
		if (barred)
			bar_step(&d.steps[i], &barred[i]);
	}
	builds_free(builds);
	d.changes = merge_edits(&(struct edited_steps){ d.steps, targets, n }, in, &d.pool);
	*out = d;
}

void draft_release(struct draft *draft)
{
	yaml_pool_release(&draft->pool);
	*draft = (struct draft){ .n = 0 };
}

struct slice draft_bytes(const struct draft *draft, struct slice path, struct slice unchanged)
{
	const struct changes *changes = &draft->changes;
	size_t low = 0, high = changes->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = slice_cmp(path, changes->items[mid].path);

		if (!order)
			return changes->items[mid].after;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return unchanged;
}

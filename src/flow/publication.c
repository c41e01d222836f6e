#include "flow/publication.h"

/* The names of the environments of a step, as copies. */
static struct slices copy_environments(const struct step *step, struct arena *arena)
{
	struct slices names = environments_names(&step->placements, arena);

	for (size_t i = 0; i < names.n; i++)
		names.items[i] = arena_copy(arena, names.items[i]);
	return names;
}

void publication_init(struct publication *out, const struct plan *plan, struct arena *arena)
{
	*out = (struct publication){ .n = plan->n, .arena = arena };
	out->rows = arena_array(arena, plan->n, sizeof(*out->rows));
	for (size_t i = 0; i < plan->n; i++)
		out->rows[i] = (struct published){ .step = &plan->steps[i],
						   .from = plan->steps[i].from,
						   .known = plan->steps[i].known,
						   .environments = copy_environments(
							   &plan->steps[i], arena) };
}

bool step_has_work(const struct step *step)
{
	return !step->refused && step->changes.n > 0;
}

bool published_is_pending(const struct published *row)
{
	return step_has_work(row->step) && !row->committed && !row->existed && !row->refused;
}

void published_reset(struct published *row, bool existed)
{
	*row = (struct published){ .step = row->step,
				   .from = row->from,
				   .known = row->known,
				   .environments = row->environments,
				   .existed = existed };
}

struct findings *published_refuse(struct published *row, struct arena *arena)
{
	const struct findings *known = &row->step->findings;

	row->refused = true;
	row->findings = (struct findings){ .arena = arena };
	for (size_t i = 0; i < known->n; i++)
		(void)findings_add_new(&row->findings, &known->items[i]);
	return &row->findings;
}

/* What came of one step. */
static enum step_outcome outcome_of(const struct published *row)
{
	if (row->refused)
		return OUTCOME_REFUSED;
	if (row->own_branch && row->step->intent.direction == GO_DOWN)
		return OUTCOME_PROPOSED;
	if (row->existed)
		return OUTCOME_UNCHANGED;
	return row->committed ? outcome_of_commit(row->step->intent.direction) :
				outcome_of_step(row->step);
}

void publication_set_outcomes(struct publication *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->rows[i].outcome = outcome_of(&p->rows[i]);
}

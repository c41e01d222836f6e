#include "flow/publication.h"

void publication_init(struct publication *out, const struct plan *plan, struct arena *arena)
{
	*out = (struct publication){ .n = plan->n, .arena = arena };
	out->rows = arena_array(arena, plan->n, sizeof(*out->rows));
	for (size_t i = 0; i < plan->n; i++)
		out->rows[i].step = &plan->steps[i];
}

bool step_has_work(const struct step *step)
{
	return !step->refused && step->changes.n > 0;
}

bool published_is_pending(const struct published *row)
{
	return step_has_work(row->step) && !row->committed && !row->existed && !row->refused;
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

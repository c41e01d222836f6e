#include "flow/publication.h"

#include <criterion/criterion.h>

Test(outcome, each_has_a_name)
{
	size_t n = 0;

	while (outcome_names[n])
		n++;
	cr_expect_eq(n, OUTCOME_WORKS + 1);
}

/* A step of a migration that is held, or not. */
static struct step step_of(struct arena *arena, bool held, const struct code *stop)
{
	struct step step = { .held = held, .findings = { .arena = arena } };

	if (stop) {
		step.refused = true;
		findings_add(&step.findings, stop, NOWHERE, "no");
	}
	return step;
}

Test(outcome, of_steps)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct change change = { .path = SLICE("a.yaml") };
	struct step step = step_of(arena, false, NULL);

	cr_expect_eq(outcome_of_step(&step), OUTCOME_UNCHANGED);
	cr_expect_eq(outcome_of_status(&step), OUTCOME_READY);
	step.changes = (struct changes){ &change, 1 };
	cr_expect_eq(outcome_of_step(&step), OUTCOME_PLANNED);
	step.finished = true;
	cr_expect_eq(outcome_of_step(&step), OUTCOME_FINISHED);
	step = step_of(arena, true, &CODE_held);
	cr_expect_eq(outcome_of_step(&step), OUTCOME_HELD);
	step = step_of(arena, true, &CODE_host_unknown);
	cr_expect_eq(outcome_of_step(&step), OUTCOME_REFUSED);
	cr_expect_eq(outcome_of_status(&step), OUTCOME_HELD);
	step.mixed = true;
	cr_expect_eq(outcome_of_status(&step), OUTCOME_MIXED);
}

Test(outcome, of_a_publication)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct change change = { .path = SLICE("a.yaml") };
	struct step steps[4];
	const struct plan plan = { .steps = steps, .n = 4 };
	struct publication p;

	for (size_t i = 0; i < 4; i++) {
		steps[i] = step_of(arena, false, NULL);
		steps[i].intent.direction = GO_DOWN;
		steps[i].changes = (struct changes){ &change, 1 };
	}
	publication_init(&p, &plan, arena);
	cr_expect(published_is_pending(&p.rows[0]));
	p.rows[0].committed = true;
	p.rows[1].existed = true;
	findings_add(published_refuse(&p.rows[2], arena), &CODE_push_raced, NOWHERE, "late");
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(published_is_pending(&p.rows[i]), i == 3, "row %zu", i);
	publication_set_outcomes(&p);
	cr_expect_eq(p.rows[0].outcome, OUTCOME_ROLLED_BACK);
	cr_expect_eq(p.rows[1].outcome, OUTCOME_UNCHANGED);
	cr_expect_eq(p.rows[2].outcome, OUTCOME_REFUSED);
	cr_expect_eq(p.rows[2].findings.n, 1);
	cr_expect_eq(steps[2].findings.n, 0);
	cr_expect_eq(p.rows[3].outcome, OUTCOME_PLANNED);
}

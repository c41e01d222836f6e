#include "plugin/outcome.h"

const char *const outcome_words[] = {
	[OUTCOME_PLANNED] = "planned",
	[OUTCOME_UNCHANGED] = "unchanged",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_HELD] = "held",
	[OUTCOME_FINISHED] = "finished",
	[OUTCOME_MIXED] = "mixed",
	[OUTCOME_READY] = "ready",
	[OUTCOME_PROMOTED] = "promoted",
	[OUTCOME_ROLLED_BACK] = "rolled-back",
	[OUTCOME_FINALIZED] = "finalized",
	[OUTCOME_PATCH] = "patch",
	NULL,
};

enum outcome outcome_of_step(const struct step *step)
{
	const struct finding *stop = findings_stop(&step->findings);

	if (step->refused)
		return step->held && !step->intent.resume && stop && stop->code == &CODE_held ?
			       OUTCOME_HELD :
			       OUTCOME_REFUSED;
	if (step->finished)
		return OUTCOME_FINISHED;
	return step->changes.n ? OUTCOME_PLANNED : OUTCOME_UNCHANGED;
}

enum exit_code outcome_exit(const struct step *step)
{
	const struct finding *stop = findings_stop(&step->findings);

	if (!step->refused)
		return EXIT_OK;
	return stop ? stop->code->exit : EXIT_REFUSED;
}

enum exit_code outcome_worse_exit(enum exit_code a, enum exit_code b)
{
	static const enum exit_code order[] = { EXIT_TERMINATED, EXIT_INTERRUPTED, EXIT_DIFF_FAILED,
						EXIT_ERROR,      EXIT_REFUSED,     EXIT_TIMED_OUT,
						EXIT_OK };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

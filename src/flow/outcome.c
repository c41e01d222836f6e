#include "flow/outcome.h"

const char *const outcome_names[] = {
	[OUTCOME_PLANNED] = "planned",     [OUTCOME_UNCHANGED] = "unchanged",
	[OUTCOME_FINISHED] = "finished",   [OUTCOME_HELD] = "held",
	[OUTCOME_REFUSED] = "refused",     [OUTCOME_READY] = "ready",
	[OUTCOME_MIXED] = "mixed",         [OUTCOME_PATCH] = "patch",
	[OUTCOME_PROMOTED] = "promoted",   [OUTCOME_ROLLED_BACK] = "rolled-back",
	[OUTCOME_FINALIZED] = "finalized", [OUTCOME_PROPOSED] = "proposed",
	[OUTCOME_WORKS] = "works",         [OUTCOME_WORKS + 1] = NULL,
};

/* Is it the hold that stops the step? */
static bool is_stopped_by_hold(const struct step *step)
{
	const struct finding *stop = findings_stop(&step->findings);

	return step->held && !step->intent.resume && stop && stop->code == &CODE_held;
}

enum step_outcome outcome_of_step(const struct step *step)
{
	if (step->refused)
		return is_stopped_by_hold(step) ? OUTCOME_HELD : OUTCOME_REFUSED;
	if (step->finished)
		return OUTCOME_FINISHED;
	return step->changes.n ? OUTCOME_PLANNED : OUTCOME_UNCHANGED;
}

enum step_outcome outcome_of_status(const struct step *step)
{
	return step->mixed    ? OUTCOME_MIXED :
	       step->held     ? OUTCOME_HELD :
	       step->refused  ? OUTCOME_REFUSED :
	       step->finished ? OUTCOME_FINISHED :
				OUTCOME_READY;
}

enum step_outcome outcome_of_commit(enum direction direction)
{
	return direction == GO_UP   ? OUTCOME_PROMOTED :
	       direction == GO_DOWN ? OUTCOME_ROLLED_BACK :
				      OUTCOME_FINALIZED;
}

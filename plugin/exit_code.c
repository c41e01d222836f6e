#include "plugin/exit_code.h"

enum exit_code exit_code_of_findings(const struct findings *f)
{
	const struct finding *stop = findings_stop(f);

	return stop ? stop->code->exit : EXIT_REFUSED;
}

enum exit_code exit_code_of_step(const struct step *step)
{
	return step->refused ? exit_code_of_findings(&step->findings) : EXIT_OK;
}

enum exit_code exit_code_worse(enum exit_code a, enum exit_code b)
{
	static const enum exit_code order[] = { EXIT_TERMINATED, EXIT_INTERRUPTED, EXIT_DIFF_FAILED,
						EXIT_ERROR,      EXIT_REFUSED,     EXIT_TIMED_OUT,
						EXIT_OK };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

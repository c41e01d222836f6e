#include "flow/undo_command.h"

void undo_command(const struct step *step, const char *program, struct str *out)
{
	bool down = step->known && stage_cmp(step->to, step->from) < 0;
	char from[8];

	stage_name(step->from, from);
	if (step->intent.direction == GO_DELETE_ENTRY ||
	    step->intent.rules) { /* whole objects come back from the history only */
		str_adds(out, "git revert this commit");
		return;
	}
	if (step->from.kind == STAGE_DONE) {
		str_addf(out,
			 "git revert this commit, or %s migrate promote %" SLICE_FMT
			 " --resume --to 100 --yes",
			 program, SLICE_ARG(step->m->name));
		return;
	}
	str_addf(out, "%s migrate %s %" SLICE_FMT, program, down ? "promote --resume" : "rollback",
		 SLICE_ARG(step->m->name));
	if (step->known && step->from.kind != STAGE_START)
		str_addf(out, " --to %s", from);
	if (down)
		str_adds(out, " --yes");
}

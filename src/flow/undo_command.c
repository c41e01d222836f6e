#include "flow/undo_command.h"

#include "flow/session_internal.h"

void undo_command(const struct session *s, const struct step *step, const char *program,
		  struct str *out)
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
	if (s->options.branch)
		str_addf(out, " --branch %s", s->options.branch);
	if (down)
		str_adds(out, " --yes");
}

struct slice undo_of_published(const struct base_commit *base, const struct published *row,
			       const char *program)
{
	AUTO_STR struct str undo = STR_INIT;
	struct step step = *row->step;

	step.from = row->from;
	step.known = row->known;
	if (!row->own_branch)
		undo_command(base->session, &step, program, &undo);
	else if (base->remote.name.ptr)
		str_addf(&undo, "git push --delete %" SLICE_FMT " %" SLICE_FMT,
			 SLICE_ARG(base->remote.name), SLICE_ARG(row->branch));
	else
		str_addf(&undo, "git branch -D %" SLICE_FMT, SLICE_ARG(row->branch));
	return arena_copy(base->session->arena, str_slice(&undo));
}

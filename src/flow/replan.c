#include "flow/replan.h"

#include "flow/plan_intents.h"
#include "flow/session_internal.h"
#include "flow/widen.h"
#include "plan/step_compare.h"

/* Who changed a file of the step last: ": AUTHOR, commit ID"; empty: not known. */
static struct slice last_author(const struct step *step, const struct baselines *baselines,
				struct arena *arena)
{
	const struct baseline_file *by = NULL;

	for (size_t i = 0; i < step->files.n && !by; i++)
		by = baselines_find(baselines, step->files.items[i], step->m);
	return by && by->commit.ptr ? arena_printf(arena, ": %" SLICE_FMT ", commit %.8s",
						   SLICE_ARG(by->author), by->commit.ptr) :
				      SLICE("");
}

/* Refuses the step of a row, since it would not be what was shown. */
static void refuse_changed(struct published *row, const struct step *now, struct slice what,
			   const struct baselines *baselines, struct arena *arena)
{
	bool file = slice_starts(what, SLICE("spec.")) || slice_starts(what, SLICE("metadata."));

	findings_add(published_refuse(row, arena), &CODE_moved_meanwhile,
		     file ? (struct place){ now->m->path, 0, 0 } : NOWHERE,
		     "%" SLICE_FMT " was changed in the meantime by another process: %" SLICE_FMT
		     "%" SLICE_FMT,
		     SLICE_ARG(now->m->name), SLICE_ARG(what),
		     SLICE_ARG(file ? SLICE("") : last_author(now, baselines, arena)));
}

/*
 * Is the step of a row still to be done as it was planned? `now` is the same step planned again.
 * False: its row is refused, or another process did it.
 */
static bool is_same_step(struct published *row, const struct step *now,
			 const struct baselines *baselines, struct arena *arena)
{
	struct slice what = step_difference(row->step, &row->environments, now, arena);

	if (!now->refused && !now->changes.n && step_differs_in_hold_only(row->step, now)) {
		row->existed = true;
		return false;
	}
	if (what.ptr)
		refuse_changed(row, now, what, baselines, arena);
	if (now->refused) {
		struct findings *findings =
			row->refused ? &row->findings : published_refuse(row, arena);

		for (size_t i = 0; i < now->findings.n; i++)
			findings_add_new(findings, &now->findings.items[i]);
	}
	return !row->refused;
}

/* The intents of the rows, with absolute stages, for the migrations of the new fleet. */
static struct intent *make_intents(const struct replan *r, const struct publication *rows)
{
	struct intent *intents = arena_array(r->session->arena, r->n, sizeof(*intents));

	for (size_t i = 0; i < r->n; i++) {
		const struct step *step = rows->rows[r->rows[i]].step;

		intents[i] = step->intent;
		intents[i].m = r->fleet.selected.items[i];
		intents[i].next = false;
		intents[i].options.own_branch |= r->own_branch;
		intents[i].to = step->to;
	}
	return intents;
}

/* Refuses all rows if the commits would go to another branch than was shown. */
static bool is_same_branch(const struct fleet *first, struct replan *r, struct publication *rows)
{
	const struct base_commit *was = &first->base, *is = &r->fleet.base;

	if (slice_eq(was->branch, is->branch) && slice_eq(was->remote.name, is->remote.name))
		return true;
	for (size_t i = 0; i < r->n; i++)
		findings_add(published_refuse(&rows->rows[r->rows[i]], rows->arena),
			     &CODE_moved_meanwhile, NOWHERE,
			     "%" SLICE_FMT " was changed in the meantime by another process: the "
			     "branch, from '%" SLICE_FMT "' to '%" SLICE_FMT "'",
			     SLICE_ARG(r->fleet.selected.items[i]->name), SLICE_ARG(was->branch),
			     SLICE_ARG(is->branch));
	r->n = 0;
	return false;
}

/* Plans the rows, without those that are not as they were, until all are. */
static int plan_rows(struct replan *r, struct publication *rows, struct err *err)
{
	struct intent *intents = make_intents(r, rows);

	for (bool same = false; !same && r->n;) {
		size_t left = 0;

		plan_release(&r->plan);
		if (plan_intents(&r->evidence, intents, r->n, &r->plan, err) < 0 ||
		    widen_rollbacks(&r->evidence, intents, r->n, &r->plan, err) < 0)
			return -1;
		for (size_t i = 0; i < r->n; i++) {
			if (!is_same_step(&rows->rows[r->rows[i]], &r->plan.steps[i],
					  r->evidence.baselines, rows->arena))
				continue;
			r->rows[left] = r->rows[i];
			intents[left++] = intents[i];
		}
		same = left == r->n;
		r->n = left;
	}
	return 0;
}

int replan_make(const struct fleet *first, struct publication *rows, bool own_branch,
		struct replan *out, struct err *err)
{
	struct session_options options = first->base.session->options;
	struct selection selection = { .read_all = !first->named,
				       .recover = rows->n &&
						  rows->rows[0].step->intent.direction == GO_DOWN };

	*out = (struct replan){ .own_branch = own_branch };
	out->rows = arena_array(rows->arena, rows->n, sizeof(*out->rows));
	selection.names.items = arena_array(rows->arena, rows->n, sizeof(struct slice));
	for (size_t i = 0; i < rows->n; i++) {
		if (!published_is_pending(&rows->rows[i]))
			continue;
		selection.names.items[selection.names.n++] = rows->rows[i].step->m->name;
		out->rows[out->n++] = i;
	}
	/* The number of the try is the better progress. */
	options.progress = (struct progress){ NULL, NULL };
	if (session_open(&out->session, &options, err) < 0 ||
	    fleet_open(out->session, &selection, &out->fleet, err) < 0)
		return -1;
	if (!is_same_branch(first, out, rows))
		return 0;
	return gather_evidence(&out->fleet, &out->evidence, err) < 0 ? -1 :
								       plan_rows(out, rows, err);
}

void replan_release(struct replan *replan)
{
	plan_release(&replan->plan);
	evidence_release(&replan->evidence);
	fleet_release(&replan->fleet);
	session_close(replan->session);
	*replan = (struct replan){ .n = 0 };
}

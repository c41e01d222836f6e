#include "flow/replan.h"

#include "flow/plan_intents.h"
#include "flow/session_internal.h"

/* Refuses the step of a row, since its migration is no longer at the stage it was at. */
static void refuse_moved(struct published *row, const struct step *now,
			 const struct baselines *baselines, struct arena *arena)
{
	const struct step *step = row->step;
	const struct baseline_file *by = NULL;
	char was[8], is[8];

	stage_name(step->from, was);
	stage_name(now->from, is);
	for (size_t i = 0; i < now->files.n && !by; i++)
		by = baselines_find(baselines, now->files.items[i], now->m);
	findings_add(
		published_refuse(row, arena), &CODE_moved_meanwhile, NOWHERE,
		"%" SLICE_FMT " was moved from stage '%s' to '%s' by another process: %" SLICE_FMT
		", commit %.8s",
		SLICE_ARG(step->m->name), step->known ? was : "mixed", now->known ? is : "mixed",
		SLICE_ARG(by ? by->author : SLICE("unknown author")),
		by && by->commit.ptr ? by->commit.ptr : "unknown");
}

/*
 * Is the step of a row still to be done as it was planned? `now` is the same step planned again.
 * False: its row is refused, or another process did it.
 */
static bool is_same_step(struct published *row, const struct step *now,
			 const struct baselines *baselines, struct arena *arena)
{
	if (now->refused) {
		struct findings *findings = published_refuse(row, arena);

		for (size_t i = 0; i < now->findings.n; i++)
			findings_add_new(findings, &now->findings.items[i]);
		return false;
	}
	if (!now->changes.n) {
		row->existed = true;
		return false;
	}
	if (now->known == row->step->known && stage_cmp(now->from, row->step->from) == 0)
		return true;
	refuse_moved(row, now, baselines, arena);
	return false;
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
		intents[i].to = step->to;
	}
	return intents;
}

/* Plans the rows, without those that are not as they were, until all are. */
static int plan_rows(struct replan *r, struct publication *rows, struct err *err)
{
	struct intent *intents = make_intents(r, rows);

	for (bool same = false; !same && r->n;) {
		size_t left = 0;

		plan_release(&r->plan);
		if (plan_intents(&r->evidence, intents, r->n, &r->plan, err) < 0)
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

int replan_make(const struct fleet *first, struct publication *rows, struct replan *out,
		struct err *err)
{
	struct session_options options = first->base.session->options;
	struct selection selection = { .read_all = !first->named };

	*out = (struct replan){ .n = 0 };
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
	    fleet_open(out->session, &selection, &out->fleet, err) < 0 ||
	    gather_evidence(&out->fleet, &out->evidence, err) < 0)
		return -1;
	return plan_rows(out, rows, err);
}

void replan_release(struct replan *replan)
{
	plan_release(&replan->plan);
	evidence_release(&replan->evidence);
	fleet_release(&replan->fleet);
	session_close(replan->session);
	*replan = (struct replan){ .n = 0 };
}

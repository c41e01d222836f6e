/*
 * step_internal.h - what the files of a step share. Nobody else includes it.
 *
 *	step.c   where the migration is, where it goes, the edits
 *	back.c   the way back to bytes of the past
 *	done.c   the end: the old destinations go, or come back
 *	land.c   where the files end up
 *	entry.c  objects of the old host that go with it
 */
#ifndef GCB_PLAN_STEP_INTERNAL_H
#define GCB_PLAN_STEP_INTERNAL_H

#include "plan/step.h"
#include "inventory/inventory_index.h"

/* What the parts of step_make pass around. */
struct work {
	struct step *step;
	struct targets *targets;
	struct plan *plan;
	const struct plan_inputs *in;
	const struct intent *intent;
	const struct migration *m;
	struct scope scope;
};

/* The goal of a stage for this migration. */
static inline __attribute__((unused)) struct goal step_goal(const struct work *w,
							    struct stage stage)
{
	return (struct goal){ .move = &w->m->move,
			      .stages = w->m->stages,
			      .stage = stage,
			      .adopt = w->intent->adopt };
}

/* Refuses the step; its reason is among the findings already. Always -1. */
static inline __attribute__((unused)) int step_refuse(const struct work *w)
{
	w->step->refused = true;
	return -1;
}

/* step.c: the target of a file in this step, made on first use. */
struct target *step_target(const struct work *w, const struct yaml_file *file, struct slice path,
			   struct slice before, unsigned mode);

/*
 * back.c: the bytes that `from`, the file of a baseline, has at a stage. `base` is the baseline of
 * `from` itself, when it is moved already; else NULL. False: they cannot be made.
 */
bool step_forward(const struct work *w, const struct yaml_file *from, const struct yaml_file *base,
		  struct stage stage, struct str *out);

/*
 * back.c: sets t->restore to the baseline's own bytes, when the present stage on the baseline gives
 * exactly the present bytes.
 */
void step_restore(const struct work *w, struct target *t);

/* land.c: lists the created file in the kustomization that lists its neighbours. */
void step_list_created(const struct work *w);

/* land.c: fills in where the files of the step end up, as far as that is known. */
void step_land(const struct work *w);

/*
 * land.c: says what becomes of an object in the cluster when it goes from its file, in every
 * environment.
 */
void step_note_prune(const struct work *w, const struct object_ref *going);

/* land.c: adds what speaks against editing files that end up where they do. */
void step_check_placements(const struct work *w);

/* done.c: may the migration be finalized from where it is? Refuses the step when not. */
int done_allowed(const struct work *w);

/* done.c: adds what speaks against taking old out: somebody who still sends to it. */
void done_check(const struct work *w);

/* entry.c: the files of the objects that go in this step. */
struct slices step_files_that_lose(const struct work *w);

/*
 * entry.c: takes the DestinationRules for the old host out; names those that the migration does not
 * cover, as errors.
 */
void step_drop_rules(const struct work *w);

/*
 * entry.c: takes the ServiceEntry of the old host out. Refuses the step while anything still names
 * the host.
 */
int step_drop_entry(const struct work *w);

/*
 * done.c: the targets of a step that goes back from the end. Refuses the step where that cannot be
 * exact.
 */
int done_undo(const struct work *w);

#endif

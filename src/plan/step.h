/*
 * step.h - one migration's step: which stage it is at, which it goes to, and the edits for that. A
 * part of plan.
 */
#ifndef GCB_PLAN_STEP_H
#define GCB_PLAN_STEP_H

#include "base/arena.h"
#include "base/change.h"
#include "plan/scope.h"

/* The edits of one step in one file. */
struct target {
	const struct yaml_file *file;
	struct slice path, before; /* before: absent for a created file */
	unsigned mode;
	struct yaml_edits *edits;
	struct slice restore; /* bytes to take instead of the edits when no other step touches the
				 file; absent: none */
	bool remove;          /* the file goes */
	bool whole;           /* there are no edits that would do the same */
};

struct targets {
	struct target *items;
	size_t n;
	const struct yaml_node **claims; /* what two steps must not both move: old destinations, and
					    routes that get a mirror */
	size_t nclaims;
};

/*
 * Works one intent out: fills `step` and, when it is not refused and changes something, the edits
 * per file. Refusals are findings of the step with `refused` set.
 */
void step_make(struct step *step, struct targets *targets, struct plan *plan,
	       const struct plan_inputs *in, const struct intent *intent);

/*
 * keep.c: a copy of a step in `arena` that outlives all that it was made of, but for migrations and
 * the bytes of before.
 */
struct step step_keep(const struct step *step, struct arena *arena);

/*
 * plan.c: a plan of intents that are all of one part: `in` has the inventory of that, and no parts.
 * It points into what is parsed.
 */
void plan_work_out(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
		   size_t n);

/* plan.c: sorts changes by their paths. */
void plan_sort(struct changes *changes);

#endif

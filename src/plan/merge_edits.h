/*
 * merge_edits.h - the edits of several steps, merged into one result per file.
 */
#ifndef GCB_PLAN_MERGE_EDITS_H
#define GCB_PLAN_MERGE_EDITS_H

#include "plan/step.h"

/* Steps, and the edits of each. */
struct edited_steps {
	struct step *steps;
	const struct targets *targets;
	size_t n;
};

/*
 * Sets the changes of each step that is not refused, on top of those of the steps before it, and
 * returns the changes of all of them, sorted by path. A step that cannot be merged is refused. The
 * results are allocated in `pool`, which also receives the parsed files that the rollback check can
 * use.
 */
struct changes merge_edits(const struct edited_steps *edited, const struct plan_inputs *in,
			   struct yaml_pool *pool);

/* Sorts changes by path. */
void changes_sort(struct changes *changes);

#endif

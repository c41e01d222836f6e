/*
 * draft.h - the steps of one shard with their edits merged. It points into parsed files.
 */
#ifndef GCB_PLAN_DRAFT_H
#define GCB_PLAN_DRAFT_H

#include "plan/step.h"

struct draft {
	struct step *steps;
	size_t n;
	struct changes changes; /* of all steps that are not refused, sorted by path */
	struct yaml_pool pool;
};

/*
 * Makes the steps of `n` intents, and merges their edits. `barred`: for each step, findings for
 * which it is refused; NULL: none. Freed with draft_release.
 */
void draft_make(struct draft *out, const struct plan_inputs *in, const struct intent *intents,
		size_t n, const struct findings *barred);

/* Frees it. A draft of zeros is fine. */
void draft_release(struct draft *draft);

/* The bytes of a path after the changes; `unchanged` if the draft does not change it. */
struct slice draft_bytes(const struct draft *draft, struct slice path, struct slice unchanged);

#endif

/*
 * plan.h - what a command will do: the step of each migration, and the changes of all of them.
 *
 * A plan is a value: made of the inventory, the history and the intents, and not changed
 * afterwards. A migration that is refused is a step with findings; the others are planned all the
 * same.
 */
#ifndef GCB_PLAN_PLAN_H
#define GCB_PLAN_PLAN_H

#include "plan/plan_inputs.h"
#include "plan/step.h"

struct plan {
	struct step *steps; /* in the order of the intents */
	size_t n;
	struct changes changes; /* of all steps that are not refused, sorted by path, each path
				   once, except for steps with a branch of their own */
	struct arena *arena;
	struct arena **shards; /* the memory of the steps of each shard */
	size_t nshards;
};

/*
 * Makes the plan of `n` intents; freed with plan_release. Paths, texts and new bytes are its own;
 * the bytes before changes are those of the inventory, and the environments those of the inputs. A
 * step up that cannot be rolled back is refused (rollback_check.h).
 */
void plan_make(struct plan *out, const struct plan_inputs *in, const struct intent *intents,
	       size_t n);

/* Frees it. A plan of zeros is fine. */
void plan_release(struct plan *p);

#endif

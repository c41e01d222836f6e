/*
 * outcome.h - what came of a migration's step, in one word.
 */
#ifndef GCB_FLOW_OUTCOME_H
#define GCB_FLOW_OUTCOME_H

#include "plan/plan.h"

enum step_outcome {
	OUTCOME_PLANNED,     /* it changes something, which is not committed */
	OUTCOME_UNCHANGED,   /* there was nothing to do */
	OUTCOME_FINISHED,    /* it is at its last stage */
	OUTCOME_HELD,        /* a hold stops it */
	OUTCOME_REFUSED,     /* a finding stops it */
	OUTCOME_READY,       /* status: it can go on */
	OUTCOME_MIXED,       /* status: its routes are not all at one stage */
	OUTCOME_PATCH,       /* it is in a patch */
	OUTCOME_PROMOTED,    /* committed */
	OUTCOME_ROLLED_BACK, /* committed */
	OUTCOME_FINALIZED,   /* committed */
	OUTCOME_PROPOSED,    /* a rollback on a stage branch: nothing is rolled back yet */
	OUTCOME_WORKS        /* a rehearsed rollback would work */
};

/* The names of the values, NULL-terminated: "planned", "rolled-back". */
extern const char *const outcome_names[];

/* What a planned step comes to. */
enum step_outcome outcome_of_step(const struct step *step);

/* Where the migration of a step to the next stage is. */
enum step_outcome outcome_of_status(const struct step *step);

/* What a commit in this direction brings. */
enum step_outcome outcome_of_commit(enum direction direction);

#endif

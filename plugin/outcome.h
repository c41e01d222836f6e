/*
 * outcome.h - what became of a step: its word in tables and documents, and the exit code.
 */
#ifndef GCB_PLUGIN_OUTCOME_H
#define GCB_PLUGIN_OUTCOME_H

#include "base/code.h"
#include "plan/plan.h"

enum outcome {
	OUTCOME_PLANNED,
	OUTCOME_UNCHANGED, /* nothing to do, or already committed by another process */
	OUTCOME_REFUSED,
	OUTCOME_HELD,
	OUTCOME_FINISHED, /* at the last stage */
	OUTCOME_MIXED,    /* status: the routes are not all at the same stage */
	OUTCOME_READY,    /* status: promote has a next stage */
	OUTCOME_PROMOTED,
	OUTCOME_ROLLED_BACK,
	OUTCOME_FINALIZED,
	OUTCOME_PATCH /* written as a patch */
};

/* The words, by enum outcome; NULL-terminated. They are part of the documents of -o json. */
extern const char *const outcome_words[];

/* The outcome of a planned step. */
enum outcome outcome_of_step(const struct step *step);

/* The exit code of a step: that of the finding that stopped it; EXIT_OK if it is not refused. */
enum exit_code outcome_exit(const struct step *step);

/* The worse of two exit codes: the first one in 143, 130, 2, 1, 6, 5, 0. */
enum exit_code outcome_worse_exit(enum exit_code a, enum exit_code b);

#endif

/*
 * stage.h - the stages of a migration: start, mirror, percentages, done.
 */
#ifndef GCB_ISTIO_STAGE_H
#define GCB_ISTIO_STAGE_H

#include "base/err.h"

/*
 * A stage: `start` (nothing moved), `mirror`, a weight of 1..100 percent, or `done` (no route names
 * the old host any more).
 */
struct stage {
	enum stage_kind { STAGE_START, STAGE_MIRROR, STAGE_WEIGHT, STAGE_DONE } kind;
	int percent; /* of STAGE_WEIGHT */
};

/* The stages of a migration in their order; at most this many. */
#define STAGES_MAX 101
struct stages {
	struct stage items[STAGES_MAX];
	size_t n;
};

/* mirror, 10, 25, 50, 100. */
extern const struct stages stages_default;

/* Reads "start", "mirror", "10", "10%" or "done". False when it is none of these. */
bool stage_parse(struct slice text, struct stage *out);

/* Writes the stage's name ("mirror", "10"), NUL-terminated. */
void stage_name(struct stage s, char out[8]);

/* Order of stages: start < mirror < 1 % < ... < 100 % < done. Negative, 0 or positive. */
int stage_cmp(struct stage a, struct stage b);

/*
 * Reads a list of stages: "mirror" at most once and first, then rising percentages from 1 to 100,
 * at least one stage. Error: stage_bad, which names the item.
 */
int stages_read(const struct slice *items, size_t n, struct stages *out, struct err *err);

/* Is `s` the start or one of the list? */
bool stages_have(const struct stages *list, struct stage s);

#endif

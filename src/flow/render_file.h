/*
 * render_file.h - the plain manifest generator: one file, no repository, all stages.
 */
#ifndef GCB_FLOW_RENDER_FILE_H
#define GCB_FLOW_RENDER_FILE_H

#include "plan/plan.h"

/* A file and what shall become of it. */
struct single {
	struct slice name, bytes;  /* the file; borrowed */
	struct slice baseline;     /* the file before the first stage; absent: not known */
	const struct migration *m; /* from and to, as migration_check leaves it; `file` is NULL */
};

/*
 * Works out one stage: `*out` gets the step, with its findings and changes; freed with
 * plan_release, and `*inventory` and `*past` with it by single_release. A refusal is in the step.
 * Errors: the file cannot be parsed, the baseline neither.
 */
struct single_result {
	struct inventory *inventory;
	struct baselines *baselines;
	struct plan plan;
	struct slice text; /* the file at the stage; lives as long as the result */
};
int single_make(struct single_result *out, const struct single *s, struct stage stage,
		struct err *err);

/* Frees it. */
void single_release(struct single_result *r);

#endif

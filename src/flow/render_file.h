/*
 * render_file.h - a file of manifests at a stage, without any repository.
 */
#ifndef GCB_FLOW_RENDER_FILE_H
#define GCB_FLOW_RENDER_FILE_H

#include "plan/plan.h"

/* A file, and what is to become of it. Borrowed. */
struct render_input {
	struct slice name, bytes;
	struct slice baseline;     /* the file before the first stage; absent: not known */
	const struct migration *m; /* from and to, as migration_check leaves it; `file` is NULL */
};

/* The file at a stage. */
struct render_result {
	struct inventory *inventory;
	struct baselines *baselines;
	struct plan plan;  /* with one step: its findings and changes */
	struct slice text; /* lives as long as the result */
};

/*
 * Renders the file at one stage. A refusal is in the step. Freed with render_file_release. Errors:
 * the file, or the baseline, cannot be parsed.
 */
int render_file_make(struct render_result *out, const struct render_input *input,
		     struct stage stage, struct err *err);

/* Frees what it owns. */
void render_file_release(struct render_result *r);

#endif

/*
 * patch.h - changes as patches: as git diff shows them, and a plan as patches for git am, for where
 * nothing can be pushed, or even committed.
 */
#ifndef GCB_FLOW_PATCH_H
#define GCB_FLOW_PATCH_H

#include "flow/publish.h"

/*
 * Appends a change as a unified diff that git apply takes; `patch` may be NULL. Sets the numbers of
 * lines added and removed. Errors: git.
 */
int patch_of_change(const struct change *change, struct str *patch, size_t *added, size_t *removed,
		    struct err *err);

/* A plan as patches. */
struct plan_patch {
	struct str text;
	bool crlf; /* some line ends with CR LF, which git am keeps only with --keep-cr */
};

/*
 * Appends the steps of the plan that are not refused and change something, as mails for git am and
 * git apply: one a step, each on top of those before it, or one for all (options->batch). They have
 * the changes and messages of the commits of publish_plan. Nothing is written. `out->text` is
 * released by the caller. Errors: identity, git, those of templates.
 */
int patch_of_plan(struct session *s, const struct plan *plan, const struct publish_options *options,
		  struct plan_patch *out, struct err *err);

#endif

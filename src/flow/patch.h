/*
 * patch.h - a plan as mails, for where nothing can be pushed, or even committed.
 */
#ifndef GCB_FLOW_PATCH_H
#define GCB_FLOW_PATCH_H

#include "flow/publish.h"

/*
 * Appends the steps of the plan that are not refused and change something to `out`, as mails for
 * `git am` and `git apply` (git/mail.h): one a step, each on top of those before it, or one for all
 * (options->batch). They hold what session_publish would commit, with the same messages.
 * `*crlf`: some line ends with CR LF, which git am keeps only with --keep-cr. Nothing is written.
 * Errors: identity, git, what templates say.
 */
int session_patch(struct session *s, const struct plan *plan, const struct publish_options *options,
		  struct str *out, bool *crlf, struct err *err);

#endif

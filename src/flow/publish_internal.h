/*
 * publish_internal.h - what the files of publishing share. Nobody else includes it.
 *
 *	publish.c  the way of a plan to the branch that is applied; one try after the other
 *	retry.c    the same steps on a remote branch that has moved
 *	request.c  branches of their own, for review
 *	hooked.c   commits, with hooks
 *	message.c  commit messages, and how to undo
 */
#ifndef GCB_FLOW_PUBLISH_INTERNAL_H
#define GCB_FLOW_PUBLISH_INTERNAL_H

#include "base/change.h"
#include "flow/publish.h"
#include "flow/advance.h"

/* message.c: does the step bring a commit? */
bool step_has_work(const struct step *step);

/* message.c: the commit message of one step. Errors: what templates say. */
int step_message(struct session *s, const struct step *step, const struct publish_options *o,
		 struct str *out, struct err *err);

/* message.c: of one commit for many steps: a subject, a line a step, and their trailers. */
void batch_message(const struct plan *plan, struct str *out);

/*
 * hooked.c: commit_write (git/commit.h), with the hooks if the session runs them. Errors:
 * hook_refused and hook_place, too.
 */
int session_commit(struct session *s, const struct oid *parent, const struct changes *changes,
		   const char *message, struct oid *out, struct err *err);

/* publish.c: one try; an enum advanced, or -1. `out->rows` has room for all steps. */
int publish_once(struct session *s, struct plan *plan, const struct publish_options *o,
		 struct publication *out, struct err *err);

/* again.c: fetches, plans the same stages again, and publishes them. An enum advanced, or -1. */
int publish_again(struct session *s, struct plan *plan, const struct publish_options *o,
		  struct publication *out, struct err *err);

/* request.c: all steps on branches of their own. */
int publish_requests(struct session *s, struct plan *plan, const struct publish_options *o,
		     struct publication *out, struct err *err);

#endif

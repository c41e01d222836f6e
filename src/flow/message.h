/*
 * message.h - the messages of commits.
 */
#ifndef GCB_FLOW_MESSAGE_H
#define GCB_FLOW_MESSAGE_H

#include "flow/publish.h"

/*
 * Appends the message of one step, from the template commit-message, which is read and parsed once
 * a session. Errors: those of templates_get and template_render.
 */
int message_of_step(struct session *s, const struct step *step, const struct publish_options *o,
		    struct str *out, struct err *err);

/*
 * Appends the message of one commit for all steps: a subject, a line a step, and their trailers.
 */
void message_of_batch(const struct plan *plan, struct str *out);

#endif

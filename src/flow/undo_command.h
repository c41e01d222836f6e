/*
 * undo_command.h - the command that takes a step back.
 */
#ifndef GCB_FLOW_UNDO_COMMAND_H
#define GCB_FLOW_UNDO_COMMAND_H

#include "flow/base_commit.h"
#include "flow/publication.h"

/*
 * Appends it to `out`: "kubectl gcpbackend migrate rollback NAME --to STAGE". `program`: how it
 * begins, "kubectl gcpbackend". It works on the branch that the session specifies.
 */
void undo_command(const struct session *s, const struct step *step, const char *program,
		  struct str *out);

/*
 * The command that takes a published step back, in the arena of the session: that of undo_command,
 * or the deletion of its stage branch.
 */
struct slice undo_of_published(const struct base_commit *base, const struct published *row,
			       const char *program);

#endif

/*
 * undo_command.h - the command that takes a step back.
 */
#ifndef GCB_FLOW_UNDO_COMMAND_H
#define GCB_FLOW_UNDO_COMMAND_H

#include "plan/plan.h"

/*
 * Appends it to `out`: "kubectl gcpbackend migrate rollback NAME --to STAGE". `program`: how it
 * begins, "kubectl gcpbackend".
 */
void undo_command(const struct step *step, const char *program, struct str *out);

#endif

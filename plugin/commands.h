/*
 * commands.h - the commands there are. main.c lists them in the order in which help shows them.
 */
#ifndef GCB_PLUGIN_COMMANDS_H
#define GCB_PLUGIN_COMMANDS_H

#include "plugin/command.h"

extern const struct command cmd_discover, cmd_init, cmd_check, cmd_explain, cmd_plan, cmd_render,
	cmd_diff, cmd_promote, cmd_rollback, cmd_status, cmd_finalize;

#endif

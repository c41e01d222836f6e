/*
 * commands.h - all commands. main.c lists them in the order in which help shows them.
 */
#ifndef GCB_PLUGIN_COMMANDS_H
#define GCB_PLUGIN_COMMANDS_H

#include "plugin/command.h"

/* Commands of the group "migrate". */
extern const struct command cmd_discover, cmd_init, cmd_check, cmd_explain, cmd_plan, cmd_render,
	cmd_diff, cmd_promote, cmd_rollback, cmd_status, cmd_finalize;

/* Commands of the top level. */
extern const struct command cmd_help, cmd_version;

/* Rows with the texts of the program and of the group "migrate". */
extern const struct command group_program, group_migrate;

#endif

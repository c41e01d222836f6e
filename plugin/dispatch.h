/*
 * dispatch.h - from the words of the command line to the command that they name.
 *
 *	kubectl gcpbackend GROUP COMMAND [arguments and options]
 *	kubectl gcpbackend COMMAND [arguments and options]
 *
 * No command, or a group alone: its help on stdout, which is a success. --help and -h may be
 * anywhere, also before the command; --version before a command is the command "version". Other
 * options before a command are refused, as kubectl does.
 */
#ifndef GCB_PLUGIN_DISPATCH_H
#define GCB_PLUGIN_DISPATCH_H

#include "plugin/command.h"

/*
 * Finds the command in the NULL-terminated `table`, parses its options and runs it; `argc` and
 * `argv` are main's (argv[0] is skipped). Returns 0 with app->exit, or -1 with the error: usage
 * for an unknown command (with the nearest known one and how to list them), or the command's own.
 */
int dispatch(struct app *app, const struct command *const *table, int argc, char *const *argv,
	     struct err *err);

/*
 * Writes the help that `words` ask for, as of "help migrate promote", to stdout. Errors: usage:
 * no such command.
 */
int dispatch_help(struct app *app, struct slices words, struct err *err);

#endif

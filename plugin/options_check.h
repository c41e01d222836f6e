/*
 * options_check.h - the option tables of a command, checked by tests.
 */
#ifndef GCB_PLUGIN_OPTIONS_CHECK_H
#define GCB_PLUGIN_OPTIONS_CHECK_H

#include "plugin/command.h"

/*
 * Are all option tables of the command consistent: no flag or letter twice, kinds with what they
 * need, help texts in form? Errors: bug.
 */
int options_check(const struct command *cmd, struct err *err);

#endif

/*
 * confirm.h - asking before something is committed.
 */
#ifndef GCB_PLUGIN_CONFIRM_H
#define GCB_PLUGIN_CONFIRM_H

#include "plugin/command.h"

/*
 * Asks "question [y/N]" on stderr; `yes` (--yes) answers instead. Errors: not_confirmed, also when
 * stdin is not a terminal.
 */
int confirm(const struct app *app, bool yes, struct slice question, struct err *err);

#endif

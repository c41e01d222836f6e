/*
 * progress.h - progress of long work on stderr: nothing in the first second, then a line now and
 * then; on a terminal one line, in place.
 */
#ifndef GCB_PLUGIN_PROGRESS_H
#define GCB_PLUGIN_PROGRESS_H

#include "base/progress.h"
#include "plugin/command.h"

/* Shows progress on stderr. Lives as long as the command. */
struct progress progress_shown(struct app *app);

#endif

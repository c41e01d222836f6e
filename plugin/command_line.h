/*
 * command_line.h - what was typed, and what could be: for help and for messages about usage.
 */
#ifndef GCB_PLUGIN_COMMAND_LINE_H
#define GCB_PLUGIN_COMMAND_LINE_H

#include "plugin/command.h"

/*
 * The command as one would type it: "kubectl gcpbackend migrate promote", in app->arena. `cmd`
 * NULL: the program alone.
 */
struct slice command_line(const struct app *app, const struct command *cmd);

/*
 * The error of app->command about its arguments or options: code usage, with the remedy "see
 * 'kubectl gcpbackend migrate NAME --help' for usage". Always returns -1.
 */
int command_refuse(const struct app *app, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* An argument for a message: cut when it is long; in app->arena. */
struct slice argument_excerpt(const struct app *app, struct slice text);

/* ", did you mean 'PREFIXword'?" or nothing; in `arena`. */
struct slice did_you_mean(struct arena *arena, const char *prefix, struct slice word,
			  const struct slice *candidates, size_t n);

#endif

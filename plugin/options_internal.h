/*
 * options_internal.h - what options*.c and help.c share: the rows of a command's records as one
 * flat list.
 */
#ifndef GCB_PLUGIN_OPTIONS_INTERNAL_H
#define GCB_PLUGIN_OPTIONS_INTERNAL_H

#include "base/arena.h"
#include "plugin/options.h"

/* A row with a flag, and where in the context the struct lies that its offset counts from. */
struct option {
	const struct field *field;
	size_t base;
	bool seen; /* given on the command line */
};

struct option_list {
	struct option *items;
	size_t n;
};

/* All options of the command in the order of its records, parts taken in; allocated in `arena`. */
struct option_list options_list(const struct command *cmd, struct arena *arena);

/* Stores `value` into the option's field of `context`. Errors: usage. */
int option_store(const struct app *app, const struct command *cmd, struct option *o,
		 struct slice value, void *context, struct err *err);

/* `text` for a message: cut when it is long; in app->arena. */
struct slice option_shown(const struct app *app, struct slice text);

/* ", did you mean 'PREFIXword'?" or nothing; in `arena`. */
struct slice did_you_mean(struct arena *arena, const char *prefix, struct slice word,
			  const struct slice *candidates, size_t n);

#endif

/*
 * options.h - the command line, read by the rows of option records.
 *
 * Forms: --flag VALUE, --flag=VALUE, -f VALUE, -f=VALUE, -fVALUE, clustered booleans (-hy), "--"
 * ends the options, options and arguments may be mixed. --bool takes "=true" or "=false" too. A
 * list or pairs option may be repeated and takes comma-separated values (pairs are not split at
 * commas: --allow CODE=REASON). No abbreviations. If an option with a value is given twice, the
 * last one counts, except for lists and pairs, which add up (of a key given twice the last one
 * counts); the first value of a list replaces the default.
 *
 * Two mistakes of scripts are refused: an empty value (--to "$STAGE" with nothing in STAGE must not
 * mean "no --to"), and a value in an argument of its own that is a known option (--from --to x);
 * --from=--to states that it is meant.
 */
#ifndef GCB_PLUGIN_OPTIONS_H
#define GCB_PLUGIN_OPTIONS_H

#include "plugin/command.h"

/* -o, --output, of a struct common (command.h). */
extern const struct record output_options;

/* A row with a flag, and where in the context the struct is that its offset counts from. */
struct option {
	const struct field *field;
	size_t base;
	bool seen; /* given on the command line */
};

struct option_list {
	struct option *items;
	size_t n;
};

/* All options of the command in the order of its records, with their parts; in `arena`. */
struct option_list options_list(const struct command *cmd, struct arena *arena);

/*
 * Parses `words`, what follows the name of app->command, into the zeroed-or-defaulted `context` and
 * app->args; texts are borrowed from the words, lists grow in app->arena. Returns 1 when --help or
 * -h is among them, even if others are wrong, else 0. Errors: usage: an unknown option (with the
 * nearest known one), a missing or bad value (with its limits or choices), too few or too many
 * arguments.
 */
int options_parse(struct app *app, struct slices words, void *context, struct err *err);

#endif

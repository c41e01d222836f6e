/*
 * command.h - what a command is: one const struct in one file plugin/cmd_NAME.c, listed in the
 * table of main.c.
 *
 * Parsing, help and usage errors come from the command's option records (record.h). `run` gets a
 * zeroed, then parsed context, and works with the app's streams; it returns 0 with app->exit set
 * when something else than EXIT_OK is the outcome, or -1 with the error.
 */
#ifndef GCB_PLUGIN_COMMAND_H
#define GCB_PLUGIN_COMMAND_H

#include "base/arena.h"
#include "base/err.h"
#include "base/record.h"

#include <stdio.h>

/* How results are printed: -o. */
enum output { OUTPUT_TABLE, OUTPUT_WIDE, OUTPUT_JSON, OUTPUT_YAML, OUTPUT_NAME };

struct command;

/*
 * What output_options (options.h) fill in; options_parse puts it into app->output, too. All records
 * of a command's list count their offsets from the begin of its context, so a context begins with a
 * struct common when output_options stand in the list itself; a record of any other place is taken
 * in by a row with nothing but `kind` VALUE_RECORD, `of` and `offset`.
 */
struct common {
	int output; /* enum output */
};

/* The program's surroundings, so that tests can give others: nothing global is used. */
struct app {
	FILE *out, *talk;               /* stdout: the result; stderr: talk */
	bool out_tty, talk_tty, in_tty; /* is somebody there to see, to answer? */
	size_t columns;                 /* of the terminal that stdout is; 0: unknown */
	const char *program; /* "kubectl gcpbackend", or the name the program was called by */
	const struct command *const *commands; /* all there are, NULL-terminated; set by dispatch */
	struct slices args;                    /* the words that are no options */
	enum output output;
	struct arena *arena; /* lives as long as the command */
	bool printed;        /* a document was put out (print.h) */
	enum exit_code exit; /* set by a command whose outcome is not plain success */
};

/*
 * A command, or with `run` NULL only the texts (summary, about) of the group `name`; the group ""
 * is the program itself.
 */
struct command {
	const char *name;    /* "promote" */
	const char *group;   /* "migrate", or NULL for top-level commands */
	const char *summary; /* one line in the list of commands */
	const char *about;   /* paragraphs of help, wrapped by the printer at spaces; blank lines
				between; indented lines stay */
	const char *example; /* lines: "# comment" and commands without prompt, for "Examples:" */
	const char *arg;     /* what the words are called in the usage line: "NAME...", "" */
	int min_args, max_args; /* max -1: any number */
	const struct record *const
		*options; /* NULL-terminated; all with offsets into the same context struct */
	size_t context_size;
	int (*init)(void *context); /* defaults before parsing; NULL: zeros */
	int (*run)(struct app *app, void *context, struct err *err);
};

#endif

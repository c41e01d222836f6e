/*
 * command.h - what a command is: one const struct in one file plugin/cmd_NAME.c, listed in the
 * table of main.c.
 *
 * Parsing, help and usage errors come from the command's option records (record.h). `run` gets a
 * zeroed, then parsed context, and writes with say.h and print.h; it returns 0 with app->exit set
 * when the outcome is something other than EXIT_OK, or -1 with the error.
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
 * of a command's list count their offsets from the start of its context, so a context begins with a
 * struct common when output_options are in the list itself; a record of any other place is included
 * by FIELD_PART.
 */
struct common {
	int output; /* enum output */
};

/* The program's surroundings, so that tests can give others: nothing global is used. */
struct app {
	FILE *out, *err;               /* stdout: the result; stderr: remarks; only for say.h */
	bool out_tty, err_tty, in_tty; /* is it a terminal? */
	size_t columns;                /* of the terminal that stdout is; 0: unknown */
	const char *program; /* "kubectl gcpbackend", or the name the program was called by */
	const struct command *const *commands; /* all of them, NULL-terminated; set by dispatch */
	const struct command *command;         /* the one that runs; set by dispatch */
	struct slices args;                    /* the arguments that are not options */
	enum output output;
	struct arena *arena; /* lives as long as the command */
	bool printed;        /* a document was printed (print.h) */
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
	const char *about;   /* paragraphs of help, wrapped by the printer at spaces, with blank
				lines between; indented lines are kept */
	const char *example; /* lines: "# comment" and commands without prompt, for "Examples:" */
	const char *arg;     /* the arguments in the usage line: "NAME...", "" */
	int min_args, max_args; /* max -1: any number */
	const struct record *const
		*options; /* NULL-terminated; all with offsets into the same context struct */
	size_t context_size;
	int (*init)(void *context); /* defaults before parsing; NULL: zeros */
	int (*run)(struct app *app, void *context, struct err *err);
};

#endif

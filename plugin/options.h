/*
 * options.h - the command line, read by the rows of option records.
 *
 * Forms: --flag VALUE, --flag=VALUE, -f VALUE, -f=VALUE, -fVALUE, clustered booleans (-hy), "--"
 * ends the options, options and words may be mixed. --bool takes "=true" or "=false" too. A list or
 * pairs option may be repeated and takes comma-separated values (pairs do not split at commas:
 * --allow CODE=REASON). No abbreviations. A value-taking option given twice: the last one counts,
 * except for lists and pairs, which add up (a key given twice: the last one counts); the first
 * value of a list replaces the default.
 *
 * Two slips of scripts are refused: an empty value (--to "$STAGE" with nothing in STAGE must not
 * mean "no --to"), and a value in a word of its own that is a known option (--from --to x);
 * --from=--to says that it is meant.
 */
#ifndef GCB_PLUGIN_OPTIONS_H
#define GCB_PLUGIN_OPTIONS_H

#include "plugin/command.h"

/* -o, --output, of a struct common (command.h). */
extern const struct record output_options;

/*
 * Parses `argv` (argc words, the command's name not among them) into the zeroed-or-defaulted
 * `context` and `app->args`; texts are borrowed from argv, lists grow in app->arena. `--help`/`-h`
 * sets `*help`, even when other words are wrong. Errors: usage: an unknown option (with the nearest
 * known), a missing or bad value (naming limits or choices), too few or too many words; the remedy
 * is "see 'kubectl gcpbackend migrate NAME --help' for usage".
 */
int options_parse(struct app *app, const struct command *cmd, int argc, char *const *argv,
		  void *context, bool *help, struct err *err);

/*
 * Do all option tables of the command hold together: no flag or letter twice, kinds with what they
 * need, help texts in form? For tests.
 */
int options_check(const struct command *cmd, struct err *err);

/*
 * The error of a command that finds a mistake in its options by itself: code usage, with the same
 * remedy. Always returns -1.
 */
int options_refuse(const struct app *app, const struct command *cmd, struct err *err,
		   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * The command as one would type it: "kubectl gcpbackend migrate promote", in app->arena. `cmd`
 * NULL: the program alone.
 */
struct slice command_line(const struct app *app, const struct command *cmd);

/* The columns that help is wrapped at: 80, 100 or 120 by the terminal, as kubectl does. */
size_t help_width(const struct app *app);

/*
 * Appends paragraphs: lines are joined and wrapped at `width` columns, but for empty and indented
 * ones, which stay.
 */
void help_paragraphs(struct str *out, const char *text, size_t width);

/*
 * Writes the command's help as kubectl lays it out: text, Examples, Options, Usage; `width` columns
 * (80 at least).
 */
void help_command(const struct app *app, const struct command *cmd, size_t width, struct str *out);

/* Writes the list of commands of a group (NULL: top level), with how to go on. */
void help_group(const struct app *app, const struct command *const *commands, const char *group,
		struct str *out);

#endif

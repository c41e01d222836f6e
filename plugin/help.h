/*
 * help.h - help of commands, laid out as kubectl's: text, Examples, Options, Usage.
 */
#ifndef GCB_PLUGIN_HELP_H
#define GCB_PLUGIN_HELP_H

#include "base/str.h"
#include "plugin/command.h"

/* The columns that help is wrapped at: 80, 100 or 120 by the terminal, as kubectl does. */
size_t help_width(const struct app *app);

/*
 * Appends paragraphs: lines are joined and wrapped at `width` columns, except for empty and
 * indented ones.
 */
void help_paragraphs(struct str *out, const char *text, size_t width);

/* Appends the command's help; `width` columns (80 at least). */
void help_command(const struct app *app, const struct command *cmd, size_t width, struct str *out);

/* Appends the list of commands of a group (NULL: top level), with how to go on. */
void help_group(const struct app *app, const struct command *const *commands, const char *group,
		struct str *out);

#endif

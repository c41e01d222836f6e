#include "plugin/help.h"

#include "base/utf8.h"
#include "plugin/command_line.h"
#include "plugin/options.h"

#include <stdlib.h>
#include <string.h>

size_t help_width(const struct app *app)
{
	return app->columns >= 120 ? 120 : app->columns >= 100 ? 100 : 80;
}

/*
 * Appends the words of `text`, wrapped at `width` columns; each line begins with `indent`, which
 * is `taken` columns wide.
 */
static void wrap_text(struct str *out, struct slice text, size_t width, const char *indent,
		      size_t taken)
{
	struct slice rest = text, word;
	size_t column = 0;

	while (slice_next(&rest, ' ', &word)) {
		size_t len = utf8_count(word);

		if (!word.len)
			continue;
		if (column && column + 1 + len > width) {
			str_addc(out, '\n');
			column = 0;
		}
		str_adds(out, column ? " " : indent);
		str_add_visible(out, word, false);
		column = (column ? column + 1 : taken) + len;
	}
	if (column)
		str_addc(out, '\n');
}

void help_paragraphs(struct str *out, const char *text, size_t width)
{
	AUTO_STR struct str block = STR_INIT;
	struct slice rest = slice_of(text), line;

	while (slice_next(&rest, '\n', &line)) {
		bool stays = !line.len || line.ptr[0] == ' ';

		if (!stays) {
			str_addc(&block, ' ');
			str_add(&block, line);
			continue;
		}
		wrap_text(out, str_slice(&block), width, "", 0);
		str_clear(&block);
		str_add_visible(out, line, false);
		if (line.len || rest.ptr)
			str_addc(out, '\n');
	}
	wrap_text(out, str_slice(&block), width, "", 0);
}

/* "Examples:", two blanks before each line. */
static void add_examples(struct str *out, const char *text)
{
	struct slice rest = slice_of(text), line;

	if (!text || !*text)
		return;
	str_adds(out, "\nExamples:\n");
	while (slice_next(&rest, '\n', &line)) {
		if (line.len)
			str_adds(out, "  ");
		str_add_visible(out, line, false);
		if (line.len || rest.ptr)
			str_addc(out, '\n');
	}
}

/* What follows "--flag=": the default if there is one, else the name of the value. */
static void add_default(struct str *out, const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_STRING:
		if (!field_is_set(f, base))
			break;
		str_addc(out, '\'');
		str_add_visible(out, *FIELD_AT(struct slice, base, f), false);
		str_addc(out, '\'');
		return;
	case VALUE_INT:
		if (*FIELD_AT(long, base, f) < f->min || *FIELD_AT(long, base, f) > f->max)
			break;
		str_addf(out, "%ld", *FIELD_AT(long, base, f));
		return;
	case VALUE_BOOL:
		str_adds(out, *FIELD_AT(bool, base, f) ? "true" : "false");
		return;
	case VALUE_ENUM:
		str_adds(out, f->choices[*FIELD_AT(int, base, f)]);
		return;
	case VALUE_LIST:
		if (!field_is_set(f, base))
			break;
		for (size_t i = 0; i < FIELD_AT(struct slices, base, f)->n; i++) {
			str_adds(out, i ? "," : "");
			str_add_visible(out, FIELD_AT(struct slices, base, f)->items[i], false);
		}
		return;
	default:
		break;
	}
	str_adds(out, f->arg);
}

/* The help of a row, followed by its choices and limits. */
static void add_description(struct str *out, const struct field *f)
{
	str_addf(out, "%s.", f->help);
	for (size_t i = 0; f->choices && f->choices[i]; i++)
		str_addf(out, "%s%s", i ? ", " : " One of: (", f->choices[i]);
	if (f->choices)
		str_adds(out, ").");
	if (f->kind == VALUE_INT)
		str_addf(out, " Must be from %ld to %ld.", f->min, f->max);
	if (f->kind == VALUE_LIST)
		str_adds(out, " Can be repeated or comma-separated.");
	if (f->kind == VALUE_PAIRS)
		str_adds(out, " Can be repeated.");
}

/* One entry of "Options:": the flag with its default, then the text behind a tab. */
static void add_option(struct str *out, const struct option *o, const char *context, size_t width)
{
	AUTO_STR struct str text = STR_INIT;

	str_adds(out, "    ");
	if (o->field->letter)
		str_addf(out, "-%c, ", o->field->letter);
	if (o->field->flags & FIELD_OPTIONAL) {
		str_addf(out, "--%s[=%s]", o->field->flag, o->field->arg);
	} else {
		str_addf(out, "--%s=", o->field->flag);
		add_default(out, o->field, context + o->base);
	}
	str_adds(out, ":\n");
	add_description(&text, o->field);
	wrap_text(out, str_slice(&text), width, "\t", 8);
}

/* Order of options in help: by name, as kubectl has it. */
static int compare_flags(const void *a, const void *b)
{
	const struct option *x = a, *y = b;

	return strcmp(x->field->flag, y->field->flag);
}

/* Appends "Options:"; returns whether there are any to show. */
static bool add_options(const struct app *app, const struct command *cmd, size_t width,
			struct str *out)
{
	struct option_list list = options_list(cmd, app->arena);
	char *context = arena_alloc(app->arena, cmd->context_size + 1);
	bool any = false;

	if (cmd->init)
		(void)cmd->init(context);
	qsort(list.items, list.n, sizeof(*list.items), compare_flags);
	for (size_t i = 0; i < list.n; i++) {
		if (list.items[i].field->flags & FIELD_HIDDEN)
			continue;
		str_adds(out, any ? "\n" : "\nOptions:\n");
		any = true;
		add_option(out, &list.items[i], context, width);
	}
	return any;
}

void help_command(const struct app *app, const struct command *cmd, size_t width, struct str *out)
{
	bool any;

	if (width < 80)
		width = 80;
	help_paragraphs(out, cmd->about && *cmd->about ? cmd->about : cmd->summary, width);
	add_examples(out, cmd->example);
	any = add_options(app, cmd, width, out);
	str_adds(out, "\nUsage:\n  ");
	str_add_visible(out, command_line(app, cmd), false);
	if (cmd->arg && *cmd->arg)
		str_addf(out, " %s", cmd->arg);
	str_adds(out, any ? " [options]\n" : "\n");
}

/* The row with the texts of a group, or NULL. */
static const struct command *find_group_texts(const struct command *const *commands,
					      const char *group)
{
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->run && !strcmp(commands[i]->name, group ? group : ""))
			return commands[i];
	return NULL;
}

/* Does the list of `group` (NULL: top level) contain this row? Groups are in the top level. */
static bool is_listed(const struct command *c, const char *group)
{
	if (!*c->name)
		return false;
	return group ? c->group && !strcmp(c->group, group) : !c->group;
}

/* The lines of "Available Commands:", summaries in one column. */
static void add_commands(const struct command *const *commands, const char *group, struct str *out)
{
	size_t widest = 0;

	for (size_t i = 0; commands[i]; i++)
		if (is_listed(commands[i], group) && strlen(commands[i]->name) > widest)
			widest = strlen(commands[i]->name);
	for (size_t i = 0; commands[i]; i++)
		if (is_listed(commands[i], group))
			str_addf(out, "  %-*s   %s\n", (int)widest, commands[i]->name,
				 commands[i]->summary);
}

/* The exit codes of all commands. */
static void add_exit_codes(struct str *out)
{
	static const struct {
		enum exit_code code;
		const char *text;
	} rows[] = {
		{ EXIT_OK, "Success, or nothing to do" },
		{ EXIT_ERROR, "Error, including wrong usage; diff: differences were found" },
		{ EXIT_DIFF_FAILED, "diff: the differences could not be determined" },
		{ EXIT_TIMED_OUT, "Timed out" },
		{ EXIT_REFUSED, "Refused: unsafe, on hold, or not confirmed" },
		{ EXIT_INTERRUPTED, "Interrupted" },
		{ EXIT_TERMINATED, "Terminated by SIGTERM or SIGHUP" },
	};

	str_adds(out, "\nExit Codes:\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		str_addf(out, "  %-3d   %s\n", (int)rows[i].code, rows[i].text);
}

void help_group(const struct app *app, const struct command *const *commands, const char *group,
		struct str *out)
{
	const struct command *row = find_group_texts(commands, group);
	const struct command named = { .name = group };
	AUTO_STR struct str line = STR_INIT;

	str_add_visible(&line, command_line(app, group ? &named : NULL), false);
	if (row)
		help_paragraphs(out, row->about && *row->about ? row->about : row->summary,
				help_width(app));
	else
		str_addf(out, "Commands of '%s'.\n", line.ptr);
	if (row)
		add_examples(out, row->example);
	str_adds(out, "\nAvailable Commands:\n");
	add_commands(commands, group, out);
	if (!group)
		add_exit_codes(out);
	str_addf(out, "\nUsage:\n  %s COMMAND [options]\n\n", line.ptr);
	str_addf(out, "Use \"%s COMMAND --help\" for more information.\n", line.ptr);
}

#include "plugin/options_check.h"

#include "base/ascii.h"
#include "plugin/options.h"

#include <string.h>

/* A mistake in the tables of a command. */
static int report_mistake(struct err *err, const struct command *cmd, const char *flag,
			  const char *what)
{
	return err_set(err, &CODE_bug, NOWHERE, "command '%s', %s%s: %s", cmd->name,
		       flag ? "option --" : "texts", flag ? flag : "", what);
}

/*
 * One sentence as kubectl's: begins with an upper-case letter, no full stop or blank at the end, no
 * control characters.
 */
static bool is_sentence(const char *text)
{
	struct slice s = slice_of(text);

	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
			return false;
	return s.len && ascii_is_upper(s.ptr[0]) && !strchr(". ", s.ptr[s.len - 1]);
}

/* Lower-case words with single hyphens between? */
static bool is_flag(const char *flag)
{
	struct slice rest = slice_of(flag), word;

	while (slice_next(&rest, '-', &word)) {
		if (!word.len)
			return false;
		for (size_t i = 0; i < word.len; i++)
			if (!ascii_is_lower(word.ptr[i]) && !ascii_is_digit(word.ptr[i]))
				return false;
	}
	return true;
}

/* The size of the value in the context, or 0 for a kind that no option can be. */
static size_t value_size(enum value_kind kind)
{
	static const size_t sizes[] = {
		[VALUE_STRING] = sizeof(struct slice),
		[VALUE_INT] = sizeof(long),
		[VALUE_BOOL] = sizeof(bool),
		[VALUE_ENUM] = sizeof(int),
		[VALUE_LIST] = sizeof(struct slices),
		[VALUE_PAIRS] = sizeof(struct pairs),
		[VALUE_ROWS] = 0,
	};

	return sizes[kind];
}

/* Has the row what its kind needs? */
static int check_kind(const struct command *cmd, const struct option *o, struct err *err)
{
	const struct field *f = o->field;
	size_t size = value_size(f->kind);

	if (!size)
		return report_mistake(err, cmd, f->flag, "the kind is unknown");
	if (o->base + f->offset + size > cmd->context_size)
		return report_mistake(err, cmd, f->flag, "is outside of the context");
	if (f->kind == VALUE_ENUM && (!f->choices || !f->choices[0]))
		return report_mistake(err, cmd, f->flag, "has no choices");
	if (f->kind == VALUE_INT && f->min >= f->max)
		return report_mistake(err, cmd, f->flag, "has no limits");
	if ((f->kind == VALUE_BOOL) != !f->arg || (f->arg && !*f->arg))
		return report_mistake(err, cmd, f->flag,
				      "needs a name of the value (arg), or must not have one");
	if (f->kind == VALUE_PAIRS && !strchr(f->arg, '='))
		return report_mistake(err, cmd, f->flag,
				      "the name of the value (arg) must be like KEY=VALUE");
	return 0;
}

/* Checks the names and the text of one option, against those before it, too. */
static int check_option(const struct command *cmd, struct option_list list, size_t i,
			struct err *err)
{
	const struct field *f = list.items[i].field;

	if (!is_flag(f->flag) || strlen(f->flag) < 2)
		return report_mistake(err, cmd, f->flag, "not lower-case words with hyphens");
	if (!is_sentence(f->help))
		return report_mistake(err, cmd, f->flag,
				      "help is not a sentence without a full stop");
	if (!strcmp(f->flag, "help") || f->letter == 'h')
		return report_mistake(err, cmd, f->flag, "--help and -h are reserved");
	if (f->letter && !ascii_is_alpha(f->letter))
		return report_mistake(err, cmd, f->flag, "the short name is not a letter");
	for (size_t k = 0; k < i; k++) {
		if (!strcmp(list.items[k].field->flag, f->flag))
			return report_mistake(err, cmd, f->flag, "is defined twice");
		if (f->letter && list.items[k].field->letter == f->letter)
			return report_mistake(err, cmd, f->flag,
					      "another option has the same short name");
	}
	return check_kind(cmd, &list.items[i], err);
}

/* Is the default of a choice one of its words? */
static int check_default(const struct command *cmd, const struct option *o, const char *context,
			 struct err *err)
{
	int n = 0, value;

	if (o->field->kind != VALUE_ENUM)
		return 0;
	while (o->field->choices[n])
		n++;
	value = *FIELD_AT(int, context + o->base, o->field);
	return value >= 0 && value < n ? 0 :
					 report_mistake(err, cmd, o->field->flag,
							"the default is not one of the choices");
}

/* Checks the texts of the command. */
static int check_texts(const struct command *cmd, struct err *err)
{
	if (!is_flag(cmd->name))
		return report_mistake(err, cmd, NULL,
				      "the name is not lower-case words with hyphens");
	if (!is_sentence(cmd->summary) || strlen(cmd->summary) > 76 - strlen(cmd->name))
		return report_mistake(err, cmd, NULL,
				      "the summary is not a short sentence without a full stop");
	if (!cmd->about || !*cmd->about)
		return report_mistake(err, cmd, NULL, "the command has no description");
	if (cmd->min_args < 0 || (cmd->max_args >= 0 && cmd->max_args < cmd->min_args))
		return report_mistake(err, cmd, NULL, "min_args is greater than max_args");
	if (cmd->max_args && (!cmd->arg || !*cmd->arg))
		return report_mistake(err, cmd, NULL, "the arguments have no name");
	return 0;
}

int options_check(const struct command *cmd, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct option_list list = options_list(cmd, arena);
	char *context = arena_alloc(arena, cmd->context_size + 1);

	if (check_texts(cmd, err) < 0)
		return -1;
	if (cmd->init && cmd->init(context) < 0)
		return report_mistake(err, cmd, NULL, "there are no defaults");
	for (size_t i = 0; i < list.n; i++)
		if (check_option(cmd, list, i, err) < 0 ||
		    check_default(cmd, &list.items[i], context, err) < 0)
			return -1;
	return 0;
}

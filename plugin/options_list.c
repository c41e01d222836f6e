#include "plugin/options_internal.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const output_words[] = { "table", "wide", "json", "yaml", "name", NULL };

static const struct field output_fields[] = {
	{
		.kind = VALUE_ENUM,
		.offset = offsetof(struct common, output),
		.choices = output_words,
		.flag = "output",
		.letter = 'o',
		.arg = "FORMAT",
		.help = "Output format",
	},
	{ 0 },
};

const struct record output_options = { .size = sizeof(struct common), .fields = output_fields };

/*
 * Adds the options of a record that lies at `base`; with `list->items` NULL they are only counted.
 */
static void collect(const struct record *r, size_t base, struct option_list *list)
{
	for (const struct field *f = r->fields; !field_ends(f); f++) {
		if (f->kind == VALUE_RECORD && !f->flag) {
			collect(f->of, base + f->offset, list);
		} else if (f->flag) {
			if (list->items)
				list->items[list->n] = (struct option){ f, base, false };
			list->n++;
		}
	}
}

struct option_list options_list(const struct command *cmd, struct arena *arena)
{
	struct option_list list = { NULL, 0 };

	for (size_t i = 0; cmd->options && cmd->options[i]; i++)
		collect(cmd->options[i], 0, &list);
	list.items = arena_array(arena, list.n + 1, sizeof(*list.items));
	list.n = 0;
	for (size_t i = 0; cmd->options && cmd->options[i]; i++)
		collect(cmd->options[i], 0, &list);
	return list;
}

struct slice command_line(const struct app *app, const struct command *cmd)
{
	const char *group = cmd && cmd->group ? cmd->group : "",
		   *name = cmd && cmd->name ? cmd->name : "";

	return arena_printf(app->arena, "%s%s%s%s%s", app->program, *group ? " " : "", group,
			    *name ? " " : "", name);
}

int options_refuse(const struct app *app, const struct command *cmd, struct err *err,
		   const char *fmt, ...)
{
	char reason[sizeof(err->reason)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	(void)err_set(err, &CODE_usage, NOWHERE, "%s", reason);
	return err_remedy(err, "see '%s --help' for usage", command_line(app, cmd).ptr);
}

struct slice option_shown(const struct app *app, struct slice text)
{
	size_t keep = 0;
	uint32_t c;

	if (text.len <= 80)
		return text;
	while (keep < 60) {
		size_t n = utf8_decode(slice_sub(text, keep, 4), &c);

		keep += n ? n : 1;
	}
	return arena_printf(app->arena, "%.*s...", (int)keep, text.ptr);
}

struct slice did_you_mean(struct arena *arena, const char *prefix, struct slice word,
			  const struct slice *candidates, size_t n)
{
	struct slice near = slice_nearest(word, candidates, n);

	return near.ptr ? arena_printf(arena, ", did you mean '%s%" SLICE_FMT "'?", prefix,
				       SLICE_ARG(near)) :
			  SLICE("");
}

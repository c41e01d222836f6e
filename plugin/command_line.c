#include "plugin/command_line.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

struct slice command_line(const struct app *app, const struct command *cmd)
{
	const char *group = cmd && cmd->group ? cmd->group : "",
		   *name = cmd && cmd->name ? cmd->name : "";

	return arena_printf(app->arena, "%s%s%s%s%s", app->program, *group ? " " : "", group,
			    *name ? " " : "", name);
}

int command_refuse(const struct app *app, struct err *err, const char *fmt, ...)
{
	char reason[sizeof(err->reason)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	(void)err_set(err, &CODE_usage, NOWHERE, "%s", reason);
	return err_remedy(err, "see '%s --help' for usage", command_line(app, app->command).ptr);
}

struct slice argument_excerpt(const struct app *app, struct slice text)
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

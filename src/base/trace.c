#include "base/trace.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>

static struct trace listener;

void trace_set(const struct trace *t)
{
	listener = *t;
}

bool trace_wants(enum trace_level level)
{
	return listener.tell && listener.level >= (long)level;
}

void trace_say(enum trace_level level, const char *fmt, ...)
{
	AUTO_STR struct str text = STR_INIT, shown = STR_INIT;
	va_list ap;

	if (!trace_wants(level))
		return;
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	str_add_visible(&shown, str_slice(&text), false);
	listener.tell(listener.ctx, str_slice(&shown));
}

void trace_lines(enum trace_level level, const char *who, struct slice text)
{
	while (trace_wants(level) && text.len) {
		size_t end = slice_find_byte(text, '\n');
		struct slice line = slice_sub(text, 0, end == SIZE_MAX ? text.len : end);

		trace_say(level, "%s: %" SLICE_FMT, who, SLICE_ARG(line));
		text = slice_sub(text, line.len + 1, text.len);
	}
}

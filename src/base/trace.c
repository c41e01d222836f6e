#include "base/trace.h"

#include "base/str.h"

#include <stdarg.h>

static struct trace listener;

void trace_set(const struct trace *t)
{
	listener = *t;
}

bool trace_wants(enum trace_level level)
{
	return listener.log && listener.level >= (long)level;
}

void trace_log(enum trace_level level, const char *fmt, ...)
{
	AUTO_STR struct str text = STR_INIT, shown = STR_INIT;
	va_list ap;

	if (!trace_wants(level))
		return;
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	str_add_visible(&shown, str_slice(&text), false);
	listener.log(listener.ctx, str_slice(&shown));
}

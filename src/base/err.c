#include "base/err.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct place place_of(const char *path)
{
	return (struct place){ slice_of(path), 0, 0 };
}

/*
 * Copies `s` into a fixed field; a longer one loses its front with `keep_end`, else its end.
 */
static void copy_field(char *field, size_t size, struct slice s, bool keep_end)
{
	if (s.len >= size)
		s = slice_sub(s, keep_end ? s.len - (size - 1) : 0, size - 1);
	if (s.len)
		memcpy(field, s.ptr, s.len);
	field[s.len] = '\0';
}

/* The common part of err_set and err_os. */
static void fill_err(struct err *err, const struct code *code, struct place at, const char *fmt,
		     va_list ap)
{
	*err = (struct err){ .code = code, .line = at.line, .col = at.col };
	copy_field(err->path, sizeof(err->path), at.path, true);
	(void)vsnprintf(err->reason, sizeof(err->reason), fmt, ap);
}

int err_set(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill_err(err, code, at, fmt, ap);
	va_end(ap);
	return -1;
}

int err_os(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	fill_err(err, code, at, fmt, ap);
	va_end(ap);
	err->os_errno = saved;
	len = strlen(err->reason);
	(void)snprintf(err->reason + len, sizeof(err->reason) - len, ": %s", strerror(saved));
	return -1;
}

struct err *err_keep(const struct err *err)
{
	struct err *copy = xzalloc(sizeof(*copy));

	*copy = *err;
	return copy;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char text[2 * sizeof(err->reason)];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(err->reason), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(err->reason))
		n = sizeof(err->reason) - 1;
	(void)snprintf(text + n, sizeof(text) - (size_t)n, ": %s", err->reason);
	copy_field(err->reason, sizeof(err->reason), slice_of(text), false);
	return -1;
}

int err_remedy(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->remedy, sizeof(err->remedy), fmt, ap);
	va_end(ap);
	return -1;
}

int err_did_you_mean(struct err *err, struct slice near)
{
	return near.len ? err_remedy(err, "did you mean '%" SLICE_FMT "'?", SLICE_ARG(near)) : -1;
}

void message_format(struct str *out, struct place at, struct slice reason, struct slice remedy,
		    const struct code *code)
{
	if (at.path.len) {
		str_add_visible(out, at.path, false);
		if (at.line)
			str_addf(out, ":%u", (unsigned)at.line);
		if (at.line && at.col)
			str_addf(out, ":%u", (unsigned)at.col);
		str_adds(out, ": ");
	}
	str_add_visible(out, reason, false);
	if (remedy.len) {
		str_adds(out, "; ");
		str_add_visible(out, remedy, false);
	}
	str_addf(out, " [%s]", code->id);
}

void err_format(const struct err *err, struct str *out)
{
	struct place at = { slice_of(err->path), err->line, err->col };

	message_format(out, at, slice_of(err->reason),
		       slice_of(err->remedy[0] ? err->remedy : err->code->remedy), err->code);
}

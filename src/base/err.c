#include "base/err.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source)                      \
	const struct code CODE_##name = {                                                          \
		id, severity, exit, allow, title, remedy, explain, source                          \
	};
#include "base/codes.def"
#undef CODE

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source) &CODE_##name,
const struct code *const codes[] = {
#include "base/codes.def"
};
#undef CODE
const size_t ncodes = sizeof(codes) / sizeof(codes[0]);

const struct code *code_find(struct slice id)
{
	for (size_t i = 0; i < ncodes; i++)
		if (slice_is(id, codes[i]->id))
			return codes[i];
	return NULL;
}

const char *severity_word(enum severity s)
{
	static const char *const words[] = { "info", "warning", "error" };

	return words[s];
}

struct place place_of(const char *path)
{
	return (struct place){ slice_of(path), 0, 0 };
}

/*
 * Copies `s` into a fixed field; what does not fit loses its front when `keep_end`, else its end.
 */
static void field_copy(char *field, size_t size, struct slice s, bool keep_end)
{
	if (s.len >= size)
		s = slice_sub(s, keep_end ? s.len - (size - 1) : 0, size - 1);
	if (s.len)
		memcpy(field, s.ptr, s.len);
	field[s.len] = '\0';
}

/* The common part of err_set and err_os. */
static void fill(struct err *err, const struct code *code, struct place at, const char *fmt,
		 va_list ap)
{
	*err = (struct err){ .code = code, .line = at.line, .col = at.col };
	field_copy(err->path, sizeof(err->path), at.path, true);
	(void)vsnprintf(err->reason, sizeof(err->reason), fmt, ap);
}

int err_set(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, at, fmt, ap);
	va_end(ap);
	return -1;
}

int err_os(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, at, fmt, ap);
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
	field_copy(err->reason, sizeof(err->reason), slice_of(text), false);
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

/* The one layout of errors and findings. */
static void format(struct str *out, struct place at, struct slice reason, struct slice remedy,
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

	format(out, at, slice_of(err->reason),
	       slice_of(err->remedy[0] ? err->remedy : err->code->remedy), err->code);
}

/* A new row at the end of the list. */
static struct finding *findings_row(struct findings *f)
{
	if (f->n == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 8;
		struct finding *items = arena_array(f->arena, cap, sizeof(*items));

		if (f->n)
			memcpy(items, f->items, f->n * sizeof(*items));
		f->items = items;
		f->cap = cap;
	}
	return &f->items[f->n++];
}

struct finding *findings_add(struct findings *f, const struct code *code, struct place at,
			     const char *fmt, ...)
{
	struct finding *row = findings_row(f);
	char reason[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	at.path = arena_copy(f->arena, at.path);
	*row = (struct finding){ .code = code,
				 .at = at,
				 .reason = arena_copy(f->arena, slice_of(reason)) };
	return row;
}

struct finding *findings_add_err(struct findings *f, const struct err *err)
{
	struct place at = { slice_of(err->path), err->line, err->col };
	struct finding *row = findings_add(f, err->code, at, "%s", err->reason);

	if (err->remedy[0])
		row->remedy = arena_copy(f->arena, slice_of(err->remedy));
	return row;
}

/* Do the two say the same? */
static bool same_finding(const struct finding *a, const struct finding *b)
{
	return a->code == b->code && a->at.line == b->at.line && a->at.col == b->at.col &&
	       slice_eq(a->at.path, b->at.path) && slice_eq(a->reason, b->reason);
}

bool findings_add_new(struct findings *f, const struct finding *row)
{
	struct finding *copy;

	for (size_t i = 0; i < f->n; i++)
		if (same_finding(&f->items[i], row))
			return false;
	copy = findings_row(f);
	*copy = *row;
	copy->at.path = arena_copy(f->arena, row->at.path);
	copy->reason = arena_copy(f->arena, row->reason);
	copy->remedy = arena_copy(f->arena, row->remedy);
	return true;
}

const struct finding *findings_stop(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->items[i].code->severity == SEVERITY_ERROR && !f->items[i].allowed)
			return &f->items[i];
	return NULL;
}

int err_from_finding(struct err *err, const struct finding *f)
{
	(void)err_set(err, f->code, f->at, "%" SLICE_FMT, SLICE_ARG(f->reason));
	if (f->remedy.ptr)
		(void)err_remedy(err, "%" SLICE_FMT, SLICE_ARG(f->remedy));
	return -1;
}

void finding_format(const struct finding *f, struct str *out)
{
	format(out, f->at, f->reason, f->remedy.ptr ? f->remedy : slice_of(f->code->remedy),
	       f->code);
}

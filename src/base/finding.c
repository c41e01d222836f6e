#include "base/finding.h"

#include <stdarg.h>
#include <stdio.h>

/* A new row at the end of the list. */
static struct finding *add_row(struct findings *f)
{
	ARENA_ROOM(f->arena, f->items, f->n, f->cap);
	return &f->items[f->n++];
}

struct finding *findings_add(struct findings *f, const struct code *code, struct place at,
			     const char *fmt, ...)
{
	struct finding *row = add_row(f);
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

/* Do two findings have the same code, place and reason? */
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
	copy = add_row(f);
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
	message_format(out, f->at, f->reason, f->remedy.ptr ? f->remedy : slice_of(f->code->remedy),
		       f->code);
}

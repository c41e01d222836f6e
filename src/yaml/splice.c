#include "yaml/splice_internal.h"
#include "yaml/node_internal.h"

#include <limits.h>
#include <stdlib.h>

struct splice *splice_add(struct splices *s, uint32_t start, uint32_t end, struct slice text,
			  int rank)
{
	struct splice *row;

	ARENA_ROOM(s->arena, s->items, s->n, s->cap);
	row = &s->items[s->n];
	*row = (struct splice){ .start = start,
				.end = end,
				.text = arena_copy(s->arena, text),
				.rank = rank,
				.seq = s->n };
	s->n++;
	return row;
}

/* Order of the source; at one place insertions by rank, then by the order of the calls. */
static int by_place(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

int splices_sort(struct splices *s, const struct yaml_edits *e, struct err *err)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_place);
	for (size_t i = 0; i < s->n; i++) {
		const struct splice *now = &s->items[i], *last = kept ? &s->items[kept - 1] : NULL;

		if (last && now->start == last->start && now->end == last->end &&
		    (now->end > now->start || now->rank == INT_MIN) &&
		    slice_eq(now->text, last->text))
			continue;
		if (last && (now->start < last->end ||
			     (now->alone && last->alone && now->start == last->start)))
			return err_set(err, &CODE_yaml_overlap, yaml_place_at(e->file, now->start),
				       "two edits of the same place");
		s->items[kept++] = *now;
	}
	s->n = kept;
	return 0;
}

void splices_render(const struct yaml_file *file, const struct splices *s, uint32_t start,
		    uint32_t end, struct str *out)
{
	uint32_t at = start;

	for (size_t i = 0; i < s->n; i++) {
		const struct splice *p = &s->items[i];

		if (p->start < start || p->start > end)
			continue;
		str_add(out, slice_sub(file->bytes, at, p->start - at));
		str_add(out, p->text);
		at = p->end < end ? p->end : end;
	}
	str_add(out, slice_sub(file->bytes, at, end - at));
}

int splice_refuse_style(const struct yaml_node *at, const char *what, struct err *err)
{
	return err_set(err, &CODE_yaml_style, yaml_place(at), "%s", what);
}

int splice_refuse_overlap(const struct yaml_node *at, struct err *err)
{
	return err_set(err, &CODE_yaml_overlap, yaml_place(at), "two edits of the same place");
}

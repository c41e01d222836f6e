#include "yaml/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct splice *splice_add(struct splices *s, uint32_t start, uint32_t end, struct slice text, int rank)
{
	struct splice *row;

	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		struct splice *items = arena_array(s->arena, cap, sizeof(*items));

		if (s->n)
			memcpy(items, s->items, s->n * sizeof(*items));
		s->items = items;
		s->cap = cap;
	}
	row = &s->items[s->n];
	*row = (struct splice){ .start = start, .end = end, .text = arena_copy(s->arena, text), .rank = rank, .seq = s->n };
	s->n++;
	return row;
}

/* An edit that would need more than this file knows how to do exactly. */
static int refuse(const struct yaml_node *at, const char *what, struct err *err)
{
	return err_set(err, &CODE_yaml_style, yaml_place(at), "%s", what);
}

static int splice_set(const struct edit *edit, struct splices *out)
{
	const struct yaml_node *n = edit->at;
	bool empty = n->start == n->end; /* nothing stands behind the colon or dash yet; what is new beside it comes behind this */
	AUTO_STR struct str text = STR_INIT;

	if (empty)
		str_addc(&text, ' ');
	yaml_write_like(n, edit->value, edit->text, &text);
	splice_add(out, n->start, n->end, str_slice(&text), empty ? INT_MIN : INT_MAX);
	return 0;
}

/*
 * Begin of the line end in front of the line that begins at `line`; the end of a last line that has none. Lines are inserted and deleted
 * with the line end in front of them, not with their own: so a last line without one needs no rule. The file's first line has none.
 */
static uint32_t before_break(const struct yaml_file *f, uint32_t line)
{
	if (yaml_at_bare_end(f, line))
		return line;
	if (line > f->body && f->bytes.ptr[line - 1] == '\n')
		line--;
	if (line > f->body && f->bytes.ptr[line - 1] == '\r')
		line--;
	return line;
}

/* Depth in the tree. It and not the column orders insertions at one place: a list's dashes may stand below its key. */
static int depth_of(const struct yaml_node *n)
{
	int depth = 0;

	for (; n->parent; n = n->parent)
		depth++;
	return depth;
}

/*
 * New lines beside a block entry: behind the entry's region, or above its own comments. Where the entry begins on the line of its
 * parent's dash, the new text takes that place and pushes the entry to a line of its own.
 */
static struct splice *insert_block(const struct yaml_node *near, enum yaml_side side, struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t column = yaml_column(f, near->entry), at = before_break(f, side == YAML_AFTER ? near->stop : near->head);
	bool opens = side == YAML_BEFORE && near->flags & YAML_OPENS, first = side == YAML_BEFORE && near->head == f->body;
	struct slice eol = yaml_eol(f, near->entry);
	AUTO_STR struct str lines = STR_INIT;

	if (!opens && !first)
		str_add(&lines, eol);
	if (!opens)
		str_fill(&lines, ' ', column);
	str_add(&lines, text);
	if (opens || first)
		str_add(&lines, eol);
	if (opens) {
		str_fill(&lines, ' ', column);
		at = near->entry;
	}
	return splice_add(out, at, at, str_slice(&lines), side == YAML_AFTER ? -depth_of(near) : depth_of(near));
}

/*
 * Does the file end, without a line end, in a block scalar at the end of this entry? Whatever gives it one changes its value, but for
 * "|-" and ">-".
 */
static bool ends_in_bare_scalar(const struct yaml_node *n)
{
	const struct yaml_file *f = n->file;

	while (n->last)
		n = n->last;
	if ((n->style != YAML_LITERAL && n->style != YAML_FOLDED) || !yaml_at_bare_end(f, n->end))
		return false;
	for (uint32_t at = n->start; at < n->end && !strchr(" \t\r\n#", f->bytes.ptr[at]); at++)
		if (f->bytes.ptr[at] == '-')
			return false;
	return true;
}

/* Does the list put an entry with this key into this map before the intention `until`? */
static bool puts_before(const struct yaml_edits *e, const struct edit *until)
{
	for (size_t i = 0; i < e->n && e->items[i] != until; i++)
		if (e->items[i]->kind == EDIT_PUT && e->items[i]->at->parent == until->at->parent &&
		    slice_eq(e->items[i]->lit->key, until->lit->key))
			return true;
	return false;
}

/* Refuses a key that the map has, or will have. */
static int key_is_free(const struct yaml_edits *e, const struct edit *edit, struct err *err)
{
	for (const struct yaml_node *c = edit->at->parent->first; c; c = c->next)
		if (c->key->kind == YAML_SCALAR && slice_eq(c->key->text, edit->lit->key) && !edits_delete(e, c))
			return err_set(err, &CODE_yaml_duplicate, yaml_place(c->key), "the key '%" SLICE_FMT "' is there already",
				       SLICE_ARG(edit->lit->key));
	if (puts_before(e, edit))
		return err_set(err, &CODE_yaml_overlap, yaml_place(edit->at->parent),
			       "the key '%" SLICE_FMT "' would be added twice", SLICE_ARG(edit->lit->key));
	return 0;
}

static int splice_literal(const struct yaml_edits *e, const struct edit *edit, struct splices *out, struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (edit->kind == EDIT_PUT && key_is_free(e, edit, err) < 0)
		return -1;
	if (edit->side == YAML_AFTER && ends_in_bare_scalar(edit->at))
		return refuse(edit->at, "nothing can follow a block scalar whose last line has no line end", err);
	lit_entry(edit->at, edit->lit, &text);
	if (edit->at->parent->style == YAML_FLOW)
		splice_flow_insert(edit->at, edit->side, str_slice(&text), out);
	else
		insert_block(edit->at, edit->side, str_slice(&text), out);
	return 0;
}

/* Deletion of the entry on its parent's dash line: the next one is pulled up. */
static int delete_opening(const struct yaml_edits *e, const struct yaml_node *n, struct splices *out, struct err *err)
{
	const struct yaml_node *next = edits_staying(e, n, true);
	const struct yaml_file *f = n->file;

	if (n->prev || next != n->next)
		return refuse(n, "an entry on the line of another cannot be deleted together with its neighbour", err);
	for (size_t i = 0; i < f->ncomments && !e->within; i++)
		if (n->stop <= f->comments[i].start && f->comments[i].start < next->entry)
			return refuse(n, "deleting this entry would lose the comment above the next one", err);
	splice_add(out, n->entry, next->entry, SLICE(""), INT_MAX);
	return 0;
}

/*
 * Lines go with the line end in front of them. Do these, from `n` and the neighbours that go with it, go with their own? So it is where
 * the one in front is missing, differs, or is the content of a block scalar that becomes the end of the file.
 */
static bool own_line_ends(const struct yaml_edits *e, const struct yaml_node *n)
{
	const struct yaml_node *last = n;
	const struct yaml_file *f = n->file;

	while (n->prev && edits_delete(e, n->prev))
		n = n->prev;
	while (last->next && edits_delete(e, last->next))
		last = last->next;
	if (n->head == f->body)
		return true;
	if (yaml_at_bare_end(f, last->stop))
		return n->prev && n->prev->end == n->head;
	return n->head - before_break(f, n->head) != last->stop - before_break(f, last->stop);
}

static int splice_delete(const struct yaml_edits *e, const struct edit *edit, struct splices *out, struct err *err)
{
	const struct yaml_node *n = edit->at;

	if (!edits_staying(e, n, true) && !edits_staying(e, n, false))
		return refuse(n, "deleting this would leave an empty list or map", err);
	if (n->parent->flags & YAML_PAIR)
		return refuse(n, "a pair in a flow list cannot be deleted", err);
	if (n->flags & YAML_OPENS)
		return delete_opening(e, n, out, err);
	if (n->parent->style == YAML_FLOW)
		splice_flow_delete(e, n, out);
	else if (own_line_ends(e, n))
		splice_add(out, n->head, n->stop, SLICE(""), INT_MAX);
	else
		splice_add(out, before_break(n->file, n->head), before_break(n->file, n->stop), SLICE(""), INT_MAX);
	return 0;
}

/* Is the span inside one of the splices? */
static bool covered(const struct splices *s, uint32_t start, uint32_t end)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].start <= start && end <= s->items[i].end)
			return true;
	return false;
}

/* A copy leaves the comments to its original. */
static void drop_comments(const struct yaml_node *item, struct splices *out)
{
	const struct yaml_file *f = item->file;

	for (size_t i = 0; i < f->ncomments; i++) {
		const struct comment *c = &f->comments[i];
		uint32_t start, end;

		if (c->start < item->entry || c->start >= item->stop || covered(out, c->start, c->end))
			continue;
		start = c->own ? before_break(f, yaml_line_start(f, c->start)) : yaml_blanks_before(f, c->start);
		end = c->end;
		splice_add(out, start, end, SLICE(""), INT_MAX);
	}
}

static int splices_sort(struct splices *s, const struct yaml_edits *e, struct err *err);
static int splices_collect(const struct yaml_edits *e, struct splices *out, struct err *err);

/* Cuts the line ends and blanks off the end of a copy's text; a block scalar at the end keeps what is its content. */
static void trim_copy(const struct yaml_node *item, struct str *text)
{
	bool scalar_end = item->end > 0 && item->file->bytes.ptr[item->end - 1] == '\n';
	struct slice all = str_slice(text);

	if (!scalar_end) {
		while (all.len && strchr(" \t\r\n", all.ptr[all.len - 1]))
			all.len--;
	} else {
		all.len -= slice_ends(all, SLICE("\r\n")) ? 2 : slice_ends(all, SLICE("\n"));
	}
	text->len = all.len;
	text->ptr[all.len] = '\0';
}

/* The comments that a copy brings along: its own and those of copies in it. */
static struct slices copy_comments(const struct edit *edit, const struct splices *inner, struct arena *arena)
{
	struct slices all = { NULL, 0 };
	size_t n = 1;

	for (size_t i = 0; i < inner->n; i++)
		n += inner->items[i].comments.n;
	all.items = arena_array(arena, n, sizeof(*all.items));
	if (edit->text.ptr && edit->at->parent->style != YAML_FLOW)
		all.items[all.n++] = arena_printf(arena, "# %" SLICE_FMT, SLICE_ARG(edit->text));
	for (size_t i = 0; i < inner->n; i++)
		for (size_t j = 0; j < inner->items[i].comments.n; j++)
			all.items[all.n++] = inner->items[i].comments.items[j];
	return all;
}

static int splice_copy(const struct edit *edit, struct splices *out, struct err *err)
{
	const struct yaml_node *item = edit->at;
	bool flow = item->parent->style == YAML_FLOW;
	struct splices inner = { .arena = out->arena };
	AUTO_STR struct str text = STR_INIT, all = STR_INIT;

	if (ends_in_bare_scalar(item))
		return refuse(item, "a block scalar whose last line has no line end cannot be copied", err);
	if (splices_collect(edit->nested, &inner, err) < 0)
		return -1;
	drop_comments(item, &inner);
	if (splices_sort(&inner, edit->nested, err) < 0)
		return -1;
	splices_render(item->file, &inner, item->entry, flow ? item->end : item->stop, &text);
	if (!flow)
		trim_copy(item, &text);
	if (!flow && edit->text.ptr) {
		str_addf(&all, "# %" SLICE_FMT, SLICE_ARG(edit->text));
		str_add(&all, yaml_eol(item->file, item->entry));
		str_fill(&all, ' ', yaml_column(item->file, item->entry));
	}
	str_add(&all, str_slice(&text));
	if (flow)
		splice_flow_insert(item, edit->side, str_slice(&all), out);
	else
		insert_block(item, edit->side, str_slice(&all), out)->comments = copy_comments(edit, &inner, out->arena);
	return 0;
}

/* Is the intention about something inside an entry that goes? */
static bool inside_gone(const struct yaml_edits *e, const struct edit *edit)
{
	for (const struct yaml_node *n = edit->kind == EDIT_SET ? edit->at : edit->at->parent; n && e->gone; n = n->parent)
		if (edits_delete(e, n))
			return true;
	return false;
}

static int overlap(const struct yaml_node *at, struct err *err)
{
	return err_set(err, &CODE_yaml_overlap, yaml_place(at), "two changes of the same place");
}

/* The splices of all intentions, unsorted. */
static int splices_collect(const struct yaml_edits *e, struct splices *out, struct err *err)
{
	if (e->refused) {
		*err = e->refusal;
		return -1;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct edit *edit = e->items[i];
		int failed = inside_gone(e, edit)      ? overlap(edit->at, err) :
			     edit->kind == EDIT_SET    ? splice_set(edit, out) :
			     edit->kind == EDIT_DELETE ? splice_delete(e, edit, out, err) :
			     edit->kind == EDIT_COPY   ? splice_copy(edit, out, err) :
							 splice_literal(e, edit, out, err);

		if (failed)
			return -1;
	}
	return 0;
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

/* Sorts, drops equal replacements of the same bytes, refuses overlaps. */
static int splices_sort(struct splices *s, const struct yaml_edits *e, struct err *err)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_place);
	for (size_t i = 0; i < s->n; i++) {
		const struct splice *now = &s->items[i], *last = kept ? &s->items[kept - 1] : NULL;

		if (last && now->start == last->start && now->end == last->end && now->end > now->start &&
		    slice_eq(now->text, last->text))
			continue;
		if (last && (now->start < last->end || (now->alone && last->alone && now->start == last->start)))
			return err_set(err, &CODE_yaml_overlap, yaml_place_at(e->file, now->start),
				       "two changes of the same place");
		s->items[kept++] = *now;
	}
	s->n = kept;
	return 0;
}

int splices_make(const struct yaml_edits *e, struct splices *out, struct err *err)
{
	if (splices_collect(e, out, err) < 0)
		return -1;
	return splices_sort(out, e, err);
}

void splices_render(const struct yaml_file *file, const struct splices *s, uint32_t start, uint32_t end, struct str *out)
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

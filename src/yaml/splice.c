#include "yaml/internal.h"

#include "base/ascii.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * Intentions become splices of the source. Lines are inserted and deleted with the line end in
 * front of them, not with their own: so a last line without one needs no rule.
 */

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

/* An edit that would need more than this file knows how to do exactly. */
static int refuse(const struct yaml_node *at, const char *what, struct err *err)
{
	return err_set(err, &CODE_yaml_style, yaml_place(at), "%s", what);
}

/* Two intentions that cannot both be met. */
static int overlap(const struct yaml_node *at, struct err *err)
{
	return err_set(err, &CODE_yaml_overlap, yaml_place(at), "two changes of the same place");
}

/* Another value in the place of the old one. */
static int splice_other(const struct yaml_node *n, const struct edit *edit, struct splices *out)
{
	bool empty = n->start == n->end; /* nothing stands behind the colon or dash yet; what is new
					    beside it comes behind this */
	AUTO_STR struct str text = STR_INIT;

	if (empty ||
	    (n->start > n->outer &&
	     !ascii_is_space(n->file->bytes.ptr[n->start - 1]))) /* "&a:b": an anchor, a value */
		str_addc(&text, ' ');
	yaml_write_like(n, edit->value, edit->text, &text);
	if (n->end < n->file->bytes.len && n->file->bytes.ptr[n->end] == '#' &&
	    !strchr("'\"", text.ptr[text.len - 1]))
		str_addc(&text, ' '); /* behind quotes libyaml takes it for a comment, behind
					 anything else not */
	splice_add(out, n->start, n->end, str_slice(&text), empty ? INT_MIN : INT_MAX)->alone =
		empty;
	return 0;
}

static int splice_set(const struct edit *edit, struct splices *out)
{
	const struct yaml_node *n = edit->at;

	if (edit->same) { /* by its own bytes, so that nobody else changes them */
		splice_add(out, n->start, n->end,
			   slice_sub(n->file->bytes, n->start, n->end - n->start), INT_MAX);
		return 0;
	}
	return splice_other(n, edit, out);
}

/*
 * Depth in the tree. It and not the column orders insertions at one place: a list's dashes may
 * stand below its key.
 */
static int depth_of(const struct yaml_node *n)
{
	int depth = 0;

	for (; n->parent; n = n->parent)
		depth++;
	return depth;
}

struct splice *splice_block_insert(const struct yaml_node *near, enum yaml_side side,
				   struct slice text, struct splices *out)
{
	const struct yaml_file *f = near->file;
	uint32_t column = yaml_column(f, near->entry),
		 at = yaml_before_break(f, side == YAML_AFTER ? near->stop : near->head);
	bool opens = side == YAML_BEFORE && near->flags & YAML_OPENS,
	     first = side == YAML_BEFORE && near->head == f->body;
	struct slice eol = yaml_eol(f, opens ? near->entry : at);
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
	return splice_add(out, at, at, str_slice(&lines),
			  side == YAML_AFTER ? -depth_of(near) : depth_of(near));
}

char splice_chomping(const struct yaml_node *n)
{
	struct slice b = n->file->bytes;

	while (n->last)
		n = n->last;
	if (n->key && n->start == n->end) /* "? |" without a value */
		n = n->key;
	if (n->style != YAML_LITERAL && n->style != YAML_FOLDED)
		return 0;
	for (uint32_t at = n->start; at < n->end && !strchr(" \t\r\n#", b.ptr[at]); at++)
		if (b.ptr[at] == '-' || b.ptr[at] == '+')
			return b.ptr[at];
	return ' ';
}

bool splice_bare_scalar(const struct yaml_node *n)
{
	return yaml_at_bare_end(n->file, n->end) && splice_chomping(n) && splice_chomping(n) != '-';
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
		if (c->key->kind == YAML_SCALAR && slice_eq(c->key->text, edit->lit->key) &&
		    !edits_delete(e, c))
			return err_set(err, &CODE_yaml_duplicate, yaml_place(c->key),
				       "the key '%" SLICE_FMT "' is there already",
				       SLICE_ARG(edit->lit->key));
	if (puts_before(e, edit))
		return err_set(err, &CODE_yaml_overlap, yaml_place(edit->at->parent),
			       "the key '%" SLICE_FMT "' would be added twice",
			       SLICE_ARG(edit->lit->key));
	return 0;
}

static int splice_literal(const struct yaml_edits *e, const struct edit *edit, struct splices *out,
			  struct err *err)
{
	AUTO_STR struct str text = STR_INIT;

	if (edit->kind == EDIT_PUT && key_is_free(e, edit, err) < 0)
		return -1;
	if (edit->side == YAML_AFTER && splice_bare_scalar(edit->at))
		return refuse(edit->at,
			      "nothing can follow a block scalar whose last line has no line end",
			      err);
	lit_entry(edit->at, edit->lit, &text);
	if (edit->at->parent->style == YAML_FLOW)
		return splice_flow_insert(edit->at, edit->side, str_slice(&text), out, err);
	splice_block_insert(edit->at, edit->side, str_slice(&text), out);
	return 0;
}

/* Deletion of the entry on its parent's dash line: the next one is pulled up. */
static int delete_opening(const struct yaml_edits *e, const struct yaml_node *n,
			  struct splices *out, struct err *err)
{
	const struct yaml_node *next = edits_staying(e, n, true);
	const struct yaml_file *f = n->file;

	if (n->prev || next != n->next)
		return refuse(n,
			      "an entry on the line of another cannot be deleted together with its "
			      "neighbour",
			      err);
	for (size_t i = 0; i < f->ncomments && !e->within; i++)
		if (n->stop <= f->comments[i].start && f->comments[i].start < next->entry)
			return refuse(
				n, "deleting this entry would lose the comment above the next one",
				err);
	splice_add(out, n->entry, next->entry, SLICE(""), INT_MAX);
	return 0;
}

/*
 * Lines go with the line end in front of them. Do these, from `n` and the neighbours that go with
 * it, go with their own? So it is where the one in front is missing, differs, or is the content of
 * a block scalar that becomes the end of the file.
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
		return n->prev && n->prev->end == n->head && splice_chomping(n->prev) &&
		       splice_chomping(n->prev) != '-';
	return n->head - yaml_before_break(f, n->head) !=
	       last->stop - yaml_before_break(f, last->stop);
}

bool splice_blank_lines_at(const struct yaml_file *f, uint32_t at, bool wide)
{
	for (; at < f->bytes.len && yaml_line_rest_blank(f, at); at = yaml_next_line(f, at))
		if (!wide || ascii_is_blank(f->bytes.ptr[at]))
			return true;
	return false;
}

/* Are there only blank lines between the begins of two lines? */
static bool only_blank_lines(const struct yaml_file *f, uint32_t from, uint32_t to)
{
	while (from < to && yaml_line_rest_blank(f, from))
		from = yaml_next_line(f, from);
	return from >= to;
}

/*
 * Would what the deletion brings below a block scalar become its content? With "+" empty lines do,
 * and with any indicator lines of blanks that are wider than its indentation.
 */
static bool feeds_scalar(const struct yaml_edits *e, const struct yaml_node *n)
{
	char chomping = n->prev ? splice_chomping(n->prev) : 0;
	bool feeds = e->within && chomping == '+';

	if (!chomping || !only_blank_lines(n->file, n->prev->end, n->head))
		return false;
	for (bool goes = true; goes && !feeds; n = n->next) {
		feeds = splice_blank_lines_at(n->file, n->stop, chomping != '+');
		goes = n->next && edits_delete(e, n->next);
	}
	return feeds;
}

/* All entries of a collection go: an empty one stays. Made for the first of them. */
static int delete_all(const struct yaml_edits *e, const struct yaml_node *parent,
		      struct splices *out, struct err *err)
{
	const struct yaml_lit empty = { .kind = parent->kind == YAML_MAP ? LIT_MAP : LIT_SEQ };

	for (const struct yaml_node *c = parent->first; c; c = c->next)
		if (edits_insert(e, c, YAML_BEFORE) || edits_insert(e, c, YAML_AFTER))
			return overlap(c, err);
	return splice_value(parent, &empty, out, err);
}

static int splice_delete(const struct yaml_edits *e, const struct edit *edit, struct splices *out,
			 struct err *err)
{
	const struct yaml_node *n = edit->at;

	if (n->parent->flags & YAML_PAIR)
		return refuse(n, "a pair in a flow list cannot be deleted", err);
	if (!edits_staying(e, n, true) && !edits_staying(e, n, false)) {
		if (!n->parent->parent)
			return refuse(n, "deleting this would leave an empty document", err);
		return n->prev ? 0 : delete_all(e, n->parent, out, err);
	}
	if (n->flags & YAML_OPENS)
		return delete_opening(e, n, out, err);
	if (n->parent->style == YAML_FLOW)
		return splice_flow_delete(e, n, out, err);
	if (feeds_scalar(e, n))
		return refuse(n, "deleting this would change the block scalar above it", err);
	if (!own_line_ends(e, n))
		splice_add(out, yaml_before_break(n->file, n->head),
			   yaml_before_break(n->file, n->stop), SLICE(""), INT_MAX);
	else if (!edits_insert(e, n, YAML_AFTER))
		splice_add(out, n->head, n->stop, SLICE(""), INT_MAX);
	else
		return overlap(n, err);
	return 0;
}

/* Is the intention about something inside an entry that goes, or a value that is replaced? */
static bool inside_gone(const struct yaml_edits *e, const struct edit *edit)
{
	bool value = edit->kind == EDIT_SET || edit->kind == EDIT_REPLACE;

	if (!e->gone && !e->replaced)
		return false;
	if (edit->kind == EDIT_SET && edits_replace(e, edit->at))
		return true;
	if (value && edits_delete(e, edit->at))
		return true;
	for (const struct yaml_node *n = edit->at->parent; n; n = n->parent)
		if (edits_delete(e, n) || edits_replace(e, n))
			return true;
	return false;
}

/* Is the intention, one of a copy, not about something inside the original? */
static bool outside(const struct yaml_edits *e, const struct edit *edit)
{
	if (edit->kind == EDIT_SET && edit->at == e->within)
		return false;
	return e->within &&
	       (edit->at->id <= e->within->id || edit->at->id > yaml_last_id(e->within));
}

/* Might a plain scalar end above a line that begins with a tab? */
static bool tab_in_the_way(const struct edit *edit)
{
	return !edit->same && yaml_tab_below(edit->at);
}

int splices_collect(const struct yaml_edits *e, struct splices *out, struct err *err)
{
	if (e->refusal) {
		*err = *e->refusal;
		return -1;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct edit *edit = e->items[i];
		int failed =
			outside(e, edit) ?
				refuse(edit->at,
				       "an edit of a copy that is not about something in it", err) :
			inside_gone(e, edit) ?
				overlap(edit->at, err) :
			tab_in_the_way(edit) ?
				refuse(edit->at, "a line below begins with a tab", err) :
			edit->kind == EDIT_SET     ? splice_set(edit, out) :
			edit->kind == EDIT_DELETE  ? splice_delete(e, edit, out, err) :
			edit->kind == EDIT_REPLACE ? splice_value(edit->at, edit->lit, out, err) :
			edit->kind == EDIT_COPY    ? splice_copy(edit, out, err) :
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

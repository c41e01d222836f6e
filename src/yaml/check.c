#include "yaml/internal.h"

#include "base/alloc.h"

#include <stdlib.h>

/*
 * The result of an edit is parsed again and walked beside the old tree: at every entry the intentions say what must have come, gone
 * or changed there, and everything else must be as it was. This is written without the code that made the splices.
 */

/* Intentions in the order of their nodes, for looking them up. */
struct index {
	const struct edit **items;
	size_t n;
};

static int by_node(const void *a, const void *b)
{
	const struct edit *const *x = a, *const *y = b;

	if ((*x)->at->id != (*y)->at->id)
		return (*x)->at->id < (*y)->at->id ? -1 : 1;
	return ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

static struct index index_make(const struct yaml_edits *e)
{
	struct index x = { NULL, e ? e->n : 0 };

	if (!x.n)
		return x;
	x.items = xrealloc_array(NULL, x.n, sizeof(struct edit *));
	for (size_t i = 0; i < x.n; i++)
		x.items[i] = e->items[i];
	qsort(x.items, x.n, sizeof(*x.items), by_node);
	return x;
}

/* Position of the first intention about `node`, or of what comes behind it. */
static size_t index_find(const struct index *x, const struct yaml_node *node)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (x->items[mid]->at->id < node->id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool same_node(const struct yaml_node *old, const struct index *x, const struct yaml_node *now);

/* Is the node what the literal says? */
static bool same_literal(const struct yaml_lit *lit, const struct yaml_node *now)
{
	const struct yaml_node *child;

	if (lit->kind == LIT_STRING)
		return now->kind == YAML_SCALAR && slice_eq(now->text, lit->text) && yaml_type_of(now) == YAML_STRING;
	if (lit->kind == LIT_INT || lit->kind == LIT_BOOL)
		return now->kind == YAML_SCALAR && slice_eq(now->text, lit->text) &&
		       yaml_type_of(now) == (lit->kind == LIT_INT ? YAML_INT : YAML_BOOL);
	if (now->kind != (lit->kind == LIT_MAP ? YAML_MAP : YAML_SEQ) || now->nchildren != lit->n)
		return false;
	child = now->first;
	for (size_t i = 0; i < lit->n; i++, child = child->next)
		if ((lit->kind == LIT_MAP && !slice_eq(child->key->text, lit->items[i].key)) ||
		    !same_literal(&lit->items[i], child))
			return false;
	return true;
}

/* Is `now` what one intention brings beside its neighbour? */
static bool same_new(const struct edit *edit, const struct yaml_node *now)
{
	struct index nested;
	bool same;

	if (!now)
		return false;
	if (edit->kind == EDIT_PUT)
		return now->key && now->key->kind == YAML_SCALAR && slice_eq(now->key->text, edit->lit->key) &&
		       same_literal(edit->lit, now);
	if (edit->kind == EDIT_ADD)
		return same_literal(edit->lit, now);
	nested = index_make(edit->nested);
	same = same_node(edit->at, &nested, now);
	free(nested.items);
	return same;
}

/* What stands newly on one side of the entry `old`; moves `*now` behind it. */
static bool same_side(const struct yaml_node *old, enum yaml_side side, const struct index *x, const struct yaml_node **now)
{
	for (size_t i = index_find(x, old); i < x->n && x->items[i]->at == old; i++) {
		const struct edit *edit = x->items[i];

		if ((edit->kind != EDIT_PUT && edit->kind != EDIT_ADD && edit->kind != EDIT_COPY) || edit->side != side)
			continue;
		if (!same_new(edit, *now))
			return false;
		*now = (*now)->next;
	}
	return true;
}

/* The intention of this kind about a node, or NULL. */
static const struct edit *about(const struct index *x, const struct yaml_node *node, enum edit_kind kind)
{
	for (size_t i = index_find(x, node); i < x->n && x->items[i]->at == node; i++)
		if (x->items[i]->kind == kind)
			return x->items[i];
	return NULL;
}

/* A scalar or alias that nobody touched, or that was set. */
static bool same_leaf(const struct yaml_node *old, const struct edit *set, const struct yaml_node *now)
{
	if (!slice_eq(old->tag, now->tag) || !slice_eq(old->anchor, now->anchor) || old->kind != now->kind)
		return false;
	if (!set)
		return slice_eq(old->text, now->text) && old->style == now->style;
	if (!slice_eq(set->text, now->text) || (old->style != YAML_PLAIN && old->style != now->style && now->style != YAML_DOUBLE))
		return false;
	if (set->value == LIT_STRING)
		return yaml_type_of(now) == YAML_STRING;
	return old->style != YAML_PLAIN || old->tag.ptr || yaml_type_of(now) == (set->value == LIT_INT ? YAML_INT : YAML_BOOL);
}

static bool same_node(const struct yaml_node *old, const struct index *x, const struct yaml_node *now)
{
	const struct yaml_node *next;

	if (!old || !now)
		return old == now;
	if (old->kind == YAML_SCALAR || old->kind == YAML_ALIAS)
		return same_leaf(old, about(x, old, EDIT_SET), now);
	if (old->kind != now->kind || old->style != now->style || !slice_eq(old->tag, now->tag) ||
	    !slice_eq(old->anchor, now->anchor) || now->flags & ~old->flags & YAML_HAS_DUP)
		return false;
	next = now->first;
	for (const struct yaml_node *c = old->first; c; c = c->next) {
		if (!same_side(c, YAML_BEFORE, x, &next))
			return false;
		if (!about(x, c, EDIT_DELETE)) {
			if (!next || (c->key && !same_node(c->key, x, next->key)) || !same_node(c, x, next))
				return false;
			next = next->next;
		}
		if (!same_side(c, YAML_AFTER, x, &next))
			return false;
	}
	return !next;
}

bool yaml_copy_is(const struct yaml_node *item, const struct yaml_edits *nested, const struct yaml_node *candidate)
{
	struct index x = index_make(nested);
	bool same = same_node(item, &x, candidate);

	free(x.items);
	return same;
}

/* The text of a comment of a file. */
static struct slice comment_text(const struct yaml_file *f, const struct comment *c)
{
	return slice_sub(f->bytes, c->start, c->end - c->start);
}

/* The comments are the old ones less the deleted, plus ours, in this order. */
static bool same_comments(const struct yaml_file *old, const struct splices *s, const struct yaml_file *now)
{
	size_t in = 0, out = 0;

	for (size_t i = 0; i <= s->n; i++) {
		uint32_t until = i < s->n ? s->items[i].start : (uint32_t)old->bytes.len;

		for (; in < old->ncomments && old->comments[in].start < until; in++, out++)
			if (out >= now->ncomments ||
			    !slice_eq(comment_text(old, &old->comments[in]), comment_text(now, &now->comments[out])))
				return false;
		for (size_t j = 0; i < s->n && j < s->items[i].comments.n; j++, out++)
			if (out >= now->ncomments ||
			    !slice_eq(s->items[i].comments.items[j], comment_text(now, &now->comments[out])))
				return false;
		for (; i < s->n && in < old->ncomments && old->comments[in].start < s->items[i].end; in++)
			continue;
	}
	return in == old->ncomments && out == now->ncomments;
}

/* The bytes between the splices, found again in the result by adding up lengths. */
static bool same_rest(const struct yaml_file *old, const struct splices *s, const struct yaml_file *now)
{
	size_t from = 0, at = 0;

	for (size_t i = 0; i <= s->n; i++) {
		size_t until = i < s->n ? s->items[i].start : old->bytes.len;

		if (!slice_eq(slice_sub(old->bytes, from, until - from), slice_sub(now->bytes, at, until - from)))
			return false;
		at += until - from;
		if (i < s->n) {
			at += s->items[i].text.len;
			from = s->items[i].end;
		}
	}
	return at == now->bytes.len;
}

int yaml_check(const struct yaml_edits *e, const struct splices *s, const struct yaml_file *now, struct err *err)
{
	const struct yaml_file *old = e->file;
	struct place whole = { old->name, 0, 0 };
	struct index x = index_make(e);
	bool same = old->nroots == now->nroots;

	for (size_t i = 0; same && i < old->nroots; i++)
		same = same_node(old->roots[i], &x, now->roots[i]);
	free(x.items);
	if (!same)
		return err_set(err, &CODE_yaml_check, whole, "after the edit the document does not say what it should");
	if (!same_comments(old, s, now))
		return err_set(err, &CODE_yaml_check, whole, "after the edit the comments are not what they should be");
	if (!same_rest(old, s, now))
		return err_set(err, &CODE_yaml_check, whole, "the edit touched bytes outside of its place");
	return 0;
}

int yaml_apply(const struct yaml_edits *e, struct str *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct splices s = { .arena = arena };
	AUTO_STR struct str text = STR_INIT;
	struct yaml_file *now = NULL;
	int result;

	if (splices_make(e, &s, err) < 0)
		return -1;
	if (s.n && e->file->sealed)
		return err_set(err, &CODE_yaml_sealed, (struct place){ e->file->name, 0, 0 }, "the file is encrypted by SOPS");
	splices_render(e->file, &s, 0, (uint32_t)e->file->bytes.len, &text);
	if (!s.n) {
		str_add(out, str_slice(&text));
		return 0;
	}
	if (yaml_parse(&now, e->file->name, str_slice(&text), err) < 0) {
		(void)err_wrap(err, "after the edit the file cannot be read");
		err->code = &CODE_yaml_check;
		return -1;
	}
	result = yaml_check(e, &s, now, err);
	yaml_file_free(now);
	if (result == 0)
		str_add(out, str_slice(&text));
	return result;
}

struct slices yaml_lost_comments(const struct yaml_edits *e)
{
	struct splices s = { .arena = e->arena };
	struct slices lost = { NULL, 0 };
	struct err ignored = ERR_INIT;
	bool any = false;

	for (size_t i = 0; i < e->n; i++)
		any = any || e->items[i]->kind == EDIT_DELETE;
	if (!any || !e->file->ncomments)
		return lost;
	lost.items = arena_array(e->arena, e->file->ncomments, sizeof(struct slice));
	if (splices_make(e, &s, &ignored) < 0)
		return lost;
	for (size_t i = 0; i < s.n; i++)
		for (size_t j = 0; j < e->file->ncomments; j++) {
			const struct comment *c = &e->file->comments[j];

			if (s.items[i].start <= c->start && c->end <= s.items[i].end)
				lost.items[lost.n++] = slice_trim(slice_sub(e->file->bytes, c->start + 1, c->end - c->start - 1));
		}
	return lost;
}

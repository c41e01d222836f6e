#include "yaml/check_internal.h"
#include "yaml/comments_internal.h"
#include "yaml/node_internal.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/*
 * The result of an edit is parsed again and walked beside the old tree: at every entry the
 * intentions determine what must have been added, deleted or changed, and everything else must be
 * unchanged. This is written without the code that makes the splices.
 */

/* Intentions in the order of their nodes, for looking them up. */
struct edit_index {
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

static struct edit_index make_index(const struct yaml_edits *e)
{
	struct edit_index x = { NULL, e ? e->n : 0 };

	if (!x.n)
		return x;
	x.items = xrealloc_array(NULL, x.n, sizeof(struct edit *));
	for (size_t i = 0; i < x.n; i++)
		x.items[i] = e->items[i];
	qsort(x.items, x.n, sizeof(*x.items), by_node);
	return x;
}

/* Position of the first intention about `node`, or of the first one behind it. */
static size_t find_in_index(const struct edit_index *x, const struct yaml_node *node)
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

static bool same_node(const struct yaml_node *old, const struct edit_index *x,
		      const struct yaml_node *now);

/* Does the node have the value of the literal? */
static bool same_literal(const struct yaml_lit *lit, const struct yaml_node *now)
{
	const struct yaml_node *child;

	if (lit->kind == LIT_STRING)
		return now->kind == YAML_SCALAR && slice_eq(now->text, lit->text) &&
		       yaml_type_of(now) == YAML_STRING;
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
	struct edit_index nested;
	bool same;

	if (!now)
		return false;
	if (edit->kind == EDIT_PUT)
		return now->key && now->key->kind == YAML_SCALAR &&
		       slice_eq(now->key->text, edit->lit->key) && same_literal(edit->lit, now);
	if (edit->kind == EDIT_ADD)
		return same_literal(edit->lit, now);
	nested = make_index(edit->nested);
	same = same_node(edit->at, &nested, now);
	free(nested.items);
	return same;
}

/* Checks what is new on one side of the entry `old`; moves `*now` behind it. */
static bool same_side(const struct yaml_node *old, enum yaml_side side, const struct edit_index *x,
		      const struct yaml_node **now)
{
	for (size_t i = find_in_index(x, old); i < x->n && x->items[i]->at == old; i++) {
		const struct edit *edit = x->items[i];

		if ((edit->kind != EDIT_PUT && edit->kind != EDIT_ADD && edit->kind != EDIT_COPY) ||
		    edit->side != side)
			continue;
		if (!same_new(edit, *now))
			return false;
		*now = (*now)->next;
	}
	return true;
}

/* The intention of this kind about a node, or NULL. */
static const struct edit *find_edit(const struct edit_index *x, const struct yaml_node *node,
				    enum edit_kind kind)
{
	for (size_t i = find_in_index(x, node); i < x->n && x->items[i]->at == node; i++)
		if (x->items[i]->kind == kind)
			return x->items[i];
	return NULL;
}

/* Have both the same anchor and tag? */
static bool same_properties(const struct yaml_node *old, const struct yaml_node *now)
{
	const unsigned either = YAML_ANCHORED | YAML_TAGGED;

	if (!((old->flags | now->flags) & either))
		return true;
	return slice_eq(yaml_anchor(old), yaml_anchor(now)) &&
	       slice_eq(yaml_tag(old), yaml_tag(now));
}

/* Compares a scalar or an alias, which may have been set. */
static bool same_leaf(const struct yaml_node *old, const struct edit *set,
		      const struct yaml_node *now)
{
	if (!same_properties(old, now) || old->kind != now->kind)
		return false;
	if (!set || set->same)
		return slice_eq(old->text, now->text) && old->style == now->style;
	if (!slice_eq(set->text, now->text) ||
	    (old->style != YAML_PLAIN && old->style != now->style && now->style != YAML_DOUBLE))
		return false;
	if (set->value == LIT_STRING)
		return yaml_type_of(now) == YAML_STRING;
	return old->style != YAML_PLAIN || old->flags & YAML_TAGGED ||
	       yaml_type_of(now) == (set->value == LIT_INT ? YAML_INT : YAML_BOOL);
}

/* Are two nodes the same, whatever is in them? */
static bool same_alone(const struct yaml_node *old, const struct yaml_node *now)
{
	if (old->kind != now->kind || old->style != now->style ||
	    old->nchildren != now->nchildren || old->text.len != now->text.len ||
	    now->flags & ~old->flags & YAML_HAS_DUP || !same_properties(old, now))
		return false;
	return !old->text.len || !memcmp(old->text.ptr, now->text.ptr, old->text.len);
}

/*
 * Is the node, of which nothing was to change, as it was, with all in it? Nodes are in the order of
 * the source, so kinds and numbers of children in this order are the whole shape of the tree.
 */
static bool is_untouched(const struct yaml_node *old, const struct yaml_node *now)
{
	uint32_t n = yaml_last_id(old) - old->id;

	if (yaml_last_id(now) - now->id != n)
		return false;
	for (uint32_t i = 0; i <= n; i++)
		if (!same_alone(node_at(old->file, old->id - 1 + i),
				node_at(now->file, now->id - 1 + i)))
			return false;
	return true;
}

bool yaml_same_tree(const struct yaml_node *old, const struct yaml_node *now)
{
	return old && now ? is_untouched(old, now) : old == now;
}

/* Is there an intention about the node, or something in it? Their ids are in a row. */
static bool is_touched(const struct yaml_node *node, const struct edit_index *x)
{
	size_t first = find_in_index(x, node);

	return first < x->n && x->items[first]->at->id <= yaml_last_id(node);
}

static bool same_node(const struct yaml_node *old, const struct edit_index *x,
		      const struct yaml_node *now)
{
	const struct yaml_node *next;
	const struct edit *replace;

	if (!old || !now)
		return old == now;
	if (!is_touched(old, x))
		return is_untouched(old, now);
	replace = find_edit(x, old, EDIT_REPLACE);
	if (replace)
		return !(now->flags & (YAML_ANCHORED | YAML_TAGGED)) &&
		       same_literal(replace->lit, now);
	if (old->kind == YAML_SCALAR || old->kind == YAML_ALIAS)
		return same_leaf(old, find_edit(x, old, EDIT_SET), now);
	if (old->kind != now->kind || (old->style != now->style && now->first) ||
	    !same_properties(old, now) || now->flags & ~old->flags & YAML_HAS_DUP)
		return false;
	next = now->first;
	for (const struct yaml_node *c = old->first; c; c = c->next) {
		if (!same_side(c, YAML_BEFORE, x, &next))
			return false;
		if (!find_edit(x, c, EDIT_DELETE)) {
			if (!next || (c->key && !same_node(c->key, x, next->key)) ||
			    !same_node(c, x, next))
				return false;
			next = next->next;
		}
		if (!same_side(c, YAML_AFTER, x, &next))
			return false;
	}
	return !next;
}

bool yaml_copy_is(const struct yaml_node *item, const struct yaml_edits *nested,
		  const struct yaml_node *candidate)
{
	struct edit_index x = make_index(nested);
	bool same = same_node(item, &x, candidate);

	free(x.items);
	return same;
}

/*
 * The comments of the edited documents are the old ones less the deleted, plus ours, in this order.
 */
static bool same_comments(const struct yaml_file *old, const struct yaml_result *result)
{
	const struct splices *s = result->splices;
	const struct document_range *range = &result->range;
	const struct yaml_file *now = result->now;
	size_t in = 0, out = 0;

	while (in < old->ncomments && old->comments[in].start < range->start)
		in++;
	for (size_t i = 0; i <= s->n; i++) {
		uint32_t until = i < s->n ? s->items[i].start : range->end;

		for (; in < old->ncomments && old->comments[in].start < until; in++, out++)
			if (out >= now->ncomments ||
			    !slice_eq(yaml_comment_text(old, &old->comments[in]),
				      yaml_comment_text(now, &now->comments[out])))
				return false;
		for (size_t j = 0; i < s->n && j < s->items[i].comments.n; j++, out++)
			if (out >= now->ncomments ||
			    !slice_eq(s->items[i].comments.items[j],
				      yaml_comment_text(now, &now->comments[out])))
				return false;
		for (; i < s->n && in < old->ncomments && old->comments[in].start < s->items[i].end;
		     in++)
			continue;
	}
	return (in == old->ncomments || old->comments[in].start >= range->end) &&
	       out == now->ncomments;
}

/* The bytes between the splices, found again in the result by adding up lengths. */
static bool same_rest(const struct yaml_file *old, const struct splices *s, struct slice now)
{
	size_t from = 0, at = 0;

	for (size_t i = 0; i <= s->n; i++) {
		size_t until = i < s->n ? s->items[i].start : old->bytes.len;

		if (!slice_eq(slice_sub(old->bytes, from, until - from),
			      slice_sub(now, at, until - from)))
			return false;
		at += until - from;
		if (i < s->n) {
			at += s->items[i].text.len;
			from = s->items[i].end;
		}
	}
	return at == now.len;
}

/* Line feeds in a span of the source. */
static size_t breaks_in(const struct yaml_file *f, uint32_t start, uint32_t end)
{
	size_t n = 0;

	for (uint32_t i = start; i < end; i++)
		n += f->bytes.ptr[i] == '\n';
	return n;
}

/*
 * The most lines of the source that an intention may change: what it is about, and in flow the one
 * with the comma before or behind it.
 */
static size_t lines_of(const struct yaml_edits *e, const struct edit *edit)
{
	const struct yaml_node *n = edit->at, *from;
	bool last = edit->kind == EDIT_DELETE && !n->prev &&
		    !edits_staying(e, n, true); /* then the collection is what changes */

	n = last ? n->parent : n;
	from = n->prev ? n->prev : n;
	if (edit->kind == EDIT_SET)
		return 1;
	if (edit->kind == EDIT_DELETE)
		return 2 + breaks_in(n->file, from->end, n->next ? n->next->entry : n->stop) +
		       breaks_in(n->file, n->head, n->stop);
	if (edit->kind == EDIT_REPLACE)
		return 2 + breaks_in(n->file, n->key ? n->key->end : n->entry, n->stop);
	return 2;
}

/*
 * Are no more lines changed than the intentions are about? Counted without looking at what the
 * splices are for.
 */
static bool few_lines(const struct yaml_edits *e, const struct splices *s)
{
	size_t may = 0, are = 0;

	for (size_t i = 0; i < e->n; i++)
		may += lines_of(e, e->items[i]);
	for (size_t i = 0; i < s->n; i++) {
		bool same = i && !breaks_in(e->file, s->items[i - 1].end, s->items[i].start);

		are += !same + breaks_in(e->file, s->items[i].start, s->items[i].end);
	}
	return are <= may;
}

int yaml_check(const struct yaml_edits *e, const struct yaml_result *result, struct err *err)
{
	const struct yaml_file *old = e->file, *now = result->now;
	const struct document_range *range = &result->range;
	struct place whole = { old->name, 0, 0 };
	struct edit_index x = make_index(e);
	bool same = range->n == now->nroots;

	for (size_t i = 0; same && i < range->n; i++)
		same = same_node(old->roots[range->first + i], &x, now->roots[i]);
	free(x.items);
	if (!same)
		return err_set(err, &CODE_yaml_check, whole,
			       "after the edit the document does not have the intended values");
	if (!same_comments(old, result))
		return err_set(err, &CODE_yaml_check, whole,
			       "after the edit the comments are not as intended");
	if (!same_rest(old, result->splices, result->text))
		return err_set(err, &CODE_yaml_check, whole,
			       "the edit changed bytes outside of its place");
	if (!few_lines(e, result->splices))
		return err_set(err, &CODE_yaml_check, whole,
			       "the edit changed more lines than intended");
	return 0;
}

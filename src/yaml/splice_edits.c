#include "yaml/splice_edits_internal.h"
#include "yaml/line_internal.h"
#include "yaml/literal_internal.h"
#include "yaml/node_internal.h"
#include "yaml/splice_block_internal.h"
#include "yaml/splice_copy_internal.h"
#include "yaml/splice_flow_internal.h"
#include "yaml/splice_value_internal.h"
#include "yaml/types_internal.h"

#include "base/ascii.h"

#include <limits.h>
#include <string.h>

/* Another value in the place of the old one. */
static int splice_other(const struct yaml_node *n, const struct edit *edit, struct splices *out)
{
	bool empty = n->start == n->end; /* there is nothing behind the colon or dash; what is
inserted beside it comes after this */
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

	if (edit->same) { /* by its own bytes, so that no other edit changes them */
		splice_add(out, n->start, n->end,
			   slice_sub(n->file->bytes, n->start, n->end - n->start), INT_MAX);
		return 0;
	}
	return splice_other(n, edit, out);
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

/* Refuses a key that the map has or will have. */
static int key_is_free(const struct yaml_edits *e, const struct edit *edit, struct err *err)
{
	for (const struct yaml_node *c = edit->at->parent->first; c; c = c->next)
		if (c->key->kind == YAML_SCALAR && slice_eq(c->key->text, edit->lit->key) &&
		    !edits_delete(e, c))
			return err_set(err, &CODE_yaml_duplicate, yaml_place(c->key),
				       "the key '%" SLICE_FMT "' already exists",
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
		return splice_refuse_style(
			edit->at,
			"nothing can follow a block scalar whose last line has no line end", err);
	literal_write_entry(edit->at, edit->lit, &text);
	if (edit->at->parent->style == YAML_FLOW)
		return splice_flow_insert(edit->at, edit->side, str_slice(&text), out, err);
	splice_block_insert(edit->at, edit->side, str_slice(&text), out);
	return 0;
}

/* Deletes all entries of a collection: an empty one stays. Called for the first of them. */
static int delete_all(const struct yaml_edits *e, const struct yaml_node *parent,
		      struct splices *out, struct err *err)
{
	const struct yaml_lit empty = { .kind = parent->kind == YAML_MAP ? LIT_MAP : LIT_SEQ };

	for (const struct yaml_node *c = parent->first; c; c = c->next)
		if (edits_insert(e, c, YAML_BEFORE) || edits_insert(e, c, YAML_AFTER))
			return splice_refuse_overlap(c, err);
	return splice_value(parent, &empty, out, err);
}

static int splice_delete(const struct yaml_edits *e, const struct edit *edit, struct splices *out,
			 struct err *err)
{
	const struct yaml_node *n = edit->at;

	if (n->parent->flags & YAML_PAIR)
		return splice_refuse_style(n, "a pair in a flow list cannot be deleted", err);
	if (!edits_staying(e, n, true) && !edits_staying(e, n, false)) {
		if (!n->parent->parent)
			return splice_refuse_style(n, "deleting this would leave an empty document",
						   err);
		return n->prev ? 0 : delete_all(e, n->parent, out, err);
	}
	return n->parent->style == YAML_FLOW ? splice_flow_delete(e, n, out, err) :
					       splice_block_delete(e, n, out, err);
}

/* Is the intention about something inside a deleted entry or a replaced value? */
static bool is_inside_gone(const struct yaml_edits *e, const struct edit *edit)
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

/* Is it an intention of a copy that is not about something inside the original? */
static bool is_outside(const struct yaml_edits *e, const struct edit *edit)
{
	if (edit->kind == EDIT_SET && edit->at == e->within)
		return false;
	return e->within &&
	       (edit->at->id <= e->within->id || edit->at->id > yaml_last_id(e->within));
}

/*
 * Is there a line with a tab in its indentation below the node, so that a plain scalar could not
 * end here? libyaml's scanner allows such a tab only where nothing can continue: behind a quote or
 * a bracket.
 */
static bool has_tab_below(const struct yaml_node *n)
{
	const struct yaml_file *f = n->file;
	const struct yaml_node *outer = n;
	uint32_t at = n->end, line, column = 0;

	while (outer->parent && outer->parent->style == YAML_FLOW)
		outer = outer->parent;
	column = outer->parent ? yaml_column(f, outer->entry) + 1 : 0;
	if (!yaml_line_rest_blank(f, at))
		return false;
	for (line = yaml_next_line(f, at); line < f->bytes.len; line = yaml_next_line(f, line)) {
		for (at = line; at < f->bytes.len && f->bytes.ptr[at] == ' ';)
			at++;
		if (at < f->bytes.len && f->bytes.ptr[at] == '\t' && at - line < column)
			return true;
		if (!yaml_line_rest_blank(f, at))
			return false;
	}
	return false;
}

static int collect_splices(const struct yaml_edits *e, struct splices *out, struct err *err);

/* A copy and the edits in it. */
static int collect_copy(const struct edit *edit, struct splices *out, struct err *err)
{
	struct splices inner = { .arena = out->arena };

	if (splice_copy_check(edit, err) < 0 || collect_splices(edit->nested, &inner, err) < 0)
		return -1;
	return splice_copy(edit, &inner, out, err);
}

/* The splices of all intentions, unsorted. */
static int collect_splices(const struct yaml_edits *e, struct splices *out, struct err *err)
{
	if (e->refusal) {
		*err = *e->refusal;
		return -1;
	}
	for (size_t i = 0; i < e->n; i++) {
		const struct edit *edit = e->items[i];
		int failed =
			is_outside(e, edit) ?
				splice_refuse_style(
					edit->at, "an edit of a copy that is outside of it", err) :
			is_inside_gone(e, edit) ?
				splice_refuse_overlap(edit->at, err) :
			!edit->same && has_tab_below(edit->at) ?
				splice_refuse_style(edit->at, "a following line begins with a tab",
						    err) :
			edit->kind == EDIT_SET     ? splice_set(edit, out) :
			edit->kind == EDIT_DELETE  ? splice_delete(e, edit, out, err) :
			edit->kind == EDIT_REPLACE ? splice_value(edit->at, edit->lit, out, err) :
			edit->kind == EDIT_COPY    ? collect_copy(edit, out, err) :
						     splice_literal(e, edit, out, err);

		if (failed)
			return -1;
	}
	return 0;
}

int splices_make(const struct yaml_edits *e, struct splices *out, struct err *err)
{
	if (collect_splices(e, out, err) < 0)
		return -1;
	return splices_sort(out, e, err);
}

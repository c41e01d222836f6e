#include "yaml/literal_internal.h"
#include "yaml/line_internal.h"
#include "yaml/node_internal.h"
#include "yaml/region_internal.h"
#include "yaml/types_internal.h"

/*
 * The layout of new text is taken from what is nearby, never from the file as a whole, because both
 * list styles occur in one file.
 */
struct near_layout {
	bool flow, json; /* json: keys and strings in double quotes */
	uint32_t step;   /* a nested map's keys are this much deeper than its key */
	uint32_t list;   /* a nested list's dashes are this much deeper than its key */
	struct slice eol;
};

/*
 * The depth of the first entry of `child`, a block collection on lines of its own, below the key of
 * `child`; -1: it is not one.
 */
static long child_indent(const struct yaml_node *child)
{
	const struct yaml_file *f = child->file;
	long depth;

	if (child->style != YAML_BLOCK || !child->first || !child->key ||
	    !yaml_on_own_line(f, child->first->entry))
		return -1;
	depth = (long)yaml_column(f, child->first->entry) - (long)yaml_column(f, child->entry);
	return depth;
}

/*
 * The depth that the nearest collection of this kind has, searching the entry's map and then
 * outwards; `fallback` when there is none.
 */
static uint32_t nearest_indent(const struct yaml_node *near, enum yaml_kind kind, uint32_t fallback)
{
	for (const struct yaml_node *n = near->parent; n; n = n->parent)
		for (const struct yaml_node *c = n->first; c; c = c->next) {
			long depth = c->kind == kind ? child_indent(c) : -1;

			if (depth >= (kind == YAML_MAP ? 1 : 0))
				return (uint32_t)depth;
		}
	return fallback;
}

static void write_entry(struct str *out, const struct yaml_lit *lit, uint32_t column,
			const struct near_layout *l);

static void write_behind_key(struct str *out, const struct yaml_lit *lit, uint32_t column,
			     const struct near_layout *l);

/* A line end and the indentation of the next line. */
static void write_line_break(struct str *out, uint32_t column, const struct near_layout *l)
{
	str_add(out, l->eol);
	str_fill(out, ' ', column);
}

/* A scalar, or a collection in flow style. */
static void write_inline(struct str *out, const struct yaml_lit *lit, const struct near_layout *l)
{
	const struct near_layout flow = { .flow = true, .json = l->json };
	struct yaml_node quoted = { .kind = YAML_SCALAR, .style = YAML_DOUBLE };

	if (lit->kind == LIT_STRING && l->json) {
		yaml_write_like(&quoted, LIT_STRING, lit->text, out);
	} else if (lit->kind == LIT_STRING) {
		yaml_write_string(out, lit->text, l->flow);
	} else if (lit->kind == LIT_MAP || lit->kind == LIT_SEQ) {
		str_addc(out, lit->kind == LIT_MAP ? '{' : '[');
		for (size_t i = 0; i < lit->n; i++) {
			str_adds(out, i ? ", " : "");
			if (lit->kind == LIT_MAP)
				write_entry(out, &lit->items[i], 0, &flow);
			else
				write_inline(out, &lit->items[i], &flow);
		}
		str_addc(out, lit->kind == LIT_MAP ? '}' : ']');
	} else {
		str_add(out, lit->text);
	}
}

/* The content of an item behind its dash, in block style; its keys are in `column`. */
static void write_item(struct str *out, const struct yaml_lit *lit, uint32_t column,
		       const struct near_layout *l)
{
	if (lit->kind != LIT_MAP || !lit->n) {
		write_inline(out, lit, l);
		return;
	}
	for (size_t i = 0; i < lit->n; i++) {
		if (i)
			write_line_break(out, column, l);
		write_entry(out, &lit->items[i], column, l);
	}
}

/* "key: value" with the key in `column`. */
static void write_entry(struct str *out, const struct yaml_lit *lit, uint32_t column,
			const struct near_layout *l)
{
	struct yaml_node quoted = { .kind = YAML_SCALAR, .style = YAML_DOUBLE };

	if (l->json)
		yaml_write_like(&quoted, LIT_STRING, lit->key, out);
	else
		yaml_write_string(out, lit->key, l->flow);
	str_addc(out, ':');
	write_behind_key(out, lit, column, l);
}

/* The value of an entry whose key is in `column`, from behind the colon. */
static void write_behind_key(struct str *out, const struct yaml_lit *lit, uint32_t column,
			     const struct near_layout *l)
{
	if (l->flow || !lit->n || (lit->kind != LIT_MAP && lit->kind != LIT_SEQ)) {
		str_addc(out, ' ');
		write_inline(out, lit, l);
		return;
	}
	for (size_t i = 0; i < lit->n; i++) {
		if (lit->kind == LIT_MAP) {
			write_line_break(out, column + l->step, l);
			write_entry(out, &lit->items[i], column + l->step, l);
		} else {
			write_line_break(out, column + l->list, l);
			str_adds(out, "- ");
			write_item(out, &lit->items[i], column + l->list + 2, l);
		}
	}
}

/* The layout beside an entry. */
static struct near_layout layout_near(const struct yaml_node *near)
{
	struct near_layout l = { .flow = near->parent->style == YAML_FLOW,
				 .eol = yaml_eol(near->file, near->entry) };

	l.json = l.flow && yaml_in_json(near);
	l.step = nearest_indent(near, YAML_MAP, 2);
	l.list = nearest_indent(near, YAML_SEQ, 2);
	return l;
}

/* The blanks between a dash and its content: the present ones, else one. */
static struct slice gap_of(const struct yaml_node *item)
{
	struct slice gap = yaml_dash_gap(item);

	return gap.ptr ? gap : SLICE(" ");
}

void literal_write_entry(const struct yaml_node *near, const struct yaml_lit *lit, struct str *out)
{
	uint32_t column = yaml_column(near->file, near->entry);
	struct near_layout l = layout_near(near);

	if (near->parent->kind == YAML_MAP) {
		write_entry(out, lit, column, &l);
	} else if (l.flow) {
		write_inline(out, lit, &l);
	} else {
		str_addc(out, '-');
		str_add(out, gap_of(near));
		write_item(out, lit, column + 1 + (uint32_t)gap_of(near).len, &l);
	}
}

void literal_write_value(const struct yaml_node *n, const struct yaml_lit *lit, struct str *out)
{
	uint32_t column = yaml_column(n->file, n->entry);
	struct near_layout l = layout_near(n);

	if (n->parent->kind == YAML_MAP) {
		write_behind_key(out, lit, column, &l);
	} else if (l.flow) {
		write_inline(out, lit, &l);
	} else if (n->style != YAML_BLOCK && n->outer > n->entry &&
		   yaml_on_own_line(n->file, n->outer)) {
		str_addc(out, ' ');
		write_item(out, lit, yaml_column(n->file, n->outer), &l);
	} else {
		str_add(out, gap_of(n));
		write_item(out, lit, column + 1 + (uint32_t)gap_of(n).len, &l);
	}
}

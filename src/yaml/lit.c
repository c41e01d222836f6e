#include "yaml/internal.h"

/*
 * How new text is laid out: taken from what stands nearby, never from the file as a whole (both
 * list styles occur in one file).
 */
struct layout {
	bool flow, json; /* json: keys and strings in double quotes */
	uint32_t step;   /* a nested map's keys are this much deeper than its key */
	uint32_t list;   /* a nested list's dashes are this much deeper than its key */
	struct slice eol;
};

/*
 * The depth of the first entry of `child`, a block collection on lines of its own, below the key of
 * `child`; -1: it is not one.
 */
static long depth_of(const struct yaml_node *child)
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
static uint32_t nearest_depth(const struct yaml_node *near, enum yaml_kind kind, uint32_t fallback)
{
	for (const struct yaml_node *n = near->parent; n; n = n->parent)
		for (const struct yaml_node *c = n->first; c; c = c->next) {
			long depth = c->kind == kind ? depth_of(c) : -1;

			if (depth >= (kind == YAML_MAP ? 1 : 0))
				return (uint32_t)depth;
		}
	return fallback;
}

static void entry(struct str *out, const struct yaml_lit *lit, uint32_t column,
		  const struct layout *l);
static void behind_key(struct str *out, const struct yaml_lit *lit, uint32_t column,
		       const struct layout *l);

/* A line end and the indentation of the next line. */
static void new_line(struct str *out, uint32_t column, const struct layout *l)
{
	str_add(out, l->eol);
	str_fill(out, ' ', column);
}

/* A scalar, or a collection in flow style. */
static void inline_value(struct str *out, const struct yaml_lit *lit, const struct layout *l)
{
	const struct layout flow = { .flow = true, .json = l->json };
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
				entry(out, &lit->items[i], 0, &flow);
			else
				inline_value(out, &lit->items[i], &flow);
		}
		str_addc(out, lit->kind == LIT_MAP ? '}' : ']');
	} else {
		str_add(out, lit->text);
	}
}

/* The content of an item behind its dash, in block style; its keys stand in `column`. */
static void item_value(struct str *out, const struct yaml_lit *lit, uint32_t column,
		       const struct layout *l)
{
	if (lit->kind != LIT_MAP || !lit->n) {
		inline_value(out, lit, l);
		return;
	}
	for (size_t i = 0; i < lit->n; i++) {
		if (i)
			new_line(out, column, l);
		entry(out, &lit->items[i], column, l);
	}
}

/* "key: value" with the key in `column`. */
static void entry(struct str *out, const struct yaml_lit *lit, uint32_t column,
		  const struct layout *l)
{
	struct yaml_node quoted = { .kind = YAML_SCALAR, .style = YAML_DOUBLE };

	if (l->json)
		yaml_write_like(&quoted, LIT_STRING, lit->key, out);
	else
		yaml_write_string(out, lit->key, l->flow);
	str_addc(out, ':');
	behind_key(out, lit, column, l);
}

/* The value of an entry whose key stands in `column`, from behind the colon. */
static void behind_key(struct str *out, const struct yaml_lit *lit, uint32_t column,
		       const struct layout *l)
{
	if (l->flow || !lit->n || (lit->kind != LIT_MAP && lit->kind != LIT_SEQ)) {
		str_addc(out, ' ');
		inline_value(out, lit, l);
		return;
	}
	for (size_t i = 0; i < lit->n; i++) {
		if (lit->kind == LIT_MAP) {
			new_line(out, column + l->step, l);
			entry(out, &lit->items[i], column + l->step, l);
		} else {
			new_line(out, column + l->list, l);
			str_adds(out, "- ");
			item_value(out, &lit->items[i], column + l->list + 2, l);
		}
	}
}

/* The layout beside an entry. */
static struct layout layout_of(const struct yaml_node *near)
{
	struct layout l = { .flow = near->parent->style == YAML_FLOW,
			    .eol = yaml_eol(near->file, near->entry) };

	l.json = l.flow && yaml_in_json(near);
	l.step = nearest_depth(near, YAML_MAP, 2);
	l.list = nearest_depth(near, YAML_SEQ, 2);
	return l;
}

/* What stands between a dash and what is new behind it: as it is there, else one blank. */
static struct slice gap_of(const struct yaml_node *item)
{
	struct slice gap = yaml_dash_gap(item);

	return gap.ptr ? gap : SLICE(" ");
}

void lit_entry(const struct yaml_node *near, const struct yaml_lit *lit, struct str *out)
{
	uint32_t column = yaml_column(near->file, near->entry);
	struct layout l = layout_of(near);

	if (near->parent->kind == YAML_MAP) {
		entry(out, lit, column, &l);
	} else if (l.flow) {
		inline_value(out, lit, &l);
	} else {
		str_addc(out, '-');
		str_add(out, gap_of(near));
		item_value(out, lit, column + 1 + (uint32_t)gap_of(near).len, &l);
	}
}

void lit_value(const struct yaml_node *n, const struct yaml_lit *lit, struct str *out)
{
	uint32_t column = yaml_column(n->file, n->entry);
	struct layout l = layout_of(n);

	if (n->parent->kind == YAML_MAP) {
		behind_key(out, lit, column, &l);
	} else if (l.flow) {
		inline_value(out, lit, &l);
	} else if (n->style != YAML_BLOCK && n->outer > n->entry &&
		   yaml_on_own_line(n->file, n->outer)) {
		str_addc(out, ' ');
		item_value(out, lit, yaml_column(n->file, n->outer), &l);
	} else {
		str_add(out, gap_of(n));
		item_value(out, lit, column + 1 + (uint32_t)gap_of(n).len, &l);
	}
}

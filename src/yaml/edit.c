#include "yaml/internal.h"

#include "base/alloc.h"

#include <string.h>

struct yaml_edits *yaml_edits_new(const struct yaml_file *file, struct arena *arena)
{
	struct yaml_edits *e = arena_alloc(arena, sizeof(*e));

	e->file = file;
	e->arena = arena;
	return e;
}

void edits_refuse(struct yaml_edits *e, const struct err *err)
{
	if (e->refused)
		return;
	e->refused = true;
	e->refusal = *err;
}

/* Remembers that an entry goes. */
static void edits_gone(struct yaml_edits *e, const struct yaml_node *node)
{
	if (!e->gone)
		e->gone = arena_array(e->arena, e->file->nnodes / 64 + 1, sizeof(*e->gone));
	e->gone[node->id / 64] |= (uint64_t)1 << node->id % 64;
}

/* Adds a row. */
static void edits_push(struct yaml_edits *e, struct edit *row)
{
	if (e->n == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 8;
		struct edit **items = arena_array(e->arena, cap, sizeof(struct edit *));

		if (e->n)
			memcpy(items, e->items, e->n * sizeof(struct edit *));
		e->items = items;
		e->cap = cap;
	}
	if (row->kind == EDIT_DELETE)
		edits_gone(e, row->at);
	row->seq = e->n;
	e->items[e->n++] = row;
}

/*
 * A new row about the node `at`; the way to it must be plain (yaml_path_clear), else the list is refused. Of a neighbour only the
 * layout matters.
 */
static struct edit *edits_row(struct yaml_edits *e, enum edit_kind kind, const struct yaml_node *at, const char *why)
{
	struct edit *row = arena_alloc(e->arena, sizeof(*row));
	bool beside = kind == EDIT_PUT || kind == EDIT_ADD;
	struct err err = ERR_INIT;

	if (at->file != e->file)
		fatal("an edit of another file");
	row->kind = kind;
	row->at = at;
	row->why = why;
	if (yaml_path_clear(beside && !(at->flags & YAML_UNCLEAR) ? at->parent : at, &err) < 0)
		edits_refuse(e, &err);
	edits_push(e, row);
	return row;
}

/* Refuses the list at a node. */
static void refuse(struct yaml_edits *e, const struct yaml_node *at, const char *what)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, &CODE_yaml_style, yaml_place(at), "%s", what);
	edits_refuse(e, &err);
}

/* May a scalar with this tag hold a value of this kind? Tags that are not YAML's own may hold anything. */
static bool tag_fits(const struct yaml_node *scalar, enum yaml_lit_kind kind)
{
	enum yaml_type type = kind == LIT_INT ? YAML_INT : kind == LIT_BOOL ? YAML_BOOL : YAML_STRING;

	if (!slice_starts(yaml_tag(scalar), SLICE("tag:yaml.org,2002:")) && !slice_is(yaml_tag(scalar), "!"))
		return true;
	return yaml_type_of(scalar) == type;
}

void yaml_set(struct yaml_edits *e, const struct yaml_node *scalar, enum yaml_lit_kind kind, struct slice text, const char *why)
{
	struct edit *row;

	if (scalar->kind == YAML_SCALAR && slice_eq(scalar->text, text) &&
	    (kind != LIT_STRING || yaml_type_of(scalar) == YAML_STRING))
		return;
	row = edits_row(e, EDIT_SET, scalar, why);
	row->value = kind;
	row->text = arena_copy(e->arena, text);
	if (scalar->kind != YAML_SCALAR)
		refuse(e, scalar, "a single value is expected here");
	else if (scalar->style == YAML_LITERAL || scalar->style == YAML_FOLDED)
		refuse(e, scalar, "a block scalar cannot be set");
	else if (slice_find_byte(slice_sub(e->file->bytes, scalar->start, scalar->end - scalar->start), '\n') != SIZE_MAX)
		refuse(e, scalar, "a value over several lines cannot be set");
	else if (scalar->flags & YAML_TAGGED && !tag_fits(scalar, kind))
		refuse(e, scalar, "the tag of this value says another type");
}

/* The neighbour beside which something new goes; refuses an empty collection. */
static const struct yaml_node *neighbour(struct yaml_edits *e, const struct yaml_node *parent, const struct yaml_node *near)
{
	if (near && near->parent != parent)
		fatal("a neighbour in another collection");
	if (!near)
		near = parent->last;
	if (!near)
		refuse(e, parent, "an empty list or map has no layout to follow");
	return near;
}

/* A literal beside a neighbour. */
static void put(struct yaml_edits *e, enum edit_kind kind, const struct yaml_node *near, enum yaml_side side,
		const struct yaml_lit *lit, const char *why)
{
	struct edit *row;

	if (!near)
		return;
	row = edits_row(e, kind, near, why);
	row->side = side;
	row->lit = lit;
	if (near->parent->flags & YAML_PAIR)
		refuse(e, near, "a pair in a flow list cannot get more keys");
}

void yaml_put(struct yaml_edits *e, const struct yaml_node *map, const struct yaml_node *near, enum yaml_side side,
	      const struct yaml_lit *lit, const char *why)
{
	if (map->kind != YAML_MAP)
		refuse(e, map, "a map is expected here");
	else
		put(e, EDIT_PUT, neighbour(e, map, near), side, lit, why);
}

void yaml_add(struct yaml_edits *e, const struct yaml_node *seq, const struct yaml_node *near, enum yaml_side side,
	      const struct yaml_lit *lit, const char *why)
{
	if (seq->kind != YAML_SEQ)
		refuse(e, seq, "a list is expected here");
	else
		put(e, EDIT_ADD, neighbour(e, seq, near), side, lit, why);
}

/* The first node of an entry that carries an anchor, from the node `id` on; NULL: none. */
static const struct yaml_node *anchor_inside(const struct yaml_node *entry, uint32_t id)
{
	for (uint32_t last = yaml_last_id(entry); id <= last; id++)
		if (node_at(entry->file, id - 1)->flags & YAML_ANCHORED)
			return node_at(entry->file, id - 1);
	return NULL;
}

/* Refuses to delete an anchor that an alias outside of the entry names. */
static void keep_anchors(struct yaml_edits *e, const struct yaml_node *entry)
{
	uint32_t first = entry->key ? entry->key->id : entry->id, last = yaml_last_id(entry);

	for (const struct yaml_node *n = anchor_inside(entry, first); n; n = anchor_inside(entry, n->id + 1))
		for (uint32_t i = 0; i < e->file->nnodes; i++) {
			const struct yaml_node *user = node_at(e->file, i);
			struct err err = ERR_INIT;

			if (user->kind != YAML_ALIAS || !slice_eq(user->text, yaml_anchor(n)) ||
			    (user->id >= first && user->id <= last))
				continue;
			(void)err_set(&err, &CODE_yaml_alias, yaml_place(n), "the anchor '&%" SLICE_FMT "' is used elsewhere",
				      SLICE_ARG(yaml_anchor(n)));
			edits_refuse(e, &err);
			return;
		}
}

void yaml_delete(struct yaml_edits *e, const struct yaml_node *entry, const char *why)
{
	(void)edits_row(e, EDIT_DELETE, entry, why);
	if (!entry->parent)
		refuse(e, entry, "a whole document cannot be deleted");
	else
		keep_anchors(e, entry);
}

struct yaml_edits *yaml_copy(struct yaml_edits *e, const struct yaml_node *item, enum yaml_side side, struct slice comment,
			     const char *why)
{
	struct edit *row = edits_row(e, EDIT_COPY, item, why);

	row->side = side;
	row->text = arena_copy(e->arena, comment);
	row->nested = yaml_edits_new(e->file, e->arena);
	row->nested->within = item;
	if (!item->parent || item->parent->kind != YAML_SEQ || item->flags & YAML_EXPLICIT)
		refuse(e, item, "only an item of a list can be copied");
	else if (anchor_inside(item, item->id))
		refuse(e, item, "an item with an anchor cannot be copied");
	else if (comment.ptr && side == YAML_BEFORE && item->flags & YAML_OPENS && item->parent->style == YAML_BLOCK)
		refuse(e, item, "no room for a comment above an item that begins on the line of another");
	return row->nested;
}

void yaml_edits_merge(struct yaml_edits *into, const struct yaml_edits *from)
{
	if (from->refused)
		edits_refuse(into, &from->refusal);
	for (size_t i = 0; i < from->n; i++) {
		struct edit *row = arena_alloc(into->arena, sizeof(*row));

		*row = *from->items[i];
		edits_push(into, row);
	}
}

bool yaml_edits_empty(const struct yaml_edits *e)
{
	return e->n == 0 && !e->refused;
}

const struct err *yaml_edits_refusal(const struct yaml_edits *e)
{
	for (size_t i = 0; i < e->n && !e->refused; i++)
		if (e->items[i]->nested && yaml_edits_refusal(e->items[i]->nested))
			return yaml_edits_refusal(e->items[i]->nested);
	return e->refused ? &e->refusal : NULL;
}

bool edits_delete(const struct yaml_edits *e, const struct yaml_node *node)
{
	return e->gone && e->gone[node->id / 64] >> node->id % 64 & 1;
}

const struct yaml_node *edits_staying(const struct yaml_edits *e, const struct yaml_node *node, bool forward)
{
	do
		node = forward ? node->next : node->prev;
	while (node && edits_delete(e, node));
	return node;
}

bool edits_insert(const struct yaml_edits *e, const struct yaml_node *node, enum yaml_side side)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct edit *edit = e->items[i];

		if (edit->at == node && edit->side == side &&
		    (edit->kind == EDIT_PUT || edit->kind == EDIT_ADD || edit->kind == EDIT_COPY))
			return true;
	}
	return false;
}

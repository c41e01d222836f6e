#include "yaml/edit_internal.h"
#include "yaml/node_internal.h"

#include "base/alloc.h"
#include "base/map.h"

struct yaml_edits *yaml_edits_new(const struct yaml_file *file, struct arena *arena)
{
	struct yaml_edits *e = arena_alloc(arena, sizeof(*e));

	e->file = file;
	e->arena = arena;
	return e;
}

void yaml_edits_fill(struct yaml_edits *e)
{
	e->fills = true;
}

/* Makes a refusal stick to the list, if it is the first. */
static void keep_refusal(struct yaml_edits *e, const struct err *err)
{
	if (e->refusal)
		return;
	e->refusal = arena_alloc(e->arena, sizeof(*err));
	*e->refusal = *err;
}

/* Sets a node's bit in a set, which is made when it is first needed. */
static void set_bit(struct yaml_edits *e, uint64_t **set, const struct yaml_node *node)
{
	if (!*set)
		*set = arena_array(e->arena, e->file->nnodes / 64 + 1, sizeof(**set));
	(*set)[node->id / 64] |= (uint64_t)1 << node->id % 64;
}

/* Is the node's bit set? */
static bool has_bit(const uint64_t *set, const struct yaml_node *node)
{
	return set && set[node->id / 64] >> node->id % 64 & 1;
}

/* Adds a row. */
static void edits_push(struct yaml_edits *e, struct edit *row)
{
	ARENA_ROOM(e->arena, e->items, e->n, e->cap);
	if (row->kind == EDIT_DELETE)
		set_bit(e, &e->gone, row->at);
	if (row->kind == EDIT_REPLACE)
		set_bit(e, &e->replaced, row->at);
	if (row->kind == EDIT_SET)
		set_bit(e, row->same ? &e->kept : &e->set, row->at);
	e->nsame += row->same;
	row->seq = e->n;
	e->items[e->n++] = row;
}

/*
 * A new row about the node `at`; the way to it must be plain (yaml_path_clear), else the list is
 * refused. Of a neighbour only the layout matters.
 */
static struct edit *edits_row(struct yaml_edits *e, enum edit_kind kind, const struct yaml_node *at)
{
	struct edit *row = arena_alloc(e->arena, sizeof(*row));
	bool beside = kind == EDIT_PUT || kind == EDIT_ADD;
	struct err err = ERR_INIT;

	if (at->file != e->file)
		fatal("an edit of another file");
	row->kind = kind;
	row->at = at;
	if (!e->fills && (kind == EDIT_SET || kind == EDIT_REPLACE) && yaml_has_variable(at)) {
		(void)err_set(&err, &CODE_yaml_template, yaml_place(at),
			      "the value is a variable: '%" SLICE_FMT "'",
			      SLICE_ARG(slice_sub(at->text, 0, 60)));
		keep_refusal(e, &err);
	}
	if (yaml_path_clear(beside && !(at->flags & YAML_UNCLEAR) ? at->parent : at, &err) < 0)
		keep_refusal(e, &err);
	edits_push(e, row);
	return row;
}

/* Refuses the list at a node. */
static void refuse_style(struct yaml_edits *e, const struct yaml_node *at, const char *what)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, &CODE_yaml_style, yaml_place(at), "%s", what);
	keep_refusal(e, &err);
}

/*
 * May a scalar with this tag have a value of this kind? Parsers disagree about other tags than
 * those of the plain types, or only the application knows them.
 */
static bool tag_fits(const struct yaml_node *scalar, enum yaml_lit_kind kind)
{
	const char *tag = kind == LIT_INT  ? "tag:yaml.org,2002:int" :
			  kind == LIT_BOOL ? "tag:yaml.org,2002:bool" :
					     "tag:yaml.org,2002:str";

	return slice_is(yaml_tag(scalar), tag);
}

void yaml_set(struct yaml_edits *e, const struct yaml_node *scalar, enum yaml_lit_kind kind,
	      struct slice text)
{
	struct edit *row;
	bool same = scalar->kind == YAML_SCALAR && slice_eq(scalar->text, text) &&
		    (kind != LIT_STRING || yaml_type_of(scalar) == YAML_STRING);

	if (has_bit(same ? e->set : e->kept, scalar)) {
		struct err err = ERR_INIT;

		(void)err_set(&err, &CODE_yaml_overlap, yaml_place(scalar),
			      "two edits of the same place");
		keep_refusal(e, &err);
	}
	if (same) {
		row = arena_alloc(e->arena, sizeof(*row));
		*row = (struct edit){ .kind = EDIT_SET, .at = scalar, .same = true };
		edits_push(e, row);
		return;
	}
	row = edits_row(e, EDIT_SET, scalar);
	row->value = kind;
	row->text = arena_copy(e->arena, text);
	if (scalar->kind != YAML_SCALAR)
		refuse_style(e, scalar, "expected a single value");
	else if (scalar->style == YAML_LITERAL || scalar->style == YAML_FOLDED)
		refuse_style(e, scalar, "a block scalar cannot be changed");
	else if (slice_find_byte(
			 slice_sub(e->file->bytes, scalar->start, scalar->end - scalar->start),
			 '\n') != SIZE_MAX)
		refuse_style(e, scalar, "a value on several lines cannot be changed");
	else if (scalar->flags & YAML_TAGGED && !tag_fits(scalar, kind))
		refuse_style(e, scalar, "the tag of this value has a different type");
}

/* A literal beside a neighbour. */
static void put_beside(struct yaml_edits *e, enum edit_kind kind, const struct yaml_node *near,
		       enum yaml_side side, const struct yaml_lit *lit)
{
	struct edit *row = edits_row(e, kind, near);

	row->side = side;
	row->lit = lit;
	if (near->parent->flags & YAML_PAIR)
		refuse_style(e, near, "no key can be added to a pair in a flow list");
}

/* The row that fills this empty collection already, or NULL. */
static struct edit *find_fill(const struct yaml_edits *e, const struct yaml_node *empty)
{
	for (size_t i = e->n; i-- > 0 && edits_replace(e, empty);)
		if (e->items[i]->at == empty && e->items[i]->fill)
			return e->items[i];
	return NULL;
}

/* An empty collection becomes one with a new entry, or gets one more. */
static void fill_empty(struct yaml_edits *e, const struct yaml_node *empty, enum yaml_side side,
		       const struct yaml_lit *lit)
{
	struct edit *row = find_fill(e, empty);
	struct yaml_lit *all = arena_alloc(e->arena, sizeof(*all)), *items;
	size_t n = row ? row->lit->n : 0, at = side == YAML_AFTER ? n : 0;
	struct err err = ERR_INIT;

	if (row && (row->lit->kind == LIT_MAP) != (lit->key.ptr != NULL)) {
		(void)err_set(&err, &CODE_yaml_overlap, yaml_place(empty),
			      "it cannot become both a list and a map");
		keep_refusal(e, &err);
		return;
	}
	if (!row) {
		row = edits_row(e, EDIT_REPLACE, empty);
		row->fill = true;
	}
	items = arena_array(e->arena, n + 1, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		items[i + (i >= at)] = row->lit->items[i];
	items[at] = *lit;
	*all = (struct yaml_lit){ .kind = lit->key.ptr ? LIT_MAP : LIT_SEQ,
				  .items = items,
				  .n = n + 1 };
	row->lit = all;
}

/* Is there nothing in it, so that it may become a collection of this kind? */
static bool is_empty(const struct yaml_node *n, enum yaml_kind kind)
{
	return (n->kind == kind && !n->first) ||
	       (n->kind == YAML_SCALAR && yaml_type_of(n) == YAML_NULL);
}

/* Does the literal have this key already? */
static bool has_key(const struct edit *row, struct slice key)
{
	for (size_t i = 0; row && i < row->lit->n; i++)
		if (slice_eq(row->lit->items[i].key, key))
			return true;
	return false;
}

void yaml_put(struct yaml_edits *e, const struct yaml_node *map, const struct yaml_node *near,
	      enum yaml_side side, const struct yaml_lit *lit)
{
	struct err err = ERR_INIT;

	if (near && near->parent != map)
		fatal("a neighbour in another map");
	if (has_key(find_fill(e, map), lit->key)) {
		(void)err_set(&err, &CODE_yaml_overlap, yaml_place(map),
			      "the key '%" SLICE_FMT "' would be added twice", SLICE_ARG(lit->key));
		keep_refusal(e, &err);
	} else if (is_empty(map, YAML_MAP))
		fill_empty(e, map, side, lit);
	else if (map->kind != YAML_MAP)
		refuse_style(e, map, "expected a map");
	else
		put_beside(e, EDIT_PUT, near ? near : map->last, side, lit);
}

void yaml_add(struct yaml_edits *e, const struct yaml_node *seq, const struct yaml_node *near,
	      enum yaml_side side, const struct yaml_lit *lit)
{
	struct yaml_lit *item;

	if (near && near->parent != seq)
		fatal("a neighbour in another list");
	if (is_empty(seq, YAML_SEQ)) {
		item = arena_alloc(e->arena, sizeof(*item));
		*item = *lit;
		item->key = SLICE_NONE;
		fill_empty(e, seq, side, item);
	} else if (seq->kind != YAML_SEQ) {
		refuse_style(e, seq, "expected a list");
	} else {
		put_beside(e, EDIT_ADD, near ? near : seq->last, side, lit);
	}
}

/* The first node of an entry that carries an anchor, from the node `id` on; NULL: none. */
static const struct yaml_node *anchor_inside(const struct yaml_node *entry, uint32_t id)
{
	for (uint32_t last = yaml_last_id(entry); id <= last; id++)
		if (node_at(entry->file, id - 1)->flags & YAML_ANCHORED)
			return node_at(entry->file, id - 1);
	return NULL;
}

/*
 * The first alias outside of an entry, whose nodes are first to last, that names one of the
 * anchors; NULL: none.
 */
static const struct yaml_node *user_outside(const struct yaml_file *f, const struct map *anchors,
					    uint32_t first, uint32_t last)
{
	for (uint32_t i = 0; i < f->nnodes; i++) {
		const struct yaml_node *n = node_at(f, i);

		if (n->kind == YAML_ALIAS && (n->id < first || n->id > last) &&
		    map_has(anchors, n->text))
			return n;
	}
	return NULL;
}

/* Refuses to delete an anchor that an alias outside of the entry names. */
static void keep_anchors(struct yaml_edits *e, const struct yaml_node *entry)
{
	uint32_t first = entry->key ? entry->key->id : entry->id, last = yaml_last_id(entry);
	struct map anchors = MAP_INIT;
	const struct yaml_node *user;
	struct err err = ERR_INIT;

	for (const struct yaml_node *n = anchor_inside(entry, first); n;
	     n = anchor_inside(entry, n->id + 1))
		map_set(&anchors, yaml_anchor(n), n->id);
	user = anchors.n ? user_outside(e->file, &anchors, first, last) : NULL;
	if (user) {
		const struct yaml_node *n =
			node_at(e->file, (uint32_t)map_get(&anchors, user->text) - 1);

		(void)err_set(&err, &CODE_yaml_alias, yaml_place(n),
			      "the anchor '&%" SLICE_FMT "' is used elsewhere",
			      SLICE_ARG(yaml_anchor(n)));
		keep_refusal(e, &err);
	}
	map_release(&anchors);
}

void yaml_replace(struct yaml_edits *e, const struct yaml_node *value, const struct yaml_lit *lit)
{
	struct edit *row = edits_row(e, EDIT_REPLACE, value);

	row->lit = lit;
	keep_anchors(e, value);
}

void yaml_delete(struct yaml_edits *e, const struct yaml_node *entry)
{
	(void)edits_row(e, EDIT_DELETE, entry);
	if (!entry->parent)
		refuse_style(e, entry, "a whole document cannot be deleted");
	else
		keep_anchors(e, entry);
}

void yaml_drop(struct yaml_edits *e, size_t document)
{
	if (!e->drops)
		e->drops = arena_array(e->arena, e->file->nroots, sizeof(bool));
	if (document < e->file->nroots && !e->drops[document]) {
		e->drops[document] = true;
		e->ndrops++;
	}
}

struct yaml_edits *yaml_copy(struct yaml_edits *e, const struct yaml_node *item,
			     enum yaml_side side, struct slice comment)
{
	struct edit *row = edits_row(e, EDIT_COPY, item);

	row->side = side;
	row->text = arena_copy(e->arena, comment);
	row->nested = yaml_edits_new(e->file, e->arena);
	row->nested->within = item;
	if (!item->parent || item->parent->kind != YAML_SEQ || item->flags & YAML_EXPLICIT)
		refuse_style(e, item, "only an item of a list can be copied");
	else if (anchor_inside(item, item->id))
		refuse_style(e, item, "an item with an anchor cannot be copied");
	else if (comment.ptr && side == YAML_BEFORE && item->flags & YAML_OPENS &&
		 item->parent->style == YAML_BLOCK)
		refuse_style(e, item,
			     "no comment can be added above an item that begins on the line of "
			     "another one");
	return row->nested;
}

void yaml_edits_merge(struct yaml_edits *into, const struct yaml_edits *from)
{
	if (from->refusal)
		keep_refusal(into, from->refusal);
	for (size_t i = 0; i < from->n; i++) {
		struct edit *row = arena_alloc(into->arena, sizeof(*row));

		*row = *from->items[i];
		edits_push(into, row);
	}
	for (size_t i = 0; from->ndrops && i < from->file->nroots; i++)
		if (from->drops[i])
			yaml_drop(into, i);
}

bool yaml_edits_empty(const struct yaml_edits *e)
{
	return e->n == e->nsame && !e->ndrops && !e->refusal;
}

const struct err *yaml_edits_refusal(const struct yaml_edits *e)
{
	for (size_t i = 0; i < e->n && !e->refusal; i++)
		if (e->items[i]->nested && yaml_edits_refusal(e->items[i]->nested))
			return yaml_edits_refusal(e->items[i]->nested);
	return e->refusal;
}

bool edits_delete(const struct yaml_edits *e, const struct yaml_node *node)
{
	return has_bit(e->gone, node);
}

bool edits_replace(const struct yaml_edits *e, const struct yaml_node *node)
{
	return has_bit(e->replaced, node);
}

const struct yaml_node *edits_staying(const struct yaml_edits *e, const struct yaml_node *node,
				      bool forward)
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

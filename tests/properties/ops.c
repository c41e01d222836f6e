#include "tests/properties/ops.h"

#include "yaml/edit_internal.h"
#include "yaml/node_internal.h"

/* The bytes that are drawn from; behind their end all are zero. */
struct draw {
	struct slice script;
	size_t at;
	const struct yaml_file *file;
	struct arena *arena;
	unsigned keys; /* new keys are unlike each other */
};

static uint32_t draw(struct draw *d, uint32_t below)
{
	uint32_t byte = d->at < d->script.len ? (unsigned char)d->script.ptr[d->at] : 0;

	d->at++;
	return byte % below;
}

/* Values that are easily written wrong. */
static const struct slice texts[] = {
	SLICE_INIT("plain"),
	SLICE_INIT("on"),
	SLICE_INIT("1.0"),
	SLICE_INIT("a: b"),
	SLICE_INIT("a #b"),
	SLICE_INIT(""),
	SLICE_INIT("0123"),
	SLICE_INIT("- x"),
	SLICE_INIT("x,y]"),
	SLICE_INIT("line\nbreak"),
	SLICE_INIT("\xf0\x9f\x9a\x80"),
	SLICE_INIT("{{ x }}"),
	SLICE_INIT("'quoted'"),
	SLICE_INIT("\"q\\\""),
	SLICE_INIT(" blanks "),
	SLICE_INIT("null"),
	SLICE_INIT("@at"),
	SLICE_INIT("tab\there"),
	SLICE_INIT("2e3"),
	SLICE_INIT("<<"),
	SLICE_INIT("%x"),
	SLICE_INIT("\xe2\x80\xa8"),
	SLICE_INIT("12:30:45"),
	SLICE_INIT("?"),
};

enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

/* A scalar literal. */
static struct yaml_lit scalar(struct draw *d)
{
	struct yaml_lit lit = { .kind = LIT_STRING };

	switch (draw(d, 4)) {
	case 0:
		lit.kind = LIT_INT;
		lit.text = arena_printf(d->arena, "%u", draw(d, 200));
		break;
	case 1:
		lit.kind = LIT_BOOL;
		lit.text = draw(d, 2) ? SLICE("true") : SLICE("false");
		break;
	default:
		lit.text = texts[draw(d, TEXTS)];
	}
	return lit;
}

/* Any literal, with a unique key. */
static struct yaml_lit literal(struct draw *d, int depth)
{
	struct yaml_lit lit = { .kind = LIT_MAP }, *items;
	uint32_t kind = depth < 3 ? draw(d, 6) : 9;

	if (kind > 1) {
		lit = scalar(d);
	} else {
		lit.kind = kind ? LIT_SEQ : LIT_MAP;
		lit.n = draw(d, 4);
		lit.items = items = arena_array(d->arena, lit.n, sizeof(*items));
		for (size_t i = 0; i < lit.n; i++)
			items[i] = literal(d, depth + 1);
	}
	lit.key = arena_printf(d->arena, draw(d, 8) ? "new%u" : "new: %u", d->keys++);
	return lit;
}

/* A node of the file, but no key; NULL: none. */
static const struct yaml_node *choose(struct draw *d, const struct yaml_node *within)
{
	uint32_t first = within ? within->id : 1,
		 n = within ? yaml_last_id(within) - first + 1 : d->file->nnodes;

	for (uint32_t tries = 0, at = n ? (draw(d, 256) * 256 + draw(d, 256)) % n : 0; tries < n;
	     tries++) {
		const struct yaml_node *node = node_at(d->file, first - 1 + (at + tries) % n);
		bool is_key = true;

		for (const struct yaml_node *c = node->parent ? node->parent->first : node;
		     c && is_key; c = c->next)
			is_key = c != node;
		if (!node->parent || !is_key)
			return node;
	}
	return NULL;
}

static void draw_op(struct draw *d, const struct yaml_node *at, bool nested, struct op *op);

/* What is different in a copy. */
static void draw_nested(struct draw *d, const struct yaml_node *item, struct op *op)
{
	struct op *items = arena_array(d->arena, 2, sizeof(*items));

	for (uint32_t n = draw(d, 3); n; n--) {
		const struct yaml_node *at = choose(d, item);

		if (at && at != item)
			draw_op(d, at, true, &items[op->nnested++]);
	}
	op->nested = items;
}

static void draw_op(struct draw *d, const struct yaml_node *at, bool nested, struct op *op)
{
	bool in_map = at->parent && at->parent->kind == YAML_MAP, in_list = at->parent && !in_map;
	bool empty = (at->kind == YAML_MAP || at->kind == YAML_SEQ) && !at->first;
	uint32_t kind = draw(d, nested ? 6 : 8);

	*op = (struct op){ .kind = OP_SET,
			   .id = at->id,
			   .side = draw(d, 2) ? YAML_AFTER : YAML_BEFORE };
	if (empty && draw(d, 2)) {
		op->kind = at->kind == YAML_MAP ? OP_PUT : OP_ADD;
		op->inside = true;
		op->lit = literal(d, 0);
	} else if (kind == 0 || !at->parent) {
		op->kind = OP_REPLACE;
		op->lit = literal(d, 0);
	} else if (kind == 1) {
		op->kind = OP_DELETE;
	} else if ((kind == 2 || kind == 3) && (in_map || in_list)) {
		op->kind = in_map ? OP_PUT : OP_ADD;
		op->lit = literal(d, 0);
	} else if (kind > 5 && in_list) {
		op->kind = OP_COPY;
		op->lit.text = draw(d, 2) ? SLICE("copied") : SLICE_NONE;
		draw_nested(d, at, op);
	} else {
		op->lit = scalar(d);
	}
}

void ops_draw(const struct yaml_file *file, struct slice script, struct arena *arena,
	      struct ops *out)
{
	struct draw d = { .script = script, .file = file, .arena = arena };

	*out = (struct ops){ .n = 0 };
	for (uint32_t n = 1 + draw(&d, OPS_MOST); n && out->n < OPS_MOST; n--) {
		const struct yaml_node *at = choose(&d, NULL);

		if (at)
			draw_op(&d, at, false, &out->items[out->n++]);
	}
}

static void plan(const struct op *ops, size_t n, struct yaml_edits *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct op *op = &ops[i];
		const struct yaml_node *at = node_at(e->file, op->id - 1),
				       *parent = op->inside ? at : at->parent;
		const struct yaml_node *near = op->inside ? NULL : at;

		if (op->kind == OP_SET)
			yaml_set(e, at, op->lit.kind, op->lit.text);
		else if (op->kind == OP_PUT)
			yaml_put(e, parent, near, op->side, &op->lit);
		else if (op->kind == OP_ADD)
			yaml_add(e, parent, near, op->side, &op->lit);
		else if (op->kind == OP_REPLACE)
			yaml_replace(e, at, &op->lit);
		else if (op->kind == OP_DELETE)
			yaml_delete(e, at);
		else
			plan(op->nested, op->nnested, yaml_copy(e, at, op->side, op->lit.text));
	}
}

void ops_plan(const struct ops *ops, struct yaml_edits *e)
{
	plan(ops->items, ops->n, e);
}

static void describe(const struct op *ops, size_t n, const struct yaml_file *file, struct str *out)
{
	static const char *const names[] = { "set", "put", "add", "replace", "delete", "copy" };

	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *at = node_at(file, ops[i].id - 1);

		str_addf(out, "%s %s %s%u:%u '%" SLICE_FMT "' [", names[ops[i].kind],
			 ops[i].side == YAML_AFTER ? "after" : "before",
			 ops[i].inside ? "inside " : "", at->line, at->col,
			 SLICE_ARG(ops[i].lit.text));
		describe(ops[i].nested, ops[i].nnested, file, out);
		str_adds(out, "] ");
	}
}

void ops_describe(const struct ops *ops, const struct yaml_file *file, struct str *out)
{
	describe(ops->items, ops->n, file, out);
}

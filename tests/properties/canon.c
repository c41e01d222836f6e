#include "tests/properties/ops.h"

static const char *const types[] = { "string", "int", "float", "bool", "null" };

struct canon {
	const struct op *ops;
	size_t n;
	struct str *out;
};

static void node(const struct canon *c, const struct yaml_node *n);

static void leaf(struct str *out, const char *type, struct slice tag, struct slice anchor,
		 struct slice text)
{
	str_addf(out, "%s <%" SLICE_FMT "> &%" SLICE_FMT " %" SLICE_FMT "\n", type, SLICE_ARG(tag),
		 SLICE_ARG(anchor), SLICE_ARG(text));
}

/* A literal as a node with no tag and no anchor. */
static void literal(struct str *out, const struct yaml_lit *lit)
{
	static const char *const kinds[] = { "string", "int", "bool" };

	if (lit->kind != LIT_MAP && lit->kind != LIT_SEQ) {
		leaf(out, kinds[lit->kind], SLICE(""), SLICE(""), lit->text);
		return;
	}
	str_addf(out, "%s <> &\n", lit->kind == LIT_MAP ? "map" : "seq");
	for (size_t i = 0; i < lit->n; i++) {
		if (lit->kind == LIT_MAP)
			leaf(out, "string", SLICE(""), SLICE(""), lit->items[i].key);
		literal(out, &lit->items[i]);
	}
	str_adds(out, "end\n");
}

/* The op of this kind about a node, or NULL. */
static const struct op *about(const struct canon *c, const struct yaml_node *n, enum op_kind kind)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->ops[i].id == n->id && c->ops[i].kind == kind && !c->ops[i].inside)
			return &c->ops[i];
	return NULL;
}

/*
 * What is new on one side of an entry: of those that stand behind it in the order they came, and of
 * those in front, too.
 */
static void beside(const struct canon *c, const struct yaml_node *n, enum yaml_side side)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct op *op = &c->ops[i];
		struct canon nested = { op->nested, op->nnested, c->out };

		if (op->id != n->id || op->side != side || op->inside)
			continue;
		if (op->kind == OP_PUT)
			leaf(c->out, "string", SLICE(""), SLICE(""), op->lit.key);
		if (op->kind == OP_PUT || op->kind == OP_ADD)
			literal(c->out, &op->lit);
		if (op->kind == OP_COPY)
			node(&nested, n);
	}
}

/* What comes into an empty collection. */
static void inside(const struct canon *c, const struct yaml_node *n)
{
	for (int side = 0; side < 2; side++)
		for (size_t j = 0; j < c->n; j++) {
			const struct op *op = &c->ops[side ? j : c->n - 1 - j];

			if (op->id != n->id || !op->inside || (op->side == YAML_AFTER) != side)
				continue;
			if (op->kind == OP_PUT)
				leaf(c->out, "string", SLICE(""), SLICE(""), op->lit.key);
			literal(c->out, &op->lit);
		}
}

static void scalar(const struct canon *c, const struct yaml_node *n)
{
	const struct op *set = about(c, n, OP_SET);
	enum yaml_type type = yaml_type_of(n);

	if (set && (set->lit.kind == LIT_STRING || n->style != YAML_PLAIN || yaml_tag(n).ptr))
		type = set->lit.kind == LIT_STRING ? YAML_STRING : type;
	else if (set)
		type = set->lit.kind == LIT_INT ? YAML_INT : YAML_BOOL;
	leaf(c->out, types[type], yaml_tag(n), yaml_anchor(n), set ? set->lit.text : n->text);
}

static void node(const struct canon *c, const struct yaml_node *n)
{
	const struct op *replace = about(c, n, OP_REPLACE);

	if (replace) {
		literal(c->out, &replace->lit);
		return;
	}
	if (n->kind == YAML_ALIAS)
		leaf(c->out, "alias", SLICE(""), SLICE(""), n->text);
	if (n->kind == YAML_SCALAR)
		scalar(c, n);
	if (n->kind == YAML_SCALAR || n->kind == YAML_ALIAS)
		return;
	str_addf(c->out, "%s <%" SLICE_FMT "> &%" SLICE_FMT "\n",
		 n->kind == YAML_MAP ? "map" : "seq", SLICE_ARG(yaml_tag(n)),
		 SLICE_ARG(yaml_anchor(n)));
	inside(c, n);
	for (const struct yaml_node *child = n->first; child; child = child->next) {
		beside(c, child, YAML_BEFORE);
		if (!about(c, child, OP_DELETE)) {
			if (child->key)
				node(c, child->key);
			node(c, child);
		}
		beside(c, child, YAML_AFTER);
	}
	str_adds(c->out, "end\n");
}

void canon_write(const struct yaml_file *file, const struct ops *ops, struct str *out)
{
	struct canon c = { ops ? ops->items : NULL, ops ? ops->n : 0, out };

	for (size_t i = 0; i < yaml_documents(file); i++) {
		str_adds(out, "document\n");
		if (yaml_root(file, i))
			node(&c, yaml_root(file, i));
	}
}

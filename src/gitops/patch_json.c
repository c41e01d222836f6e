#include "gitops/patch_json_internal.h"

#include "base/ascii.h"
#include "yaml/value.h"

#include <cjson/cJSON.h>

/* Most nodes of a value that an operation may make. */
#define PATCHED_NODES_MAX 100000

enum { POINTER_PARTS_MAX = 64 };

/* A JSON pointer: the unescaped names on the way. */
struct pointer {
	struct slice parts[POINTER_PARTS_MAX];
	size_t n;
};

/* One operation. */
struct operation {
	const struct yaml_node *node, *value; /* value: NULL: it has none */
	struct slice name;                    /* of the operation */
	struct pointer path, from;
};

/* The state of patch_json_apply. */
struct patching {
	const struct operation *op;
	struct build_stop *stop;
	struct arena *arena;
};

/* --- pointers ------------------------------------------------------------- */

/* "~1" is a slash and "~0" a tilde. */
static struct slice unescape(struct slice part, struct arena *arena)
{
	AUTO_STR struct str text = STR_INIT;

	if (slice_find_byte(part, '~') == SIZE_MAX)
		return part;
	for (size_t i = 0; i < part.len; i++) {
		char next = i + 1 < part.len ? part.ptr[i + 1] : 0;

		if (part.ptr[i] == '~' && (next == '0' || next == '1'))
			str_addc(&text, "~/"[part.ptr[++i] - '0']);
		else
			str_addc(&text, part.ptr[i]);
	}
	return arena_copy(arena, str_slice(&text));
}

/* Reads a pointer; false with the reason. */
static bool read_pointer(struct pointer *out, const struct yaml_node *operation, const char *key,
			 struct build_stop *stop, struct arena *arena)
{
	const struct yaml_node *node = yaml_get(operation, key);
	struct slice rest = yaml_string(node), part;

	if (!slice_starts(rest, SLICE("/")))
		return build_unknown(stop, operation, "an operation of the patch has no path");
	rest = slice_sub(rest, 1, rest.len);
	do {
		size_t end = slice_find_byte(rest, '/');

		part = slice_sub(rest, 0, end == SIZE_MAX ? rest.len : end);
		if (out->n == POINTER_PARTS_MAX)
			return build_unknown(stop, node, "the path of the patch is too long");
		out->parts[out->n++] = unescape(part, arena);
		rest = slice_sub(rest, part.len + 1, rest.len);
		if (end == SIZE_MAX)
			return true;
	} while (true);
}

/* Where an item is in a sequence. False with the reason: it is not there. */
static bool read_index(const struct patching *p, const struct yaml_node *sequence,
		       struct slice part, size_t *out)
{
	size_t value = 0;

	if (part.len && (part.ptr[0] == '-' || part.ptr[0] == '+'))
		return build_unknown(p->stop, p->op->node, "the patch has an index with a sign");
	for (size_t i = 0; i < part.len; i++) {
		if (!ascii_is_digit(part.ptr[i]) || value > UINT32_MAX)
			return build_fail(p->stop, p->op->node,
					  "the patch uses a name as the index of a list");
		value = value * 10 + (size_t)(part.ptr[i] - '0');
	}
	if (!part.len || value >= sequence->nchildren)
		return build_fail(p->stop, p->op->node,
				  "the patch has an index past the end of a list");
	*out = value;
	return true;
}

/* Is it a pointer into the annotations, where kustomize keeps some of its own? */
static bool is_annotation(const struct pointer *at)
{
	return at->n > 1 && slice_is(at->parts[0], "metadata") &&
	       slice_is(at->parts[1], "annotations");
}

/* The entry of a container; NULL with the reason: it does not exist. */
static const struct yaml_node *find_entry(const struct patching *p, const struct yaml_node *in,
					  struct slice part)
{
	const struct yaml_node *entry = in->kind == YAML_MAP ? value_get(in, part) : NULL;
	size_t at;

	if (in->kind == YAML_SEQ && read_index(p, in, part, &at))
		entry = value_item(in, at);
	if (!entry && is_annotation(&p->op->path))
		return build_unknown(p->stop, p->op->node,
				     "the patch changes annotations that the object does not have");
	if (!entry && in->kind != YAML_SEQ)
		return build_fail(p->stop, p->op->node,
				  "the path of the patch leads to nothing in the object");
	return entry;
}

/* The value of a pointer; NULL with the reason: there is none. */
static const struct yaml_node *find_value(const struct patching *p, const struct pointer *at,
					  const struct yaml_node *document)
{
	for (size_t i = 0; i < at->n && document; i++)
		document = find_entry(p, document, at->parts[i]);
	return document;
}

/* --- changes -------------------------------------------------------------- */

enum change_kind { CHANGE_ADD, CHANGE_REPLACE, CHANGE_REMOVE };

/* A change of the entry that a pointer names. */
struct entry_change {
	enum change_kind kind;
	const struct pointer *at;
	const struct yaml_node *value;
};

/* The map with the last entry of the pointer changed. */
static const struct yaml_node *change_map(const struct patching *p, const struct entry_change *c,
					  const struct yaml_node *map)
{
	struct slice key = c->at->parts[c->at->n - 1];
	const struct yaml_node *entry = value_get(map, key);

	if (c->kind == CHANGE_ADD)
		return value_put(map, key, c->value, p->arena);
	if (!entry && c->kind == CHANGE_REPLACE)
		return build_unknown(p->stop, p->op->node,
				     "the patch replaces a field that the object does not have");
	if (!entry)
		return build_fail(p->stop, p->op->node,
				  "the patch removes a field that the object does not have");
	return c->kind == CHANGE_REPLACE ? value_put(map, key, c->value, p->arena) :
					   value_remove(map, entry, p->arena);
}

/* The same of a sequence. */
static const struct yaml_node *change_sequence(const struct patching *p,
					       const struct entry_change *c,
					       const struct yaml_node *sequence)
{
	struct slice part = c->at->parts[c->at->n - 1];
	const struct yaml_node longer = { .nchildren = sequence->nchildren + 1 };
	size_t at;

	if (c->kind == CHANGE_ADD && slice_is(part, "-"))
		return value_insert(sequence, sequence->nchildren, c->value, p->arena);
	if (!read_index(p, c->kind == CHANGE_ADD ? &longer : sequence, part, &at))
		return NULL;
	return c->kind == CHANGE_ADD ? value_insert(sequence, at, c->value, p->arena) :
	       c->kind == CHANGE_REPLACE ?
				       value_replace(sequence, at, c->value, p->arena) :
				       value_remove(sequence, value_item(sequence, at), p->arena);
}

/* The value with a change below it, whose pointer is followed from part `i` on. */
static const struct yaml_node *change_below(const struct patching *p, const struct entry_change *c,
					    const struct yaml_node *in, size_t i)
{
	const struct yaml_node *entry, *changed;
	size_t at;

	if (i + 1 == c->at->n && in->kind == YAML_MAP)
		return change_map(p, c, in);
	if (i + 1 == c->at->n && in->kind == YAML_SEQ)
		return change_sequence(p, c, in);
	entry = find_entry(p, in, c->at->parts[i]);
	changed = entry ? change_below(p, c, entry, i + 1) : NULL;
	if (!changed)
		return NULL;
	if (in->kind == YAML_MAP)
		return value_put(in, c->at->parts[i], changed, p->arena);
	return read_index(p, in, c->at->parts[i], &at) ? value_replace(in, at, changed, p->arena) :
							 NULL;
}

/* --- operations ----------------------------------------------------------- */

/* Adds or replaces with the value of the operation. */
static const struct yaml_node *apply_value(const struct patching *p, enum change_kind kind,
					   const struct yaml_node *document)
{
	const struct operation *op = p->op;

	if (!op->value || value_is_null(op->value))
		return build_unknown(p->stop, op->node,
				     "the patch has an operation without a "
				     "value, or with null");
	return change_below(p, &(struct entry_change){ kind, &op->path, op->value }, document, 0);
}

static const struct yaml_node *apply_add(const struct patching *p, const struct yaml_node *document)
{
	return apply_value(p, CHANGE_ADD, document);
}

static const struct yaml_node *apply_replace(const struct patching *p,
					     const struct yaml_node *document)
{
	return apply_value(p, CHANGE_REPLACE, document);
}

static const struct yaml_node *apply_remove(const struct patching *p,
					    const struct yaml_node *document)
{
	return change_below(p, &(struct entry_change){ CHANGE_REMOVE, &p->op->path, NULL },
			    document, 0);
}

/* The document if the value at the path is that of the operation; a missing member is null. */
static const struct yaml_node *apply_test(const struct patching *p,
					  const struct yaml_node *document)
{
	const struct operation *op = p->op;
	struct pointer parent = op->path;
	const struct yaml_node *in, *found;

	if (!op->value)
		return build_unknown(p->stop, op->node, "the patch has a test without a value");
	parent.n--;
	in = find_value(p, &parent, document);
	if (!in)
		return NULL;
	found = in->kind == YAML_MAP ? value_get(in, op->path.parts[parent.n]) :
				       find_entry(p, in, op->path.parts[parent.n]);
	if (!found && in->kind != YAML_MAP)
		return NULL;
	if (!found || value_is_null(found) ? value_is_null(op->value) :
					     value_same(found, op->value))
		return document;
	return build_fail(p->stop, op->node, "a test of the patch does not hold");
}

/* What a copy or a move takes; NULL with the reason. */
static const struct yaml_node *take_from(const struct patching *p, const struct yaml_node *document)
{
	const struct yaml_node *value = find_value(p, &p->op->from, document);

	if (!value || value_is_null(value))
		return build_unknown(p->stop, p->op->node,
				     "the patch copies or moves what does not exist");
	return value;
}

static const struct yaml_node *apply_copy(const struct patching *p,
					  const struct yaml_node *document)
{
	const struct yaml_node *value = take_from(p, document);

	document =
		value ? change_below(p, &(struct entry_change){ CHANGE_ADD, &p->op->path, value },
				     document, 0) :
			NULL;
	if (document && !value_is_small(document, PATCHED_NODES_MAX))
		return build_unknown(p->stop, p->op->node, "the patch makes too large an object");
	return document;
}

static const struct yaml_node *apply_move(const struct patching *p,
					  const struct yaml_node *document)
{
	const struct yaml_node *value = take_from(p, document);

	if (!value)
		return NULL;
	document = change_below(p, &(struct entry_change){ CHANGE_REMOVE, &p->op->from, NULL },
				document, 0);
	return document ? change_below(p, &(struct entry_change){ CHANGE_ADD, &p->op->path, value },
				       document, 0) :
			  NULL;
}

static const struct {
	const char *name;
	const struct yaml_node *(*apply)(const struct patching *p,
					 const struct yaml_node *document);
	bool from; /* it has a second pointer */
} operations[] = {
	{ "add", apply_add, false },         { "remove", apply_remove, false },
	{ "replace", apply_replace, false }, { "test", apply_test, false },
	{ "copy", apply_copy, true },        { "move", apply_move, true },
};

static const struct yaml_node *apply_operation(const struct yaml_node *node,
					       const struct yaml_node *document,
					       struct build_stop *stop, struct arena *arena)
{
	struct operation op = { .node = node, .value = yaml_get(node, "value") };
	const struct patching p = { &op, stop, arena };

	op.name = yaml_string(yaml_get(node, "op"));
	if (!value_is_clear(node))
		return build_unknown(stop, node, "the patch contains an alias or a duplicate key");
	if (!read_pointer(&op.path, node, "path", stop, arena))
		return NULL;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (!slice_is(op.name, operations[i].name))
			continue;
		if (operations[i].from && !read_pointer(&op.from, node, "from", stop, arena))
			return NULL;
		return operations[i].apply(&p, document);
	}
	return build_fail(stop, node, "the patch has an operation that does not exist");
}

const struct yaml_node *patch_json_apply(const struct yaml_node *patch,
					 const struct yaml_node *document, struct build_stop *stop,
					 struct arena *arena)
{
	for (const struct yaml_node *c = patch->first; c && document; c = c->next)
		document = apply_operation(c, document, stop, arena);
	return document;
}

bool patch_json_is_accepted(struct slice text)
{
	struct slice rest = slice_trim(text);
	const char *end = NULL;
	cJSON *parsed;

	if (!slice_starts(text, SLICE("[")))
		return true;
	parsed = cJSON_ParseWithLengthOpts(rest.ptr, rest.len, &end, false);
	cJSON_Delete(parsed);
	return parsed && end == rest.ptr + rest.len;
}

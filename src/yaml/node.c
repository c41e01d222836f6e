#include "yaml/node_internal.h"

#include <stdarg.h>

struct place yaml_place_at(const struct yaml_file *file, uint32_t offset)
{
	struct place at = { file->name, 1, 1 };

	for (uint32_t i = file->body; i < offset && i < file->bytes.len; i++) {
		char c = file->bytes.ptr[i];

		if (c == '\n') {
			at.line++;
			at.col = 1;
		} else if (((unsigned char)c & 0xc0) != 0x80) {
			at.col++;
		}
	}
	return at;
}

struct place yaml_place(const struct yaml_node *node)
{
	if (!node)
		return NOWHERE;
	return (struct place){ node->file->name, node->line, node->col };
}

struct slice yaml_bytes(const struct yaml_file *file)
{
	return file->bytes;
}

struct slice yaml_name(const struct yaml_file *file)
{
	return file->name;
}

size_t yaml_documents(const struct yaml_file *file)
{
	return file->nroots;
}

const struct yaml_node *yaml_root(const struct yaml_file *file, size_t i)
{
	return i < file->nroots ? file->roots[i] : NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	struct slice wanted = slice_of(key);
	const struct yaml_node *found = NULL;

	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (c->key->kind == YAML_SCALAR && slice_eq(c->key->text, wanted))
			found = c;
	return found;
}

const struct yaml_node *yaml_path(const struct yaml_node *map, ...)
{
	const char *key;
	va_list ap;

	va_start(ap, map);
	while ((key = va_arg(ap, const char *)))
		map = yaml_get(map, key);
	va_end(ap);
	return map;
}

bool yaml_is_line(const struct yaml_node *node)
{
	struct slice b = slice_sub(node->file->bytes, node->start, node->end - node->start);

	return node->kind == YAML_SCALAR && node->style != YAML_LITERAL &&
	       node->style != YAML_FOLDED && slice_find_byte(b, '\n') == SIZE_MAX;
}

/* The row of a node that has an anchor or a tag. */
static const struct property *property_of(const struct yaml_node *node)
{
	const struct yaml_file *f = node->file;
	size_t low = 0, high = f ? f->nproperties : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->properties[mid].id < node->id)
			low = mid + 1;
		else
			high = mid;
	}
	return f && low < f->nproperties && f->properties[low].id == node->id ?
		       &f->properties[low] :
		       NULL;
}

struct slice yaml_anchor(const struct yaml_node *node)
{
	return node->flags & YAML_ANCHORED ? property_of(node)->anchor : SLICE_NONE;
}

struct slice yaml_tag(const struct yaml_node *node)
{
	return node->flags & YAML_TAGGED ? property_of(node)->tag : SLICE_NONE;
}

struct slice yaml_head_comment(const struct yaml_node *entry)
{
	if (entry->head >= entry->entry)
		return SLICE("");
	return slice_trim(slice_sub(entry->file->bytes, entry->head, entry->entry - entry->head));
}

uint32_t yaml_last_id(const struct yaml_node *entry)
{
	while (entry->last)
		entry = entry->last;
	return entry->id;
}

bool yaml_in_json(const struct yaml_node *node)
{
	for (const struct yaml_node *n = node; n; n = n->parent)
		if (n->key)
			return n->key->style == YAML_DOUBLE;
	for (; node->first;
	     node = node->first) /* an item of a list at the root: as what is in it */
		if (node->first->key)
			return node->first->key->style == YAML_DOUBLE;
	return node->style == YAML_DOUBLE;
}

bool yaml_in_flow(const struct yaml_node *node)
{
	for (; node; node = node->parent)
		if ((node->kind == YAML_MAP || node->kind == YAML_SEQ) && node->style == YAML_FLOW)
			return true;
	return false;
}

/* Does any alias of the file name this node's anchor? */
static bool has_users(const struct yaml_node *node)
{
	const struct yaml_file *f = node->file;

	for (uint32_t i = 0; i < f->nnodes; i++)
		if (node_at(f, i)->kind == YAML_ALIAS &&
		    slice_eq(node_at(f, i)->text, yaml_anchor(node)))
			return true;
	return false;
}

int yaml_path_clear(const struct yaml_node *node, struct err *err)
{
	for (const struct yaml_node *n = node; n; n = n->parent) {
		if (n->kind == YAML_ALIAS)
			return err_set(err, &CODE_yaml_alias, yaml_place(n),
				       "the value is an alias");
		if (n->flags & YAML_HAS_MERGE)
			return err_set(err, &CODE_yaml_alias, yaml_place(n),
				       "the map has a merge key ('<<')");
		if (n->flags & YAML_HAS_DUP)
			return err_set(err, &CODE_yaml_duplicate, yaml_place(n),
				       "the map has a duplicate key");
		if (n->flags & YAML_ANCHORED && has_users(n))
			return err_set(err, &CODE_yaml_alias, yaml_place(n),
				       "the anchor '&%" SLICE_FMT "' is used elsewhere",
				       SLICE_ARG(yaml_anchor(n)));
		if (n->flags & YAML_UNCLEAR)
			return err_set(err, &CODE_yaml_style, yaml_place(n),
				       "the entry has an unsupported form");
	}
	return 0;
}

#include "yaml/internal.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

/* What is known only when the whole tree is there. */
static int finish(struct yaml_file *file, struct err *err)
{
	if (file->templated)
		return err_set(err, &CODE_yaml_template, yaml_place(file->templated),
			       "the file is a template: '{{' outside of quotes");
	for (size_t i = 0; i < file->nroots; i++)
		if (yaml_path(file->roots[i], "sops", "mac", NULL))
			file->sealed = true;
	yaml_comments(file);
	for (size_t i = 0; i < file->ncomments; i++)
		if (yaml_is_ytt(slice_sub(file->bytes, file->comments[i].start,
					  file->comments[i].end - file->comments[i].start)))
			return err_set(err, &CODE_yaml_template,
				       yaml_place_at(file, file->comments[i].start),
				       "the file is a ytt template");
	return yaml_guard_breaks(file, err);
}

/* Parses without the regions of entries. */
static int parse(struct yaml_file **out, struct slice name, struct slice bytes, bool loose,
		 struct err *err)
{
	struct yaml_file *file = xzalloc(sizeof(*file));

	file->loose = loose;
	file->name = name;
	file->bytes = bytes.ptr ? bytes : SLICE("");
	file->arena = arena_new();
	if (yaml_guard(file, err) < 0 || yaml_scan(file, err) < 0 || finish(file, err) < 0) {
		yaml_file_free(file);
		return -1;
	}
	*out = file;
	return 0;
}

int yaml_parse_bare(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	return parse(out, name, bytes, false, err);
}

int yaml_parse_loose(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	return parse(out, name, bytes, true, err);
}

int yaml_parse(struct yaml_file **out, struct slice name, struct slice bytes, struct err *err)
{
	if (yaml_parse_bare(out, name, bytes, err) < 0)
		return -1;
	yaml_regions(*out);
	return 0;
}

void yaml_file_free(struct yaml_file *file)
{
	if (!file)
		return;
	arena_free(file->arena);
	free(file->roots);
	free(file->begins);
	free(file->chunks);
	free(file->properties);
	free(file->comments);
	free(file->own);
	free(file);
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

struct slice yaml_string(const struct yaml_node *node)
{
	if (!node || node->kind != YAML_SCALAR || yaml_type_of(node) != YAML_STRING)
		return SLICE_NONE;
	return node->text;
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
				       "an alias stands here");
		if (n->flags & YAML_HAS_MERGE)
			return err_set(err, &CODE_yaml_alias, yaml_place(n),
				       "a merge key ('<<') stands in this map");
		if (n->flags & YAML_HAS_DUP)
			return err_set(err, &CODE_yaml_duplicate, yaml_place(n),
				       "this map has a key twice");
		if (n->flags & YAML_ANCHORED && has_users(n))
			return err_set(err, &CODE_yaml_alias, yaml_place(n),
				       "the anchor '&%" SLICE_FMT "' is used elsewhere",
				       SLICE_ARG(yaml_anchor(n)));
		if (n->flags & YAML_UNCLEAR)
			return err_set(err, &CODE_yaml_style, yaml_place(n),
				       "an entry in an unusual form");
	}
	return 0;
}

bool yaml_tab_below(const struct yaml_node *n)
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

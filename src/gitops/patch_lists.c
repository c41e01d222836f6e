#include "gitops/patch_lists_internal.h"

#include "base/alloc.h"
#include "gitops/pattern_internal.h"
#include "yaml/value.h"

#include <stdlib.h>

void patch_lists_release(struct patch_lists *l)
{
	for (size_t i = 0; i < l->n; i++)
		map_release(&l->items[i]->named);
	for (size_t i = 0; i < l->ntexts; i++)
		yaml_file_free(l->texts[i]);
	map_release(&l->at);
	free(l->items);
	free(l->texts);
}

bool patch_is_inline(const struct yaml_node *entry)
{
	return slice_find_byte(entry->text, '\n') != SIZE_MAX ||
	       slice_find_byte(entry->text, '{') != SIZE_MAX;
}

struct yaml_file *patch_parse(const struct yaml_node *text, struct arena *arena)
{
	bool below = text->style == YAML_LITERAL || text->style == YAML_FOLDED;
	struct yaml_file *file = NULL;
	struct err ignored = ERR_INIT;

	if (yaml_parse(&file, text->file ? yaml_name(text->file) : SLICE(""),
		       arena_copy(arena, slice_trim(text->text)), &ignored) < 0)
		return NULL;
	if (text->line)
		value_shift_lines(file, text->line - !below);
	return file;
}

/* The text of an inline patch; NULL: the patch is in a file. */
static const struct yaml_node *inline_text(const struct yaml_node *entry)
{
	if (entry->kind != YAML_MAP)
		return patch_is_inline(entry) ? entry : NULL;
	return yaml_get(entry, "patch");
}

/* The name that all objects have which the entry may select; absent: there is none. */
static struct slice literal_name(const struct yaml_node *entry)
{
	struct slice name = yaml_string(yaml_path(entry, "target", "name", NULL));

	return name.len && pattern_is_literal(name) ? name : SLICE_NONE;
}

/* Reads an entry into a list. */
static void add_entry(struct patch_lists *l, struct patch_list *list, const struct yaml_node *node)
{
	const struct yaml_node *text = inline_text(node);
	struct yaml_file *file = text ? patch_parse(text, l->arena) : NULL;
	struct slice name = literal_name(node);
	struct patch_entry *e = &list->entries[list->n];

	*e = (struct patch_entry){ node, file, MAP_NONE, !name.len };
	if (file) {
		ROOM(l->texts, l->ntexts, l->texts_cap);
		l->texts[l->ntexts++] = file;
	}
	/* A patch of a form that is not evaluated may concern all objects. */
	if (text && (!file || yaml_documents(file) != 1 || !yaml_root(file, 0) ||
		     yaml_root(file, 0)->kind == YAML_SCALAR))
		e->any = true;
	if (!e->any) {
		e->next = map_get(&list->named, name);
		map_set(&list->named, name, list->n);
	}
	list->n++;
}

/* The address of a node as a key. */
static struct slice address_key(const struct yaml_node *const *node)
{
	return (struct slice){ (const char *)node, sizeof(*node) };
}

void patch_lists_add(struct patch_lists *l, const struct yaml_node *node)
{
	struct patch_list *list;

	if (!node || node->kind != YAML_SEQ || map_has(&l->at, address_key(&node)))
		return;
	list = arena_alloc(l->arena, sizeof(*list));
	list->entries = arena_array(l->arena, node->nchildren, sizeof(*list->entries));
	list->named = (struct map)MAP_INIT;
	for (const struct yaml_node *c = node->first; c; c = c->next)
		add_entry(l, list, c);
	map_set(&l->at, arena_copy(l->arena, address_key(&node)), l->n);
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = list;
}

const struct patch_list *patch_lists_find(const struct patch_lists *l, const struct yaml_node *node)
{
	size_t at = map_get(&l->at, address_key(&node));

	return at == MAP_NONE ? NULL : l->items[at];
}

/* Marks the entries whose target has the name. */
static void mark_named(const struct patch_list *l, struct slice name, bool *marks)
{
	for (size_t i = map_get(&l->named, name); i != MAP_NONE; i = l->entries[i].next)
		marks[i] = true;
}

void patch_list_mark(const struct patch_list *l, const struct built *objects, size_t n, bool *marks)
{
	for (size_t i = 0; i < l->n; i++)
		marks[i] = marks[i] || l->entries[i].any;
	for (size_t i = 0; i < n; i++) {
		mark_named(l, objects[i].object.name, marks);
		if (objects[i].nids)
			mark_named(l, objects[i].ids[0].name, marks);
	}
}

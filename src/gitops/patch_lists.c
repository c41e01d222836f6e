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
	bool any = !name.len;

	*e = (struct patch_entry){ node, file, list->any };
	if (file) {
		ROOM(l->texts, l->ntexts, l->texts_cap);
		l->texts[l->ntexts++] = file;
	}
	/* A patch of a form that is not evaluated may concern all objects. */
	if (text && (!file || yaml_documents(file) != 1 || !yaml_root(file, 0) ||
		     yaml_root(file, 0)->kind == YAML_SCALAR))
		any = true;
	if (any) {
		list->any = list->n;
	} else {
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
	list->any = MAP_NONE;
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

/* Adds linked entries, the last of which is number `at`. */
static void select_entries(const struct patch_list *l, size_t at, struct patch_selection *s,
			   struct arena *arena)
{
	for (; at != MAP_NONE; at = l->entries[at].next) {
		ARENA_ROOM(arena, s->items, s->n, s->cap);
		s->items[s->n++] = at;
	}
}

static int compare_numbers(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void patch_list_select(const struct patch_list *l, const struct built *objects, size_t n,
		       struct patch_selection *selection, struct arena *arena)
{
	size_t all;

	select_entries(l, l->any, selection, arena);
	for (size_t i = 0; i < n; i++) {
		struct slice name = objects[i].object.name,
			     first = objects[i].nids ? objects[i].ids[0].name : name;

		select_entries(l, map_get(&l->named, name), selection, arena);
		if (!slice_eq(first, name))
			select_entries(l, map_get(&l->named, first), selection, arena);
	}
	all = selection->n;
	if (all)
		qsort(selection->items, all, sizeof(*selection->items), compare_numbers);
	selection->n = 0;
	for (size_t i = 0; i < all; i++)
		if (!selection->n || selection->items[selection->n - 1] != selection->items[i])
			selection->items[selection->n++] = selection->items[i];
}

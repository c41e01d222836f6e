#include "yaml/duplicate_keys_internal.h"

#include "base/alloc.h"

#include <stdlib.h>

/* Order of map values by their keys, for finding duplicates. */
static int by_key(const void *a, const void *b)
{
	const struct yaml_node *const *x = a, *const *y = b;

	return slice_cmp((*x)->key->text, (*y)->key->text);
}

/* Has the map two equal scalar keys? Sorted, since it is a large one. */
static bool has_twins_sorted(const struct yaml_node *map)
{
	const struct yaml_node **sorted =
		xrealloc_array(NULL, map->nchildren, sizeof(struct yaml_node *));
	bool found = false;
	size_t n = 0;

	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (c->key->kind == YAML_SCALAR)
			sorted[n++] = c;
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < n && !found; i++)
		found = slice_eq(sorted[i - 1]->key->text, sorted[i]->key->text);
	free(sorted);
	return found;
}

/* The same for a small one: each pair. */
static bool has_twins(const struct yaml_node *map)
{
	for (const struct yaml_node *a = map->first; a; a = a->next)
		for (const struct yaml_node *b = a->next; b && a->key->kind == YAML_SCALAR;
		     b = b->next)
			if (a->key->text.len == b->key->text.len && b->key->kind == YAML_SCALAR &&
			    slice_eq(a->key->text, b->key->text))
				return true;
	return false;
}

void yaml_flag_keys(struct yaml_node *map)
{
	enum { SMALL = 12 };

	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (c->key->kind == YAML_SCALAR && c->key->style == YAML_PLAIN &&
		    c->key->text.len == 2 && slice_is(c->key->text, "<<"))
			map->flags |= YAML_HAS_MERGE;
	if (map->nchildren > SMALL ? has_twins_sorted(map) : has_twins(map))
		map->flags |= YAML_HAS_DUP;
}

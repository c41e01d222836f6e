#include "gitops/kustomization_graph_internal.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"

#include <stdlib.h>

void kustomization_graph_release(struct kustomization_graph *g)
{
	free(g->items);
	free(g->references);
	map_release(&g->in);
	map_release(&g->to);
}

/* One reference of the newest kustomization; a second one to the same path adds nothing. */
static void add_reference(struct slice reference, const struct yaml_node *entry, void *ctx)
{
	struct kustomization_graph *g = ctx;
	size_t number = g->n - 1;
	struct slice path = repository_id_resolve(g->repository, g->items[number].directory,
						  reference, g->arena);
	size_t first = path.ptr ? map_get(&g->to, path) : MAP_NONE;

	if (!path.ptr || (first != MAP_NONE && g->references[first].kustomization == number))
		return;
	map_set(&g->to, path, g->nreferences);
	ROOM(g->references, g->nreferences, g->references_cap);
	g->references[g->nreferences++] = (struct kustomization_reference){ number, first, entry };
}

const char *const kustomization_graph_lists[OBJECT_LISTS] = { "resources", "bases", "components" };

/* Do the references from number `first` on have all items of a list of objects, each once? */
static bool has_all(const struct kustomization_graph *g, size_t first, const struct yaml_node *list)
{
	size_t n = 0;

	for (const struct yaml_node *c = list->first; c; c = c->next)
		if (kustomization_is_remote(yaml_string(c)))
			return false;
	for (size_t i = first; i < g->nreferences; i++)
		n += g->references[i].entry->parent == list;
	return n == list->nchildren;
}

/* The same for all lists of objects. */
static bool is_plain(const struct kustomization_graph *g, size_t first,
		     const struct yaml_node *root)
{
	for (size_t i = 0; i < OBJECT_LISTS; i++) {
		const struct yaml_node *list = yaml_get(root, kustomization_graph_lists[i]);

		if (list && list->kind == YAML_SEQ && !has_all(g, first, list))
			return false;
	}
	return true;
}

void kustomization_graph_add(struct kustomization_graph *g, struct slice path,
			     const struct yaml_node *root)
{
	struct slice directory = path_directory(path);
	size_t first = g->nreferences;

	if (!map_has(&g->in, directory))
		map_set(&g->in, directory, g->n);
	ROOM(g->items, g->n, g->cap);
	g->items[g->n++] =
		(struct kustomization){ .path = path, .directory = directory, .root = root };
	kustomization_each(root, add_reference, g);
	g->items[g->n - 1].plain = is_plain(g, first, root);
}

size_t kustomization_graph_in(const struct kustomization_graph *g, struct slice directory)
{
	return map_get(&g->in, directory);
}

bool kustomization_graph_is_root(const struct kustomization_graph *g, const struct kustomization *k)
{
	return !map_has(&g->to, k->directory) && !kustomization_is_component(k->root);
}

bool kustomization_graph_up(const struct kustomization_graph *g, struct slice *directory)
{
	if (!directory->len)
		return false;
	*directory = path_directory(*directory);
	return kustomization_graph_in(g, *directory) == MAP_NONE;
}

size_t kustomization_graph_find(const struct kustomization_graph *g, const struct kustomization *k,
				struct slice reference)
{
	struct slice path = repository_id_resolve(g->repository, k->directory, reference, g->arena);

	return path.ptr ? kustomization_graph_in(g, path) : MAP_NONE;
}

/* Most references that are followed from one directory (is_part). */
enum { PART_STEPS = 200 };

/* Does the kustomization number `k` reference the directory? */
static bool references(const struct kustomization_graph *g, size_t k, struct slice directory)
{
	for (size_t i = map_get(&g->to, directory); i != MAP_NONE; i = g->references[i].next)
		if (g->references[i].kustomization == k)
			return true;
	return false;
}

/* Is a directory that `k` references part of another one that it references? */
static bool is_part(const struct kustomization_graph *g, size_t k, struct slice directory,
		    unsigned *steps)
{
	for (size_t i = map_get(&g->to, directory); i != MAP_NONE && *steps;
	     i = g->references[i].next) {
		size_t above = g->references[i].kustomization;

		--*steps;
		if (above != k && (references(g, k, g->items[above].directory) ||
				   is_part(g, k, g->items[above].directory, steps)))
			return true;
	}
	return false;
}

/* The kustomizations that this one references, if it does nothing else to them: how many, the last.
 */
static size_t count_collected(const struct kustomization_graph *g, const struct kustomization *k,
			      size_t *last)
{
	static const char *const keys[] = { "apiVersion", "kind", "metadata", "resources",
					    "bases" };
	size_t n = 0;

	for (const struct yaml_node *c = k->root && k->root->kind == YAML_MAP ? k->root->first :
										NULL;
	     c; c = c->next) {
		bool known = false;

		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			known = known || slice_is(c->key->text, keys[i]);
		if (!known)
			return 0;
		for (const struct yaml_node *entry = c->kind == YAML_SEQ ? c->first : NULL; entry;
		     entry = entry->next) {
			size_t at = kustomization_graph_find(g, k, yaml_string(entry));

			n += at != MAP_NONE;
			*last = at != MAP_NONE ? at : *last;
		}
	}
	return n;
}

/* Does it reference one that is part of another: a base beside an overlay of it? */
static bool has_part(const struct kustomization_graph *g, const struct kustomization *k)
{
	static const char *const keys[] = { "resources", "bases" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct yaml_node *list = yaml_get(k->root, keys[i]);

		for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
			size_t at = kustomization_graph_find(g, k, yaml_string(e));
			unsigned steps = PART_STEPS;

			if (at != MAP_NONE &&
			    is_part(g, (size_t)(k - g->items), g->items[at].directory, &steps))
				return true;
		}
	}
	return false;
}

bool kustomization_graph_collects(const struct kustomization_graph *g,
				  const struct kustomization *k)
{
	for (unsigned depth = 0; depth < COLLECT_DEPTH; depth++) {
		size_t last = MAP_NONE, n = count_collected(g, k, &last);

		if (n != 1)
			return n > 1 && !has_part(g, k);
		k = &g->items[last];
	}
	return false;
}

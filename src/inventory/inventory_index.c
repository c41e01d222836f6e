#include "inventory/inventory_index.h"

#include "base/alloc.h"
#include "inventory/inventory_internal.h"
#include "istio/host.h"

#include <stdlib.h>

/* Order of the files, then of the documents. */
static int compare_refs(const void *a, const void *b)
{
	const struct object_ref *x = a, *y = b;
	int order = slice_cmp(x->source->path, y->source->path);

	return order ? order : (x->object > y->object) - (x->object < y->object);
}

bool inventory_hides(const struct inventory *top, const struct inventory *low, struct slice path)
{
	for (; top != low; top = top->under)
		if (map_has(&top->paths, path))
			return true;
	return false;
}

/* A growing list of objects. */
struct ref_list {
	struct object_ref *items;
	size_t n, cap;
};

/* Adds the objects of a token, of this inventory and those under it. */
static void collect_refs(const struct inventory *inv, struct slice token, struct ref_list *out)
{
	for (const struct inventory *at = inv; at; at = at->under)
		for (size_t i = map_get(&at->by_token, token); i != MAP_NONE;
		     i = at->objects[i].next) {
			if (inventory_hides(inv, at, at->objects[i].ref.source->path))
				continue;
			ROOM(out->items, out->n, out->cap);
			out->items[out->n++] = at->objects[i].ref;
		}
}

/* Does a host of the object cover the host? */
static bool object_covers(const struct object *o, struct slice host)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (host_covered(yaml_string(c), host))
			return true;
	return host_covered(yaml_string(yaml_get(o->spec, "host")), host);
}

/* Adds the objects with a wildcard that no token finds and that covers the host. */
static void collect_wildcards(const struct inventory *inv, struct slice host, struct ref_list *out)
{
	for (const struct inventory *at = inv; at; at = at->under)
		for (size_t i = 0; i < at->nwildcards; i++) {
			const struct object_ref *ref = &at->wildcards[i];

			if (inventory_hides(inv, at, ref->source->path) ||
			    !object_covers(ref->object, host))
				continue;
			ROOM(out->items, out->n, out->cap);
			out->items[out->n++] = *ref;
		}
}

struct object_refs inventory_by_host(const struct inventory *inv, struct slice host,
				     struct arena *arena)
{
	struct ref_list all = { NULL, 0, 0 };
	struct object_ref *unique;
	size_t n = 0;

	collect_refs(inv, host_first_label(host), &all);
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '.')
			collect_refs(inv, host_wildcard(slice_sub(host, i, host.len), arena), &all);
	collect_wildcards(inv, host, &all);
	if (all.n)
		qsort(all.items, all.n, sizeof(*all.items), compare_refs);
	unique = arena_array(arena, all.n, sizeof(*unique));
	for (size_t i = 0; i < all.n; i++)
		if (!i || all.items[i].object != all.items[i - 1].object)
			unique[n++] = all.items[i];
	free(all.items);
	return (struct object_refs){ unique, n };
}

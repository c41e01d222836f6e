#include "istio/vs_list.h"

#include "istio/converge.h"

int vs_list_read(struct vs_list *out, const struct objects *objects, const struct move_context *c,
		 struct err *err)
{
	struct vs_list list = { arena_array(c->arena, objects->n, sizeof(struct vs)), 0 };

	for (size_t i = 0; i < objects->n; i++) {
		struct vs *vs = &list.items[list.n];

		if (!vs_is(&objects->items[i]))
			continue;
		if (vs_read(vs, &objects->items[i], c, err) < 0)
			return -1;
		vs_mark_copies(vs, c->move, c->arena);
		list.n++;
	}
	*out = list;
	return 0;
}

/* The same namespace and name? */
static bool same_name(const struct object *a, const struct object *b)
{
	return slice_eq(a->ns, b->ns) && slice_eq(a->name, b->name);
}

const struct vs *vs_list_pair(const struct vs_list *list, const struct vs_list *of, size_t i)
{
	size_t ordinal = 0;

	for (size_t j = 0; j < i; j++)
		ordinal += same_name(of->items[j].object, of->items[i].object);
	for (size_t j = 0; j < list->n; j++)
		if (same_name(list->items[j].object, of->items[i].object) && ordinal-- == 0)
			return &list->items[j];
	return NULL;
}

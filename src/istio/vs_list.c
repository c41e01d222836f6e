#include "istio/vs_list.h"

#include "istio/converge.h"

int vs_list_read(struct vs_list *out, const struct objects *objects, const struct move *move,
		 struct arena *arena, struct findings *findings, struct err *err)
{
	struct vs_list list = { arena_array(arena, objects->n, sizeof(struct vs)), 0 };

	for (size_t i = 0; i < objects->n; i++) {
		if (!vs_is(&objects->items[i]))
			continue;
		if (vs_read(&list.items[list.n], &objects->items[i], move, arena, findings, err) <
		    0)
			return -1;
		vs_mark_copies(&list.items[list.n], move, arena);
		list.n++;
	}
	*out = list;
	return 0;
}

/* Same object by namespace and name? */
static bool same_object(const struct object *a, const struct object *b)
{
	return slice_eq(a->ns, b->ns) && slice_eq(a->name, b->name);
}

const struct vs *vs_list_pair(const struct vs_list *list, const struct vs_list *of, size_t i)
{
	size_t ordinal = 0;

	for (size_t j = 0; j < i; j++)
		ordinal += same_object(of->items[j].object, of->items[i].object);
	for (size_t j = 0; j < list->n; j++)
		if (same_object(list->items[j].object, of->items[i].object) && ordinal-- == 0)
			return &list->items[j];
	return NULL;
}

#include "plan/baseline_version.h"

/* How far the move is (struct version_state). */
static long level_of(const struct vs_list *list)
{
	long total = 0, moved = 0;
	bool mirror = false;

	for (size_t v = 0; v < list->n; v++)
		for (size_t i = 0; i < list->items[v].n; i++) {
			const struct route *r = &list->items[v].routes[i];

			mirror = mirror || r->our_mirror;
			for (size_t d = 0; d < r->n && r->nold; d++) {
				long weight = r->dests[d].value > 0 ? r->dests[d].value : 0;

				total += r->dests[d].side == SIDE_OTHER ? 0 : weight;
				moved += r->dests[d].side == SIDE_NEW ? weight : 0;
			}
		}
	if (moved)
		return 2 + moved * 1000 / total;
	return mirror;
}

/* The number of routes to the old host, without generated copies. */
static size_t count_routes(const struct vs_list *list)
{
	size_t n = 0;

	for (size_t v = 0; v < list->n; v++)
		for (size_t i = 0; i < list->items[v].n; i++)
			n += list->items[v].routes[i].nold && !list->items[v].routes[i].our_copy;
	return n;
}

/* True if the routes go to the new host, and none to the old one. */
static bool is_finalized(const struct vs_list *list)
{
	bool any = false;

	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].nold)
			return false;
		any = any || vs_is_done(&list->items[i]);
	}
	return any;
}

/* True if nothing is moved. */
static bool is_untouched(const struct vs_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (vs_is_moved(&list->items[i]))
			return false;
	return !is_finalized(list);
}

struct version_state version_state_of(const struct objects *objects, const struct move *move)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct vs_list list = { NULL, 0 };
	struct err ignored = ERR_INIT;

	if (vs_list_read(&list, objects, &(struct move_context){ move, arena, NULL }, &ignored) < 0)
		return (struct version_state){ .readable = false };
	return (struct version_state){ true, is_untouched(&list), level_of(&list),
				       count_routes(&list) };
}

enum version_routing version_routing_of(const struct objects *objects, const struct move *move)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct move_context context = { move, arena, NULL };
	enum version_routing result = ROUTING_NONE;

	for (size_t i = 0; i < objects->n; i++) {
		struct err ignored = ERR_INIT;
		struct vs vs;

		if (!vs_is(&objects->items[i]) ||
		    vs_read(&vs, &objects->items[i], &context, &ignored) < 0)
			continue;
		if (vs.nold)
			return ROUTING_OLD;
		if (vs_is_done(&vs))
			result = ROUTING_NEW;
	}
	return result;
}

#include "plan/route_levels.h"

#include "base/map.h"

/* Appends the values of a node, whatever its layout. */
static void write_tree(struct str *out, const struct yaml_node *node)
{
	str_addf(out, "%d:%zu:%zu:", (int)node->kind, (size_t)node->nchildren, node->text.len);
	str_add(out, node->text);
	for (const struct yaml_node *child = node->first; child; child = child->next) {
		if (child->key)
			write_tree(out, child->key);
		write_tree(out, child);
	}
}

/* The share of the new host in a route, in thousandths above the level of a mirror. */
static long level_of(const struct route *r, bool mirror)
{
	long total = 0, moved = 0;

	for (size_t i = 0; i < r->n; i++) {
		long weight = dest_weight(r, &r->dests[i]);

		if (weight <= 0 || r->dests[i].side == SIDE_OTHER)
			continue;
		total += weight;
		moved += r->dests[i].side == SIDE_NEW ? weight : 0;
	}
	if (!r->nold && r->nnew)
		return 2 + 1000;
	return moved ? 2 + moved * 1000 / total : mirror;
}

/* Adds a route of a VirtualService. */
static void add_route(struct route_levels *out, const struct vs *vs, const struct route *r,
		      bool mirror, struct arena *arena)
{
	AUTO_STR struct str match = STR_INIT;

	if (r->match)
		write_tree(&match, r->match);
	ARENA_ROOM(arena, out->items, out->n, out->cap);
	out->items[out->n++] =
		(struct route_level){ .vs = arena_printf(arena, "%" SLICE_FMT "/%" SLICE_FMT "/%d",
							 SLICE_ARG(vs->object->ns),
							 SLICE_ARG(vs->object->name), (int)r->kind),
				      .match = arena_copy(arena, str_slice(&match)),
				      .name = arena_copy(arena, yaml_string(r->name)),
				      .level = level_of(r, mirror || r->our_mirror) };
}

void route_levels_add_list(struct route_levels *out, const struct vs_list *list,
			   struct arena *arena)
{
	for (size_t v = 0; v < list->n; v++) {
		const struct vs *vs = &list->items[v];
		bool copied = false;

		for (size_t i = 0; i < vs->n; i++) {
			const struct route *r = &vs->routes[i];

			if (!r->our_copy && (r->nold || r->nnew))
				add_route(out, vs, r, copied, arena);
			copied = r->our_copy && r->our_mirror;
		}
	}
}

void route_levels_add(struct route_levels *out, struct slice path, struct slice bytes,
		      const struct move *move, struct arena *arena)
{
	AUTO_ARENA struct arena *own = arena_new();
	struct yaml_file *file = NULL;
	struct vs_list list = { NULL, 0 };
	struct objects objects;
	struct err ignored = ERR_INIT;

	if (yaml_parse(&file, path, bytes, &ignored) < 0) {
		out->unreadable = true;
		return;
	}
	objects = objects_of(file, own);
	if (vs_list_read(&list, &objects, &(struct move_context){ move, own, NULL }, &ignored) < 0)
		out->unreadable = true;
	else
		route_levels_add_list(out, &list, arena);
	yaml_file_free(file);
}

long route_levels_top(const struct route_levels *levels)
{
	long top = 0;

	for (size_t i = 0; i < levels->n; i++)
		top = levels->items[i].level > top ? levels->items[i].level : top;
	return top;
}

/* --- comparing ------------------------------------------------------------ */

/* The routes of two states, while they are paired. */
struct pairing {
	const struct route_levels *older, *newer;
	size_t *of;  /* the older route of each newer one; MAP_NONE: none */
	bool *taken; /* of each older route */
	struct arena *arena;
};

/* What makes two routes the same one, in the order in which it is tried. */
enum pair_key { BY_BOTH, BY_MATCH, BY_NAME, PAIR_KEYS };

/* The key of a route; absent: it has none of this kind. */
static struct slice key_of(const struct route_level *r, enum pair_key by, struct arena *arena)
{
	struct slice name = by == BY_MATCH ? SLICE("") : r->name;

	if (by != BY_MATCH && !r->name.len)
		return SLICE_NONE;
	return arena_printf(arena, "%" SLICE_FMT "|%zu|%" SLICE_FMT "|%" SLICE_FMT,
			    SLICE_ARG(r->vs), name.len, SLICE_ARG(name),
			    SLICE_ARG(by == BY_NAME ? SLICE("") : r->match));
}

/* Pairs the routes that are left, those with equal keys in their order. */
static void pair_routes(const struct pairing *p, enum pair_key by)
{
	size_t *next = arena_array(p->arena, p->older->n, sizeof(*next));
	struct map first = MAP_INIT;

	for (size_t i = p->older->n; i-- > 0;) {
		struct slice key =
			p->taken[i] ? SLICE_NONE : key_of(&p->older->items[i], by, p->arena);

		if (!key.ptr)
			continue;
		next[i] = map_get(&first, key);
		map_set(&first, key, i);
	}
	for (size_t i = 0; i < p->newer->n; i++) {
		struct slice key = p->of[i] != MAP_NONE ? SLICE_NONE :
							  key_of(&p->newer->items[i], by, p->arena);
		size_t at = key.ptr ? map_get(&first, key) : MAP_NONE;

		if (at == MAP_NONE)
			continue;
		p->of[i] = at;
		p->taken[at] = true;
		map_set(&first, key, next[at]);
	}
	map_release(&first);
}

/* True if a route that is gone was at a higher level than one that came. */
static bool has_lower_substitute(const struct pairing *p)
{
	long gone = 0;

	for (size_t i = 0; i < p->older->n; i++)
		if (!p->taken[i] && p->older->items[i].level > gone)
			gone = p->older->items[i].level;
	for (size_t i = 0; i < p->newer->n; i++)
		if (p->of[i] == MAP_NONE && p->newer->items[i].level < gone)
			return true;
	return false;
}

enum level_change route_levels_compare(const struct route_levels *older,
				       const struct route_levels *newer)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct pairing p = { older, newer, arena_array(arena, newer->n, sizeof(size_t)),
			     arena_array(arena, older->n, sizeof(bool)), arena };
	bool rose = false, fell = false;

	for (size_t i = 0; i < newer->n; i++)
		p.of[i] = MAP_NONE;
	for (int by = BY_BOTH; by < PAIR_KEYS; by++)
		pair_routes(&p, (enum pair_key)by);
	for (size_t i = 0; i < newer->n; i++) {
		long was =
			p.of[i] == MAP_NONE ? newer->items[i].level : older->items[p.of[i]].level;

		rose = rose || newer->items[i].level > was;
		fell = fell || newer->items[i].level < was;
	}
	if ((fell && rose) || (!fell && has_lower_substitute(&p)))
		return LEVELS_UNCLEAR;
	return fell ? LEVELS_LOWERED : rose ? LEVELS_RAISED : LEVELS_SAME;
}

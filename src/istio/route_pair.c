#include "istio/route_pair.h"

#include "base/map.h"
#include "base/str.h"

/* Routes with the same key, in their order. */
struct route_group {
	struct slice key;
	size_t n, first, last;
};

/* All routes of one VirtualService that have a key. */
struct route_groups {
	struct map indices; /* of the groups, by key */
	struct route_group *items;
	size_t n;
	size_t *next; /* of each route, in its group */
};

/* How routes are recognized. */
struct route_key {
	struct slice (*text)(const struct route *r, struct arena *arena); /* absent: not at all */
	bool unique; /* only routes that no other has the key of */
};

/* Appends a node so that only nodes of the same kinds, values and order give the same text. */
static void add_tree(struct str *out, const struct yaml_node *node)
{
	if (!node) {
		str_adds(out, "-");
		return;
	}
	str_addf(out, "%d:%zu:%zu:", (int)node->kind, (size_t)node->nchildren, node->text.len);
	str_add(out, node->text);
	for (const struct yaml_node *c = node->first; c; c = c->next) {
		if (c->key)
			add_tree(out, c->key);
		add_tree(out, c);
	}
}

/* The kind and the match blocks. */
static struct slice match_text(const struct route *r, struct arena *arena)
{
	AUTO_STR struct str text = STR_INIT;

	str_addf(&text, "%d", (int)r->kind);
	add_tree(&text, r->match);
	return arena_copy(arena, str_slice(&text));
}

static struct slice name_text(const struct route *r, struct arena *arena)
{
	struct slice name = yaml_string(r->name);

	(void)arena;
	return r->kind == ROUTE_HTTP && name.len ? name : SLICE_NONE;
}

/* Adds a route to the group of its key. */
static void add_route(struct route_groups *g, size_t route, struct slice key)
{
	size_t at = map_get(&g->indices, key);

	if (at == MAP_NONE) {
		at = g->n++;
		map_set(&g->indices, key, at);
		g->items[at] = (struct route_group){ .key = key, .first = route };
	} else {
		g->next[g->items[at].last] = route;
	}
	g->items[at].n++;
	g->items[at].last = route;
}

/* Groups the routes of a VirtualService; the map is released by the caller. */
static void group_routes(struct route_groups *g, const struct vs *vs, const struct route_key *key,
			 struct arena *arena)
{
	*g = (struct route_groups){ .indices = MAP_INIT };
	g->items = arena_array(arena, vs->n, sizeof(*g->items));
	g->next = arena_array(arena, vs->n, sizeof(size_t));
	for (size_t i = 0; i < vs->n; i++) {
		struct slice text = SLICE_NONE;

		if (!vs->routes[i].our_copy)
			text = key->text(&vs->routes[i], arena);
		if (text.ptr)
			add_route(g, i, text);
	}
}

/* Sets the counterparts of the routes that have none yet, by a key. */
static void pair_routes(const struct vs *base, const struct vs *vs, const struct route_key *key,
			const struct route **pairs, struct arena *arena)
{
	struct route_groups then, now;

	group_routes(&then, base, key, arena);
	group_routes(&now, vs, key, arena);
	for (size_t g = 0; g < now.n; g++) {
		const struct route_group *b = &now.items[g];
		size_t at = map_get(&then.indices, b->key), i = b->first, j;

		if (at == MAP_NONE || then.items[at].n != b->n || (key->unique && b->n > 1))
			continue;
		j = then.items[at].first;
		for (size_t k = 0; k < b->n; k++, i = now.next[i], j = then.next[j])
			if (!pairs[i])
				pairs[i] = &base->routes[j];
	}
	map_release(&then.indices);
	map_release(&now.indices);
}

const struct route **route_pairs(const struct vs *base, const struct vs *vs, struct arena *arena)
{
	static const struct route_key by_name = { name_text, true },
				      by_match = { match_text, false };
	const struct route **pairs = arena_array(arena, vs->n, sizeof(*pairs));

	if (!base)
		return pairs;
	pair_routes(base, vs, &by_name, pairs, arena);
	pair_routes(base, vs, &by_match, pairs, arena);
	return pairs;
}

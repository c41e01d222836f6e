#include "istio/restore.h"

#include "istio/route_pair.h"
#include "yaml/value.h"

/* What writing the destinations passes around. */
struct restoring {
	struct yaml_edits *e;
	struct arena *arena;
	struct err *err;
};

static int refuse_value(const struct restoring *r, const struct yaml_node *node)
{
	return err_set(r->err, &CODE_route_shape, yaml_place(node),
		       "the baseline has a value that cannot be written again");
}

/* A scalar as a literal. */
static int copy_scalar(const struct restoring *r, const struct yaml_node *node,
		       struct yaml_lit *out)
{
	static const enum yaml_lit_kind kinds[] = {
		[YAML_STRING] = LIT_STRING, [YAML_INT] = LIT_INT, [YAML_BOOL] = LIT_BOOL
	};
	enum yaml_type type = yaml_type_of(node);
	long number;

	if (yaml_tag(node).ptr || type == YAML_FLOAT || type == YAML_NULL ||
	    (type == YAML_INT && !parse_int(node->text, 0, 1000000, &number)) ||
	    (type == YAML_BOOL && !slice_is(node->text, "true") && !slice_is(node->text, "false")))
		return refuse_value(r, node);
	out->kind = kinds[type];
	out->text = node->text;
	return 0;
}

/* A node of the baseline as a literal; the depth is that of a parsed file, which is bounded. */
static int copy_node(const struct restoring *r, const struct yaml_node *node, struct yaml_lit *out)
{
	struct yaml_lit *items;
	size_t n = 0;

	if (node->key)
		out->key = node->key->text;
	if (node->kind == YAML_SCALAR)
		return copy_scalar(r, node, out);
	if (node->kind != YAML_MAP && node->kind != YAML_SEQ)
		return refuse_value(r, node);
	items = arena_array(r->arena, node->nchildren, sizeof(*items));
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (copy_node(r, c, &items[n++]) < 0)
			return -1;
	out->kind = node->kind == YAML_MAP ? LIT_MAP : LIT_SEQ;
	out->items = items;
	out->n = n;
	return 0;
}

/* A destination of the baseline with weight 0. */
static int copy_dest(const struct restoring *r, const struct dest *d, struct yaml_lit *out)
{
	struct yaml_lit whole = { .kind = LIT_MAP }, *items;
	size_t n = 0;

	if (copy_node(r, d->node, &whole) < 0)
		return -1;
	items = arena_array(r->arena, whole.n + 1, sizeof(*items));
	for (size_t i = 0; i < whole.n; i++) {
		if (slice_is(whole.items[i].key, "weight"))
			continue;
		items[n++] = whole.items[i];
		if (slice_is(whole.items[i].key, "destination"))
			items[n++] = (struct yaml_lit){ .key = SLICE("weight"),
							.kind = LIT_INT,
							.text = SLICE("0") };
	}
	*out = (struct yaml_lit){ .kind = LIT_MAP, .items = items, .n = n };
	return 0;
}

/* The destination with the new host; NULL: none. */
static const struct dest *find_new(const struct route *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->dests[i].side == SIDE_NEW)
			return &r->dests[i];
	return NULL;
}

/* Gives the new destination the weight key that it needs beside others. */
static void keep_weight(const struct restoring *r, const struct route *now, const struct dest *d)
{
	struct yaml_lit *lit;

	if (now->n > 1 || d->weight)
		return;
	lit = arena_alloc(r->arena, sizeof(*lit));
	*lit = (struct yaml_lit){ .key = SLICE("weight"), .kind = LIT_INT, .text = SLICE("100") };
	yaml_put(r->e, d->node, d->destination, YAML_AFTER, lit);
}

/* An entry of a destination today and at the baseline; NULL: there is none. */
struct dest_entry {
	const struct yaml_node *map, *near; /* its map; an entry that stays, or NULL */
	const struct yaml_node *now, *then;
};

/* Gives an entry the value that the baseline has there. */
static int restore_entry(const struct restoring *r, const struct dest_entry *c)
{
	struct yaml_lit *lit = arena_alloc(r->arena, sizeof(*lit));

	*lit = (struct yaml_lit){ .kind = LIT_MAP };
	if (value_same(c->now, c->then))
		return 0;
	if (c->then && copy_node(r, c->then, lit) < 0)
		return -1;
	if (!c->then)
		yaml_delete(r->e, c->now);
	else if (!c->now)
		yaml_put(r->e, c->map, c->near, YAML_AFTER, lit);
	else if (c->then->kind == YAML_SCALAR && yaml_is_line(c->now))
		yaml_set(r->e, c->now, lit->kind, lit->text);
	else
		yaml_replace(r->e, c->now, lit);
	return 0;
}

/* Adds an old destination in front of the new one, in its layout. */
static int restore_dest(const struct restoring *r, const struct dest *new, const struct dest *old)
{
	const struct restoring copy = { yaml_copy(r->e, new->node, YAML_BEFORE, SLICE_NONE),
					r->arena, r->err };
	const struct dest_entry entries[] = {
		{ new->destination, new->host, new->subset, old->subset },
		{ new->destination, new->host, new->port, old->port },
		{ new->node, NULL, new->headers, old->headers },
	};
	struct yaml_lit *weight = arena_alloc(r->arena, sizeof(*weight));

	yaml_set(copy.e, new->host, LIT_STRING, yaml_string(old->host));
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (restore_entry(&copy, &entries[i]) < 0)
			return -1;
	*weight = (struct yaml_lit){ .key = SLICE("weight"), .kind = LIT_INT, .text = SLICE("0") };
	if (new->weight)
		yaml_set(copy.e, new->weight, LIT_INT, weight->text);
	else
		yaml_put(copy.e, new->node, new->destination, YAML_AFTER, weight);
	return 0;
}

/* Adds an old destination that was a standby, beside the last one. */
static int restore_standby(const struct restoring *r, const struct route *now,
			   const struct dest *old)
{
	struct yaml_lit *lit = arena_alloc(r->arena, sizeof(*lit));

	if (copy_dest(r, old, lit) < 0)
		return -1;
	yaml_add(r->e, now->list, NULL, YAML_AFTER, lit);
	return 0;
}

/* Adds the old destinations of one route. */
static int restore_route(const struct restoring *r, const struct route *now,
			 const struct route *base)
{
	const struct dest *new = find_new(now);

	for (size_t i = 0; i < base->n; i++) {
		const struct dest *old = &base->dests[i];

		if (old->side == SIDE_OLD &&
		    (new ? restore_dest(r, new, old) : restore_standby(r, now, old)) < 0)
			return -1;
	}
	if (new)
		keep_weight(r, now, new);
	return 0;
}

/*
 * Checks that no route can be a counterpart in the baseline that is not recognized: `unpaired` goes
 * to the new host only, and `nleft` routes with old destinations have no counterpart today.
 */
static int check_pairs(const struct restoring *r, const struct vs *now,
		       const struct route *unpaired, size_t npaired, size_t nleft)
{
	if (!npaired || (unpaired && nleft))
		return err_set(r->err, &CODE_baseline_pair,
			       yaml_place(unpaired ? unpaired->node : now->object->node),
			       "the routes of '%" SLICE_FMT "' are not those of the baseline",
			       SLICE_ARG(now->object->name));
	return 0;
}

int vs_restore_old(const struct vs *now, const struct vs *base, struct yaml_edits *e,
		   struct arena *arena, struct err *err)
{
	const struct restoring r = { e, arena, err };
	const struct route *unpaired = NULL;
	size_t npaired = 0, nold = 0;

	for (size_t i = 0; i < base->n; i++)
		nold += base->routes[i].nold > 0;
	for (size_t i = 0; i < now->n; i++) {
		const struct route *route = &now->routes[i], *then = route_pair(base, now, route);

		if (then && then->nold && !route->nold && route->list) {
			npaired++;
			if (restore_route(&r, route, then) < 0)
				return -1;
		} else if (route->nnew && !unpaired) {
			unpaired = route;
		}
	}
	return check_pairs(&r, now, unpaired, npaired, nold - npaired);
}

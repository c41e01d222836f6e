#include "istio/route_pair.h"

/* Same kind, values and order, whatever the layout? */
static bool same_tree(const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *x, *y;

	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || !slice_eq(a->text, b->text) || a->nchildren != b->nchildren)
		return false;
	for (x = a->first, y = b->first; x; x = x->next, y = y->next)
		if ((x->key && !same_tree(x->key, y->key)) || !same_tree(x, y))
			return false;
	return true;
}

/* How many routes of `vs` have this name; the last of them in `*found`. */
static size_t count_named(const struct vs *vs, struct slice name, const struct route **found)
{
	size_t n = 0;

	for (size_t i = 0; i < vs->n; i++)
		if (vs->routes[i].kind == ROUTE_HTTP && !vs->routes[i].our_copy &&
		    slice_eq(yaml_string(vs->routes[i].name), name)) {
			*found = &vs->routes[i];
			n++;
		}
	return n;
}

/*
 * How many routes of `vs` before `end` are of this kind and have these match blocks; number `want`
 * of them in `*found`.
 */
static size_t count_matching(const struct vs *vs, const struct route *like, const struct route *end,
			     size_t want, const struct route **found)
{
	size_t n = 0;

	for (size_t i = 0; i < vs->n && &vs->routes[i] != end; i++)
		if (vs->routes[i].kind == like->kind && !vs->routes[i].our_copy &&
		    same_tree(vs->routes[i].match, like->match) && n++ == want)
			*found = &vs->routes[i];
	return n;
}

const struct route *route_pair(const struct vs *base, const struct vs *vs,
			       const struct route *route)
{
	struct slice name = yaml_string(route->name);
	const struct route *found = NULL, *ignored = NULL;
	size_t place, today;

	if (!base)
		return NULL;
	if (name.len && count_named(vs, name, &ignored) == 1 &&
	    count_named(base, name, &found) == 1)
		return found;
	found = NULL;
	place = count_matching(vs, route, route, SIZE_MAX, &ignored);
	today = count_matching(vs, route, NULL, SIZE_MAX, &ignored);
	return count_matching(base, route, NULL, place, &found) == today ? found : NULL;
}

#include "istio/mirror.h"

#include "istio/delegate.h"
#include "istio/match.h"

/* How many match blocks of a route are of which kind, for a set of methods. */
struct match_counts {
	size_t safe, odd, open; /* exact method of the set; regex, prefix and the like; no method */
};

static struct match_counts count_blocks(const struct route *route, const struct move *move)
{
	struct match_counts n = { 0, 0, 0 };

	for (const struct yaml_node *c = route->match ? route->match->first : NULL; c;
	     c = c->next) {
		bool odd;
		struct slice method = match_method(c, &odd);

		n.odd += odd || c->kind != YAML_MAP || !c->nchildren;
		n.safe += !odd && slices_have(move->methods, method);
		n.open += !odd && !method.ptr && c->nchildren;
	}
	return n;
}

/* Reports why a route is not mirrored, or not all of it. */
static void note_route(const struct move_context *c, const struct code *code,
		       const struct route *route, const char *what)
{
	if (c->findings)
		findings_add(c->findings, code, yaml_place(route->node), "%" SLICE_FMT " %s",
			     SLICE_ARG(route_label(route, c->arena)), what);
}

/* Does the root accept a match block of the copy with each of the methods? */
static bool root_accepts_block(const struct vs_root *root, const struct yaml_node *block,
			       const struct move *move)
{
	bool odd;

	if (block && (match_method(block, &odd).ptr || odd))
		return true; /* the copy has it unchanged, or not at all */
	for (size_t i = 0; i < move->methods.n; i++)
		if (!delegate_accepts(yaml_get(root->route, "match"), block,
				      move->methods.items[i]))
			return false;
	return true;
}

/* Would Istio use a copy of the route below this root? */
static bool root_accepts(const struct vs_root *root, const struct route *route,
			 const struct move *move)
{
	const struct yaml_node *first = route->match ? route->match->first : NULL;

	for (const struct yaml_node *c = first; c; c = c->next)
		if (!root_accepts_block(root, c, move))
			return false;
	return first || root_accepts_block(root, NULL, move);
}

/* Would a copy be used below a root? True without roots. Reports roots below which it is not. */
static bool copy_is_used(const struct vs *vs, const struct route *route,
			 const struct move_context *c)
{
	bool used = !vs->nroots;

	for (size_t i = 0; i < vs->nroots; i++) {
		bool accepts = root_accepts(&vs->roots[i], route, c->move);

		used = used || accepts;
		if (!accepts && c->findings)
			findings_add(
				c->findings, &CODE_mirror_none, yaml_place(vs->roots[i].route),
				"%" SLICE_FMT " of '%" SLICE_FMT
				"' cannot be mirrored below this route of '%" SLICE_FMT
				"': Istio drops a copy whose match conflicts with the match here",
				SLICE_ARG(route_label(route, c->arena)),
				SLICE_ARG(vs->object->name), SLICE_ARG(vs->roots[i].object->name));
	}
	return used;
}

enum mirror_place mirror_choose(const struct vs *vs, const struct route *route,
				const struct move_context *c)
{
	struct match_counts n = count_blocks(route, c->move);
	bool matchless = !route->match || !route->match->nchildren;

	if (route->kind != ROUTE_HTTP) {
		note_route(c, &CODE_mirror_none, route, "cannot be mirrored");
		return MIRROR_NONE;
	}
	if (route_hidden_by(vs, route)) { /* a copy would be one more route that nothing reaches */
		note_route(c, &CODE_mirror_none, route,
			   "is never reached: an earlier route matches all requests");
		return MIRROR_NONE;
	}
	if (vs->root_mirrors) {
		note_route(c, &CODE_mirror_own, route,
			   "inherits a mirror, or its percentage, from the route that delegates to "
			   "it");
		return MIRROR_NONE;
	}
	if (vs->posts_only && !slices_have(c->move->methods, SLICE("POST"))) {
		note_route(c, &CODE_mirror_none, route,
			   "has only gRPC requests, which are all POST");
		return MIRROR_NONE;
	}
	if (route->has_foreign_copy) {
		note_route(c, &CODE_mirror_own, route,
			   "is mirrored by another migration, whose copy of it takes the requests");
		return MIRROR_NONE;
	}
	if (route->foreign_mirror) {
		note_route(c, &CODE_mirror_own, route, "has a mirror of its own");
		return MIRROR_NONE;
	}
	if (!route->mirror && route->percent) {
		note_route(c, &CODE_mirror_percent, route, "has a mirror percentage but no mirror");
		return MIRROR_NONE;
	}
	if (!matchless && n.safe == route->match->nchildren)
		return MIRROR_ON_ROUTE;
	if (n.odd)
		note_route(c, &CODE_mirror_method, route,
			   "has a match that restricts the method by regex or prefix, or an empty "
			   "match");
	if (!matchless && !n.safe && !n.open) {
		note_route(c, &CODE_mirror_none, route, "matches no method that may be mirrored");
		return MIRROR_NONE;
	}
	if (route->match && !route->match->nchildren) {
		note_route(c, &CODE_mirror_none, route, "has an empty list of matches");
		return MIRROR_NONE;
	}
	if (route->sorted_last && vs->shares_gateway_host) {
		note_route(c, &CODE_mirror_queue, route,
			   "is a catch-all route of a gateway that other VirtualServices share");
		return MIRROR_NONE;
	}
	return copy_is_used(vs, route, c) ? MIRROR_ON_COPY : MIRROR_NONE;
}

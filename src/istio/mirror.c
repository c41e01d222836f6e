#include "istio/stage.h"

/*
 * Requests that may write are never mirrored: a mirror hangs on a route and copies every request of
 * it, so only a route, or a generated copy of one, that lets nothing but the allowed methods
 * through may have ours (requestMirrorPolicies in Istio's pilot/pkg/networking/core/route/route.go
 * belong to the route, whichever destination is drawn).
 */

struct slice match_method(const struct yaml_node *block, bool *odd)
{
	const struct yaml_node *method = yaml_get(block, "method");
	struct slice exact = yaml_string(yaml_get(method, "exact"));

	*odd = false;
	if (!method)
		return SLICE_NONE;
	if (exact.len && method->nchildren == 1)
		return exact;
	*odd = true;
	return SLICE("");
}

/* What the match blocks of a route come to, for a set of methods. */
struct blocks {
	size_t safe, odd, open; /* exact method of the set; regex, prefix and the like; no method */
};

static struct blocks blocks_count(const struct route *route, const struct move *move)
{
	struct blocks n = { 0, 0, 0 };

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

/* A finding about a route, if anybody wants it. */
static void note(struct findings *findings, const struct code *code, const struct route *route,
		 struct arena *arena, const char *what)
{
	if (findings)
		findings_add(findings, code, yaml_place(route->node), "%" SLICE_FMT " %s",
			     SLICE_ARG(route_label(route, arena)), what);
}

enum mirror_place mirror_place(const struct vs *vs, const struct route *route,
			       const struct move *move, struct arena *arena,
			       struct findings *findings)
{
	struct blocks n = blocks_count(route, move);
	bool matchless = !route->match || !route->match->nchildren;

	if (route->kind != ROUTE_HTTP) {
		note(findings, &CODE_mirror_none, route, arena, "cannot be mirrored");
		return MIRROR_NONE;
	}
	if (route_hidden_by(vs, route)) { /* a copy would be one more route that nothing reaches */
		note(findings, &CODE_mirror_none, route, arena,
		     "is behind a route that takes all, so that no request comes to it");
		return MIRROR_NONE;
	}
	if (vs->root_mirrors) {
		note(findings, &CODE_mirror_own, route, arena,
		     "inherits a mirror, or its percentage, from the route that delegates to it");
		return MIRROR_NONE;
	}
	if (route->foreign_mirror) {
		note(findings, &CODE_mirror_own, route, arena, "has a mirror of its own");
		return MIRROR_NONE;
	}
	if (!route->mirror && route->percent) {
		note(findings, &CODE_mirror_percent, route, arena,
		     "has a mirror percentage without a mirror");
		return MIRROR_NONE;
	}
	if (!matchless && n.safe == route->match->nchildren)
		return MIRROR_ON_ROUTE;
	if (n.odd)
		note(findings, &CODE_mirror_method, route, arena,
		     "has a match that restricts the method by regex or prefix, or an empty one");
	if (!matchless && !n.safe && !n.open) {
		note(findings, &CODE_mirror_none, route, arena,
		     "lets no method through that may be mirrored");
		return MIRROR_NONE;
	}
	if (route->match && !route->match->nchildren) {
		note(findings, &CODE_mirror_none, route, arena, "has an empty list of matches");
		return MIRROR_NONE;
	}
	if (route->catch_all && vs->on_gateway && vs->shares_gateway_host) {
		note(findings, &CODE_mirror_queue, route, arena,
		     "is a catch-all of a gateway that other VirtualServices share");
		return MIRROR_NONE;
	}
	return MIRROR_ON_COPY;
}

#include "istio/audience.h"

#include "istio/binding.h"
#include "istio/match.h"
#include "istio/visible.h"

/* A route before `r` that takes all requests of a gateway for a block; NULL: none does. */
static const struct route *taken_by(const struct vs *vs, const struct route *r,
				    const struct yaml_node *block, struct slice gateway)
{
	for (size_t i = 0; i < vs->n && &vs->routes[i] != r; i++) {
		const struct route *before = &vs->routes[i];

		if (before->kind != r->kind)
			continue;
		if (!before->match || !before->match->nchildren)
			return before;
		for (const struct yaml_node *c = before->match->first; c && r->kind == ROUTE_HTTP;
		     c = c->next)
			if (binding_has_block(c, gateway, vs->ns) && match_hides_block(c, block))
				return before;
	}
	return NULL;
}

/* The first route before `r` that takes requests of a gateway from it, if it gets none; or NULL. */
static const struct route *taken_before(const struct vs *vs, const struct route *r,
					struct slice gateway)
{
	const struct route *first = NULL;

	if (!r->match || !r->match->nchildren)
		return taken_by(vs, r, NULL, gateway);
	for (const struct yaml_node *c = r->match->first; c; c = c->next) {
		const struct route *by;

		if (!binding_has_block(c, gateway, vs->ns))
			continue;
		by = taken_by(vs, r, c, gateway);
		if (!by)
			return NULL;
		first = first ? first : by;
	}
	return first;
}

/*
 * A VirtualService whose hosts, gateways and exports the route has: its own, or a root's, with the
 * match of the route that delegates.
 */
struct head {
	const struct object *object;
	struct slice ns;
	const struct yaml_node *match;
};

/* An audience that is filled. */
struct filling {
	struct audience *a;
	const struct vs *vs;
	const struct route *route;
	const struct audience_scene *scene;
	struct arena *arena;
	size_t callers_cap, limits_cap;
};

static void add_limit(struct filling *f, struct slice text)
{
	ARENA_ROOM(f->arena, f->a->limits.items, f->a->limits.n, f->limits_cap);
	f->a->limits.items[f->a->limits.n++] = text;
}

/* Does a server of the Gateway accept requests for the route? */
static bool serves(const struct filling *f, const struct head *h, const struct object *gateway,
		   struct slice name)
{
	struct gateway_route r = { h->object, h->ns, h->match, name };

	if (!gateway_takes_http(gateway, &r))
		return false;
	r.match = f->route->match;
	return gateway_takes_http(gateway, &r);
}

/* Has a gateway, which is known, no server for the http route? */
static bool is_unserved(const struct filling *f, const struct head *h, struct slice name)
{
	bool known = false;

	for (size_t i = 0; i < f->scene->ngateways && f->route->kind == ROUTE_HTTP; i++) {
		const struct object *o = f->scene->gateways[i];

		if (!gateway_has_name(o, name, h->ns))
			continue;
		if (serves(f, h, o, name))
			return false;
		known = true;
	}
	return known;
}

/* Adds one kind of callers, or why there are none of them. */
static void add_callers(struct filling *f, const struct head *h, struct slice gateway)
{
	const struct route *before = taken_before(f->vs, f->route, gateway);
	bool mesh = slice_is(gateway, MESH);
	struct slice who = mesh ? SLICE("sidecars") :
				  arena_printf(f->arena, "gateway %" SLICE_FMT, SLICE_ARG(gateway));

	if (!binding_has_match(h->match, gateway, h->ns) ||
	    !binding_has_match(f->route->match, gateway, h->ns) || slices_have(f->a->callers, who))
		return;
	if (before) {
		add_limit(f, arena_printf(f->arena,
					  "no request of %s%" SLICE_FMT
					  " reaches this route: %" SLICE_FMT " matches all of them",
					  mesh ? "" : "the ", SLICE_ARG(who),
					  SLICE_ARG(route_label(before, f->arena))));
		return;
	}
	if (!mesh && is_unserved(f, h, gateway)) {
		add_limit(f, arena_printf(f->arena,
					  "no request of the %" SLICE_FMT
					  " reaches this route: no HTTP server of it has a host of "
					  "the VirtualService and a port that the route matches",
					  SLICE_ARG(who)));
		return;
	}
	ARENA_ROOM(f->arena, f->a->callers.items, f->a->callers.n, f->callers_cap);
	f->a->callers.items[f->a->callers.n++] = who;
}

/* Adds the callers of all gateways of a head. */
static void add_all_callers(struct filling *f, const struct head *h)
{
	const struct yaml_node *gateways = yaml_get(h->object->spec, "gateways");

	if (!gateways || !gateways->nchildren)
		add_callers(f, h, SLICE(MESH));
	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		add_callers(f, h, yaml_string(c));
}

/* Adds the namespaces that exportTo limits the VirtualService to. */
static void add_export(struct filling *f, const struct head *h)
{
	const struct yaml_node *list = visible_exports(h->object);
	const struct visible own = { h->object, h->ns };
	AUTO_STR struct str names = STR_INIT;

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice name = visible_namespace(&own, c);

		str_addf(&names, "%s%" SLICE_FMT, names.len ? ", " : "",
			 SLICE_ARG(name.len ? name : SLICE("its own")));
	}
	if (!visible_everywhere(h->object))
		add_limit(f,
			  arena_printf(f->arena,
				       "visible only to callers in these namespaces (exportTo): %s",
				       names.ptr));
}

/* Adds the Sidecars that hide it. */
static void add_sidecars(struct filling *f, const struct head *h)
{
	const struct sidecar_list *sidecars = &f->scene->sidecars;
	const struct visible own = { h->object, h->ns };

	for (size_t i = 0; i < sidecars->n; i++) {
		const struct object *o = sidecars->items[i];
		bool some = yaml_get(o->spec, "workloadSelector") ||
			    yaml_get(o->spec, "workload_selector");

		if (visible_is_hidden(o, &own))
			add_limit(f,
				  arena_printf(
					  f->arena,
					  "not visible to %sworkloads of the namespace %" SLICE_FMT
					  " (Sidecar '%" SLICE_FMT "')",
					  some ? "some " : "",
					  SLICE_ARG(o->ns.len ? o->ns : SLICE("of the Sidecar")),
					  SLICE_ARG(o->name)));
	}
}

/* Adds what a head gives the route. */
static void add_head(struct filling *f, const struct head *h)
{
	size_t before = f->a->callers.n;
	bool mesh = false;

	add_all_callers(f, h);
	for (size_t i = before; i < f->a->callers.n; i++)
		mesh = mesh || slice_is(f->a->callers.items[i], "sidecars");
	if (f->a->callers.n > before)
		add_export(f, h);
	if (mesh)
		add_sidecars(f, h);
}

/* A new row. */
static struct audience *row_new(struct audiences *out)
{
	ARENA_ROOM(out->arena, out->items, out->n, out->cap);
	return &out->items[out->n++];
}

void audience_add(struct audiences *out, const struct vs *vs, const struct route *route,
		  const struct audience_scene *scene)
{
	struct arena *arena = out->arena;
	struct audience *a = row_new(out);
	struct filling f = { a, vs, route, scene, arena, 0, 0 };
	const struct object *o = vs->object;

	*a = (struct audience){ .route = route_label(route, arena) };
	a->vs = o->ns.len ? arena_printf(arena, "%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(o->ns),
					 SLICE_ARG(o->name)) :
			    o->name;
	if (!vs->is_delegate)
		add_head(&f, &(struct head){ o, vs->ns, NULL });
	else if (!vs->nroots)
		add_limit(&f, SLICE("no VirtualService that delegates to it was found: its callers "
				    "are not known"));
	for (size_t i = 0; i < vs->nroots; i++) {
		const struct object *root = vs->roots[i].object;

		add_head(&f, &(struct head){ root, root->ns.len ? root->ns : vs->ns,
					     yaml_get(vs->roots[i].route, "match") });
	}
	a->plain = a->callers.n == 1 && slice_is(a->callers.items[0], "sidecars") && !a->limits.n;
}

#include "istio/audience.h"

#include "istio/host.h"
#include "istio/match.h"
#include "kube/group.h"

#define MESH "mesh"

bool sidecar_is(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "Sidecar");
}

/* The list under the first of two spellings of a key. */
static const struct yaml_node *list_of(const struct yaml_node *map, const char *key,
				       const char *snake)
{
	const struct yaml_node *list = yaml_get(map, key);

	list = list ? list : yaml_get(map, snake);
	return list && list->kind == YAML_SEQ && list->nchildren ? list : NULL;
}

/* A name of a gateway without a namespace is one of the VirtualService's. */
static bool same_gateway(struct slice a, struct slice b, struct slice ns)
{
	struct slice longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;

	if (slice_eq(a, b))
		return true;
	return ns.len && longer.len == ns.len + 1 + shorter.len && slice_starts(longer, ns) &&
	       longer.ptr[ns.len] == '/' && slice_ends(longer, shorter);
}

/* Does the list of gateways name this one? No list stands for the mesh. */
static bool names_gateway(const struct yaml_node *gateways, struct slice gateway, struct slice ns)
{
	if (!gateways)
		return slice_is(gateway, MESH);
	for (const struct yaml_node *c = gateways->first; c; c = c->next)
		if (same_gateway(yaml_string(c), gateway, ns))
			return true;
	return false;
}

/*
 * Does the match block apply to callers of this gateway? One without gateways applies to all of the
 * VirtualService's.
 */
static bool block_is_for(const struct yaml_node *block, struct slice gateway, struct slice ns)
{
	const struct yaml_node *gateways = list_of(block, "gateways", "gateways");

	return !gateways || names_gateway(gateways, gateway, ns);
}

/* Does a match block of the route apply to callers of this gateway? */
static bool route_is_for(const struct route *r, struct slice gateway, struct slice ns)
{
	if (!r->match || !r->match->nchildren)
		return true;
	for (const struct yaml_node *c = r->match->first; c; c = c->next)
		if (block_is_for(c, gateway, ns))
			return true;
	return false;
}

/* The route of the list before `r` that takes all requests of this gateway; NULL: none does. */
static const struct route *taken_before(const struct vs *vs, const struct route *r,
					struct slice gateway)
{
	for (size_t i = 0; i < vs->n && &vs->routes[i] != r; i++) {
		const struct route *before = &vs->routes[i];

		if (before->kind != r->kind)
			continue;
		if (!before->match || !before->match->nchildren)
			return before;
		for (const struct yaml_node *c = before->match->first; c && r->kind == ROUTE_HTTP;
		     c = c->next)
			if (match_takes_all(c, true) && block_is_for(c, gateway, vs->ns))
				return before;
	}
	return NULL;
}

/* A list with room for so many texts. */
static struct slices new_texts(struct arena *arena, size_t n)
{
	return (struct slices){ arena_array(arena, n, sizeof(struct slice)), 0 };
}

/* Adds one kind of callers, or why there are none of them. */
static void add_callers(struct audience *a, const struct vs *vs, const struct route *r,
			struct slice gateway, struct arena *arena)
{
	const struct route *before = taken_before(vs, r, gateway);
	bool mesh = slice_is(gateway, MESH);
	struct slice who = mesh ? SLICE("sidecars") :
				  arena_printf(arena, "gateway %" SLICE_FMT, SLICE_ARG(gateway));

	if (!route_is_for(r, gateway, vs->ns))
		return;
	if (before)
		a->limits.items[a->limits.n++] = arena_printf(
			arena,
			"no request of %s%" SLICE_FMT " reaches this route: %" SLICE_FMT
			" matches all of them",
			mesh ? "" : "the ", SLICE_ARG(who), SLICE_ARG(route_label(before, arena)));
	else
		a->callers.items[a->callers.n++] = who;
}

/* Adds the namespaces that exportTo limits the VirtualService to. */
static void add_export(struct audience *a, const struct vs *vs, struct arena *arena)
{
	const struct yaml_node *list = list_of(vs->object->spec, "exportTo", "export_to");
	AUTO_STR struct str names = STR_INIT;

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice name = slice_is(yaml_string(c), ".") ? vs->ns : yaml_string(c);

		if (slice_is(name, "*"))
			return;
		str_addf(&names, "%s%" SLICE_FMT, names.len ? ", " : "",
			 SLICE_ARG(name.len ? name : SLICE("its own")));
	}
	if (names.len)
		a->limits.items[a->limits.n++] = arena_printf(
			arena, "visible only to callers in these namespaces (exportTo): %s",
			names.ptr);
}

/* Does "namespace/host" of a Sidecar let the VirtualService in? */
static bool egress_shows(struct slice egress, const struct object *sidecar, const struct vs *vs)
{
	size_t slash = slice_find_byte(egress, '/');
	struct slice ns = slash == SIZE_MAX ? SLICE("*") : slice_sub(egress, 0, slash);
	struct slice host = slash == SIZE_MAX ? egress : slice_sub(egress, slash + 1, egress.len);
	const struct yaml_node *hosts = yaml_get(vs->object->spec, "hosts");

	if (slice_is(ns, "~") ||
	    (slice_is(ns, ".") && sidecar->ns.len && vs->ns.len && !slice_eq(sidecar->ns, vs->ns)))
		return false;
	if (!slice_is(ns, "*") && !slice_is(ns, ".") && vs->ns.len && !slice_eq(ns, vs->ns))
		return false;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (slice_is(host, "*") || slice_eq_case(host, yaml_string(c)) ||
		    host_covered(host, yaml_string(c)) || host_covered(yaml_string(c), host))
			return true;
	return vs->is_delegate;
}

/* Does the Sidecar hide the VirtualService from the workloads that it is for? */
static bool hides_vs(const struct object *sidecar, const struct vs *vs)
{
	const struct yaml_node *egress = list_of(sidecar->spec, "egress", "egress");

	for (const struct yaml_node *c = egress ? egress->first : NULL; c; c = c->next) {
		const struct yaml_node *hosts = yaml_get(c, "hosts");

		for (const struct yaml_node *h = hosts ? hosts->first : NULL; h; h = h->next)
			if (egress_shows(yaml_string(h), sidecar, vs))
				return false;
	}
	return egress != NULL;
}

/* Adds the Sidecars that hide it. */
static void add_sidecars(struct audience *a, const struct vs *vs,
			 const struct object *const *sidecars, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		const struct object *o = sidecars[i];
		bool some = yaml_get(o->spec, "workloadSelector") ||
			    yaml_get(o->spec, "workload_selector");

		if (hides_vs(o, vs))
			a->limits.items[a->limits.n++] = arena_printf(
				arena,
				"not visible to %sworkloads of the namespace %" SLICE_FMT
				" (Sidecar '%" SLICE_FMT "')",
				some ? "some " : "",
				SLICE_ARG(o->ns.len ? o->ns : SLICE("of the Sidecar")),
				SLICE_ARG(o->name));
	}
}

/* A new row. */
static struct audience *row_new(struct audiences *out)
{
	ARENA_ROOM(out->arena, out->items, out->n, out->cap);
	return &out->items[out->n++];
}

void audience_add(struct audiences *out, const struct vs *vs, const struct route *route,
		  const struct object *const *sidecars, size_t n)
{
	const struct yaml_node *gateways = list_of(vs->object->spec, "gateways", "gateways");
	struct arena *arena = out->arena;
	struct audience *a = row_new(out);
	size_t most = gateways ? gateways->nchildren : 1;
	const struct object *o = vs->object;
	bool mesh;

	*a = (struct audience){ .route = route_label(route, arena),
				.callers = new_texts(arena, most),
				.limits = new_texts(arena, most + n + 1) };
	a->vs = o->ns.len ? arena_printf(arena, "%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(o->ns),
					 SLICE_ARG(o->name)) :
			    o->name;
	if (!gateways)
		add_callers(a, vs, route, SLICE(MESH), arena);
	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		add_callers(a, vs, route, yaml_string(c), arena);
	mesh = a->callers.n && slice_is(a->callers.items[0], "sidecars");
	for (size_t i = 0; i < a->callers.n; i++)
		mesh = mesh || slice_is(a->callers.items[i], "sidecars");
	if (a->callers.n)
		add_export(a, vs, arena);
	if (mesh)
		add_sidecars(a, vs, sidecars, n, arena);
	a->plain = mesh && a->callers.n == 1 && !a->limits.n;
}

/* The VirtualServices themselves: the move's own, and others of the same host. */
#include "base/map.h"
#include "istio/host.h"
#include "istio/rules_internal.h"

/* Calls back for each route that names the old host, with its VirtualService. */
static void each_route(const struct view *v, const struct code *code, struct findings *out,
		       void (*check)(const struct view *v, const struct vs *vs,
				     const struct route *route, const struct code *code,
				     struct findings *out))
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++)
			if (v->s->vss[i].routes[r].nold)
				check(v, &v->s->vss[i], &v->s->vss[i].routes[r], code, out);
}

/* The value that a route sets the Host of all its requests to; NULL: none. */
static const struct yaml_node *rewritten_authority(const struct yaml_node *route)
{
	const struct yaml_node *rewrite = yaml_path(route, "rewrite", "authority", NULL);
	const struct yaml_node *set = yaml_path(route, "headers", "request", "set", NULL);

	for (const struct yaml_node *c = set && !rewrite ? set->first : NULL; c; c = c->next)
		if (c->key && (slice_eq_case(c->key->text, SLICE("host")) ||
			       slice_is(c->key->text, ":authority")))
			return c;
	return rewrite;
}

/*
 * May be allowed: it depends on the servers of the new host whether they accept the old name, and
 * often they are the same ones.
 */
static void check_route_authority(const struct view *v, const struct vs *vs,
				  const struct route *route, const struct code *code,
				  struct findings *out)
{
	const struct yaml_node *authority = rewritten_authority(route->node);

	if (authority && is_old(v, vs->object, yaml_string(authority)))
		findings_add(out, code, yaml_place(authority),
			     "%" SLICE_FMT " sets the Host header to '%" SLICE_FMT
			     "', also for the new host",
			     SLICE_ARG(route_label(route, v->s->arena)),
			     SLICE_ARG(authority->text));
}

/* Does the route set the Host header to a name that is neither that of the old nor of the new host?
 */
static void check_route_other_authority(const struct view *v, const struct vs *vs,
					const struct route *route, const struct code *code,
					struct findings *out)
{
	const struct yaml_node *authority = rewritten_authority(route->node);
	struct slice name = yaml_string(authority);

	if (name.len && !is_old(v, vs->object, name) && !host_same(name, vs->new_host) &&
	    !slice_eq_case(name, v->s->move->host_header))
		findings_add(out, code, yaml_place(authority),
			     "%" SLICE_FMT " sets the Host header to '%" SLICE_FMT
			     "', which is neither '%" SLICE_FMT "' nor '%" SLICE_FMT "'",
			     SLICE_ARG(route_label(route, v->s->arena)), SLICE_ARG(name),
			     SLICE_ARG(vs->old_host), SLICE_ARG(vs->new_host));
}

static void check_other_authority(const struct view *v, const struct code *code,
				  struct findings *out)
{
	if (!view_cloud_run(v))
		each_route(v, code, out, check_route_other_authority);
}

static void check_cloud_run_authority(const struct view *v, const struct code *code,
				      struct findings *out)
{
	if (view_cloud_run(v))
		each_route(v, code, out, check_route_other_authority);
}

static void check_authority(const struct view *v, const struct code *code, struct findings *out)
{
	each_route(v, code, out, check_route_authority);
}

static void check_route_dead(const struct view *v, const struct vs *vs, const struct route *route,
			     const struct code *code, struct findings *out)
{
	const struct route *before = route_hidden_by(vs, route);

	if (before)
		findings_add(out, code, yaml_place(route->node),
			     "%" SLICE_FMT " is never reached: %" SLICE_FMT " matches all requests",
			     SLICE_ARG(route_label(route, v->s->arena)),
			     SLICE_ARG(route_label(before, v->s->arena)));
}

static void check_dead(const struct view *v, const struct code *code, struct findings *out)
{
	each_route(v, code, out, check_route_dead);
}

static void check_route_mirror_left(const struct view *v, const struct vs *vs,
				    const struct route *route, const struct code *code,
				    struct findings *out)
{
	bool weighted = false;

	(void)vs;
	for (size_t d = 0; d < route->n; d++)
		weighted =
			weighted || (route->dests[d].side == SIDE_NEW && route->dests[d].value > 0);
	if (weighted && route->our_mirror)
		findings_add(out, code, yaml_place(route->mirror),
			     "%" SLICE_FMT " both routes and mirrors to '%" SLICE_FMT
			     "', which receives some requests twice",
			     SLICE_ARG(route_label(route, v->s->arena)), SLICE_ARG(v->new));
}

static void check_mirror_left(const struct view *v, const struct code *code, struct findings *out)
{
	each_route(v, code, out, check_route_mirror_left);
}

/*
 * The first field of a root's route that its delegate would inherit beside our mirror; NULL: none.
 */
static const struct yaml_node *inherited_field(const struct yaml_node *route)
{
	static const char *const fields[] = { "mirror",        "mirrors",        "mirrorPercentage",
					      "mirrorPercent", "mirror_percent", NULL };

	for (size_t i = 0; fields[i]; i++)
		if (has_field(route, fields[i]))
			return yaml_get(route, fields[i]);
	return NULL;
}

/* Reports the mirror fields that the routes of the root pass on to this VirtualService. */
static void check_root(const struct view *v, const struct object *root, const struct vs *vs,
		       const struct code *code, struct findings *out)
{
	struct vs below = { .object = vs->object, .ns = view_ns(v, vs->object) };

	vs_add_roots(&below, root, v->s->arena);
	for (size_t i = 0; i < below.nroots; i++) {
		const struct yaml_node *field = inherited_field(below.roots[i].route);

		if (field && v->s->to.kind == STAGE_MIRROR)
			findings_add(out, code, yaml_place(field->key),
				     "the delegate '%" SLICE_FMT "' inherits %" SLICE_FMT
				     " from the VirtualService '%" SLICE_FMT
				     "', in addition to or instead of the mirror of this migration",
				     SLICE_ARG(vs->object->name), SLICE_ARG(field->key->text),
				     SLICE_ARG(root->name));
	}
}

static void check_delegate(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->s->nvss; i++) {
		const struct vs *vs = &v->s->vss[i];
		struct object_set heads = view_heads(v, vs->object);

		for (size_t h = 0; h < heads.n && !has_field(vs->object->spec, "hosts"); h++)
			check_root(v, heads.items[h], vs, code, out);
		if (!heads.n)
			findings_add(out, &CODE_unchecked, yaml_place(vs->object->node),
				     "the VirtualService '%" SLICE_FMT
				     "' is a delegate, but no VirtualService that delegates to it "
				     "was found",
				     SLICE_ARG(vs->object->name))
				->remedy =
				SLICE("check whether its root exists and has a mirror of its own");
	}
}

/* The first host of `a` that `b` has, too, as Istio compares them: resolved, in lower case. */
static const struct yaml_node *shared_host(const struct view *v, const struct object *a,
					   const struct object *b)
{
	const struct yaml_node *x = yaml_get(a->spec, "hosts"), *y = yaml_get(b->spec, "hosts");

	for (const struct yaml_node *c = x ? x->first : NULL; c; c = c->next)
		for (const struct yaml_node *d = y ? y->first : NULL; d; d = d->next)
			if (yaml_string(c).len &&
			    slice_eq_case(host_resolve(yaml_string(c), view_ns(v, a), v->s->arena),
					  host_resolve(yaml_string(d), view_ns(v, b), v->s->arena)))
				return d;
	return NULL;
}

/* A host of a VirtualService of the move, in a list of those that have it. */
struct claim {
	size_t vs, next; /* `next`: MAP_NONE: the last */
};

/* The hosts that VirtualServices of the move have in the mesh. */
struct claims {
	struct map first; /* of a host, to its first claim; in the order of the VirtualServices */
	struct claim *items;
	size_t n, cap;
};

/* Calls back for each host of a VirtualService of the mesh, resolved. */
static void each_mesh_host(const struct view *v, const struct object *o,
			   void (*host)(struct slice host, void *ctx), void *ctx)
{
	const struct yaml_node *list = binding_claims_mesh(o) ? yaml_get(o->spec, "hosts") : NULL;

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (yaml_string(c).len)
			host(host_resolve(yaml_string(c), view_ns(v, o), v->s->arena), ctx);
}

/* The claims while those of one VirtualService are added. */
struct claiming {
	const struct view *v;
	struct claims *claims;
	size_t vs;
};

static void add_claim(struct slice host, void *ctx)
{
	struct claiming *c = ctx;
	struct claims *all = c->claims;
	size_t first = map_get(&all->first, host);

	map_set(&all->first, host, all->n);
	ARENA_ROOM(c->v->s->arena, all->items, all->n, all->cap);
	all->items[all->n++] = (struct claim){ c->vs, first };
}

/* A search for a VirtualService of the move that has a host of another one. */
struct claim_search {
	const struct view *v;
	const struct claims *claims;
	const struct object *object; /* the other one */
	size_t found;                /* the first one; only those before this are looked for */
};

static void find_claim(struct slice host, void *ctx)
{
	struct claim_search *s = ctx;
	const struct claim *items = s->claims->items;

	for (size_t at = map_get(&s->claims->first, host);
	     at != MAP_NONE && items[at].vs < s->found; at = items[at].next) {
		const struct object *o = s->v->s->vss[items[at].vs].object;

		if (!same_object(s->v, o, s->object) && seen_together(s->v, o, s->object))
			s->found = items[at].vs;
	}
}

/* A VirtualService against those of the move before `s.found`. */
static void check_claims(struct claim_search s, const struct code *code, struct findings *out)
{
	const struct view *v = s.v;
	const struct object *o = s.object, *first;
	size_t n = s.found;
	const struct yaml_node *host;

	each_mesh_host(v, o, find_claim, &s);
	if (s.found == n)
		return;
	first = v->s->vss[s.found].object;
	host = shared_host(v, first, o);
	findings_add(out, code, yaml_place(host),
		     "the VirtualServices '%" SLICE_FMT "' and '%" SLICE_FMT
		     "' both have the host '%" SLICE_FMT
		     "' in the mesh, where a pod uses only one of them",
		     SLICE_ARG(full_name(v, first)), SLICE_ARG(full_name(v, o)),
		     SLICE_ARG(host->text));
}

/* Each VirtualService is reported once, with the first of the move's own that it conflicts with. */
static void check_vs_twice(const struct view *v, const struct code *code, struct findings *out)
{
	struct claims claims = { .first = MAP_INIT_FOLD };
	struct claiming c = { v, &claims, v->s->nvss };

	while (c.vs-- > 0)
		each_mesh_host(v, v->s->vss[c.vs].object, add_claim, &c);
	for (size_t o = 0; o < v->others.n; o++)
		check_claims((struct claim_search){ v, &claims, v->others.items[o], v->s->nvss },
			     code, out);
	for (size_t i = 1; i < v->s->nvss; i++)
		check_claims((struct claim_search){ v, &claims, v->s->vss[i].object, i }, code,
			     out);
	map_release(&claims.first);
}

/* Does another VirtualService that a proxy sees together with this one have the old host? */
static bool is_on_mesh_elsewhere(const struct view *v, const struct object *only)
{
	for (size_t i = 0; i < v->others.n; i++)
		if (binding_claims_mesh(v->others.items[i]) && owns_old(v, v->others.items[i]) &&
		    seen_together(v, only, v->others.items[i]))
			return true;
	return false;
}

/*
 * Not where a VirtualService of the mesh, though none of the move, has the host: then pods do not
 * call the old host by themselves. It may send them to the gateway, as in an egress chain.
 */
static void check_gateway_only(const struct view *v, const struct code *code, struct findings *out)
{
	const struct object *only = NULL;

	for (size_t i = 0; i < v->s->nvss; i++) {
		struct object_set heads = view_heads(v, v->s->vss[i].object);

		for (size_t h = 0; h < heads.n; h++) {
			const struct object *o = heads.items[h];

			if (owns_old(v, o) && binding_claims_mesh(o))
				return;
			if (owns_old(v, o) && vs_on_gateway(o) && !only)
				only = o;
		}
	}
	if (only && !is_on_mesh_elsewhere(v, only))
		findings_add(out, code, yaml_place(yaml_get(only->spec, "gateways")),
			     "the VirtualService '%" SLICE_FMT
			     "' applies to gateways only: pods that call '%" SLICE_FMT
			     "' keep calling the old host",
			     SLICE_ARG(only->name), SLICE_ARG(v->old));
}

/* Adds a word to a list unless it has it. */
static void add_once(struct str *list, bool is, const char *word)
{
	if (is && slice_find(str_slice(list), slice_of(word)) == SIZE_MAX)
		add_word(list, slice_of(word));
}

/* Is the percentage of a route's mirror no whole number? */
static bool is_fractional(const struct yaml_node *route)
{
	const struct yaml_node *value = yaml_path(route, "mirrorPercentage", "value", NULL);

	return value && value->kind == YAML_SCALAR && slice_find_byte(value->text, '.') != SIZE_MAX;
}

/* Adds the features of a route that the managed control plane may not support. */
static void plane_fields(const struct route *route, struct str *list)
{
	add_once(list, has_field(route->node, "mirrors"), "mirrors");
	add_once(list, is_fractional(route->node), "a fractional mirrorPercentage");
	for (const struct yaml_node *c = route->match ? route->match->first : NULL; c;
	     c = c->next) {
		add_once(list, has_field(c, "sourceLabels"), "match by sourceLabels");
		add_once(list, has_field(c, "sourceNamespace"), "match by sourceNamespace");
	}
	for (size_t d = 0; d < route->n; d++)
		add_once(list, has_field(route->dests[d].node, "headers"),
			 "headers of a destination");
}

static void check_plane(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->s->nvss; i++) {
		const struct vs *vs = &v->s->vss[i];
		AUTO_STR struct str list = STR_INIT;

		add_once(&list, !has_field(vs->object->spec, "hosts"), "delegate");
		for (size_t r = 0; r < vs->n; r++)
			if (vs->routes[r].nold)
				plane_fields(&vs->routes[r], &list);
		if (list.len)
			findings_add(out, code, yaml_place(vs->object->node),
				     "the VirtualService '%" SLICE_FMT
				     "' uses features that the control plane TRAFFIC_DIRECTOR may "
				     "not support: %s",
				     SLICE_ARG(vs->object->name), list.ptr);
	}
}

const struct rule rules_of_routes[] = {
	{ &CODE_route_authority, check_authority },
	{ &CODE_route_other_authority, check_other_authority },
	{ &CODE_cloud_run_authority, check_cloud_run_authority },
	{ &CODE_route_dead, check_dead },
	{ &CODE_mirror_left, check_mirror_left },
	{ &CODE_mirror_inherited, check_delegate },
	{ &CODE_vs_twice, check_vs_twice },
	{ &CODE_vs_gateway, check_gateway_only },
	{ &CODE_vs_plane, check_plane },
	{ NULL, NULL },
};

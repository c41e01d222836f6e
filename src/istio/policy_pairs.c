#include "istio/policy_pairs_internal.h"

#include "istio/host.h"

/* What a walk over all pairs passes around. */
struct pair_walk {
	const struct view *v;
	struct policy_rules old, new;
	struct slices revisions;
	const struct vs *vs;
	const struct object *head; /* the VirtualService itself, or one that delegates to it */
	const struct route *route;
	const struct dest *dest;
	struct slice listener; /* MESH: the clients are sidecars; else a gateway's name in `head` */
	struct policy_client client;
	void (*pair)(const struct policy_pair *p, void *ctx);
	void *ctx;
};

/* --- who calls ------------------------------------------------------------ */

/* Are the clients sidecars, not gateways? */
static bool is_for_sidecars(const struct pair_walk *w)
{
	return slice_is(w->listener, MESH);
}

/* Is a match block for the clients at hand? A list of gateways replaces what it has of sources. */
static bool block_takes(const struct pair_walk *w, const struct yaml_node *block)
{
	struct slice ns = yaml_string(yaml_get(block, "sourceNamespace"));

	return binding_has_block(block, w->listener, view_ns(w->v, w->head)) &&
	       (!is_for_sidecars(w) || has_field(block, "gateways") || !ns.len ||
		slice_eq(ns, w->client.ns));
}

/* Is the route for the clients at hand? */
static bool route_takes(const struct pair_walk *w)
{
	const struct yaml_node *match = w->route->match;

	for (const struct yaml_node *c = match ? match->first : NULL; c; c = c->next)
		if (block_takes(w, c))
			return true;
	return !match || !match->nchildren;
}

/* Do clients of the namespace and of the control plane see the object? */
static bool sees_object(const struct pair_walk *w, const struct object *o)
{
	return visible_to_revision(o, w->client.revision) &&
	       visible_in(&(struct visible){ o, view_ns(w->v, o) }, w->client.ns);
}

/* Do sidecars see the ServiceEntry, as a destination in their own namespace? */
static bool sees_own(const struct pair_walk *w, const struct object *entry)
{
	return is_for_sidecars(w) && visible_to_revision(entry, w->client.revision) &&
	       slice_eq(view_ns(w->v, entry), w->client.ns);
}

/* Do the clients at hand see the VirtualService and the old host? */
static bool sees_route(const struct pair_walk *w)
{
	struct visible head = { w->head, view_ns(w->v, w->head) };
	bool seen = !w->v->entries.n;

	for (size_t i = 0; i < w->v->entries.n && !seen; i++)
		seen = sees_object(w, w->v->entries.items[i]) ||
		       sees_own(w, w->v->entries.items[i]);
	return seen && sees_object(w, w->head) &&
	       !(is_for_sidecars(w) &&
		 visible_is_hidden_in(&head, w->client.ns, &w->v->s->sidecars));
}

/* --- on which port -------------------------------------------------------- */

/* Do routes of this kind work on a port of the protocol? Without one, all do. */
static bool kind_takes(enum route_kind kind, struct slice protocol)
{
	return !protocol.len || binding_is_http(protocol) == (kind == ROUTE_HTTP);
}

/*
 * Calls back for the clients at hand, which call the old host on one port and the new one on
 * another, unless the move has one for it; -1: not known.
 */
static void pair_on(const struct pair_walk *w, long port, long new_port)
{
	const struct view *v = w->v;
	struct slice vs_ns = view_ns(v, w->vs->object);
	struct policy_pair p = {
		.old = { .rules = &w->old,
			 .host = v->old,
			 .ns = v->entries.n ? view_ns(v, v->entries.items[0]) : vs_ns,
			 .subset = yaml_string(w->dest->subset),
			 .port = port,
			 .client = w->client },
		.new = { .rules = &w->new,
			 .host = v->new,
			 .ns = v->backends.n ? view_ns(v, v->backends.items[0]) : vs_ns,
			 .port = v->s->move->port ? v->s->move->port : new_port,
			 .client = w->client }
	};

	w->pair(&p, w->ctx);
}

/* The ports of a ServiceEntry. */
static const struct yaml_node *ports_of(const struct object *entry)
{
	return yaml_get(entry->spec, "ports");
}

static bool has_port(const struct object *entry, long port)
{
	const struct yaml_node *ports = ports_of(entry);

	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next)
		if (port_number(c) == port)
			return true;
	return false;
}

/* The port of a ServiceEntry that has no other; -1: it has several, or none. */
static long sole_port(const struct object *entry)
{
	const struct yaml_node *ports = ports_of(entry);

	return ports && ports->nchildren == 1 ? port_number(ports->first) : -1;
}

/*
 * Calls back for requests that come in on a port of a listener. Without a port, a destination is
 * called on that, or on the only one that the host has (GetDestinationCluster in
 * pilot/pkg/networking/core/route/route.go).
 */
static void pairs_of_listener(const struct pair_walk *w, long listener)
{
	const struct object_set *entries = &w->v->entries;

	for (size_t e = 0; e < entries->n; e++) {
		long sole = sole_port(entries->items[e]);

		if (sole >= 0 || has_port(entries->items[e], listener))
			pair_on(w, sole >= 0 ? sole : listener, listener);
	}
}

/* Calls back for the ports of a gateway that have the route. */
static void pairs_of_servers(const struct pair_walk *w, const struct object *gateway)
{
	struct gateway_route r = { w->head, view_ns(w->v, w->head), w->route->match, w->listener };
	const struct yaml_node *c = NULL;

	while ((c = gateway_next_server(gateway, &r, c)))
		pairs_of_listener(w, port_number(yaml_get(c, "port")));
}

/*
 * Calls back for the ports of a ServiceEntry that the route may call; how many? All that may be:
 * which port the clients call is known only if they are sidecars that call the old host.
 */
static size_t pairs_of_entry(const struct pair_walk *w, const struct object *entry)
{
	const struct yaml_node *ports = ports_of(entry);
	bool any = !is_for_sidecars(w) && sole_port(entry) >= 0;
	size_t n = 0;

	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next) {
		long port = port_number(c);

		if (!any && !kind_takes(w->route->kind, yaml_string(yaml_get(c, "protocol"))))
			continue;
		n++;
		if (!is_for_sidecars(w) || binding_takes_port(w->route->match, port))
			pair_on(w, port, port);
	}
	return n;
}

/* Calls back for all ports for which rules of the old host have settings of their own. */
static void pairs_of_settings(const struct pair_walk *w)
{
	for (size_t i = 0; i < w->old.n; i++) {
		const struct yaml_node *list = yaml_path(
			w->old.items[i].object->spec, "trafficPolicy", "portLevelSettings", NULL);

		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
			long port = port_number(yaml_get(c, "port"));

			pair_on(w, port, port);
		}
	}
}

/* Calls back for a destination without a port. */
static void pairs_without_port(const struct pair_walk *w)
{
	const struct object_set *entries = &w->v->entries;
	const struct object *gateway =
		is_for_sidecars(w) ? NULL : view_gateway(w->v, w->listener, view_ns(w->v, w->head));
	size_t n = 0;

	if (gateway && entries->n && w->route->kind == ROUTE_HTTP) {
		pairs_of_servers(w, gateway);
		return;
	}
	for (size_t e = 0; e < entries->n; e++)
		n += pairs_of_entry(w, entries->items[e]);
	if (n)
		return;
	pair_on(w, -1, -1);
	if (!entries->n)
		pairs_of_settings(w);
}

/* Calls back for a destination with a port, if any ServiceEntry has it; else calls fail today. */
static void pairs_with_port(const struct pair_walk *w, long port)
{
	const struct object_set *entries = &w->v->entries;
	bool found = !entries->n;

	for (size_t e = 0; e < entries->n && !found; e++)
		found = has_port(entries->items[e], port);
	if (found)
		pair_on(w, port, port);
}

/* Calls back for the clients at hand, on each port that they may call. */
static void pairs_of_client(const struct pair_walk *w)
{
	long port = port_number(w->dest->port);

	if (!route_takes(w) || !sees_route(w))
		return;
	if (port < 0)
		pairs_without_port(w);
	else
		pairs_with_port(w, port);
}

/* --- all clients ---------------------------------------------------------- */

/* The clients of a namespace: those whose workloads no rule selects, and those that one does. */
static void pairs_of_ns(struct pair_walk *w, struct slice ns)
{
	const struct policy_rules both[] = { policy_rules_of(&w->old, ns),
					     policy_rules_of(&w->new, ns) };

	w->client.ns = ns;
	w->client.labels = NULL;
	pairs_of_client(w);
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < both[s].n; i++)
			if (both[s].items[i].labels) {
				w->client.labels = both[s].items[i].labels;
				pairs_of_client(w);
			}
}

/* The clients of the namespaces that a list of exportTo names. */
static void pairs_of_exports(struct pair_walk *w, const struct yaml_node *exports)
{
	for (const struct yaml_node *c = exports ? exports->first : NULL; c; c = c->next)
		if (!slice_is(yaml_string(c), "*") && !slice_is(yaml_string(c), "."))
			pairs_of_ns(w, yaml_string(c));
}

/* The clients of each namespace that has rules, or that rules are exported to. */
static void pairs_of_rules(struct pair_walk *w, const struct policy_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (!i || !slice_eq(rules->items[i].ns, rules->items[i - 1].ns))
			pairs_of_ns(w, rules->items[i].ns);
		pairs_of_exports(w, rules->items[i].exports);
	}
}

/* The clients of the namespaces that the match of the route is for. */
static void pairs_of_sources(struct pair_walk *w)
{
	const struct yaml_node *match = w->route->match;

	for (const struct yaml_node *c = match ? match->first : NULL; c; c = c->next)
		if (has_field(c, "sourceNamespace"))
			pairs_of_ns(w, yaml_string(yaml_get(c, "sourceNamespace")));
}

/*
 * The sidecars: of the namespaces with rules, of those that exportTo or the match lists, of any
 * other.
 */
static void pairs_of_mesh(struct pair_walk *w)
{
	w->listener = SLICE(MESH);
	pairs_of_ns(w, view_ns(w->v, w->head));
	pairs_of_rules(w, &w->old);
	pairs_of_rules(w, &w->new);
	pairs_of_sources(w);
	pairs_of_exports(w, yaml_get(w->head->spec, "exportTo"));
	for (size_t e = 0; e < w->v->entries.n; e++)
		pairs_of_exports(w, yaml_get(w->v->entries.items[e]->spec, "exportTo"));
	pairs_of_ns(w, SLICE(ELSEWHERE));
}

/* The gateways, which usually run in the namespace of their Gateway. */
static void pairs_of_gateways(struct pair_walk *w)
{
	const struct yaml_node *list = yaml_get(w->head->spec, "gateways");

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice text = yaml_string(c);
		size_t slash = slice_find_byte(text, '/');

		w->listener = text;
		if (!is_for_sidecars(w))
			pairs_of_ns(w, slash == SIZE_MAX ? view_ns(w->v, w->head) :
							   slice_sub(text, 0, slash));
	}
}

/* All clients whose control plane has the revision at hand. */
static void pairs_of_revision(struct pair_walk *w)
{
	if (binding_on_mesh(w->head))
		pairs_of_mesh(w);
	pairs_of_gateways(w);
}

/* All clients of an old destination. */
static void pairs_of_destination(struct pair_walk *w)
{
	const struct slices *names = &w->revisions;

	for (size_t i = 0; i < names->n; i++) {
		w->client.revision = names->items[i];
		pairs_of_revision(w);
	}
}

/* All clients of a route. */
static void pairs_of_route(struct pair_walk *w)
{
	struct object_set heads = view_heads(w->v, w->vs->object);

	for (size_t h = 0; h < heads.n || !h; h++) {
		w->head = h < heads.n ? heads.items[h] : w->vs->object;
		for (size_t d = 0; d < w->route->n; d++) {
			w->dest = &w->route->dests[d];
			if (w->dest->side == SIDE_OLD)
				pairs_of_destination(w);
		}
	}
}

void policy_each_pair(const struct view *v, void (*pair)(const struct policy_pair *p, void *ctx),
		      void *ctx)
{
	struct pair_walk w = { .v = v, .pair = pair, .ctx = ctx };

	if (!v->old_rules.n && !v->new_rules.n)
		return;
	w.old = policy_rules_read(v, &v->old_rules);
	w.new = policy_rules_read(v, &v->new_rules);
	w.revisions = view_revisions(v);
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			w.vs = &v->s->vss[i];
			w.route = &w.vs->routes[r];
			if (!route_hidden_by(w.vs, w.route))
				pairs_of_route(&w);
		}
}

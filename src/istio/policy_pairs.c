#include "istio/policy_pairs_internal.h"

#include "istio/host.h"

/* What a walk over all pairs passes around. */
struct pair_walk {
	const struct view *v;
	struct policy_rules old, new;
	struct slices revisions; /* that objects name */
	const struct vs *vs;
	const struct object *head; /* the VirtualService itself, or one that delegates to it */
	const struct route *route;
	const struct dest *dest;
	bool gateway; /* the clients are gateways */
	struct policy_client client;
	void (*pair)(const struct policy_pair *p, void *ctx);
	void *ctx;
};

/* --- who calls ------------------------------------------------------------ */

/* Is a match block for the clients at hand? */
static bool block_takes(const struct pair_walk *w, const struct yaml_node *block)
{
	const struct yaml_node *gateways = yaml_get(block, "gateways");
	struct slice ns = yaml_string(yaml_get(block, "sourceNamespace"));

	if (gateways && gateways->nchildren)
		return w->gateway || list_has(gateways, "mesh");
	return w->gateway || !ns.len || slice_eq(ns, w->client.ns);
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
	return revision_reads(visible_revision(o), w->client.revision) &&
	       visible_in(&(struct visible){ o, view_ns(w->v, o) }, w->client.ns);
}

/* Do the clients at hand see the VirtualService and the old host? */
static bool sees_route(const struct pair_walk *w)
{
	bool seen = !w->v->entries.n;

	for (size_t i = 0; i < w->v->entries.n && !seen; i++)
		seen = sees_object(w, w->v->entries.items[i]);
	return seen && sees_object(w, w->head);
}

/* --- on which port -------------------------------------------------------- */

/* Do routes of this kind work on a port of the protocol? Without one, all do. */
static bool kind_takes(enum route_kind kind, struct slice protocol)
{
	return !protocol.len || binding_is_http(protocol) == (kind == ROUTE_HTTP);
}

/* Calls back for the clients at hand, when they call the old host on this port. */
static void pair_on(const struct pair_walk *w, long port)
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
			 .port = v->s->move->port ? v->s->move->port : port,
			 .client = w->client }
	};

	w->pair(&p, w->ctx);
}

/* Calls back for the ports of a ServiceEntry that the route may call; how many? */
static size_t pairs_of_entry(const struct pair_walk *w, const struct object *entry)
{
	const struct yaml_node *ports = yaml_get(entry->spec, "ports");
	bool sole = w->gateway && ports && ports->nchildren == 1;
	size_t n = 0;

	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next) {
		struct slice protocol = yaml_string(yaml_get(c, "protocol"));
		long port = port_number(c);

		if (!sole && !kind_takes(w->route->kind, protocol))
			continue;
		n++;
		if (w->gateway || binding_takes_port(w->route->match, port))
			pair_on(w, port);
	}
	return n;
}

/* Calls back for all ports for which rules of the old host have settings of their own. */
static void pairs_of_settings(const struct pair_walk *w)
{
	for (size_t i = 0; i < w->old.n; i++) {
		const struct yaml_node *list = yaml_path(
			w->old.items[i].object->spec, "trafficPolicy", "portLevelSettings", NULL);

		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
			pair_on(w, port_number(yaml_get(c, "port")));
	}
}

/* Calls back for the clients at hand, on each port that they may call. */
static void pairs_of_client(const struct pair_walk *w)
{
	long port = port_number(w->dest->port);
	size_t n = 0;

	if (!route_takes(w) || !sees_route(w))
		return;
	for (size_t e = 0; e < w->v->entries.n && port < 0; e++)
		n += pairs_of_entry(w, w->v->entries.items[e]);
	if (n)
		return;
	pair_on(w, port);
	if (port < 0) /* the ports are not known */
		pairs_of_settings(w);
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

/* The sidecars: of the namespaces with rules, of those that exportTo lists, of any other. */
static void pairs_of_mesh(struct pair_walk *w)
{
	w->gateway = false;
	pairs_of_ns(w, view_ns(w->v, w->head));
	pairs_of_rules(w, &w->old);
	pairs_of_rules(w, &w->new);
	pairs_of_exports(w, yaml_get(w->head->spec, "exportTo"));
	for (size_t e = 0; e < w->v->entries.n; e++)
		pairs_of_exports(w, yaml_get(w->v->entries.items[e]->spec, "exportTo"));
	pairs_of_ns(w, SLICE(ELSEWHERE));
}

/* The gateways, which usually run in the namespace of their Gateway. */
static void pairs_of_gateways(struct pair_walk *w)
{
	const struct yaml_node *list = yaml_get(w->head->spec, "gateways");

	w->gateway = true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice text = yaml_string(c);
		size_t slash = slice_find_byte(text, '/');

		if (!slice_is(text, "mesh"))
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

/*
 * All clients of an old destination. Where only one revision is named, others read what has no
 * label.
 */
static void pairs_of_destination(struct pair_walk *w)
{
	const struct slices *names = &w->revisions;

	for (size_t i = 0; i < names->n; i++) {
		w->client.revision = names->items[i];
		pairs_of_revision(w);
	}
	w->client.revision = SLICE(ELSEWHERE);
	if (names->n < 2)
		pairs_of_revision(w);
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

/* Adds the revision of an object to those that are named. */
static void add_revision(struct pair_walk *w, const struct object *o)
{
	struct slice name = visible_revision(o);

	if (name.len && !slices_have(w->revisions, name))
		w->revisions.items[w->revisions.n++] = name;
}

/* Collects the revisions that rules, ServiceEntries and VirtualServices name. */
static void find_revisions(struct pair_walk *w)
{
	const struct view *v = w->v;
	size_t most = w->old.n + w->new.n + v->entries.n + v->s->nvss;

	w->revisions.items = arena_array(v->s->arena, most, sizeof(struct slice));
	for (size_t i = 0; i < w->old.n; i++)
		add_revision(w, w->old.items[i].object);
	for (size_t i = 0; i < w->new.n; i++)
		add_revision(w, w->new.items[i].object);
	for (size_t i = 0; i < v->entries.n; i++)
		add_revision(w, v->entries.items[i]);
	for (size_t i = 0; i < v->s->nvss; i++)
		add_revision(w, v->s->vss[i].object);
}

void policy_each_pair(const struct view *v, void (*pair)(const struct policy_pair *p, void *ctx),
		      void *ctx)
{
	struct pair_walk w = { .v = v, .pair = pair, .ctx = ctx };

	if (!v->old_rules.n && !v->new_rules.n)
		return;
	w.old = policy_rules_read(v, &v->old_rules);
	w.new = policy_rules_read(v, &v->new_rules);
	find_revisions(&w);
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			w.vs = &v->s->vss[i];
			w.route = &w.vs->routes[r];
			if (!route_hidden_by(w.vs, w.route))
				pairs_of_route(&w);
		}
}

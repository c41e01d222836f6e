/*
 * The ports of the old host's ServiceEntry: http routes work on some of them, and the new host has
 * its own.
 */
#include "istio/host.h"
#include "istio/rules_internal.h"

/* Is the text one of these, in any letter case? */
static bool one_of(struct slice text, const char *const *protocols)
{
	for (; *protocols; protocols++)
		if (slice_eq_case(text, slice_of(*protocols)))
			return true;
	return false;
}

/* Do http routes work on a port of this protocol? None means sniffed, HTTP or TCP by the
 * connection. */
static bool protocol_is_http(struct slice protocol)
{
	return !protocol.len || binding_is_http(protocol);
}

static struct slice protocol_of(const struct yaml_node *port)
{
	return yaml_string(yaml_get(port, "protocol"));
}

/* The first port of the list, and the ones behind it: `for (c = ports_of(o); c; c = c->next)`. */
static const struct yaml_node *ports_of(const struct object *entry)
{
	const struct yaml_node *ports = yaml_get(entry->spec, "ports");

	return ports ? ports->first : NULL;
}

/* Does an old destination of the route use this port: by its number, or by specifying none? */
static bool route_uses(const struct route *route, const struct yaml_node *port)
{
	for (size_t d = 0; d < route->n; d++) {
		long wanted = port_number(route->dests[d].port);

		if (route->dests[d].side == SIDE_OLD && (wanted < 0 || wanted == port_number(port)))
			return true;
	}
	return false;
}

/* Does a route of the move use this port? */
static bool port_used(const struct view *v, const struct yaml_node *port)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++)
			if (route_uses(&v->s->vss[i].routes[r], port))
				return true;
	return false;
}

/* --- listeners ------------------------------------------------------------ */

/*
 * Are the hosts of the VirtualService the old one? In the mesh, its routes then work on the old
 * host's own ports. For other hosts, the protocol of these counts, and the port of the old host
 * just gets what comes through.
 */
static bool has_old_host(const struct view *v, const struct object *head)
{
	const struct yaml_node *hosts = yaml_get(head->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (is_old(v, head, yaml_string(c)) || host_covered(yaml_string(c), v->old))
			return true;
	return false;
}

/*
 * Is the route used on the old host's own ports, by sidecars? A delegate has the hosts of its
 * roots, which may not be known.
 */
static bool listens_as_old(const struct view *v, const struct vs *vs, const struct route *route)
{
	struct object_set heads = view_heads(v, vs->object);

	for (size_t i = 0; i < heads.n; i++)
		if (binding_on_mesh(heads.items[i]) &&
		    binding_has_match(route->match, SLICE(MESH), vs->ns) &&
		    has_old_host(v, heads.items[i]))
			return true;
	return !heads.n;
}

/* Do sidecars use the route, on whatever ports? They may use one of a delegate without a known
 * root. */
static bool is_for_mesh(const struct view *v, const struct vs *vs, const struct route *route)
{
	struct object_set heads = view_heads(v, vs->object);

	for (size_t i = 0; i < heads.n; i++)
		if (binding_on_mesh(heads.items[i]) &&
		    binding_has_match(route->match, SLICE(MESH), vs->ns))
			return true;
	return !heads.n;
}

/* What is known of the gateways that a route is bound to. */
struct gateway_use {
	size_t bound, known;          /* how many, and of how many the Gateway is known */
	bool works;                   /* a server of one of them accepts http requests for it */
	const struct object *gateway; /* the first known one that does not */
};

/* Calls back for each gateway that the route is bound to; the Gateway is NULL if not known. */
static void each_gateway(const struct view *v, const struct vs *vs, const struct route *route,
			 void (*use)(const struct object *gateway, const struct gateway_route *r,
				     void *ctx),
			 void *ctx)
{
	struct object_set heads = view_heads(v, vs->object);

	for (size_t i = 0; i < heads.n; i++) {
		const struct yaml_node *names = yaml_get(heads.items[i]->spec, "gateways");
		struct gateway_route r = { heads.items[i], view_ns(v, heads.items[i]), route->match,
					   SLICE_NONE };

		for (const struct yaml_node *c = names ? names->first : NULL; c; c = c->next) {
			r.gateway = yaml_string(c);
			if (!slice_is(r.gateway, MESH) &&
			    binding_has_match(route->match, r.gateway, r.ns))
				use(view_gateway(v, r.gateway, r.ns), &r, ctx);
		}
	}
}

/* Adds a gateway of the route. */
static void use_gateway(const struct object *gateway, const struct gateway_route *r, void *ctx)
{
	struct gateway_use *use = ctx;

	use->bound++;
	use->known += gateway != NULL;
	if (gateway && gateway_takes_http(gateway, r))
		use->works = true;
	else if (!use->gateway)
		use->gateway = gateway;
}

/* The gateways that the route is bound to. */
static struct gateway_use gateways_of(const struct view *v, const struct vs *vs,
				      const struct route *route)
{
	struct gateway_use use = { 0, 0, false, NULL };

	each_gateway(v, vs, route, use_gateway, &use);
	return use;
}

/* --- http routes ---------------------------------------------------------- */

/*
 * Does the route get the requests of sidecars on port 80 though the ServiceEntry has no such port?
 * Istio makes such a route for a VirtualService without any HTTP port
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/httproute.go). It works
 * if the destination names a port that the ServiceEntry has.
 */
static bool is_on_port_80(const struct object *entry, const struct route *route,
			  const struct dest *d)
{
	bool found = false;

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next) {
		if (port_number(c) == 80)
			return false;
		found = found || (d->port && port_number(c) == port_number(d->port));
	}
	return found && binding_takes_port(route->match, 80);
}

/*
 * The port of the ServiceEntry that keeps requests from the route, since it is not HTTP; NULL:
 * fine. What counts is the port on which the client calls, not the one that the destination names:
 * HTTP in on port 80 and out to port 443 is how TLS is begun for clients.
 */
static const struct yaml_node *bad_port(const struct object *entry, const struct route *route,
					const struct dest *d)
{
	const struct yaml_node *bad = NULL;
	long wanted = port_number(d->port);

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next) {
		if (protocol_is_http(protocol_of(c))) {
			if (binding_takes_port(route->match, port_number(c)))
				return NULL;
		} else if (binding_takes_port(route->match, port_number(c)) &&
			   (!bad || port_number(c) == wanted)) {
			bad = c;
		}
	}
	return bad;
}

/* A port that keeps requests of sidecars from a route, and whether others come on port 80. */
struct blocked {
	const struct yaml_node *port; /* NULL: none */
	bool on_80;
};

static struct blocked blocked_by(const struct object *entry, const struct route *route)
{
	struct blocked b = { NULL, false };

	for (size_t i = 0; i < route->n && !b.port; i++)
		if (route->dests[i].side == SIDE_OLD) {
			b.port = bad_port(entry, route, &route->dests[i]);
			b.on_80 = is_on_port_80(entry, route, &route->dests[i]);
		}
	return b;
}

/* Calls back for each http route of the move that names the old host and may be reached. */
static void each_http_route(const struct view *v, const struct code *code, struct findings *out,
			    void (*check)(const struct view *v, const struct vs *vs,
					  const struct route *route, const struct code *code,
					  struct findings *out))
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct vs *vs = &v->s->vss[i];
			const struct route *route = &vs->routes[r];

			if (route->kind == ROUTE_HTTP && route->nold && !route_hidden_by(vs, route))
				check(v, vs, route, code, out);
		}
}

/* Is there no finding of the code at the place yet? */
static bool is_new_place(const struct findings *out, const struct code *code, struct place at)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].code == code && out->items[i].at.line == at.line &&
		    slice_eq(out->items[i].at.path, at.path))
			return false;
	return true;
}

/* A route that sidecars use on ports that are not HTTP, and that works at no gateway either. */
static void check_route_port(const struct view *v, const struct vs *vs, const struct route *route,
			     const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n && listens_as_old(v, vs, route); e++) {
		const struct object *entry = v->entries.items[e];
		struct blocked bad = blocked_by(entry, route);

		if (bad.port && !bad.on_80 && !gateways_of(v, vs, route).works &&
		    is_new_place(out, code, yaml_place(bad.port)))
			findings_add(out, code, yaml_place(bad.port),
				     "port %ld of the ServiceEntry '%" SLICE_FMT "' is %" SLICE_FMT
				     ", not HTTP",
				     port_number(bad.port), SLICE_ARG(entry->name),
				     SLICE_ARG(protocol_of(bad.port)));
	}
}

/*
 * A route for gateways that its VirtualService does not have, or for such that are all known, and
 * none of which has a server for it.
 */
static void check_route_gateways(const struct view *v, const struct vs *vs,
				 const struct route *route, const struct code *code,
				 struct findings *out)
{
	struct gateway_use use = gateways_of(v, vs, route);

	if (is_for_mesh(v, vs, route) || use.works || use.known != use.bound)
		return;
	if (!use.bound)
		findings_add(out, code, yaml_place(route->node),
			     "%" SLICE_FMT " is never reached: the VirtualService has none of the "
			     "gateways that the route matches",
			     SLICE_ARG(route_label(route, v->s->arena)));
	else
		findings_add(out, code, yaml_place(route->node),
			     "%" SLICE_FMT " is never reached: the Gateway '%" SLICE_FMT
			     "' has no HTTP server with a host of this VirtualService and a port "
			     "that the route matches",
			     SLICE_ARG(route_label(route, v->s->arena)),
			     SLICE_ARG(use.gateway->name));
}

static void check_protocol(const struct view *v, const struct code *code, struct findings *out)
{
	each_http_route(v, code, out, check_route_port);
}

static void check_gateways(const struct view *v, const struct code *code, struct findings *out)
{
	each_http_route(v, code, out, check_route_gateways);
}

/*
 * A route that works at a gateway, or for requests on port 80, and not for sidecars that call the
 * old host on its own ports, past the route.
 */
static void check_route_sidecars(const struct view *v, const struct vs *vs,
				 const struct route *route, const struct code *code,
				 struct findings *out)
{
	for (size_t e = 0; e < v->entries.n && listens_as_old(v, vs, route); e++) {
		const struct object *entry = v->entries.items[e];
		struct blocked bad = blocked_by(entry, route);
		bool works = gateways_of(v, vs, route).works;

		if (bad.port && (bad.on_80 || works))
			findings_add(out, code, yaml_place(route->node),
				     "%" SLICE_FMT " is used %s only: port %ld of the "
				     "ServiceEntry '%" SLICE_FMT "' is %" SLICE_FMT
				     ", so pods that call it keep calling the old host",
				     SLICE_ARG(route_label(route, v->s->arena)),
				     !works     ? "on port 80" :
				     !bad.on_80 ? "by gateways" :
						  "by gateways and on port 80",
				     port_number(bad.port), SLICE_ARG(entry->name),
				     SLICE_ARG(protocol_of(bad.port)));
	}
}

static void check_sidecars(const struct view *v, const struct code *code, struct findings *out)
{
	each_http_route(v, code, out, check_route_sidecars);
}

/*
 * The first port of the ServiceEntry that a tls or tcp route may get connections of, when all such
 * ports are HTTP; NULL: fine.
 */
static const struct yaml_node *http_only(const struct object *entry, const struct route *route)
{
	const struct yaml_node *found = NULL;

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next) {
		if (!binding_takes_port(route->match, port_number(c)))
			continue;
		if (!protocol_of(c).len || !protocol_is_http(protocol_of(c)))
			return NULL;
		found = found ? found : c;
	}
	return found;
}

/*
 * On a port of protocol HTTP, Istio makes a listener for http routes alone; a port without a
 * protocol has both.
 */
static void check_route_raw(const struct view *v, const struct route *route,
			    const struct object *entry, const struct code *code,
			    struct findings *out)
{
	const struct yaml_node *port =
		route->kind != ROUTE_HTTP && route->nold ? http_only(entry, route) : NULL;

	if (port)
		findings_add(out, code, yaml_place(route->node),
			     "%" SLICE_FMT " is never reached: port %ld of the ServiceEntry "
			     "'%" SLICE_FMT "' is %" SLICE_FMT,
			     SLICE_ARG(route_label(route, v->s->arena)), port_number(port),
			     SLICE_ARG(entry->name), SLICE_ARG(protocol_of(port)));
}

/* The tls and tcp routes of a VirtualService against one ServiceEntry. */
static void check_vs_raw(const struct view *v, const struct vs *vs, const struct object *entry,
			 const struct code *code, struct findings *out)
{
	for (size_t r = 0; r < vs->n; r++)
		if (listens_as_old(v, vs, &vs->routes[r]))
			check_route_raw(v, &vs->routes[r], entry, code, out);
}

static void check_raw(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (size_t i = 0; i < v->s->nvss; i++)
			check_vs_raw(v, &v->s->vss[i], v->entries.items[e], code, out);
}

/* A finding for every port in use with one of these protocols. */
static void ports_like(const struct view *v, const struct code *code, const char *const *protocols,
		       const char *what, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (const struct yaml_node *c = ports_of(v->entries.items[e]); c; c = c->next)
			if (port_used(v, c) && one_of(protocol_of(c), protocols))
				findings_add(out, code, yaml_place(c),
					     "port %ld of the ServiceEntry '%" SLICE_FMT "' %s",
					     port_number(c), SLICE_ARG(v->entries.items[e]->name),
					     what);
}

static void check_http2(const struct view *v, const struct code *code, struct findings *out)
{
	static const char *const protocols[] = { "GRPC", "GRPC-WEB", "HTTP2", NULL };

	ports_like(v, code, protocols,
		   "uses HTTP/2, which the new host must support from end to end", out);
}

static void check_sniffed(const struct view *v, const struct code *code, struct findings *out)
{
	static const char *const protocols[] = { "", NULL };

	ports_like(v, code, protocols,
		   "has no protocol: connections that are not HTTP bypass the http routes", out);
}

/* Does every match block of the route specify a port? */
static bool matches_port(const struct route *route)
{
	for (const struct yaml_node *c = route->match ? route->match->first : NULL; c; c = c->next)
		if (!yaml_get(c, "port"))
			return false;
	return route->match && route->match->nchildren;
}

/* The first old destination of the route that specifies no port and may be reached on any. */
static const struct dest *portless_dest(const struct route *route)
{
	for (size_t d = 0; d < route->n && !matches_port(route); d++)
		if (route->dests[d].side == SIDE_OLD && !route->dests[d].port)
			return &route->dests[d];
	return NULL;
}

/* The first of all routes, or of those that sidecars use on the old host's ports; NULL: none. */
static const struct dest *any_port(const struct view *v, bool mesh_only)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct vs *vs = &v->s->vss[i];
			const struct route *route = &vs->routes[r];
			const struct dest *d = portless_dest(route);

			if (d && !route_hidden_by(vs, route) &&
			    (listens_as_old(v, vs, route) ||
			     (!mesh_only && !is_for_mesh(v, vs, route))))
				return d;
		}
	return NULL;
}

/* Ports of the old host that routes without a port call. */
struct called_ports {
	const struct object *entry;
	const struct dest *dest; /* of the first such route */
	long items[16];          /* more are not listed */
	size_t n;
};

static void add_port(struct called_ports *p, const struct dest *dest, long port)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i] == port)
			return;
	if (p->n == sizeof(p->items) / sizeof(p->items[0]))
		return;
	p->items[p->n++] = port;
	p->dest = p->dest ? p->dest : dest;
}

/* A route of gateways. */
struct gateway_call {
	struct called_ports *ports;
	const struct dest *dest;
};

/*
 * Adds the ports of a gateway's servers that the ServiceEntry has. One that has a single port is
 * called on that, whatever the server's.
 */
static void add_server_ports(const struct object *gateway, const struct gateway_route *r, void *ctx)
{
	const struct gateway_call *call = ctx;
	const struct yaml_node *first = ports_of(call->ports->entry), *server = NULL;

	if (!gateway || !first || !first->next)
		return;
	while ((server = gateway_next_server(gateway, r, server)))
		for (const struct yaml_node *c = first; c; c = c->next)
			if (port_number(c) == port_number(yaml_get(server, "port")))
				add_port(call->ports, call->dest, port_number(c));
}

/* Adds the ports that gateways call: their own. */
static void add_gateway_ports(const struct view *v, struct called_ports *p)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct vs *vs = &v->s->vss[i];
			struct gateway_call call = { p, portless_dest(&vs->routes[r]) };

			if (call.dest && !route_hidden_by(vs, &vs->routes[r]))
				each_gateway(v, vs, &vs->routes[r], add_server_ports, &call);
		}
}

/* Adds the ports that sidecars call: those of HTTP, which clients of the old host may call. */
static void add_sidecar_ports(const struct view *v, struct called_ports *p)
{
	const struct dest *dest = any_port(v, true);

	for (const struct yaml_node *c = dest ? ports_of(p->entry) : NULL; c; c = c->next)
		if (protocol_is_http(protocol_of(c)) && port_number(c) > 0)
			add_port(p, dest, port_number(c));
}

static void check_ports(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n && !v->s->move->port; e++) {
		struct called_ports p = { .entry = v->entries.items[e] };
		AUTO_STR struct str list = STR_INIT;

		add_sidecar_ports(v, &p);
		add_gateway_ports(v, &p);
		for (size_t i = 0; i < p.n; i++)
			str_addf(&list, "%s%ld", i ? ", " : "", p.items[i]);
		if (p.n > 1)
			findings_add(
				out, code, yaml_place(p.dest->host),
				"a route without a port applies to the ports %s, and '%" SLICE_FMT
				"' must listen on each of them",
				list.ptr, SLICE_ARG(v->new));
	}
}

/* Is there a route without a port for gateways alone? They call whatever port is the only one. */
static bool has_gateway_dest(const struct view *v)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct vs *vs = &v->s->vss[i];
			const struct route *route = &vs->routes[r];

			if (route->kind == ROUTE_HTTP && portless_dest(route) &&
			    !route_hidden_by(vs, route) && !is_for_mesh(v, vs, route))
				return true;
		}
	return false;
}

/* The one port of the old host that routes call; 80 if there are several. */
static long sole_port(const struct view *v, const struct object *entry)
{
	const struct yaml_node *first = ports_of(entry);
	long last = 80;
	size_t n = 0;

	for (const struct yaml_node *c = first; c; c = c->next)
		if (protocol_is_http(protocol_of(c)) && port_number(c) > 0) {
			last = port_number(c);
			n++;
		}
	if (!n && first && !first->next && port_number(first) > 0 && has_gateway_dest(v))
		return port_number(first);
	return n == 1 ? last : 80;
}

static void check_port(const struct view *v, const struct code *code, struct findings *out)
{
	const struct dest *dest = v->s->move->port ? NULL : any_port(v, false);

	for (size_t e = 0; e < v->entries.n && dest; e++) {
		long port = sole_port(v, v->entries.items[e]);

		if (port != 80)
			findings_add(out, code, yaml_place(dest->host),
				     "'%" SLICE_FMT
				     "' will be called on port %ld, the port of the old host",
				     SLICE_ARG(v->new), port);
	}
}

const struct rule rules_of_ports[] = {
	{ &CODE_not_http, check_protocol },
	{ &CODE_route_dead, check_gateways },
	{ &CODE_vs_gateway, check_sidecars },
	{ &CODE_route_raw, check_raw },
	{ &CODE_entry_http2, check_http2 },
	{ &CODE_entry_sniffed, check_sniffed },
	{ &CODE_entry_ports, check_ports },
	{ &CODE_entry_port, check_port },
	{ NULL, NULL },
};

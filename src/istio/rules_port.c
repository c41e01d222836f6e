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

/*
 * Do http routes work on a port of this protocol? None means sniffed, which is HTTP or TCP by the
 * connection.
 */
static bool protocol_is_http(struct slice protocol)
{
	static const char *const http[] = { "HTTP", "HTTP2", "GRPC", "GRPC-WEB", NULL };

	return !protocol.len || one_of(protocol, http);
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

/*
 * Are the listeners of a VirtualService's routes those of the old host's own ports? Not where it is
 * for gateways only, or for other hosts: then the protocol of the gateway's server or of the other
 * host's port counts, and the port of the old host just gets what comes through it. A delegate has
 * the hosts of a root that may not be known.
 */
static bool listens_as_old(const struct view *v, const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	if (!on_mesh(o))
		return false;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (is_old(v, o, yaml_string(c)) || host_covered(yaml_string(c), v->old))
			return true;
	return !has_field(o->spec, "hosts");
}

/* May a request that arrives on this port come to the route? */
static bool lets_in(const struct route *route, long port)
{
	bool any = false;

	for (const struct yaml_node *c = route->match ? route->match->first : NULL; c;
	     c = c->next) {
		const struct yaml_node *wanted = yaml_get(c, "port");
		long number;

		any = true;
		if (!wanted || !parse_int(wanted->text, 1, 65535, &number) || number == port)
			return true;
	}
	return !any;
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
			if (lets_in(route, port_number(c)))
				return NULL;
		} else if (!bad || port_number(c) == wanted) {
			bad = c;
		}
	}
	return bad;
}

/*
 * All old destinations of a VirtualService against one ServiceEntry; each bad port is named once.
 */
static void vs_ports(const struct vs *vs, const struct object *entry, const struct code *code,
		     struct findings *out)
{
	const struct yaml_node *named = NULL;

	for (size_t r = 0; r < vs->n; r++)
		for (size_t i = 0; i < vs->routes[r].n && vs->routes[r].kind == ROUTE_HTTP; i++) {
			const struct dest *d = &vs->routes[r].dests[i];
			const struct yaml_node *bad =
				d->side == SIDE_OLD ? bad_port(entry, &vs->routes[r], d) : NULL;

			if (!bad || bad == named)
				continue;
			named = bad;
			findings_add(out, code, yaml_place(bad),
				     "port %ld of the ServiceEntry '%" SLICE_FMT "' is %" SLICE_FMT
				     ", not HTTP",
				     port_number(bad), SLICE_ARG(entry->name),
				     SLICE_ARG(protocol_of(bad)));
		}
}

static void check_protocol(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (size_t i = 0; i < v->s->nvss; i++)
			if (listens_as_old(v, v->s->vss[i].object))
				vs_ports(&v->s->vss[i], v->entries.items[e], code, out);
}

/*
 * The first port of the ServiceEntry that a tls or tcp route may get connections of, when all such
 * ports are HTTP; NULL: fine.
 */
static const struct yaml_node *http_only(const struct object *entry, const struct route *route)
{
	const struct yaml_node *found = NULL;

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next) {
		if (!lets_in(route, port_number(c)))
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

static void check_raw(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (size_t i = 0; i < v->s->nvss; i++) {
			const struct vs *vs = &v->s->vss[i];

			for (size_t r = 0; r < vs->n && listens_as_old(v, vs->object); r++)
				check_route_raw(v, &vs->routes[r], v->entries.items[e], code, out);
		}
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

/* The ports of an entry that http routes work on: how many, the list of them, the last. */
static size_t http_ports(const struct object *entry, struct str *list, long *last)
{
	size_t n = 0;

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next)
		if (protocol_is_http(protocol_of(c)) && port_number(c) > 0) {
			*last = port_number(c);
			str_addf(list, "%s%ld", n++ ? ", " : "", *last);
		}
	return n;
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

/* The first of all routes; NULL: none. */
static const struct dest *any_port(const struct view *v)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct dest *d = portless_dest(&v->s->vss[i].routes[r]);

			if (d)
				return d;
		}
	return NULL;
}

static void check_ports(const struct view *v, const struct code *code, struct findings *out)
{
	const struct dest *dest = v->s->move->port ? NULL : any_port(v);

	for (size_t e = 0; e < v->entries.n && dest; e++) {
		AUTO_STR struct str list = STR_INIT;
		long last;

		if (http_ports(v->entries.items[e], &list, &last) > 1)
			findings_add(
				out, code, yaml_place(dest->host),
				"a route without a port applies to the ports %s, and '%" SLICE_FMT
				"' must listen on each of them",
				list.ptr, SLICE_ARG(v->new));
	}
}

static void check_port(const struct view *v, const struct code *code, struct findings *out)
{
	const struct dest *dest = v->s->move->port ? NULL : any_port(v);

	for (size_t e = 0; e < v->entries.n && dest; e++) {
		AUTO_STR struct str list = STR_INIT;
		long last = 80;

		if (http_ports(v->entries.items[e], &list, &last) == 1 && last != 80)
			findings_add(out, code, yaml_place(dest->host),
				     "'%" SLICE_FMT
				     "' will be called on port %ld, the port of the old host",
				     SLICE_ARG(v->new), last);
	}
}

const struct rule rules_of_ports[] = {
	{ &CODE_not_http, check_protocol },
	{ &CODE_route_raw, check_raw },
	{ &CODE_entry_http2, check_http2 },
	{ &CODE_entry_sniffed, check_sniffed },
	{ &CODE_entry_ports, check_ports },
	{ &CODE_entry_port, check_port },
	{ NULL, NULL },
};

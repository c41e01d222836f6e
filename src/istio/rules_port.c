/*
 * What the ports of old's ServiceEntry say: http routes work on some of them, and new has its own.
 */
#include "istio/rules_internal.h"

/* Is the text one of these words, in any letter case? */
static bool one_of(struct slice text, const char *const *words)
{
	for (; *words; words++)
		if (slice_eq_case(text, slice_of(*words)))
			return true;
	return false;
}

/* Do http routes work on a port of this protocol? None means sniffed, which is HTTP or TCP by the connection. */
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

/* Does some old destination mean this port: by its number, or by saying none? */
static bool port_used(const struct view *v, const struct yaml_node *port)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++)
			for (size_t d = 0; d < v->s->vss[i].routes[r].n; d++) {
				const struct dest *dest = &v->s->vss[i].routes[r].dests[d];
				long wanted = port_number(dest->port);

				if (dest->side == SIDE_OLD && (wanted < 0 || wanted == port_number(port)))
					return true;
			}
	return false;
}

/* The port of the ServiceEntry that a destination means and that is not HTTP; NULL: fine. */
static const struct yaml_node *bad_port(const struct object *entry, const struct dest *d)
{
	const struct yaml_node *bad = NULL;
	long wanted = port_number(d->port);

	for (const struct yaml_node *c = ports_of(entry); c; c = c->next) {
		if (wanted > 0 && port_number(c) != wanted)
			continue;
		if (protocol_is_http(protocol_of(c)))
			return NULL;
		bad = c;
	}
	return bad;
}

/* All old destinations of a VirtualService against one ServiceEntry; each bad port is named once. */
static void vs_ports(const struct vs *vs, const struct object *entry, const struct code *code, struct findings *out)
{
	const struct yaml_node *named = NULL;

	for (size_t r = 0; r < vs->n; r++)
		for (size_t i = 0; i < vs->routes[r].n && vs->routes[r].kind == ROUTE_HTTP; i++) {
			const struct dest *d = &vs->routes[r].dests[i];
			const struct yaml_node *bad = d->side == SIDE_OLD ? bad_port(entry, d) : NULL;

			if (!bad || bad == named)
				continue;
			named = bad;
			findings_add(out, code, yaml_place(bad),
				     "port %ld of the ServiceEntry '%" SLICE_FMT "' is %" SLICE_FMT ", not HTTP", port_number(bad),
				     SLICE_ARG(entry->name), SLICE_ARG(protocol_of(bad)));
		}
}

static void rule_protocol(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (size_t i = 0; i < v->s->nvss; i++)
			vs_ports(&v->s->vss[i], v->entries.items[e], code, out);
}

/* Ports that speak HTTP/2, or that nobody says the protocol of. */
static void ports_like(const struct view *v, const struct code *code, const char *const *words, const char *what,
		       struct findings *out)
{
	for (size_t e = 0; e < v->entries.n; e++)
		for (const struct yaml_node *c = ports_of(v->entries.items[e]); c; c = c->next)
			if (port_used(v, c) && one_of(protocol_of(c), words))
				findings_add(out, code, yaml_place(c), "port %ld of the ServiceEntry '%" SLICE_FMT "' %s",
					     port_number(c), SLICE_ARG(v->entries.items[e]->name), what);
}

static void rule_http2(const struct view *v, const struct code *code, struct findings *out)
{
	static const char *const words[] = { "GRPC", "GRPC-WEB", "HTTP2", NULL };

	ports_like(v, code, words, "speaks HTTP/2, and new must do so from end to end", out);
}

static void rule_sniffed(const struct view *v, const struct code *code, struct findings *out)
{
	static const char *const words[] = { "", NULL };

	ports_like(v, code, words, "has no protocol: connections that are not HTTP never meet the routes that move", out);
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

/* Does every match block of the route say a port? */
static bool matches_port(const struct route *route)
{
	for (const struct yaml_node *c = route->match ? route->match->first : NULL; c; c = c->next)
		if (!yaml_get(c, "port"))
			return false;
	return route->match && route->match->nchildren;
}

/* The first destination that is old, says no port and may be reached on any; NULL: none. */
static const struct dest *any_port(const struct view *v)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct route *route = &v->s->vss[i].routes[r];

			for (size_t d = 0; d < route->n && !matches_port(route); d++)
				if (route->dests[d].side == SIDE_OLD && !route->dests[d].port)
					return &route->dests[d];
		}
	return NULL;
}

static void rule_ports(const struct view *v, const struct code *code, struct findings *out)
{
	const struct dest *dest = v->s->move->port ? NULL : any_port(v);

	for (size_t e = 0; e < v->entries.n && dest; e++) {
		AUTO_STR struct str list = STR_INIT;
		long last;

		if (http_ports(v->entries.items[e], &list, &last) > 1)
			findings_add(out, code, yaml_place(dest->host),
				     "a route without a port answers on all of %s, and '%" SLICE_FMT "' must have each of them",
				     list.ptr, SLICE_ARG(v->new));
	}
}

static void rule_port(const struct view *v, const struct code *code, struct findings *out)
{
	const struct dest *dest = v->s->move->port ? NULL : any_port(v);

	for (size_t e = 0; e < v->entries.n && dest; e++) {
		AUTO_STR struct str list = STR_INIT;
		long last = 80;

		if (http_ports(v->entries.items[e], &list, &last) == 1 && last != 80)
			findings_add(out, code, yaml_place(dest->host), "'%" SLICE_FMT "' will be called on port %ld, as old is",
				     SLICE_ARG(v->new), last);
	}
}

const struct rule rules_of_ports[] = {
	{ &CODE_not_http, rule_protocol }, { &CODE_entry_http2, rule_http2 }, { &CODE_entry_sniffed, rule_sniffed },
	{ &CODE_entry_ports, rule_ports }, { &CODE_entry_port, rule_port },   { NULL, NULL },
};

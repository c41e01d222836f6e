#include "istio/rules.h"

#include "istio/host.h"

#define ISTIO_GROUP "networking.istio.io"
#define BACKEND_GROUP "networking.gke.io"

/* --- GCPBackend ----------------------------------------------------------------------------------------------------------------- */

/* Calls back for every string below a node. */
static void each_string(const struct yaml_node *node, void (*host)(struct slice host, void *ctx), void *ctx)
{
	if (node && node->kind == YAML_SCALAR && yaml_string(node).len)
		host(node->text, ctx);
	for (const struct yaml_node *c = node ? node->first : NULL; c; c = c->next)
		each_string(c, host, ctx);
}

struct search {
	struct slice wanted;
	bool found;
};

static void search_host(struct slice host, void *ctx)
{
	struct search *s = ctx;

	s->found = s->found || host_same(host, s->wanted);
}

/*
 * Does a GCPBackend carry the host? The name of the key is not published (a preview); the guess is spec.hostname. Any string of the
 * spec that is the host counts, so that only this function has to change when the schema is known.
 */
static bool backend_has(const struct object *o, struct slice host)
{
	struct search s = { host, false };

	if (!object_is(o, BACKEND_GROUP, "GCPBackend"))
		return false;
	each_string(o->spec, search_host, &s);
	return s.found;
}

/* GCB1003: nobody in the tree answers to the new host. */
static void rule_backend(const struct scene *s, struct findings *findings)
{
	for (size_t i = 0; i < s->nobjects; i++)
		if (backend_has(s->objects[i], s->move->to))
			return;
	if (!s->whole)
		findings_add(findings, &CODE_unchecked, s->at,
			     "without a repository it is not known whether a GCPBackend has the host '%" SLICE_FMT "'",
			     SLICE_ARG(s->move->to))
			->remedy = SLICE("make sure that it is there before traffic moves");
	else
		findings_add(findings, &CODE_no_backend, s->at, "no GCPBackend with the host '%" SLICE_FMT "' is in this commit",
			     SLICE_ARG(s->move->to));
}

/* --- ServiceEntry --------------------------------------------------------------------------------------------------------------- */

/* Do http routes work on a port of this protocol? None means sniffed, which is HTTP or TCP by the connection. */
static bool protocol_is_http(struct slice protocol)
{
	static const struct slice http[] = { SLICE_INIT("HTTP"), SLICE_INIT("HTTP2"), SLICE_INIT("GRPC"), SLICE_INIT("GRPC-WEB") };

	for (size_t i = 0; i < sizeof(http) / sizeof(http[0]); i++)
		if (slice_eq_case(protocol, http[i]))
			return true;
	return !protocol.len;
}

/* The port number of a ServiceEntry's port, or of a destination; -1: none. */
static long port_number(const struct yaml_node *port)
{
	const struct yaml_node *number = yaml_get(port, "number");
	long value;

	return number && number->kind == YAML_SCALAR && parse_int(number->text, 1, 65535, &value) ? value : -1;
}

/* Does the ServiceEntry (or other object) list the host in spec.hosts? */
static bool has_host(const struct object *o, struct slice host, struct slice ns, struct arena *arena)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (host_same(yaml_string(c), host) || host_same(host_resolve(yaml_string(c), o->ns.len ? o->ns : ns, arena), host))
			return true;
	return false;
}

/* The port of the ServiceEntry that a destination means and that is not HTTP; NULL: fine. */
static const struct yaml_node *bad_port(const struct object *entry, const struct dest *d)
{
	const struct yaml_node *ports = yaml_get(entry->spec, "ports"), *bad = NULL;
	long wanted = port_number(d->port);

	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next) {
		bool http = protocol_is_http(yaml_string(yaml_get(c, "protocol")));

		if (wanted > 0 && port_number(c) != wanted)
			continue;
		if (http)
			return NULL;
		bad = c;
	}
	return bad;
}

/* All old destinations of a VirtualService against one ServiceEntry that has the host; each bad port is named once. */
static void vs_entries(const struct scene *s, const struct vs *vs, const struct object *entry, struct findings *findings)
{
	const struct yaml_node *named = NULL;

	if (!has_host(entry, vs->old_host, s->move->ns, s->arena))
		return;
	for (size_t r = 0; r < vs->n; r++)
		for (size_t i = 0; i < vs->routes[r].n && vs->routes[r].kind == ROUTE_HTTP; i++) {
			const struct dest *d = &vs->routes[r].dests[i];
			const struct yaml_node *bad = d->side == SIDE_OLD ? bad_port(entry, d) : NULL;

			if (!bad || bad == named)
				continue;
			named = bad;
			findings_add(findings, &CODE_not_http, yaml_place(bad),
				     "port %ld of the ServiceEntry '%" SLICE_FMT "' is %" SLICE_FMT ", not HTTP", port_number(bad),
				     SLICE_ARG(entry->name), SLICE_ARG(yaml_string(yaml_get(bad, "protocol"))));
		}
}

/* GCB1004: weights in an http route have no effect on a port that is not HTTP. */
static void rule_protocol(const struct scene *s, struct findings *findings)
{
	for (size_t o = 0; o < s->nobjects; o++)
		for (size_t v = 0; v < s->nvss && object_is(s->objects[o], ISTIO_GROUP, "ServiceEntry"); v++)
			vs_entries(s, &s->vss[v], s->objects[o], findings);
}

/* --- DestinationRule ------------------------------------------------------------------------------------------------------------ */

/* Does this policy switch TLS on? Returns the `mode`. */
static const struct yaml_node *policy_tls(const struct yaml_node *policy)
{
	const struct yaml_node *mode = yaml_path(policy, "tls", "mode", NULL), *ports = yaml_get(policy, "portLevelSettings");
	struct slice text = yaml_string(mode);

	if (slice_is(text, "SIMPLE") || slice_is(text, "MUTUAL") || slice_is(text, "ISTIO_MUTUAL"))
		return mode;
	for (const struct yaml_node *c = ports ? ports->first : NULL; c; c = c->next)
		if (policy_tls(c))
			return policy_tls(c);
	return NULL;
}

/* The same for a whole DestinationRule, subsets included. */
static const struct yaml_node *rule_tls_of(const struct object *o)
{
	const struct yaml_node *mode = policy_tls(yaml_get(o->spec, "trafficPolicy")), *subsets = yaml_get(o->spec, "subsets");

	for (const struct yaml_node *c = subsets ? subsets->first : NULL; c && !mode; c = c->next)
		mode = policy_tls(yaml_get(c, "trafficPolicy"));
	return mode;
}

/* The TLS mode that some DestinationRule of the scene gives a host. */
static const struct yaml_node *tls_for(const struct scene *s, struct slice host)
{
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct object *o = s->objects[i];
		struct slice rule = yaml_string(yaml_get(o->spec, "host"));

		if (!object_is(o, ISTIO_GROUP, "DestinationRule") || !rule.len)
			continue;
		rule = host_resolve(rule, o->ns.len ? o->ns : s->move->ns, s->arena);
		if ((host_same(rule, host) || host_covered(rule, host)) && rule_tls_of(o))
			return rule_tls_of(o);
	}
	return NULL;
}

/* GCB1005: old is called with TLS, new would not be. */
static void rule_tls(const struct scene *s, struct findings *findings)
{
	for (size_t v = 0; v < s->nvss; v++) {
		const struct yaml_node *mode = tls_for(s, s->vss[v].old_host);

		if (!mode || tls_for(s, s->vss[v].new_host))
			continue;
		findings_add(findings, &CODE_tls_lost, yaml_place(mode),
			     "a DestinationRule calls '%" SLICE_FMT "' with TLS (%" SLICE_FMT "), nothing does for '%" SLICE_FMT
			     "'",
			     SLICE_ARG(s->vss[v].old_host), SLICE_ARG(mode->text), SLICE_ARG(s->vss[v].new_host));
		return;
	}
}

/* --- all of them ---------------------------------------------------------------------------------------------------------------- */

static void (*const rules[])(const struct scene *s, struct findings *findings) = { rule_backend, rule_protocol, rule_tls };

void rules_check(const struct scene *scene, struct findings *findings)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](scene, findings);
}

bool rules_want(const struct object *o)
{
	return object_is(o, BACKEND_GROUP, "GCPBackend") || object_is(o, ISTIO_GROUP, "ServiceEntry") ||
	       object_is(o, ISTIO_GROUP, "DestinationRule");
}

void rules_each_host(const struct object *o, void (*host)(struct slice host, void *ctx), void *ctx)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	if (object_is(o, BACKEND_GROUP, "GCPBackend"))
		each_string(o->spec, host, ctx);
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		host(yaml_string(c), ctx);
	host(yaml_string(yaml_get(o->spec, "host")), ctx);
}

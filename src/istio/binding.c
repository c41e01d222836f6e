#include "istio/binding.h"

#include "istio/host.h"
#include "kube/group.h"

/* --- names ---------------------------------------------------------------- */

/* Is it the same gateway? A name without a namespace is one of the VirtualService's. */
static bool same_gateway(struct slice a, struct slice b, struct slice ns)
{
	struct slice longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;

	if (slice_eq(a, b))
		return true;
	return ns.len && longer.len == ns.len + 1 + shorter.len && slice_starts(longer, ns) &&
	       longer.ptr[ns.len] == '/' && slice_ends(longer, shorter);
}

bool binding_has_block(const struct yaml_node *block, struct slice gateway, struct slice ns)
{
	const struct yaml_node *gateways = yaml_get(block, "gateways");

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		if (same_gateway(yaml_string(c), gateway, ns))
			return true;
	return !gateways || !gateways->nchildren;
}

bool binding_has_match(const struct yaml_node *match, struct slice gateway, struct slice ns)
{
	for (const struct yaml_node *c = match ? match->first : NULL; c; c = c->next)
		if (binding_has_block(c, gateway, ns))
			return true;
	return !match || !match->nchildren;
}

bool binding_takes_port(const struct yaml_node *match, long port)
{
	for (const struct yaml_node *c = match ? match->first : NULL; c; c = c->next) {
		const struct yaml_node *wanted = yaml_get(c, "port");
		long number;

		if (binding_has_block(c, SLICE(MESH), SLICE_NONE) &&
		    (!wanted || !parse_int(wanted->text, 1, 65535, &number) || number == port))
			return true;
	}
	return !match || !match->nchildren;
}

bool binding_is_http(struct slice protocol)
{
	static const char *const http[] = { "HTTP", "HTTP2", "GRPC", "GRPC-WEB" };

	for (size_t i = 0; i < sizeof(http) / sizeof(http[0]); i++)
		if (slice_eq_case(protocol, slice_of(http[i])))
			return true;
	return false;
}

bool binding_on_mesh(const struct object *vs)
{
	const struct yaml_node *gateways = yaml_get(vs->spec, "gateways");

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		if (slice_is(yaml_string(c), MESH))
			return true;
	return !gateways || !gateways->nchildren;
}

bool binding_claims_mesh(const struct object *vs)
{
	static const char *const lists[] = { "http", "tls", "tcp" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && binding_on_mesh(vs); i++) {
		const struct yaml_node *list = yaml_get(vs->spec, lists[i]);

		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
			if (binding_has_match(yaml_get(c, "match"), SLICE(MESH), vs->ns))
				return true;
	}
	return false;
}

/* --- Gateways ------------------------------------------------------------- */

bool gateway_is(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "Gateway");
}

bool gateway_has_name(const struct object *gateway, struct slice name, struct slice ns)
{
	size_t slash = slice_find_byte(name, '/');
	struct slice own = slash == SIZE_MAX ? ns : slice_sub(name, 0, slash);
	struct slice rest = slash == SIZE_MAX ? name : slice_sub(name, slash + 1, name.len);

	return slice_eq(gateway->name, rest) &&
	       (!own.len || !gateway->ns.len || slice_eq(gateway->ns, own));
}

/* Does the server accept http requests? */
static bool is_http_server(const struct yaml_node *server)
{
	struct slice protocol = yaml_string(yaml_path(server, "port", "protocol", NULL));
	struct slice mode = yaml_string(yaml_path(server, "tls", "mode", NULL));

	if (binding_is_http(protocol) || slice_eq_case(protocol, SLICE("HTTP_PROXY")))
		return true;
	return slice_eq_case(protocol, SLICE("HTTPS")) && !slice_is(mode, "PASSTHROUGH") &&
	       !slice_is(mode, "AUTO_PASSTHROUGH");
}

/* Does "NAMESPACE/HOST" of a server admit a host of a VirtualService? */
static bool admits_host(const struct object *gateway, struct slice text, struct slice ns,
			struct slice host)
{
	size_t slash = slice_find_byte(text, '/');
	struct slice from = slash == SIZE_MAX ? SLICE("*") : slice_sub(text, 0, slash);
	struct slice name = slash == SIZE_MAX ? text : slice_sub(text, slash + 1, text.len);

	if (slice_is(from, "."))
		from = gateway->ns;
	if (!slice_is(from, "*") && from.len && ns.len && !slice_eq(from, ns))
		return false;
	return slice_is(name, "*") || slice_eq_case(name, host) || host_covered(name, host) ||
	       host_covered(host, name);
}

/* Does the server have a host of the VirtualService? */
static bool serves_hosts(const struct object *gateway, const struct yaml_node *server,
			 const struct gateway_route *r)
{
	const struct yaml_node *own = yaml_get(server, "hosts"),
			       *hosts = yaml_get(r->vs->spec, "hosts");

	for (const struct yaml_node *c = own ? own->first : NULL; c; c = c->next)
		for (const struct yaml_node *h = hosts ? hosts->first : NULL; h; h = h->next)
			if (admits_host(gateway, yaml_string(c), r->ns, yaml_string(h)))
				return true;
	return false;
}

/* Does a match block of the route accept the port of the server? */
static bool serves_port(const struct yaml_node *server, const struct gateway_route *r)
{
	const struct yaml_node *number = yaml_path(server, "port", "number", NULL);

	for (const struct yaml_node *c = r->match ? r->match->first : NULL; c; c = c->next) {
		const struct yaml_node *port = yaml_get(c, "port");

		if (binding_has_block(c, r->gateway, r->ns) &&
		    (!port || (number && slice_eq(port->text, number->text))))
			return true;
	}
	return !r->match || !r->match->nchildren;
}

const struct yaml_node *gateway_next_server(const struct object *gateway,
					    const struct gateway_route *r,
					    const struct yaml_node *server)
{
	const struct yaml_node *servers = yaml_get(gateway->spec, "servers");
	const struct yaml_node *c = server ? server->next : servers ? servers->first : NULL;

	while (c && !(is_http_server(c) && serves_hosts(gateway, c, r) && serves_port(c, r)))
		c = c->next;
	return c;
}

bool gateway_takes_http(const struct object *gateway, const struct gateway_route *r)
{
	return gateway_next_server(gateway, r, NULL);
}

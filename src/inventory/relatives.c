#include "inventory/relatives.h"

#include "istio/match.h"
#include "kube/group.h"

void relatives_each_token(const struct object *o, host_token_fn *found, void *ctx)
{
	const struct yaml_node *gateways = yaml_get(o->spec, "gateways"),
			       *hosts = yaml_get(o->spec, "hosts");
	bool on_gateway = false;

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		on_gateway = on_gateway || !slice_is(yaml_string(c), "mesh");
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c && on_gateway; c = c->next)
		found(host_token(yaml_string(c)), ctx);
	if (!hosts)
		found(host_token(o->name), ctx);
}

/* The value of the first label that a ServiceEntry selects workloads by; absent: none. */
static struct slice selected_value(const struct object *entry)
{
	const struct yaml_node *labels = yaml_path(entry->spec, "workloadSelector", "labels", NULL);

	return yaml_string(labels ? labels->first : NULL);
}

void relatives_each_workload_token(const struct object *o, host_token_fn *found, void *ctx)
{
	struct slice value = selected_value(o);

	if (value.len)
		found(host_token(value), ctx);
}

struct object_refs relatives_workloads(const struct inventory *inv, const struct object *entry,
				       struct arena *arena)
{
	struct slice value = selected_value(entry);

	return value.len ? inventory_by_host(inv, value, arena) : (struct object_refs){ NULL, 0 };
}

/* True if the list of hosts contains the host. */
static bool has_host(const struct yaml_node *hosts, struct slice host)
{
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (slice_eq_case(yaml_string(c), host))
			return true;
	return false;
}

bool relatives_share_host(const struct object *a, const struct object *b)
{
	const struct yaml_node *hosts = yaml_get(a->spec, "hosts");

	if (!vs_is(a) || !vs_is(b) || !vs_on_gateway(a) || !vs_on_gateway(b))
		return false;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (has_host(yaml_get(b->spec, "hosts"), yaml_string(c)))
			return true;
	return false;
}

/* True if Istio merges the routes of the VirtualService, on a gateway, with those of another. */
static bool shares_host(const struct inventory *inv, const struct object *o, struct arena *arena)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next) {
		struct object_refs others = inventory_by_host(inv, yaml_string(c), arena);

		for (size_t i = 0; i < others.n; i++) {
			const struct object *other = others.items[i].object;

			if (other != o && relatives_share_host(o, other))
				return true;
		}
	}
	return false;
}

/*
 * Sets whether a route that delegates to this VirtualService has a mirror, and whether its routes
 * are those of a gateway. That others share the host there is assumed: they were not searched for.
 */
static void check_roots(const struct inventory *inv, struct vs *vs, struct arena *arena)
{
	static const char *const mirrors[] = { "mirror",           "mirrors",
					       "mirrorPercentage", "mirrorPercent",
					       "mirror_percent",   "mirror_percentage" };
	struct object_refs roots = inventory_by_host(inv, vs->object->name, arena);

	for (size_t i = 0; i < roots.n; i++)
		if (vs_is(roots.items[i].object))
			vs_add_roots(vs, roots.items[i].object, arena);
	for (size_t i = 0; i < vs->nroots; i++) {
		const struct vs_root *root = &vs->roots[i];

		for (size_t j = 0; j < sizeof(mirrors) / sizeof(mirrors[0]); j++)
			vs->root_mirrors = vs->root_mirrors || yaml_get(root->route, mirrors[j]);
		if (vs_on_gateway(root->object) &&
		    match_is_sorted_last(yaml_get(root->route, "match")))
			vs->shares_gateway_host = true;
	}
}

/* True if the object is a ServiceEntry with the host, all of whose ports are gRPC. */
static bool is_grpc_entry(const struct object *o, struct slice host)
{
	const struct yaml_node *ports = yaml_get(o->spec, "ports");

	if (!object_is(o, ISTIO_GROUP, "ServiceEntry") || !ports || !ports->first ||
	    !has_host(yaml_get(o->spec, "hosts"), host))
		return false;
	for (const struct yaml_node *c = ports->first; c; c = c->next) {
		struct slice protocol = yaml_string(yaml_get(c, "protocol"));

		if (!slice_eq_case(protocol, SLICE("GRPC")) &&
		    !slice_eq_case(protocol, SLICE("GRPC-WEB")))
			return false;
	}
	return true;
}

/* Sets whether the old host has gRPC ports only. */
static void check_protocol(const struct inventory *inv, struct vs *vs, struct arena *arena)
{
	struct object_refs all = inventory_by_host(inv, vs->old_host, arena);

	for (size_t i = 0; i < all.n; i++)
		vs->posts_only = vs->posts_only || is_grpc_entry(all.items[i].object, vs->old_host);
}

void relatives_note(struct vs *vs, const struct inventory *inv, struct arena *arena)
{
	vs->shares_gateway_host = vs->on_gateway && shares_host(inv, vs->object, arena);
	check_protocol(inv, vs, arena);
	if (vs->is_delegate)
		check_roots(inv, vs, arena);
}

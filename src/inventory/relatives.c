#include "inventory/relatives.h"

/*
 * Does another VirtualService of a gateway have one of the hosts? Istio would merge their routes.
 */
static bool shares_host(const struct inventory *inv, const struct object *o, struct arena *arena)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next) {
		struct holdings others = inventory_by_host(inv, yaml_string(c), arena);

		for (size_t i = 0; i < others.n; i++) {
			const struct object *other = others.items[i].object;
			const struct yaml_node *list = yaml_get(other->spec, "hosts");

			if (other == o || !vs_is(other) || !vs_on_gateway(other))
				continue;
			for (const struct yaml_node *h = list ? list->first : NULL; h; h = h->next)
				if (slice_eq_case(yaml_string(h), yaml_string(c)))
					return true;
		}
	}
	return false;
}

/* Have the routes that delegate to this one a mirror? */
static void look_at_roots(const struct inventory *inv, struct vs *vs, struct arena *arena)
{
	static const char *const mirrors[] = { "mirror",           "mirrors",
					       "mirrorPercentage", "mirrorPercent",
					       "mirror_percent",   "mirror_percentage" };
	struct holdings roots = inventory_by_host(inv, vs->object->name, arena);

	for (size_t i = 0; i < roots.n; i++) {
		const struct object *o = roots.items[i].object;
		const struct yaml_node *route =
			vs_is(o) ? vs_delegates(o, vs->object, vs->ns) : NULL;

		for (size_t j = 0; route && j < sizeof(mirrors) / sizeof(mirrors[0]); j++)
			vs->root_mirrors = vs->root_mirrors || yaml_get(route, mirrors[j]);
	}
}

void relatives_note(struct vs *vs, const struct inventory *inv, struct arena *arena)
{
	vs->shares_gateway_host = vs->on_gateway && shares_host(inv, vs->object, arena);
	if (vs->is_delegate)
		look_at_roots(inv, vs, arena);
}

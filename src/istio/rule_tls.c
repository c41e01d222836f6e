#include "istio/rule_tls_internal.h"

#include "istio/host.h"

/* How specific the host of a rule is for a host; 0: it does not apply. */
static size_t specificity(const struct view *v, const struct object *rule, struct slice host)
{
	struct slice own = yaml_string(yaml_get(rule->spec, "host")),
		     full = host_resolve(own, view_ns(v, rule), v->s->arena);

	if (host_same(own, host) || host_same(full, host))
		return SIZE_MAX;
	return host_covered(own, host) ? 1 + own.len : 0;
}

const struct object *rule_tls_object(const struct view *v, const struct tls_query *q)
{
	const struct object *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < q->rules->n; i++) {
		const struct object *o = q->rules->items[i];
		size_t how = slice_eq(view_ns(v, o), q->ns) ? specificity(v, o, q->host) : 0;

		/* of two for one host, the first one with a policy counts */
		if (how > most || (how && how == most && !yaml_get(best->spec, "trafficPolicy"))) {
			best = o;
			most = how;
		}
	}
	return best;
}

/* The settings of a policy for a port; NULL: it has none of its own for the port. */
static const struct yaml_node *port_settings(const struct yaml_node *policy, long port)
{
	const struct yaml_node *list = yaml_get(policy, "portLevelSettings");

	for (const struct yaml_node *c = list ? list->first : NULL; c && port >= 0; c = c->next)
		if (port_number(yaml_get(c, "port")) == port)
			return c;
	return NULL;
}

/* The tls mode of a policy for a port, in place of `inherited`. */
static const struct yaml_node *policy_mode(const struct yaml_node *policy, long port,
					   const struct yaml_node *inherited)
{
	const struct yaml_node *own = port_settings(policy, port);

	if (own)
		return yaml_path(own, "tls", "mode", NULL);
	return has_field(policy, "tls") ? yaml_path(policy, "tls", "mode", NULL) : inherited;
}

const struct yaml_node *rule_tls_mode(const struct view *v, const struct tls_query *q)
{
	const struct object *rule = rule_tls_object(v, q);
	const struct yaml_node *subsets, *mode;

	if (!rule)
		return NULL;
	mode = policy_mode(yaml_get(rule->spec, "trafficPolicy"), q->port, NULL);
	subsets = yaml_get(rule->spec, "subsets");
	for (const struct yaml_node *c = subsets && q->subset.len ? subsets->first : NULL; c;
	     c = c->next)
		if (slice_eq(yaml_string(yaml_get(c, "name")), q->subset))
			mode = policy_mode(yaml_get(c, "trafficPolicy"), q->port, mode);
	return mode;
}

/*
 * The DestinationRules of the old host. A rule is chosen by the destination's host, so those for
 * the old host do not apply to the new one.
 */
#include "istio/header.h"
#include "istio/host.h"
#include "istio/rule_tls_internal.h"
#include "istio/rules_internal.h"

/*
 * The policies of a DestinationRule, one after the other: its own, those of its ports, those of its
 * subsets with theirs.
 */
struct policy_walk {
	const struct object *o;
	const struct yaml_node *policy, *port,
		*subset; /* where it is: port and subset are items of lists */
};

/* The first item of a list. */
static const struct yaml_node *first_item(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *list = yaml_get(map, key);

	return list && list->kind == YAML_SEQ ? list->first : NULL;
}

/* The next policy, NULL behind the last. A walk begins with `o` alone. */
static const struct yaml_node *walk_next(struct policy_walk *w)
{
	if (w->port)
		w->port = w->port->next;
	else if (w->policy)
		w->port = first_item(w->policy, "portLevelSettings");
	if (w->port)
		return w->port;
	do {
		if (!w->policy && !w->subset) {
			w->policy = yaml_get(w->o->spec, "trafficPolicy");
			w->subset = first_item(w->o->spec, "subsets");
		} else {
			w->policy = yaml_get(w->subset, "trafficPolicy");
			w->subset = w->subset ? w->subset->next : NULL;
		}
		if (w->policy)
			return w->policy;
	} while (w->subset);
	return NULL;
}

/* The first field of this name in a policy of a rule. */
static const struct yaml_node *policy_field(const struct object *o, const char *key)
{
	struct policy_walk w = { .o = o };

	for (const struct yaml_node *p = walk_next(&w); p; p = walk_next(&w))
		if (has_field(p, key))
			return yaml_get(p, key);
	return NULL;
}

/* The same in a set of rules. */
static const struct yaml_node *find_field(const struct object_set *rules, const char *key)
{
	const struct yaml_node *found = NULL;

	for (size_t i = 0; i < rules->n && !found; i++)
		found = policy_field(rules->items[i], key);
	return found;
}

/* --- TLS ------------------------------------------------------------------ */

enum { MODE_SIMPLE = 1, MODE_MUTUAL = 2, MODE_OFF = 4 };

/* The meaning of a value of tls.mode; 0: none. */
static int mode_of(struct slice text)
{
	if (slice_is(text, "SIMPLE"))
		return MODE_SIMPLE;
	if (slice_is(text, "MUTUAL") || slice_is(text, "ISTIO_MUTUAL"))
		return MODE_MUTUAL;
	return slice_is(text, "DISABLE") ? MODE_OFF : 0;
}

/* The first `mode` of one of these kinds in a set of rules. */
static const struct yaml_node *find_mode(const struct object_set *rules, int kinds)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct policy_walk w = { .o = rules->items[i] };

		for (const struct yaml_node *p = walk_next(&w); p; p = walk_next(&w))
			if (mode_of(yaml_string(yaml_path(p, "tls", "mode", NULL))) & kinds)
				return yaml_path(p, "tls", "mode", NULL);
	}
	return NULL;
}

/* A search for TLS to the old host that the new one would not have. */
struct tls_search {
	const struct view *v;
	int kinds;                     /* of the mode that is looked for */
	const struct yaml_node *found; /* the first such mode */
};

/* Is it decided for a port of the new host whether it is called with TLS? */
static bool new_is_decided(const struct view *v, struct slice ns, long port)
{
	struct tls_query q = { &v->new_rules, v->new, ns, SLICE_NONE, port };

	if (rule_tls_object(v, &q))
		return rule_tls_mode(v, &q);
	for (size_t i = 0; i < v->new_rules.n; i++) { /* those of the service, or of the root */
		q.ns = view_ns(v, v->new_rules.items[i]);
		if (rule_tls_mode(v, &q))
			return true;
	}
	return false;
}

/* Looks at one port of an old destination. */
static void search_port(struct tls_search *s, const struct dest *dest, long port)
{
	const struct view *v = s->v;
	long to = v->s->move->port ? v->s->move->port : port;

	for (size_t i = 0; i < v->old_rules.n && !s->found; i++) {
		const struct tls_query q = { &v->old_rules, v->old,
					     view_ns(v, v->old_rules.items[i]),
					     yaml_string(dest->subset), port };
		const struct yaml_node *mode = rule_tls_mode(v, &q);

		if (mode_of(yaml_string(mode)) & s->kinds && !new_is_decided(v, q.ns, to))
			s->found = mode;
	}
}

/* Looks at the ports for which DestinationRules of the old host have settings of their own. */
static void search_set_ports(struct tls_search *s, const struct dest *dest)
{
	for (size_t i = 0; i < s->v->old_rules.n; i++) {
		const struct yaml_node *policy =
			yaml_get(s->v->old_rules.items[i]->spec, "trafficPolicy");

		for (const struct yaml_node *c = first_item(policy, "portLevelSettings"); c;
		     c = c->next)
			search_port(s, dest, port_number(yaml_get(c, "port")));
	}
}

/*
 * Looks at an old destination: at its port, else at all ports of the old host; if these are not
 * known, at all ports that a rule mentions.
 */
static void search_destination(struct tls_search *s, const struct dest *dest)
{
	long port = port_number(dest->port);
	bool any = false;

	for (size_t e = 0; e < s->v->entries.n && port < 0; e++)
		for (const struct yaml_node *c = first_item(s->v->entries.items[e]->spec, "ports");
		     c; c = c->next) {
			search_port(s, dest, port_number(c));
			any = true;
		}
	if (!any)
		search_port(s, dest, port);
	if (!any && port < 0)
		search_set_ports(s, dest);
}

/* Looks at the old destinations of a route. */
static void search_route(struct tls_search *s, const struct route *route)
{
	for (size_t d = 0; d < route->n && !s->found; d++)
		if (route->dests[d].side == SIDE_OLD)
			search_destination(s, &route->dests[d]);
}

/* The first mode of these kinds that calls to the old host use, and the new one would not have. */
static const struct yaml_node *find_lost_mode(const struct view *v, int kinds)
{
	struct tls_search s = { v, kinds, NULL };

	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++)
			search_route(&s, &v->s->vss[i].routes[r]);
	return s.found;
}

/*
 * Cannot be allowed, unlike SIMPLE: the client certificate carries the caller's identity, by which
 * servers grant access. A DestinationRule for the new host has to state what replaces it, where the
 * mesh reads it, not only in the migration file.
 */
static void check_mutual(const struct view *v, const struct code *code, struct findings *out)
{
	const struct yaml_node *mode = find_lost_mode(v, MODE_MUTUAL);

	if (mode)
		findings_add(out, code, yaml_place(mode),
			     "a DestinationRule uses a client certificate (%" SLICE_FMT
			     ") for '%" SLICE_FMT "', but none sets tls.mode for '%" SLICE_FMT "'",
			     SLICE_ARG(mode->text), SLICE_ARG(v->old), SLICE_ARG(v->new));
}

static void check_tls(const struct view *v, const struct code *code, struct findings *out)
{
	const struct yaml_node *mode = find_lost_mode(v, MODE_SIMPLE);

	if (mode && !find_lost_mode(v, MODE_MUTUAL))
		findings_add(out, code, yaml_place(mode),
			     "a DestinationRule uses TLS (%" SLICE_FMT ") for '%" SLICE_FMT
			     "', but none sets tls.mode for '%" SLICE_FMT "'",
			     SLICE_ARG(mode->text), SLICE_ARG(v->old), SLICE_ARG(v->new));
}

/*
 * Does the migration, or a route of a moved VirtualService, set the host? Then SNI and certificate
 * are checked against that.
 */
static bool sets_authority(const struct view *v)
{
	if (v->s->move->host_header.ptr)
		return true;
	for (size_t i = 0; i < v->s->nvss; i++)
		for (size_t r = 0; r < v->s->vss[i].n; r++) {
			const struct route *route = &v->s->vss[i].routes[r];

			if (route->nold && route_authority(route))
				return true;
		}
	return false;
}

static void check_sni(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->new_rules.n && !sets_authority(v); i++) {
		struct policy_walk w = { .o = v->new_rules.items[i] };

		for (const struct yaml_node *p = walk_next(&w); p; p = walk_next(&w)) {
			const struct yaml_node *tls = yaml_get(p, "tls");
			struct slice mode = yaml_string(yaml_get(tls, "mode"));

			if ((slice_is(mode, "SIMPLE") || slice_is(mode, "MUTUAL")) &&
			    !has_field(tls, "sni"))
				findings_add(out, code, yaml_place(tls->key),
					     "TLS to '%" SLICE_FMT
					     "' has no sni: Istio uses the host of the request, "
					     "which is not the new host",
					     SLICE_ARG(v->new));
		}
	}
}

/* Does the proxy call another port than the one that the client dials? */
static const struct yaml_node *other_target(const struct yaml_node *port)
{
	const struct yaml_node *target = yaml_get(port, "targetPort");
	long value;

	if (!target || target->kind != YAML_SCALAR || !parse_int(target->text, 1, 65535, &value) ||
	    value == port_number(port))
		return NULL;
	return target;
}

static void check_origination(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t e = 0; e < v->entries.n && find_mode(&v->old_rules, MODE_SIMPLE); e++)
		for (const struct yaml_node *c = first_item(v->entries.items[e]->spec, "ports"); c;
		     c = c->next)
			if (other_target(c))
				findings_add(out, code, yaml_place(other_target(c)),
					     "port %ld of the ServiceEntry '%" SLICE_FMT
					     "' is sent to port %" SLICE_FMT
					     " with the TLS settings of a DestinationRule; neither "
					     "applies to the new host",
					     port_number(c), SLICE_ARG(v->entries.items[e]->name),
					     SLICE_ARG(other_target(c)->text));
}

/* --- the rest of the policy ----------------------------------------------- */

static void check_lost(const struct view *v, const struct code *code, struct findings *out)
{
	/* portLevelSettings are included; TLS among them is checked by other rules. */
	static const char *const fields[] = { "connectionPool", "outlierDetection", "loadBalancer",
					      NULL };

	for (size_t i = 0; i < v->old_rules.n; i++) {
		const struct object *o = v->old_rules.items[i];
		AUTO_STR struct str list = STR_INIT;

		for (size_t f = 0; fields[f]; f++)
			if (policy_field(o, fields[f]) && !find_field(&v->new_rules, fields[f]))
				add_word(&list, slice_of(fields[f]));
		if (list.len)
			findings_add(out, code, yaml_place(o->node),
				     "DestinationRule '%" SLICE_FMT
				     "' sets %s for the old host; nothing sets it for the new host",
				     SLICE_ARG(o->name), list.ptr);
	}
}

/* A finding when rules set a field for the old host, and none sets it for the new one. */
static void check_field(const struct view *v, const struct code *code, const char *key,
			const char *what, struct findings *out)
{
	const struct yaml_node *node = find_field(&v->old_rules, key);

	if (node && !find_field(&v->new_rules, key))
		findings_add(out, code, yaml_place(node->key),
			     "'%" SLICE_FMT "' is reached %s, but '%" SLICE_FMT "' is not",
			     SLICE_ARG(v->old), what, SLICE_ARG(v->new));
}

static void check_tunnel(const struct view *v, const struct code *code, struct findings *out)
{
	check_field(v, code, "tunnel", "through a tunnel", out);
	check_field(v, code, "proxyProtocol", "with the PROXY protocol", out);
}

static void check_affinity(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->old_rules.n; i++) {
		struct policy_walk w = { .o = v->old_rules.items[i] };

		for (const struct yaml_node *p = walk_next(&w); p; p = walk_next(&w)) {
			const struct yaml_node *hash =
				yaml_path(p, "loadBalancer", "consistentHash", NULL);

			if (!hash)
				continue;
			findings_add(out, code, yaml_place(hash->key),
				     "sessions are bound to an endpoint of '%" SLICE_FMT
				     "', but a split selects a host for each request",
				     SLICE_ARG(v->old));
			return;
		}
	}
}

/* Adds the subsets of the old host that a route names; `*at` is the first of all routes. */
static void add_subsets(const struct route *route, struct str *list, const struct yaml_node **at)
{
	for (size_t d = 0; d < route->n; d++) {
		const struct dest *dest = &route->dests[d];
		struct slice name = yaml_string(dest->subset);

		if (dest->side != SIDE_OLD || !name.len || names_host(str_slice(list), name))
			continue;
		*at = *at ? *at : dest->subset;
		add_word(list, name);
	}
}

static void check_subset(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->s->nvss; i++) {
		AUTO_STR struct str list = STR_INIT;
		const struct yaml_node *at = NULL;

		for (size_t r = 0; r < v->s->vss[i].n; r++)
			add_subsets(&v->s->vss[i].routes[r], &list, &at);
		if (at)
			findings_add(out, code, yaml_place(at),
				     "routes use subsets of '%" SLICE_FMT
				     "', and the new host has none: %s",
				     SLICE_ARG(v->old), list.ptr);
	}
}

/* Is the rule in another namespace than all ServiceEntries of the old host? */
static bool far_from_entries(const struct view *v, const struct object *o)
{
	for (size_t e = 0; e < v->entries.n; e++)
		if (slice_eq(view_ns(v, v->entries.items[e]), view_ns(v, o)))
			return false;
	return v->entries.n;
}

static void check_plane(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->old_rules.n; i++) {
		const struct object *o = v->old_rules.items[i];
		struct policy_walk w = { .o = o };
		AUTO_STR struct str list = STR_INIT;

		for (const struct yaml_node *p = walk_next(&w); p; p = walk_next(&w)) {
			if (yaml_path(p, "loadBalancer", "localityLbSetting", NULL))
				add_word(&list, SLICE("localityLbSetting"));
			if (yaml_path(p, "tls", "credentialName", NULL))
				add_word(&list, SLICE("tls.credentialName"));
		}
		if (has_field(o->spec, "subsets") && far_from_entries(v, o))
			add_word(&list,
				 SLICE("subsets in a different namespace than the ServiceEntry"));
		if (list.len)
			findings_add(out, code, yaml_place(o->node),
				     "the DestinationRule '%" SLICE_FMT
				     "' uses features that the control plane TRAFFIC_DIRECTOR does "
				     "not support: %s",
				     SLICE_ARG(o->name), list.ptr);
	}
}

const struct rule rules_of_destinations[] = {
	{ &CODE_tls_lost, check_tls },
	{ &CODE_tls_mutual, check_mutual },
	{ &CODE_tls_sni, check_sni },
	{ &CODE_tls_origin, check_origination },
	{ &CODE_rule_lost, check_lost },
	{ &CODE_rule_tunnel, check_tunnel },
	{ &CODE_rule_affinity, check_affinity },
	{ &CODE_rule_subset, check_subset },
	{ &CODE_rule_plane, check_plane },
	{ NULL, NULL },
};

/*
 * The DestinationRules of the old host. A rule is chosen by the destination's host, so those for
 * the old host do not apply to the new one.
 */
#include "istio/header.h"
#include "istio/host.h"
#include "istio/policy_pairs_internal.h"
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

/* Adds a finding once. */
static void add_once(struct findings *out, const struct code *code, const struct yaml_node *at,
		     struct slice reason)
{
	findings_add_new(out,
			 &(struct finding){ .code = code, .at = yaml_place(at), .reason = reason });
}

/* --- TLS ------------------------------------------------------------------ */

/* Is the mode of these tls settings one of those with a client certificate? */
static bool is_mutual(const struct yaml_node *tls)
{
	struct slice mode = yaml_string(yaml_get(tls, "mode"));

	return slice_is(mode, "MUTUAL") || slice_is(mode, "ISTIO_MUTUAL");
}

static bool is_simple(const struct yaml_node *tls)
{
	return slice_is(yaml_string(yaml_get(tls, "mode")), "SIMPLE");
}

/* The modes that calls to the old host use, and the new one would not have; NULL: none. */
struct lost_modes {
	const struct yaml_node *mutual, *simple;
};

static void find_lost(const struct policy_pair *p, void *ctx)
{
	const struct yaml_node *tls = policy_value(&p->old, "tls", NULL);
	struct lost_modes *lost = ctx;

	if (!tls || policy_value(&p->new, "tls", NULL))
		return;
	if (is_mutual(tls) && !lost->mutual)
		lost->mutual = yaml_get(tls, "mode");
	if (is_simple(tls) && !lost->simple)
		lost->simple = yaml_get(tls, "mode");
}

static struct lost_modes find_lost_modes(const struct view *v)
{
	struct lost_modes lost = { NULL, NULL };

	policy_each_pair(v, find_lost, &lost);
	return lost;
}

/*
 * Cannot be allowed, unlike SIMPLE: the client certificate carries the caller's identity, by which
 * servers grant access. A DestinationRule for the new host has to state what replaces it, where the
 * mesh reads it, not only in the migration file.
 */
static void check_mutual(const struct view *v, const struct code *code, struct findings *out)
{
	const struct yaml_node *mode = find_lost_modes(v).mutual;

	if (mode)
		findings_add(out, code, yaml_place(mode),
			     "a DestinationRule uses a client certificate (%" SLICE_FMT
			     ") for '%" SLICE_FMT "', but none sets tls.mode for '%" SLICE_FMT "'",
			     SLICE_ARG(mode->text), SLICE_ARG(v->old), SLICE_ARG(v->new));
}

static void check_tls(const struct view *v, const struct code *code, struct findings *out)
{
	struct lost_modes lost = find_lost_modes(v);

	if (lost.simple && !lost.mutual)
		findings_add(out, code, yaml_place(lost.simple),
			     "a DestinationRule uses TLS (%" SLICE_FMT ") for '%" SLICE_FMT
			     "', but none sets tls.mode for '%" SLICE_FMT "'",
			     SLICE_ARG(lost.simple->text), SLICE_ARG(v->old), SLICE_ARG(v->new));
}

/* What a check of pairs passes around. */
struct pair_check {
	const struct view *v;
	const struct code *code;
	struct findings *out;
};

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

/* Adds a finding when TLS to the new host has no server name. */
static void find_sni(const struct policy_pair *p, void *ctx)
{
	const struct yaml_node *tls = policy_value(&p->new, "tls", NULL);
	const struct pair_check *c = ctx;
	struct slice mode = yaml_string(yaml_get(tls, "mode"));

	if ((slice_is(mode, "SIMPLE") || slice_is(mode, "MUTUAL")) && !has_field(tls, "sni"))
		add_once(c->out, c->code, tls->key,
			 arena_printf(c->v->s->arena,
				      "TLS to '%" SLICE_FMT "' has no sni: Istio uses the host of "
				      "the request, which is not the new host",
				      SLICE_ARG(c->v->new)));
}

static void check_sni(const struct view *v, const struct code *code, struct findings *out)
{
	if (!sets_authority(v))
		policy_each_pair(v, find_sni, &(struct pair_check){ v, code, out });
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

/* Adds a finding when calls to a port of the old host become TLS on another port. */
static void find_origination(const struct policy_pair *p, void *ctx)
{
	const struct pair_check *check = ctx;
	const struct view *v = check->v;

	if (!is_simple(policy_value(&p->old, "tls", NULL)))
		return;
	for (size_t e = 0; e < v->entries.n; e++)
		for (const struct yaml_node *c = first_item(v->entries.items[e]->spec, "ports"); c;
		     c = c->next)
			if (port_number(c) == p->old.port && other_target(c))
				add_once(check->out, check->code, other_target(c),
					 arena_printf(v->s->arena,
						      "port %ld of the ServiceEntry '%" SLICE_FMT
						      "' is sent to port %" SLICE_FMT
						      " with the TLS settings of a "
						      "DestinationRule; neither applies to the new "
						      "host",
						      port_number(c),
						      SLICE_ARG(v->entries.items[e]->name),
						      SLICE_ARG(other_target(c)->text)));
}

static void check_origination(const struct view *v, const struct code *code, struct findings *out)
{
	policy_each_pair(v, find_origination, &(struct pair_check){ v, code, out });
}

/* --- the rest of the policy ----------------------------------------------- */

/* Fields of a policy; TLS is checked by other rules. */
static const char *const lost_fields[] = { "connectionPool", "outlierDetection", "loadBalancer" };
enum { LOST_FIELDS = sizeof(lost_fields) / sizeof(lost_fields[0]) };

/* What rules set for the old host and none sets for the new one; a bit for each field. */
struct lost_policies {
	const struct view *v;
	unsigned *fields; /* of each of the old host's rules */
};

/* Marks a field as lost with the rule that sets it. */
static void mark_lost(const struct lost_policies *lost, const struct object *rule, size_t field)
{
	for (size_t i = 0; i < lost->v->old_rules.n; i++)
		if (lost->v->old_rules.items[i] == rule)
			lost->fields[i] |= 1U << field;
}

static void find_lost_fields(const struct policy_pair *p, void *ctx)
{
	const struct object *owner;

	for (size_t f = 0; f < LOST_FIELDS; f++)
		if (policy_value(&p->old, lost_fields[f], &owner) &&
		    !policy_value(&p->new, lost_fields[f], NULL))
			mark_lost(ctx, owner, f);
}

static void check_lost(const struct view *v, const struct code *code, struct findings *out)
{
	struct lost_policies lost = { v, arena_array(v->s->arena, v->old_rules.n,
						     sizeof(*lost.fields)) };

	policy_each_pair(v, find_lost_fields, &lost);
	for (size_t i = 0; i < v->old_rules.n; i++) {
		const struct object *o = v->old_rules.items[i];
		AUTO_STR struct str list = STR_INIT;

		for (size_t f = 0; f < LOST_FIELDS; f++)
			if (lost.fields[i] & 1U << f)
				add_word(&list, slice_of(lost_fields[f]));
		if (list.len)
			findings_add(out, code, yaml_place(o->node),
				     "DestinationRule '%" SLICE_FMT
				     "' sets %s for the old host; nothing sets it for the new host",
				     SLICE_ARG(o->name), list.ptr);
	}
}

/* The first setting of the old host that the new one has not. */
static void find_tunnel(const struct policy_pair *p, void *ctx)
{
	static const struct {
		const char *key, *what;
	} fields[] = { { "tunnel", "through a tunnel" },
		       { "proxyProtocol", "with the PROXY protocol" } };
	const struct pair_check *c = ctx;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct yaml_node *node = policy_value(&p->old, fields[i].key, NULL);

		if (node && !policy_value(&p->new, fields[i].key, NULL))
			add_once(c->out, c->code, node->key,
				 arena_printf(c->v->s->arena,
					      "'%" SLICE_FMT "' is reached %s, but '%" SLICE_FMT
					      "' is not",
					      SLICE_ARG(c->v->old), fields[i].what,
					      SLICE_ARG(c->v->new)));
	}
}

static void check_tunnel(const struct view *v, const struct code *code, struct findings *out)
{
	policy_each_pair(v, find_tunnel, &(struct pair_check){ v, code, out });
}

static void find_affinity(const struct policy_pair *p, void *ctx)
{
	const struct yaml_node **hash = ctx;

	if (!*hash)
		*hash = yaml_get(policy_value(&p->old, "loadBalancer", NULL), "consistentHash");
}

static void check_affinity(const struct view *v, const struct code *code, struct findings *out)
{
	const struct yaml_node *hash = NULL;

	policy_each_pair(v, find_affinity, &hash);
	if (hash)
		findings_add(out, code, yaml_place(hash->key),
			     "sessions are bound to an endpoint of '%" SLICE_FMT
			     "', but a split selects a host for each request",
			     SLICE_ARG(v->old));
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

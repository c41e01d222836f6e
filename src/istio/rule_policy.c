#include "istio/rule_policy_internal.h"

#include "istio/host.h"

#include <stdlib.h>

/* --- reading -------------------------------------------------------------- */

/* Is the item of exportTo the only one, and the namespace itself? */
static bool is_own_only(const struct yaml_node *exports, struct slice ns)
{
	struct slice text = exports ? yaml_string(exports->first) : SLICE_NONE;

	return exports && exports->nchildren == 1 && (slice_is(text, ".") || slice_eq(text, ns));
}

static struct policy_rule read_rule(const struct view *v, const struct object *o)
{
	struct policy_rule r = { .object = o, .ns = view_ns(v, o) };
	const struct yaml_node *selector = yaml_get(o->spec, "workloadSelector");

	r.host = host_resolve(yaml_string(yaml_get(o->spec, "host")), r.ns, v->s->arena);
	r.exports = visible_exports(o);
	r.labels = yaml_get(selector, "matchLabels");
	r.labels = r.labels ? r.labels : selector;
	if (r.labels && r.labels->kind != YAML_MAP)
		r.labels = NULL;
	r.own = r.labels || is_own_only(r.exports, r.ns);
	return r;
}

/* Orders rules by namespace, then by name. */
static int compare_rules(const void *a, const void *b)
{
	const struct policy_rule *x = a, *y = b;
	int order = slice_cmp(x->ns, y->ns);

	return order ? order : slice_cmp(x->object->name, y->object->name);
}

struct policy_rules policy_rules_read(const struct view *v, const struct object_set *set)
{
	struct policy_rule *items = arena_array(v->s->arena, set->n, sizeof(*items));

	for (size_t i = 0; i < set->n; i++)
		items[i] = read_rule(v, set->items[i]);
	if (set->n)
		qsort(items, set->n, sizeof(*items), compare_rules);
	return (struct policy_rules){ items, set->n };
}

/* The first rule of a namespace, or of the next one that has rules. */
static size_t first_of(const struct policy_rules *all, struct slice ns)
{
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_cmp(all->items[middle].ns, ns) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct policy_rules policy_rules_of(const struct policy_rules *all, struct slice ns)
{
	size_t begin = first_of(all, ns), end = begin;

	while (end < all->n && slice_eq(all->items[end].ns, ns))
		end++;
	return (struct policy_rules){ all->items + begin, end - begin };
}

/* --- who sees it ---------------------------------------------------------- */

/* Has the first list every item of the second one? */
static bool exports_include(const struct yaml_node *a, const struct yaml_node *b)
{
	for (const struct yaml_node *c = b ? b->first : NULL; c; c = c->next) {
		bool found = false;

		for (const struct yaml_node *d = a ? a->first : NULL; d && !found; d = d->next)
			found = slice_eq(yaml_string(c), yaml_string(d));
		if (!found)
			return false;
	}
	return true;
}

/* --- which rules apply ---------------------------------------------------- */

/* Where rules are looked for. */
enum place_kind {
	OWN_NAMESPACE, /* of the client: all that it sees */
	OWN_ROOT,      /* the client is in the root namespace: those for this namespace only */
	EXPORTED       /* those that a namespace exports */
};

/* The rules of one namespace as they are looked for there. */
struct rule_place {
	struct policy_rules rules;
	enum place_kind kind;
	struct slice revision; /* of the client */
	struct slice host; /* the most specific one of a rule; absent: no rule is for the host */
};

static bool is_in_place(const struct rule_place *p, const struct policy_rule *r)
{
	if (!visible_to_revision(r->object, p->revision))
		return false;
	if (p->kind == OWN_NAMESPACE)
		return r->labels || visible_in(&(struct visible){ r->object, r->ns }, r->ns);
	return r->own == (p->kind == OWN_ROOT);
}

/* How specific the host of a rule is for a host; 0: it is not for it. */
static size_t specificity(const struct policy_rule *r, struct slice host)
{
	if (host_same(r->host, host))
		return SIZE_MAX;
	return host_covered(r->host, host) ? 1 + r->host.len : 0;
}

/* Finds the most specific host of the rules at a place. */
static void find_host(struct rule_place *p, struct slice host)
{
	size_t most = 0;

	for (size_t i = 0; i < p->rules.n; i++) {
		const struct policy_rule *r = &p->rules.items[i];
		size_t how = is_in_place(p, r) ? specificity(r, host) : 0;

		if (how > most) {
			most = how;
			p->host = r->host;
		}
	}
}

static bool is_chosen(const struct rule_place *p, const struct policy_rule *r)
{
	return p->host.ptr && slice_eq(r->host, p->host) && is_in_place(p, r);
}

/* Do the labels of a selector stand among those of the client? */
static bool selects(const struct policy_rule *r, const struct policy_client *client)
{
	for (const struct yaml_node *c = r->labels->first; c; c = c->next) {
		bool found = false;

		for (const struct yaml_node *d = client->labels ? client->labels->first : NULL; d;
		     d = d->next)
			found = found || (slice_eq(c->key->text, d->key->text) &&
					  slice_eq(c->text, d->text));
		if (!found)
			return false;
	}
	return true;
}

/* Is a rule merged into an earlier one of the same host? */
static bool joins(const struct policy_rule *first, const struct policy_rule *r)
{
	bool more = exports_include(r->exports, first->exports);

	return (more && exports_include(first->exports, r->exports)) || (more && first->exports);
}

/*
 * The rules of a place that apply: the first one, into which others are merged; NULL: none. Of
 * several with different exportTo, the last one applies.
 */
static const struct policy_rule *find_first(const struct rule_place *p,
					    const struct policy_client *client)
{
	const struct policy_rule *found = NULL, *last = NULL, *end = p->rules.items + p->rules.n;

	for (const struct policy_rule *r = p->rules.items; r < end; r++)
		if (is_chosen(p, r) && r->labels && selects(r, client))
			return r;
	for (const struct policy_rule *r = p->rules.items; r < end; r++) {
		if (!is_chosen(p, r) || r->labels || (last && joins(last, r)))
			continue;
		last = r;
		if (p->kind != EXPORTED ||
		    visible_in(&(struct visible){ r->object, r->ns }, client->ns))
			found = r;
	}
	return found;
}

/* The place where the rules for a query are, with the first of them; NULL: none applies. */
static const struct policy_rule *find_rule(const struct policy_query *q, struct rule_place *p)
{
	struct slice root = SLICE(ROOT_NAMESPACE), client = q->client.ns;
	bool in_root = slice_eq(client, root);
	const struct {
		struct slice ns;
		enum place_kind kind;
	} places[] = { { client, in_root ? OWN_ROOT : OWN_NAMESPACE },
		       { q->ns, EXPORTED },
		       { root, EXPORTED } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct policy_rule *found;

		*p = (struct rule_place){ policy_rules_of(q->rules, places[i].ns), places[i].kind,
					  q->client.revision, SLICE_NONE };
		find_host(p, q->host);
		found = find_first(p, &q->client);
		if (found || (p->host.ptr && p->kind != EXPORTED))
			return found; /* a rule for other workloads alone ends the search, too */
	}
	return NULL;
}

/* --- values --------------------------------------------------------------- */

/* Has the map the key, with a value that is not null? */
static const struct yaml_node *get_set(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node && node->kind == YAML_SCALAR && yaml_type_of(node) == YAML_NULL ? NULL : node;
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

/* Is it a field that the settings of a port may have? */
static bool is_of_ports(const char *key)
{
	return !slice_is(slice_of(key), "tunnel") && !slice_is(slice_of(key), "proxyProtocol");
}

/* The field of a policy for a port, in place of `inherited`. */
static const struct yaml_node *port_value(const struct yaml_node *policy, long port,
					  const char *key, const struct yaml_node *inherited)
{
	const struct yaml_node *own = port_settings(policy, port), *value;

	if (own)
		return is_of_ports(key) ? get_set(own, key) : inherited;
	value = get_set(policy, key);
	return value ? value : inherited;
}

static const struct yaml_node *find_subset(const struct policy_rule *r, struct slice name)
{
	const struct yaml_node *list = yaml_get(r->object->spec, "subsets");

	for (const struct yaml_node *c = list && name.len ? list->first : NULL; c; c = c->next)
		if (slice_eq(yaml_string(yaml_get(c, "name")), name))
			return c;
	return NULL;
}

const struct yaml_node *policy_value(const struct policy_query *q, const char *key,
				     const struct object **owner)
{
	struct rule_place p;
	const struct policy_rule *first = find_rule(q, &p), *end, *base = NULL, *special = NULL;
	const struct yaml_node *value = NULL, *subset = NULL, *before;

	end = p.rules.items + p.rules.n;
	for (const struct policy_rule *r = first; r && r < end; r++) {
		if (r != first &&
		    (first->labels || r->labels || !is_chosen(&p, r) || !joins(first, r)))
			continue;
		if (!base && get_set(r->object->spec, "trafficPolicy"))
			base = r;
		if (!subset && (subset = find_subset(r, q->subset)))
			special = r;
	}
	if (base)
		value = port_value(yaml_get(base->object->spec, "trafficPolicy"), q->port, key,
				   NULL);
	before = value;
	value = port_value(get_set(subset, "trafficPolicy"), q->port, key, value);
	if (owner)
		*owner = value && value != before ? special->object : value ? base->object : NULL;
	return value;
}

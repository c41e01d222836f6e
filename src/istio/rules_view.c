#include "istio/host.h"
#include "istio/rules_internal.h"
#include "kube/group.h"

#include "base/ascii.h"

struct slice view_ns(const struct view *v, const struct object *o)
{
	return o->ns.len ? o->ns : v->s->move->ns;
}

struct slice full_name(const struct view *v, const struct object *o)
{
	struct slice ns = view_ns(v, o);

	return ns.len ? arena_printf(v->s->arena, "%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(ns),
				     SLICE_ARG(o->name)) :
			o->name;
}

bool same_object(const struct view *v, const struct object *a, const struct object *b)
{
	return slice_eq(a->kind, b->kind) && slice_eq(a->name, b->name) &&
	       slice_eq(view_ns(v, a), view_ns(v, b));
}

/* Is the object in the set? */
static bool object_set_has(const struct object_set *set, const struct object *o)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->items[i] == o)
			return true;
	return false;
}

/* Adds an object once. */
static void add_object(const struct view *v, struct object_set *set, const struct object *o)
{
	if (!set->items)
		set->items =
			arena_array(v->s->arena, v->s->nobjects, sizeof(const struct object *));
	if (!object_set_has(set, o))
		set->items[set->n++] = o;
}

bool is_old(const struct view *v, const struct object *o, struct slice host)
{
	struct slice full = host_resolve(host, view_ns(v, o), v->s->arena);

	for (size_t i = 0; i < v->s->nvss; i++)
		if (host_same(host, v->s->vss[i].old_host) ||
		    host_same(full, v->s->vss[i].old_host))
			return true;
	return false;
}

bool list_has(const struct yaml_node *list, const char *text)
{
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq_case(yaml_string(c), slice_of(text)))
			return true;
	return false;
}

bool has_field(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node &&
	       (node->kind == YAML_SCALAR ? yaml_type_of(node) != YAML_NULL : node->nchildren > 0);
}

long port_number(const struct yaml_node *port)
{
	const struct yaml_node *number = yaml_get(port, "number");
	long value;

	return number && number->kind == YAML_SCALAR && parse_int(number->text, 1, 65535, &value) ?
		       value :
		       -1;
}

void add_word(struct str *list, struct slice text)
{
	str_addf(list, "%s%" SLICE_FMT, list->len ? ", " : "", SLICE_ARG(text));
}

void each_string(const struct yaml_node *node, void (*text)(struct slice text, void *ctx),
		 void *ctx)
{
	if (node && node->kind == YAML_SCALAR && yaml_string(node).len)
		text(node->text, ctx);
	for (const struct yaml_node *c = node ? node->first : NULL; c; c = c->next)
		each_string(c, text, ctx);
}

/* May the byte be a part of a host name? */
static bool name_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.';
}

bool names_host(struct slice text, struct slice host)
{
	for (size_t at = 0; host.len;) {
		size_t found = slice_find(slice_sub(text, at, text.len), host), end;

		if (found == SIZE_MAX)
			return false;
		at += found;
		end = at + host.len;
		if ((!at || !name_byte(text.ptr[at - 1])) &&
		    (end == text.len || !name_byte(text.ptr[end])))
			return true;
		at++;
	}
	return false;
}

bool is_namer(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "EnvoyFilter") ||
	       object_is(o, ISTIO_SECURITY_GROUP, "AuthorizationPolicy") ||
	       object_is(o, ISTIO_SECURITY_GROUP, "RequestAuthentication") ||
	       object_is(o, ISTIO_TELEMETRY_GROUP, "Telemetry");
}

bool owns_old(const struct view *v, const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (is_old(v, o, yaml_string(c)))
			return true;
	return false;
}

struct object_set view_heads(const struct view *v, const struct object *vs)
{
	struct object_set heads = { NULL, 0 };

	if (has_field(vs->spec, "hosts")) {
		heads.items = arena_array(v->s->arena, 1, sizeof(const struct object *));
		heads.items[heads.n++] = vs;
		return heads;
	}
	for (size_t i = 0; i < v->s->nobjects; i++) {
		const struct object *o = v->s->objects[i];

		if (vs_is(o) && o != vs && vs_delegates(o, vs, v->s->move->ns))
			add_object(v, &heads, o);
	}
	return heads;
}

const struct object *view_gateway(const struct view *v, struct slice name, struct slice ns)
{
	for (size_t i = 0; i < v->gateways.n; i++)
		if (gateway_has_name(v->gateways.items[i], name, ns))
			return v->gateways.items[i];
	return NULL;
}

/* Adds the revisions that objects name, each once. */
static void add_revisions(struct slices *names, const struct object_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct slice name = visible_revision(set->items[i]);

		if (name.len && !slices_have(*names, name))
			names->items[names->n++] = name;
	}
}

struct slices view_revisions(const struct view *v)
{
	struct object_set own = { arena_array(v->s->arena, v->s->nvss, sizeof(*own.items)), 0 };
	const struct object_set *sets[] = { &v->entries, &v->old_rules, &v->new_rules, &v->others,
					    &own };
	struct slices names = { NULL, 0 };
	size_t most = 1;

	while (own.n < v->s->nvss) {
		own.items[own.n] = v->s->vss[own.n].object;
		own.n++;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		most += sets[i]->n;
	names.items = arena_array(v->s->arena, most, sizeof(*names.items));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		add_revisions(&names, sets[i]);
	if (names.n < 2)
		names.items[names.n++] = SLICE(ELSEWHERE);
	return names;
}

bool seen_together(const struct view *v, const struct object *a, const struct object *b)
{
	return visible_together(&(struct visible){ a, view_ns(v, a) },
				&(struct visible){ b, view_ns(v, b) }, &v->s->sidecars);
}

/*
 * May a proxy see the VirtualService together with the object? The destinations of a VirtualService
 * are looked up in the namespace of the client first, and found there whatever they are exported to
 * (pilot/pkg/model/sidecar.go, collectImportedServices).
 */
static bool is_seen_with(const struct view *v, const struct object *head, const struct object *o)
{
	struct visible in = { head, view_ns(v, head) };

	return seen_together(v, head, o) ||
	       (object_is(o, ISTIO_GROUP, "ServiceEntry") && visible_same_revision(head, o) &&
		visible_in(&in, view_ns(v, o)));
}

/* May a proxy that uses a VirtualService of the move see the object? True without any. */
static bool is_seen(const struct view *v, const struct object *o)
{
	bool any = false;

	for (size_t i = 0; i < v->s->nvss; i++) {
		struct object_set heads = view_heads(v, v->s->vss[i].object);

		for (size_t h = 0; h < heads.n; h++) {
			any = true;
			if (is_seen_with(v, heads.items[h], o))
				return true;
		}
	}
	return !any;
}

/* What a search for a host in all strings passes around. */
struct host_search {
	struct slice host;
	bool found, whole; /* whole: the string must be the host and nothing else */
};

static void search_text(struct slice text, void *ctx)
{
	struct host_search *s = ctx;

	s->found = s->found || (s->whole ? host_same(text, s->host) : names_host(text, s->host));
}

bool is_old_entry(const struct view *v, struct slice host)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		if (host_same(host, v->s->vss[i].old_host))
			return true;
	return false;
}

bool is_near_entry(const struct view *v, const struct object *entry, struct slice host)
{
	struct slice full = host_resolve(host, view_ns(v, entry), v->s->arena);

	if (host_same(full, v->old))
		return !host_same(host, full);
	return !is_old_entry(v, host) && host_near(full, v->old);
}

/* Sorts a ServiceEntry in. */
static void sort_entry(struct view *v, const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next) {
		struct slice host = yaml_string(c);

		if (is_old_entry(v, host))
			add_object(v, &v->entries, o);
		else if (host_covered(host, v->old))
			add_object(v, &v->wild, o);
		else if (is_near_entry(v, o, host))
			add_object(v, &v->near, o);
		if (host_same(host, v->new))
			add_object(v, &v->taken, o);
	}
}

/* Sorts a DestinationRule in. */
static void sort_rule(struct view *v, const struct object *o)
{
	struct slice host = yaml_string(yaml_get(o->spec, "host"));

	if (!host.len || !is_seen(v, o))
		return;
	if (is_old(v, o, host) || host_covered(host, v->old))
		add_object(v, &v->old_rules, o);
	host = host_resolve(host, view_ns(v, o), v->s->arena);
	if (host_same(host, v->new) || host_covered(host, v->new))
		add_object(v, &v->new_rules, o);
}

/* The host of a Service of Kubernetes. */
static struct slice service_host(const struct view *v, const struct object *o)
{
	return host_resolve(o->name, view_ns(v, o), v->s->arena);
}

/* Is it one of the move's own VirtualServices? */
static bool is_own(const struct view *v, const struct object *o)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		if (v->s->vss[i].object == o)
			return true;
	return false;
}

/*
 * Sorts a GCPBackend in: where its host stands is not published, so that any string of its spec
 * counts.
 */
static void sort_backend(struct view *v, const struct object *o)
{
	struct host_search old = { .host = v->old, .whole = true },
			   new = { .host = v->s->move->to, .whole = true };

	each_string(o->spec, search_text, &old);
	each_string(o->spec, search_text, &new);
	if (new.found)
		add_object(v, &v->backends, o);
	if (old.found)
		add_object(v, &v->confusing, o);
}

/* Is the backend a Cloud Run service? By `type`, or by the field that describes it. */
static bool is_cloud_run(const struct object *o)
{
	if (slice_eq_case(yaml_string(yaml_get(o->spec, "type")), SLICE("CloudRun")))
		return true;
	for (const struct yaml_node *c = o->spec ? o->spec->first : NULL; c; c = c->next)
		if (c->key && slice_eq_case(c->key->text, SLICE("cloudrun")))
			return true;
	return false;
}

const struct object *view_cloud_run(const struct view *v)
{
	for (size_t i = 0; i < v->backends.n; i++)
		if (is_cloud_run(v->backends.items[i]))
			return v->backends.items[i];
	return NULL;
}

static void sort_object(struct view *v, const struct object *o)
{
	struct host_search old = { .host = v->old };

	if (object_is(o, ISTIO_GROUP, "ServiceEntry"))
		sort_entry(v, o);
	else if (object_is(o, ISTIO_GROUP, "DestinationRule"))
		sort_rule(v, o);
	else if (object_is(o, ISTIO_GROUP, "Sidecar"))
		add_object(v, &v->sidecars, o);
	else if (vs_is(o) && !is_own(v, o))
		add_object(v, &v->others, o);
	else if (gateway_is(o))
		add_object(v, &v->gateways, o);
	else if (is_workload(o))
		add_object(v, &v->workloads, o);
	else if (object_is(o, "", "Service") && host_same(service_host(v, o), v->old))
		add_object(v, &v->services, o);
	else if (object_is(o, "", "Service") && host_same(service_host(v, o), v->new))
		add_object(v, &v->taken, o);
	else if (object_is(o, GKE_GROUP, "GCPBackend"))
		sort_backend(v, o);
	else if (is_namer(o)) {
		each_string(o->spec, search_text, &old);
		if (old.found)
			add_object(v, &v->namers, o);
	}
}

/* Is the ServiceEntry in the namespace of the migration, if that has one? */
static bool is_meant(const struct view *v, const struct object *entry)
{
	return v->s->move->ns.len && slice_eq(view_ns(v, entry), v->s->move->ns);
}

/* Drops the ServiceEntries that `keep` does not keep, unless it keeps none. */
static void filter_entries(struct view *v,
			   bool (*keep)(const struct view *v, const struct object *entry))
{
	struct object_set kept = { NULL, 0 };

	for (size_t i = 0; i < v->entries.n; i++)
		if (keep(v, v->entries.items[i]))
			add_object(v, &kept, v->entries.items[i]);
	if (kept.n)
		v->entries = kept;
}

void view_make(struct view *out, const struct rule_scene *s)
{
	*out = (struct view){ .s = s, .old = s->move->from, .new = s->move->to };
	if (s->nvss) {
		out->old = s->vss[0].old_host;
		out->new = s->vss[0].new_host;
	}
	for (size_t i = 0; i < s->nobjects; i++)
		sort_object(out, s->objects[i]);
	filter_entries(out, is_meant);
	filter_entries(out, is_seen);
}

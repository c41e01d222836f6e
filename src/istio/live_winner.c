#include "istio/live_winner_internal.h"

#include "istio/host.h"
#include "istio/live_scene_internal.h"

/* What decides between VirtualServices of the same host. */
struct contender {
	const struct object *object;
	struct slice ns, name,
		created; /* created absent: not in the cluster yet, so the youngest */
	const struct yaml_node *exports;
};

static struct contender contender_of(const struct object *o, struct slice ns, bool live)
{
	struct contender f = {
		.object = o, .ns = ns, .name = o->name, .exports = yaml_get(o->spec, "exportTo")
	};

	if (live)
		f.created = yaml_string(yaml_get(o->metadata, "creationTimestamp"));
	return f;
}

/* Does the list of strings have this one? */
static bool list_contains(const struct yaml_node *list, struct slice text)
{
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq(yaml_string(c), text))
			return true;
	return false;
}

/*
 * In which of Istio's three groups it is for workloads of a namespace (absent: of one that no
 * object names); -1: it is not visible there.
 */
static int group_for(const struct contender *f, struct slice ns)
{
	if (!f->exports || !f->exports->nchildren || list_contains(f->exports, SLICE("*")))
		return 2;
	if (ns.len && slice_eq(ns, f->ns) && list_contains(f->exports, SLICE(".")))
		return 0;
	return ns.len && list_contains(f->exports, ns) ? 1 : -1;
}

/* Does `a` come before `b` for workloads of the namespace, where both are visible? */
static bool comes_before(const struct contender *a, const struct contender *b, struct slice ns)
{
	int cmp = group_for(a, ns) - group_for(b, ns);

	if (!cmp && a->created.len != 0 && b->created.len != 0)
		cmp = slice_cmp(a->created, b->created);
	else if (!cmp)
		cmp = (a->created.len == 0) - (b->created.len == 0);
	if (!cmp)
		cmp = slice_cmp(a->name, b->name);
	return (cmp ? cmp : slice_cmp(a->ns, b->ns)) < 0;
}

/* Does it apply to the mesh: no gateways, or "mesh" among them? */
static bool in_mesh(const struct object *o)
{
	const struct yaml_node *gateways = yaml_get(o->spec, "gateways");

	return !gateways || !gateways->nchildren || list_contains(gateways, SLICE("mesh"));
}

/* A gateway's name with its namespace. */
static struct slice gateway_name(struct slice name, struct slice ns, struct arena *arena)
{
	return slice_find_byte(name, '/') != SIZE_MAX ?
		       name :
		       arena_join(arena, (struct slice[]){ ns, SLICE("/"), name }, 3);
}

/* A gateway other than the mesh that both are bound to; absent: none. */
static struct slice shared_gateway(const struct contender *a, const struct contender *b,
				   struct arena *arena)
{
	const struct yaml_node *x = yaml_get(a->object->spec, "gateways"),
			       *list = yaml_get(b->object->spec, "gateways");

	for (x = x ? x->first : NULL; x; x = x->next)
		for (const struct yaml_node *y = list ? list->first : NULL; y; y = y->next) {
			struct slice name = gateway_name(yaml_string(x), a->ns, arena);

			if (!slice_is(yaml_string(x), "mesh") &&
			    slice_eq(name, gateway_name(yaml_string(y), b->ns, arena)))
				return name;
		}
	return SLICE_NONE;
}

/* A host of ours that the other also has, or excludes from our wildcard; absent: none. */
static struct slice shared_host(const struct contender *ours, const struct contender *other,
				struct slice old, struct arena *arena)
{
	const struct yaml_node *x = yaml_get(ours->object->spec, "hosts"),
			       *list = yaml_get(other->object->spec, "hosts");

	for (x = x ? x->first : NULL; x; x = x->next)
		for (const struct yaml_node *y = list ? list->first : NULL; y; y = y->next) {
			struct slice mine = host_resolve(yaml_string(x), ours->ns, arena);
			struct slice its = host_resolve(yaml_string(y), other->ns, arena);

			if (mine.len && (host_same(mine, its) ||
					 (host_covered(mine, its) && host_same(its, old))))
				return its;
		}
	return SLICE_NONE;
}

/*
 * Where the other one takes precedence, and where ours does: namespaces of workloads, "" for all
 * that no object names.
 */
struct precedence {
	struct slice lost;
	bool loses, wins;
};

static void try_namespace(struct precedence *o, const struct contender *ours,
			  const struct contender *other, struct slice ns)
{
	if (group_for(ours, ns) < 0 || group_for(other, ns) < 0)
		return;
	if (comes_before(ours, other, ns)) {
		o->wins = true;
		return;
	}
	if (!o->loses || !ns.len) /* all namespaces include a single one */
		o->lost = ns;
	o->loses = true;
}

/* Tries all namespaces for which the order of the two may differ. */
static struct precedence compare_contenders(const struct contender *ours,
					    const struct contender *other)
{
	const struct yaml_node *const exports[] = { ours->exports, other->exports };
	struct precedence o = { .loses = false };

	try_namespace(&o, ours, other, ours->ns);
	try_namespace(&o, ours, other, other->ns);
	for (size_t i = 0; i < 2; i++)
		for (const struct yaml_node *c = exports[i] ? exports[i]->first : NULL; c;
		     c = c->next)
			if (yaml_string(c).len &&
			    slice_find_byte(SLICE("*~."), yaml_string(c).ptr[0]) == SIZE_MAX)
				try_namespace(&o, ours, other, yaml_string(c));
	try_namespace(&o, ours, other, SLICE_NONE);
	return o;
}

/* Ours and one other of the same host. */
static void check_rival(const struct live_scene *s, const struct contender *ours,
			const struct contender *other, struct slice host, struct findings *findings)
{
	struct place at = live_place(other->object, s->arena);
	struct slice gateway = shared_gateway(ours, other, s->arena);
	struct precedence o = { .loses = false };

	if (in_mesh(ours->object) && in_mesh(other->object))
		o = compare_contenders(ours, other);
	if (o.loses)
		findings_add(findings, &CODE_live_loses, at,
			     "also has the host '%" SLICE_FMT
			     "' and takes precedence over '%" SLICE_FMT
			     "' for workloads of %s%" SLICE_FMT "%s",
			     SLICE_ARG(host), SLICE_ARG(ours->name),
			     o.lost.len ? "the namespace '" : "every namespace", SLICE_ARG(o.lost),
			     o.lost.len ? "'" : "");
	else if (o.wins)
		findings_add(findings, &CODE_live_twice, at,
			     "also has the host '%" SLICE_FMT "'; '%" SLICE_FMT
			     "' takes precedence unless it is deleted and created again",
			     SLICE_ARG(host), SLICE_ARG(ours->name));
	else if (gateway.len)
		findings_add(findings, &CODE_live_twice, at,
			     "also has the host '%" SLICE_FMT "' on the gateway '%" SLICE_FMT
			     "'; the routes of both are used",
			     SLICE_ARG(host), SLICE_ARG(gateway));
}

void live_winners(const struct live_scene *s, struct findings *findings)
{
	for (size_t v = 0; v < s->nvss; v++) {
		const struct object *twin = live_twin(s, &s->vss[v]);
		struct contender ours = twin ? contender_of(twin, twin->ns, true) :
					       contender_of(s->vss[v].object, s->vss[v].ns, false);

		for (size_t i = 0; i < s->nobjects; i++) {
			struct contender other =
				contender_of(s->objects[i], s->objects[i]->ns, true);
			struct slice host;

			if (s->objects[i] == twin || !vs_is(s->objects[i]))
				continue;
			host = shared_host(&ours, &other, s->vss[v].old_host, s->arena);
			if (host.len)
				check_rival(s, &ours, &other, host, findings);
		}
	}
}

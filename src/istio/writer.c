#include "istio/writer.h"

#include "kube/group.h"

/* --- controllers ---------------------------------------------------------- */

/* May the namespaces be the same? */
static bool may_be_same(struct slice a, struct slice b)
{
	return !a.len || !b.len || slice_eq(a, b);
}

/* Does the name in a Rollout ("web" or "web.shop") mean this VirtualService? */
static bool names_vs(const struct yaml_node *name, struct slice ns, const struct object *vs,
		     struct arena *arena)
{
	struct slice text = yaml_string(name);

	return (slice_eq(text, vs->name) && may_be_same(ns, vs->ns)) ||
	       slice_eq(text, arena_printf(arena, "%" SLICE_FMT ".%" SLICE_FMT, SLICE_ARG(vs->name),
					   SLICE_ARG(vs->ns)));
}

/* Argo Rollouts: strategy.canary.trafficRouting.istio.virtualService or virtualServices. */
static bool rollout_writes(const struct object *o, const struct object *vs, struct arena *arena)
{
	const struct yaml_node *istio =
		yaml_path(o->spec, "strategy", "canary", "trafficRouting", "istio", NULL);
	const struct yaml_node *list = yaml_get(istio, "virtualServices");

	if (!object_is(o, ARGO_GROUP, "Rollout"))
		return false;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (names_vs(yaml_get(c, "name"), o->ns, vs, arena))
			return true;
	return names_vs(yaml_path(istio, "virtualService", "name", NULL), o->ns, vs, arena);
}

/*
 * Flagger: the VirtualService of the name of the service, else of the target, unless the provider
 * is none of Istio's.
 */
static bool canary_writes(const struct object *o, const struct object *vs)
{
	struct slice name = yaml_string(yaml_path(o->spec, "service", "name", NULL));
	struct slice provider = yaml_string(yaml_get(o->spec, "provider"));

	if (!object_is(o, FLAGGER_GROUP, "Canary") ||
	    (provider.len && !slice_starts(provider, SLICE("istio"))))
		return false;
	if (!name.len)
		name = yaml_string(yaml_path(o->spec, "targetRef", "name", NULL));
	return slice_eq(name, vs->name) && may_be_same(o->ns, vs->ns);
}

bool writer_is(const struct object *o)
{
	return object_is(o, ARGO_GROUP, "Rollout") || object_is(o, FLAGGER_GROUP, "Canary");
}

bool writer_sets_weights(const struct object *o, const struct object *vs, struct arena *arena)
{
	return rollout_writes(o, vs, arena) || canary_writes(o, vs);
}

/* --- engines -------------------------------------------------------------- */

/* Is the field of a selector empty or a wildcard, or this value? */
static bool open_or(const struct yaml_node *node, struct slice text)
{
	struct slice value = yaml_string(node);

	return !value.len || slice_is(value, "*") || slice_eq(value, text);
}

/* Is a path of the list one of the routes, or above them? `dots`: a jq expression. */
static bool hides_routes(const struct yaml_node *list, bool dots)
{
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice path = yaml_string(c),
			     routes = dots ? SLICE(".spec.http") : SLICE("/spec/http");

		if (slice_starts(path, routes) || slice_is(path, dots ? ".spec" : "/spec"))
			return true;
	}
	return false;
}

bool writer_is_ignored(const struct yaml_node *item, const struct object *vs)
{
	return open_or(yaml_get(item, "group"), SLICE(ISTIO_GROUP)) &&
	       open_or(yaml_get(item, "kind"), SLICE("VirtualService")) &&
	       open_or(yaml_get(item, "name"), vs->name) &&
	       open_or(yaml_get(item, "namespace"), vs->ns) &&
	       (hides_routes(yaml_get(item, "jsonPointers"), false) ||
		hides_routes(yaml_get(item, "jqPathExpressions"), true));
}

const struct yaml_node *writer_stops_flux(const struct object *o)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
		{ "kustomize.toolkit.fluxcd.io/ssa", "Ignore" },
		{ "kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent" },
		{ "kustomize.toolkit.fluxcd.io/reconcile", "disabled" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct yaml_node *value =
			yaml_path(o->metadata, "annotations", rows[i].key, NULL);

		if (value && slice_eq_case(value->text, slice_of(rows[i].value)))
			return value;
	}
	return NULL;
}

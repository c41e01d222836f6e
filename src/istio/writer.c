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
	return object_is(o, ARGO_GROUP, "Rollout") || object_is(o, FLAGGER_GROUP, "Canary") ||
	       slice_is(o->group, KARGO_GROUP);
}

bool writer_sets_weights(const struct object *o, const struct object *vs, struct arena *arena)
{
	return rollout_writes(o, vs, arena) || canary_writes(o, vs);
}

/* --- commits --------------------------------------------------------------- */

/* May the path of a step of Kargo mean the file? */
static bool path_means(struct slice text, struct slice path)
{
	size_t end = SIZE_MAX;

	for (size_t at = slice_find(text, SLICE("}}")); at != SIZE_MAX;
	     at = slice_find(text, SLICE("}}"))) {
		text = slice_sub(text, at + 2, text.len);
		end = at;
	}
	if (end != SIZE_MAX) /* what an expression stands for is not known */
		return slice_ends(path, text);
	return slice_eq(text, path) ||
	       (slice_ends(text, path) && text.ptr[text.len - path.len - 1] == '/');
}

/* Does an update of a step have a key of the routes? */
static bool updates_routes(const struct yaml_node *updates)
{
	for (const struct yaml_node *c = updates ? updates->first : NULL; c; c = c->next) {
		struct slice key = yaml_string(yaml_get(c, "key"));

		if (slice_starts(key, SLICE("spec.http")) || slice_starts(key, SLICE("${{")))
			return true;
	}
	return false;
}

const struct yaml_node *writer_edits_file(const struct object *o, struct slice path)
{
	const struct yaml_node *steps =
		yaml_path(o->spec, "promotionTemplate", "spec", "steps", NULL);

	steps = steps ? steps : yaml_get(o->spec, "steps");
	for (const struct yaml_node *c = steps && slice_is(o->group, KARGO_GROUP) ? steps->first :
										    NULL;
	     c; c = c->next) {
		const struct yaml_node *config = yaml_get(c, "config");

		if (slice_is(yaml_string(yaml_get(c, "uses")), "yaml-update") &&
		    path_means(yaml_string(yaml_get(config, "path")), path) &&
		    updates_routes(yaml_get(config, "updates")))
			return c;
	}
	return NULL;
}

unsigned writer_marked_line(struct slice bytes)
{
	struct slice line;

	if (slice_find(bytes, SLICE("$imagepolicy")) == SIZE_MAX)
		return 0;
	for (unsigned number = 1; slice_next(&bytes, '\n', &line); number++) {
		size_t marker = slice_find(line, SLICE("$imagepolicy"));
		struct slice text = slice_sub(line, 0, marker == SIZE_MAX ? 0 : marker);

		if (slice_find(text, SLICE("weight:")) != SIZE_MAX ||
		    slice_find(text, SLICE("host:")) != SIZE_MAX)
			return number;
	}
	return 0;
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

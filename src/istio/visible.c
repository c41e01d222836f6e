#include "istio/visible.h"

#include "istio/host.h"
#include "kube/group.h"

bool sidecar_is(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "Sidecar");
}

/* The list under the first of two spellings of a key; NULL: none, or an empty one. */
static const struct yaml_node *list_of(const struct yaml_node *map, const char *key,
				       const char *snake)
{
	const struct yaml_node *list = yaml_get(map, key);

	list = list ? list : yaml_get(map, snake);
	return list && list->kind == YAML_SEQ && list->nchildren ? list : NULL;
}

/* --- exportTo ------------------------------------------------------------- */

const struct yaml_node *visible_exports(const struct object *o)
{
	return list_of(o->spec, "exportTo", "export_to");
}

bool visible_everywhere(const struct object *o)
{
	const struct yaml_node *list = visible_exports(o);

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_is(yaml_string(c), "*"))
			return true;
	return !list;
}

struct slice visible_namespace(const struct visible *v, const struct yaml_node *item)
{
	return slice_is(yaml_string(item), ".") ? v->ns : yaml_string(item);
}

bool visible_in(const struct visible *v, struct slice ns)
{
	const struct yaml_node *list = visible_exports(v->object);

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq(visible_namespace(v, c), ns))
			return true;
	return visible_everywhere(v->object);
}

/* --- revisions ------------------------------------------------------------ */

struct slice visible_revision(const struct object *o)
{
	return yaml_string(yaml_path(o->metadata, "labels", "istio.io/rev", NULL));
}

bool visible_to_revision(const struct object *o, struct slice revision)
{
	struct slice own = visible_revision(o);

	return !own.len || slice_eq(own, revision);
}

bool visible_same_revision(const struct object *a, const struct object *b)
{
	struct slice x = visible_revision(a), y = visible_revision(b);

	return !x.len || !y.len || slice_eq(x, y);
}

/* --- Sidecars ------------------------------------------------------------- */

/* Does "namespace/host" of a Sidecar let the object in? */
static bool egress_shows(struct slice egress, const struct object *sidecar, const struct visible *v)
{
	size_t slash = slice_find_byte(egress, '/');
	struct slice ns = slash == SIZE_MAX ? SLICE("*") : slice_sub(egress, 0, slash);
	struct slice host = slash == SIZE_MAX ? egress : slice_sub(egress, slash + 1, egress.len);
	const struct yaml_node *hosts = yaml_get(v->object->spec, "hosts");

	if (slice_is(ns, "~") ||
	    (slice_is(ns, ".") && sidecar->ns.len && v->ns.len && !slice_eq(sidecar->ns, v->ns)))
		return false;
	if (!slice_is(ns, "*") && !slice_is(ns, ".") && v->ns.len && !slice_eq(ns, v->ns))
		return false;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (slice_is(host, "*") || slice_eq_case(host, yaml_string(c)) ||
		    host_covered(host, yaml_string(c)) || host_covered(yaml_string(c), host))
			return true;
	return !hosts || !hosts->nchildren;
}

bool visible_is_hidden(const struct object *sidecar, const struct visible *v)
{
	const struct yaml_node *egress = list_of(sidecar->spec, "egress", "egress");

	for (const struct yaml_node *c = egress ? egress->first : NULL; c; c = c->next) {
		const struct yaml_node *hosts = yaml_get(c, "hosts");

		for (const struct yaml_node *h = hosts ? hosts->first : NULL; h; h = h->next)
			if (egress_shows(yaml_string(h), sidecar, v))
				return false;
	}
	return egress != NULL;
}

/* Is the Sidecar for some workloads of its namespace only? */
static bool is_for_some(const struct object *sidecar)
{
	return yaml_get(sidecar->spec, "workloadSelector") ||
	       yaml_get(sidecar->spec, "workload_selector");
}

bool visible_is_hidden_in(const struct visible *v, struct slice ns,
			  const struct sidecar_list *sidecars)
{
	for (size_t i = 0; i < sidecars->n; i++) {
		const struct object *o = sidecars->items[i];

		if (slice_eq(o->ns, ns) && !is_for_some(o) && visible_is_hidden(o, v))
			return true;
	}
	return false;
}

/* --- two objects ---------------------------------------------------------- */

bool visible_together(const struct visible *a, const struct visible *b,
		      const struct sidecar_list *sidecars)
{
	const struct visible *few = visible_everywhere(a->object) ? b : a;
	const struct visible *other = few == a ? b : a;
	const struct yaml_node *list = visible_exports(few->object);

	if (!visible_same_revision(a->object, b->object))
		return false;
	if (visible_everywhere(few->object))
		return true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice ns = visible_namespace(few, c);

		if (visible_in(other, ns) && !visible_is_hidden_in(a, ns, sidecars) &&
		    !visible_is_hidden_in(b, ns, sidecars))
			return true;
	}
	return false;
}

#include "istio/live_parts.h"

#include "istio/host.h"

/* Does "NAMESPACE/HOST" of egress.hosts let a host of a namespace (absent: of any) through? */
static bool entry_covers(struct slice entry, struct slice sidecar_ns, struct slice ns, struct slice host)
{
	size_t slash = slice_find_byte(entry, '/');
	struct slice where = slash == SIZE_MAX ? SLICE("*") : slice_sub(entry, 0, slash);
	struct slice name = slash == SIZE_MAX ? entry : slice_sub(entry, slash + 1, entry.len);

	if (slice_is(where, "."))
		where = sidecar_ns;
	if (slice_is(where, "~") || (!slice_is(where, "*") && ns.len && !slice_eq(where, ns)))
		return false;
	return slice_is(name, "*") || host_same(name, host) || host_covered(name, host);
}

/* Does any entry of the Sidecar? */
static bool covers(const struct object *o, struct slice ns, struct slice host)
{
	const struct yaml_node *egress = yaml_get(o->spec, "egress");

	for (const struct yaml_node *c = egress ? egress->first : NULL; c; c = c->next) {
		const struct yaml_node *hosts = yaml_get(c, "hosts");

		for (const struct yaml_node *h = hosts ? hosts->first : NULL; h; h = h->next)
			if (entry_covers(yaml_string(h), o->ns, ns, host))
				return true;
	}
	return false;
}

/* The namespace of the GCPBackend of the new host; absent: not known. */
static struct slice backend_ns(const struct live_scene *s)
{
	for (size_t i = 0; i < s->nobjects; i++)
		if (live_backend_has(s->objects[i], s->move->to))
			return s->objects[i]->ns;
	return (struct slice){ 0 };
}

void live_sidecars(const struct live_scene *s, struct findings *findings)
{
	const struct object *first = NULL;
	struct slice ns = backend_ns(s), old_ns = s->move->ns.len || !s->nvss ? s->move->ns : s->vss[0].ns;
	size_t more = 0;

	for (size_t i = 0; i < s->nobjects; i++) {
		const struct object *o = s->objects[i];

		if (!object_is(o, ISTIO_GROUP, "Sidecar") || !covers(o, old_ns, s->move->from) || covers(o, ns, s->move->to))
			continue;
		more += first != NULL;
		first = first ? first : o;
	}
	if (first)
		findings_add(findings, &CODE_live_sidecar, live_place(first, s->arena),
			     "egress.hosts covers '%" SLICE_FMT "' and not '%" SLICE_FMT "'%s", SLICE_ARG(s->move->from),
			     SLICE_ARG(s->move->to), more ? arena_printf(s->arena, "; so do %zu more Sidecars", more).ptr : "");
}

#include "inventory/filled_hosts.h"

#include "istio/host.h"
#include "istio/route.h"

/* The old host, and where it is looked for. */
struct fill_search {
	const struct surroundings *s;
	const struct inventory *inv;
	const struct migration *m;
	struct slice old_host;
	struct findings *findings;
};

/* Does an http route of the VirtualService name the old host? */
static bool names_old(const struct fill_search *h, const struct object *o)
{
	const struct yaml_node *http = yaml_get(o->spec, "http");

	for (const struct yaml_node *r = http ? http->first : NULL; r; r = r->next) {
		const struct yaml_node *route = yaml_get(r, "route");

		for (const struct yaml_node *c = route ? route->first : NULL; c; c = c->next) {
			struct slice host = yaml_string(yaml_path(c, "destination", "host", NULL));

			if (host.len &&
			    host_same(host_resolve(host, o->ns, h->s->arena), h->old_host))
				return true;
		}
	}
	return false;
}

/* The VirtualService as the environment at hand applies it; NULL: not known, or it does not. */
static const struct built *find_built(const struct fill_search *h, const struct object *o)
{
	const struct environment *e = h->s->environment;
	const struct built *b = e && h->s->builds ? builds_find(h->s->builds, e, o) : NULL;

	return b && b->stop.verdict == BUILD_KNOWN ? b : NULL;
}

/*
 * Looks at a DestinationRule. If its host is known, it is among the objects around, like any other
 * one.
 */
static void check_rule(const struct fill_search *h, const struct object_ref *ref)
{
	const struct built *b = find_built(h, ref->object);
	struct finding f = { .code = &CODE_host_rendered,
			     .at = yaml_place(yaml_get(ref->object->spec, "host")),
			     .remedy = SLICE("make sure that its policies, such as tls, are those "
					     "that requests to the new host need") };

	if ((b && !rule_has_placeholder(&b->object)) ||
	    !migration_covers(h->m, ref->source->path) ||
	    !surroundings_have_file(h->s, ref->source->path))
		return;
	f.reason = arena_printf(h->findings->arena,
				"the host of the DestinationRule '%" SLICE_FMT
				"' is filled in by another program, and may be '%" SLICE_FMT "'",
				SLICE_ARG(ref->object->name), SLICE_ARG(h->old_host));
	(void)findings_add_new(h->findings, &f);
}

/* Looks at one VirtualService. */
static void check_one(const struct fill_search *h, const struct object_ref *ref)
{
	const struct environment *e = h->s->environment;
	const struct built *b = find_built(h, ref->object);
	struct finding f = { .code = &CODE_host_rendered,
			     .at = yaml_place(vs_find_placeholder(ref->object)) };

	if (b && !vs_find_placeholder(&b->object)) {
		if (!names_old(h, &b->object))
			return;
		f.reason = arena_printf(
			h->findings->arena,
			"the %s '%" SLICE_FMT "' fills in '%" SLICE_FMT
			"' as the host of a route of the VirtualService '%" SLICE_FMT "'",
			environment_kind_text(e->kind), SLICE_ARG(e->name), SLICE_ARG(h->old_host),
			SLICE_ARG(ref->object->name));
	} else if (migration_covers(h->m, ref->source->path) &&
		   surroundings_have_file(h->s, ref->source->path)) {
		f.reason = arena_printf(h->findings->arena,
					"the host of a route of the VirtualService '%" SLICE_FMT
					"' is filled in by another program, and may be '%" SLICE_FMT
					"'",
					SLICE_ARG(ref->object->name), SLICE_ARG(h->old_host));
	} else {
		return;
	}
	(void)findings_add_new(h->findings, &f);
}

void filled_hosts_check(const struct surroundings *s, const struct inventory *inv,
			const struct migration *m, struct slice old_host, struct findings *findings)
{
	struct object_list all = inventory_unfilled(inv, s->arena);
	const struct fill_search h = { s, inv, m, old_host, findings };

	for (size_t i = 0; i < all.n; i++)
		if (vs_is(all.items[i]->object))
			check_one(&h, all.items[i]);
		else
			check_rule(&h, all.items[i]);
}

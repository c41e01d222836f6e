/* Objects that name the old host and that no stage changes. */
#include "istio/host.h"
#include "istio/rules_internal.h"

/* The host in an item of a Sidecar's egress: "NAMESPACE/HOST". */
static struct slice egress_host(const struct yaml_node *item)
{
	struct slice text = yaml_string(item);
	size_t slash = slice_find_byte(text, '/');

	return slash == SIZE_MAX ? text : slice_sub(text, slash + 1, text.len);
}

/* What a Sidecar allows its pods to call. */
struct imports {
	const struct yaml_node *old; /* the first item that allows the old host by its name or a
					wildcard other than "*" */
	bool new;
};

static struct imports imports_of(const struct view *v, const struct object *sidecar)
{
	const struct yaml_node *egress = yaml_get(sidecar->spec, "egress");
	struct imports found = { NULL, false };

	for (const struct yaml_node *e = egress ? egress->first : NULL; e; e = e->next) {
		const struct yaml_node *hosts = yaml_get(e, "hosts");

		for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next) {
			struct slice host = egress_host(c);

			found.new = found.new || slice_is(host, "*") || host_same(host, v->new) ||
				    host_covered(host, v->new);
			if (!found.old && !slice_is(host, "*") &&
			    (host_same(host, v->old) || host_covered(host, v->old)))
				found.old = c;
		}
	}
	return found;
}

static void check_sidecar(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->sidecars.n; i++) {
		struct imports found = imports_of(v, v->sidecars.items[i]);

		if (found.old && !found.new)
			findings_add(out, code, yaml_place(found.old),
				     "the Sidecar '%" SLICE_FMT
				     "' allows its pods to call '%" SLICE_FMT
				     "', but not '%" SLICE_FMT "'",
				     SLICE_ARG(v->sidecars.items[i]->name), SLICE_ARG(v->old),
				     SLICE_ARG(v->new));
	}
}

static void check_named(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->namers.n; i++) {
		const struct object *o = v->namers.items[i];

		findings_add(out, code, yaml_place(o->node),
			     "the %" SLICE_FMT " '%" SLICE_FMT "' references '%" SLICE_FMT "'",
			     SLICE_ARG(o->kind), SLICE_ARG(o->name), SLICE_ARG(v->old));
	}
}

/* Adds a finding if the host of a mirror is the old one. */
static void check_mirror_host(const struct view *v, const struct object *o,
			      const struct yaml_node *host, const struct code *code,
			      struct findings *out)
{
	if (host && is_old(v, o, yaml_string(host)))
		findings_add(out, code, yaml_place(host),
			     "the VirtualService '%" SLICE_FMT "' mirrors requests to '%" SLICE_FMT
			     "'",
			     SLICE_ARG(o->name), SLICE_ARG(v->old));
}

/* Checks the mirrors of all routes of a VirtualService. */
static void check_mirrors_of(const struct view *v, const struct object *o, const struct code *code,
			     struct findings *out)
{
	const struct yaml_node *http = yaml_get(o->spec, "http");

	for (const struct yaml_node *c = http ? http->first : NULL; c; c = c->next) {
		const struct yaml_node *list = yaml_get(c, "mirrors");

		check_mirror_host(v, o, yaml_path(c, "mirror", "host", NULL), code, out);
		for (const struct yaml_node *m = list ? list->first : NULL; m; m = m->next)
			check_mirror_host(v, o, yaml_path(m, "destination", "host", NULL), code,
					  out);
	}
}

static void check_mirrors(const struct view *v, const struct code *code, struct findings *out)
{
	for (size_t i = 0; i < v->s->nvss; i++)
		check_mirrors_of(v, v->s->vss[i].object, code, out);
	for (size_t i = 0; i < v->others.n; i++)
		check_mirrors_of(v, v->others.items[i], code, out);
}

const struct rule rules_around[] = {
	{ &CODE_mirror_to_old, check_mirrors },
	{ &CODE_sidecar, check_sidecar },
	{ &CODE_named, check_named },
	{ NULL, NULL },
};

#include "inventory/short_names.h"

#include "istio/host.h"

/* What short names mean in the environments of a file. */
struct short_name_uses {
	const struct environment *same;  /* one in which they mean the old host; NULL: none */
	const struct environment *other; /* one in which they do not; NULL: none */
};

/* Finds the first http destination with the short name of the old host; NULL: there is none. */
static const struct yaml_node *find_short(const struct vs *vs)
{
	struct slice label = host_first_label(vs->old_host);

	for (size_t i = 0; i < vs->n; i++)
		for (size_t k = 0; k < vs->routes[i].n; k++)
			if (slice_eq(yaml_string(vs->routes[i].dests[k].host), label))
				return vs->routes[i].dests[k].host;
	return NULL;
}

/* Do routes name the old host by another name than the short one? */
static bool has_full(const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		for (size_t k = 0; k < vs->routes[i].n; k++)
			if (vs->routes[i].dests[k].side == SIDE_OLD &&
			    host_same(yaml_string(vs->routes[i].dests[k].host), vs->old_host))
				return true;
	return false;
}

/* Looks at the namespaces in which the environments apply the VirtualService. */
static struct short_name_uses read_uses(struct builds *builds, const struct environment_uses *uses,
					const struct vs *vs, struct slice ns)
{
	struct short_name_uses found = { NULL, NULL };

	for (size_t i = 0; i < uses->n; i++) {
		const struct environment *e = uses->items[i].environment;
		const struct built *b =
			e->other_revision ? NULL : builds_find(builds, e, vs->object);

		if (!b || !b->object.ns.len)
			continue;
		if (slice_eq(b->object.ns, ns))
			found.same = e;
		else
			found.other = e;
	}
	return found;
}

/* Sets the error. */
static enum short_names set_unclear(const struct short_name_uses *found,
				    const struct yaml_node *name, const struct vs *vs,
				    struct err *err)
{
	AUTO_STR struct str other = STR_INIT;

	if (found->other)
		str_addf(&other, "the %s '%" SLICE_FMT "'",
			 environment_kind_text(found->other->kind), SLICE_ARG(found->other->name));
	else
		str_adds(&other, "the namespace of the file");
	(void)err_set(err, &CODE_namespace_unclear, yaml_place(name),
		      "the host '%" SLICE_FMT "' of a route means '%" SLICE_FMT
		      "' in the %s '%" SLICE_FMT "', but not in %s",
		      SLICE_ARG(name->text), SLICE_ARG(vs->old_host),
		      environment_kind_text(found->same->kind), SLICE_ARG(found->same->name),
		      other.ptr);
	return SHORT_NAMES_UNCLEAR;
}

enum short_names short_names_check(struct builds *builds, const struct environment_uses *uses,
				   const struct vs *vs, struct err *err)
{
	struct slice ns = host_service_namespace(vs->old_host);
	const struct yaml_node *name = ns.len && builds && uses->n ? find_short(vs) : NULL;
	bool read_as_old = slice_eq(vs->names_ns, ns);
	struct short_name_uses found;

	if (!name)
		return SHORT_NAMES_FIT;
	found = read_uses(builds, uses, vs, ns);
	if (!(read_as_old ? found.other : found.same))
		return SHORT_NAMES_FIT;
	if (!found.same && !has_full(vs))
		return SHORT_NAMES_FOREIGN;
	if (found.same)
		return set_unclear(&found, name, vs, err);
	(void)err_set(err, &CODE_namespace_unclear, yaml_place(name),
		      "the host '%" SLICE_FMT "' of a route does not mean '%" SLICE_FMT
		      "' in the %s '%" SLICE_FMT "', but other routes have this host",
		      SLICE_ARG(name->text), SLICE_ARG(vs->old_host),
		      environment_kind_text(found.other->kind), SLICE_ARG(found.other->name));
	return SHORT_NAMES_UNCLEAR;
}

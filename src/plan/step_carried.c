#include "plan/step_carried.h"

#include "inventory/carried.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "plan/step_builds.h"

/* --- the hosts of an object ----------------------------------------------- */

/* The hosts of the migration, and whether an object names one of them. */
struct carried_search {
	struct slice old_host, new_host;
	bool found;
};

/* May the host of an object be this one, or a similar one? As inventory_by_host finds them. */
static bool may_be(struct slice host, struct slice of)
{
	return slice_eq_case(host_first_label(host), host_first_label(of)) ||
	       host_covered(host, of);
}

static void compare_host(struct slice host, void *ctx)
{
	struct carried_search *h = ctx;

	h->found = h->found || may_be(host, h->old_host) || may_be(host, h->new_host);
}

/* Does an environment make an object that names a host, or may do so? */
static bool is_carried(const struct step_work *w, const struct built *b)
{
	struct carried_search h = { step_old_host(w),
				    host_resolve(w->m->move.to, w->m->move.ns, w->pool->arena),
				    false };

	if (b->stop.verdict == BUILD_UNKNOWN)
		return carried_in_file(w->in->inventory, b->stop.at.path);
	if (b->as_written)
		return false;
	if (vs_is(&b->object))
		vs_each_host(&b->object, compare_host, &h);
	rules_each_host(&b->object, compare_host, &h);
	return h.found;
}

/* --- the objects around --------------------------------------------------- */

/* Does an environment that applies the object make it name a host? */
static bool is_carried_by_any(const struct step_work *w, const struct environment_uses *uses,
			      const struct object *o)
{
	for (size_t i = 0; i < uses->n; i++) {
		const struct environment *e = uses->items[i].environment;

		for (const struct built *b = builds_find(w->builds, e, o); b;
		     b = builds_next(w->builds, e, b))
			if (!e->other_revision && is_carried(w, b))
				return true;
	}
	return false;
}

/* Is the object among those around? */
static bool is_known(const struct step_work *w, const struct object *o)
{
	for (size_t i = 0; i < w->around.n; i++)
		if (w->around.items[i].object == o)
			return true;
	return false;
}

/* Adds those of the objects of a file that name a host where they are applied. */
static void add_file(struct step_work *w, const struct source *s, struct object_ref *all)
{
	struct environment_uses uses = environment_view_uses(w->view, s->path, w->pool->arena);

	for (size_t i = 0; i < s->objects.n; i++) {
		const struct object *o = &s->objects.items[i];

		if ((vs_is(o) || rules_want(o)) && is_carried_by_any(w, &uses, o) &&
		    !is_known(w, o))
			all[w->around.n++] = (struct object_ref){ o, s };
	}
}

void step_carried_add(struct step_work *w)
{
	size_t n, most = w->around.n;
	struct source *const *carried = carried_sources(w->in->inventory, &n);
	struct object_ref *all;

	if (!n || !w->builds)
		return;
	for (size_t i = 0; i < n; i++)
		most += inventory_find(w->in->inventory, carried[i]->path)->objects.n;
	all = arena_array(w->pool->arena, most, sizeof(*all));
	for (size_t i = 0; i < w->around.n; i++)
		all[i] = w->around.items[i];
	w->around.items = all;
	for (size_t i = 0; i < n; i++)
		add_file(w, inventory_find(w->in->inventory, carried[i]->path), all);
}

/* --- findings ------------------------------------------------------------- */

/* Where an environment changes an object; the place of the object if that is not known. */
static struct place change_place(const struct built *b)
{
	return b->stop.at.path.len ? b->stop.at :
	       b->patches          ? b->patches->at :
				     yaml_place(b->origin->node);
}

/* Does the VirtualService route to the old host only as it is applied? */
static bool is_made_route(const struct step_work *w, const struct built *b)
{
	struct err ignored = ERR_INIT;
	const struct vs *vs;
	struct vs written;

	if (b->as_written || !vs_is(&b->object) || vs_find_placeholder(b->origin) ||
	    vs_read(&written, b->origin,
		    &(struct move_context){ &w->m->move, w->pool->arena, NULL }, &ignored) < 0 ||
	    written.nold)
		return false;
	vs = step_builds_parse(w, b, &ignored);
	return vs && vs->nold;
}

static bool same_place(struct place a, struct place b)
{
	return slice_eq(a.path, b.path) && a.line == b.line && a.col == b.col;
}

/* Is it reported for another object of the environment that this place is not evaluated? */
static bool is_reported(const struct step_work *w, const struct applied *a,
			const struct findings *findings)
{
	struct place at = a->built->stop.at;

	for (size_t i = 0; i < w->built.n; i++)
		if (!w->built.items[i].known && w->built.items[i].environment == a->environment &&
		    same_place(w->built.items[i].built->stop.at, at))
			return true;
	for (size_t i = 0; i < findings->n; i++)
		if (findings->items[i].code == &CODE_build_unknown &&
		    same_place(findings->items[i].at, at))
			return true;
	return false;
}

void step_carried_note(const struct step_work *w, const struct applied *a,
		       const struct environment *e, struct findings *findings)
{
	const struct built *b = a->built;
	struct finding f = { .code = &CODE_build_unknown, .at = change_place(b) };
	const char *kind = environment_kind_text(a->environment->kind);

	if (b->stop.verdict == BUILD_UNKNOWN) {
		if (is_reported(w, a, findings))
			return;
		f.reason = arena_printf(findings->arena,
					"what the %s '%" SLICE_FMT "' applies as %" SLICE_FMT
					" '%" SLICE_FMT "' is not known: %s",
					kind, SLICE_ARG(a->environment->name),
					SLICE_ARG(b->object.kind), SLICE_ARG(b->object.name),
					b->stop.why);
	} else if (a->environment != e && is_made_route(w, b)) {
		f.code = &CODE_elsewhere;
		f.reason = arena_printf(findings->arena,
					"the %s '%" SLICE_FMT
					"' changes the VirtualService '%" SLICE_FMT
					"' so that it also routes to '%" SLICE_FMT "'",
					kind, SLICE_ARG(a->environment->name),
					SLICE_ARG(b->object.name), SLICE_ARG(step_old_host(w)));
	} else {
		return;
	}
	(void)findings_add_new(findings, &f);
}

#include "inventory/surroundings.h"

#include "istio/route.h"
#include "kube/group.h"

bool environment_uses_have(const struct environment_uses *uses, const struct environment *e)
{
	for (size_t i = 0; i < uses->n; i++)
		if (uses->items[i].environment == e)
			return true;
	return false;
}

/* --- other clusters ------------------------------------------------------- */

/* Where an environment is in the list of rivals; directories have numbers of their own. */
static size_t slot_of(const struct environment *e)
{
	return 2 * e->number + (e->kind == ENVIRONMENT_DIRECTORY);
}

static bool is_rival(const struct surroundings *s, const struct environment *e)
{
	return slot_of(e) < s->nrivals && s->rivals[slot_of(e)] == s->round;
}

/* Adds an environment as a rival. */
static void add_rival(struct surroundings *s, const struct environment *e)
{
	while (slot_of(e) >= s->nrivals) {
		size_t cap = s->nrivals, n = s->nrivals;

		s->rivals = arena_grow(s->arena, s->rivals, n, &cap, sizeof(*s->rivals));
		for (; n < cap; n++)
			s->rivals[n] = 0;
		s->nrivals = cap;
	}
	s->rivals[slot_of(e)] = s->round;
}

/* Adds the environments of `uses` as rivals, unless one of them is the environment at hand. */
static void add_rivals(struct surroundings *s, const struct environment_uses *uses, bool copy)
{
	if (copy && environment_uses_have(uses, s->environment))
		return;
	for (size_t i = 0; i < uses->n; i++) {
		const struct environment *e = uses->items[i].environment;

		if (e != s->environment && !e->unsure &&
		    !(uses->items[i].source_types & SOURCE_UNKNOWN))
			add_rival(s, e);
	}
}

/* Is the object a VirtualService like one of the centers, in another file? */
static bool is_copy(const struct surroundings *s, const struct object *o)
{
	for (size_t i = 0; i < s->ncenters && vs_is(o); i++) {
		const struct object *m = s->centers[i].object;

		if (m != o && slice_eq(m->name, o->name) && slice_eq(m->ns, o->ns))
			return true;
	}
	return false;
}

void surroundings_begin(struct surroundings *s)
{
	const struct object_refs *around = &s->around;
	struct environment_uses *all = arena_array(s->arena, around->n, sizeof(*all));

	s->copies = arena_array(s->arena, around->n, sizeof(*s->copies));
	for (size_t i = 0; i < around->n && s->view && s->builds; i++) {
		const struct source *source = around->items[i].source;

		s->copies[i] = is_copy(s, around->items[i].object);
		all[i] = i && around->items[i - 1].source == source ?
				 all[i - 1] :
				 environment_view_uses(s->view, source->path, s->arena);
	}
	s->uses = all;
}

void surroundings_enter(struct surroundings *s, const struct environment *e)
{
	s->environment = e;
	s->round++;
	for (size_t i = 0; i < s->ncenters && e; i++)
		if (environment_uses_have(&s->centers[i].uses, e))
			add_rivals(s, &s->centers[i].uses, false);
	for (size_t i = 0; i < s->around.n && e; i++)
		if (s->copies[i])
			add_rivals(s, &s->uses[i], true);
}

/* --- objects -------------------------------------------------------------- */

const struct object *surroundings_applied(const struct surroundings *s, const struct environment *e,
					  const struct object *o)
{
	const struct built *b = builds_find(s->builds, e, o);

	if (b)
		return &b->object;
	if (e->kind == ENVIRONMENT_DIRECTORY)
		return o;
	return builds_of(s->builds, e)->stop.verdict == BUILD_KNOWN ? NULL : o;
}

/*
 * Finds what applies the object number `i` of `around` for the environment at hand; `*by` NULL: it
 * counts as its file declares it. False: it does not count.
 */
static bool find_applier(const struct surroundings *s, size_t i, const struct environment **by)
{
	const struct environment_uses *uses = &s->uses[i];
	const struct environment *e = s->environment;

	*by = NULL;
	if (!e)
		return true;
	if (!uses->n)
		return environment_is_assumed(e);
	if (environment_uses_have(uses, e))
		*by = e;
	for (size_t j = 0; j < uses->n && !*by; j++) {
		const struct environment *other = uses->items[j].environment;

		if (!other->other_revision && environments_may_be_one_cluster(other, e) &&
		    !is_rival(s, other))
			*by = other;
	}
	return *by != NULL;
}

const struct object *surroundings_object(const struct surroundings *s, size_t i)
{
	const struct object *o = s->around.items[i].object;
	const struct environment *by;

	if (!find_applier(s, i, &by))
		return NULL;
	return by ? surroundings_applied(s, by, o) : o;
}

void surroundings_each(const struct surroundings *s, size_t i, surroundings_fn *found, void *ctx)
{
	const struct object *o = surroundings_object(s, i);
	const struct environment *by;
	const struct built *b;

	if (!o || !find_applier(s, i, &by))
		return;
	b = by ? builds_find(s->builds, by, s->around.items[i].object) : NULL;
	if (!b)
		found(&(struct applied){ o, NULL, by }, ctx);
	for (; b; b = builds_next(s->builds, by, b))
		found(&(struct applied){ &b->object, b, by }, ctx);
}

bool surroundings_have_file(const struct surroundings *s, struct slice path)
{
	const struct environment *e = s->environment;
	struct environment_uses uses = e && s->view ?
					       environment_view_uses(s->view, path, s->arena) :
					       (struct environment_uses){ NULL, 0 };

	for (size_t i = 0; i < uses.n; i++) {
		const struct environment *other = uses.items[i].environment;

		if (other == e ||
		    (environments_may_be_one_cluster(other, e) && !is_rival(s, other)))
			return true;
	}
	return !uses.n && (!e || environment_is_assumed(e));
}

/*
 * May a Sidecar show one of these objects to a proxy and hide another? Not where they are one
 * VirtualService and one ServiceEntry of the same namespace.
 */
static bool want_sidecars(const struct rule_scene *scene)
{
	const struct object *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < scene->nobjects; i++) {
		const struct object *o = scene->objects[i];

		if (!vs_is(o) && !object_is(o, ISTIO_GROUP, "ServiceEntry"))
			continue;
		if (++n > 2 || (first && !slice_eq(first->ns, o->ns)))
			return true;
		first = o;
	}
	return false;
}

void surroundings_add_sidecars(const struct surroundings *s, const struct inventory *inv,
			       struct rule_scene *scene)
{
	size_t n;
	const struct object_ref *all = inventory_sidecars(inv, &n);
	const struct object **items;

	if (!want_sidecars(scene))
		return;
	items = arena_array(scene->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		if (surroundings_have_file(s, all[i].source->path))
			items[scene->sidecars.n++] = all[i].object;
	scene->sidecars.items = items;
}

/* A GCPBackend around that does not count for the environment; NULL: there is none. */
static const struct object_ref *find_other_backend(const struct surroundings *s)
{
	for (size_t i = 0; i < s->around.n; i++)
		if (object_is(s->around.items[i].object, GKE_GROUP, "GCPBackend") &&
		    !surroundings_object(s, i))
			return &s->around.items[i];
	return NULL;
}

void surroundings_explain_backend(const struct surroundings *s, struct slice new_host,
				  struct findings *findings)
{
	const struct environment *e = s->environment;
	const struct object_ref *other = e ? find_other_backend(s) : NULL;

	for (size_t i = 0; i < findings->n && other; i++) {
		struct finding *f = &findings->items[i];

		if (f->code == &CODE_no_backend)
			f->reason =
				arena_printf(findings->arena,
					     "the %s '%" SLICE_FMT
					     "' applies no GCPBackend with the host '%" SLICE_FMT
					     "', and it does not apply %" SLICE_FMT,
					     environment_kind_text(e->kind), SLICE_ARG(e->name),
					     SLICE_ARG(new_host), SLICE_ARG(other->source->path));
	}
}

/* --- environments --------------------------------------------------------- */

const struct environment **surroundings_environments(const struct surroundings *s, size_t *n)
{
	const struct environment **all;
	size_t most = 0;

	for (size_t i = 0; i < s->ncenters; i++)
		most += s->centers[i].uses.n;
	all = arena_array(s->arena, most, sizeof(const struct environment *));
	*n = 0;
	for (size_t i = 0; i < s->ncenters; i++)
		for (size_t j = 0; j < s->centers[i].uses.n; j++) {
			const struct environment *e = s->centers[i].uses.items[j].environment;
			bool known = e->other_revision;

			for (size_t k = 0; k < *n && !known; k++)
				known = all[k] == e;
			if (!known)
				all[(*n)++] = e;
		}
	return all;
}

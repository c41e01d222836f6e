#include "plan/step_rules.h"

#include "istio/rules.h"
#include "istio/writer.h"
#include "kube/group.h"

/* The rules of one environment. */
struct environment_rules {
	const struct step_work *w;
	const struct environment *environment; /* NULL: the files that none is known to apply */
	const struct object_refs *around;      /* all objects that may concern the two hosts */
	const struct environment_uses *uses;   /* of the file of each */
	const struct environment **rivals;     /* that apply the same VirtualServices, or copies */
	size_t nrivals;
};

/* --- environments --------------------------------------------------------- */

static bool uses_have(const struct environment_uses *uses, const struct environment *e)
{
	for (size_t i = 0; i < uses->n; i++)
		if (uses->items[i].environment == e)
			return true;
	return false;
}

/* The environments of the file of a member; none if no environment is known at all. */
static struct environment_uses uses_of_member(const struct step_work *w, const struct member *m)
{
	const struct placements *l = &w->step->placements;

	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->items[i].path, m->source->path))
			return l->items[i].uses;
	return (struct environment_uses){ NULL, 0 };
}

static bool is_rival(const struct environment_rules *r, const struct environment *e)
{
	for (size_t i = 0; i < r->nrivals; i++)
		if (r->rivals[i] == e)
			return true;
	return false;
}

/* Adds the environments of `uses` as rivals, unless one of them is the environment at hand. */
static void add_rivals(struct environment_rules *r, const struct environment_uses *uses, bool copy)
{
	struct arena *arena = r->w->pool->arena;
	size_t cap = r->nrivals;

	if (copy && uses_have(uses, r->environment))
		return;
	for (size_t i = 0; i < uses->n; i++) {
		const struct environment *e = uses->items[i].environment;

		if (e == r->environment || e->unsure || is_rival(r, e) ||
		    uses->items[i].source_types & SOURCE_UNKNOWN)
			continue;
		ARENA_ROOM(arena, r->rivals, r->nrivals, cap);
		r->rivals[r->nrivals++] = e;
	}
}

/* Is the object a VirtualService like a member, in another file? */
static bool is_copy(const struct step_work *w, const struct object *o)
{
	for (size_t i = 0; i < w->scope.n && vs_is(o); i++) {
		const struct object *m = w->scope.members[i].vs.object;

		if (m != o && slice_eq(m->name, o->name) && slice_eq(m->ns, o->ns))
			return true;
	}
	return false;
}

/* Finds the environments that are other clusters for sure. */
static void find_rivals(struct environment_rules *r)
{
	for (size_t i = 0; i < r->w->scope.n; i++) {
		struct environment_uses uses = uses_of_member(r->w, &r->w->scope.members[i]);

		if (uses_have(&uses, r->environment))
			add_rivals(r, &uses, false);
	}
	for (size_t i = 0; i < r->around->n; i++)
		if (is_copy(r->w, r->around->items[i].object))
			add_rivals(r, &r->uses[i], true);
}

/* May two environments be one cluster? */
static bool may_be_one_cluster(const struct environment *a, const struct environment *b)
{
	return !a->cluster.len || !b->cluster.len || slice_eq(a->cluster, b->cluster);
}

/* --- objects -------------------------------------------------------------- */

/* The VirtualService of a member as the environment applies it. */
static const struct vs *applied_member(const struct environment_rules *r, const struct member *m)
{
	for (size_t i = 0; i < r->w->built.n; i++) {
		const struct built_member *b = &r->w->built.items[i];

		if (b->environment == r->environment && b->built->origin == m->vs.object &&
		    b->known)
			return &b->vs;
	}
	return &m->vs;
}

/* The object as an environment applies it; NULL: it does not. */
static const struct object *applied_object(const struct environment_rules *r,
					   const struct environment *e, const struct object *o)
{
	const struct built_set *set = builds_of(r->w->builds, e);

	for (size_t i = 0; i < set->n; i++)
		if (set->items[i].origin == o)
			return &set->items[i].object;
	return set->stop.verdict == BUILD_KNOWN ? NULL : o;
}

/* The object number `i` as it counts for the environment; NULL: it does not count. */
static const struct object *counted_object(const struct environment_rules *r, size_t i)
{
	const struct object *o = r->around->items[i].object;
	const struct environment_uses *uses = &r->uses[i];
	const struct environment *e = r->environment;

	if (!e)
		return o;
	if (!uses->n)
		return e->kind == ENVIRONMENT_OVERLAY ? o : NULL;
	if (uses_have(uses, e))
		return applied_object(r, e, o);
	for (size_t j = 0; j < uses->n; j++) {
		const struct environment *other = uses->items[j].environment;

		if (!other->other_revision && may_be_one_cluster(other, e) && !is_rival(r, other))
			return applied_object(r, other, o);
	}
	return NULL;
}

/* --- the rules ------------------------------------------------------------ */

/* Does the environment, or another one of its cluster, apply the file? */
static bool counts_file(const struct environment_rules *r, struct slice path)
{
	const struct environment *e = r->environment;
	struct environment_uses uses =
		e ? environment_uses_of(r->w->in->environments, path, r->w->pool->arena) :
		    (struct environment_uses){ NULL, 0 };

	for (size_t i = 0; i < uses.n; i++) {
		const struct environment *other = uses.items[i].environment;

		if (other == e || (may_be_one_cluster(other, e) && !is_rival(r, other)))
			return true;
	}
	return !uses.n && (!e || e->kind == ENVIRONMENT_OVERLAY);
}

/*
 * Adds the Sidecars that count for the environment. They only decide which of several objects of
 * the old host a proxy sees, so they are not wanted where there is one.
 */
static void fill_sidecars(const struct environment_rules *r, struct rule_scene *scene)
{
	size_t n, rivals = 0;
	const struct object_ref *all = inventory_sidecars(r->w->in->inventory, &n);
	const struct object **items;

	for (size_t i = 0; i < scene->nobjects; i++)
		rivals += vs_is(scene->objects[i]) ||
			  object_is(scene->objects[i], ISTIO_GROUP, "ServiceEntry");
	if (rivals <= 2)
		return;
	items = arena_array(scene->arena, n, sizeof(*items));
	for (size_t i = 0; i < n; i++)
		if (counts_file(r, all[i].source->path))
			items[scene->sidecars.n++] = all[i].object;
	scene->sidecars.items = items;
}

/* Adds the VirtualServices of the environment, and the objects that count for it. */
static void fill_scene(const struct environment_rules *r, struct rule_scene *scene)
{
	const struct step_work *w = r->w;
	struct vs *vss = arena_array(scene->arena, w->scope.n, sizeof(*vss));
	const struct object **objects =
		arena_array(scene->arena, r->around->n + w->scope.n, sizeof(*objects));

	scene->vss = vss;
	scene->objects = objects;
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];
		struct environment_uses uses = uses_of_member(w, m);

		if (r->environment ? !uses_have(&uses, r->environment) : uses.n > 0)
			continue;
		vss[scene->nvss] = *applied_member(r, m);
		objects[scene->nobjects++] = vss[scene->nvss++].object;
	}
	for (size_t i = 0; i < r->around->n; i++) {
		const struct object *o = NULL;

		for (size_t j = 0; j < w->scope.n && !o; j++)
			if (w->scope.members[j].vs.object == r->around->items[i].object)
				o = w->scope.members[j].vs.object;
		o = o ? NULL : counted_object(r, i);
		if (o)
			objects[scene->nobjects++] = o;
	}
	fill_sidecars(r, scene);
}

/* Adds findings about VirtualServices that the migration does not cover. */
static void note_elsewhere(const struct environment_rules *r, struct findings *findings)
{
	const struct scope *scope = &r->w->scope;

	for (size_t i = 0; i < r->around->n; i++)
		for (size_t j = 0; j < scope->nelsewhere; j++)
			if (scope->elsewhere[j].object == r->around->items[i].object &&
			    counted_object(r, i))
				scope_note_elsewhere(r->w->m, &scope->elsewhere[j], findings,
						     r->w->pool->arena);
}

/* --- who else writes the weights ------------------------------------------ */

/* Adds findings for Rollouts and Canaries that set the weights. */
static void check_writers(const struct environment_rules *r, const struct object *vs,
			  struct findings *findings)
{
	size_t n;
	const struct object_ref *writers = inventory_writers(r->w->in->inventory, &n);

	for (size_t i = 0; i < n; i++)
		if (writer_sets_weights(writers[i].object, vs, r->w->pool->arena) &&
		    counts_file(r, writers[i].source->path))
			findings_add(findings, &CODE_live_writer,
				     yaml_place(writers[i].object->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' sets the weights of the VirtualService '%" SLICE_FMT "'",
				     SLICE_ARG(writers[i].object->kind),
				     SLICE_ARG(writers[i].object->name), SLICE_ARG(vs->name));
}

/* Adds findings for what keeps the engine of the environment from applying the routes. */
static void check_engine(const struct environment *e, const struct object *vs,
			 struct findings *findings)
{
	const struct yaml_node *list = yaml_get(e->spec, "ignoreDifferences"),
			       *stop = writer_stops_flux(vs);

	for (const struct yaml_node *c = list && e->kind == ENVIRONMENT_ARGOCD ? list->first : NULL;
	     c; c = c->next)
		if (writer_is_ignored(c, vs))
			findings_add(findings, &CODE_live_ignored, yaml_place(c),
				     "ignoreDifferences of the Application '%" SLICE_FMT
				     "' hides spec.http of the VirtualService '%" SLICE_FMT "'",
				     SLICE_ARG(e->name), SLICE_ARG(vs->name));
	if (stop && e->kind == ENVIRONMENT_FLUX)
		findings_add(findings, &CODE_not_applied, yaml_place(stop),
			     "the Flux Kustomization '%" SLICE_FMT
			     "' does not apply changes of the VirtualService '%" SLICE_FMT "'",
			     SLICE_ARG(e->name), SLICE_ARG(vs->name));
}

/* Adds findings for everything that writes the weights besides the commits. */
static void check_owners(const struct environment_rules *r, const struct rule_scene *scene,
			 struct findings *findings)
{
	for (size_t i = 0; i < scene->nvss; i++) {
		check_writers(r, scene->vss[i].object, findings);
		if (r->environment)
			check_engine(r->environment, scene->vss[i].object, findings);
	}
}

/* --- one environment ------------------------------------------------------ */

/* A GCPBackend around that does not count for the environment; NULL: there is none. */
static const struct object_ref *find_other_backend(const struct environment_rules *r)
{
	for (size_t i = 0; i < r->around->n; i++)
		if (object_is(r->around->items[i].object, GKE_GROUP, "GCPBackend") &&
		    !counted_object(r, i))
			return &r->around->items[i];
	return NULL;
}

/* Says of a missing GCPBackend which one does not count. */
static void explain_backend(const struct environment_rules *r, struct findings *findings)
{
	const struct object_ref *other = r->environment ? find_other_backend(r) : NULL;

	for (size_t i = 0; i < findings->n && other; i++) {
		struct finding *f = &findings->items[i];

		if (f->code == &CODE_no_backend)
			f->reason = arena_printf(
				r->w->pool->arena,
				"the %s '%" SLICE_FMT
				"' applies no GCPBackend with the host '%" SLICE_FMT
				"', and it does not apply %" SLICE_FMT,
				environment_kind_text(r->environment->kind),
				SLICE_ARG(r->environment->name), SLICE_ARG(r->w->m->move.to),
				SLICE_ARG(other->source->path));
	}
}

/* Runs the rules for one environment. */
static void check_environment(struct environment_rules *r, struct stage to)
{
	const struct step_work *w = r->w;
	struct findings own = { .arena = w->pool->arena };
	struct rule_scene scene = { .move = &w->m->move,
				    .thorough = w->intent->options.all_findings,
				    .whole = inventory_whole(w->in->inventory),
				    .to = to,
				    .at = w->m->to_at,
				    .arena = w->pool->arena };

	find_rivals(r);
	fill_scene(r, &scene);
	if (!scene.nvss)
		return;
	note_elsewhere(r, &own);
	rules_check(&scene, &own);
	if (scene.whole) /* of a commit, not of a file that is rendered by itself */
		check_owners(r, &scene, &own);
	explain_backend(r, &own);
	for (size_t i = 0; i < own.n; i++)
		(void)findings_add_new(&w->step->findings, &own.items[i]);
}

/* The environments that apply a member and follow the branch, each once. */
static const struct environment **list_environments(const struct step_work *w, size_t *n)
{
	const struct environment **all;
	size_t most = 0;

	for (size_t i = 0; i < w->step->placements.n; i++)
		most += w->step->placements.items[i].uses.n;
	all = arena_array(w->pool->arena, most, sizeof(const struct environment *));
	*n = 0;
	for (size_t i = 0; i < w->scope.n; i++) {
		struct environment_uses uses = uses_of_member(w, &w->scope.members[i]);

		for (size_t j = 0; j < uses.n; j++) {
			const struct environment *e = uses.items[j].environment;
			bool known = e->other_revision;

			for (size_t k = 0; k < *n && !known; k++)
				known = all[k] == e;
			if (!known)
				all[(*n)++] = e;
		}
	}
	return all;
}

/* The environments of the files of objects. */
static const struct environment_uses *list_uses(const struct step_work *w,
						const struct object_refs *around)
{
	struct environment_uses *all = arena_array(w->pool->arena, around->n, sizeof(*all));

	for (size_t i = 0; i < around->n && w->builds; i++) {
		const struct source *s = around->items[i].source;

		all[i] = i && around->items[i - 1].source == s ?
				 all[i - 1] :
				 environment_uses_of(w->in->environments, s->path, w->pool->arena);
	}
	return all;
}

void step_rules_check(const struct step_work *w, struct stage to)
{
	size_t from = w->step->findings.n, n;
	struct object_refs around = scope_around(&w->scope, w->in, w->m, w->pool->arena);
	const struct environment **all = list_environments(w, &n);
	struct environment_rules r = { .w = w, .around = &around, .uses = list_uses(w, &around) };

	check_environment(&r, to);
	for (size_t i = 0; i < n; i++) {
		r.environment = all[i];
		r.nrivals = 0;
		check_environment(&r, to);
	}
	scope_check_search(w->in, w->m, &w->step->findings);
	migration_allow(w->m, from, &w->step->findings);
}

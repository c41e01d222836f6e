#include "plan/step_rules.h"

#include "inventory/surroundings.h"
#include "istio/rules.h"
#include "istio/writer.h"
#include "kube/group.h"

/* The rules of one environment. */
struct environment_rules {
	const struct step_work *w;
	struct surroundings s;
};

/* The environments of the file of a member; none if no environment is known at all. */
static struct environment_uses uses_of_member(const struct step_work *w, const struct member *m)
{
	const struct placements *l = &w->step->placements;

	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->items[i].path, m->source->path))
			return l->items[i].uses;
	return (struct environment_uses){ NULL, 0 };
}

/* The VirtualService of a member as the environment applies it. */
static const struct vs *applied_member(const struct environment_rules *r, const struct member *m)
{
	for (size_t i = 0; i < r->w->built.n; i++) {
		const struct built_member *b = &r->w->built.items[i];

		if (b->environment == r->s.environment && b->built->origin == m->vs.object &&
		    b->known)
			return &b->vs;
	}
	return &m->vs;
}

/* --- the rules ------------------------------------------------------------ */

/* Adds the VirtualServices of the environment, and the objects that count for it. */
static void fill_scene(const struct environment_rules *r, struct rule_scene *scene)
{
	const struct step_work *w = r->w;
	struct vs *vss = arena_array(scene->arena, w->scope.n, sizeof(*vss));
	const struct object **objects =
		arena_array(scene->arena, r->s.around.n + w->scope.n, sizeof(*objects));

	scene->vss = vss;
	scene->objects = objects;
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];
		const struct environment_uses *uses = &r->s.centers[i].uses;

		if (r->s.environment ? !environment_uses_have(uses, r->s.environment) : uses->n > 0)
			continue;
		vss[scene->nvss] = *applied_member(r, m);
		objects[scene->nobjects++] = vss[scene->nvss++].object;
	}
	for (size_t i = 0; i < r->s.around.n; i++) {
		const struct object *o = NULL;

		for (size_t j = 0; j < w->scope.n && !o; j++)
			if (w->scope.members[j].vs.object == r->s.around.items[i].object)
				o = w->scope.members[j].vs.object;
		o = o ? NULL : surroundings_object(&r->s, i);
		if (o)
			objects[scene->nobjects++] = o;
	}
}

/* Adds findings about VirtualServices that the migration does not cover. */
static void note_elsewhere(const struct environment_rules *r, struct findings *findings)
{
	const struct scope *scope = &r->w->scope;

	for (size_t i = 0; i < r->s.around.n; i++)
		for (size_t j = 0; j < scope->nelsewhere; j++)
			if (scope->elsewhere[j].object == r->s.around.items[i].object &&
			    surroundings_object(&r->s, i))
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
		    surroundings_have_file(&r->s, writers[i].source->path))
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
		if (r->s.environment)
			check_engine(r->s.environment, scene->vss[i].object, findings);
	}
}

/* --- one environment ------------------------------------------------------ */

/* A GCPBackend around that does not count for the environment; NULL: there is none. */
static const struct object_ref *find_other_backend(const struct environment_rules *r)
{
	for (size_t i = 0; i < r->s.around.n; i++)
		if (object_is(r->s.around.items[i].object, GKE_GROUP, "GCPBackend") &&
		    !surroundings_object(&r->s, i))
			return &r->s.around.items[i];
	return NULL;
}

/* Says of a missing GCPBackend which one does not count. */
static void explain_backend(const struct environment_rules *r, struct findings *findings)
{
	const struct object_ref *other = r->s.environment ? find_other_backend(r) : NULL;

	for (size_t i = 0; i < findings->n && other; i++) {
		struct finding *f = &findings->items[i];

		if (f->code == &CODE_no_backend)
			f->reason = arena_printf(
				r->w->pool->arena,
				"the %s '%" SLICE_FMT
				"' applies no GCPBackend with the host '%" SLICE_FMT
				"', and it does not apply %" SLICE_FMT,
				environment_kind_text(r->s.environment->kind),
				SLICE_ARG(r->s.environment->name), SLICE_ARG(r->w->m->move.to),
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

/* The members with the environments of their files. */
static const struct center *list_centers(const struct step_work *w)
{
	struct center *all = arena_array(w->pool->arena, w->scope.n, sizeof(*all));

	for (size_t i = 0; i < w->scope.n; i++)
		all[i] = (struct center){ w->scope.members[i].vs.object,
					  uses_of_member(w, &w->scope.members[i]) };
	return all;
}

void step_rules_check(const struct step_work *w, struct stage to)
{
	size_t from = w->step->findings.n, n;
	const struct environment **all;
	struct environment_rules r = { w,
				       { .index = w->in->environments,
					 .builds = w->builds,
					 .arena = w->pool->arena,
					 .centers = list_centers(w),
					 .ncenters = w->scope.n,
					 .around = scope_around(&w->scope, w->in, w->m,
								w->pool->arena) } };

	surroundings_read_uses(&r.s);
	all = surroundings_environments(&r.s, &n);
	surroundings_enter(&r.s, NULL);
	check_environment(&r, to);
	for (size_t i = 0; i < n; i++) {
		surroundings_enter(&r.s, all[i]);
		check_environment(&r, to);
	}
	scope_check_search(w->in, w->m, &w->step->findings);
	migration_allow(w->m, from, &w->step->findings);
}

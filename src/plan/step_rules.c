#include "plan/step_rules.h"

#include "inventory/filled_hosts.h"
#include "inventory/surroundings.h"
#include "inventory/weight_owners.h"
#include "istio/rules.h"
#include "plan/step_builds.h"

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
static struct vs applied_member(const struct environment_rules *r, const struct member *m)
{
	const struct environment *e = r->s.environment;
	const struct built_member *member = step_builds_member(r->w, e, m->vs.object, NULL);
	const struct object *object;
	struct vs vs = m->vs;

	if (member)
		return member->vs;
	object = e && r->s.builds ? surroundings_applied(&r->s, e, vs.object) : NULL;
	if (object) { /* its name and namespace may be other ones */
		vs.object = object;
		vs.ns = object->ns.len ? object->ns : vs.ns;
	}
	return vs;
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
		vss[scene->nvss] = applied_member(r, m);
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
	surroundings_add_sidecars(&r->s, w->in->inventory, scene);
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

/* Adds findings for everything that writes the weights besides the commits. */
static void check_owners(const struct environment_rules *r, const struct rule_scene *scene,
			 struct findings *findings)
{
	const struct inventory *inv = r->w->in->inventory;

	for (size_t i = 0; i < r->w->scope.n; i++)
		weight_owners_check_file(inv, r->w->scope.members[i].source, findings);
	for (size_t i = 0; i < scene->nvss; i++)
		weight_owners_check(&r->s, inv, scene->vss[i].object, findings);
}

/* --- one environment ------------------------------------------------------ */

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
	filled_hosts_check(&r->s, w->in->inventory, w->m, step_old_host(w), &own);
	surroundings_explain_backend(&r->s, w->m->move.to, &own);
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
				       { .view = w->view,
					 .builds = w->builds,
					 .arena = w->pool->arena,
					 .centers = list_centers(w),
					 .ncenters = w->scope.n,
					 .around = w->around } };

	surroundings_begin(&r.s);
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

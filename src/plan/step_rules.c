#include "plan/step_rules.h"

#include "inventory/filled_hosts.h"
#include "inventory/surroundings.h"
#include "inventory/weight_owners.h"
#include "istio/rules.h"
#include "plan/step_builds.h"
#include "plan/step_carried.h"
#include "plan/step_environments.h"

/* The rules of one environment. */
struct environment_rules {
	const struct step_work *w;
	struct surroundings s;
};

/* --- the scene ------------------------------------------------------------ */

/* A scene while it is filled. */
struct scene_lists {
	const struct environment_rules *r;
	struct arena *arena;
	struct vs *vss;
	const struct object **objects;
	size_t nvss, vss_cap, nobjects, objects_cap;
};

/* Adds an object. */
static void add_object(struct scene_lists *l, const struct object *o)
{
	ARENA_ROOM(l->arena, l->objects, l->nobjects, l->objects_cap);
	l->objects[l->nobjects++] = o;
}

/* Adds a VirtualService of the migration. */
static void add_vs(struct scene_lists *l, const struct vs *vs)
{
	ARENA_ROOM(l->arena, l->vss, l->nvss, l->vss_cap);
	l->vss[l->nvss++] = *vs;
	add_object(l, vs->object);
}

/* A member as the environment applies it. */
static struct vs applied_member(const struct environment_rules *r, const struct member *m,
				const struct built *built)
{
	const struct built_member *member =
		step_builds_member(r->w, r->s.environment, m->vs.object, built);
	struct vs vs = m->vs;

	if (member)
		return member->vs;
	vs.object = &built->object; /* its name and namespace may be other ones */
	vs.ns = built->object.ns.len ? built->object.ns : vs.ns;
	return vs;
}

/* Adds what the environment applies of a member, once for each time that it applies its file. */
static void add_member(struct scene_lists *l, const struct member *m)
{
	const struct environment_rules *r = l->r;
	const struct environment *e = r->s.environment;
	const struct built *built =
		e && r->s.builds ? builds_find(r->s.builds, e, m->vs.object) : NULL;

	if (!built && (!e || !r->s.builds || surroundings_applied(&r->s, e, m->vs.object)))
		add_vs(l, &m->vs); /* else it is a patch of another object, or it is deleted */
	for (; built; built = builds_next(r->s.builds, e, built)) {
		struct vs vs = applied_member(r, m, built);

		add_vs(l, &vs);
	}
}

/* Is the object a VirtualService of the migration? */
static bool is_member(const struct step_work *w, const struct object *o)
{
	for (size_t i = 0; i < w->scope.n; i++)
		if (w->scope.members[i].vs.object == o)
			return true;
	return false;
}

/* Adds the VirtualServices of other files whose routes are patched by files of the migration. */
static void add_patched(struct scene_lists *l)
{
	const struct built_members *all = &l->r->w->built;

	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].environment == l->r->s.environment && all->items[i].known &&
		    !is_member(l->r->w, all->items[i].built->origin))
			add_vs(l, &all->items[i].vs);
}

/* Adds an object that counts. */
static void add_applied(const struct applied *a, void *ctx)
{
	add_object(ctx, a->object);
}

/* Adds the VirtualServices of the environment, and the objects that count for it. */
static void fill_scene(const struct environment_rules *r, struct rule_scene *scene)
{
	const struct step_work *w = r->w;
	struct scene_lists l = { .r = r, .arena = scene->arena };

	for (size_t i = 0; i < w->scope.n; i++) {
		const struct environment_uses *uses = &r->s.centers[i].uses;

		if (r->s.environment ? environment_uses_have(uses, r->s.environment) : !uses->n)
			add_member(&l, &w->scope.members[i]);
	}
	add_patched(&l);
	for (size_t i = 0; i < r->s.around.n; i++)
		if (!is_member(w, r->s.around.items[i].object))
			surroundings_each(&r->s, i, add_applied, &l);
	scene->vss = l.vss;
	scene->nvss = l.nvss;
	scene->objects = l.objects;
	scene->nobjects = l.nobjects;
	surroundings_add_sidecars(&r->s, w->in->inventory, scene);
}

/* --- the rules ------------------------------------------------------------ */

/* Where findings about what environments make of objects go. */
struct applied_notes {
	const struct environment_rules *r;
	struct findings *findings;
};

/* What an object that counts becomes, and what an environment makes of it. */
static void note_applied(const struct applied *a, void *ctx)
{
	const struct applied_notes *n = ctx;

	if (a->built)
		step_carried_note(n->r->w, a, n->r->s.environment, n->findings);
}

/* Adds findings about objects around that environments change on the way from their files. */
static void note_changed(const struct environment_rules *r, struct findings *findings)
{
	struct applied_notes n = { r, findings };

	for (size_t i = 0; i < r->s.around.n; i++)
		if (!is_member(r->w, r->s.around.items[i].object))
			surroundings_each(&r->s, i, note_applied, &n);
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
	note_changed(r, &own);
	rules_check(&scene, &own);
	if (scene.whole) /* of a commit, not of a file that is rendered by itself */
		check_owners(r, &scene, &own);
	filled_hosts_check(&r->s, w->in->inventory, w->m, step_old_host(w), &own);
	surroundings_explain_backend(&r->s, w->m->move.to, &own);
	for (size_t i = 0; i < own.n; i++)
		(void)findings_add_new(&w->step->findings, &own.items[i]);
}

void step_rules_check(const struct step_work *w, struct stage to)
{
	size_t from = w->step->findings.n, n;
	const struct environment **all;
	struct environment_rules r = { w,
				       { .view = w->view,
					 .builds = w->builds,
					 .arena = w->pool->arena,
					 .centers = step_centers(w),
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
	if (w->scope.n) /* what is not known stops finalize */
		scope_note_unread(w->in, w->m, &w->step->findings, w->pool->arena);
	migration_allow(w->m, from, &w->step->findings);
}

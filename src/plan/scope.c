#include "plan/scope.h"

#include "base/alloc.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "inventory/relatives.h"
#include "template/template.h"

struct yaml_file *plan_parse(struct plan *plan, struct slice path, struct slice bytes,
			     struct err *err)
{
	struct yaml_file *file = NULL;

	if (yaml_parse(&file, path, bytes, err) < 0)
		return NULL;
	plan_own(plan, file);
	return file;
}

/*
 * The host that candidates are looked up by: the old one, resolved in its own namespace if that is
 * known.
 */
static struct slice old_host(const struct migration *m, struct arena *arena)
{
	return host_resolve(m->move.from, m->move.ns, arena);
}

/* What the search for VirtualServices passes around. */
struct search {
	struct scope *scope;
	struct plan *plan;
	const struct plan_inputs *in;
	const struct migration *m;
	struct findings *findings;
};

/* The VirtualService of the baseline file that is this one. */
static const struct vs *base_of(const struct search *s, const struct vs *vs,
				const struct source *source)
{
	const struct yaml_file *file = baselines_baseline(s->in->baselines, source->path, s->m);
	struct arena *arena = s->plan->arena;
	const struct move_context context = { &s->m->move, arena, NULL };
	struct vs_list then = { NULL, 0 }, now = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct objects objects;

	if (!file)
		return NULL;
	objects = objects_of(file, arena);
	if (vs_list_read(&then, &objects, &context, &ignored) < 0 ||
	    vs_list_read(&now, &source->objects, &context, &ignored) < 0)
		return NULL;
	for (size_t i = 0; i < now.n; i++)
		if (now.items[i].object == vs->object)
			return vs_list_pair(&then, &now, i);
	return NULL;
}

/* Takes one VirtualService in, if it routes to old. */
static int consider(struct search *s, const struct holding *h)
{
	struct arena *arena = s->plan->arena;
	bool covered = migration_covers(s->m, h->source->path);
	const struct move_context context = { &s->m->move, arena, covered ? s->findings : NULL };
	const struct baseline_file *past;
	struct err err = ERR_INIT;
	struct vs vs;
	struct member *member;

	if (vs_read(&vs, h->object, &context, &err) < 0) {
		if (covered)
			findings_add_err(s->findings, &err);
		return covered ? -1 : 0;
	}
	if (!vs.nold)
		return 0;
	if (!covered) {
		findings_add(s->findings, &CODE_elsewhere, yaml_place(vs.object->node),
			     "the VirtualService '%" SLICE_FMT "' routes to '%" SLICE_FMT "' too",
			     SLICE_ARG(vs.object->name), SLICE_ARG(vs.old_host));
		return 0;
	}
	vs_mark_copies(&vs, &s->m->move, arena);
	relatives_note(&vs, s->in->inventory, arena);
	member = &s->scope->members[s->scope->n++];
	*member = (struct member){ h->source, vs, NULL };
	past = baselines_find(s->in->baselines, h->source->path, s->m);
	if (past && past->baseline.ptr &&
	    slice_eq(past->baseline,
		     h->source->bytes)) /* nothing is moved yet: today's version is the baseline */
		member->base = &member->vs;
	else
		member->base = base_of(s, &vs, h->source);
	return 0;
}

/* What names one of the two hosts. */
static struct holdings both_hosts(const struct inventory *inv, const struct migration *m,
				  struct arena *arena)
{
	struct holdings old = inventory_by_host(inv, old_host(m, arena), arena);
	struct holdings new =
		inventory_by_host(inv, host_resolve(m->move.to, m->move.ns, arena), arena);
	struct holding *all = arena_array(arena, old.n + new.n, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < old.n; i++)
		all[n++] = old.items[i];
	for (size_t i = 0; i < new.n; i++) {
		bool twice = false;

		for (size_t j = 0; j < old.n && !twice; j++)
			twice = old.items[j].object == new.items[i].object;
		if (!twice)
			all[n++] = new.items[i];
	}
	return (struct holdings){ all, n };
}

/*
 * Nothing routes to old: is it because the migration is done? Then what routes to new, and routed
 * to old at baseline, is its scope.
 */
static void find_done(const struct search *s)
{
	struct arena *arena = s->plan->arena;
	const struct move_context context = { &s->m->move, arena, NULL };
	struct holdings all = both_hosts(s->in->inventory, s->m, arena);
	struct err ignored = ERR_INIT;
	struct vs vs;

	s->scope->members = arena_array(arena, all.n + 1, sizeof(struct member));
	for (size_t i = 0; i < all.n; i++) {
		const struct holding *h = &all.items[i];
		const struct vs *base;

		if (!vs_is(h->object) || !migration_covers(s->m, h->source->path) ||
		    vs_read(&vs, h->object, &context, &ignored) < 0 || !vs_is_done(&vs))
			continue;
		base = base_of(s, &vs, h->source);
		if (base && base->nold)
			s->scope->members[s->scope->n++] = (struct member){ h->source, vs, base };
	}
	s->scope->done = s->scope->n > 0;
}

/* What a file that routes to old must hold: the name of a service of the cluster may be short. */
static struct slice sign_of(const struct migration *m)
{
	bool local = slice_ends(m->move.from, SLICE(".svc.cluster.local"));

	return local ? host_first_label(m->move.from) : m->move.from;
}

/* Files that the migration covers and that cannot be read: they may be about the host. */
static int broken_files(const struct search *s)
{
	struct slice sign = sign_of(s->m);
	size_t n;
	struct source *const *broken = inventory_broken(s->in->inventory, &n);
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const struct source *f = broken[i];

		if (!migration_covers(s->m, f->path))
			continue;
		if (!f->bytes.ptr || slice_find(f->bytes, sign) != SIZE_MAX) {
			findings_add_err(s->findings, f->why);
			result = -1;
		}
	}
	return result;
}

/* The file that `create` asks for, with all traffic on old. */
static struct source *render_created(const struct search *s, struct err *err)
{
	const struct migration_fields *f = &s->m->f;
	struct arena *arena = s->plan->arena;
	struct pair values[] = {
		{ SLICE("name"), s->m->name },
		{ SLICE("namespace"), f->spec.from.ns },
		{ SLICE("host"), f->spec.from.host },
	};
	struct source *source = arena_alloc(arena, sizeof(*source));
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str text = STR_INIT;

	if (template_parse(&t, SLICE("virtualservice.yaml"), s->in->vs_template, err) < 0 ||
	    template_render(t, (struct pairs){ values, 3 }, &text, err) < 0)
		return NULL;
	source->path = f->spec.manifests.create;
	source->bytes = arena_copy(arena, str_slice(&text));
	source->mode = 0100644;
	source->file = plan_parse(s->plan, source->path, source->bytes, err);
	if (!source->file)
		return NULL;
	source->objects = objects_of(source->file, arena);
	return source;
}

/*
 * Takes the created file's VirtualService in; as the baseline only, when the file is there by now.
 */
static int create(struct search *s)
{
	struct err err = ERR_INIT;
	const struct source *source = render_created(s, &err);
	struct vs_list list;

	if (!source) {
		findings_add_err(s->findings, &err);
		return -1;
	}
	if (!s->scope->n && inventory_find(s->in->inventory, source->path)) {
		findings_add(s->findings, &CODE_create_place, (struct place){ source->path, 0, 0 },
			     "the file to create is there already, and no http route in it goes to "
			     "'%" SLICE_FMT "'",
			     SLICE_ARG(s->m->move.from))
			->remedy = SLICE("name another file in manifests.create");
		return -1;
	}
	if (!s->scope->n) {
		s->scope->created = source;
		for (size_t i = 0; i < source->objects.n && i < 1; i++)
			if (consider(s, &(struct holding){ &source->objects.items[i], source }) < 0)
				return -1;
		return 0;
	}
	if (vs_list_read(&list, &source->objects,
			 &(struct move_context){ &s->m->move, s->plan->arena, NULL }, &err) < 0)
		return 0;
	for (size_t i = 0; i < s->scope->n && list.n; i++)
		if (!s->scope->members[i].base &&
		    slice_eq(s->scope->members[i].source->path, source->path))
			s->scope->members[i].base = &list.items[0];
	return 0;
}

/* Nothing routes to old: says why as well as it can be said. */
static int nothing_found(const struct search *s, const struct holdings *candidates)
{
	struct place at = s->m->from_at;
	struct slice host = old_host(s->m, s->plan->arena);

	if (!at.path.len) /* it was not read from a file */
		at.path = s->m->path;
	for (size_t i = 0; i < candidates->n; i++) {
		const struct object *o = candidates->items[i].object;
		const struct yaml_node *hosts = vs_is(o) ? yaml_get(o->spec, "hosts") : NULL;

		for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
			if (host_covered(yaml_string(c), host)) {
				findings_add(
					s->findings, &CODE_host_wildcard, yaml_place(c),
					"'%" SLICE_FMT
					"' is reached only through the wildcard host '%" SLICE_FMT
					"' of the VirtualService '%" SLICE_FMT "'",
					SLICE_ARG(host), SLICE_ARG(c->text), SLICE_ARG(o->name));
				return -1;
			}
	}
	for (size_t i = 0; i < s->findings->n;
	     i++) /* a tls route, or a spelling: the plainer reason */
		if (s->findings->items[i].code == &CODE_route_tls) {
			findings_add(s->findings, &CODE_vs_nothing, s->findings->items[i].at,
				     "'%" SLICE_FMT
				     "' is reached only by tls or tcp routes, which are not moved",
				     SLICE_ARG(host));
			return -1;
		}
	findings_add(s->findings, &CODE_host_unknown, at,
		     "no http route of a VirtualService%s%" SLICE_FMT " goes to '%" SLICE_FMT "'",
		     s->m->f.spec.manifests.path.len ? " under " : "",
		     SLICE_ARG(s->m->f.spec.manifests.path), SLICE_ARG(host));
	return -1;
}

int scope_find(struct scope *out, struct plan *plan, const struct plan_inputs *in,
	       const struct migration *m, struct findings *findings)
{
	struct search s = { .scope = out, .plan = plan, .in = in, .m = m, .findings = findings };
	struct holdings candidates =
		inventory_by_host(in->inventory, old_host(m, plan->arena), plan->arena);

	*out = (struct scope){ .members = arena_array(plan->arena, candidates.n + 1,
						      sizeof(struct member)) };
	if (broken_files(&s) < 0)
		return -1;
	for (size_t i = 0; i < candidates.n; i++)
		if (vs_is(candidates.items[i].object) && consider(&s, &candidates.items[i]) < 0)
			return -1;
	if (!out->n)
		find_done(&s);
	if (!out->done && m->f.spec.manifests.create.len && create(&s) < 0)
		return -1;
	return out->n ? 0 : nothing_found(&s, &candidates);
}

/* Adds the objects of a list of holdings to a scene. */
static void add_objects(struct rule_scene *scene, struct holdings list)
{
	const struct object **items =
		arena_array(scene->arena, scene->nobjects + list.n, sizeof(*items));

	for (size_t i = 0; i < scene->nobjects; i++)
		items[i] = scene->objects[i];
	for (size_t i = 0; i < list.n; i++)
		items[scene->nobjects + i] = list.items[i].object;
	scene->objects = items;
	scene->nobjects += list.n;
}

/*
 * All objects that the rules may look at: those that name one of the hosts, and the roots of
 * delegates.
 */
static void collect_objects(struct rule_scene *scene, const struct inventory *inv,
			    const struct migration *m)
{
	add_objects(scene, both_hosts(inv, m, scene->arena));
	for (size_t i = 0; i < scene->nvss; i++)
		if (!yaml_get(scene->vss[i].object->spec, "hosts"))
			add_objects(scene, inventory_by_host(inv, scene->vss[i].object->name,
							     scene->arena));
}

/* Names what the migration says is not there. */
static void check_search(const struct plan_inputs *in, const struct migration *m,
			 struct findings *findings)
{
	struct holdings all;

	if (!m->f.spec.manifests.search.n)
		return;
	all = both_hosts(in->inventory, m, findings->arena);
	for (size_t i = 0; i < all.n; i++)
		if (!migration_searches(m, all.items[i].source->path))
			findings_add(findings, &CODE_search_outside,
				     yaml_place(all.items[i].object->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' names one of the two hosts, or nearly, and stands outside "
				     "of manifests.search",
				     SLICE_ARG(all.items[i].object->kind),
				     SLICE_ARG(all.items[i].object->name));
}

void scope_check(const struct scope *scope, const struct plan_inputs *in,
		 const struct intent *intent, struct stage to, struct findings *findings)
{
	struct arena *arena = findings->arena;
	struct vs *vss = arena_array(arena, scope->n, sizeof(*vss));
	const struct migration *m = intent->m;
	struct rule_scene scene = { .move = &m->move,
				    .thorough = intent->survey,
				    .vss = vss,
				    .nvss = scope->n,
				    .to = to,
				    .arena = arena };
	size_t from = findings->n;

	for (size_t i = 0; i < scope->n; i++)
		vss[i] = scope->members[i].vs;
	scene.whole = inventory_whole(in->inventory);
	collect_objects(&scene, in->inventory, m);
	scene.at = m->to_at;
	rules_check(&scene, findings);
	check_search(in, m, findings);
	migration_allow(m, from, findings);
}

bool scope_at(const struct scope *scope, const struct goal *goal)
{
	for (size_t i = 0; i < scope->n; i++)
		if (!vs_at(&scope->members[i].vs, scope->members[i].base, goal))
			return false;
	return true;
}

/*
 * Adds the files of these objects whose VirtualServices route to old, or else those that only route
 * to new.
 */
static void add_files(struct slices *files, const struct holdings *candidates,
		      const struct migration *m, bool done, struct arena *arena)
{
	const struct move_context context = { &m->move, arena, NULL };
	struct err ignored = ERR_INIT;
	struct vs vs;

	for (size_t i = 0; i < candidates->n; i++) {
		const struct holding *h = &candidates->items[i];

		if (!vs_is(h->object) || !migration_covers(m, h->source->path) ||
		    slices_have(*files, h->source->path) ||
		    vs_read(&vs, h->object, &context, &ignored) < 0 ||
		    !(done ? vs_is_done(&vs) : vs.nold))
			continue;
		files->items[files->n++] = h->source->path;
	}
}

struct slices plan_files(const struct inventory *inv, const struct migration *m,
			 struct arena *arena)
{
	struct holdings old = inventory_by_host(inv, old_host(m, arena), arena), new = { NULL, 0 };
	struct slices files = { arena_array(arena, old.n, sizeof(struct slice)), 0 };

	add_files(&files, &old, m, false, arena);
	if (files.n)
		return files;
	new = both_hosts(inv, m, arena);
	files.items = arena_array(arena, new.n, sizeof(struct slice));
	add_files(&files, &new, m, true, arena);
	return files;
}

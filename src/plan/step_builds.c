#include "plan/step_builds.h"

#include "plan/step_relatives.h"
#include "yaml/value.h"

bool step_builds_own(const struct step_work *w, const struct built *b)
{
	for (size_t i = 0; i < w->scope.n; i++)
		if (w->scope.members[i].vs.object == b->origin)
			return true;
	for (const struct built_patch *p = b->patches; p && vs_is(&b->object); p = p->next)
		if (slices_have(w->step->files, p->path))
			return true;
	return false;
}

const struct vs *step_builds_parse(const struct step_work *w, const struct built *b,
				   struct err *err)
{
	struct arena *arena = w->pool->arena;
	AUTO_STR struct str text = STR_INIT;
	struct object *object = arena_alloc(arena, sizeof(*object));
	struct vs *vs = arena_alloc(arena, sizeof(*vs));
	const struct yaml_file *file;

	value_write(&text, b->object.node);
	file = yaml_pool_parse(w->pool, b->path, arena_copy(arena, str_slice(&text)), err);
	if (!file || !object_read(yaml_root(file, 0), object))
		return NULL;
	value_copy_places(object->node, b->object.node);
	if (vs_read(vs, object, &(struct move_context){ &w->m->move, arena, NULL }, err) < 0)
		return NULL;
	for (size_t i = 0; i < w->scope.n; i++)
		if (w->scope.members[i].vs.object == b->origin)
			vs_copy_notes(vs, &w->scope.members[i].vs);
	vs_mark_copies(vs, &w->m->move, arena);
	return vs;
}

const struct yaml_node *step_builds_converge(const struct step_work *w, const struct vs *vs,
					     const struct vs *baseline, struct stage stage,
					     struct err *err)
{
	struct arena *arena = w->pool->arena;
	struct goal goal = step_goal(w, stage);
	struct yaml_edits *edits = yaml_edits_new(vs->object->node->file, arena);
	const struct converge_context context = { &goal, vs, baseline, arena, NULL, NULL };
	const struct yaml_file *file;

	if (vs_converge(&context, edits, err) < 0)
		return NULL;
	file = yaml_pool_apply(w->pool, edits, yaml_name(vs->object->node->file), err);
	return file ? yaml_root(file, 0) : NULL;
}

/* --- the members ---------------------------------------------------------- */

/* Adds an object of an environment. */
static void add_member(struct step_work *w, const struct environment *e, const struct built *b)
{
	struct built_member m = { .environment = e, .built = b };
	struct err ignored = ERR_INIT;
	const struct vs *vs =
		b->stop.verdict == BUILD_KNOWN ? step_builds_parse(w, b, &ignored) : NULL;

	if (vs) {
		m.known = true;
		m.vs = *vs;
	}
	ARENA_ROOM(w->pool->arena, w->built.items, w->built.n, w->built.cap);
	w->built.items[w->built.n++] = m;
}

/* Adds the objects of an environment that are not as their files declare them. */
static void add_environment(struct step_work *w, const struct environment *e)
{
	const struct built_set *set = builds_of(w->builds, e);

	for (size_t i = 0; i < set->n; i++) {
		const struct built *b = &set->items[i];

		if ((!b->as_written || b->stop.verdict != BUILD_KNOWN) && step_builds_own(w, b))
			add_member(w, e, b);
	}
}

/* Was the environment among an earlier placement, or an earlier use? */
static bool is_repeated(const struct placements *l, size_t at, size_t use)
{
	const struct environment *e = l->items[at].uses.items[use].environment;

	for (size_t i = 0; i <= at; i++)
		for (size_t j = 0; j < l->items[i].uses.n && (i < at || j < use); j++)
			if (l->items[i].uses.items[j].environment == e)
				return true;
	return false;
}

/* The files of the step at their baselines, without those that are at it. */
static struct build_override *list_baselines(const struct step_work *w, size_t *n)
{
	const struct slices *files = &w->step->files;
	struct build_override *all = arena_array(w->pool->arena, files->n, sizeof(*all));

	*n = 0;
	for (size_t i = 0; i < files->n; i++) {
		const struct baseline_file *history =
			baselines_find(w->in->baselines, files->items[i], w->m);
		const struct source *now = inventory_find(w->in->inventory, files->items[i]);
		const struct yaml_file *file;

		if (history && history->baseline.ptr && now &&
		    slice_eq(history->baseline, now->bytes))
			continue;
		file = baselines_parsed(w->in->baselines, files->items[i], w->m);
		if (file)
			all[(*n)++] = (struct build_override){ files->items[i], file };
	}
	return all;
}

const struct built *step_builds_find(const struct built_set *set, const struct built *b)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct object *o = &set->items[i].object;

		if (slice_eq(o->name, b->object.name) && slice_eq(o->ns, b->object.ns) &&
		    slice_eq(o->kind, b->object.kind) && slice_eq(o->group, b->object.group))
			return &set->items[i];
	}
	return NULL;
}

/* Sets the baselines of the members. */
static void set_baselines(struct step_work *w)
{
	size_t n;
	const struct build_override *overrides = list_baselines(w, &n);
	struct builds *past;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < w->built.n && !n; i++) /* nothing is moved yet */
		if (w->built.items[i].known)
			w->built.items[i].baseline = &w->built.items[i].vs;
	if (!n)
		return;
	past = builds_new(w->in->inventory, w->in->environments, overrides, n);
	for (size_t i = 0; i < w->built.n; i++) {
		struct built_member *m = &w->built.items[i];
		const struct built *b = step_builds_find(builds_of(past, m->environment), m->built);

		if (m->known && b && b->stop.verdict == BUILD_KNOWN)
			m->baseline = step_builds_parse(w, b, &ignored);
	}
	builds_free(past);
}

void step_builds_read(struct step_work *w)
{
	const struct placements *l = &w->step->placements;

	if (!l->n || !w->in->builds)
		return;
	if (!*w->in->builds)
		*w->in->builds = builds_new(w->in->inventory, w->in->environments, NULL, 0);
	w->builds = *w->in->builds;
	step_relatives_note(w);
	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++)
			if (!l->items[i].uses.items[j].environment->other_revision &&
			    !is_repeated(l, i, j))
				add_environment(w, l->items[i].uses.items[j].environment);
	if (w->built.n)
		set_baselines(w);
}

/* --- the stage ------------------------------------------------------------ */

/* Does one of the environments apply the member as its file declares it? */
static bool is_applied_as_written(const struct step_work *w, const struct member *m,
				  const struct environment_uses *uses)
{
	for (size_t j = 0; j < uses->n; j++) {
		const struct built_set *set = builds_of(w->builds, uses->items[j].environment);

		for (size_t k = 0; k < set->n; k++)
			if (set->items[k].origin == m->vs.object && set->items[k].as_written)
				return true;
	}
	return false;
}

/* Is the member applied only with changes, so that its file does not show its stage? */
static bool is_replaced(const struct step_work *w, const struct member *m)
{
	const struct placements *l = &w->step->placements;
	bool changed = false;

	for (size_t i = 0; i < w->built.n; i++)
		changed = changed || (w->built.items[i].built->origin == m->vs.object &&
				      w->built.items[i].known);
	for (size_t i = 0; i < l->n && changed; i++)
		if (slice_eq(l->items[i].path, m->source->path) &&
		    is_applied_as_written(w, m, &l->items[i].uses))
			return false;
	return changed;
}

bool step_builds_at(const struct step_work *w, const struct goal *goal)
{
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];

		if (!is_replaced(w, m) && !vs_at(&m->vs, m->baseline, goal))
			return false;
	}
	for (size_t i = 0; i < w->built.n; i++) {
		const struct built_member *m = &w->built.items[i];

		if (m->known && !vs_at(&m->vs, m->baseline, goal))
			return false;
	}
	return true;
}

/* Is a VirtualService of the file, or a patch in it, in the set? */
static bool set_has_file(const struct built_set *set, struct slice path)
{
	for (size_t i = 0; i < set->n; i++) {
		if (slice_eq(set->items[i].path, path))
			return true;
		for (const struct built_patch *p = set->items[i].patches; p; p = p->next)
			if (slice_eq(p->path, path))
				return true;
	}
	return false;
}

/* Adds a finding for an environment that does not build, or that is not known to apply the file. */
static void note_environment(const struct step_work *w, const struct placement *p,
			     const struct environment_use *use)
{
	const struct built_set *set = builds_of(w->builds, use->environment);

	builds_note_unknown(w->builds, use,
			    set->stop.verdict != BUILD_UNKNOWN || set_has_file(set, p->path),
			    &w->step->findings);
}

/* Where the patch is that is applied last to an object; the place of the object if there is none.
 */
static struct place last_patch(const struct built *b)
{
	return b->patches ? b->patches->at : yaml_place(b->origin->node);
}

/*
 * Adds findings for VirtualServices of an environment that route to the old host only by what is
 * done to them on the way: their files do not, so that no stage moves them. Those with variables
 * are reported by filled_hosts_check.
 */
static void note_patched_routes(const struct step_work *w, const struct environment *e)
{
	const struct built_set *set = builds_of(w->builds, e);

	for (size_t i = 0; i < set->n; i++) {
		const struct built *b = &set->items[i];
		struct finding f = { .code = &CODE_routes_made, .at = last_patch(b) };
		struct err ignored = ERR_INIT;
		const struct vs *vs = NULL;

		if (!b->as_written && vs_is(&b->object) && b->stop.verdict == BUILD_KNOWN &&
		    !step_builds_own(w, b) && !vs_find_placeholder(b->origin))
			vs = step_builds_parse(w, b, &ignored);
		if (!vs || !vs->nold)
			continue;
		f.reason = arena_printf(
			w->pool->arena,
			"the %s '%" SLICE_FMT "' changes the VirtualService '%" SLICE_FMT
			"' so that it routes to '%" SLICE_FMT "'; its file does not",
			environment_kind_text(e->kind), SLICE_ARG(e->name),
			SLICE_ARG(b->object.name), SLICE_ARG(vs->old_host));
		(void)findings_add_new(&w->step->findings, &f);
	}
}

/* The same for one use of a file by an environment, and whether that is known. */
static void note_use(const struct step_work *w, const struct placement *p,
		     const struct environment_use *use)
{
	note_environment(w, p, use);
	if (!use->environment->other_revision)
		note_patched_routes(w, use->environment);
}

void step_builds_note_unknown(const struct step_work *w)
{
	const struct placements *l = &w->step->placements;

	for (size_t i = 0; i < l->n && w->builds; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++)
			note_use(w, &l->items[i], &l->items[i].uses.items[j]);
	for (size_t i = 0; i < w->built.n; i++) {
		const struct built_member *m = &w->built.items[i];
		const struct built *b = m->built;
		struct place at = b->stop.at.path.len ? b->stop.at : yaml_place(b->origin->node);

		if (!m->known)
			findings_add(&w->step->findings, &CODE_build_unknown, at,
				     "what the %s '%" SLICE_FMT "' applies as %" SLICE_FMT
				     " '%" SLICE_FMT "' is not known: %s",
				     environment_kind_text(m->environment->kind),
				     SLICE_ARG(m->environment->name), SLICE_ARG(b->object.kind),
				     SLICE_ARG(b->object.name),
				     b->stop.why ? b->stop.why : "it cannot be read");
	}
}

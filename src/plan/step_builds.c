#include "plan/step_builds.h"

#include "base/map.h"
#include "plan/step_relatives.h"
#include "yaml/value.h"

#include <stdlib.h>

/* --- what is in the files of the step ------------------------------------- */

static int compare_addresses(const void *a, const void *b)
{
	return (a > b) - (a < b);
}

static int compare_members(const void *a, const void *b)
{
	const struct member *x = *(const struct member *const *)a,
			    *y = *(const struct member *const *)b;

	return compare_addresses(x->vs.object, y->vs.object);
}

/* The member of the scope that is an object; NULL: it is none. */
static const struct member *find_member(const struct step_work *w, const struct object *o)
{
	const struct member key = { .vs = { .object = o } }, *wanted = &key;
	const struct member **found =
		w->built.by_object ? bsearch(&wanted, w->built.by_object, w->scope.n,
					     sizeof(*w->built.by_object), compare_members) :
				     NULL;

	return found ? *found : NULL;
}

static int compare_paths(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

bool step_builds_own_file(const struct step_work *w, struct slice path)
{
	const struct slices *files = &w->built.files;

	return files->n &&
	       bsearch(&path, files->items, files->n, sizeof(*files->items), compare_paths);
}

/* Sorts the members by their objects, and the files. */
static void sort_members(struct step_work *w)
{
	struct arena *arena = w->pool->arena;
	struct built_members *l = &w->built;

	l->by_object = arena_array(arena, w->scope.n, sizeof(*l->by_object));
	l->replaced = arena_array(arena, w->scope.n, sizeof(*l->replaced));
	for (size_t i = 0; i < w->scope.n; i++)
		l->by_object[i] = &w->scope.members[i];
	l->files.items = arena_array(arena, w->step->files.n, sizeof(*l->files.items));
	for (; l->files.n < w->step->files.n; l->files.n++)
		l->files.items[l->files.n] = w->step->files.items[l->files.n];
	if (w->scope.n)
		qsort(l->by_object, w->scope.n, sizeof(*l->by_object), compare_members);
	if (l->files.n)
		qsort(l->files.items, l->files.n, sizeof(*l->files.items), compare_paths);
}

bool step_builds_own(const struct step_work *w, const struct built *b)
{
	if (find_member(w, b->origin))
		return true;
	for (const struct built_patch *p = b->patches; p && vs_is(&b->object); p = p->next)
		if (step_builds_own_file(w, p->path))
			return true;
	return false;
}

const struct vs *step_builds_parse(const struct step_work *w, const struct built *b,
				   struct err *err)
{
	struct arena *arena = w->pool->arena;
	const struct member *member = find_member(w, b->origin);
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
	if (member)
		vs_copy_notes(vs, &member->vs);
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

/*
 * Reads the objects of an environment in the files of the step: adds those that are not as their
 * files declare them, and notes the members that are.
 */
static void read_environment(struct step_work *w, const struct environment *e, bool *as_written)
{
	struct built_refs all = builds_of_files(w->builds, e, w->built.files, w->pool->arena);
	size_t first = w->built.n;

	for (size_t i = 0; i < all.n; i++) {
		const struct built *b = all.items[i];
		const struct member *m = find_member(w, b->origin);

		if (m && b->as_written)
			as_written[m - w->scope.members] = true;
		if (!e->other_revision && (!b->as_written || b->stop.verdict != BUILD_KNOWN) &&
		    step_builds_own(w, b))
			add_member(w, e, b);
	}
	w->built.linked = w->built.linked || builds_of(w->builds, e)->linked;
	ARENA_ROOM(w->pool->arena, w->built.environments, w->built.nenvironments,
		   w->built.environments_cap);
	w->built.environments[w->built.nenvironments++] =
		(struct built_environment){ e, first, w->built.n - first };
}

/* Reads the objects of all environments of the step. */
static void read_environments(struct step_work *w, bool *as_written)
{
	const struct placements *l = &w->step->placements;
	struct map known = MAP_INIT;

	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++) {
			const struct environment *const *e = &l->items[i].uses.items[j].environment;

			if ((*e)->kind != ENVIRONMENT_DIRECTORY &&
			    map_add(&known, (struct slice){ (const char *)e, sizeof(*e) }))
				read_environment(w, *e, as_written);
		}
	map_release(&known);
}

/* Notes the members that are applied only with changes. */
static void note_replaced(struct step_work *w, const bool *as_written)
{
	for (size_t i = 0; i < w->built.n; i++) {
		const struct built_member *b = &w->built.items[i];
		const struct member *m = find_member(w, b->built->origin);

		if (m && b->known && !as_written[m - w->scope.members])
			w->built.replaced[m - w->scope.members] = true;
	}
}

static int compare_origins(const void *a, const void *b)
{
	const struct built_member *x = *(const struct built_member *const *)a,
				  *y = *(const struct built_member *const *)b;
	int order = compare_addresses(x->environment, y->environment);

	return order ? order : compare_addresses(x->built->origin, y->built->origin);
}

/* The same, and then the order in which they were read. */
static int compare_built(const void *a, const void *b)
{
	int order = compare_origins(a, b);

	return order ? order :
		       compare_addresses(*(const struct built_member *const *)a,
					 *(const struct built_member *const *)b);
}

/* Sorts the objects that were read by what they are made of. */
static void sort_built(struct step_work *w)
{
	struct built_members *l = &w->built;

	l->by_origin = arena_array(w->pool->arena, l->n, sizeof(*l->by_origin));
	for (size_t i = 0; i < l->n; i++)
		l->by_origin[i] = &l->items[i];
	if (l->n)
		qsort(l->by_origin, l->n, sizeof(*l->by_origin), compare_built);
}

/* Lists the files whose objects change by edits of the step. */
static void list_built_files(struct step_work *w)
{
	struct slices *files = &w->built.built_files;
	const struct slices *own = &w->built.files;

	files->items = arena_array(w->pool->arena, own->n + w->built.n, sizeof(*files->items));
	for (; files->n < own->n; files->n++)
		files->items[files->n] = own->items[files->n];
	for (size_t i = 0; i < w->built.n; i++)
		if (!step_builds_own_file(w, w->built.items[i].built->path))
			files->items[files->n++] = w->built.items[i].built->path;
}

const struct built_member *step_builds_member(const struct step_work *w,
					      const struct environment *e,
					      const struct object *origin,
					      const struct built *built)
{
	const struct built_members *l = &w->built;
	const struct built like = { .origin = origin };
	const struct built_member key = { .environment = e, .built = &like }, *wanted = &key;
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_origins(&l->by_origin[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < l->n; low++) {
		const struct built_member *m = l->by_origin[low];

		if (m->environment != e || m->built->origin != origin)
			return NULL;
		if (m->known && (!built || m->built == built))
			return m;
	}
	return NULL;
}

/* --- the baselines -------------------------------------------------------- */

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

struct builds *step_builds_change(const struct step_work *w, const struct build_override *overrides,
				  size_t n)
{
	const struct plan_inputs *in = w->in;

	return w->built.linked ? builds_new(in->inventory, in->environments, overrides, n) :
				 builds_new_of(in->inventory, in->environments, overrides, n,
					       w->built.built_files);
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
	past = step_builds_change(w, overrides, n);
	for (size_t i = 0; i < w->built.n; i++) {
		struct built_member *m = &w->built.items[i];
		const struct built *b = builds_find_same(past, m->environment, m->built);

		if (m->known && b && b->stop.verdict == BUILD_KNOWN)
			m->baseline = step_builds_parse(w, b, &ignored);
	}
	builds_free(past);
}

void step_builds_read(struct step_work *w)
{
	bool *as_written = arena_array(w->pool->arena, w->scope.n, sizeof(*as_written));

	if (!w->step->placements.n || !w->in->builds)
		return;
	if (!*w->in->builds)
		*w->in->builds = builds_new(w->in->inventory, w->in->environments, NULL, 0);
	w->builds = *w->in->builds;
	step_relatives_note(w);
	sort_members(w);
	read_environments(w, as_written);
	note_replaced(w, as_written);
	sort_built(w);
	list_built_files(w);
	if (w->built.n)
		set_baselines(w);
}

/* --- the stage ------------------------------------------------------------ */

/* Is a VirtualService at the stage of the goal? `m`: what it is made of; NULL: not known. */
static bool is_at(const struct vs *vs, const struct vs *baseline, const struct member *m,
		  const struct goal *goal)
{
	return (goal->pass_new && m && m->fresh) || vs_at(vs, baseline, goal);
}

bool step_builds_at(const struct step_work *w, const struct goal *goal)
{
	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];

		if (!(w->built.replaced && w->built.replaced[i]) &&
		    !is_at(&m->vs, m->baseline, m, goal))
			return false;
	}
	for (size_t i = 0; i < w->built.n; i++) {
		const struct built_member *m = &w->built.items[i];

		if (m->known && !is_at(&m->vs, m->baseline, find_member(w, m->built->origin), goal))
			return false;
	}
	return true;
}

/* Adds a finding for an environment that does not build, or that is not known to apply the file. */
static void note_environment(const struct step_work *w, const struct placement *p,
			     const struct environment_use *use)
{
	const struct slices path = { (struct slice[]){ p->path }, 1 };
	bool found = builds_of(w->builds, use->environment)->stop.verdict != BUILD_UNKNOWN ||
		     builds_of_files(w->builds, use->environment, path, w->pool->arena).n;

	builds_note_unknown(w->builds, use, found, &w->step->findings);
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
	struct built_refs all = builds_of_host(w->builds, e, step_old_host(w), w->pool->arena);

	for (size_t i = 0; i < all.n; i++) {
		const struct built *b = all.items[i];
		struct finding f = { .code = &CODE_routes_made, .at = last_patch(b) };
		struct err ignored = ERR_INIT;
		const struct vs *vs = NULL;

		if (b->stop.verdict == BUILD_KNOWN && !step_builds_own(w, b) &&
		    !vs_find_placeholder(b->origin))
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

void step_builds_note_unknown(const struct step_work *w)
{
	const struct placements *l = &w->step->placements;

	for (size_t i = 0; i < l->n && w->builds; i++)
		for (size_t j = 0; j < l->items[i].uses.n; j++)
			note_environment(w, &l->items[i], &l->items[i].uses.items[j]);
	for (size_t i = 0; i < w->built.nenvironments; i++)
		if (!w->built.environments[i].environment->other_revision)
			note_patched_routes(w, w->built.environments[i].environment);
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

#include "plan/step_internal.h"

#include "gitops/kustomization.h"
#include "gitops/prune.h"

/*
 * The kustomization that the created file belongs into: the nearest one upwards that lists its
 * neighbours. NULL: there is none.
 */
static const struct source *neighbours_list(const struct work *w)
{
	struct slice path = w->scope.created->path;
	const struct source *best = NULL;
	size_t n;
	struct source *const *sources = inventory_kustomizations(w->in->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];

		if (kustomization_lists_neighbours(s->path, yaml_root(s->file, 0), path) &&
		    (!best || path_folder(s->path).len > path_folder(best->path).len))
			best = s;
	}
	return best;
}

void step_list_created(const struct work *w)
{
	const struct source *best = neighbours_list(w);
	struct target *t;

	if (!best)
		return;
	t = step_target(w, best->file, best->path, best->bytes, best->mode);
	kustomization_add(t->edits, best->path, yaml_root(best->file, 0), w->scope.created->path,
			  w->plan->arena);
}

/* Adds a file, once. */
static void land(const struct work *w, struct slice path, struct slice listing, bool edited)
{
	struct placements *l = &w->step->placements;
	size_t at = 0;

	while (at < l->n && !slice_eq(l->items[at].path, path))
		at++;
	if (at == l->n)
		l->items[l->n++] = environments_of(w->in->reach, path, listing, w->plan->arena);
	l->items[at].edited = l->items[at].edited || edited;
}

void step_land(const struct work *w)
{
	const struct source *listing = w->scope.created ? neighbours_list(w) : NULL;
	struct slices losing = step_files_that_lose(w);

	if (!w->in->reach || !environment_index_any(w->in->reach))
		return;
	w->step->placements.items =
		arena_array(w->plan->arena, w->step->files.n + losing.n, sizeof(struct placement));
	for (size_t i = 0; i < w->step->files.n; i++)
		land(w, w->step->files.items[i], listing ? listing->path : (struct slice){ 0 },
		     w->intent->direction != GO_DELETE_ENTRY);
	for (size_t i = 0; i < losing.n; i++)
		land(w, losing.items[i], (struct slice){ 0 }, true);
}

/* Names environments whose definitions the migration says are not there. */
static void check_search(const struct work *w)
{
	for (size_t i = 0; i < w->step->placements.n; i++) {
		const struct environment_uses *a = &w->step->placements.items[i].uses;

		for (size_t j = 0; j < a->n; j++) {
			const struct environment *e = a->items[j].environment;

			if (!migration_searches(w->m, e->at.path))
				findings_add(&w->step->findings, &CODE_search_outside, e->at,
					     "the %s '%" SLICE_FMT "' takes up %" SLICE_FMT
					     ", and stands outside of manifests.search",
					     environment_word(e->kind), SLICE_ARG(e->name),
					     SLICE_ARG(w->step->placements.items[i].path));
		}
	}
}

void step_check_placements(const struct work *w)
{
	const struct slices *listed = &w->m->f.spec.manifests.environments;

	if (!w->in->reach)
		return;
	environments_check(&w->step->placements, *listed, w->m->environments_at,
			   &w->step->findings);
	environments_note_unread(w->in->reach, &w->step->findings);
	check_search(w);
	if (w->m->bytes.ptr)
		environments_check_guards(w->in->reach, w->m->path, w->m->bytes, &CODE_unguarded,
					  &w->step->findings);
}

/* What one environment does. */
static void note_fate(const struct work *w, const struct object_ref *going,
		      const struct environment_use *a)
{
	static const struct {
		const struct code *code;
		const char *verb;
	} rows[] = {
		[PRUNE_GOES] = { &CODE_prune_goes, "is removed from the cluster" },
		[PRUNE_FIRST] = { &CODE_prune_first, "is removed from the cluster first" },
		[PRUNE_ASKS] = { &CODE_prune_asks, "waits in the cluster for a person" },
		[PRUNE_STAYS] = { &CODE_prune_stays, "stays in the cluster" },
		[PRUNE_UNKNOWN] = { &CODE_prune_unknown, "may stay in the cluster" },
	};
	struct prune p = prune_of(a, going->object, w->plan->arena);
	struct finding *f = findings_add(
		&w->step->findings, rows[p.fate].code, p.at,
		"the %" SLICE_FMT " '%" SLICE_FMT "' %s: %s '%" SLICE_FMT "': %" SLICE_FMT,
		SLICE_ARG(going->object->kind), SLICE_ARG(going->object->name), rows[p.fate].verb,
		environment_word(a->environment->kind), SLICE_ARG(a->environment->name),
		SLICE_ARG(p.why));

	if (p.remedy.ptr)
		f->remedy = p.remedy;
}

void step_note_prune(const struct work *w, const struct object_ref *going)
{
	const struct placements *l = &w->step->placements;
	struct place at = yaml_place(going->object->node);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		for (size_t j = 0;
		     j < l->items[i].uses.n && slice_eq(l->items[i].path, going->source->path);
		     j++, n++)
			note_fate(w, going, &l->items[i].uses.items[j]);
	if (!n)
		findings_add(&w->step->findings, &CODE_prune_unknown, at,
			     "the %" SLICE_FMT " '%" SLICE_FMT
			     "' may stay in the cluster: nothing in the repository says who "
			     "applies its file",
			     SLICE_ARG(going->object->kind), SLICE_ARG(going->object->name))
			->remedy = prune_by_hand(going->object, w->plan->arena);
}

#include "migrate/step_internal.h"

#include "gitops/kustomization.h"

/* The kustomization that the created file belongs into: the nearest one upwards that lists its neighbours. NULL: there is none. */
static const struct source *neighbours_list(const struct work *w)
{
	struct slice path = w->scope.created->path;
	const struct source *best = NULL;
	size_t n;
	struct source *const *sources = inventory_sources(w->in->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];

		if (s->file && kustomization_is(s->path) && kustomization_lists_neighbours(s->path, yaml_root(s->file, 0), path) &&
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
	kustomization_add(t->edits, best->path, yaml_root(best->file, 0), w->scope.created->path, w->plan->arena);
}

/* Adds a file, once. */
static void land(const struct work *w, struct slice path, struct slice listing, bool edited)
{
	struct landings *l = &w->step->landings;
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

	if (!w->in->reach || !reach_any(w->in->reach))
		return;
	w->step->landings.items = arena_array(w->plan->arena, w->step->files.n + losing.n, sizeof(struct landing));
	for (size_t i = 0; i < w->step->files.n; i++)
		land(w, w->step->files.items[i], listing ? listing->path : (struct slice){ 0 }, w->intent->direction != GO_ENTRY);
	for (size_t i = 0; i < losing.n; i++)
		land(w, losing.items[i], (struct slice){ 0 }, true);
}

void step_check_landings(const struct work *w)
{
	const struct slices *listed = &w->m->f.spec.manifests.environments;
	struct place at = yaml_place(yaml_path(w->m->spec, "manifests", "environments", NULL));

	if (!w->in->reach)
		return;
	if (!at.path.len)
		at.path = w->m->path;
	environments_check(&w->step->landings, *listed, at, &w->step->findings);
	environments_note_unread(w->in->reach, &w->step->findings);
	if (w->m->file)
		environments_check_guards(w->in->reach, w->m->path, w->m->file, &CODE_unguarded, &w->step->findings);
}

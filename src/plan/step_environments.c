#include "plan/step_environments.h"

#include "gitops/kustomization.h"
#include "gitops/prune.h"

const struct source *step_listing(const struct step_work *w)
{
	struct slice path = w->scope.created->path;
	const struct source *best = NULL;
	size_t n;
	struct source *const *sources = inventory_kustomizations(w->in->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		const struct source *s = sources[i];

		if (kustomization_lists_neighbours(s->path, yaml_root(s->file, 0), path) &&
		    (!best || path_directory(s->path).len > path_directory(best->path).len))
			best = s;
	}
	return best;
}

void step_list_created(const struct step_work *w)
{
	const struct source *best = step_listing(w);

	if (best)
		kustomization_add(step_target(w, best)->edits, best->path, yaml_root(best->file, 0),
				  w->scope.created->path, w->pool->arena);
}

/* Adds the placement of a file, once. */
static void add_placement(const struct step_work *w, struct slice path, struct slice kustomization,
			  bool edited)
{
	struct placements *l = &w->step->placements;
	size_t at = 0;

	while (at < l->n && !slice_eq(l->items[at].path, path))
		at++;
	if (at == l->n)
		l->items[l->n++] = environments_place(w->view, path, kustomization, w->pool->arena);
	l->items[at].edited = l->items[at].edited || edited;
}

/* Is it only assumed which environments apply a file? */
static bool is_assumed(const struct step *step)
{
	bool assumed = step->placements.n < step->files.n;

	for (size_t i = 0; i < step->placements.n && !assumed; i++) {
		const struct environment_uses *a = &step->placements.items[i].uses;

		assumed = true;
		for (size_t j = 0; j < a->n; j++)
			assumed = assumed && environment_is_assumed(a->items[j].environment);
	}
	return assumed;
}

void step_set_placements(const struct step_work *w, struct slices deleted)
{
	const struct source *listing = w->scope.created ? step_listing(w) : NULL;
	const struct slices *files = &w->step->files;

	if (!w->view)
		return;
	w->step->assumed = true;
	if (!environment_view_any(w->view))
		return;
	w->step->placements.items =
		arena_array(w->pool->arena, files->n + deleted.n, sizeof(struct placement));
	for (size_t i = 0; i < files->n; i++)
		add_placement(w, files->items[i], listing ? listing->path : SLICE_NONE,
			      w->intent->direction != GO_DELETE_ENTRY);
	for (size_t i = 0; i < deleted.n; i++)
		add_placement(w, deleted.items[i], SLICE_NONE, true);
	w->step->assumed = is_assumed(w->step);
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

const struct center *step_centers(const struct step_work *w)
{
	struct center *all = arena_array(w->pool->arena, w->scope.n, sizeof(*all));

	for (size_t i = 0; i < w->scope.n; i++)
		all[i] = (struct center){ w->scope.members[i].vs.object,
					  uses_of_member(w, &w->scope.members[i]) };
	return all;
}

/* Adds findings for environments that are defined outside of manifests.search. */
static void check_search(const struct step_work *w)
{
	for (size_t i = 0; i < w->step->placements.n; i++) {
		const struct environment_uses *a = &w->step->placements.items[i].uses;

		for (size_t j = 0; j < a->n; j++) {
			const struct environment *e = a->items[j].environment;

			if (e->kind != ENVIRONMENT_DIRECTORY &&
			    !migration_searches(w->m, e->at.path))
				findings_add(&w->step->findings, &CODE_search_outside, e->at,
					     "the %s '%" SLICE_FMT "' applies %" SLICE_FMT
					     ", and is outside of manifests.search",
					     environment_kind_text(e->kind), SLICE_ARG(e->name),
					     SLICE_ARG(w->step->placements.items[i].path));
		}
	}
}

void step_check_placements(const struct step_work *w)
{
	const struct slices *listed = &w->m->f.spec.manifests.environments;
	struct findings *findings = &w->step->findings;

	if (!w->in->environments)
		return;
	environments_check(&w->step->placements, *listed, w->m->environments_at, findings);
	environments_check_branch(&w->step->placements, findings);
	environments_note_unread(w->in->environments, findings);
	check_search(w);
	if (w->m->bytes.ptr)
		environments_check_guards(w->in->environments, w->m->path, w->m->bytes,
					  &CODE_unguarded, findings);
}

/* Adds a finding about what one environment does with a deleted object. */
static void note_fate(const struct step_work *w, const struct object_ref *deleted,
		      const struct environment_use *use)
{
	static const struct {
		const struct code *code;
		const char *verb;
	} rows[] = {
		[PRUNE_GOES] = { &CODE_prune_goes, "is removed from the cluster" },
		[PRUNE_FIRST] = { &CODE_prune_first, "is removed from the cluster first" },
		[PRUNE_MANUAL] = { &CODE_prune_manual, "stays in the cluster until its removal is "
						       "confirmed" },
		[PRUNE_STAYS] = { &CODE_prune_stays, "stays in the cluster" },
		[PRUNE_UNKNOWN] = { &CODE_prune_unknown, "may stay in the cluster" },
	};
	struct prune p = prune_of(use, deleted->object, w->pool->arena);
	struct finding *f = findings_add(
		&w->step->findings, rows[p.fate].code, p.at,
		"the %" SLICE_FMT " '%" SLICE_FMT "' %s: %s '%" SLICE_FMT "': %" SLICE_FMT,
		SLICE_ARG(deleted->object->kind), SLICE_ARG(deleted->object->name),
		rows[p.fate].verb, environment_kind_text(use->environment->kind),
		SLICE_ARG(use->environment->name), SLICE_ARG(p.why));

	if (p.remedy.ptr)
		f->remedy = p.remedy;
}

void step_note_prune(const struct step_work *w, const struct object_ref *deleted)
{
	const struct placements *l = &w->step->placements;
	struct place at = yaml_place(deleted->object->node);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!slice_eq(l->items[i].path, deleted->source->path))
			continue;
		for (size_t j = 0; j < l->items[i].uses.n; j++, n++)
			note_fate(w, deleted, &l->items[i].uses.items[j]);
	}
	if (!n)
		findings_add(&w->step->findings, &CODE_prune_unknown, at,
			     "the %" SLICE_FMT " '%" SLICE_FMT
			     "' may stay in the cluster: the repository does not declare what "
			     "applies the file",
			     SLICE_ARG(deleted->object->kind), SLICE_ARG(deleted->object->name))
			->remedy = prune_by_hand(deleted->object, w->pool->arena);
}

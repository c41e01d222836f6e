#include "flow/widen.h"

#include "flow/plan_intents.h"
#include "flow/session_internal.h"

/* A copy of the migration that covers all files of the commit. */
static struct migration *copy_wide(const struct migration *m, struct arena *arena)
{
	struct migration *wide = arena_alloc(arena, sizeof(*wide));

	*wide = *m;
	wide->f.spec.manifests.path = SLICE(".");
	wide->f.spec.manifests.virtual_service = wide->f.spec.manifests.create = SLICE_NONE;
	wide->f.spec.manifests.search = (struct slices){ NULL, 0 };
	return wide;
}

/* Has another migration of the commit the same hosts? */
static bool is_one_of_two(const struct evidence *e, const struct migration *m)
{
	const struct fleet *fleet = e->all.n ? &e->all : e->fleet;

	for (size_t i = 0; i < fleet->n; i++) {
		const struct migration *other = fleet->all[i];

		if (!slice_eq(other->name, m->name) && slice_eq(other->move.from, m->move.from) &&
		    slice_eq(other->move.to, m->move.to))
			return true;
	}
	return false;
}

/*
 * A manifest that the migration does not cover, and that names both hosts and a VirtualService;
 * absent: none.
 */
static struct slice find_elsewhere(const struct evidence *e, const struct migration *m)
{
	size_t n;
	struct source *const *sources = inventory_sources(e->inventory, &n);

	for (size_t i = 0; i < n; i++) {
		struct slice bytes = sources[i]->bytes;

		if (!migration_covers(m, sources[i]->path) &&
		    slice_find(bytes, m->move.to) != SIZE_MAX &&
		    slice_find(bytes, m->move.from) != SIZE_MAX &&
		    slice_find(bytes, SLICE("VirtualService")) != SIZE_MAX)
			return sources[i]->path;
	}
	return SLICE_NONE;
}

/* Has the migration lost manifests? Then `*wide` covers all files. */
static bool has_lost(const struct evidence *e, const struct step *step, struct migration **wide,
		     struct slice *found)
{
	const struct finding *stop = findings_stop(&step->findings);
	bool none = step->refused && stop && stop->code == &CODE_host_unknown;

	if (step->intent.direction != GO_DOWN || (step->refused && !none) ||
	    is_one_of_two(e, step->m))
		return false;
	*found = none ? SLICE("") : find_elsewhere(e, step->m);
	if (found->ptr)
		*wide = copy_wide(step->m, e->fleet->base.session->arena);
	return found->ptr != NULL;
}

/* The migration in the selection of the fleet is the wide one. */
static void replace_selected(const struct fleet *fleet, const struct migration *m,
			     const struct migration *wide)
{
	for (size_t i = 0; i < fleet->selected.n; i++)
		if (fleet->selected.items[i] == m)
			fleet->selected.items[i] = wide;
}

/* The warning of a step that was planned again. */
static void note_moved(struct step *step, struct slice path, struct slice found)
{
	bool all = !path.len || slice_is(path, ".");

	findings_add(&step->findings, &CODE_manifests_moved,
		     (struct place){ found.len ? found : step->m->path, 0, 0 },
		     "the manifests of %" SLICE_FMT " are not all in '%" SLICE_FMT
		     "': those of the whole commit are rolled back",
		     SLICE_ARG(step->m->name), SLICE_ARG(all ? SLICE(".") : path));
}

/* A rollback that is planned again. */
struct widening {
	const struct migration *narrow, *wide; /* wide NULL: it stays as it is */
	struct slice found;                    /* the manifest elsewhere; "": none is known */
	bool refused;                          /* the first plan refused it */
};

/* Uses the wide migrations, or, of those that are refused then and were not, the narrow ones. */
static bool choose_migrations(const struct fleet *fleet, struct widening *rows,
			      struct intent *intents, const struct plan *plan, bool back)
{
	bool any = false;

	for (size_t i = 0; i < plan->n; i++) {
		struct widening *w = &rows[i];

		if (!w->wide || (back && (w->refused || !plan->steps[i].refused)))
			continue;
		intents[i].m = back ? w->narrow : w->wide;
		replace_selected(fleet, back ? w->wide : w->narrow, intents[i].m);
		w->wide = back ? NULL : w->wide;
		any = true;
	}
	return any;
}

/* Gathers and plans anew. */
static int plan_again(struct evidence *evidence, const struct intent *intents, struct plan *plan,
		      struct err *err)
{
	const struct fleet *fleet = evidence->fleet;
	size_t n = plan->n;

	plan_release(plan);
	evidence_release(evidence);
	*evidence = (struct evidence){ .fleet = fleet };
	return gather_evidence(fleet, evidence, err) < 0 ?
		       -1 :
		       plan_intents(evidence, intents, n, plan, err);
}

int widen_rollbacks(struct evidence *evidence, struct intent *intents, size_t n, struct plan *plan,
		    struct err *err)
{
	const struct fleet *fleet = evidence->fleet;
	struct arena *arena = fleet->base.session->arena;
	struct widening *rows = arena_array(arena, n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		struct migration *wide = NULL;
		struct slice found = SLICE_NONE;
		bool lost = has_lost(evidence, &plan->steps[i], &wide, &found);

		rows[i] = (struct widening){ intents[i].m, lost ? wide : NULL,
					     arena_copy(arena, found), plan->steps[i].refused };
	}
	if (!choose_migrations(fleet, rows, intents, plan, false))
		return 0;
	if (plan_again(evidence, intents, plan, err) < 0)
		return -1;
	if (choose_migrations(fleet, rows, intents, plan, true) &&
	    plan_again(evidence, intents, plan, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct migration *m = rows[i].narrow;
		struct slice file = m->f.spec.manifests.virtual_service;

		if (rows[i].wide && !plan->steps[i].refused)
			note_moved(&plan->steps[i], file.len ? file : m->f.spec.manifests.path,
				   rows[i].found);
	}
	return 0;
}

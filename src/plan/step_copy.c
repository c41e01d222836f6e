#include "plan/step.h"

/* The bytes of before are those of files of the commit, and live longer. */

static struct slices keep_texts(const struct slices *list, struct arena *arena)
{
	struct slices out = { arena_array(arena, list->n, sizeof(struct slice)), list->n };

	for (size_t i = 0; i < list->n; i++)
		out.items[i] = arena_copy(arena, list->items[i]);
	return out;
}

static struct shares keep_shares(const struct shares *list, struct arena *arena)
{
	struct shares out = { arena_array(arena, list->n, sizeof(struct share)), list->n, list->n,
			      arena };

	for (size_t i = 0; i < list->n; i++) {
		struct share *s = &out.items[i];

		*s = list->items[i];
		s->vs = arena_copy(arena, s->vs);
		s->route = arena_copy(arena, s->route);
		s->host = arena_copy(arena, s->host);
		s->subset = arena_copy(arena, s->subset);
	}
	return out;
}

static struct audiences keep_audiences(const struct audiences *list, struct arena *arena)
{
	struct audiences out = { arena_array(arena, list->n, sizeof(struct audience)), list->n,
				 list->n, arena };

	for (size_t i = 0; i < list->n; i++) {
		struct audience *a = &out.items[i];

		*a = list->items[i];
		a->vs = arena_copy(arena, a->vs);
		a->route = arena_copy(arena, a->route);
		a->callers = keep_texts(&a->callers, arena);
		a->limits = keep_texts(&a->limits, arena);
	}
	return out;
}

static struct findings keep_findings(const struct findings *list, struct arena *arena)
{
	struct findings out = { arena_array(arena, list->n, sizeof(struct finding)), list->n,
				list->n, arena };

	for (size_t i = 0; i < list->n; i++) {
		struct finding *f = &out.items[i];

		*f = list->items[i];
		f->at.path = arena_copy(arena, f->at.path);
		f->reason = arena_copy(arena, f->reason);
		f->remedy = arena_copy(arena, f->remedy);
	}
	return out;
}

static struct placements copy_placements(const struct placements *list, struct arena *arena)
{
	struct placements out = { arena_array(arena, list->n, sizeof(struct placement)), list->n };

	for (size_t i = 0; i < list->n; i++) {
		struct placement *l = &out.items[i];

		*l = list->items[i];
		l->path = arena_copy(arena, l->path);
		l->uses.items = arena_array(arena, l->uses.n, sizeof(struct environment_use));
		for (size_t j = 0; j < l->uses.n; j++)
			l->uses.items[j] = list->items[i].uses.items[j];
	}
	return out;
}

static struct changes keep_changes(const struct changes *list, struct arena *arena)
{
	struct changes out = { arena_array(arena, list->n, sizeof(struct change)), list->n };

	for (size_t i = 0; i < list->n; i++) {
		out.items[i] = list->items[i];
		out.items[i].path = arena_copy(arena, list->items[i].path);
		out.items[i].after = arena_copy(arena, list->items[i].after);
	}
	return out;
}

/* The paths of the manifests; those of changes are there already. */
static struct slices keep_files(const struct slices *files, const struct changes *kept,
				struct arena *arena)
{
	struct slices out = { arena_array(arena, files->n, sizeof(struct slice)), files->n };

	for (size_t i = 0; i < files->n; i++) {
		size_t j = 0;

		while (j < kept->n && !slice_eq(kept->items[j].path, files->items[i]))
			j++;
		out.items[i] =
			j < kept->n ? kept->items[j].path : arena_copy(arena, files->items[i]);
	}
	return out;
}

struct step step_keep(const struct step *step, struct arena *arena)
{
	struct step out = *step;

	out.hold = arena_copy(arena, step->hold);
	out.skipped = keep_texts(&step->skipped, arena);
	out.shares = keep_shares(&step->shares, arena);
	out.audiences = keep_audiences(&step->audiences, arena);
	out.findings = keep_findings(&step->findings, arena);
	out.placements = copy_placements(&step->placements, arena);
	out.changes = keep_changes(&step->changes, arena);
	out.files = keep_files(&step->files, &out.changes, arena);
	return out;
}

#include "plan/step_copy.h"

/* A copy of a list of texts. */
static struct slices copy_texts(const struct slices *list, struct arena *arena)
{
	struct slices out = { arena_array(arena, list->n, sizeof(struct slice)), list->n };

	for (size_t i = 0; i < list->n; i++)
		out.items[i] = arena_copy(arena, list->items[i]);
	return out;
}

/* A copy of the shares of the routes. */
static struct shares copy_shares(const struct shares *list, struct arena *arena)
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

/* A copy of the audiences of the routes. */
static struct audiences copy_audiences(const struct audiences *list, struct arena *arena)
{
	struct audiences out = { arena_array(arena, list->n, sizeof(struct audience)), list->n,
				 list->n, arena };

	for (size_t i = 0; i < list->n; i++) {
		struct audience *a = &out.items[i];

		*a = list->items[i];
		a->vs = arena_copy(arena, a->vs);
		a->route = arena_copy(arena, a->route);
		a->callers = copy_texts(&a->callers, arena);
		a->limits = copy_texts(&a->limits, arena);
	}
	return out;
}

/* A copy of the findings. */
static struct findings copy_findings(const struct findings *list, struct arena *arena)
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

/* The environment of a copy: those of the index are shared, directories are the step's own. */
static const struct environment *copy_environment(const struct environment *e, struct arena *arena)
{
	struct environment *copy;

	if (e->kind != ENVIRONMENT_DIRECTORY)
		return e;
	copy = arena_alloc(arena, sizeof(*copy));
	*copy = *e;
	copy->name = copy->object = copy->at.path = arena_copy(arena, e->name);
	copy->directory = arena_copy(arena, e->directory);
	return copy;
}

/* A copy of the placements. */
static struct placements copy_placements(const struct placements *list, struct arena *arena)
{
	struct placements out = { arena_array(arena, list->n, sizeof(struct placement)), list->n };

	for (size_t i = 0; i < list->n; i++) {
		struct placement *p = &out.items[i];

		*p = list->items[i];
		p->path = arena_copy(arena, p->path);
		p->uses.items = arena_array(arena, p->uses.n, sizeof(struct environment_use));
		for (size_t j = 0; j < p->uses.n; j++) {
			p->uses.items[j] = list->items[i].uses.items[j];
			p->uses.items[j].environment =
				copy_environment(p->uses.items[j].environment, arena);
		}
	}
	return out;
}

/* A copy of the changes; the bytes before them are shared. */
static struct changes copy_changes(const struct changes *list, struct arena *arena)
{
	struct changes out = { arena_array(arena, list->n, sizeof(struct change)), list->n };

	for (size_t i = 0; i < list->n; i++) {
		out.items[i] = list->items[i];
		out.items[i].path = arena_copy(arena, list->items[i].path);
		out.items[i].after = arena_copy(arena, list->items[i].after);
	}
	return out;
}

/* A copy of the paths of the manifests; those of `changes`, which are copies, are shared. */
static struct slices copy_files(const struct slices *files, const struct changes *changes,
				struct arena *arena)
{
	struct slices out = { arena_array(arena, files->n, sizeof(struct slice)), files->n };

	for (size_t i = 0; i < files->n; i++) {
		size_t j = 0;

		while (j < changes->n && !slice_eq(changes->items[j].path, files->items[i]))
			j++;
		out.items[i] = j < changes->n ? changes->items[j].path :
						arena_copy(arena, files->items[i]);
	}
	return out;
}

struct step step_copy(const struct step *step, struct arena *arena)
{
	struct step out = *step;

	out.hold = arena_copy(arena, step->hold);
	out.skipped = copy_texts(&step->skipped, arena);
	out.shares = copy_shares(&step->shares, arena);
	out.audiences = copy_audiences(&step->audiences, arena);
	out.findings = copy_findings(&step->findings, arena);
	out.placements = copy_placements(&step->placements, arena);
	out.changes = copy_changes(&step->changes, arena);
	out.files = copy_files(&step->files, &out.changes, arena);
	return out;
}

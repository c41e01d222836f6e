#include "plan/owners.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/host.h"

#include <stdlib.h>

struct owners {
	struct migration *const *migrations;
	size_t *next;     /* of each migration: the next one with this first label, or MAP_NONE */
	struct map first; /* first label of an old host, to the number of a migration */
};

struct owners *owners_new(struct migration *const *migrations, size_t n)
{
	struct owners *o = xzalloc(sizeof(*o));

	o->migrations = migrations;
	o->first = (struct map)MAP_INIT_FOLD;
	o->next = xrealloc_array(NULL, n + 1, sizeof(*o->next));
	for (size_t i = 0; i < n; i++) {
		struct slice label = host_first_label(migrations[i]->move.from);

		o->next[i] = map_get(&o->first, label);
		map_set(&o->first, label, i);
	}
	return o;
}

void owners_free(struct owners *o)
{
	if (!o)
		return;
	map_release(&o->first);
	free(o->next);
	free(o);
}

const struct migration *owners_find_other(const struct owners *o, const struct migration *m,
					  struct slice path)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice host = host_resolve(m->move.from, m->move.ns, arena);

	for (size_t i = o ? map_get(&o->first, host_first_label(m->move.from)) : MAP_NONE;
	     i != MAP_NONE; i = o->next[i]) {
		const struct migration *other = o->migrations[i];

		if (!slice_eq(other->name, m->name) && migration_covers(other, path) &&
		    slice_eq_case(host_resolve(other->move.from, other->move.ns, arena), host))
			return other;
	}
	return NULL;
}

void owners_check(const struct owners *o, struct step *step)
{
	for (size_t i = 0; i < step->files.n; i++) {
		const struct migration *other = owners_find_other(o, step->m, step->files.items[i]);

		if (other)
			findings_add(&step->findings, &CODE_two_migrations,
				     (struct place){ step->files.items[i], 0, 0 },
				     "the migration '%" SLICE_FMT "' (%" SLICE_FMT
				     ") moves the same routes",
				     SLICE_ARG(other->name), SLICE_ARG(other->path));
	}
}

void owners_filter(const struct owners *o, struct step *step)
{
	struct findings *all = &step->findings;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct finding f = all->items[i];
		const struct migration *other =
			f.code == &CODE_elsewhere ? owners_find_other(o, step->m, f.at.path) : NULL;

		if (other && step->to.kind != STAGE_DONE)
			continue;
		if (other)
			f.remedy =
				arena_printf(all->arena, "the migration '%" SLICE_FMT "' moves it",
					     SLICE_ARG(other->name));
		all->items[n++] = f;
	}
	all->n = n;
}

#include "migrate/parts.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/host.h"
#include "migrate/plan.h"

#include <stdatomic.h>
#include <stdlib.h>

/*
 * A part of this many migrations is no burden, and more than enough for a thread. Parsed, manifests take some twelve times their size: so many
 * bytes of them may stay so between the two times that they are needed.
 */
enum { PART = 16 };
static const size_t KEPT_MOST = (size_t)1 << 20;

/* A manifest of a migration, as it is today. */
struct manifest {
	const struct migration *m;
	struct slice path, bytes; /* of the inventory of all */
	struct past_verdict verdict;
};

struct part {
	const struct migration **members;
	size_t n;
	struct inventory *inventory; /* NULL: it is not parsed */
	struct manifest *manifests;
	size_t nmanifests, manifests_cap;
	struct slices asked; /* words, in `words` */
	struct arena *words;
};

struct parts {
	struct inventory *inventory;
	const struct migration *const *migrations;
	size_t nmigrations;
	struct part *items;
	size_t n;
	struct map numbers; /* of the parts, by the paths of the migration files */
	struct arena *arena;
	atomic_size_t kept; /* bytes of files that stay parsed */
	size_t staying;     /* of parts_stay; MAP_NONE: none is */
};

/* --- dividing --------------------------------------------------------------------------------------------------------------------- */

/* What the parts of parts_new pass around: sets of migrations, as trees whose roots are the lowest numbers. */
struct dividing {
	const struct parts *p;
	size_t *above;
	struct map firsts; /* of the paths of files, the first migration that may change them */
	size_t at;         /* the migration at hand */
};

static size_t root_of(const struct dividing *d, size_t i)
{
	while (d->above[i] != i)
		i = d->above[i] = d->above[d->above[i]];
	return i;
}

static void join(const struct dividing *d, size_t a, size_t b)
{
	a = root_of(d, a);
	b = root_of(d, b);
	d->above[a < b ? b : a] = a < b ? a : b;
}

/* The migration at hand may change a file: who else may? */
static void take_file(const struct source *s, void *ctx)
{
	struct dividing *d = ctx;
	size_t first;

	if (!migration_covers(d->p->migrations[d->at], s->path))
		return;
	first = map_get(&d->firsts, s->path);
	if (first == MAP_NONE)
		map_set(&d->firsts, s->path, d->at);
	else
		join(d, first, d->at);
}

/* Finds the sets. */
static void divide(struct dividing *d)
{
	size_t creator = MAP_NONE;

	for (d->at = 0; d->at < d->p->nmigrations; d->at++) {
		const struct migration *m = d->p->migrations[d->at];

		d->above[d->at] = d->at;
		inventory_each_routing(d->p->inventory, host_first_label(m->move.from), take_file, d);
		inventory_each_routing(d->p->inventory, host_first_label(m->move.to), take_file, d);
		if (!m->f.spec.manifests.create.len)
			continue;
		if (creator != MAP_NONE)
			join(d, creator, d->at);
		creator = d->at;
	}
}

/* Puts a migration into a part. */
static void put(struct parts *p, size_t part, const struct migration *m)
{
	struct part *x = &p->items[part];

	x->members[x->n++] = m;
	map_set(&p->numbers, m->path, part);
}

/* Makes parts of the sets: a large one is a part, of small ones there are several in one. */
static void fill(struct parts *p, const struct dividing *d)
{
	size_t *sizes = arena_array(p->arena, p->nmigrations, sizeof(*sizes));
	size_t *numbers = arena_array(p->arena, p->nmigrations, sizeof(*numbers));
	size_t *counts = arena_array(p->arena, p->nmigrations + 1, sizeof(*counts));

	for (size_t i = 0; i < p->nmigrations; i++)
		sizes[root_of(d, i)]++;
	for (size_t i = 0; i < p->nmigrations; i++) {
		if (root_of(d, i) != i)
			continue;
		if (p->n && counts[p->n - 1] + sizes[i] > PART)
			p->n++;
		p->n += !p->n;
		numbers[i] = p->n - 1;
		counts[p->n - 1] += sizes[i];
	}
	p->items = arena_array(p->arena, p->n, sizeof(*p->items));
	for (size_t i = 0; i < p->n; i++)
		p->items[i].members = arena_array(p->arena, counts[i], sizeof(*p->items[i].members));
	for (size_t i = 0; i < p->nmigrations; i++)
		put(p, numbers[root_of(d, i)], p->migrations[i]);
}

struct parts *parts_new(struct inventory *inv, const struct migration *const *migrations, size_t n)
{
	struct parts *p = xzalloc(sizeof(*p));
	struct dividing d = { .p = p, .firsts = MAP_INIT };

	p->inventory = inv;
	p->migrations = migrations;
	p->nmigrations = n;
	p->staying = MAP_NONE;
	p->arena = arena_new();
	d.above = arena_array(p->arena, n, sizeof(*d.above));
	divide(&d);
	fill(p, &d);
	map_release(&d.firsts);
	return p;
}

void parts_free(struct parts *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		inventory_free(p->items[i].inventory);
		free(p->items[i].manifests);
		free(p->items[i].asked.items);
		arena_free(p->items[i].words);
	}
	map_release(&p->numbers);
	arena_free(p->arena);
	free(p);
}

size_t parts_count(const struct parts *p)
{
	return p->n;
}

size_t parts_of(const struct parts *p, const struct migration *m)
{
	return map_get(&p->numbers, m->path);
}

/* --- learning --------------------------------------------------------------------------------------------------------------------- */

/* One manifest of a migration. */
static void note_manifest(const struct parts *p, struct part *x, const struct migration *m, struct slice path)
{
	const struct source *s = inventory_find(x->inventory, path), *all = inventory_find(p->inventory, path);

	ROOM(x->manifests, x->nmanifests, x->manifests_cap);
	x->manifests[x->nmanifests++] = (struct manifest){ m, all->path, all->bytes, past_judge(&s->objects, &m->move) };
}

/* Parses one, and looks at its manifests. */
static void learn(void *ctx, size_t i)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct parts *p = ctx;
	struct part *x = &p->items[i];

	x->inventory = inventory_part(p->inventory, x->members, x->n, each_in_turn);
	for (size_t j = 0; j < x->n; j++) {
		struct slices files = plan_files(x->inventory, x->members[j], arena);

		for (size_t k = 0; k < files.n; k++)
			note_manifest(p, x, x->members[j], files.items[k]);
	}
}

/* The bytes of the files of a part. */
static size_t size_of(const struct inventory *inv)
{
	size_t n, size = 0;
	struct source *const *sources = inventory_sources(inv, &n);

	for (size_t i = 0; i < n; i++)
		size += sources[i]->bytes.len;
	return size;
}

/* The same; keeps the words that it asks for, and drops the parse where there is no room for it. */
static void learn_and_drop(void *ctx, size_t i)
{
	struct parts *p = ctx;
	struct part *x = &p->items[i];
	struct slices asked;

	learn(p, i);
	asked = inventory_asked(x->inventory);
	x->asked.items = xrealloc_array(NULL, asked.n, sizeof(struct slice));
	x->words = arena_new();
	for (; x->asked.n < asked.n; x->asked.n++)
		x->asked.items[x->asked.n] = arena_copy(x->words, asked.items[x->asked.n]);
	if (atomic_fetch_add(&p->kept, size_of(x->inventory)) > KEPT_MOST)
		parts_close(p, i);
}

void parts_learn(struct parts *p, each_fn *each)
{
	each(p->n, learn_and_drop, p);
}

bool parts_ask(struct parts *p)
{
	for (size_t i = 0; i < p->n; i++)
		inventory_ask(p->inventory, p->items[i].asked);
	return !inventory_complete(p->inventory);
}

void parts_tell(const struct parts *p, struct past *past)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t j = 0; j < p->items[i].nmanifests; j++) {
			const struct manifest *f = &p->items[i].manifests[j];

			past_want(past, f->path, f->m);
			past_now(past, f->path, f->m, f->bytes, &f->verdict);
		}
}

/* --- opening ---------------------------------------------------------------------------------------------------------------------- */

struct inventory *parts_open(struct parts *p, size_t part, each_fn *each)
{
	struct part *x = &p->items[part];

	if (!x->inventory)
		x->inventory = inventory_part(p->inventory, x->members, x->n, each);
	inventory_part_complete(x->inventory, each);
	return x->inventory;
}

void parts_close(struct parts *p, size_t part)
{
	inventory_free(p->items[part].inventory);
	p->items[part].inventory = NULL;
}

struct inventory *parts_stay(struct parts *p, size_t part, each_fn *each)
{
	if (p->staying != part && p->staying < p->n)
		parts_close(p, p->staying);
	p->staying = part;
	return parts_open(p, part, each);
}

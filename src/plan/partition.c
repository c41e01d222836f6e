#include "plan/partition.h"

#include "base/alloc.h"
#include "base/map.h"
#include "inventory/inventory_subset.h"
#include "inventory/relatives.h"
#include "istio/host.h"

#include <stdlib.h>

/* The number of migrations of a shard: small enough to keep in memory, enough for a thread. */
enum { SHARD_SIZE = 16 };

/*
 * A file that may be a manifest of a migration: the migration covers it, and it contains the first
 * label of a host and may contain a VirtualService.
 */
struct manifest {
	const struct migration *m;
	const struct source *source;
	enum version_routing routing;
	struct version_state state;
};

/* The tokens of other files that a file is related to. */
struct related_tokens {
	struct arena *arena; /* NULL: there are none */
	struct slices tokens;
	size_t cap;
};

struct shard {
	const struct migration **members;
	size_t n;
	struct inventory *inventory; /* NULL: it is not open */
};

struct partition {
	struct inventory *inventory;
	const struct migration *const *migrations;
	size_t nmigrations;
	struct shard *shards;
	size_t n;
	struct map indices; /* of the shards, by the paths of the migration files */
	struct arena *arena;
	struct manifest *manifests; /* sorted by file by partition_read_manifests */
	size_t nmanifests, manifests_cap;
	size_t *firsts; /* the index of the first manifest of each file, and of the end */
	size_t nfiles;
	struct related_tokens *related; /* of each file */
	size_t current;                 /* the shard of partition_switch; MAP_NONE: none */
};

/* --- dividing ------------------------------------------------------------- */

/* Disjoint sets of migrations: trees whose roots have the lowest indices. */
struct division {
	struct partition *p;
	size_t *parents;
	struct map firsts; /* of the path of a file, the first migration that may change it */
	size_t at;         /* the current migration */
	size_t begin;      /* the index of its first manifest */
};

/* The root of the set of a migration; shortens the path to it. */
static size_t find_root(const struct division *d, size_t i)
{
	while (d->parents[i] != i)
		i = d->parents[i] = d->parents[d->parents[i]];
	return i;
}

/* Joins the sets of two migrations. */
static void join_sets(const struct division *d, size_t a, size_t b)
{
	a = find_root(d, a);
	b = find_root(d, b);
	d->parents[a < b ? b : a] = a < b ? a : b;
}

/* The current migration may change the file: joins it with the others that may. */
static void take_file(const struct source *s, void *ctx)
{
	struct division *d = ctx;
	struct partition *p = d->p;
	size_t first;

	if (!migration_covers(p->migrations[d->at], s->path))
		return;
	for (size_t i = d->begin; i < p->nmanifests; i++)
		if (p->manifests[i].source == s)
			return; /* it contains labels of both hosts */
	ROOM(p->manifests, p->nmanifests, p->manifests_cap);
	p->manifests[p->nmanifests++] = (struct manifest){ .m = p->migrations[d->at], .source = s };
	first = map_get(&d->firsts, s->path);
	if (first == MAP_NONE)
		map_set(&d->firsts, s->path, d->at);
	else
		join_sets(d, first, d->at);
}

/* Makes the sets of the migrations that may change the same files. */
static void divide_migrations(struct division *d)
{
	size_t creator = MAP_NONE;

	for (d->at = 0; d->at < d->p->nmigrations; d->at++) {
		const struct migration *m = d->p->migrations[d->at];

		d->parents[d->at] = d->at;
		d->begin = d->p->nmanifests;
		inventory_each_manifest(d->p->inventory, host_first_label(m->move.from), take_file,
					d);
		inventory_each_manifest(d->p->inventory, host_first_label(m->move.to), take_file,
					d);
		if (!m->f.spec.manifests.create.len)
			continue;
		if (creator != MAP_NONE)
			join_sets(d, creator, d->at);
		creator = d->at;
	}
}

/* Adds a migration to a shard. */
static void add_member(struct partition *p, size_t index, const struct migration *m)
{
	struct shard *shard = &p->shards[index];

	shard->members[shard->n++] = m;
	map_set(&p->indices, m->path, index);
}

/* Makes shards of the sets: of a large set, or of several small ones. */
static void fill_shards(struct partition *p, const struct division *d)
{
	size_t *sizes = arena_array(p->arena, p->nmigrations, sizeof(*sizes));
	size_t *shard_of = arena_array(p->arena, p->nmigrations, sizeof(*shard_of));
	size_t *counts = arena_array(p->arena, p->nmigrations + 1, sizeof(*counts));

	for (size_t i = 0; i < p->nmigrations; i++)
		sizes[find_root(d, i)]++;
	for (size_t i = 0; i < p->nmigrations; i++) {
		if (find_root(d, i) != i)
			continue;
		if (p->n && counts[p->n - 1] + sizes[i] > SHARD_SIZE)
			p->n++;
		p->n += !p->n;
		shard_of[i] = p->n - 1;
		counts[p->n - 1] += sizes[i];
	}
	p->shards = arena_array(p->arena, p->n, sizeof(*p->shards));
	for (size_t i = 0; i < p->n; i++)
		p->shards[i].members =
			arena_array(p->arena, counts[i], sizeof(*p->shards[i].members));
	for (size_t i = 0; i < p->nmigrations; i++)
		add_member(p, shard_of[find_root(d, i)], p->migrations[i]);
}

struct partition *partition_new(struct inventory *inv, const struct migration *const *migrations,
				size_t n)
{
	struct partition *p = xzalloc(sizeof(*p));
	struct division d = { .p = p, .firsts = MAP_INIT };

	p->inventory = inv;
	p->migrations = migrations;
	p->nmigrations = n;
	p->current = MAP_NONE;
	p->arena = arena_new();
	d.parents = arena_array(p->arena, n, sizeof(*d.parents));
	divide_migrations(&d);
	fill_shards(p, &d);
	map_release(&d.firsts);
	return p;
}

void partition_free(struct partition *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		inventory_free(p->shards[i].inventory);
	for (size_t i = 0; i < p->nfiles; i++) {
		arena_free(p->related[i].arena);
		free(p->related[i].tokens.items);
	}
	free(p->manifests);
	map_release(&p->indices);
	arena_free(p->arena);
	free(p);
}

size_t partition_count(const struct partition *p)
{
	return p->n;
}

size_t partition_shard_of(const struct partition *p, const struct migration *m)
{
	return map_get(&p->indices, m->path);
}

/* --- manifests ------------------------------------------------------------ */

/* True if a line begins with the text, after spaces, so that it is not in a comment. */
static bool has_line(struct slice bytes, struct slice text)
{
	for (size_t at = 0, found;
	     (found = slice_find(slice_sub(bytes, at, bytes.len), text)) != SIZE_MAX;
	     at += found + 1) {
		size_t begin = at + found;

		while (begin && bytes.ptr[begin - 1] == ' ')
			begin--;
		if (!begin || bytes.ptr[begin - 1] == '\n')
			return true;
	}
	return false;
}

/*
 * True if the bytes show that the file is a single VirtualService without relatives in which
 * nothing is moved, so that it need not be parsed. If it turns out to be broken, the migration is
 * refused later.
 */
static bool is_plain(struct slice bytes, const struct migration *m)
{
	static const struct slice kind = SLICE_INIT("\nkind: VirtualService\n"),
				  any = SLICE_INIT("\nkind:");
	size_t at = slice_find(bytes, kind), first = slice_find(bytes, any);

	return at != SIZE_MAX && at == first &&
	       slice_find(slice_sub(bytes, at + 1, bytes.len), any) == SIZE_MAX &&
	       slice_find(bytes, SLICE("\n---")) == SIZE_MAX &&
	       slice_find_byte(bytes, '\\') == SIZE_MAX &&
	       slice_find(bytes, SLICE("gateways")) == SIZE_MAX &&
	       has_line(bytes, SLICE("hosts:")) &&
	       slice_find_case(bytes, host_needle(m->move.to)) == SIZE_MAX;
}

/* Adds a related token of a file. */
static void note_related(struct slice token, void *ctx)
{
	struct related_tokens *r = ctx;

	if (!r->arena)
		r->arena = arena_new();
	ROOM(r->tokens.items, r->tokens.n, r->cap);
	r->tokens.items[r->tokens.n++] = arena_copy(r->arena, token);
}

/* Reads the objects of a file for each migration whose manifest it is. */
static void read_objects(struct partition *p, size_t file, const struct objects *objects)
{
	for (size_t i = 0; i < objects->n; i++)
		if (vs_is(&objects->items[i]))
			relatives_each_token(&objects->items[i], note_related, &p->related[file]);
	for (size_t i = p->firsts[file]; i < p->firsts[file + 1]; i++) {
		struct manifest *f = &p->manifests[i];

		f->routing = version_routing_of(objects, &f->m->move);
		f->state = version_state_of(objects, &f->m->move);
	}
}

/* True if the bytes may reference the old host. */
static bool has_old_host(struct slice bytes, const struct migration *m)
{
	return slice_find_case(bytes, host_needle(m->move.from)) != SIZE_MAX;
}

/* Reads a file, and parses it if needed. */
static void read_manifest(void *ctx, size_t file)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct partition *p = ctx;
	const struct source *s = p->manifests[p->firsts[file]].source;
	struct yaml_file *parsed = NULL;
	struct err ignored = ERR_INIT;
	struct objects objects;
	bool plain = !s->many_tokens;

	for (size_t i = p->firsts[file]; i < p->firsts[file + 1] && plain; i++)
		plain = is_plain(s->bytes, p->manifests[i].m);
	for (size_t i = p->firsts[file]; i < p->firsts[file + 1] && plain; i++) {
		p->manifests[i].routing =
			has_old_host(s->bytes, p->manifests[i].m) ? ROUTING_OLD : ROUTING_NONE;
		p->manifests[i].state = (struct version_state){ true, true, 0, ROUTES_UNCOUNTED };
	}
	if (plain)
		return;
	if (s->many_tokens) {
		read_objects(p, file, &s->objects);
		return;
	}
	if (yaml_parse(&parsed, s->path, s->bytes, &ignored) < 0)
		return;
	objects = objects_of(parsed, arena);
	read_objects(p, file, &objects);
	yaml_file_free(parsed);
}

/* Order of the files, then of the migrations. */
static int compare_manifests(const void *a, const void *b)
{
	const struct manifest *x = a, *y = b;
	int order = slice_cmp(x->source->path, y->source->path);

	return order ? order : slice_cmp(x->m->path, y->m->path);
}

void partition_read_manifests(struct partition *p, each_fn *each)
{
	if (p->nmanifests)
		qsort(p->manifests, p->nmanifests, sizeof(*p->manifests), compare_manifests);
	p->firsts = arena_array(p->arena, p->nmanifests + 1, sizeof(*p->firsts));
	p->related = arena_array(p->arena, p->nmanifests, sizeof(*p->related));
	for (size_t i = 0; i < p->nmanifests; i++)
		if (!i || p->manifests[i].source != p->manifests[i - 1].source)
			p->firsts[p->nfiles++] = i;
	p->firsts[p->nfiles] = p->nmanifests;
	each(p->nfiles, read_manifest, p);
}

bool partition_add_related(struct partition *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		for (size_t j = 0; j < p->related[i].tokens.n; j++)
			inventory_add_related(p->inventory, p->related[i].tokens.items[j]);
	return !inventory_complete(p->inventory);
}

void partition_want_baselines(const struct partition *p, struct baselines *baselines)
{
	/*
	 * migrations with routes to the old host: files that only route to the new one are not
	 * theirs
	 */
	struct map old = MAP_INIT;

	for (size_t i = 0; i < p->nmanifests; i++)
		if (p->manifests[i].routing == ROUTING_OLD)
			map_add(&old, p->manifests[i].m->path);
	for (size_t i = 0; i < p->nmanifests; i++) {
		const struct manifest *f = &p->manifests[i];

		if (f->routing == ROUTING_NONE ||
		    (f->routing == ROUTING_NEW && map_has(&old, f->m->path)))
			continue;
		baselines_want(baselines, f->source->path, f->m);
		baselines_set_current(baselines, f->source->path, f->m, f->source->bytes,
				      &f->state);
	}
	map_release(&old);
}

/* --- opening -------------------------------------------------------------- */

struct inventory *partition_open(struct partition *p, size_t shard, each_fn *each)
{
	struct shard *s = &p->shards[shard];

	if (!s->inventory)
		s->inventory = inventory_subset(p->inventory, s->members, s->n, each);
	return s->inventory;
}

void partition_close(struct partition *p, size_t shard)
{
	inventory_free(p->shards[shard].inventory);
	p->shards[shard].inventory = NULL;
}

struct inventory *partition_switch(struct partition *p, size_t shard, each_fn *each)
{
	if (p->current != shard && p->current < p->n)
		partition_close(p, p->current);
	p->current = shard;
	return partition_open(p, shard, each);
}

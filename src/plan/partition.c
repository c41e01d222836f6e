#include "plan/partition.h"

#include "base/alloc.h"
#include "base/map.h"
#include "inventory/inventory_subset.h"
#include "inventory/relatives.h"
#include "istio/host.h"

#include <stdlib.h>

/* A part of this many migrations is no burden, and more than enough for a thread. */
enum { PART = 16 };

/*
 * A file that may be a manifest of a migration: it is covered, may have a VirtualService, and holds
 * the first label of one of the hosts.
 */
struct manifest {
	const struct migration *m;
	const struct source *source;
	enum version_routes routes;
	struct version_reading verdict;
};

struct part {
	const struct migration **members;
	size_t n;
	struct inventory *inventory; /* NULL: it is not parsed */
};

struct partition {
	struct inventory *inventory;
	const struct migration *const *migrations;
	size_t nmigrations;
	struct part *items;
	size_t n;
	struct map numbers; /* of the parts, by the paths of the migration files */
	struct arena *arena;
	struct manifest *manifests; /* by their files, once they are learnt */
	size_t nmanifests, manifests_cap;
	size_t *firsts; /* of the manifests, the first one of each file; one more: their number */
	size_t nfiles;
	struct asked {
		struct arena *arena; /* NULL: no word is asked for */
		struct slices words;
		size_t cap;
	} * asked;      /* by each file */
	size_t staying; /* of partition_stay; MAP_NONE: none is */
};

/* --- dividing ------------------------------------------------------------- */

/*
 * What the parts of partition_new pass around: sets of migrations, as trees whose roots are the
 * lowest numbers.
 */
struct dividing {
	struct partition *p;
	size_t *above;
	struct map firsts; /* of the paths of files, the first migration that may change them */
	size_t at;         /* the migration at hand */
	size_t begin;      /* of its manifests */
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
	struct partition *p = d->p;
	size_t first;

	if (!migration_covers(p->migrations[d->at], s->path))
		return;
	for (size_t i = d->begin; i < p->nmanifests; i++)
		if (p->manifests[i].source == s)
			return; /* it holds labels of both hosts */
	ROOM(p->manifests, p->nmanifests, p->manifests_cap);
	p->manifests[p->nmanifests++] = (struct manifest){ .m = p->migrations[d->at], .source = s };
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
		d->begin = d->p->nmanifests;
		inventory_each_manifest(d->p->inventory, host_first_label(m->move.from), take_file,
				       d);
		inventory_each_manifest(d->p->inventory, host_first_label(m->move.to), take_file, d);
		if (!m->f.spec.manifests.create.len)
			continue;
		if (creator != MAP_NONE)
			join(d, creator, d->at);
		creator = d->at;
	}
}

/* Puts a migration into a part. */
static void put(struct partition *p, size_t part, const struct migration *m)
{
	struct part *x = &p->items[part];

	x->members[x->n++] = m;
	map_set(&p->numbers, m->path, part);
}

/* Makes parts of the sets: a large one is a part, of small ones there are several in one. */
static void fill(struct partition *p, const struct dividing *d)
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
		p->items[i].members =
			arena_array(p->arena, counts[i], sizeof(*p->items[i].members));
	for (size_t i = 0; i < p->nmigrations; i++)
		put(p, numbers[root_of(d, i)], p->migrations[i]);
}

struct partition *partition_new(struct inventory *inv, const struct migration *const *migrations,
				size_t n)
{
	struct partition *p = xzalloc(sizeof(*p));
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

void partition_free(struct partition *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		inventory_free(p->items[i].inventory);
	for (size_t i = 0; i < p->nfiles; i++) {
		arena_free(p->asked[i].arena);
		free(p->asked[i].words.items);
	}
	free(p->manifests);
	map_release(&p->numbers);
	arena_free(p->arena);
	free(p);
}

size_t partition_count(const struct partition *p)
{
	return p->n;
}

size_t partition_of(const struct partition *p, const struct migration *m)
{
	return map_get(&p->numbers, m->path);
}

/* --- learning ------------------------------------------------------------- */

/* Does a line begin with these words behind blanks, so that they are no comment? */
static bool has_line(struct slice bytes, struct slice words)
{
	for (size_t at = 0, found;
	     (found = slice_find(slice_sub(bytes, at, bytes.len), words)) != SIZE_MAX;
	     at += found + 1) {
		size_t begin = at + found;

		while (begin && bytes.ptr[begin - 1] == ' ')
			begin--;
		if (!begin || bytes.ptr[begin - 1] == '\n')
			return true;
	}
	return false;
}

/* What bytes hold that name a host; a service of the cluster, maybe only its first label. */
static struct slice sign_of(struct slice host)
{
	return slice_ends(host, SLICE(".svc.cluster.local")) ? host_first_label(host) : host;
}

/*
 * Do the bytes show that the file is one VirtualService that asks for no other file, and that
 * nothing of the move is in it? Then it need not be parsed to be judged. Should it not be readable
 * at all, the migration is refused for that.
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
	       slice_find_case(bytes, sign_of(m->move.to)) == SIZE_MAX;
}

/* Remembers a word that a file asks for. */
static void ask(struct slice word, void *ctx)
{
	struct asked *a = ctx;

	if (!a->arena)
		a->arena = arena_new();
	ROOM(a->words.items, a->words.n, a->cap);
	a->words.items[a->words.n++] = arena_copy(a->arena, word);
}

/* Judges the objects of a file for each migration whose manifest it is. */
static void judge(struct partition *p, size_t file, const struct objects *objects)
{
	for (size_t i = 0; i < objects->n; i++)
		if (vs_is(&objects->items[i]))
			relatives_each_token(&objects->items[i], ask, &p->asked[file]);
	for (size_t i = p->firsts[file]; i < p->firsts[file + 1]; i++) {
		struct manifest *f = &p->manifests[i];

		f->routes = version_routes(objects, &f->m->move);
		f->verdict = version_read(objects, &f->m->move);
	}
}

/* Do the bytes name the old host? */
static bool names_old(struct slice bytes, const struct migration *m)
{
	return slice_find_case(bytes, sign_of(m->move.from)) != SIZE_MAX;
}

/* Learns what a file says, parsed or not. */
static void learn(void *ctx, size_t file)
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
		p->manifests[i].routes = names_old(s->bytes, p->manifests[i].m) ?
						 VERSION_ROUTES_OLD :
						 VERSION_ROUTES_NONE;
		p->manifests[i].verdict =
			(struct version_reading){ true, true, 0, ROUTES_UNCOUNTED };
	}
	if (plain)
		return;
	if (s->many_tokens) {
		judge(p, file, &s->objects);
		return;
	}
	if (yaml_parse(&parsed, s->path, s->bytes, &ignored) < 0)
		return;
	objects = objects_of(parsed, arena);
	judge(p, file, &objects);
	yaml_file_free(parsed);
}

static int by_source(const void *a, const void *b)
{
	const struct manifest *x = a, *y = b;
	int order = slice_cmp(x->source->path, y->source->path);

	return order ? order : slice_cmp(x->m->path, y->m->path);
}

void partition_learn(struct partition *p, each_fn *each)
{
	if (p->nmanifests)
		qsort(p->manifests, p->nmanifests, sizeof(*p->manifests), by_source);
	p->firsts = arena_array(p->arena, p->nmanifests + 1, sizeof(*p->firsts));
	p->asked = arena_array(p->arena, p->nmanifests, sizeof(*p->asked));
	for (size_t i = 0; i < p->nmanifests; i++)
		if (!i || p->manifests[i].source != p->manifests[i - 1].source)
			p->firsts[p->nfiles++] = i;
	p->firsts[p->nfiles] = p->nmanifests;
	each(p->nfiles, learn, p);
}

bool partition_ask(struct partition *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		for (size_t j = 0; j < p->asked[i].words.n; j++)
			inventory_add_related(p->inventory, p->asked[i].words.items[j]);
	return !inventory_complete(p->inventory);
}

void partition_tell(const struct partition *p, struct baselines *baselines)
{
	struct map old =
		MAP_INIT; /* migrations with routes to old: those of others are none of theirs */

	for (size_t i = 0; i < p->nmanifests; i++)
		if (p->manifests[i].routes == VERSION_ROUTES_OLD)
			map_set(&old, p->manifests[i].m->path, 0);
	for (size_t i = 0; i < p->nmanifests; i++) {
		const struct manifest *f = &p->manifests[i];

		if (f->routes == VERSION_ROUTES_NONE ||
		    (f->routes == VERSION_ROUTES_DONE && map_get(&old, f->m->path) != MAP_NONE))
			continue;
		baselines_want(baselines, f->source->path, f->m);
		baselines_now(baselines, f->source->path, f->m, f->source->bytes, &f->verdict);
	}
	map_release(&old);
}

/* --- opening -------------------------------------------------------------- */

struct inventory *partition_open(struct partition *p, size_t part, each_fn *each)
{
	struct part *x = &p->items[part];

	if (!x->inventory)
		x->inventory = inventory_subset(p->inventory, x->members, x->n, each);
	return x->inventory;
}

void partition_close(struct partition *p, size_t part)
{
	inventory_free(p->items[part].inventory);
	p->items[part].inventory = NULL;
}

struct inventory *partition_stay(struct partition *p, size_t part, each_fn *each)
{
	if (p->staying != part && p->staying < p->n)
		partition_close(p, p->staying);
	p->staying = part;
	return partition_open(p, part, each);
}

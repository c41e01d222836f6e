#include "migrate/inventory.h"

#include "base/alloc.h"
#include "base/map.h"
#include "gitops/kustomization.h"
#include "gitops/reach.h"
#include "istio/audience.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "migrate/words.h"

#include <stdlib.h>
#include <string.h>

/* Objects that name a word, as linked lists. */
struct entry {
	struct holding holding;
	size_t next; /* number of the next entry, MAP_NONE: the last */
};

struct inventory {
	struct arena *arena;
	struct words words;  /* of hosts of migrations; for VirtualServices, of their relatives: for the second round */
	struct map paths;    /* to the number of the source */
	struct map creates;  /* files that migrations would create: needed if they are there */
	struct map by_label; /* to the number of the newest entry */
	struct entry *entries;
	size_t nentries, entries_cap;
	struct source **sources;
	size_t nsources, sources_cap;
	size_t nparsed; /* of the sources, the first ones */
	struct source **broken;
	size_t nbroken, broken_cap;
	const struct object **sidecars;
	size_t nsidecars, sidecars_cap;
	const struct inventory *under; /* what is not here is there; NULL: nothing is */
	bool kustomizations, environments, whole, second;
};

struct inventory *inventory_new(void)
{
	struct inventory *inv = xzalloc(sizeof(*inv));

	inv->arena = arena_new();
	words_init(&inv->words);
	inv->by_label = (struct map)MAP_INIT_FOLD;
	return inv;
}

/* The file is one of those that cannot be read. */
static void note_broken(struct inventory *inv, struct source *s)
{
	ROOM(inv->broken, inv->nbroken, inv->broken_cap);
	inv->broken[inv->nbroken++] = s;
}

struct inventory *inventory_over(const struct inventory *under)
{
	struct inventory *inv = inventory_new();

	inv->under = under;
	inv->whole = under->whole;
	for (size_t i = 0; i < under->nbroken; i++)
		note_broken(inv, under->broken[i]);
	return inv;
}

void inventory_free(struct inventory *inv)
{
	if (!inv)
		return;
	for (size_t i = 0; i < inv->nsources; i++) {
		yaml_file_free(inv->sources[i]->file);
		yaml_file_free(inv->sources[i]->loose);
		free(inv->sources[i]->why);
	}
	free(inv->sources);
	free(inv->broken);
	free(inv->entries);
	free(inv->sidecars);
	words_release(&inv->words);
	map_release(&inv->paths);
	map_release(&inv->creates);
	map_release(&inv->by_label);
	arena_free(inv->arena);
	free(inv);
}

/* "*.example.com" of ".example.com". */
static struct slice wildcard_of(struct slice suffix, struct arena *arena)
{
	return arena_join(arena, (struct slice[]){ SLICE("*"), suffix }, 2);
}

/* Watches for the first label of a host and for the wildcards that cover it. */
static void watch_host(struct inventory *inv, struct slice host)
{
	for (size_t at = slice_find_byte(host, '.'); at < host.len;) {
		struct slice suffix = slice_sub(host, at, host.len);
		size_t next;

		words_add(&inv->words, wildcard_of(suffix, inv->arena), false);
		next = slice_find_byte(slice_sub(suffix, 1, suffix.len), '.');
		at = next == SIZE_MAX ? host.len : at + 1 + next;
	}
	if (host.len)
		words_add(&inv->words, host_first_label(host), false);
}

void inventory_watch(struct inventory *inv, const struct migration *m)
{
	watch_host(inv, m->move.from);
	watch_host(inv, m->move.to);
	if (m->f.spec.manifests.create.len) {
		inv->kustomizations = true;
		map_set(&inv->creates, m->f.spec.manifests.create, 0);
	}
}

void inventory_want_environments(struct inventory *inv)
{
	inv->kustomizations = inv->environments = true;
}

const struct object *const *inventory_sidecars(const struct inventory *inv, size_t *n)
{
	if (inv->under)
		return inventory_sidecars(inv->under, n);
	*n = inv->nsidecars;
	return inv->sidecars;
}

bool inventory_wants_path(const struct inventory *inv, struct slice path)
{
	if (slice_ends(path, SLICE(".yaml")) || slice_ends(path, SLICE(".yml")) || slice_ends(path, SLICE(".json")))
		return true;
	return inv->kustomizations && kustomization_is(path);
}

bool inventory_wants_around(const struct inventory *inv, struct slice path, struct slice bytes)
{
	if (inv->kustomizations && kustomization_is(path))
		return true;
	return inv->environments && (chart_is(path) || reach_wants(bytes));
}

bool inventory_wants(const struct inventory *inv, struct slice path, struct slice bytes)
{
	if (map_get(&inv->creates, path) != MAP_NONE || inventory_wants_around(inv, path, bytes) || words_in(&inv->words, bytes))
		return true;
	if (slice_find(bytes, SLICE("Sidecar")) != SIZE_MAX && slice_find(bytes, SLICE("networking.istio.io")) != SIZE_MAX)
		return true; /* it hides hosts by not naming them */
	/* a name spelled with escapes cannot be told from its bytes */
	return slice_find(bytes, SLICE("\\u")) != SIZE_MAX && slice_find(bytes, SLICE("VirtualService")) != SIZE_MAX;
}

/* Where an object is while its hosts are listed. */
struct listing {
	struct inventory *inv;
	struct holding holding;
};

/* Enters the object under the first label of a host, or under a wildcard as it stands; once in a row. */
static void enter_host(struct slice host, void *ctx)
{
	struct listing *l = ctx;
	struct inventory *inv = l->inv;
	struct slice word = slice_starts(host, SLICE("*")) ? host : host_first_label(host);
	size_t first = map_get(&inv->by_label, word);

	if (!host.len || (first != MAP_NONE && inv->entries[first].holding.object == l->holding.object))
		return;
	ROOM(inv->entries, inv->nentries, inv->entries_cap);
	map_set(&inv->by_label, word, inv->nentries);
	inv->entries[inv->nentries++] = (struct entry){ l->holding, first };
}

/* Remembers a word that VirtualServices of other files may name. */
static void ask_for(struct inventory *inv, struct slice word)
{
	if (word.len && !inv->second)
		words_add(&inv->words, slice_starts(word, SLICE("*")) ? word : host_first_label(word), true);
}

/* Remembers the hosts of a VirtualService of a gateway, of which others may have the same, and the name of one that others delegate to. */
static void note_relatives(struct inventory *inv, const struct object *o)
{
	const struct yaml_node *gateways = yaml_get(o->spec, "gateways"), *hosts = yaml_get(o->spec, "hosts");
	bool other = false;

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		other = other || !slice_is(yaml_string(c), "mesh");
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c && other; c = c->next)
		ask_for(inv, yaml_string(c));
	if (!hosts)
		ask_for(inv, o->name);
}

/* Enters the objects of a file into the index. */
static void enter_objects(struct inventory *inv, const struct source *s)
{
	for (size_t i = 0; i < s->objects.n; i++) {
		const struct object *o = &s->objects.items[i];
		struct listing l = { inv, { o, s } };

		if (vs_is(o)) {
			vs_each_host(o, enter_host, &l);
			rules_each_host(o, enter_host, &l);
			note_relatives(inv, o);
		} else if (rules_want(o)) {
			rules_each_host(o, enter_host, &l);
		} else if (sidecar_is(o)) {
			ROOM(inv->sidecars, inv->nsidecars, inv->sidecars_cap);
			inv->sidecars[inv->nsidecars++] = o;
		}
	}
}

/* A new row for a file. */
static struct source *source_new(struct inventory *inv, struct slice path)
{
	struct source *s = arena_alloc(inv->arena, sizeof(*s));

	s->path = arena_copy(inv->arena, path);
	ROOM(inv->sources, inv->nsources, inv->sources_cap);
	map_set(&inv->paths, s->path, inv->nsources);
	inv->sources[inv->nsources++] = s;
	return s;
}

struct source *inventory_find(const struct inventory *inv, struct slice path)
{
	size_t at = map_get(&inv->paths, path);

	return at != MAP_NONE ? inv->sources[at] : inv->under ? inventory_find(inv->under, path) : NULL;
}

struct source *inventory_add(struct inventory *inv, struct slice path, struct slice bytes, unsigned mode)
{
	struct source *s;

	if (map_get(&inv->paths, path) != MAP_NONE)
		return inventory_find(inv, path);
	s = source_new(inv, path);
	s->bytes = arena_copy(inv->arena, bytes.ptr ? bytes : SLICE(""));
	s->mode = mode;
	return s;
}

/* Parses one file of those that were added. */
static void parse_source(void *ctx, size_t i)
{
	struct inventory *inv = ctx;
	struct source *s = inv->sources[inv->nparsed + i];
	struct err err = ERR_INIT;

	if (s->why || s->file || yaml_parse(&s->file, s->path, s->bytes, &err) == 0)
		return;
	s->why = err_keep(&err);
	err = (struct err)ERR_INIT;
	if (inv->environments && reach_wants(s->bytes))
		(void)yaml_parse_loose(&s->loose, s->path, s->bytes, &err);
}

void inventory_parse(struct inventory *inv, each_fn *each)
{
	each(inv->nsources - inv->nparsed, parse_source, inv);
	for (; inv->nparsed < inv->nsources; inv->nparsed++) {
		struct source *s = inv->sources[inv->nparsed];

		if (!s->file) {
			if (s->loose)
				s->named = objects_of(s->loose, inv->arena);
			note_broken(inv, s);
			continue;
		}
		s->objects = objects_of(s->file, inv->arena);
		enter_objects(inv, s);
	}
}

void inventory_add_large(struct inventory *inv, struct slice path, size_t size)
{
	struct source *s;
	struct err err = ERR_INIT;

	if (map_get(&inv->paths, path) != MAP_NONE)
		return;
	s = source_new(inv, path);
	(void)err_set(&err, &CODE_yaml_limit, (struct place){ s->path, 0, 0 },
		      "the file has %zu bytes, more than a manifest may have", size);
	s->why = err_keep(&err);
}

bool inventory_complete(struct inventory *inv)
{
	bool done = inv->second || !words_asked(&inv->words);

	inv->second = true;
	return done;
}

void inventory_set_whole(struct inventory *inv, bool whole)
{
	inv->whole = whole;
}

bool inventory_whole(const struct inventory *inv)
{
	return inv->whole;
}

struct source *const *inventory_sources(const struct inventory *inv, size_t *n)
{
	*n = inv->nsources;
	return inv->sources;
}

struct source *const *inventory_broken(const struct inventory *inv, size_t *n)
{
	*n = inv->nbroken;
	return inv->broken;
}

/* Order of the files, then of the documents. */
static int by_file(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;
	int order = slice_cmp(x->source->path, y->source->path);

	return order ? order : (x->object > y->object) - (x->object < y->object);
}

/* Adds what is entered under a word; what is in files of `hidden` (NULL: none) is not. */
static void collect(const struct inventory *inv, const struct map *hidden, struct slice word, struct holding **items, size_t *n,
		    size_t *cap)
{
	for (size_t i = map_get(&inv->by_label, word); i != MAP_NONE; i = inv->entries[i].next) {
		if (hidden && map_get(hidden, inv->entries[i].holding.source->path) != MAP_NONE)
			continue;
		ROOM(*items, *n, *cap);
		(*items)[(*n)++] = inv->entries[i].holding;
	}
	if (inv->under)
		collect(inv->under, &inv->paths, word, items, n, cap);
}

struct holdings inventory_by_host(const struct inventory *inv, struct slice host, struct arena *arena)
{
	struct holding *items = NULL, *kept;
	size_t n = 0, cap = 0, unique = 0;

	collect(inv, NULL, host_first_label(host), &items, &n, &cap);
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '.')
			collect(inv, NULL, wildcard_of(slice_sub(host, i, host.len), arena), &items, &n, &cap);
	if (n)
		qsort(items, n, sizeof(*items), by_file);
	kept = arena_array(arena, n, sizeof(*kept));
	for (size_t i = 0; i < n; i++)
		if (!i || items[i].object != items[i - 1].object)
			kept[unique++] = items[i];
	free(items);
	return (struct holdings){ kept, unique };
}

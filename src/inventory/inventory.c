#include "inventory/inventory_internal.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"
#include "gitops/environment_index.h"
#include "istio/audience.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "kube/group.h"

#include <stdlib.h>
#include <string.h>

struct inventory *inventory_new(void)
{
	struct inventory *inv = xzalloc(sizeof(*inv));

	inv->arena = arena_new();
	host_tokens_init(&inv->words);
	inv->by_label = inv->by_word = (struct map)MAP_INIT_FOLD;
	return inv;
}

static void list_add(struct list *l, struct source *s)
{
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = s;
}

struct inventory *inventory_over(const struct inventory *under)
{
	struct inventory *inv = inventory_new();

	inv->under = under;
	inv->whole = under->whole;
	for (size_t i = 0; i < under->broken.n; i++)
		list_add(&inv->broken, under->broken.items[i]);
	return inv;
}

void inventory_free(struct inventory *inv)
{
	if (!inv)
		return;
	for (size_t i = 0; i < inv->sources.n; i++) {
		yaml_file_free(inv->sources.items[i]->file);
		yaml_file_free(inv->sources.items[i]->loose);
		free(inv->sources.items[i]->why);
	}
	free(inv->sources.items);
	free(inv->broken.items);
	free(inv->kustomizations.items);
	free(inv->held);
	free(inv->asked.items);
	free(inv->entries);
	free(inv->sidecars);
	host_tokens_release(&inv->words);
	map_release(&inv->paths);
	map_release(&inv->creates);
	map_release(&inv->by_label);
	map_release(&inv->by_word);
	arena_free(inv->arena);
	free(inv);
}

/* From now on the word makes files matter. */
static void watch_word(struct slice word, void *ctx)
{
	struct inventory *inv = ctx;

	host_tokens_add(&inv->words, word, false);
}

void inventory_watch(struct inventory *inv, const struct migration *m)
{
	inventory_each_word(m, inv->arena, watch_word, inv);
	if (m->f.spec.manifests.create.len) {
		inv->want_kustomizations = true;
		map_set(&inv->creates, m->f.spec.manifests.create, 0);
	}
}

void inventory_want_environments(struct inventory *inv)
{
	inv->want_kustomizations = inv->environments = true;
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
	if (slice_ends(path, SLICE(".yaml")) || slice_ends(path, SLICE(".yml")) ||
	    slice_ends(path, SLICE(".json")))
		return true;
	return inv->want_kustomizations && kustomization_is(path);
}

bool inventory_wants_around(const struct inventory *inv, struct slice path, struct slice bytes)
{
	if (inv->want_kustomizations && kustomization_is(path))
		return true;
	return inv->environments && (chart_is(path) || environment_index_wants(bytes));
}

bool inventory_may_be_sidecar(struct slice bytes)
{
	return slice_find(bytes, SLICE("Sidecar")) != SIZE_MAX &&
	       slice_find(bytes, SLICE(ISTIO_GROUP)) != SIZE_MAX;
}

bool inventory_may_escape(struct slice bytes)
{
	return slice_find(bytes, SLICE("\\u")) != SIZE_MAX &&
	       slice_find(bytes, SLICE("VirtualService")) != SIZE_MAX;
}

bool inventory_wants(const struct inventory *inv, struct slice path, struct slice bytes)
{
	if (map_get(&inv->creates, path) != MAP_NONE || inventory_wants_around(inv, path, bytes) ||
	    host_tokens_in(&inv->words, bytes))
		return true;
	if (inventory_may_be_sidecar(bytes))
		return true; /* it hides hosts by not naming them */
	/* a name spelled with escapes cannot be told from its bytes */
	return inventory_may_escape(bytes);
}

/* Where an object is while its hosts are listed. */
struct listing {
	struct inventory *inv;
	struct holding holding;
};

/*
 * Enters the object under the first label of a host, or under a wildcard as it stands; once in a
 * row.
 */
static void enter_host(struct slice host, void *ctx)
{
	struct listing *l = ctx;
	struct inventory *inv = l->inv;
	struct slice word = inventory_word(host);
	size_t first = map_get(&inv->by_label, word);

	if (!host.len ||
	    (first != MAP_NONE && inv->entries[first].holding.object == l->holding.object))
		return;
	ROOM(inv->entries, inv->nentries, inv->entries_cap);
	map_set(&inv->by_label, word, inv->nentries);
	inv->entries[inv->nentries++] = (struct entry){ l->holding, first };
}

/* Remembers a word that VirtualServices of other files may name. */
static void ask_for(struct slice word, void *ctx)
{
	struct inventory *inv = ctx;

	if (!word.len || inv->second)
		return;
	ROOM(inv->asked.items, inv->asked.n, inv->asked_cap);
	inv->asked.items[inv->asked.n++] = word;
}

void inventory_relatives(const struct object *o, void (*ask)(struct slice word, void *ctx),
			 void *ctx)
{
	const struct yaml_node *gateways = yaml_get(o->spec, "gateways"),
			       *hosts = yaml_get(o->spec, "hosts");
	bool other = false;

	for (const struct yaml_node *c = gateways ? gateways->first : NULL; c; c = c->next)
		other = other || !slice_is(yaml_string(c), "mesh");
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c && other; c = c->next)
		ask(inventory_word(yaml_string(c)), ctx);
	if (!hosts)
		ask(inventory_word(o->name), ctx);
}

void inventory_note_relatives(struct inventory *inv, const struct object *o)
{
	inventory_relatives(o, ask_for, inv);
}

void inventory_enter(struct inventory *inv, struct source *s)
{
	for (size_t i = 0; i < s->objects.n && !s->entered; i++) {
		const struct object *o = &s->objects.items[i];
		struct listing l = { inv, { o, s } };

		if (vs_is(o)) {
			vs_each_host(o, enter_host, &l);
			rules_each_host(o, enter_host, &l);
			inventory_note_relatives(inv, o);
		} else if (rules_want(o)) {
			rules_each_host(o, enter_host, &l);
		}
	}
	s->entered = true;
}

/* A new row for a file whose path lives as long as the inventory. */
static struct source *source_new(struct inventory *inv, struct slice path)
{
	struct source *s = arena_alloc(inv->arena, sizeof(*s));

	s->path = path;
	map_set(&inv->paths, s->path, inv->sources.n);
	list_add(&inv->sources, s);
	return s;
}

struct source *inventory_find(const struct inventory *inv, struct slice path)
{
	size_t at = map_get(&inv->paths, path);

	return at != MAP_NONE ? inv->sources.items[at] :
	       inv->under     ? inventory_find(inv->under, path) :
				NULL;
}

struct source *inventory_add(struct inventory *inv, struct slice path, struct slice bytes,
			     unsigned mode)
{
	if (map_get(&inv->paths, path) != MAP_NONE)
		return inventory_find(inv, path);
	return inventory_share(inv, arena_copy(inv->arena, path),
			       arena_copy(inv->arena, bytes.ptr ? bytes : SLICE("")), mode);
}

struct source *inventory_share(struct inventory *inv, struct slice path, struct slice bytes,
			       unsigned mode)
{
	struct source *s = source_new(inv, path);

	s->bytes = bytes;
	s->mode = mode;
	return s;
}

void inventory_parse_source(const struct inventory *inv, struct source *s)
{
	struct err err = ERR_INIT;

	if (s->why || s->file || yaml_parse(&s->file, s->path, s->bytes, &err) == 0)
		return;
	s->why = err_keep(&err);
	err = (struct err)ERR_INIT;
	if (inv->environments && environment_index_wants(s->bytes))
		(void)yaml_parse_loose(&s->loose, s->path, s->bytes, &err);
}

static void parse_source(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;

	inventory_parse_source(inv, inv->sources.items[i]);
}

void inventory_list(struct inventory *inv, struct source *s)
{
	if (s->listed)
		return;
	s->listed = true;
	if (!s->file) {
		if (s->loose)
			s->named = objects_of(s->loose, inv->arena);
		list_add(&inv->broken, s);
		return;
	}
	if (kustomization_is(s->path))
		list_add(&inv->kustomizations, s);
	s->objects = objects_of(s->file, inv->arena);
	for (size_t i = 0; i < s->objects.n; i++)
		if (sidecar_is(&s->objects.items[i])) {
			ROOM(inv->sidecars, inv->nsidecars, inv->sidecars_cap);
			inv->sidecars[inv->nsidecars++] = &s->objects.items[i];
		}
}

void inventory_parse(struct inventory *inv, each_fn *each)
{
	each(inv->sources.n, parse_source, inv);
	for (size_t i = 0; i < inv->sources.n; i++) {
		inventory_list(inv, inv->sources.items[i]);
		inventory_enter(inv, inv->sources.items[i]);
	}
}

void inventory_add_large(struct inventory *inv, struct slice path, size_t size)
{
	struct source *s;
	struct err err = ERR_INIT;

	if (map_get(&inv->paths, path) != MAP_NONE)
		return;
	s = source_new(inv, arena_copy(inv->arena, path));
	(void)err_set(&err, &CODE_yaml_limit, (struct place){ s->path, 0, 0 },
		      "the file has %zu bytes, more than a manifest may have", size);
	s->why = err_keep(&err);
}

bool inventory_complete(struct inventory *inv)
{
	bool done = inv->second || !inv->asked.n;

	for (size_t i = 0; i < inv->asked.n && !done; i++)
		host_tokens_add(&inv->words, inv->asked.items[i], true);
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
	*n = inv->sources.n;
	return inv->sources.items;
}

struct source *const *inventory_kustomizations(const struct inventory *inv, size_t *n)
{
	while (inv->under)
		inv = inv->under;
	*n = inv->kustomizations.n;
	return inv->kustomizations.items;
}

struct source *const *inventory_broken(const struct inventory *inv, size_t *n)
{
	*n = inv->broken.n;
	return inv->broken.items;
}

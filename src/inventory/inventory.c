#include "inventory/inventory.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "gitops/kustomization.h"
#include "gitops/environment_index.h"
#include "inventory/file_text.h"
#include "inventory/inventory_internal.h"
#include "inventory/relatives.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "istio/visible.h"
#include "istio/binding.h"
#include "istio/writer.h"
#include "kube/group.h"

#include <stdlib.h>
#include <string.h>

struct inventory *inventory_new(void)
{
	struct inventory *inv = xzalloc(sizeof(*inv));

	inv->arena = arena_new();
	host_tokens_init(&inv->tokens);
	carried_hosts_init(&inv->hosts);
	inv->by_token = inv->containing = (struct map)MAP_INIT_FOLD;
	return inv;
}

/* Adds a file to a list. */
static void list_add(struct source_list *l, struct source *s)
{
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = s;
}

struct inventory *inventory_overlay(const struct inventory *under)
{
	struct inventory *inv = inventory_new();

	inv->under = under;
	inv->whole = under->whole;
	for (size_t i = 0; i < under->broken.n; i++)
		list_add(&inv->broken, under->broken.items[i]);
	return inv;
}

const struct inventory *inventory_under(const struct inventory *inv)
{
	return inv->under;
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
	free(inv->parsed.items);
	free(inv->carried.items);
	free(inv->occurrences);
	free(inv->related.items);
	free(inv->objects);
	free(inv->sidecars);
	free(inv->wildcards);
	free(inv->gateways);
	free(inv->writers);
	free(inv->unfilled);
	host_tokens_release(&inv->tokens);
	carried_hosts_release(&inv->hosts);
	map_release(&inv->paths);
	map_release(&inv->creates);
	map_release(&inv->by_token);
	map_release(&inv->containing);
	arena_free(inv->arena);
	free(inv);
}

/* Makes files with the token relevant. */
static void watch_token(struct slice token, void *ctx)
{
	struct inventory *inv = ctx;

	host_tokens_add(&inv->tokens, token, false);
}

/* Makes files with VirtualServices and the token relevant. */
static void watch_related(struct slice token, void *ctx)
{
	struct inventory *inv = ctx;

	host_tokens_add(&inv->tokens, token, true);
}

void inventory_watch(struct inventory *inv, const struct migration *m)
{
	host_tokens_of(m, inv->arena, watch_token, inv);
	carried_hosts_add(&inv->hosts, m, inv->arena);
	host_tokens_of_created(m, watch_related, inv);
	if (m->f.spec.manifests.create.len) {
		inv->want_kustomizations = true;
		map_add(&inv->creates, m->f.spec.manifests.create);
	}
}

void inventory_want_environments(struct inventory *inv)
{
	inv->want_kustomizations = inv->want_environments = true;
}

const struct object_ref *inventory_sidecars(const struct inventory *inv, size_t *n)
{
	if (inv->under)
		return inventory_sidecars(inv->under, n);
	*n = inv->nsidecars;
	return inv->sidecars;
}

const struct object_ref *inventory_gateways(const struct inventory *inv, size_t *n)
{
	while (inv->under)
		inv = inv->under;
	*n = inv->ngateways;
	return inv->gateways;
}

const struct object_ref *inventory_writers(const struct inventory *inv, size_t *n)
{
	while (inv->under)
		inv = inv->under;
	*n = inv->nwriters;
	return inv->writers;
}

struct object_list inventory_unfilled(const struct inventory *inv, struct arena *arena)
{
	struct object_list all = { NULL, 0 };
	size_t cap = 0;

	for (const struct inventory *at = inv; at; at = at->under)
		for (size_t i = 0; i < at->nunfilled; i++) {
			if (at != inv && map_has(&inv->paths, at->unfilled[i].source->path))
				continue;
			ARENA_ROOM(arena, all.items, all.n, cap);
			all.items[all.n++] = &at->unfilled[i];
		}
	return all;
}

bool inventory_wants_path(const struct inventory *inv, struct slice path)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t len = strlen(endings[i]);

		if (path.len > len &&
		    slice_eq_case(slice_sub(path, path.len - len, len), slice_of(endings[i])))
			return true;
	}
	return inv->want_kustomizations && kustomization_is(path);
}

/* True if the bytes may contain a Rollout, a Canary or a step of Kargo that sets weights. */
static bool may_be_writer(struct slice bytes)
{
	return (slice_find(bytes, SLICE("trafficRouting")) != SIZE_MAX &&
		slice_find(bytes, SLICE("Rollout")) != SIZE_MAX) ||
	       (slice_find(bytes, SLICE(FLAGGER_GROUP)) != SIZE_MAX &&
		slice_find(bytes, SLICE("Canary")) != SIZE_MAX) ||
	       (slice_find(bytes, SLICE(KARGO_GROUP)) != SIZE_MAX &&
		slice_find(bytes, SLICE("yaml-update")) != SIZE_MAX);
}

bool inventory_wants_definition(const struct inventory *inv, struct slice path, struct slice bytes)
{
	if (inv->want_kustomizations && kustomization_is(path))
		return true;
	return inv->want_environments &&
	       (chart_is(path) || environment_index_wants(bytes) || may_be_writer(bytes));
}

bool inventory_may_configure_proxies(struct slice bytes)
{
	return (slice_find(bytes, SLICE("Sidecar")) != SIZE_MAX ||
		(slice_find(bytes, SLICE("Gateway")) != SIZE_MAX &&
		 slice_find(bytes, SLICE("servers")) != SIZE_MAX) ||
		host_odd_wildcard_in(bytes)) &&
	       slice_find(bytes, SLICE(ISTIO_GROUP)) != SIZE_MAX;
}

/* May the bytes contain an object of the kind whose host is filled in? */
static bool may_hide_host_of(const char *kind, struct slice bytes)
{
	if (slice_find(bytes, slice_of(kind)) == SIZE_MAX)
		return false;
	for (size_t at = slice_find(bytes, SLICE("host:")); at != SIZE_MAX;
	     at = slice_find(bytes, SLICE("host:"))) {
		bytes = slice_sub(bytes, at + 5, bytes.len);
		while (bytes.len &&
		       (ascii_is_blank(*bytes.ptr) || *bytes.ptr == '"' || *bytes.ptr == '\''))
			bytes = slice_sub(bytes, 1, bytes.len);
		if (slice_starts(bytes, SLICE("{{")) || slice_starts(bytes, SLICE("${")) ||
		    slice_starts(bytes, SLICE("$(")))
			return true;
	}
	return false;
}

bool inventory_may_hide_host(struct slice bytes)
{
	return may_hide_host_of("VirtualService", bytes);
}

bool inventory_may_hide_rule(struct slice bytes)
{
	return may_hide_host_of("DestinationRule", bytes);
}

/* True if the text of a file may be relevant. */
static bool wants_text(const struct inventory *inv, struct slice path, struct slice text)
{
	return inventory_wants_definition(inv, path, text) || host_tokens_in(&inv->tokens, text) ||
	       inventory_may_configure_proxies(text) || inventory_may_hide_host(text) ||
	       inventory_may_hide_rule(text);
}

bool inventory_wants(const struct inventory *inv, struct slice path, struct slice bytes)
{
	AUTO_STR struct str decoded = STR_INIT;
	struct slice text;

	if (map_has(&inv->creates, path) || wants_text(inv, path, bytes) ||
	    file_text_replaced(bytes))
		return true;
	text = file_text(bytes, &decoded);
	return text.ptr != bytes.ptr && wants_text(inv, path, text);
}

/* The object at hand, while its hosts are indexed. */
struct indexing {
	struct inventory *inv;
	struct object_ref ref;
};

/* Adds the object to the list of the token of a host, unless it is the newest one there. */
static void index_host(struct slice host, void *ctx)
{
	struct indexing *x = ctx;
	struct inventory *inv = x->inv;
	struct slice token = host_token(host);
	size_t first = map_get(&inv->by_token, token);

	if (!host.len || (first != MAP_NONE && inv->objects[first].ref.object == x->ref.object))
		return;
	ROOM(inv->objects, inv->nobjects, inv->objects_cap);
	map_set(&inv->by_token, token, inv->nobjects);
	inv->objects[inv->nobjects++] = (struct indexed_object){ x->ref, first };
}

/* Adds a related token, which lives as long as the inventory. */
static void note_related(struct slice token, void *ctx)
{
	struct inventory *inv = ctx;

	if (!token.len || inv->last_round)
		return;
	ROOM(inv->related.items, inv->related.n, inv->related_cap);
	inv->related.items[inv->related.n++] = token;
}

void inventory_note_relatives(struct inventory *inv, const struct object *o)
{
	if (vs_is(o))
		relatives_each_token(o, note_related, inv);
	else
		relatives_each_workload_token(o, note_related, inv);
}

void inventory_index(struct inventory *inv, struct source *s)
{
	for (size_t i = 0; i < s->objects.n && !s->indexed; i++) {
		const struct object *o = &s->objects.items[i];
		struct indexing x = { inv, { o, s } };

		if (vs_is(o)) {
			vs_each_host(o, index_host, &x);
			rules_each_host(o, index_host, &x);
			inventory_note_relatives(inv, o);
		} else if (rules_want(o)) {
			rules_each_host(o, index_host, &x);
			inventory_note_relatives(inv, o);
		}
	}
	s->indexed = true;
}

/* Adds a file whose path lives as long as the inventory. */
static struct source *add_source(struct inventory *inv, struct slice path)
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
	if (map_has(&inv->paths, path))
		return inventory_find(inv, path);
	return inventory_add_borrowed(inv, arena_copy(inv->arena, path),
				      arena_copy(inv->arena, bytes.ptr ? bytes : SLICE("")), mode);
}

struct source *inventory_add_borrowed(struct inventory *inv, struct slice path, struct slice bytes,
				      unsigned mode)
{
	AUTO_STR struct str decoded = STR_INIT;
	struct source *s = add_source(inv, path);

	s->bytes = bytes;
	s->text = file_text(bytes, &decoded);
	if (s->text.ptr != bytes.ptr)
		s->text = arena_copy(inv->arena, s->text);
	s->mode = mode;
	return s;
}

/* Refuses what other readers decode, and what is not the content. */
static int check_content(const struct source *s, struct err *err)
{
	struct place at = { s->path, 0, 0 };
	const char *replaced = file_text_replaced(s->bytes);

	if (replaced)
		return err_set(err, &CODE_yaml_encoding, at, "%s", replaced);
	if (file_text_has_binary(s->text) && slice_find(s->text, SLICE(ISTIO_GROUP)) != SIZE_MAX)
		return err_set(err, &CODE_yaml_encoding, at,
			       "a value has the tag !!binary, which is not supported");
	return 0;
}

void inventory_parse_source(const struct inventory *inv, struct source *s)
{
	struct err err = ERR_INIT;

	if (s->why || s->file ||
	    (check_content(s, &err) == 0 && yaml_parse(&s->file, s->path, s->bytes, &err) == 0))
		return;
	s->why = err_keep(&err);
	err = (struct err)ERR_INIT;
	if (inv->want_environments &&
	    (environment_index_wants(s->bytes) || may_be_writer(s->bytes)))
		(void)yaml_parse_loose(&s->loose, s->path, s->bytes, &err);
}

/* inventory_parse_source for `each`. */
static void parse_source(void *ctx, size_t i)
{
	const struct inventory *inv = ctx;

	inventory_parse_source(inv, inv->sources.items[i]);
}

/* Has the object, a DestinationRule or a ServiceEntry, a host that no token finds? */
static bool has_odd_wildcard(const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	if (!object_is(o, ISTIO_GROUP, "DestinationRule") &&
	    !object_is(o, ISTIO_GROUP, "ServiceEntry"))
		return false;
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		if (host_is_odd_wildcard(yaml_string(c)))
			return true;
	return host_is_odd_wildcard(yaml_string(yaml_get(o->spec, "host")));
}

bool rule_has_placeholder(const struct object *o)
{
	return object_is(o, ISTIO_GROUP, "DestinationRule") &&
	       host_is_placeholder(yaml_string(yaml_get(o->spec, "host")));
}

/* Adds an object to the lists of its kind. */
static void list_object(struct inventory *inv, const struct object *o, const struct source *s)
{
	if (sidecar_is(o)) {
		ROOM(inv->sidecars, inv->nsidecars, inv->sidecars_cap);
		inv->sidecars[inv->nsidecars++] = (struct object_ref){ o, s };
	} else if (has_odd_wildcard(o)) {
		ROOM(inv->wildcards, inv->nwildcards, inv->wildcards_cap);
		inv->wildcards[inv->nwildcards++] = (struct object_ref){ o, s };
	} else if (gateway_is(o)) {
		ROOM(inv->gateways, inv->ngateways, inv->gateways_cap);
		inv->gateways[inv->ngateways++] = (struct object_ref){ o, s };
	} else if (writer_is(o)) {
		ROOM(inv->writers, inv->nwriters, inv->writers_cap);
		inv->writers[inv->nwriters++] = (struct object_ref){ o, s };
	} else if (vs_find_placeholder(o) || rule_has_placeholder(o)) {
		ROOM(inv->unfilled, inv->nunfilled, inv->unfilled_cap);
		inv->unfilled[inv->nunfilled++] = (struct object_ref){ o, s };
	}
}

void inventory_list(struct inventory *inv, struct source *s)
{
	if (s->listed)
		return;
	s->listed = true;
	if (!s->file) {
		if (s->loose)
			s->templated = objects_of(s->loose, inv->arena);
		for (size_t i = 0; i < s->templated.n; i++)
			if (writer_is(&s->templated.items[i]))
				list_object(inv, &s->templated.items[i], s);
		list_add(&inv->broken, s);
		return;
	}
	if (kustomization_is(s->path))
		list_add(&inv->kustomizations, s);
	else
		list_add(&inv->parsed, s);
	s->objects = objects_of(s->file, inv->arena);
	for (size_t i = 0; i < s->objects.n; i++)
		list_object(inv, &s->objects.items[i], s);
}

void inventory_add_parsed(struct inventory *inv, struct slice path, struct slice bytes,
			  unsigned mode)
{
	struct source *s = inventory_add(inv, path, bytes, mode);

	s->common = true;
	inventory_parse_source(inv, s);
	inventory_list(inv, s);
}

void inventory_parse(struct inventory *inv, each_fn *each)
{
	each(inv->sources.n, parse_source, inv);
	for (size_t i = 0; i < inv->sources.n; i++) {
		inventory_list(inv, inv->sources.items[i]);
		inventory_index(inv, inv->sources.items[i]);
	}
}

void inventory_add_large(struct inventory *inv, struct slice path, size_t size)
{
	struct source *s;
	struct err err = ERR_INIT;

	if (map_has(&inv->paths, path))
		return;
	s = add_source(inv, arena_copy(inv->arena, path));
	(void)err_set(&err, &CODE_yaml_limit, (struct place){ s->path, 0, 0 },
		      "the file has %zu bytes, which is too large for a manifest", size);
	s->why = err_keep(&err);
}

void inventory_add_related(struct inventory *inv, struct slice token)
{
	ROOM(inv->related.items, inv->related.n, inv->related_cap);
	inv->related.items[inv->related.n++] = arena_copy(inv->arena, token);
}

bool inventory_complete(struct inventory *inv)
{
	bool complete = inv->last_round || !inv->related.n;

	for (size_t i = 0; i < inv->related.n && !complete; i++)
		host_tokens_add(&inv->tokens, inv->related.items[i], true);
	inv->last_round = true;
	return complete;
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

struct source *const *inventory_parsed(const struct inventory *inv, size_t *n, struct arena *arena)
{
	struct source **all;
	size_t most = 0;

	for (const struct inventory *at = inv; at; at = at->under)
		most += at->parsed.n;
	all = arena_array(arena, most, sizeof(*all));
	*n = 0;
	for (const struct inventory *at = inv; at; at = at->under)
		for (size_t i = 0; i < at->parsed.n; i++)
			if (!inventory_hides(inv, at, at->parsed.items[i]->path))
				all[(*n)++] = at->parsed.items[i];
	return all;
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

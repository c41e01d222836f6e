#include "istio/live_index.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/host.h"
#include "istio/rules.h"
#include "kube/group.h"

#include <stdlib.h>

/* What an object is entered under. */
enum shelf {
	NAMES,  /* names of VirtualServices */
	HOSTS,  /* their hosts, resolved */
	LABELS, /* first labels of the hosts that other objects name, and wildcards as they stand */
	WRITERS, /* names of VirtualServices that others write or hide, and names of Applications */
	SHELVES
};

/* One object under one key. */
struct shelf_entry {
	size_t object, next; /* next: MAP_NONE behind the last */
};

struct live_index {
	struct arena *arena;
	const struct object *const *objects;
	struct map shelves[SHELVES]; /* to the number of the newest entry */
	struct shelf_entry *entries;
	size_t nentries, cap;
	size_t *always; /* Sidecars */
	size_t nalways, always_cap;
};

/* --- entering ------------------------------------------------------------- */

/* Enters an object under a key, once in a row. */
static void enter_under(struct live_index *x, enum shelf shelf, struct slice key, size_t object)
{
	size_t first = map_get(&x->shelves[shelf], key);

	if (!key.len || (first != MAP_NONE && x->entries[first].object == object))
		return;
	ROOM(x->entries, x->nentries, x->cap);
	map_set(&x->shelves[shelf], key, x->nentries);
	x->entries[x->nentries++] = (struct shelf_entry){ object, first };
}

/* Which object's hosts are listed. */
struct host_listing {
	struct live_index *x;
	size_t object;
};

static void enter_label(struct slice host, void *ctx)
{
	const struct host_listing *l = ctx;

	enter_under(l->x, LABELS, slice_starts(host, SLICE("*")) ? host : host_first_label(host),
		    l->object);
}

static void enter_vs(struct live_index *x, const struct object *o, size_t number)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	enter_under(x, NAMES, o->name, number);
	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		enter_under(x, HOSTS, host_resolve(yaml_string(c), o->ns, x->arena), number);
}

/* A name as a Rollout has it: "web", or "web.shop", of which the last part is the namespace. */
static void enter_rollout_name(struct live_index *x, struct slice name, size_t number)
{
	size_t end = name.len;

	while (end && name.ptr[end - 1] != '.')
		end--;
	enter_under(x, WRITERS, name, number);
	if (end)
		enter_under(x, WRITERS, slice_sub(name, 0, end - 1), number);
}

static void enter_rollout(struct live_index *x, const struct object *o, size_t number)
{
	const struct yaml_node *istio =
		yaml_path(o->spec, "strategy", "canary", "trafficRouting", "istio", NULL);
	const struct yaml_node *list = yaml_get(istio, "virtualServices");

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		enter_rollout_name(x, yaml_string(yaml_get(c, "name")), number);
	enter_rollout_name(x, yaml_string(yaml_path(istio, "virtualService", "name", NULL)),
			   number);
}

static void enter_canary(struct live_index *x, const struct object *o, size_t number)
{
	enter_under(x, WRITERS, yaml_string(yaml_path(o->spec, "service", "name", NULL)), number);
	enter_under(x, WRITERS, yaml_string(yaml_path(o->spec, "targetRef", "name", NULL)), number);
}

/*
 * An Application that hides something: under its own names, which tracking names, and the
 * VirtualServices of its status.
 */
static void enter_application(struct live_index *x, const struct object *o, size_t number)
{
	const struct yaml_node *list = yaml_path(o->node, "status", "resources", NULL);

	if (!yaml_get(o->spec, "ignoreDifferences"))
		return;
	enter_under(x, WRITERS, o->name, number);
	enter_under(x, WRITERS,
		    arena_join(x->arena, (struct slice[]){ o->ns, SLICE("_"), o->name }, 3),
		    number);
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_is(yaml_string(yaml_get(c, "kind")), "VirtualService"))
			enter_under(x, WRITERS, yaml_string(yaml_get(c, "name")), number);
}

static void enter_object(struct live_index *x, size_t number)
{
	const struct object *o = x->objects[number];
	struct host_listing l = { x, number };

	if (vs_is(o)) {
		enter_vs(x, o, number);
	} else if (object_is(o, ISTIO_GROUP, "Sidecar")) {
		ROOM(x->always, x->nalways, x->always_cap);
		x->always[x->nalways++] = number;
	} else if (object_is(o, ARGO_GROUP, "Rollout")) {
		enter_rollout(x, o, number);
	} else if (object_is(o, FLAGGER_GROUP, "Canary")) {
		enter_canary(x, o, number);
	} else if (object_is(o, ARGO_GROUP, "Application")) {
		enter_application(x, o, number);
	} else if (rules_want(o)) {
		rules_each_host(o, enter_label, &l);
	}
}

struct live_index *live_index_new(const struct object *const *objects, size_t n)
{
	struct live_index *x = xzalloc(sizeof(*x));

	x->arena = arena_new();
	x->objects = objects;
	x->shelves[LABELS] = (struct map)MAP_INIT_FOLD;
	for (size_t i = 0; i < n; i++)
		enter_object(x, i);
	return x;
}

void live_index_free(struct live_index *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < SHELVES; i++)
		map_release(&x->shelves[i]);
	free(x->entries);
	free(x->always);
	arena_free(x->arena);
	free(x);
}

/* --- picking -------------------------------------------------------------- */

/* The numbers that one move collects. */
struct picking {
	const struct live_index *x;
	struct arena *arena;
	size_t *items;
	size_t n, cap;
};

static void take_object(struct picking *p, size_t object)
{
	ROOM(p->items, p->n, p->cap);
	p->items[p->n++] = object;
}

/* All objects that are entered under a key. */
static void take_key(struct picking *p, enum shelf shelf, struct slice key)
{
	for (size_t i = map_get(&p->x->shelves[shelf], key); i != MAP_NONE;
	     i = p->x->entries[i].next)
		take_object(p, p->x->entries[i].object);
}

/* What names a host, or something like it, and the wildcards that cover it. */
static void take_host(struct picking *p, struct slice host)
{
	take_key(p, LABELS, host_first_label(host));
	for (size_t i = 0; i < host.len; i++)
		if (host.ptr[i] == '.')
			take_key(p, LABELS,
				 arena_join(p->arena,
					    (struct slice[]){ SLICE("*"),
							      slice_sub(host, i, host.len) },
					    2));
}

/* The VirtualServices that have a host of this one. */
static void take_rivals(struct picking *p, const struct object *vs, struct slice ns)
{
	const struct yaml_node *hosts = yaml_get(vs->spec, "hosts");

	for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
		take_key(p, HOSTS, host_resolve(yaml_string(c), ns, p->arena));
}

/* The Applications that track it. */
static void take_trackers(struct picking *p, const struct object *vs)
{
	struct slice id = yaml_string(
		yaml_path(vs->metadata, "annotations", "argocd.argoproj.io/tracking-id", NULL));

	take_key(p, WRITERS, slice_sub(id, 0, slice_find_byte(id, ':')));
	take_key(
		p, WRITERS,
		yaml_string(yaml_path(vs->metadata, "labels", "app.kubernetes.io/instance", NULL)));
}

/* All for one VirtualService of the commit: those of its name, and what concerns it and them. */
static void take_vs(struct picking *p, const struct vs *vs)
{
	size_t before = p->n, named;

	take_key(p, NAMES, vs->object->name);
	named = p->n;
	for (size_t i = before; i < named; i++) {
		take_rivals(p, p->x->objects[p->items[i]], p->x->objects[p->items[i]]->ns);
		take_trackers(p, p->x->objects[p->items[i]]);
	}
	take_rivals(p, vs->object, vs->ns);
	take_key(p, HOSTS, vs->old_host);
	take_key(p, WRITERS, vs->object->name);
	take_host(p, vs->old_host);
}

static int by_number(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

void live_index_pick(const struct live_index *x, struct live_scene *scene)
{
	struct picking p = { .x = x, .arena = scene->arena };
	const struct object **objects;
	size_t n = 0;

	for (size_t i = 0; i < scene->nvss; i++)
		take_vs(&p, &scene->vss[i]);
	take_host(&p, scene->move->from);
	take_host(&p, scene->move->to);
	for (size_t i = 0; i < x->nalways; i++)
		take_object(&p, x->always[i]);
	if (p.n)
		qsort(p.items, p.n, sizeof(*p.items), by_number);
	objects = arena_array(scene->arena, p.n, sizeof(*objects));
	for (size_t i = 0; i < p.n; i++)
		if (!i || p.items[i] != p.items[i - 1])
			objects[n++] = x->objects[p.items[i]];
	free(p.items);
	scene->objects = objects;
	scene->nobjects = n;
}

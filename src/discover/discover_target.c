#include "discover/discover_internal.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/host.h"
#include "kube/group.h"

#include <stdlib.h>

/* --- targets -------------------------------------------------------------- */

/* A GCPBackend with a host. */
struct backend {
	const struct object *object;
	struct slice host;
	size_t next;    /* number of the next one with this stem; MAP_NONE: the last */
	size_t wanters; /* candidates that it may belong to */
};

/* Both ways from stems of names to what has them. */
struct pairing {
	struct backend *items;
	size_t n, cap;
	struct map stems; /* to the newest backend of the stem */
};

/* A name, or a host's first label, without the endings that say where it runs. */
static struct slice stem_of(struct slice name)
{
	static const struct slice endings[] = { SLICE_INIT("-vm"), SLICE_INIT("-vms"),
						SLICE_INIT("-gcp") };
	struct slice label = host_first_label(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (label.len > endings[i].len && slice_ends(label, endings[i]))
			return slice_sub(label, 0, label.len - endings[i].len);
	return label;
}

/* Enters a backend under one stem. */
static void enter(struct pairing *p, struct backend b, struct slice stem)
{
	ROOM(p->items, p->n, p->cap);
	b.next = map_get(&p->stems, stem);
	p->items[p->n] = b;
	map_set(&p->stems, stem, p->n++);
}

/* Enters all GCPBackends of the inventory. */
static void enter_backends(struct pairing *p, const struct inventory *inv)
{
	size_t n;
	struct source *const *sources = inventory_sources(inv, &n);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sources[i]->objects.n; j++) {
			const struct object *o = &sources[i]->objects.items[j];
			struct backend b = { .object = o,
					     .host = yaml_string(yaml_get(o->spec, "hostname")) };
			struct slice stem = stem_of(b.host), other = stem_of(o->name);

			if (!object_is(o, GKE_GROUP, "GCPBackend") || !b.host.len)
				continue;
			enter(p, b, stem);
			if (other.len && !slice_eq(stem, other))
				enter(p, b, other);
		}
}

/* Is the backend's namespace no other than the ServiceEntry's? */
static bool same_place(const struct object *a, const struct object *b)
{
	return !a->ns.len || !b->ns.len || slice_eq(a->ns, b->ns);
}

/* Is the ServiceEntry's name its one host's, too? */
static bool names_its_host(const struct candidate *c)
{
	const struct yaml_node *hosts = yaml_get(c->entry->spec, "hosts");

	return hosts && hosts->nchildren == 1 && c->entry->name.len;
}

/* Calls back for each backend that may belong to the candidate, once. */
static void each_match(struct pairing *p, const struct candidate *c,
		       void (*match)(struct pairing *p, size_t i, void *ctx), void *ctx)
{
	struct slice stems[2] = { stem_of(c->host),
				  stem_of(names_its_host(c) ? c->entry->name : c->host) };

	for (size_t s = 0; s < (slice_eq(stems[0], stems[1]) ? 1 : 2); s++)
		for (size_t i = map_get(&p->stems, stems[s]); i != MAP_NONE; i = p->items[i].next) {
			const struct backend *b = &p->items[i];
			bool before = s && (slice_eq(stem_of(b->host), stems[0]) ||
					    slice_eq(stem_of(b->object->name), stems[0]));

			if (!before && same_place(b->object, c->entry) &&
			    !host_same(b->host, c->host))
				match(p, i, ctx);
		}
}

/* Counts a candidate that wants a backend, in all rows of that backend. */
static void count_wanter(struct pairing *p, size_t i, void *ctx)
{
	const struct object *o = p->items[i].object;

	(void)ctx;
	for (size_t j = i > 1 ? i - 1 : 0; j < p->n && j <= i + 1;
	     j++) /* the other row of it stands beside this one */
		if (p->items[j].object == o)
			p->items[j].wanters++;
}

/* More proposals than these help nobody. */
enum { PROPOSALS = 8 };

/* The proposals for one candidate. */
struct proposing {
	struct slice hosts[PROPOSALS];
	size_t n;
	bool only; /* nobody else wants the last one */
};

static void propose(struct pairing *p, size_t i, void *ctx)
{
	struct proposing *x = ctx;

	if (x->n < PROPOSALS)
		x->hosts[x->n++] = p->items[i].host;
	x->only = p->items[i].wanters == 1;
}

void targets_find(struct discovery *d, const struct inventory *inv)
{
	struct pairing p = { .stems = MAP_INIT };

	enter_backends(&p, inv);
	for (size_t i = 0; i < d->n; i++)
		each_match(&p, &d->items[i], count_wanter, NULL);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];
		struct proposing x = { .n = 0 };

		each_match(&p, c, propose, &x);
		c->proposed.items = arena_array(d->arena, x.n, sizeof(struct slice));
		for (; c->proposed.n < x.n; c->proposed.n++)
			c->proposed.items[c->proposed.n] = x.hosts[c->proposed.n];
		if (!c->to.ptr && x.n == 1 && x.only)
			c->to = x.hosts[0];
	}
	map_release(&p.stems);
	free(p.items);
}

void target_note_missing(struct candidate *c, struct arena *arena)
{
	struct finding *f;
	AUTO_STR struct str list = STR_INIT;

	for (size_t i = 0; i < c->proposed.n; i++)
		str_addf(&list, "%s'%" SLICE_FMT "'", i ? ", " : "",
			 SLICE_ARG(c->proposed.items[i]));
	if (!c->proposed.n)
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "no GCPBackend plainly belongs to '%" SLICE_FMT "'",
				 SLICE_ARG(c->host));
	else if (c->proposed.n == 1)
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "the GCPBackend of %s could belong to '%" SLICE_FMT
				 "', and to others",
				 list.ptr, SLICE_ARG(c->host));
	else
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "several GCPBackends could belong to '%" SLICE_FMT "': %s",
				 SLICE_ARG(c->host), list.ptr);
	f->remedy = arena_printf(
		arena, "name its host: migrate init %" SLICE_FMT " --from %" SLICE_FMT " --to HOST",
		SLICE_ARG(c->name), SLICE_ARG(c->host));
}

/* --- names ---------------------------------------------------------------- */

/*
 * The text as a DNS label: lower case, dashes for all that may not stand in one, at most 50 bytes,
 * so that more can be added.
 */
static struct slice label_of(struct slice text, struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;

	for (size_t i = 0; i < text.len && out.len < 50; i++) {
		char c = text.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			str_addc(&out, c);
		else if (out.len && out.ptr[out.len - 1] != '-')
			str_addc(&out, '-');
	}
	while (out.len && out.ptr[out.len - 1] == '-')
		out.len--;
	return out.len ? arena_copy(arena, str_slice(&out)) : SLICE("host");
}

/* A free name for the candidate. */
static struct slice free_name(const struct candidate *c, const struct map *names,
			      struct arena *arena)
{
	struct slice base = label_of(stem_of(names_its_host(c) ? c->entry->name : c->host), arena),
		     name = base;

	if (map_get(names, name) != MAP_NONE && c->entry->ns.len) {
		base = arena_printf(arena, "%" SLICE_FMT "-%" SLICE_FMT, SLICE_ARG(base),
				    SLICE_ARG(c->entry->ns));
		name = base = label_of(base, arena);
	}
	for (int i = 2; map_get(names, name) != MAP_NONE; i++)
		name = arena_printf(arena, "%" SLICE_FMT "-%d", SLICE_ARG(base), i);
	return name;
}

void names_give(struct discovery *d, const struct migration *const *migrations, size_t n,
		struct slices taken)
{
	struct map names = MAP_INIT_FOLD;

	for (size_t i = 0; i < n; i++)
		map_set(&names, migrations[i]->name, 0);
	for (size_t i = 0; i < taken.n; i++)
		map_set(&names, taken.items[i], 0);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];

		if (c->migration) {
			c->name = c->migration->name;
			continue;
		}
		c->name = free_name(c, &names, d->arena);
		map_set(&names, c->name, 0);
	}
	map_release(&names);
}

#include "discover/discover_target.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/map.h"
#include "istio/host.h"
#include "kube/group.h"

#include <stdlib.h>

struct slice candidate_host(const struct candidate *c, struct arena *arena)
{
	return host_resolve(c->host, c->entry->ns, arena);
}

/* --- targets -------------------------------------------------------------- */

/* A GCPBackend with a host. */
struct backend {
	const struct object *object;
	struct slice host;
	size_t next;   /* index of the next one with this stem; MAP_NONE: the last */
	size_t wanted; /* the number of candidates that it may belong to */
};

/* The GCPBackends by the stems of their names. */
struct backends {
	struct backend *items;
	size_t n, cap;
	struct map stems; /* to the newest one with the stem */
};

/* A name, or the first label of a host, without a suffix for the platform. */
static struct slice stem_of(struct slice name)
{
	static const struct slice suffixes[] = { SLICE_INIT("-vm"), SLICE_INIT("-vms"),
						 SLICE_INIT("-gcp") };
	struct slice label = host_first_label(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (label.len > suffixes[i].len && slice_ends(label, suffixes[i]))
			return slice_sub(label, 0, label.len - suffixes[i].len);
	return label;
}

/* Adds a backend with a stem. */
static void add_backend(struct backends *p, struct backend b, struct slice stem)
{
	ROOM(p->items, p->n, p->cap);
	b.next = map_get(&p->stems, stem);
	p->items[p->n] = b;
	map_set(&p->stems, stem, p->n++);
}

/* Adds all GCPBackends of the inventory. */
static void add_backends(struct backends *p, const struct inventory *inv)
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
			add_backend(p, b, stem);
			if (other.len && !slice_eq(stem, other))
				add_backend(p, b, other);
		}
}

/* False if the objects have different namespaces. */
static bool may_share_namespace(const struct object *a, const struct object *b)
{
	return !a->ns.len || !b->ns.len || slice_eq(a->ns, b->ns);
}

/* True if the ServiceEntry has one host, so that its name is that of the host. */
static bool is_named_after_host(const struct candidate *c)
{
	const struct yaml_node *hosts = yaml_get(c->entry->spec, "hosts");

	return hosts && hosts->nchildren == 1 && c->entry->name.len;
}

/* Calls `match` once for each backend that may belong to the candidate. */
static void each_match(struct backends *p, const struct candidate *c,
		       void (*match)(struct backends *p, size_t i, void *ctx), void *ctx)
{
	struct slice stems[2] = { stem_of(c->host),
				  stem_of(is_named_after_host(c) ? c->entry->name : c->host) };

	for (size_t s = 0; s < (slice_eq(stems[0], stems[1]) ? 1 : 2); s++)
		for (size_t i = map_get(&p->stems, stems[s]); i != MAP_NONE; i = p->items[i].next) {
			const struct backend *b = &p->items[i];
			bool before = s && (slice_eq(stem_of(b->host), stems[0]) ||
					    slice_eq(stem_of(b->object->name), stems[0]));

			if (!before && may_share_namespace(b->object, c->entry) &&
			    !host_same(b->host, c->host))
				match(p, i, ctx);
		}
}

/* Counts a candidate of a backend, in both entries of the backend. */
static void count_candidate(struct backends *p, size_t i, void *ctx)
{
	const struct object *o = p->items[i].object;

	(void)ctx;
	/* the other entry of the backend is next to this one */
	for (size_t j = i > 1 ? i - 1 : 0; j < p->n && j <= i + 1; j++)
		if (p->items[j].object == o)
			p->items[j].wanted++;
}

enum { PROPOSALS_MAX = 8 };

/* The proposals for a candidate. */
struct proposals {
	struct slice hosts[PROPOSALS_MAX];
	size_t n;
	bool only; /* the last one belongs to no other candidate */
};

/* Adds the host of a backend to the proposals. */
static void add_proposal(struct backends *p, size_t i, void *ctx)
{
	struct proposals *x = ctx;

	if (x->n < PROPOSALS_MAX)
		x->hosts[x->n++] = p->items[i].host;
	x->only = p->items[i].wanted == 1;
}

void candidates_find_targets(struct discovery *d, const struct inventory *inv)
{
	struct backends p = { .stems = MAP_INIT };

	add_backends(&p, inv);
	for (size_t i = 0; i < d->n; i++)
		each_match(&p, &d->items[i], count_candidate, NULL);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];
		struct proposals x = { .n = 0 };

		each_match(&p, c, add_proposal, &x);
		c->proposed.items = arena_array(d->arena, x.n, sizeof(struct slice));
		for (; c->proposed.n < x.n; c->proposed.n++)
			c->proposed.items[c->proposed.n] = x.hosts[c->proposed.n];
		if (!c->to.ptr && x.n == 1 && x.only)
			c->to = x.hosts[0];
	}
	map_release(&p.stems);
	free(p.items);
}

void candidate_note_no_target(struct candidate *c, struct arena *arena)
{
	struct finding *f;
	AUTO_STR struct str list = STR_INIT;

	for (size_t i = 0; i < c->proposed.n; i++)
		str_addf(&list, "%s'%" SLICE_FMT "'", i ? ", " : "",
			 SLICE_ARG(c->proposed.items[i]));
	if (!c->proposed.n)
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "no GCPBackend matches '%" SLICE_FMT "'", SLICE_ARG(c->host));
	else if (c->proposed.n == 1)
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "the GCPBackend of %s may match '%" SLICE_FMT "' or another host",
				 list.ptr, SLICE_ARG(c->host));
	else
		f = findings_add(&c->findings, &CODE_no_backend, c->at,
				 "several GCPBackends match '%" SLICE_FMT "': %s",
				 SLICE_ARG(c->host), list.ptr);
	f->remedy = arena_printf(arena,
				 "specify the new host: migrate init %" SLICE_FMT
				 " --from %" SLICE_FMT " --to HOST",
				 SLICE_ARG(c->name), SLICE_ARG(c->host));
}

/* --- names ---------------------------------------------------------------- */

/*
 * The text as a DNS label: in lower case, with dashes for other characters, and at most 50 bytes,
 * so that a suffix can be added.
 */
static struct slice label_of(struct slice text, struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;

	for (size_t i = 0; i < text.len && out.len < 50; i++) {
		if (ascii_is_alnum(text.ptr[i]))
			str_addc(&out, ascii_to_lower(text.ptr[i]));
		else if (out.len && out.ptr[out.len - 1] != '-')
			str_addc(&out, '-');
	}
	while (out.len && out.ptr[out.len - 1] == '-')
		out.len--;
	return out.len ? arena_copy(arena, str_slice(&out)) : SLICE("host");
}

/* A name for the candidate that is not used. */
static struct slice choose_name(const struct candidate *c, const struct map *names,
				struct arena *arena)
{
	struct slice stem = label_of(stem_of(is_named_after_host(c) ? c->entry->name : c->host),
				     arena),
		     name = stem;

	if (map_has(names, name) && c->entry->ns.len) {
		stem = arena_printf(arena, "%" SLICE_FMT "-%" SLICE_FMT, SLICE_ARG(stem),
				    SLICE_ARG(c->entry->ns));
		name = stem = label_of(stem, arena);
	}
	for (int i = 2; map_has(names, name); i++)
		name = arena_printf(arena, "%" SLICE_FMT "-%d", SLICE_ARG(stem), i);
	return name;
}

void candidates_set_names(struct discovery *d, const struct discover_inputs *in)
{
	struct map names = MAP_INIT_FOLD;

	for (size_t i = 0; i < in->n; i++)
		map_add(&names, in->migrations[i]->name);
	for (size_t i = 0; i < in->taken.n; i++)
		map_add(&names, in->taken.items[i]);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];

		if (c->migration) {
			c->name = c->migration->name;
			continue;
		}
		c->name = choose_name(c, &names, d->arena);
		map_add(&names, c->name);
	}
	map_release(&names);
}

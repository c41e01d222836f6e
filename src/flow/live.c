#include "flow/live.h"

#include "base/parallel.h"
#include "istio/host.h"
#include "istio/live_index.h"
#include "live/cluster.h"

#include <string.h>

/* The VirtualServices of one migration in the commit. */
struct part {
	const struct migration *m;
	struct vs *vss;
	size_t n;
};

/* What the parts of session_live pass around. */
struct look {
	struct session *s;
	struct part *parts; /* one a selected migration */
	struct map names;   /* of all their VirtualServices */
	struct slices namespaces;
};

/* Remembers a namespace to ask for where not all may be read. */
static void note_namespace(struct look *l, struct slice ns)
{
	if (ns.len && l->namespaces.n <= CLUSTER_NAMESPACES && !slices_have(l->namespaces, ns))
		l->namespaces.items[l->namespaces.n++] = ns;
}

/*
 * Finds the VirtualServices that a migration is about. Those that cannot be read are found by who
 * checks the commit.
 */
static void find_part(struct look *l, struct part *part, const struct migration *m)
{
	struct arena *arena = l->s->arena;
	struct holdings found = inventory_by_host(
		l->s->inventory, host_resolve(m->move.from, m->move.ns, arena), arena);
	const struct move_context context = { &m->move, arena, NULL };
	struct err ignored = ERR_INIT;

	*part = (struct part){ m, arena_array(arena, found.n, sizeof(*part->vss)), 0 };
	note_namespace(l, m->move.ns);
	for (size_t i = 0; i < found.n; i++) {
		struct vs *vs = &part->vss[part->n];

		if (!vs_is(found.items[i].object) ||
		    !migration_covers(m, found.items[i].source->path) ||
		    vs_read(vs, found.items[i].object, &context, &ignored) < 0 || !vs->nold)
			continue;
		part->n++;
		map_set(&l->names, vs->object->name, 1);
		note_namespace(l, vs->ns);
	}
}

/* --- which objects matter ------------------------------------------------- */

/* Applications are large, and many: only those that hide differences are read. */
static enum wanted wants_bytes(void *ctx, struct slice bytes)
{
	static const char *const kinds[] = { "VirtualService", "Sidecar", "Canary" };
	const struct look *l = ctx;

	if (slice_find(bytes, SLICE("ignoreDifferences")) != SIZE_MAX ||
	    slice_find(bytes, SLICE("trafficRouting")) != SIZE_MAX)
		return WANTED_MAYBE;
	if (slice_find(bytes, SLICE("\"argoproj.io/")) != SIZE_MAX)
		return WANTED_NO;
	if (inventory_wants(l->s->inventory, SLICE("cluster.json"), bytes))
		return WANTED;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_find(bytes, slice_of(kinds[i])) != SIZE_MAX)
			return WANTED_MAYBE;
	return WANTED_NO;
}

static bool wants_object(void *ctx, const struct object *o)
{
	const struct look *l = ctx;

	return live_wants(o) || (vs_is(o) && map_get(&l->names, o->name) != MAP_NONE);
}

/* --- judging -------------------------------------------------------------- */

static void judge(const struct look *l, const struct part *part, const struct cluster *c,
		  const struct live_index *index, struct findings *findings)
{
	struct live_scene scene = {
		.move = &part->m->move,
		.vss = part->vss,
		.nvss = part->n,
		.coverages = c->coverages,
		.at = { part->m->path, 0, 0 },
		.arena = l->s->arena,
	};

	findings->arena = l->s->arena;
	live_index_pick(index, &scene);
	live_check(&scene, findings);
	migration_allow(part->m, 0, findings);
}

/* Judges all migrations. */
static void judge_all(const struct look *l, const struct cluster *c, struct findings *of)
{
	struct live_index *index = live_index_new((const struct object *const *)c->objects, c->n);

	for (size_t i = 0; i < l->s->selected.n; i++)
		judge(l, &l->parts[i], c, index, &of[i]);
	live_index_free(index);
}

void live_report_fill(struct live_report *out, const struct cluster *c, struct arena *arena)
{
	static const char *const words[] = { "all", "some", "not-installed", "forbidden",
					     "failed" };

	out->context = arena_copy(arena, c->context);
	out->cluster.arena = arena;
	live_note_coverage(c->coverages, c->ncoverages, c->context, &out->cluster);
	out->kinds = arena_array(arena, c->ncoverages, sizeof(*out->kinds));
	out->nkinds = c->ncoverages;
	for (size_t i = 0; i < c->ncoverages; i++) {
		const struct coverage *sight = &c->coverages[i];
		struct live_kind *kind = &out->kinds[i];

		kind->resource =
			arena_printf(arena, "%s.%s", sight->kind->plural, sight->kind->group);
		kind->seen = slice_of(words[sight->level]);
		kind->why = arena_copy(arena, sight->reason);
		kind->namespaces.items =
			arena_array(arena, sight->namespaces.n, sizeof(struct slice));
		for (size_t k = 0; k < sight->namespaces.n; k++)
			kind->namespaces.items[kind->namespaces.n++] =
				arena_copy(arena, sight->namespaces.items[k]);
	}
}

/* Reads the cluster and judges. */
static int look(struct look *l, const struct kubectl *kubectl, struct live_report *out,
		struct err *err)
{
	const struct cluster_query query = { live_kinds,  live_nkinds,  l->namespaces,
					     wants_bytes, wants_object, l };
	struct cluster cluster;
	int result = cluster_read(&cluster, kubectl, &query, err);

	if (result == 0) {
		live_report_fill(out, &cluster, l->s->arena);
		judge_all(l, &cluster, out->of);
	}
	cluster_release(&cluster);
	return result;
}

int session_live(struct session *s, const struct kubectl *kubectl, struct live_report *out,
		 struct err *err)
{
	struct look l = { .s = s, .names = MAP_INIT };
	int result;

	if (session_read(s, err) < 0)
		return -1;
	inventory_parse(s->inventory, parallel_each); /* the VirtualServices of all are compared
							 with the cluster's at once */
	*out = (struct live_report){ .of = arena_array(s->arena, s->selected.n, sizeof(*out->of)) };
	l.parts = arena_array(s->arena, s->selected.n, sizeof(*l.parts));
	l.namespaces.items = arena_array(s->arena, CLUSTER_NAMESPACES + 2, sizeof(struct slice));
	for (size_t i = 0; i < s->selected.n; i++)
		find_part(&l, &l.parts[i], s->selected.items[i]);
	result = look(&l, kubectl, out, err);
	map_release(&l.names);
	return result;
}

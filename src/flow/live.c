#include "flow/live.h"

#include "base/parallel.h"
#include "flow/session_internal.h"
#include "inventory/inventory_index.h"
#include "istio/host.h"
#include "istio/live.h"
#include "istio/live_references.h"
#include "istio/live_index.h"
#include "istio/live_references.h"
#include "live/cluster.h"

#include <stddef.h>

/* --- the connection ------------------------------------------------------- */

const struct record live_connection_options = {
	.fields =
		(const struct field[]){
			{ .kind = VALUE_RECORD,
			  .offset = offsetof(struct live_connection, flags),
			  .of = &kubectl_options },
			{ .name = NULL },
		},
};

bool live_connection_is_set(const struct live_connection *connection)
{
	for (const struct field *f = kubectl_options.fields; !field_ends(f); f++)
		if (field_is_set(f, &connection->flags))
			return true;
	return false;
}

struct kubectl live_connection_kubectl(const struct live_connection *connection)
{
	return (struct kubectl){ &connection->flags, connection->timeout_ms };
}

/* --- the report ----------------------------------------------------------- */

/* What could be read of one kind; all texts are copied. */
static void fill_kind(struct live_kind *out, const struct coverage *coverage, struct arena *arena)
{
	static const char *const words[] = { "all", "some", "not-installed", "forbidden",
					     "failed" };
	const struct slices *namespaces = &coverage->namespaces;

	out->resource = arena_printf(arena, "%s.%s", coverage->kind->plural, coverage->kind->group);
	out->seen = slice_of(words[coverage->level]);
	out->why = arena_copy(arena, coverage->reason);
	out->namespaces.items = arena_array(arena, namespaces->n, sizeof(struct slice));
	for (size_t i = 0; i < namespaces->n; i++)
		out->namespaces.items[out->namespaces.n++] =
			arena_copy(arena, namespaces->items[i]);
}

void live_report_fill(struct live_report *out, const struct cluster *c, struct arena *arena)
{
	out->context = arena_copy(arena, c->context);
	out->cluster.arena = arena;
	live_note_coverage(c->coverages, c->ncoverages, c->context, &out->cluster);
	out->kinds = arena_array(arena, c->ncoverages, sizeof(*out->kinds));
	out->nkinds = c->ncoverages;
	for (size_t i = 0; i < c->ncoverages; i++)
		fill_kind(&out->kinds[i], &c->coverages[i], arena);
}

/* --- selected migrations -------------------------------------------------- */

/* The VirtualServices of one migration in the commit. */
struct committed {
	const struct migration *m;
	struct vs *vss;
	size_t n;
};

/* A comparison of migrations with a cluster. */
struct comparison {
	struct arena *arena;
	const struct evidence *evidence;
	struct committed *committed; /* one a selected migration */
	struct map names;            /* of all their VirtualServices */
	struct slices namespaces;    /* to ask for if not all may be read */
};

/* Adds a namespace to ask for. */
static void add_namespace(struct comparison *c, struct slice ns)
{
	if (ns.len && c->namespaces.n <= CLUSTER_NAMESPACES && !slices_have(c->namespaces, ns))
		c->namespaces.items[c->namespaces.n++] = ns;
}

/*
 * Finds the VirtualServices of a migration. Those that cannot be read are findings of the plan.
 */
static void find_committed(struct comparison *c, struct committed *out, const struct migration *m)
{
	struct arena *arena = c->arena;
	struct object_refs found = inventory_by_host(
		c->evidence->inventory, host_resolve(m->move.from, m->move.ns, arena), arena);
	const struct move_context context = { &m->move, arena, NULL };
	struct err ignored = ERR_INIT;

	*out = (struct committed){ m, arena_array(arena, found.n, sizeof(*out->vss)), 0 };
	add_namespace(c, m->move.ns);
	for (size_t i = 0; i < found.n; i++) {
		struct vs *vs = &out->vss[out->n];

		if (!vs_is(found.items[i].object) ||
		    !migration_covers(m, found.items[i].source->path) ||
		    vs_read(vs, found.items[i].object, &context, &ignored) < 0 || !vs->nold)
			continue;
		out->n++;
		map_add(&c->names, vs->object->name);
		add_namespace(c, vs->ns);
	}
}

/* Applications are large, and many: only those that hide differences are read. */
static enum wanted wants_compared_bytes(void *ctx, struct slice bytes)
{
	static const char *const kinds[] = { "VirtualService", "Sidecar", "Canary" };
	const struct comparison *c = ctx;

	if (slice_find(bytes, SLICE("ignoreDifferences")) != SIZE_MAX ||
	    slice_find(bytes, SLICE("trafficRouting")) != SIZE_MAX)
		return WANTED_MAYBE;
	if (slice_find(bytes, SLICE("\"argoproj.io/")) != SIZE_MAX)
		return WANTED_NO;
	if (inventory_wants(c->evidence->inventory, SLICE("cluster.json"), bytes))
		return WANTED;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_find(bytes, slice_of(kinds[i])) != SIZE_MAX)
			return WANTED_MAYBE;
	return WANTED_NO;
}

static bool wants_compared_object(void *ctx, const struct object *o)
{
	const struct comparison *c = ctx;

	return live_wants(o) || (vs_is(o) && map_has(&c->names, o->name));
}

/* Checks one migration. */
static void check_migration(const struct comparison *c, const struct committed *committed,
			    const struct cluster *cluster, const struct live_index *index,
			    struct findings *findings)
{
	struct live_scene scene = {
		.move = &committed->m->move,
		.vss = committed->vss,
		.nvss = committed->n,
		.coverages = cluster->coverages,
		.at = { committed->m->path, 0, 0 },
		.arena = c->arena,
	};

	findings->arena = c->arena;
	live_index_pick(index, &scene);
	live_check(&scene, findings);
	migration_allow(committed->m, 0, findings);
}

/* Checks all migrations. */
static void check_all(const struct comparison *c, const struct cluster *cluster,
		      struct findings *of)
{
	struct live_index *index =
		live_index_new((const struct object *const *)cluster->objects, cluster->n);

	for (size_t i = 0; i < c->evidence->fleet->selected.n; i++)
		check_migration(c, &c->committed[i], cluster, index, &of[i]);
	live_index_free(index);
}

/* Reads the cluster and checks. */
static int compare_with_cluster(struct comparison *c, const struct live_connection *connection,
				struct live_report *out, struct err *err)
{
	const struct kubectl kubectl = live_connection_kubectl(connection);
	const struct cluster_query query = {
		live_kinds,           live_nkinds,           c->namespaces,
		wants_compared_bytes, wants_compared_object, c
	};
	struct cluster cluster;
	int result = cluster_read(&cluster, &kubectl, &query, err);

	if (result == 0) {
		live_report_fill(out, &cluster, c->arena);
		check_all(c, &cluster, out->of);
	}
	cluster_release(&cluster);
	return result;
}

int live_check_migrations(const struct evidence *evidence, const struct live_connection *connection,
			  struct live_report *out, struct err *err)
{
	const struct selected *selected = &evidence->fleet->selected;
	struct arena *arena = evidence->fleet->base.session->arena;
	struct comparison c = { .arena = arena, .evidence = evidence, .names = MAP_INIT };
	int result;

	/* The VirtualServices of all are compared with the cluster's at once. */
	inventory_parse(evidence->inventory, parallel_each);
	*out = (struct live_report){ .of = arena_array(arena, selected->n, sizeof(*out->of)) };
	c.committed = arena_array(arena, selected->n, sizeof(*c.committed));
	c.namespaces.items = arena_array(arena, CLUSTER_NAMESPACES + 2, sizeof(struct slice));
	for (size_t i = 0; i < selected->n; i++)
		find_committed(&c, &c.committed[i], selected->items[i]);
	result = compare_with_cluster(&c, connection, out, err);
	map_release(&c.names);
	return result;
}

/* --- references ----------------------------------------------------------- */

/* Only objects that contain the first label of the host can name it. */
static enum wanted wants_naming_bytes(void *ctx, struct slice bytes)
{
	const struct slice *host = ctx;

	return slice_find(bytes, host_first_label(*host)) == SIZE_MAX ? WANTED_NO : WANTED;
}

/* Never called: no object is WANTED_MAYBE. */
static bool wants_any_object(void *ctx, const struct object *o)
{
	(void)ctx;
	(void)o;
	return true;
}

/* Notes what could not be read, and the objects that name the host. */
static void note_references(const struct cluster *c, struct slice host, struct findings *out)
{
	live_note_blind(c->coverages, LIVE_MESH_KINDS, c->context, out);
	live_note_coverage(c->coverages + LIVE_MESH_KINDS, c->ncoverages - LIVE_MESH_KINDS,
			   c->context, out);
	live_note_references((const struct object *const *)c->objects, c->n, host, out);
}

int live_find_references(struct session *s, const struct live_connection *connection,
			 const struct migration *m, struct live_report *out, struct err *err)
{
	const struct kubectl kubectl = live_connection_kubectl(connection);
	struct slice ns = m->move.ns, host = host_resolve(m->move.from, ns, s->arena);
	const struct cluster_query query = { live_kinds,          live_nkinds,
					     { &ns, ns.len > 0 }, wants_naming_bytes,
					     wants_any_object,    &host };
	struct cluster c;
	int result = cluster_read(&c, &kubectl, &query, err);

	if (result == 0) {
		*out = (struct live_report){ .of = arena_alloc(s->arena, sizeof(*out->of)) };
		out->of->arena = s->arena;
		live_report_fill(out, &c, s->arena);
		note_references(&c, host, out->of);
	}
	cluster_release(&c);
	return result;
}

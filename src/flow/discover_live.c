#include "flow/discover_live.h"

#include "base/parallel.h"
#include "istio/live.h"
#include "live/cluster.h"

static enum wanted wants_bytes(void *ctx, struct slice bytes)
{
	(void)ctx;
	(void)bytes;
	return WANTED;
}

/* Never called: no object is WANTED_MAYBE. */
static bool wants_object(void *ctx, const struct object *o)
{
	(void)ctx;
	(void)o;
	return true;
}

/* The namespaces to try: those that were specified, else those of the migrations. */
static struct slices find_namespaces(const struct live_discovery_query *q, struct arena *arena)
{
	struct slices all = { NULL, 0 };

	if (q->namespaces.n || !q->fleet)
		return q->namespaces;
	all.items = arena_array(arena, q->fleet->n, sizeof(struct slice));
	for (size_t i = 0; i < q->fleet->n; i++) {
		struct slice ns = q->fleet->all[i]->move.ns;

		if (ns.len && all.n < CLUSTER_NAMESPACES && !slices_have(all, ns))
			all.items[all.n++] = ns;
	}
	return all;
}

/* Adds each object as a file. */
static void fill_inventory(struct live_discovery *d, const struct cluster *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct object *o = c->objects[i];
		struct slice path = arena_printf(
			d->arena, "%" SLICE_FMT " %" SLICE_FMT "%s%" SLICE_FMT " in the cluster",
			SLICE_ARG(o->kind), SLICE_ARG(o->ns), o->ns.len ? "/" : "",
			SLICE_ARG(o->name));

		(void)inventory_add(d->inventory, path, yaml_bytes(o->node->file), 0100644);
	}
	inventory_parse(d->inventory, parallel_each);
	inventory_set_whole(d->inventory, true);
}

/* An object of a cluster has no lines. */
static void clear_lines(struct discovery *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];

		c->at.line = c->at.col = 0;
		for (size_t k = 0; k < c->nuses; k++)
			c->uses[k].at.line = c->uses[k].at.col = 0;
		for (size_t k = 0; k < c->findings.n; k++)
			c->findings.items[k].at.line = c->findings.items[k].at.col = 0;
	}
}

/* ServiceEntries that may not be read are no empty list. */
static int check_entries(const struct cluster *c, struct err *err)
{
	for (size_t i = 0; i < c->ncoverages; i++)
		if (slice_is(slice_of(c->coverages[i].kind->kind), "ServiceEntry") &&
		    (c->coverages[i].level == COVERED_FORBIDDEN ||
		     c->coverages[i].level == COVERED_FAILED))
			return err_set(err, &CODE_live_blind, NOWHERE,
				       "%s.%s: could not be read: %" SLICE_FMT,
				       c->coverages[i].kind->plural, c->coverages[i].kind->group,
				       SLICE_ARG(c->coverages[i].reason));
	return 0;
}

/* Finds the candidates in what was read. */
static int find_candidates(struct live_discovery *d, const struct cluster *c,
			   const struct live_discovery_query *q, struct err *err)
{
	const struct fleet *fleet = q->fleet;
	struct findings unseen = { .arena = d->arena };
	struct discover_inputs in = { .inventory = d->inventory,
				      .port = q->port,
				      .unread = &unseen };

	live_report_fill(&d->seen, c, d->arena);
	if (check_entries(c, err) < 0)
		return -1;
	live_note_blind(c->coverages, c->ncoverages, c->context, &unseen);
	fill_inventory(d, c);
	if (fleet) {
		in.migrations = (const struct migration *const *)fleet->all;
		in.n = fleet->n;
		in.taken = fleet_broken_names(fleet);
	}
	discover_make(&d->found, &in);
	clear_lines(&d->found);
	return 0;
}

int discover_live(struct live_discovery *out, const struct live_connection *connection,
		  const struct live_discovery_query *q, struct err *err)
{
	struct live_discovery d = { .arena = arena_new(), .inventory = inventory_new() };
	const struct kubectl kubectl = live_connection_kubectl(connection);
	const struct cluster_query query = {
		live_kinds,  LIVE_MESH_KINDS, find_namespaces(q, d.arena),
		wants_bytes, wants_object,    NULL
	};
	struct cluster cluster;
	int result = cluster_read(&cluster, &kubectl, &query, err);

	if (result == 0)
		result = find_candidates(&d, &cluster, q, err);
	cluster_release(&cluster);
	if (result < 0)
		discover_live_release(&d);
	else
		*out = d;
	return result;
}

void discover_live_release(struct live_discovery *d)
{
	discover_release(&d->found);
	inventory_free(d->inventory);
	if (d->arena)
		arena_free(d->arena);
	*d = (struct live_discovery){ .arena = NULL };
}

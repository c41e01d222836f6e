#include "istio/share.h"

/* Adds one row to the shares. */
static void share_add(struct shares *s, const struct share *row)
{
	ARENA_ROOM(s->arena, s->items, s->n, s->cap);
	s->items[s->n++] = *row;
}

/* The row of a route that gets copies of requests, before and after; `like`: of the same route. */
static void note_mirror(struct shares *shares, const struct share *like, long before, long after)
{
	struct share row = *like;

	if (!before && !after)
		return;
	row.subset = SLICE_NONE;
	row.side = SIDE_MIRROR;
	row.before = before;
	row.after = after;
	row.total = 100;
	share_add(shares, &row);
}

/* The number of destinations after the stage. */
static size_t count_after(const struct route *r, const struct want *want)
{
	return r->n - r->nnew - (want->no_old ? r->nold : 0) + want->has_new;
}

/*
 * The weight that a destination has after the stage: a sole one gets all requests (dest_weight),
 * and one of several without a key none.
 */
static long weight_after(const struct route *r, const struct want *want, enum side side, long value)
{
	if ((side == SIDE_OLD && want->no_old) || (side == SIDE_NEW && !want->has_new))
		return 0;
	if (count_after(r, want) == 1)
		return route_total(r);
	return value > 0 ? value : 0;
}

void shares_note(struct shares *shares, const struct vs *vs, const struct route *r,
		 const struct want *want, const struct move *move)
{
	bool mirrored = r->our_mirror || (r->index && r[-1].our_copy);
	const struct object *o = vs->object;
	struct share row = { .route = route_label(r, shares->arena),
			     .total = route_total(r),
			     .at = yaml_place(r->node) };

	row.vs = o->ns.len ? arena_printf(shares->arena, "%" SLICE_FMT "/%" SLICE_FMT,
					  SLICE_ARG(o->ns), SLICE_ARG(o->name)) :
			     o->name;
	for (size_t i = 0; i < r->n; i++) {
		const struct dest *d = &r->dests[i];

		row.host = yaml_string(d->host);
		row.subset = yaml_string(d->subset);
		row.side = d->side;
		row.before = dest_weight(r, d);
		row.after = weight_after(r, want, d->side,
					 d->side == SIDE_NEW ? want->new_weight : want->weight[i]);
		row.at = yaml_place(d->node);
		share_add(shares, &row);
	}
	row.host = vs->new_host;
	if (!r->nnew && want->has_new) {
		row.subset = SLICE_NONE;
		row.side = SIDE_NEW;
		row.before = 0;
		row.after = weight_after(r, want, SIDE_NEW, want->new_weight);
		share_add(shares, &row);
	}
	note_mirror(shares, &row, mirrored ? move->mirror_percent : 0,
		    want->mirror != MIRROR_NONE ? move->mirror_percent : 0);
}

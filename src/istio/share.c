#include "istio/share.h"

/* Adds one row to the shares. */
static void share_add(struct shares *s, const struct share *row)
{
	ARENA_ROOM(s->arena, s->items, s->n, s->cap);
	s->items[s->n++] = *row;
}

/* The copies of requests that new gets, before and after. */
static void note_mirror(struct shares *shares, const struct vs *vs, const struct route *r,
			const struct want *want, const struct move *move, const struct share *like)
{
	bool had = r->our_mirror || (r->index && r[-1].our_copy), has = want->mirror != MIRROR_NONE;
	int percent = move->mirror_percent;
	struct share row = *like;

	if (!had && !has)
		return;
	row.host = vs->new_host;
	row.subset = SLICE_NONE;
	row.side = SIDE_MIRROR;
	row.before = had ? percent : 0;
	row.after = has ? percent : 0;
	row.total = 100;
	share_add(shares, &row);
}

void shares_note(struct shares *shares, const struct vs *vs, const struct route *r,
		 const struct want *want, const struct move *move, struct arena *arena)
{
	const struct object *o = vs->object;
	struct share row = { .route = route_label(r, arena),
			     .total = route_total(r),
			     .at = yaml_place(r->node) };

	row.vs = o->ns.len ? arena_printf(arena, "%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(o->ns),
					  SLICE_ARG(o->name)) :
			     o->name;
	for (size_t i = 0; i < r->n; i++) {
		const struct dest *d = &r->dests[i];

		row.host = yaml_string(d->host);
		row.subset = yaml_string(d->subset);
		row.side = d->side;
		row.before = dest_weight(r, d);
		row.after = row.before;
		if (d->side == SIDE_OLD)
			row.after = want->no_old         ? 0 :
				    want->weight[i] >= 0 ? want->weight[i] :
							   row.total;
		if (d->side == SIDE_NEW)
			row.after = !want->has_new        ? 0 :
				    want->new_weight >= 0 ? want->new_weight :
							    row.total;
		row.at = yaml_place(d->node);
		share_add(shares, &row);
	}
	if (!r->nnew && want->has_new) {
		row.host = vs->new_host;
		row.subset = SLICE_NONE;
		row.side = SIDE_NEW;
		row.before = 0;
		row.after = want->new_weight;
		share_add(shares, &row);
	}
	note_mirror(shares, vs, r, want, move, &row);
}

#include "plan/share_check.h"

#include "istio/route_pair.h"
#include "istio/vs_list.h"

#include <stdlib.h>

/* Weights of one route as Istio adds them up. */
struct sums {
	long old, new, total;
};

/* One route before and after. */
struct route_change {
	const struct step *step;
	const struct route *before, *after;
	const struct route *base; /* NULL: not known, or not needed */
	struct arena *arena;
	struct err *err;
};

static struct sums add_weights(const struct route *r)
{
	struct sums s = { 0, 0, 0 };

	for (size_t i = 0; i < r->n; i++) {
		long weight = dest_weight(r, &r->dests[i]);

		s.old += r->dests[i].side == SIDE_OLD ? weight : 0;
		s.new += r->dests[i].side == SIDE_NEW ? weight : 0;
		s.total += weight;
	}
	return s;
}

static int refuse_route(const struct route_change *c, const char *what)
{
	return err_set(c->err, &CODE_shares_wrong, yaml_place(c->before->node),
		       "the edited file would change %s in %" SLICE_FMT, what,
		       SLICE_ARG(route_label(c->before, c->arena)));
}

/* The next destination with neither host; NULL: none. */
static const struct dest *next_other(const struct route *r, size_t *i)
{
	while (*i < r->n && r->dests[*i].side != SIDE_OTHER)
		++*i;
	return *i < r->n ? &r->dests[(*i)++] : NULL;
}

/* Have the destinations with neither host the same shares as before? */
static bool keeps_others(const struct route_change *c, long before, long after)
{
	size_t i = 0, j = 0;
	const struct dest *d, *e;

	for (d = next_other(c->before, &i); d; d = next_other(c->before, &i)) {
		e = next_other(c->after, &j);
		if (!e || !slice_eq(yaml_string(d->host), yaml_string(e->host)) ||
		    dest_weight(c->before, d) * after != dest_weight(c->after, e) * before)
			return false;
	}
	return !next_other(c->after, &j);
}

/* Is the share of the new host the one of the stage? */
static bool is_share_right(const struct route_change *c, const struct sums *b, const struct sums *a)
{
	const struct stage to = c->step->to;
	long moved = a->old + a->new, unit = 100 * (long)(c->after->nold + 1);

	if (to.kind == STAGE_DONE)
		return !c->after->nold;
	if (to.kind != STAGE_WEIGHT)
		return !c->after->nnew;
	if (c->step->intent.direction == GO_DOWN)
		return a->new *(b->old + b->new) <= b->new *moved &&
		       a->new * 100 <= moved *to.percent + unit;
	return labs(a->new * 100 - moved *to.percent) <= unit &&
	       (to.percent == 100 ? !a->old : a->old && a->new);
}

/* The weights of the old destinations, in their order. */
static const long *list_olds(const struct route *r, struct arena *arena)
{
	long *weights = arena_array(arena, r->nold, sizeof(long));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->dests[i].side == SIDE_OLD)
			weights[n++] = dest_weight(r, &r->dests[i]);
	return weights;
}

/*
 * Do several old destinations divide their weight as at the baseline? Within one unit; where one
 * would get less than that, others may have to give up a few.
 */
static bool keeps_proportions(const struct route_change *c, long sum)
{
	const struct route *base = c->base, *after = c->after;
	const long *then, *now;
	long total = base ? add_weights(base).old : 0, unit = total;

	if (after->nold < 2 || !total || !sum || c->step->intent.adopt ||
	    !route_same_olds(after, base))
		return true;
	then = list_olds(base, c->arena);
	now = list_olds(after, c->arena);
	for (size_t i = 0; i < after->nold; i++)
		if (then[i] && then[i] * sum < total)
			unit = total * (long)(after->nold + 1);
	for (size_t i = 0; i < after->nold; i++)
		if (labs(now[i] * total - then[i] * sum) > unit)
			return false;
	return true;
}

static int check_route(const struct route_change *c)
{
	struct sums before = add_weights(c->before), after = add_weights(c->after);

	if (!before.total)
		return after.total ? refuse_route(c, "a route without weights") : 0;
	if (!after.total || !keeps_others(c, before.total, after.total))
		return refuse_route(c, "the shares of other destinations");
	if ((before.old + before.new) * after.total != (after.old + after.new) * before.total)
		return refuse_route(c, "the share of the old and the new host together");
	if (before.old + before.new && !is_share_right(c, &before, &after))
		return refuse_route(c, "the share of the new host to one that is not the stage's");
	if (c->step->to.kind != STAGE_DONE && !keeps_proportions(c, after.old))
		return refuse_route(c, "the proportions of the old destinations");
	return 0;
}

/* The next route that is not a generated copy; NULL: none. */
static const struct route *next_route(const struct vs *vs, size_t *i)
{
	while (*i < vs->n && vs->routes[*i].our_copy)
		++*i;
	return *i < vs->n ? &vs->routes[(*i)++] : NULL;
}

/* Compares the routes of one VirtualService, which have the same order before and after. */
static int check_routes(struct route_change *c, const struct vs *before, const struct vs *after,
			const struct vs *base)
{
	const struct route **pairs = route_pairs(base, before, c->arena);
	size_t i = 0, j = 0;

	while ((c->before = next_route(before, &i))) {
		c->after = next_route(after, &j);
		if (!c->after)
			return refuse_route(c, "the number of routes");
		c->base = pairs[c->before - before->routes];
		if ((c->before->nold || (c->before->nnew && c->after->nold)) && check_route(c) < 0)
			return -1;
	}
	c->before = next_route(after, &j);
	return c->before ? refuse_route(c, "the number of routes") : 0;
}

/* Reads the VirtualServices of a file; none of a file that is not known. */
static int read_list(const struct share_change *change, const struct yaml_file *file,
		     struct vs_list *out, struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct objects objects;

	*out = (struct vs_list){ NULL, 0 };
	if (!file)
		return 0;
	objects = objects_of(file, arena);
	return vs_list_read(out, &objects,
			    &(struct move_context){ &change->step->m->move, arena, NULL },
			    &ignored);
}

/* Has a route several old destinations, so that the baseline is needed? */
static bool has_proportions(const struct vs_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t j = 0; j < list->items[i].n; j++)
			if (list->items[i].routes[j].nold > 1)
				return true;
	return false;
}

int share_check(const struct share_change *change, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct route_change c = { .step = change->step, .arena = arena, .err = err };
	struct place at = { yaml_name(change->before), 0, 0 };
	struct vs_list before, after, base = { NULL, 0 };

	if (read_list(change, change->before, &before, arena) < 0 ||
	    read_list(change, change->after, &after, arena) < 0 || before.n != after.n)
		return err_set(err, &CODE_shares_wrong, at,
			       "the edited file would not have the same VirtualServices");
	if (has_proportions(&before) &&
	    read_list(change, baselines_parsed(change->baselines, at.path, change->step->m), &base,
		      arena) < 0)
		base.n = 0;
	for (size_t i = 0; i < before.n; i++)
		if (check_routes(&c, &before.items[i], &after.items[i],
				 vs_list_pair(&base, &before, i)) < 0)
			return -1;
	return 0;
}

#include "istio/goal.h"

#include "base/alloc.h"
#include "istio/weights.h"

#include <stdlib.h>

/* The weight of the destinations with the old or the new host together. */
static long moving_total(const struct route *r)
{
	long total = 0;

	for (size_t i = 0; i < r->n; i++)
		total += r->dests[i].side == SIDE_OTHER ? 0 : dest_weight(r, &r->dests[i]);
	return total;
}

/* Is the weight a number? */
static int check_weight(const struct dest *d, struct err *err)
{
	if (d->value != -2)
		return 0;
	if (yaml_has_variable(d->weight))
		return err_set(err, &CODE_yaml_template, yaml_place(d->weight),
			       "the weight is a template variable");
	return err_set(err, &CODE_weight_bad, yaml_place(d->weight),
		       "the weight is not a plain whole number");
}

/* Are the weights readable, and does the route send requests, also to one of the two hosts? */
static int check_weights(const struct goal_context *c, struct err *err)
{
	const struct route *r = c->now;

	for (size_t i = 0; i < r->n; i++)
		if (check_weight(&r->dests[i], err) < 0)
			return -1;
	if (r->nnew > 1)
		return err_set(err, &CODE_new_twice, yaml_place(r->node),
			       "%" SLICE_FMT " lists '%" SLICE_FMT "' more than once",
			       SLICE_ARG(route_label(r, c->arena)), SLICE_ARG(c->vs->new_host));
	if (route_total(r) == 0)
		return err_set(err, &CODE_weight_zero, yaml_place(r->list),
			       "the weights of %" SLICE_FMT " sum to 0",
			       SLICE_ARG(route_label(r, c->arena)));
	if (c->goal->stage.kind != STAGE_START && moving_total(r) == 0)
		return err_set(err, &CODE_weight_zero, yaml_place(r->list),
			       "the old destinations of %" SLICE_FMT " have weight 0",
			       SLICE_ARG(route_label(r, c->arena)));
	return 0;
}

/*
 * Scales weights up or down to a new sum, as near as whole numbers go; the first takes the
 * difference.
 */
static void scale_weights(long *base, size_t n, long sum, long total)
{
	long all = 0;

	for (size_t i = 0; i < n; i++) {
		base[i] = base[i] * total / sum;
		all += base[i];
	}
	base[0] += total - all;
}

/* Writes the old destinations' weights at baseline to `base`, and their present sum to `total`. */
static int base_weights(const struct goal_context *c, long *base, long *total, struct err *err)
{
	const struct route *now = c->now, *then = c->base && !c->goal->adopt ? c->base : now;
	struct slice label = route_label(now, c->arena);
	struct place at = yaml_place(now->node);
	size_t n = 0;
	long sum = 0;

	*total = base[0] = moving_total(now);
	if (now->nold == 1)
		return 0;
	for (size_t i = 0; i < then->n; i++)
		if (then->dests[i].side == SIDE_OLD)
			sum += base[n++] = dest_weight(then, &then->dests[i]);
	if (then == now && now->nnew && (!c->goal->adopt || !sum))
		return err_set(err, &CODE_no_baseline, at,
			       "%" SLICE_FMT " has several old destinations, and their shares "
			       "before the migration are not known",
			       SLICE_ARG(label));
	if (c->goal->adopt)
		scale_weights(base, n, sum, *total);
	else if (sum != *total)
		return err_set(err, &CODE_baseline_pair, at,
			       "the destinations of %" SLICE_FMT " with the old or the new host "
			       "have a total weight of %ld, but %ld at the baseline",
			       SLICE_ARG(label), *total, sum);
	return 0;
}

/* Are the old destinations of the two routes the same ones, in the same order? */
static bool same_olds(const struct route *now, const struct route *base)
{
	size_t j = 0;

	for (size_t i = 0; i < now->n; i++) {
		if (now->dests[i].side != SIDE_OLD)
			continue;
		while (j < base->n && base->dests[j].side != SIDE_OLD)
			j++;
		if (j == base->n || !slice_eq(yaml_string(now->dests[i].subset),
					      yaml_string(base->dests[j].subset)))
			return false;
		j++;
	}
	return now->nold == base->nold;
}

/* Without a baseline a sole old destination gets what it and the new one have together. */
static void want_sum(const struct route *now, struct want *out)
{
	for (size_t i = 0; i < now->n; i++)
		if (now->dests[i].side == SIDE_OLD)
			out->weight[i] = moving_total(now);
}

/*
 * Weights of a stage without a new destination: those of the baseline, with or without a key as
 * there.
 */
static int want_back(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct route *now = c->now, *base = c->base;
	size_t j = 0;

	if (!now->nnew)
		return 0; /* unchanged */
	if (!base && now->nold == 1) {
		want_sum(now, out);
		return 0;
	}
	if (!base)
		return err_set(err, &CODE_no_baseline, yaml_place(now->node),
			       "no version of %" SLICE_FMT " from before the migration was found",
			       SLICE_ARG(route_label(now, c->arena)));
	for (size_t i = 0; i < now->n; i++) {
		if (now->dests[i].side != SIDE_OLD)
			continue;
		while (base->dests[j].side != SIDE_OLD)
			j++;
		out->weight[i] = base->dests[j++].value;
	}
	return 0;
}

/* Can the weights be divided at every stage of the migration? */
static int check_stages(const struct goal_context *c, const struct weights *w, struct err *err)
{
	long factor;

	if (weights_suffice(w, c->goal->stages, &factor))
		return 0;
	(void)err_set(err, &CODE_weight_small, yaml_place(c->now->list),
		      "the old destinations of %" SLICE_FMT
		      " have weight %ld, which is too small to make all stages different",
		      SLICE_ARG(route_label(c->now, c->arena)), w->total);
	return err_remedy(err, "multiply the weights of this route by %ld", factor);
}

/* Reports a share that is not exactly the percentage of the stage. */
static void note_rounding(const struct goal_context *c, long weight, long total)
{
	int percent = c->goal->stage.percent;

	if (c->findings && weight * 100 != total * percent)
		findings_add(c->findings, &CODE_rounded, yaml_place(c->now->list),
			     "%" SLICE_FMT ": %d%% is rounded to %ld of %ld, %.2f%%",
			     SLICE_ARG(route_label(c->now, c->arena)), percent, weight, total,
			     100.0 * (double)weight / (double)total);
}

/* Weights of a percentage. */
static int want_weights(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct route *now = c->now;
	int percent = c->goal->stage.percent;
	AUTO_FREE long *base = xrealloc_array(NULL, now->nold, 2 * sizeof(long));
	struct weights w = { base, now->nold, 0 };
	long *olds = base + now->nold;
	size_t j = 0;

	if (base_weights(c, base, &w.total, err) < 0 || check_stages(c, &w, err) < 0)
		return -1;
	if (!weights_split(&w, percent, olds, &out->new_weight))
		return err_set(err, &CODE_weight_small, yaml_place(now->list),
			       "weight %ld cannot be divided at %d%%", w.total, percent);
	for (size_t i = 0; i < now->n; i++)
		if (now->dests[i].side == SIDE_OLD)
			out->weight[i] = olds[j++];
	out->has_new = true;
	note_rounding(c, out->new_weight, w.total);
	return 0;
}

/*
 * The end: the new destination has all that it and the old ones had; alone in the route, without a
 * weight unless the old one had a weight when it was alone.
 */
static void want_done(const struct goal_context *c, struct want *out)
{
	const struct route *now = c->now, *base = c->base;
	bool alone = now->n == now->nold + now->nnew;
	bool weighted = base && base->n == 1 && base->dests[0].value >= 0;

	out->has_new = out->no_old = true;
	out->new_weight = alone && !weighted ? -1 : moving_total(now);
}

int goal_want(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct route *now = c->now;
	const struct goal *goal = c->goal;

	*out = (struct want){ .weight = arena_array(c->arena, now->n, sizeof(long)),
			      .mirror = MIRROR_NONE };
	for (size_t i = 0; i < now->n; i++)
		out->weight[i] = now->dests[i].value;
	if (check_weights(c, err) < 0)
		return -1;
	if (c->base && !same_olds(now, c->base) &&
	    !(goal->adopt && goal->stage.kind == STAGE_WEIGHT))
		return err_set(err, &CODE_baseline_pair, yaml_place(now->node),
			       "the old destinations of %" SLICE_FMT
			       " are not those of the baseline",
			       SLICE_ARG(route_label(now, c->arena)));
	if (goal->stage.kind == STAGE_WEIGHT)
		return want_weights(c, out, err);
	if (goal->stage.kind == STAGE_DONE) {
		want_done(c, out);
		return 0;
	}
	if (want_back(c, out, err) < 0)
		return -1;
	if (goal->stage.kind == STAGE_MIRROR)
		out->mirror = mirror_choose(
			c->vs, now, &(struct move_context){ goal->move, c->arena, c->findings });
	return 0;
}

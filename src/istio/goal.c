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

/*
 * Are the weights readable? On the way to the start that is all: whatever else is wrong, the
 * new destinations can go.
 */
static int check_weights(const struct goal_context *c, struct err *err)
{
	const struct route *r = c->now;
	enum stage_kind kind = c->goal->stage.kind;

	for (size_t i = 0; i < r->n; i++)
		if (check_weight(&r->dests[i], err) < 0)
			return -1;
	if (r->nnew > 1 && (kind == STAGE_WEIGHT || kind == STAGE_DONE))
		return err_set(err, &CODE_new_twice, yaml_place(r->node),
			       "%" SLICE_FMT " lists '%" SLICE_FMT "' more than once",
			       SLICE_ARG(route_label(r, c->arena)), SLICE_ARG(c->vs->new_host));
	if (route_total(r) == 0 && kind != STAGE_START)
		return err_set(err, &CODE_weight_zero, yaml_place(r->list),
			       "the weights of %" SLICE_FMT " sum to 0",
			       SLICE_ARG(route_label(r, c->arena)));
	return 0;
}

/* The weights of the old destinations of a route, in their order; returns their sum. */
static long old_weights(const struct route *r, long *out)
{
	size_t n = 0;
	long sum = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->dests[i].side == SIDE_OLD)
			sum += out[n++] = dest_weight(r, &r->dests[i]);
	return sum;
}

/*
 * Divides what the old and the new destinations have today among the old ones, as at the baseline;
 * with --adopt as today, if they have weights today. At 100 % no shares are needed.
 */
static int base_weights(const struct goal_context *c, long *base, long *total, struct err *err)
{
	const struct route *now = c->now;
	bool today = c->goal->adopt && old_weights(now, base) > 0;
	const struct route *then = c->base && !today ? c->base : now;
	long sum = old_weights(then, base);

	*total = moving_total(now);
	if (now->nold > 1 && then == now && now->nnew && !today && c->goal->stage.percent < 100)
		return err_set(err, &CODE_no_baseline, yaml_place(now->node),
			       "%" SLICE_FMT " has several old destinations, and their shares "
			       "before the migration are not known",
			       SLICE_ARG(route_label(now, c->arena)));
	weights_scale(base, now->nold, sum, *total);
	return 0;
}

/* The old destination of the baseline that is the only destination of its route; NULL: none. */
static const struct dest *sole_old(const struct route *base)
{
	return base && base->n == 1 && base->nold == 1 ? &base->dests[0] : NULL;
}

/*
 * The value of the weight key of an old destination on the way back, -1 for no key. One that is
 * alone gets all requests without a key, or with any value.
 */
static long key_of(const struct goal_context *c, const struct dest *d, long weight)
{
	const struct route *now = c->now;
	const struct dest *sole = sole_old(c->base);

	if (now->n - now->nnew == 1 && sole &&
	    (sole->value < 0 || dest_weight(c->base, sole) == weight))
		return sole->value;
	return weight || d->weight ? weight : -1;
}

/* Divides `total` among the old destinations for the way back. False: no shares are known. */
static bool back_weights(const struct goal_context *c, long *out, long total)
{
	const struct route *now = c->now;
	long sum = c->base && route_same_olds(now, c->base) ? old_weights(c->base, out) : 0;

	if (!sum)
		sum = old_weights(now, out);
	if (!sum && now->nold > 1)
		return false;
	weights_scale(out, now->nold, sum, total);
	return true;
}

/* Weights of a stage without a new destination. */
static int want_back(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct route *now = c->now;
	AUTO_FREE long *weights = xrealloc_array(NULL, now->nold, sizeof(long));
	size_t j = 0;

	if (!now->nnew)
		return 0; /* unchanged */
	if (!back_weights(c, weights, moving_total(now)))
		return err_set(err, &CODE_no_baseline, yaml_place(now->node),
			       "no version of %" SLICE_FMT " from before the migration was found, "
			       "and its old destinations have no weights today",
			       SLICE_ARG(route_label(now, c->arena)));
	for (size_t i = 0; i < now->n; i++)
		if (now->dests[i].side == SIDE_OLD)
			out->weight[i] = key_of(c, &now->dests[i], weights[j++]);
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
	const struct route *now = c->now;
	const struct dest *sole = sole_old(c->base);
	bool alone = now->n == now->nold + now->nnew;

	out->has_new = out->no_old = true;
	out->new_weight = alone && !(sole && sole->value >= 0) ? -1 : moving_total(now);
}

/* The route as it is. */
static void want_present(const struct goal_context *c, struct want *out)
{
	const struct route *now = c->now;

	*out = (struct want){ .keep = true,
			      .has_new = now->nnew,
			      .new_weight = -1,
			      .weight = arena_array(c->arena, now->n, sizeof(long)),
			      .mirror = now->our_mirror                ? MIRROR_ON_ROUTE :
					now->index && now[-1].our_copy ? MIRROR_ON_COPY :
									 MIRROR_NONE };
	for (size_t i = 0; i < now->n; i++) {
		out->weight[i] = now->dests[i].value;
		if (now->dests[i].side == SIDE_NEW)
			out->new_weight = now->dests[i].value;
	}
}

/* A standby: the old destinations get no requests today, and the new one none either. */
static void want_standby(const struct goal_context *c, struct want *out)
{
	const struct route *now = c->now;
	enum stage_kind kind = c->goal->stage.kind;

	if (c->findings && kind != STAGE_START)
		findings_add(c->findings, &CODE_standby, yaml_place(now->list),
			     "%" SLICE_FMT " has the old host with weight 0, as a standby: it is "
			     "%s",
			     SLICE_ARG(route_label(now, c->arena)),
			     kind == STAGE_DONE ? "removed" : "not moved");
	out->no_old = kind == STAGE_DONE;
	out->keep = kind != STAGE_DONE && !(now->nnew && kind != STAGE_WEIGHT);
	out->has_new = now->nnew && (out->keep || out->no_old);
}

/* On the way down: has the new host less in the route than at the stage? */
static bool is_below(const struct goal_context *c, const struct want *present,
		     const struct want *want)
{
	const struct route *now = c->now;
	long weight = 0;

	for (size_t i = 0; i < now->n; i++)
		weight += now->dests[i].side == SIDE_NEW ? dest_weight(now, &now->dests[i]) : 0;
	if (c->goal->stage.kind == STAGE_WEIGHT)
		return weight < want->new_weight;
	return c->goal->stage.kind == STAGE_MIRROR && !weight && present->mirror == MIRROR_NONE;
}

/* What a stage before the end wants of a route whose destinations get requests. */
static int want_stage(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct want present = *out;

	out->keep = out->has_new = false;
	out->mirror = MIRROR_NONE;
	if (c->goal->stage.kind == STAGE_WEIGHT) {
		if (want_weights(c, out, err) < 0)
			return -1;
	} else if (want_back(c, out, err) < 0) {
		return -1;
	} else if (c->goal->stage.kind == STAGE_MIRROR) {
		out->mirror = mirror_choose(
			c->vs, c->now,
			&(struct move_context){ c->goal->move, c->arena, c->findings });
	}
	if (c->goal->down && is_below(c, &present, out))
		want_present(c, out);
	return 0;
}

int goal_want(const struct goal_context *c, struct want *out, struct err *err)
{
	const struct goal *goal = c->goal;

	if (check_weights(c, err) < 0)
		return -1;
	want_present(c, out);
	if (route_is_standby(c->now)) {
		want_standby(c, out);
		return 0;
	}
	if (goal->stage.kind == STAGE_WEIGHT && !goal->adopt && c->base &&
	    !route_same_olds(c->now, c->base))
		return err_set(err, &CODE_baseline_pair, yaml_place(c->now->node),
			       "the old destinations of %" SLICE_FMT
			       " are not those of the baseline",
			       SLICE_ARG(route_label(c->now, c->arena)));
	if (goal->stage.kind != STAGE_DONE)
		return want_stage(c, out, err);
	out->keep = false;
	out->mirror = MIRROR_NONE;
	want_done(c, out);
	return 0;
}

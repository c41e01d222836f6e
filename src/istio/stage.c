#include "istio/stage.h"

#include "base/alloc.h"

#include <stdlib.h>

long dest_weight(const struct route *r, const struct dest *d)
{
	if (d->value >= 0)
		return d->value;
	return r->n == 1 && d->value == -1 ? 100 : 0;
}

long route_total(const struct route *r)
{
	long total = 0;

	for (size_t i = 0; i < r->n; i++)
		total += dest_weight(r, &r->dests[i]);
	return total;
}

/*
 * Whole parts of all shares (new is number n) and, in `rest`, their hundredths; returns the units
 * left over.
 */
static long split_floor(const long *base, size_t n, long total, int percent, long *share,
			long *rest)
{
	long left = total;

	for (size_t i = 0; i <= n; i++) {
		long exact = i < n ? base[i] * (100 - percent) : total * percent;

		share[i] = exact / 100;
		rest[i] = exact % 100;
		left -= share[i];
	}
	return left;
}

/* The first of the largest. */
static size_t largest(const long *values, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (values[i] > values[best])
			best = i;
	return best;
}

/*
 * Lifts shares that must not be 0 to 1, at the cost of the largest; false when there is not enough.
 */
static bool lift(const long *base, size_t n, long *share)
{
	for (size_t i = 0; i <= n; i++) {
		size_t from = largest(share, n + 1);

		if (share[i] || (i < n && !base[i]))
			continue;
		if (share[from] < 2)
			return false;
		share[from]--;
		share[i]++;
	}
	return true;
}

bool weights_split(const long *base, size_t n, long total, int percent, long *out, long *out_new)
{
	AUTO_FREE long *share = xrealloc_array(NULL, 2 * (n + 1), sizeof(long));
	long *rest = share + n + 1, left = split_floor(base, n, total, percent, share, rest);

	for (; left > 0; left--) {
		size_t i = largest(rest, n + 1);

		share[i]++;
		rest[i] = -1;
	}
	if (percent < 100 && !lift(base, n, share))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = share[i];
	*out_new = share[n];
	return true;
}

/* weights_suffice for one multiple of the weights. */
static bool suffices(const long *base, size_t n, long total, const struct stages *stages)
{
	AUTO_FREE long *out = xrealloc_array(NULL, n, sizeof(long));
	long last = 0, now;

	for (size_t i = 0; i < stages->n; i++) {
		if (stages->items[i].kind != STAGE_WEIGHT)
			continue;
		if (!weights_split(base, n, total, stages->items[i].percent, out, &now) ||
		    now <= last)
			return false;
		if (now >= total && stages->items[i].percent < 100)
			return false;
		last = now;
	}
	return true;
}

bool weights_suffice(const long *base, size_t n, long total, const struct stages *stages,
		     long *factor)
{
	AUTO_FREE long *times = xrealloc_array(NULL, n, sizeof(long));

	if (suffices(base, n, total, stages))
		return true;
	for (*factor = 2; *factor < 1000; ++*factor) {
		for (size_t i = 0; i < n; i++)
			times[i] = base[i] * *factor;
		if (suffices(times, n, total * *factor, stages))
			break;
	}
	return false;
}

/* What stage_want passes to its parts. */
struct asking {
	const struct vs *vs;
	const struct route *now, *base;
	const struct goal *goal;
	struct arena *arena;
	struct findings *findings;
	struct err *err;
};

/* What old and new have together. */
static long moving_total(const struct route *r)
{
	long total = 0;

	for (size_t i = 0; i < r->n; i++)
		total += r->dests[i].side == SIDE_OTHER ? 0 : dest_weight(r, &r->dests[i]);
	return total;
}

/* Are the weights readable, and does the route send something, also to old or new? */
static int check_weights(const struct asking *a)
{
	const struct route *r = a->now;

	for (size_t i = 0; i < r->n; i++)
		if (r->dests[i].value == -2)
			return yaml_has_variable(r->dests[i].weight) ?
				       err_set(a->err, &CODE_yaml_template,
					       yaml_place(r->dests[i].weight),
					       "the weight is a variable") :
				       err_set(a->err, &CODE_weight_bad,
					       yaml_place(r->dests[i].weight),
					       "a weight that is not a plain whole number");
	if (r->nnew > 1)
		return err_set(a->err, &CODE_new_twice, yaml_place(r->node),
			       "%" SLICE_FMT " names '%" SLICE_FMT "' more than once",
			       SLICE_ARG(route_label(r, a->arena)), SLICE_ARG(a->vs->new_host));
	if (route_total(r) == 0)
		return err_set(a->err, &CODE_weight_zero, yaml_place(r->list),
			       "the weights of %" SLICE_FMT " sum to 0",
			       SLICE_ARG(route_label(r, a->arena)));
	if (a->goal->stage.kind != STAGE_START && moving_total(r) == 0)
		return err_set(a->err, &CODE_weight_zero, yaml_place(r->list),
			       "the old destinations of %" SLICE_FMT " have weight 0",
			       SLICE_ARG(route_label(r, a->arena)));
	return 0;
}

/*
 * Scales weights up or down to a new sum, as near as whole numbers go; the first takes the
 * difference.
 */
static void scale(long *base, size_t n, long sum, long total)
{
	long all = 0;

	for (size_t i = 0; i < n; i++) {
		base[i] = base[i] * total / sum;
		all += base[i];
	}
	base[0] += total - all;
}

/*
 * The old destinations' weights at baseline into `base`, and their sum today, which stays what it
 * is.
 */
static int base_weights(const struct asking *a, long *base, long *total)
{
	const struct route *now = a->now, *then = a->base && !a->goal->adopt ? a->base : now;
	struct slice label = route_label(now, a->arena);
	struct place at = yaml_place(now->node);
	size_t n = 0;
	long sum = 0;

	*total = base[0] = moving_total(now);
	if (now->nold == 1)
		return 0;
	for (size_t i = 0; i < then->n; i++)
		if (then->dests[i].side == SIDE_OLD)
			sum += base[n++] = dest_weight(then, &then->dests[i]);
	if (then == now && now->nnew && (!a->goal->adopt || !sum))
		return err_set(a->err, &CODE_no_baseline, at,
			       "%" SLICE_FMT " has several old destinations, and no version from "
			       "before the migration says their shares",
			       SLICE_ARG(label));
	if (a->goal->adopt)
		scale(base, n, sum, *total);
	else if (sum != *total)
		return err_set(a->err, &CODE_baseline_pair, at,
			       "the old and new destinations of %" SLICE_FMT
			       " have weight %ld together, and had %ld at the baseline",
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

/* Without a baseline a sole old destination gets what it and new have together. */
static void want_sum(const struct route *now, struct want *out)
{
	for (size_t i = 0; i < now->n; i++)
		if (now->dests[i].side == SIDE_OLD)
			out->weight[i] = moving_total(now);
}

/*
 * Weights of a stage with no new destination: those of the baseline, with or without a key as
 * there.
 */
static int want_back(const struct asking *a, struct want *out)
{
	const struct route *now = a->now, *base = a->base;
	size_t j = 0;

	if (!now->nnew)
		return 0; /* as it is */
	if (!base && now->nold == 1) {
		want_sum(now, out);
		return 0;
	}
	if (!base)
		return err_set(a->err, &CODE_no_baseline, yaml_place(now->node),
			       "no version of %" SLICE_FMT " from before the migration is known",
			       SLICE_ARG(route_label(now, a->arena)));
	for (size_t i = 0; i < now->n; i++) {
		if (now->dests[i].side != SIDE_OLD)
			continue;
		while (base->dests[j].side != SIDE_OLD)
			j++;
		out->weight[i] = base->dests[j++].value;
	}
	return 0;
}

/* Weights of a percentage. */
static int want_weights(const struct asking *a, struct want *out)
{
	const struct route *now = a->now;
	int percent = a->goal->stage.percent;
	AUTO_FREE long *base = xrealloc_array(NULL, now->nold, 2 * sizeof(long));
	long *olds = base + now->nold, total, factor;
	size_t j = 0;

	if (base_weights(a, base, &total) < 0)
		return -1;
	if (!weights_suffice(base, now->nold, total, a->goal->stages, &factor)) {
		(void)err_set(a->err, &CODE_weight_small, yaml_place(now->list),
			      "the old destinations of %" SLICE_FMT
			      " have weight %ld, too small for all stages to differ",
			      SLICE_ARG(route_label(now, a->arena)), total);
		return err_remedy(a->err, "multiply the weights of this route by %ld", factor);
	}
	if (!weights_split(base, now->nold, total, percent, olds, &out->new_weight))
		return err_set(a->err, &CODE_weight_small, yaml_place(now->list),
			       "weight %ld cannot be split at %d %%", total, percent);
	for (size_t i = 0; i < now->n; i++)
		if (now->dests[i].side == SIDE_OLD)
			out->weight[i] = olds[j++];
	out->has_new = true;
	if (a->findings && out->new_weight * 100 != total * percent)
		findings_add(a->findings, &CODE_rounded, yaml_place(now->list),
			     "%" SLICE_FMT ": %d %% becomes %ld of %ld, %.2f %%",
			     SLICE_ARG(route_label(now, a->arena)), percent, out->new_weight, total,
			     100.0 * (double)out->new_weight / (double)total);
	return 0;
}

/*
 * The end: new has all that old and it had; alone in the route, without a weight unless old had one
 * when it was alone.
 */
static void want_done(const struct asking *a, struct want *out)
{
	const struct route *now = a->now, *base = a->base;
	bool alone = now->n == now->nold + now->nnew;
	bool weighted = base && base->n == 1 && base->dests[0].value >= 0;

	out->has_new = out->no_old = true;
	out->new_weight = alone && !weighted ? -1 : moving_total(now);
}

int stage_want(struct want *out, const struct vs *vs, const struct route *now,
	       const struct route *base, const struct goal *goal, struct arena *arena,
	       struct findings *findings, struct err *err)
{
	struct asking a = { vs, now, base, goal, arena, findings, err };

	*out = (struct want){ .weight = arena_array(arena, now->n, sizeof(long)),
			      .mirror = MIRROR_NONE };
	for (size_t i = 0; i < now->n; i++)
		out->weight[i] = now->dests[i].value;
	if (check_weights(&a) < 0)
		return -1;
	if (base && !same_olds(now, base) && !(goal->adopt && goal->stage.kind == STAGE_WEIGHT))
		return err_set(err, &CODE_baseline_pair, yaml_place(now->node),
			       "the old destinations of %" SLICE_FMT
			       " are not those of the baseline",
			       SLICE_ARG(route_label(now, arena)));
	if (goal->stage.kind == STAGE_WEIGHT)
		return want_weights(&a, out);
	if (goal->stage.kind == STAGE_DONE) {
		want_done(&a, out);
		return 0;
	}
	if (want_back(&a, out) < 0)
		return -1;
	if (goal->stage.kind == STAGE_MIRROR)
		out->mirror = mirror_place(vs, now, goal->move, arena, findings);
	return 0;
}

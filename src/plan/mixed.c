#include "plan/mixed.h"

/* The share of the new host in a route, in whole percent; at least 1 if it has a weight. */
static int percent_of(const struct route *r)
{
	long total = 0, moved = 0;

	for (size_t i = 0; i < r->n; i++) {
		total += r->dests[i].side == SIDE_OTHER ? 0 : dest_weight(r, &r->dests[i]);
		moved += r->dests[i].side == SIDE_NEW ? dest_weight(r, &r->dests[i]) : 0;
	}
	if (!moved || !total)
		return 0;
	return moved * 100 < total ? 1 : (int)(moved * 100 / total);
}

struct stage mixed_highest(const struct scope *scope)
{
	struct stage top = { STAGE_START, 0 };

	for (size_t i = 0; i < scope->n; i++)
		for (size_t j = 0; j < scope->members[i].vs.n; j++) {
			const struct route *r = &scope->members[i].vs.routes[j];
			int percent = r->nold ? percent_of(r) : 0;
			struct stage s = { percent       ? STAGE_WEIGHT :
					   r->our_mirror ? STAGE_MIRROR :
							   STAGE_START,
					   percent };

			if (stage_cmp(s, top) > 0)
				top = s;
		}
	return top;
}

/* A route of a member. */
struct mixed_route {
	const struct member *member;
	const struct route *route;
	int percent;
};

/*
 * The next route to the old host, in the order of the members; false after the last one. `i` and
 * `j` start as 0.
 */
static bool next_route(const struct scope *scope, size_t *i, size_t *j, struct mixed_route *out)
{
	for (; *i < scope->n; ++*i, *j = 0)
		while (*j < scope->members[*i].vs.n) {
			const struct route *r = &scope->members[*i].vs.routes[(*j)++];

			if (!r->nold || r->our_copy)
				continue;
			*out = (struct mixed_route){ &scope->members[*i], r, percent_of(r) };
			return true;
		}
	return false;
}

/*
 * The first route whose percentage is that of no stage; else the first one that differs from the
 * first route; else the first route.
 */
static struct mixed_route find_odd_route(const struct scope *scope, const struct stages *stages)
{
	struct mixed_route first = { NULL, NULL, 0 }, other = first, route;
	size_t i = 0, j = 0;

	while (next_route(scope, &i, &j, &route)) {
		if (!stages_have(stages, (struct stage){ route.percent ? STAGE_WEIGHT : STAGE_START,
							 route.percent }))
			return route;
		if (!first.member)
			first = route;
		if (!other.member && route.percent != first.percent)
			other = route;
	}
	return other.member ? other : first;
}

void mixed_note(const struct scope *scope, const struct migration *m,
		const struct baselines *baselines, struct findings *findings)
{
	struct mixed_route odd = find_odd_route(scope, m->stages);
	const struct baseline_file *history =
		baselines_find(baselines, odd.member->source->path, m);
	struct slice label = route_label(odd.route, findings->arena), who = SLICE("");

	if (history && history->author.len)
		who = arena_printf(
			findings->arena, " (file last changed by %" SLICE_FMT " in %" SLICE_FMT ")",
			SLICE_ARG(history->author), SLICE_ARG(slice_sub(history->commit, 0, 8)));
	findings_add(findings, &CODE_mixed, yaml_place(odd.route->node),
		     "the routes are not all at the same stage: %" SLICE_FMT " of '%" SLICE_FMT
		     "' sends %d%% to the new host%" SLICE_FMT,
		     SLICE_ARG(label), SLICE_ARG(odd.member->vs.object->name), odd.percent,
		     SLICE_ARG(who));
}

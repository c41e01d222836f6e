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

/* A route of a member, and what it sends to the new host. */
struct mixed_route {
	const struct member *member;
	const struct route *route;
	int percent;
	int mirror; /* the percentage of our mirror, on the route or its copy; 0: none */
};

/* The percentage of the mirror of a route. */
static int mirror_of(const struct route *r)
{
	const struct route *on = r->our_mirror ? r : r->index && r[-1].our_copy ? &r[-1] : NULL;
	const struct yaml_node *value = on ? yaml_get(on->percent, "value") : NULL;
	long percent;

	if (!on)
		return 0;
	return value && parse_int(value->text, 0, 100, &percent) ? (int)percent : 100;
}

/*
 * The next route to the old host, in the order of the members; false after the last one. `i` and
 * `j` start as 0.
 */
static bool next_route(const struct scope *scope, size_t *i, size_t *j, struct mixed_route *out)
{
	for (; *i < scope->n; ++*i, *j = 0)
		while (*j < scope->members[*i].vs.n) {
			const struct route *r = &scope->members[*i].vs.routes[(*j)++];

			if (!r->nold || r->our_copy || route_is_standby(r))
				continue;
			*out = (struct mixed_route){ &scope->members[*i], r, percent_of(r),
						     mirror_of(r) };
			return true;
		}
	return false;
}

/* Is what the route sends to the new host that of a stage? */
static bool is_at_stage(const struct mixed_route *r, const struct migration *m)
{
	struct stage s = { r->percent ? STAGE_WEIGHT :
			   r->mirror  ? STAGE_MIRROR :
					STAGE_START,
			   r->percent };

	return stages_have(m->stages, s) && (!r->mirror || r->mirror == m->move.mirror_percent);
}

/*
 * Finds the first route that is at no stage; else the first one that differs from the first route,
 * which becomes `*other`; else the first route.
 */
static struct mixed_route find_odd_route(const struct scope *scope, const struct migration *m,
					 struct mixed_route *other)
{
	struct mixed_route first = { .member = NULL }, odd = first, route;
	size_t i = 0, j = 0;

	*other = first;
	while (next_route(scope, &i, &j, &route)) {
		if (!is_at_stage(&route, m))
			return route;
		if (!first.member)
			first = route;
		if (!odd.member &&
		    (route.percent != first.percent || !route.mirror != !first.mirror))
			odd = route;
	}
	if (!odd.member)
		return first;
	*other = first;
	return odd;
}

/* "sends 30% to the new host", "mirrors 10% to the new host". */
static struct slice describe_share(const struct mixed_route *r, struct arena *arena)
{
	bool mirrors = !r->percent && r->mirror;

	return arena_printf(arena, "%s %d%% to the new host", mirrors ? "mirrors" : "sends",
			    mirrors ? r->mirror : r->percent);
}

/* " (file last changed by Ann in 01234567)"; empty if that is not known. */
static struct slice describe_change(const struct step_work *w, const struct member *member)
{
	const struct baseline_file *history =
		baselines_find(w->in->baselines, member->source->path, w->m);

	if (!history || !history->author.len)
		return SLICE("");
	return arena_printf(
		w->pool->arena, " (file last changed by %" SLICE_FMT " in %" SLICE_FMT ")",
		SLICE_ARG(history->author), SLICE_ARG(slice_sub(history->commit, 0, 8)));
}

/* How the odd route differs. */
static struct slice describe_difference(const struct step_work *w, const struct mixed_route *odd,
					const struct mixed_route *other)
{
	struct arena *arena = w->pool->arena;

	if (other->member)
		return arena_printf(arena, ", but %" SLICE_FMT " of '%" SLICE_FMT "' %" SLICE_FMT,
				    SLICE_ARG(route_label(other->route, arena)),
				    SLICE_ARG(other->member->vs.object->name),
				    SLICE_ARG(describe_share(other, arena)));
	if (!is_at_stage(odd, w->m))
		return SLICE(", as at no stage");
	return SLICE(", and differs from that stage in its mirror or in the proportions of its "
		     "destinations");
}

void mixed_note(const struct step_work *w)
{
	struct arena *arena = w->pool->arena;
	struct mixed_route other, odd = find_odd_route(&w->scope, w->m, &other);

	findings_add(&w->step->findings, &CODE_mixed, yaml_place(odd.route->node),
		     "the routes are not all at the same stage: %" SLICE_FMT " of '%" SLICE_FMT
		     "' %" SLICE_FMT "%" SLICE_FMT "%" SLICE_FMT,
		     SLICE_ARG(route_label(odd.route, arena)),
		     SLICE_ARG(odd.member->vs.object->name), SLICE_ARG(describe_share(&odd, arena)),
		     SLICE_ARG(describe_difference(w, &odd, &other)),
		     SLICE_ARG(describe_change(w, odd.member)));
}

/* Adds the finding of a route that is new. */
static void note_new_route(const struct step_work *w, const struct member *m, const struct route *r)
{
	findings_add(&w->step->findings, &CODE_route_new, yaml_place(r->node),
		     "%" SLICE_FMT " of '%" SLICE_FMT
		     "' is new and sends nothing to the new host; stage '%" SLICE_FMT
		     "' moves it as well%" SLICE_FMT,
		     SLICE_ARG(route_label(r, w->pool->arena)), SLICE_ARG(m->vs.object->name),
		     SLICE_ARG(step_stage_name(w, w->step->to)), SLICE_ARG(describe_change(w, m)));
}

/* Adds the finding of a generated copy that is stale. */
static void note_stale_copy(const struct step_work *w, const struct member *m,
			    const struct route *r)
{
	findings_add(&w->step->findings, &CODE_copy_stale, yaml_place(r[-1].node),
		     "the generated copy of %" SLICE_FMT " of '%" SLICE_FMT
		     "' differs from the route, because one of them was edited; stage '%" SLICE_FMT
		     "' %s it%" SLICE_FMT,
		     SLICE_ARG(route_label(r, w->pool->arena)), SLICE_ARG(m->vs.object->name),
		     SLICE_ARG(step_stage_name(w, w->step->to)),
		     w->step->to.kind == STAGE_MIRROR ? "renews" : "removes",
		     SLICE_ARG(describe_change(w, m)));
}

void mixed_note_edited(const struct step_work *w)
{
	struct stage stage = { STAGE_MIRROR, 0 };
	struct goal goal = step_goal(w, stage);

	for (size_t i = 0; i < w->scope.n; i++) {
		const struct member *m = &w->scope.members[i];
		const struct converge_context context = {
			.goal = &goal, .now = &m->vs, .base = m->baseline, .arena = w->pool->arena
		};

		for (size_t j = 0; j < m->vs.n; j++) {
			const struct route *r = &m->vs.routes[j];

			if (!r->nold || r->our_copy || route_is_standby(r))
				continue;
			if (w->step->has_new &&
			    (m->fresh || vs_route_is_new(&m->vs, m->baseline, r)))
				note_new_route(w, m, r);
			if (vs_copy_is_stale(&context, r))
				note_stale_copy(w, m, r);
		}
	}
}

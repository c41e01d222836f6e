#include "plan/mixed.h"

/* The share of one route that new has, in whole percent, and at least 1 when it has any. */
static int new_share(const struct route *r)
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
			int share = r->nold ? new_share(r) : 0;
			struct stage s = { share         ? STAGE_WEIGHT :
					   r->our_mirror ? STAGE_MIRROR :
							   STAGE_START,
					   share };

			if (stage_cmp(s, top) > 0)
				top = s;
		}
	return top;
}

/* A route of a member. */
struct spot {
	const struct member *member;
	const struct route *route;
	int share;
};

/*
 * The next route that names old, in the order of the members; false behind the last. `i` and `j`
 * begin as 0.
 */
static bool next_spot(const struct scope *scope, size_t *i, size_t *j, struct spot *out)
{
	for (; *i < scope->n; ++*i, *j = 0)
		while (*j < scope->members[*i].vs.n) {
			const struct route *r = &scope->members[*i].vs.routes[(*j)++];

			if (!r->nold || r->our_copy)
				continue;
			*out = (struct spot){ &scope->members[*i], r, new_share(r) };
			return true;
		}
	return false;
}

/*
 * The first route whose share is no stage's; else the first whose share is not the first one's;
 * else the first.
 */
static struct spot odd_spot(const struct scope *scope, const struct stages *stages)
{
	struct spot first = { NULL, NULL, 0 }, other = first, now;
	size_t i = 0, j = 0;

	while (next_spot(scope, &i, &j, &now)) {
		if (!stages_have(stages, (struct stage){ now.share ? STAGE_WEIGHT : STAGE_START,
							 now.share }))
			return now;
		if (!first.member)
			first = now;
		if (!other.member && now.share != first.share)
			other = now;
	}
	return other.member ? other : first;
}

void mixed_note(const struct scope *scope, const struct migration *m,
		const struct baselines *baselines, struct findings *findings)
{
	struct spot odd = odd_spot(scope, m->stages);
	const struct baseline_file *file = baselines_find(baselines, odd.member->source->path, m);
	struct slice label = route_label(odd.route, findings->arena), who = SLICE("");

	if (file && file->author.len)
		who = arena_printf(findings->arena,
				   " (%" SLICE_FMT " changed the file last, in %" SLICE_FMT ")",
				   SLICE_ARG(file->author),
				   SLICE_ARG(slice_sub(file->commit, 0, 8)));
	findings_add(findings, &CODE_mixed, yaml_place(odd.route->node),
		     "%" SLICE_FMT " of '%" SLICE_FMT
		     "' gives new %d %%, and the routes are at no stage together%" SLICE_FMT,
		     SLICE_ARG(label), SLICE_ARG(odd.member->vs.object->name), odd.share,
		     SLICE_ARG(who));
}

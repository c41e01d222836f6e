#include "istio/live_diff_internal.h"

#include "istio/live_scene_internal.h"

/* The value of a key. */
static const struct yaml_node *value_of(const struct yaml_node *map, const struct yaml_node *key)
{
	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (slice_eq(c->key->text, key->text))
			return c;
	return NULL;
}

/*
 * Are two nodes equal to Kubernetes: maps in any order of keys, scalars of the same type and value?
 */
static bool same_value(const struct yaml_node *a, const struct yaml_node *b)
{
	const struct yaml_node *y = b ? b->first : NULL;

	if (!a || !b)
		return !a && !b;
	if (a->kind != b->kind || a->nchildren != b->nchildren)
		return false;
	if (a->kind == YAML_SCALAR)
		return slice_eq(a->text, b->text) && yaml_type_of(a) == yaml_type_of(b);
	for (const struct yaml_node *x = a->first; x; x = x->next) {
		const struct yaml_node *other = a->kind == YAML_MAP ? value_of(b, x->key) : y;

		if (!same_value(x, other))
			return false;
		y = y ? y->next : NULL;
	}
	return true;
}

/* How far a VirtualService is: the share of the new host in what goes to either host, by route. */
struct move_progress {
	long sum;  /* over all routes, 2 for a part in a thousand, 1 for our mirror: rises with the
		      stage */
	long most; /* percent, of the furthest route */
	bool mirror;
};

static struct move_progress progress_of(const struct vs *vs)
{
	struct move_progress p = { 0 };

	for (size_t i = 0; i < vs->n; i++) {
		const struct route *r = &vs->routes[i];
		long old = 0, new = 0;

		for (size_t d = 0; d < r->n; d++) {
			old += r->dests[d].side == SIDE_OLD ? dest_weight(r, &r->dests[d]) : 0;
			new += r->dests[d].side == SIDE_NEW ? dest_weight(r, &r->dests[d]) : 0;
		}
		p.mirror = p.mirror || r->our_mirror;
		p.sum += r->our_mirror;
		if (old + new <= 0 || !r->nnew)
			continue;
		p.sum += 2 * (new * 1000 / (old + new));
		if (new * 100 / (old + new) > p.most)
			p.most = new * 100 / (old + new);
	}
	return p;
}

/* "25% of the requests", "mirrored requests only", "no requests". */
static struct slice progress_text(struct move_progress p, struct arena *arena)
{
	if (p.most || !p.sum)
		return p.most ? arena_printf(arena, "%ld%% of the requests", p.most) :
				SLICE("no requests");
	return p.mirror ? SLICE("mirrored requests only") : SLICE("less than 1% of the requests");
}

/* One VirtualService that is in both. */
static void compare_twin(const struct live_scene *s, const struct vs *vs, const struct object *twin,
			 struct findings *findings)
{
	struct place at = live_place(twin, s->arena);
	struct err err = ERR_INIT;
	struct move_progress mine, its;
	struct vs live;

	if (vs_read(&live, twin, &(struct move_context){ s->move, s->arena, NULL }, &err) < 0) {
		findings_add(findings, &CODE_live_unseen, at, "the routes cannot be read: %s",
			     err.reason);
		return;
	}
	mine = progress_of(vs);
	its = progress_of(&live);
	if (its.sum != mine.sum)
		findings_add(findings, its.sum < mine.sum ? &CODE_live_behind : &CODE_live_ahead,
			     at,
			     "the new host gets %" SLICE_FMT " in the cluster, %" SLICE_FMT
			     " in the commit",
			     SLICE_ARG(progress_text(its, s->arena)),
			     SLICE_ARG(progress_text(mine, s->arena)));
	else if (!same_value(yaml_get(twin->spec, "http"), yaml_get(vs->object->spec, "http")))
		findings_add(findings, &CODE_live_edited, at,
			     "spec.http differs from the commit, %" SLICE_FMT,
			     SLICE_ARG(yaml_place(vs->object->node).path));
}

void live_differences(const struct live_scene *s, struct findings *findings)
{
	for (size_t i = 0; i < s->nvss; i++) {
		const struct vs *vs = &s->vss[i];
		const struct object *twin = live_twin(s, vs);

		if (twin)
			compare_twin(s, vs, twin, findings);
		else if (live_covered(s, "VirtualService", vs->ns))
			findings_add(findings, &CODE_live_missing, yaml_place(vs->object->node),
				     "the VirtualService '%" SLICE_FMT "%s%" SLICE_FMT
				     "' is not in the cluster",
				     SLICE_ARG(vs->ns), vs->ns.len ? "/" : "",
				     SLICE_ARG(vs->object->name));
	}
}

#include "istio/converge.h"

#include "istio/header.h"
#include "istio/host.h"

#include <stdio.h>
#include <string.h>

/* What all steps of converging one VirtualService share. */
struct work {
	const struct vs *vs, *base;
	const struct goal *goal;
	struct arena *arena;
	struct findings *findings;
	struct err *err;
};

/* A number as text in the arena. */
static struct slice number(struct arena *arena, long value)
{
	return arena_printf(arena, "%ld", value);
}

/* A literal in the arena, since edits keep it. */
static struct yaml_lit *lit_new(struct arena *arena, size_t n)
{
	return arena_array(arena, n, sizeof(struct yaml_lit));
}

/* "weight: N". */
static const struct yaml_lit *weight_lit(struct arena *arena, long value)
{
	struct yaml_lit *lit = lit_new(arena, 1);

	*lit = (struct yaml_lit){ .key = SLICE("weight"),
				  .kind = LIT_INT,
				  .text = number(arena, value) };
	return lit;
}

/* "port: {number: N}". */
static const struct yaml_lit *port_lit(struct arena *arena, int port)
{
	struct yaml_lit *lit = lit_new(arena, 2);

	lit[1] = (struct yaml_lit){ .key = SLICE("number"),
				    .kind = LIT_INT,
				    .text = number(arena, port) };
	lit[0] = (struct yaml_lit){
		.key = SLICE("port"), .kind = LIT_MAP, .items = &lit[1], .n = 1
	};
	return lit;
}

/* Gives a destination its weight: sets, adds or removes the key. */
static void converge_weight(struct yaml_edits *e, const struct dest *d, long value,
			    struct arena *arena)
{
	if (value >= 0 && d->weight)
		yaml_set(e, d->weight, LIT_INT, number(arena, value));
	else if (value >= 0)
		yaml_put(e, d->node, d->destination, YAML_AFTER, weight_lit(arena, value));
	else if (d->weight)
		yaml_delete(e, d->weight);
}

/* A refusal about one destination. */
static int refuse_dest(const struct work *w, const struct code *code, const struct yaml_node *at,
		       const char *what)
{
	return err_set(w->err, code, yaml_place(at), "%s", what);
}

/* Are all keys of the map among these? Returns the first that is not. */
static const struct yaml_node *stranger(const struct yaml_node *map, const char *known)
{
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		struct slice rest = slice_of(known), word;
		bool found = false;

		while (!found && slice_next(&rest, ' ', &word))
			found = slice_eq(word, c->key->text);
		if (!found)
			return c;
	}
	return NULL;
}

/* Where old names its port, new needs one too, and it must be a port of new. */
static int port_known(const struct work *w, const struct dest *d)
{
	if (d->port && !w->goal->move->port)
		return refuse_dest(w, &CODE_port_unknown, d->port,
				   "the old destination names its port, and the port of the new "
				   "host is not known");
	return 0;
}

/*
 * May the old destination be copied for new? Which keys survive a copy is decided here; unknown
 * ones are refused.
 */
static int copy_allowed(const struct work *w, const struct dest *d)
{
	const struct yaml_node *odd = stranger(d->node, "destination weight headers");

	if (!odd && d->destination->kind == YAML_MAP)
		odd = stranger(d->destination, "host subset port");
	if (odd) {
		(void)err_set(w->err, &CODE_route_shape, yaml_place(odd),
			      "the old destination has a field '%" SLICE_FMT
			      "' that may not fit new",
			      SLICE_ARG(odd->key->text));
		return err_remedy(w->err, "remove the field, or move this route by hand");
	}
	return port_known(w, d);
}

/*
 * The new host as this VirtualService must write it: a short name means another host in another
 * namespace.
 */
static struct slice new_host(const struct work *w)
{
	struct slice to = w->goal->move->to;

	return host_same(host_resolve(to, w->vs->ns, w->arena), w->vs->new_host) ? to :
										   w->vs->new_host;
}

/* The Host header of the new destination; old's own is not copied. */
static int new_header(const struct work *w, struct yaml_edits *copy, const struct route *r,
		      const struct dest *old)
{
	const struct yaml_node *theirs = dest_host_header(old);

	if (r->kind != ROUTE_HTTP)
		return 0;
	if (w->findings && theirs && !w->goal->move->host_header.ptr)
		findings_add(w->findings, &CODE_host_header, yaml_place(theirs),
			     "the old destination sets the Host header");
	return dest_set_host(copy, old, w->goal->move->host_header, w->arena, w->err);
}

/*
 * The new destination: a copy of the old one with host, port, Host header and weight of its own and
 * no subset.
 */
static int add_new(const struct work *w, struct yaml_edits *e, const struct route *r,
		   const struct dest *old, long weight)
{
	const struct move *move = w->goal->move;
	struct yaml_edits *copy;

	if (copy_allowed(w, old) < 0)
		return -1;
	copy = yaml_copy(e, old->node, YAML_AFTER, SLICE_NONE);
	yaml_set(copy, old->host, LIT_STRING, new_host(w));
	if (old->subset)
		yaml_delete(copy, old->subset);
	if (old->port && yaml_get(old->port, "number"))
		yaml_set(copy, yaml_get(old->port, "number"), LIT_INT,
			 number(w->arena, move->port));
	else if (old->port)
		return refuse_dest(w, &CODE_route_shape, old->port,
				   "the port of the old destination has no number");
	else if (move->port)
		yaml_put(copy, old->destination, old->host, YAML_AFTER,
			 port_lit(w->arena, move->port));
	converge_weight(copy, old, weight, w->arena);
	return new_header(w, copy, r, old);
}

/* Brings the destinations of one route to what is wanted. */
static int converge_dests(const struct work *w, struct yaml_edits *e, const struct route *r,
			  const struct want *want)
{
	const struct dest *last = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct dest *d = &r->dests[i];

		if (d->side == SIDE_OLD) {
			last = d;
			if (want->no_old)
				yaml_delete(e, d->node);
			else
				converge_weight(e, d, want->weight[i], w->arena);
		} else if (d->side == SIDE_NEW && want->has_new) {
			converge_weight(e, d, want->new_weight, w->arena);
			if (w->goal->move->host_header.ptr && r->kind == ROUTE_HTTP &&
			    !w->goal->reading &&
			    dest_set_host(e, d, w->goal->move->host_header, w->arena, w->err) < 0)
				return -1;
		} else if (d->side == SIDE_NEW) {
			yaml_delete(e, d->node);
		}
	}
	return want->has_new && !r->nnew ? add_new(w, e, r, last, want->new_weight) : 0;
}

/* "mirror: {host, port}" and "mirrorPercentage: {value}". */
static const struct yaml_lit *mirror_lits(const struct work *w)
{
	const struct move *move = w->goal->move;
	struct yaml_lit *lit = lit_new(w->arena, 5);

	lit[2] = (struct yaml_lit){ .key = SLICE("host"), .kind = LIT_STRING, .text = new_host(w) };
	if (move->port)
		lit[3] = *port_lit(w->arena, move->port);
	lit[4] = (struct yaml_lit){ .key = SLICE("value"),
				    .kind = LIT_INT,
				    .text = number(w->arena, move->mirror_percent) };
	lit[0] = (struct yaml_lit){
		.key = SLICE("mirror"), .kind = LIT_MAP, .items = &lit[2], .n = move->port ? 2 : 1
	};
	lit[1] = (struct yaml_lit){
		.key = SLICE("mirrorPercentage"), .kind = LIT_MAP, .items = &lit[4], .n = 1
	};
	return lit;
}

/* Our mirror on a route: added, brought to its percentage, or taken away. */
static void converge_mirror(const struct work *w, struct yaml_edits *e, const struct route *r,
			    bool wanted)
{
	const struct yaml_node *value = yaml_get(r->percent, "value");

	if (wanted && !r->our_mirror) {
		const struct yaml_lit *lits = mirror_lits(w);

		yaml_put(e, r->node, r->list, YAML_AFTER, &lits[0]);
		yaml_put(e, r->node, r->list, YAML_AFTER, &lits[1]);
	} else if (wanted && value) {
		yaml_set(e, value, LIT_INT, number(w->arena, w->goal->move->mirror_percent));
	} else if (!wanted && r->our_mirror) {
		yaml_delete(e, r->mirror);
		if (r->percent)
			yaml_delete(e, r->percent);
	}
}

/* "method: {exact: M}" for a match block. */
static const struct yaml_lit *method_lit(struct arena *arena, struct slice method)
{
	struct yaml_lit *lit = lit_new(arena, 2);

	lit[1] = (struct yaml_lit){ .key = SLICE("exact"), .kind = LIT_STRING, .text = method };
	lit[0] = (struct yaml_lit){
		.key = SLICE("method"), .kind = LIT_MAP, .items = &lit[1], .n = 1
	};
	return lit;
}

/* A whole "match" for a route that has none: one block per method. */
static const struct yaml_lit *match_lit(const struct work *w)
{
	const struct slices methods = w->goal->move->methods;
	struct yaml_lit *lit = lit_new(w->arena, methods.n + 1);

	for (size_t i = 0; i < methods.n; i++)
		lit[i + 1] = (struct yaml_lit){ .kind = LIT_MAP,
						.items = method_lit(w->arena, methods.items[i]),
						.n = 1 };
	lit[0] = (struct yaml_lit){
		.key = SLICE("match"), .kind = LIT_SEQ, .items = &lit[1], .n = methods.n
	};
	return lit;
}

/*
 * In a copy: keeps the match blocks that let only safe methods through, multiplies the open ones,
 * drops the others.
 */
static void multiply_matches(const struct work *w, struct yaml_edits *copy, const struct route *r)
{
	const struct slices methods = w->goal->move->methods;

	if (!r->match) {
		yaml_put(copy, r->node, r->list, YAML_BEFORE, match_lit(w));
		return;
	}
	for (const struct yaml_node *c = r->match->first; c; c = c->next) {
		bool odd;
		struct slice method = match_method(c, &odd);

		if (odd || !c->nchildren || (method.ptr && !slices_have(methods, method))) {
			yaml_delete(copy, c);
			continue;
		}
		for (size_t i = 0; i < methods.n && !method.ptr; i++) {
			struct yaml_edits *target =
				i ? yaml_copy(copy, c, YAML_AFTER, SLICE_NONE) : copy;

			yaml_put(target, c, NULL, YAML_AFTER,
				 method_lit(w->arena, methods.items[i]));
		}
	}
}

/* What is different in the generated copy of a route. */
static int fill_copy(const struct work *w, struct yaml_edits *copy, const struct route *r,
		     const struct want *want)
{
	const struct yaml_lit *lits = mirror_lits(w);

	if (converge_dests(w, copy, r, want) < 0)
		return -1;
	multiply_matches(w, copy, r);
	yaml_put(copy, r->node, r->list, YAML_AFTER, &lits[0]);
	yaml_put(copy, r->node, r->list, YAML_AFTER, &lits[1]);
	return 0;
}

/* The generated copy in front of a route: added, refreshed, or taken away. */
static int converge_copy(const struct work *w, struct yaml_edits *e, const struct route *r,
			 const struct want *want)
{
	const struct route *old = r->index && r[-1].our_copy ? &r[-1] : NULL;
	struct yaml_edits *nested;

	if (want->mirror == MIRROR_ON_COPY && old) {
		struct yaml_edits *trial = yaml_edits_new(r->node->file, w->arena);

		if (fill_copy(w, trial, r, want) < 0)
			return -1;
		if (yaml_copy_is(r->node, trial, old->node))
			return 0;
	}
	if (old)
		yaml_delete(e, old->node);
	if (want->mirror != MIRROR_ON_COPY)
		return 0;
	nested = yaml_copy(e, r->node, YAML_BEFORE, SLICE(COPY_COMMENT));
	return fill_copy(w, nested, r, want);
}

/*
 * Would the route itself decide about the Host header that new is to see? And says what a mirror
 * sees.
 */
static int check_header(const struct work *w, const struct route *r, const struct want *want)
{
	bool adding = want->has_new && !r->nnew && r->kind == ROUTE_HTTP;
	const struct yaml_node *authority =
		adding && w->goal->move->host_header.ptr ? route_authority(r) : NULL;

	if (authority)
		return err_set(w->err, &CODE_host_authority, yaml_place(authority),
			       "%" SLICE_FMT " sets the Host header for all its destinations, "
			       "which wins over to.hostHeader",
			       SLICE_ARG(route_label(r, w->arena)));
	if (w->findings && w->goal->move->host_header.ptr && want->mirror != MIRROR_NONE)
		findings_add(w->findings, &CODE_mirror_host, yaml_place(r->node),
			     "the mirrored requests of %" SLICE_FMT
			     " carry the Host header of the request, not to.hostHeader",
			     SLICE_ARG(route_label(r, w->arena)));
	return 0;
}

/* One route that names old. */
static int converge_route(const struct work *w, struct yaml_edits *e, const struct route *r,
			  struct shares *shares)
{
	const struct route *base = route_pair(w->base, w->vs, r);
	struct want want;

	if (stage_want(&want, w->vs, r, base, w->goal, w->arena, w->findings, w->err) < 0 ||
	    check_header(w, r, &want) < 0)
		return -1;
	for (size_t i = 0; i < r->n && want.mirror != MIRROR_NONE; i++)
		if (r->dests[i].side == SIDE_OLD && port_known(w, &r->dests[i]) < 0)
			return -1;
	if (converge_dests(w, e, r, &want) < 0 || converge_copy(w, e, r, &want) < 0)
		return -1;
	converge_mirror(w, e, r, want.mirror == MIRROR_ON_ROUTE);
	if (shares)
		shares_note(shares, w->vs, r, &want, w->goal->move, w->arena);
	return 0;
}

int vs_converge(struct yaml_edits *e, const struct vs *now, const struct vs *base,
		const struct goal *goal, struct arena *arena, struct findings *findings,
		struct shares *shares, struct err *err)
{
	struct work w = { now, base, goal, arena, findings, err };

	for (size_t i = 0; i < now->n; i++) {
		const struct route *r = &now->routes[i];

		if (r->nold && !r->our_copy && converge_route(&w, e, r, shares) < 0)
			return -1;
	}
	return 0;
}

void vs_mark_copies(struct vs *vs, const struct move *move, struct arena *arena)
{
	struct stages none = { .n = 0 };
	struct goal goal = { .move = move, .stages = &none, .stage = { STAGE_MIRROR, 0 } };
	struct err ignored = ERR_INIT;
	struct work w = { vs, NULL, &goal, arena, NULL, &ignored };

	for (size_t i = 0; i + 1 < vs->n; i++) {
		struct route *r = &vs->routes[i], *next = r + 1;
		struct yaml_edits *trial;
		struct want want;

		if (r->our_copy || !r->our_mirror || next->kind != ROUTE_HTTP || !next->nold ||
		    next->our_mirror || next->nnew)
			continue;
		trial = yaml_edits_new(vs->object->node->file, arena);
		if (stage_want(&want, vs, next, NULL, &goal, arena, NULL, &ignored) < 0 ||
		    fill_copy(&w, trial, next, &want) < 0)
			continue;
		r->our_copy =
			want.mirror == MIRROR_ON_COPY && yaml_copy_is(next->node, trial, r->node);
	}
	vs_number_routes(vs);
}

bool vs_at(const struct vs *now, const struct vs *base, const struct goal *goal)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_edits *e = yaml_edits_new(now->object->node->file, arena);
	struct err ignored = ERR_INIT;
	struct goal reading = *goal;

	reading.reading = true;
	return vs_converge(e, now, base, &reading, arena, NULL, NULL, &ignored) == 0 &&
	       yaml_edits_empty(e);
}

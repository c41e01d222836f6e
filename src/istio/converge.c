#include "istio/converge.h"

#include "istio/header.h"
#include "istio/host.h"
#include "istio/match.h"
#include "istio/route_pair.h"

#include <stdio.h>
#include <string.h>

/* What all steps of converging one VirtualService share. */
struct convergence {
	const struct converge_context *c;
	const struct move *move; /* of the goal */
	struct err *err;
};

/* A number as text in the arena. */
static struct slice number_text(struct arena *arena, long value)
{
	return arena_printf(arena, "%ld", value);
}

/* A literal in the arena, since edits keep it. */
static struct yaml_lit *new_lits(struct arena *arena, size_t n)
{
	return arena_array(arena, n, sizeof(struct yaml_lit));
}

/* "weight: N". */
static const struct yaml_lit *weight_lit(struct arena *arena, long value)
{
	struct yaml_lit *lit = new_lits(arena, 1);

	*lit = (struct yaml_lit){ .key = SLICE("weight"),
				  .kind = LIT_INT,
				  .text = number_text(arena, value) };
	return lit;
}

/* "port: {number: N}". */
static const struct yaml_lit *port_lit(struct arena *arena, int port)
{
	struct yaml_lit *lit = new_lits(arena, 2);

	lit[1] = (struct yaml_lit){ .key = SLICE("number"),
				    .kind = LIT_INT,
				    .text = number_text(arena, port) };
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
		yaml_set(e, d->weight, LIT_INT, number_text(arena, value));
	else if (value >= 0)
		yaml_put(e, d->node, d->destination, YAML_AFTER, weight_lit(arena, value));
	else if (d->weight)
		yaml_delete(e, d->weight);
}

/* A refusal about one destination. */
static int refuse_dest(const struct convergence *w, const struct code *code,
		       const struct yaml_node *at, const char *what)
{
	return err_set(w->err, code, yaml_place(at), "%s", what);
}

/* Are all keys of the map among these? Returns the first that is not. */
static const struct yaml_node *find_unknown(const struct yaml_node *map, const char *known)
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

/* Where the old destination specifies a port, the new one needs one too, and it must be known. */
static int check_port(const struct convergence *w, const struct dest *d)
{
	if (d->port && !w->move->port)
		return refuse_dest(w, &CODE_port_unknown, d->port,
				   "the old destination specifies a port, and the port of the new "
				   "host is not known");
	return 0;
}

/*
 * May the old destination be copied for the new host? Which keys may be copied is decided here;
 * unknown ones are refused.
 */
static int check_copy(const struct convergence *w, const struct dest *d)
{
	const struct yaml_node *odd = find_unknown(d->node, "destination weight headers");

	if (!odd && d->destination->kind == YAML_MAP)
		odd = find_unknown(d->destination, "host subset port");
	if (odd) {
		(void)err_set(w->err, &CODE_route_shape, yaml_place(odd),
			      "the old destination has the field '%" SLICE_FMT
			      "', which may not apply to the new host",
			      SLICE_ARG(odd->key->text));
		return err_remedy(w->err, "remove the field, or change this route by hand");
	}
	return check_port(w, d);
}

/*
 * The new host as this VirtualService must write it: a short name is another host in another
 * namespace.
 */
static struct slice new_host_text(const struct convergence *w)
{
	struct slice to = w->move->to;

	return host_same(host_resolve(to, w->c->now->ns, w->c->arena), w->c->now->new_host) ?
		       to :
		       w->c->now->new_host;
}

/* The Host header of the new destination; that of the old one is not copied. */
static int set_new_header(const struct convergence *w, struct yaml_edits *copy,
			  const struct route *r, const struct dest *old)
{
	const struct yaml_node *theirs = dest_host_header(old);

	if (r->kind != ROUTE_HTTP)
		return 0;
	if (w->c->findings && theirs && !w->move->host_header.ptr)
		findings_add(w->c->findings, &CODE_host_header, yaml_place(theirs),
			     "the old destination sets the Host header");
	return dest_set_host(copy, old, w->move->host_header, w->c->arena, w->err);
}

/*
 * The new destination: a copy of the old one with host, port, Host header and weight of its own and
 * no subset.
 */
static int add_new(const struct convergence *w, struct yaml_edits *e, const struct route *r,
		   const struct dest *old, long weight)
{
	const struct move *move = w->move;
	struct yaml_edits *copy;

	if (check_copy(w, old) < 0)
		return -1;
	copy = yaml_copy(e, old->node, YAML_AFTER, SLICE_NONE);
	yaml_set(copy, old->host, LIT_STRING, new_host_text(w));
	if (old->subset)
		yaml_delete(copy, old->subset);
	if (old->port && yaml_get(old->port, "number"))
		yaml_set(copy, yaml_get(old->port, "number"), LIT_INT,
			 number_text(w->c->arena, move->port));
	else if (old->port)
		return refuse_dest(w, &CODE_route_shape, old->port,
				   "the port of the old destination has no number");
	else if (move->port)
		yaml_put(copy, old->destination, old->host, YAML_AFTER,
			 port_lit(w->c->arena, move->port));
	converge_weight(copy, old, weight, w->c->arena);
	return set_new_header(w, copy, r, old);
}

/* Brings the destinations of one route to what is wanted. */
static int converge_dests(const struct convergence *w, struct yaml_edits *e, const struct route *r,
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
				converge_weight(e, d, want->weight[i], w->c->arena);
		} else if (d->side == SIDE_NEW && want->has_new) {
			converge_weight(e, d, want->new_weight, w->c->arena);
			if (w->move->host_header.ptr && r->kind == ROUTE_HTTP &&
			    !w->c->goal->reading &&
			    dest_set_host(e, d, w->move->host_header, w->c->arena, w->err) < 0)
				return -1;
		} else if (d->side == SIDE_NEW) {
			yaml_delete(e, d->node);
		}
	}
	return want->has_new && !r->nnew ? add_new(w, e, r, last, want->new_weight) : 0;
}

/* "mirror: {host, port}" and "mirrorPercentage: {value}". */
static const struct yaml_lit *mirror_lits(const struct convergence *w)
{
	const struct move *move = w->move;
	struct yaml_lit *lit = new_lits(w->c->arena, 5);

	lit[2] = (struct yaml_lit){ .key = SLICE("host"),
				    .kind = LIT_STRING,
				    .text = new_host_text(w) };
	if (move->port)
		lit[3] = *port_lit(w->c->arena, move->port);
	lit[4] = (struct yaml_lit){ .key = SLICE("value"),
				    .kind = LIT_INT,
				    .text = number_text(w->c->arena, move->mirror_percent) };
	lit[0] = (struct yaml_lit){
		.key = SLICE("mirror"), .kind = LIT_MAP, .items = &lit[2], .n = move->port ? 2 : 1
	};
	lit[1] = (struct yaml_lit){
		.key = SLICE("mirrorPercentage"), .kind = LIT_MAP, .items = &lit[4], .n = 1
	};
	return lit;
}

/* Our mirror on a route: added, brought to its percentage, or removed. */
static void converge_mirror(const struct convergence *w, struct yaml_edits *e,
			    const struct route *r, bool wanted)
{
	const struct yaml_node *value = yaml_get(r->percent, "value");

	if (wanted && !r->our_mirror) {
		const struct yaml_lit *lits = mirror_lits(w);

		yaml_put(e, r->node, r->list, YAML_AFTER, &lits[0]);
		yaml_put(e, r->node, r->list, YAML_AFTER, &lits[1]);
	} else if (wanted && value) {
		yaml_set(e, value, LIT_INT, number_text(w->c->arena, w->move->mirror_percent));
	} else if (!wanted && r->our_mirror) {
		yaml_delete(e, r->mirror);
		if (r->percent)
			yaml_delete(e, r->percent);
	}
}

/* "method: {exact: M}" for a match block. */
static const struct yaml_lit *method_lit(struct arena *arena, struct slice method)
{
	struct yaml_lit *lit = new_lits(arena, 2);

	lit[1] = (struct yaml_lit){ .key = SLICE("exact"), .kind = LIT_STRING, .text = method };
	lit[0] = (struct yaml_lit){
		.key = SLICE("method"), .kind = LIT_MAP, .items = &lit[1], .n = 1
	};
	return lit;
}

/* A whole "match" for a route that has none: one block per method. */
static const struct yaml_lit *match_lit(const struct convergence *w)
{
	const struct slices methods = w->move->methods;
	struct yaml_lit *lit = new_lits(w->c->arena, methods.n + 1);

	for (size_t i = 0; i < methods.n; i++)
		lit[i + 1] = (struct yaml_lit){ .kind = LIT_MAP,
						.items = method_lit(w->c->arena, methods.items[i]),
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
static void multiply_matches(const struct convergence *w, struct yaml_edits *copy,
			     const struct route *r)
{
	const struct slices methods = w->move->methods;

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
				 method_lit(w->c->arena, methods.items[i]));
		}
	}
}

/* The differences of the generated copy from its route. */
static int fill_copy(const struct convergence *w, struct yaml_edits *copy, const struct route *r,
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

/* The generated copy in front of a route; NULL: none. */
static const struct route *copy_of(const struct route *r)
{
	return r->index && r[-1].our_copy ? &r[-1] : NULL;
}

/* The generated copy in front of a route: added, refreshed, or removed. */
static int converge_copy(const struct convergence *w, struct yaml_edits *e, const struct route *r,
			 const struct want *want)
{
	const struct route *old = copy_of(r);
	struct yaml_edits *nested;

	if (want->mirror == MIRROR_ON_COPY && old) {
		struct yaml_edits *trial = yaml_edits_new(r->node->file, w->c->arena);

		if (fill_copy(w, trial, r, want) < 0)
			return -1;
		if (w->c->goal->reading || yaml_copy_is(r->node, trial, old->node))
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
 * Does the route itself set the Host header that the new host should get? And reports what a mirror
 * sends.
 */
static int check_header(const struct convergence *w, const struct route *r, const struct want *want)
{
	bool adding = want->has_new && !r->nnew && r->kind == ROUTE_HTTP;
	const struct yaml_node *authority =
		adding && w->move->host_header.ptr ? route_authority(r) : NULL;

	if (authority)
		return err_set(w->err, &CODE_host_authority, yaml_place(authority),
			       "%" SLICE_FMT " sets the Host header for all its destinations, "
			       "which takes precedence over spec.to.hostHeader",
			       SLICE_ARG(route_label(r, w->c->arena)));
	if (w->c->findings && w->move->host_header.ptr && want->mirror != MIRROR_NONE)
		findings_add(
			w->c->findings, &CODE_mirror_host, yaml_place(r->node),
			"mirrored requests of %" SLICE_FMT
			" have the Host header of the original request, not spec.to.hostHeader",
			SLICE_ARG(route_label(r, w->c->arena)));
	return 0;
}

/* One route that names the old host. */
static int converge_route(const struct convergence *w, struct yaml_edits *e, const struct route *r)
{
	const struct converge_context *c = w->c;
	const struct goal_context goal = {
		.goal = c->goal,
		.vs = c->now,
		.now = r,
		.base = route_pair(c->base, c->now, r),
		.arena = c->arena,
		.findings = c->findings,
	};
	struct want want;

	if (goal_want(&goal, &want, w->err) < 0)
		return -1;
	if (c->shares)
		shares_note(c->shares, c->now, r, &want, w->move);
	if (want.keep)
		return 0;
	if (check_header(w, r, &want) < 0)
		return -1;
	for (size_t i = 0; i < r->n && want.mirror != MIRROR_NONE; i++)
		if (r->dests[i].side == SIDE_OLD && check_port(w, &r->dests[i]) < 0)
			return -1;
	if (converge_dests(w, e, r, &want) < 0 || converge_copy(w, e, r, &want) < 0)
		return -1;
	converge_mirror(w, e, r, want.mirror == MIRROR_ON_ROUTE);
	return 0;
}

int vs_converge(const struct converge_context *c, struct yaml_edits *e, struct err *err)
{
	const struct convergence w = { c, c->goal->move, err };

	for (size_t i = 0; i < c->now->n; i++) {
		const struct route *r = &c->now->routes[i];

		if (!r->nold || r->our_copy ||
		    (c->goal->pass_new && vs_route_is_new(c->now, c->base, r)))
			continue;
		if (converge_route(&w, e, r) < 0)
			return -1;
	}
	return 0;
}

/* Is the route in front of `next` exactly the copy that the mirror stage would generate? */
static bool is_copy_of(const struct converge_context *c, const struct route *next)
{
	struct err ignored = ERR_INIT;
	const struct convergence w = { c, c->goal->move, &ignored };
	const struct goal_context goal = {
		.goal = c->goal, .vs = c->now, .now = next, .arena = c->arena
	};
	struct yaml_edits *trial = yaml_edits_new(next->node->file, c->arena);
	struct want want;

	return goal_want(&goal, &want, &ignored) == 0 && fill_copy(&w, trial, next, &want) == 0 &&
	       want.mirror == MIRROR_ON_COPY && yaml_copy_is(next->node, trial, next[-1].node);
}

bool vs_route_is_new(const struct vs *now, const struct vs *base, const struct route *r)
{
	return base && !r->nnew && !r->our_mirror && !copy_of(r) && !route_pair(base, now, r);
}

bool vs_copy_is_stale(const struct converge_context *c, const struct route *r)
{
	return copy_of(r) && !is_copy_of(c, r);
}

void vs_mark_copies(struct vs *vs, const struct move *move, struct arena *arena)
{
	const struct stages none = { .n = 0 };
	const struct goal goal = { .move = move, .stages = &none, .stage = { STAGE_MIRROR, 0 } };
	const struct converge_context c = { .goal = &goal, .now = vs, .arena = arena };

	for (size_t i = 0; i + 1 < vs->n; i++) {
		struct route *r = &vs->routes[i], *next = r + 1;

		if (!r->our_copy && r->our_mirror && next->kind == ROUTE_HTTP && next->nold &&
		    !next->our_mirror && !next->nnew)
			r->our_copy = is_copy_of(&c, next);
	}
	vs_number_routes(vs);
}

bool vs_at(const struct vs *now, const struct vs *base, const struct goal *goal)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct yaml_edits *e = yaml_edits_new(now->object->node->file, arena);
	struct err ignored = ERR_INIT;
	struct goal reading = *goal;
	const struct converge_context c = {
		.goal = &reading, .now = now, .base = base, .arena = arena
	};

	reading.reading = true;
	return vs_converge(&c, e, &ignored) == 0 && yaml_edits_empty(e);
}

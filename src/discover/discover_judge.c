#include "discover/discover_internal.h"

#include "base/alloc.h"
#include "istio/converge.h"
#include "istio/host.h"
#include "istio/rules.h"

#include <stdlib.h>

/* Stands for the host that nobody has chosen yet; no host looks like it. */
#define NO_HOST "<new host>"

/* What a verdict needs; one candidate after the other. */
struct judging {
	const struct inventory *inv;
	struct arena *arena;
	struct candidate *c;
	struct move move;
	struct slice host; /* resolved */
	struct vs *vss;    /* those that route to it by http */
	size_t nvss;
	struct use *uses;
	size_t nuses, cap;
};

/* --- who routes to one ---------------------------------------------------- */

/* Notes one use. */
static void note_use(struct judging *j, const struct vs *vs, const char *kind, struct slice route,
		     const struct yaml_node *at)
{
	const struct object *o = vs->object;
	struct use *u;

	ROOM(j->uses, j->nuses, j->cap);
	u = &j->uses[j->nuses++];
	*u = (struct use){ .kind = kind, .vs = o->name, .route = route, .at = yaml_place(at) };
	u->path = u->at.path;
	if (o->ns.len)
		u->vs = arena_printf(j->arena, "%" SLICE_FMT "/%" SLICE_FMT, SLICE_ARG(o->ns),
				     SLICE_ARG(o->name));
}

/* Is it the host at hand, as the VirtualService resolves it? */
static bool names_host(const struct judging *j, const struct vs *vs, const struct yaml_node *host)
{
	return yaml_string(host).len &&
	       host_same(host_resolve(host->text, vs->ns, j->arena), vs->old_host);
}

/* The first item of a list; NULL: there is none. */
static const struct yaml_node *first_of(const struct yaml_node *list)
{
	return list && list->kind == YAML_SEQ ? list->first : NULL;
}

/* The uses by tls and tcp routes. */
static void other_uses(struct judging *j, const struct vs *vs, const char *kind)
{
	const struct yaml_node *list = yaml_get(vs->object->spec, kind);
	size_t number = 0;

	for (const struct yaml_node *r = first_of(list); r; r = r->next) {
		const struct yaml_node *dests = yaml_get(r, "route");

		number++;
		for (const struct yaml_node *x = first_of(dests); x; x = x->next)
			if (names_host(j, vs, yaml_path(x, "destination", "host", NULL))) {
				note_use(j, vs, kind, arena_printf(j->arena, "route %zu", number),
					 r);
				break;
			}
	}
}

/* All uses by one VirtualService. */
static void note_uses(struct judging *j, const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++) {
		const struct route *r = &vs->routes[i];

		if (r->nold)
			note_use(j, vs, "http", route_label(r, j->arena), r->node);
		if (names_host(j, vs, yaml_get(r->mirror, "host")))
			note_use(j, vs, "mirror", route_label(r, j->arena), r->node);
	}
	other_uses(j, vs, "tls");
	other_uses(j, vs, "tcp");
}

/* Would the first weight be refused? The edits are dropped. */
static void try_weight(struct judging *j, const struct vs *vs)
{
	const struct goal goal = { .move = &j->move,
				   .stages = &stages_default,
				   .stage = { STAGE_WEIGHT, 10 } };
	const struct converge_context context = { .goal = &goal, .now = vs, .arena = j->arena };
	struct yaml_edits *e = yaml_edits_new(vs->object->node->file, j->arena);
	struct err err = ERR_INIT;

	if (vs_converge(&context, e, &err) < 0)
		findings_add_err(&j->c->findings, &err);
	else if (yaml_edits_refusal(e))
		findings_add_err(&j->c->findings, yaml_edits_refusal(e));
}

/* Looks at one VirtualService that names the host, or something like it. */
static void look_at(struct judging *j, const struct object *o)
{
	struct findings noticed = { .arena = j->arena };
	size_t before = j->nuses;
	struct err err = ERR_INIT;
	struct vs vs;

	if (vs_read(&vs, o, &(struct move_context){ &j->move, j->arena, &noticed }, &err) < 0) {
		findings_add_err(&j->c->findings, &err);
		return;
	}
	note_uses(j, &vs);
	for (size_t i = 0; i < noticed.n; i++) /* what is noticed elsewhere is another host's, but
						  for a name that looks like this */
		if (j->nuses > before || noticed.items[i].code == &CODE_host_near)
			*findings_add(&j->c->findings, noticed.items[i].code, noticed.items[i].at,
				      "%s", "") = noticed.items[i];
	if (!vs.nold)
		return;
	vs_mark_copies(&vs, &j->move, j->arena);
	if (!j->c->migration)
		try_weight(j, &vs);
	j->vss[j->nvss++] = vs;
}

/* No http route goes to it: why, as well as it can be told. */
static void note_unused(struct judging *j, const struct holdings *named)
{
	for (size_t i = 0; i < named->n; i++) {
		const struct object *o = named->items[i].object;
		const struct yaml_node *hosts = vs_is(o) ? yaml_get(o->spec, "hosts") : NULL;

		for (const struct yaml_node *h = hosts ? hosts->first : NULL; h; h = h->next)
			if (host_covered(yaml_string(h), j->host)) {
				findings_add(
					&j->c->findings, &CODE_host_wildcard, yaml_place(h),
					"'%" SLICE_FMT
					"' is reached only through the wildcard host '%" SLICE_FMT
					"'",
					SLICE_ARG(j->host), SLICE_ARG(h->text));
				return;
			}
	}
	if (j->nuses)
		findings_add(&j->c->findings, &CODE_vs_nothing, j->uses[0].at,
			     "'%" SLICE_FMT "' is reached by %s only, which is not moved",
			     SLICE_ARG(j->host),
			     slice_is(slice_of(j->uses[0].kind), "mirror") ? "a mirror" :
									     "tls or tcp routes");
	else
		findings_add(&j->c->findings, &CODE_host_unknown, j->c->at,
			     "no VirtualService routes to '%" SLICE_FMT "'", SLICE_ARG(j->host))
			->remedy =
			arena_printf(j->arena,
				     "let one be rendered: migrate init %" SLICE_FMT
				     " --from %" SLICE_FMT " --to %" SLICE_FMT " --create FILE",
				     SLICE_ARG(j->c->name), SLICE_ARG(j->c->host),
				     SLICE_ARG(j->c->to.ptr ? j->c->to : SLICE("HOST")));
}

/* --- verdicts ------------------------------------------------------------- */

/*
 * The rules over all that names one of the two hosts; that a target is missing is said once, in our
 * words.
 */
static void check_rules(struct judging *j, const struct holdings *old)
{
	struct holdings new = inventory_by_host(j->inv, j->move.to, j->arena);
	const struct object **objects = arena_array(j->arena, old->n + new.n, sizeof(*objects));
	struct findings found = { .arena = j->arena };
	struct rule_scene scene = {
		.move = &j->move, .vss = j->vss, .nvss = j->nvss, .objects = objects, .whole = true
	};

	for (size_t i = 0; i < old->n; i++)
		objects[scene.nobjects++] = old->items[i].object;
	for (size_t i = 0; i < new.n; i++)
		objects[scene.nobjects++] = new.items[i].object;
	scene.at = j->c->at;
	scene.arena = j->arena;
	rules_check(&scene, &found);
	if (!j->c->to.ptr)
		target_note_missing(j->c, j->arena);
	for (size_t i = 0; i < found.n; i++)
		if (j->c->to.ptr || found.items[i].code != &CODE_no_backend)
			*findings_add(&j->c->findings, found.items[i].code, found.items[i].at, "%s",
				      "") = found.items[i];
}

/* The verdict from the findings. */
static enum verdict verdict_of(const struct candidate *c)
{
	if (c->migration)
		return VERDICT_MIGRATION;
	if (findings_stop(&c->findings))
		return VERDICT_BLOCKED;
	for (size_t i = 0; i < c->findings.n; i++)
		if (c->findings.items[i].code->severity == SEVERITY_WARNING)
			return VERDICT_WARNINGS;
	return VERDICT_READY;
}

/* The smallest folder that holds both paths' folders. */
static struct slice common_folder(struct slice folder, struct slice path)
{
	size_t end = 0, i = 0;

	for (; i < folder.len && i < path.len && folder.ptr[i] == path.ptr[i]; i++)
		if (folder.ptr[i] == '/')
			end = i;
	return i == folder.len && i < path.len && path.ptr[i] == '/' ? folder :
								       slice_sub(folder, 0, end);
}

/* The folder of the files that route to it by http. */
static struct slice folder_of(const struct judging *j)
{
	struct slice folder = { NULL, 0 };

	for (size_t i = 0; i < j->nvss; i++) {
		struct slice path = yaml_name(j->vss[i].object->node->file);
		size_t end = path.len;

		while (end && path.ptr[end - 1] != '/')
			end--;
		folder = folder.ptr ? common_folder(folder, path) :
				      slice_sub(path, 0, end ? end - 1 : 0);
	}
	return folder.len ? folder : SLICE(".");
}

/* Where the files end up that a migration would edit, and whether that is fine. */
static void land(struct judging *j, const struct environment_index *r)
{
	struct candidate *c = j->c;
	struct placements *l = &c->placements;
	struct slices listed = { NULL, 0 };
	struct place at = c->at;

	if (!r || !environment_index_any(r))
		return;
	l->items = arena_array(j->arena, j->nvss, sizeof(*l->items));
	for (size_t i = 0; i < j->nvss; i++) {
		struct slice path = yaml_name(j->vss[i].object->node->file);
		size_t k = 0;

		while (k < l->n && !slice_eq(l->items[k].path, path))
			k++;
		if (k < l->n || (c->migration && !migration_covers(c->migration, path)))
			continue;
		l->items[l->n] = environments_of(r, path, (struct slice){ 0 }, j->arena);
		l->items[l->n++].edited = true;
	}
	if (c->migration) {
		listed = c->migration->f.spec.manifests.environments;
		at = (struct place){ c->migration->path, 0, 0 };
	}
	environments_check(l, listed, at, &c->findings);
}

void candidate_judge(struct discovery *d, struct candidate *c, const struct discover_inputs *in)
{
	struct judging j = { .inv = in->inventory, .arena = d->arena, .c = c };
	struct holdings named;
	struct err err = ERR_INIT;

	j.host = candidate_host(c, d->arena);
	j.move = (struct move){
		.from = c->host, .ns = c->entry->ns, .port = in->port, .mirror_percent = 10
	};
	if (c->migration)
		j.move = c->migration->move;
	j.move.to = c->to.ptr ? c->to : SLICE(NO_HOST);
	named = inventory_by_host(in->inventory, j.host, d->arena);
	j.vss = arena_array(d->arena, named.n, sizeof(*j.vss));
	if (host_check(c->host, "the host", &err) < 0)
		findings_add(&c->findings, err.code, c->at, "%s", err.reason);
	for (size_t i = 0; i < named.n; i++)
		if (vs_is(named.items[i].object))
			look_at(&j, named.items[i].object);
	if (!j.nvss)
		note_unused(&j, &named);
	check_rules(&j, &named);
	land(&j, in->reach);
	if (c->migration) /* what it accepts is no obstacle */
		migration_allow(c->migration, 0, &c->findings);
	c->path = folder_of(&j);
	c->uses = arena_array(d->arena, j.nuses, sizeof(*c->uses));
	for (; c->nuses < j.nuses; c->nuses++)
		c->uses[c->nuses] = j.uses[c->nuses];
	free(j.uses);
	c->verdict = verdict_of(c);
}

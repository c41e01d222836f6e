#include "discover/discover_judge.h"

#include "base/alloc.h"
#include "discover/discover_target.h"
#include "gitops/path.h"
#include "inventory/inventory_index.h"
#include "istio/converge.h"
#include "istio/host.h"
#include "istio/rules.h"

#include <stdlib.h>

/* Placeholder for a new host that is not known, unlike any host. */
#define NO_HOST "<new host>"

/* A candidate while it is judged. */
struct judgement {
	const struct inventory *inv;
	struct arena *arena;
	struct candidate *c;
	struct move move;
	struct slice host; /* resolved */
	struct vs *vss;    /* those with http routes to it */
	size_t nvss;
	struct use *uses;
	size_t nuses, cap;
};

/* --- uses ----------------------------------------------------------------- */

/* Adds a use. */
static void add_use(struct judgement *j, const struct vs *vs, const char *kind, struct slice route,
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

/* True if the node is the host of the candidate, as the VirtualService resolves it. */
static bool is_host(const struct judgement *j, const struct vs *vs, const struct yaml_node *host)
{
	return yaml_string(host).len &&
	       host_same(host_resolve(host->text, vs->ns, j->arena), vs->old_host);
}

/* The first item of a sequence; NULL: there is none. */
static const struct yaml_node *first_of(const struct yaml_node *list)
{
	return list && list->kind == YAML_SEQ ? list->first : NULL;
}

/* Adds the uses by tls or tcp routes. */
static void add_other_uses(struct judgement *j, const struct vs *vs, const char *kind)
{
	const struct yaml_node *list = yaml_get(vs->object->spec, kind);
	size_t number = 0;

	for (const struct yaml_node *r = first_of(list); r; r = r->next) {
		const struct yaml_node *dests = yaml_get(r, "route");

		number++;
		for (const struct yaml_node *x = first_of(dests); x; x = x->next)
			if (is_host(j, vs, yaml_path(x, "destination", "host", NULL))) {
				add_use(j, vs, kind, arena_printf(j->arena, "route %zu", number),
					r);
				break;
			}
	}
}

/* Adds all uses by a VirtualService. */
static void add_uses(struct judgement *j, const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++) {
		const struct route *r = &vs->routes[i];

		if (r->nold)
			add_use(j, vs, "http", route_label(r, j->arena), r->node);
		if (is_host(j, vs, yaml_get(r->mirror, "host")))
			add_use(j, vs, "mirror", route_label(r, j->arena), r->node);
	}
	add_other_uses(j, vs, "tls");
	add_other_uses(j, vs, "tcp");
}

/* Adds an error if a weight of 10 % would be refused. The edits are discarded. */
static void try_weight(struct judgement *j, const struct vs *vs)
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

/* Reads a VirtualService that references the host or a similar one. */
static void read_vs(struct judgement *j, const struct object *o)
{
	struct findings noticed = { .arena = j->arena };
	size_t before = j->nuses;
	struct err err = ERR_INIT;
	struct vs vs;

	if (vs_read(&vs, o, &(struct move_context){ &j->move, j->arena, &noticed }, &err) < 0) {
		findings_add_err(&j->c->findings, &err);
		return;
	}
	add_uses(j, &vs);
	/* without a use, the findings are about other hosts, except for a similar name */
	for (size_t i = 0; i < noticed.n; i++)
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

/* No http route goes to the host: adds the most likely reason. */
static void note_unused(struct judgement *j, const struct object_refs *named)
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
			     "'%" SLICE_FMT "' is reached only by %s, which are not moved",
			     SLICE_ARG(j->host),
			     slice_is(slice_of(j->uses[0].kind), "mirror") ? "mirrors" :
									     "tls or tcp routes");
	else
		findings_add(&j->c->findings, &CODE_host_unknown, j->c->at,
			     "no VirtualService routes to '%" SLICE_FMT "'", SLICE_ARG(j->host))
			->remedy =
			arena_printf(j->arena,
				     "create one: migrate init %" SLICE_FMT " --from %" SLICE_FMT
				     " --to %" SLICE_FMT " --create FILE",
				     SLICE_ARG(j->c->name), SLICE_ARG(j->c->host),
				     SLICE_ARG(j->c->to.ptr ? j->c->to : SLICE("HOST")));
}

/* --- readiness ------------------------------------------------------------ */

/* Runs the rules over all objects with one of the two hosts. A missing target is reported once. */
static void check_rules(struct judgement *j, const struct object_refs *old)
{
	struct object_refs new = inventory_by_host(j->inv, j->move.to, j->arena);
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
		candidate_note_no_target(j->c, j->arena);
	for (size_t i = 0; i < found.n; i++)
		if (j->c->to.ptr || found.items[i].code != &CODE_no_backend)
			*findings_add(&j->c->findings, found.items[i].code, found.items[i].at, "%s",
				      "") = found.items[i];
}

/* The readiness that results from the findings. */
static enum readiness readiness_of(const struct candidate *c)
{
	if (c->migration)
		return READINESS_MIGRATION;
	if (findings_stop(&c->findings))
		return READINESS_BLOCKED;
	for (size_t i = 0; i < c->findings.n; i++)
		if (c->findings.items[i].code->severity == SEVERITY_WARNING)
			return READINESS_WARNINGS;
	return READINESS_READY;
}

/* The deepest directory above both a directory and a path. */
static struct slice common_directory(struct slice directory, struct slice path)
{
	size_t end = 0, i = 0;

	for (; i < directory.len && i < path.len && directory.ptr[i] == path.ptr[i]; i++)
		if (directory.ptr[i] == '/')
			end = i;
	return i == directory.len && i < path.len && path.ptr[i] == '/' ?
		       directory :
		       slice_sub(directory, 0, end);
}

/* The deepest directory with all files that have http routes to the host. */
static struct slice directory_of(const struct judgement *j)
{
	struct slice directory = SLICE_NONE;

	for (size_t i = 0; i < j->nvss; i++) {
		struct slice path = yaml_name(j->vss[i].object->node->file);

		directory =
			directory.ptr ? common_directory(directory, path) : path_directory(path);
	}
	return directory.len ? directory : SLICE(".");
}

/* Sets the environments of the files that a migration would edit, and checks them. */
static void set_placements(struct judgement *j, const struct environment_index *r)
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
		l->items[l->n] = environments_of(r, path, SLICE_NONE, j->arena);
		l->items[l->n++].edited = true;
	}
	if (c->migration) {
		listed = c->migration->f.spec.manifests.environments;
		at = (struct place){ c->migration->path, 0, 0 };
	}
	environments_check(l, listed, at, &c->findings);
}

void candidate_judge(struct candidate *c, const struct discover_inputs *in, struct arena *arena)
{
	struct judgement j = { .inv = in->inventory, .arena = arena, .c = c };
	struct object_refs named;
	struct err err = ERR_INIT;

	j.host = candidate_host(c, arena);
	j.move = (struct move){
		.from = c->host, .ns = c->entry->ns, .port = in->port, .mirror_percent = 10
	};
	if (c->migration)
		j.move = c->migration->move;
	j.move.to = c->to.ptr ? c->to : SLICE(NO_HOST);
	named = inventory_by_host(in->inventory, j.host, arena);
	j.vss = arena_array(arena, named.n, sizeof(*j.vss));
	if (host_check(c->host, "the host", &err) < 0)
		findings_add(&c->findings, err.code, c->at, "%s", err.reason);
	for (size_t i = 0; i < named.n; i++)
		if (vs_is(named.items[i].object))
			read_vs(&j, named.items[i].object);
	if (!j.nvss)
		note_unused(&j, &named);
	check_rules(&j, &named);
	set_placements(&j, in->environments);
	if (c->migration)
		migration_allow(c->migration, 0, &c->findings);
	c->path = directory_of(&j);
	c->uses = arena_array(arena, j.nuses, sizeof(*c->uses));
	for (; c->nuses < j.nuses; c->nuses++)
		c->uses[c->nuses] = j.uses[c->nuses];
	free(j.uses);
	c->readiness = readiness_of(c);
}

#include "discover/discover_judge.h"

#include "base/alloc.h"
#include "base/map.h"
#include "discover/candidate.h"
#include "discover/discover_target.h"
#include "gitops/path.h"
#include "inventory/inventory_index.h"
#include "inventory/weight_owners.h"
#include "istio/converge.h"
#include "istio/host.h"
#include "istio/rules.h"

#include <stdlib.h>

/* A candidate while it is judged. */
struct judgement {
	const struct discovery *d;
	const struct discover_inputs *in;
	struct arena *arena;
	struct candidate *c;
	struct move move;
	struct slice host; /* resolved */
	struct vs *vss;    /* those with http routes to it, as their files declare them */
	const struct center **centers; /* of each */
	size_t nvss;
	bool unclear; /* a VirtualService that references the host cannot be read */
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
	       host_same(host_resolve(host->text, vs->names_ns, j->arena), vs->old_host);
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

/* Does the route mirror requests to the host? */
static bool mirrors_to(const struct judgement *j, const struct vs *vs, const struct route *r)
{
	const struct yaml_node *mirrors = yaml_get(r->node, "mirrors");
	bool found = is_host(j, vs, yaml_get(r->mirror, "host"));

	for (const struct yaml_node *m = first_of(mirrors); m && !found; m = m->next)
		found = is_host(j, vs, yaml_path(m, "destination", "host", NULL));
	return found;
}

/* Adds all uses by a VirtualService. */
static void add_uses(struct judgement *j, const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++) {
		const struct route *r = &vs->routes[i];

		if (r->nold)
			add_use(j, vs, "http", route_label(r, j->arena), r->node);
		if (mirrors_to(j, vs, r))
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

/* The center of a VirtualService with routes to the host; NULL: it is none. */
static const struct center *find_center(const struct candidate *c, const struct object *o)
{
	for (size_t i = 0; i < c->ncenters; i++)
		if (c->centers[i].object == o)
			return &c->centers[i];
	return NULL;
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
		j->unclear = true;
		return;
	}
	add_uses(j, &vs);
	/* without a use, the findings are about other hosts, except for a similar name */
	for (size_t i = 0; i < noticed.n; i++)
		if (j->nuses > before || noticed.items[i].code == &CODE_host_near)
			*findings_add(&j->c->findings, noticed.items[i].code, noticed.items[i].at,
				      "%s", "") = noticed.items[i];
	j->centers[j->nvss] = vs.nold ? find_center(j->c, o) : NULL;
	if (!j->centers[j->nvss])
		return;
	vs_mark_copies(&vs, &j->move, j->arena);
	if (!j->c->migration)
		try_weight(j, &vs);
	j->vss[j->nvss++] = vs;
}

/* What to do if nothing is known to route to the host. */
static struct slice remedy_unused(const struct judgement *j)
{
	const struct candidate *c = j->c;

	if (c->unclear.ptr)
		return arena_printf(j->arena,
				    "%" SLICE_FMT " may be rendered into a VirtualService that "
				    "routes to it: put that VirtualService into a plain manifest",
				    SLICE_ARG(c->unclear));
	return arena_printf(j->arena,
			    "create one: migrate init %" SLICE_FMT " --from %" SLICE_FMT
			    " --to %" SLICE_FMT " --create FILE",
			    SLICE_ARG(c->name), SLICE_ARG(c->host),
			    SLICE_ARG(c->to.ptr ? c->to : SLICE("HOST")));
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
			->remedy = remedy_unused(j);
}

/* --- environments --------------------------------------------------------- */

/* A finding of the rules, and how many environments have it. */
struct shared_finding {
	struct finding finding;
	struct slices environments; /* their names */
};

/* The findings of all environments, each once. */
struct shared_findings {
	struct shared_finding *items;
	size_t n, cap;
	struct map known; /* of all that makes a finding, its index */
};

/* The VirtualService number `i` as the environment applies it; false: it does not apply it. */
static bool read_applied(const struct judgement *j, const struct environment *e, size_t i,
			 struct vs *out)
{
	const struct move_context context = { &j->move, j->arena, NULL };
	const struct center *center = j->centers[i];
	const struct built *b = e ? builds_find(j->d->builds, e, center->object) : NULL;
	struct err ignored = ERR_INIT;

	*out = j->vss[i];
	if (!e)
		return !center->uses.n;
	if (!environment_uses_have(&center->uses, e))
		return false;
	if (b && b->stop.verdict == BUILD_KNOWN && !b->as_written &&
	    vs_read(out, &b->object, &context, &ignored) == 0)
		vs_copy_notes(out, &j->vss[i]);
	return true;
}

/* Adds a finding if the environment changes the routes of the VirtualService. */
static void note_patched(const struct judgement *j, const struct environment *e,
			 const struct built *b, struct findings *findings)
{
	struct place at = yaml_place(b->origin->node);

	if (j->c->migration || b->stop.verdict != BUILD_KNOWN ||
	    yaml_get(b->object.spec, "http") == yaml_get(b->origin->spec, "http"))
		return;
	for (const struct built_patch *p = b->patches; p; p = p->next)
		if (!p->metadata_only)
			at = p->at;
	findings_add(
		findings, &CODE_routes_patched, at,
		"the %s '%" SLICE_FMT "' changes the routes of the VirtualService '%" SLICE_FMT "'",
		environment_kind_text(e->kind), SLICE_ARG(e->name), SLICE_ARG(b->origin->name));
}

/* Adds findings if it is not known what the environment applies of the VirtualServices. */
static void note_unknown(const struct judgement *j, const struct environment *e,
			 struct findings *findings)
{
	for (size_t i = 0; i < j->nvss && e; i++) {
		const struct center *center = j->centers[i];
		const struct built *b = builds_find(j->d->builds, e, center->object);

		for (size_t k = 0; k < center->uses.n; k++)
			if (center->uses.items[k].environment == e)
				builds_note_unknown(j->d->builds, &center->uses.items[k], b,
						    findings);
		if (b)
			note_patched(j, e, b, findings);
		if (b && b->stop.verdict != BUILD_KNOWN)
			findings_add(
				findings, &CODE_build_unknown,
				b->stop.at.path.len ? b->stop.at : yaml_place(center->object->node),
				"what the %s '%" SLICE_FMT
				"' applies as VirtualService '%" SLICE_FMT "' is not known: %s",
				environment_kind_text(e->kind), SLICE_ARG(e->name),
				SLICE_ARG(center->object->name),
				b->stop.why ? b->stop.why : "it cannot be read");
	}
}

/* Runs the rules for the environment at hand. */
static void check_environment(const struct judgement *j, const struct surroundings *s,
			      struct findings *findings)
{
	struct vs *vss = arena_array(j->arena, j->c->ncenters, sizeof(*vss));
	const struct object **objects =
		arena_array(j->arena, j->c->ncenters + s->around.n, sizeof(*objects));
	struct rule_scene scene = { .move = &j->move,
				    .vss = vss,
				    .objects = objects,
				    .whole = true,
				    .at = j->c->at,
				    .arena = j->arena };

	for (size_t i = 0; i < j->nvss; i++)
		if (read_applied(j, s->environment, i, &vss[scene.nvss]))
			objects[scene.nobjects++] = vss[scene.nvss++].object;
	for (size_t i = 0; i < s->around.n; i++) {
		const struct object *o = surroundings_object(s, i);

		if (o && find_center(j->c, s->around.items[i].object))
			continue;
		if (o)
			objects[scene.nobjects++] = o;
	}
	surroundings_add_sidecars(s, j->in->inventory, &scene);
	note_unknown(j, s->environment, findings);
	rules_check(&scene, findings);
	for (size_t i = 0; i < scene.nvss; i++)
		weight_owners_check(s, j->in->inventory, vss[i].object, findings);
	surroundings_explain_backend(s, j->move.to, findings);
}

/* Adds the finding of an environment. */
static void share_finding(struct shared_findings *all, const struct judgement *j,
			  const struct finding *f, const struct environment *e)
{
	struct slice name = e ? e->name : SLICE("files outside of all environments");
	struct slice key = arena_printf(j->arena, "%s %u:%u %" SLICE_FMT ": %" SLICE_FMT,
					f->code->id, (unsigned)f->at.line, (unsigned)f->at.col,
					SLICE_ARG(f->at.path), SLICE_ARG(f->reason));
	size_t at = map_get(&all->known, key);
	struct slices *names;

	if (at == MAP_NONE) {
		at = all->n;
		map_set(&all->known, key, at);
		ARENA_ROOM(j->arena, all->items, all->n, all->cap);
		all->items[all->n++] = (struct shared_finding){
			*f, { arena_array(j->arena, j->c->nenvironments, sizeof(struct slice)), 0 }
		};
	}
	names = &all->items[at].environments;
	if (!names->n || names->items[names->n - 1].ptr != name.ptr)
		names->items[names->n++] = name;
}

/* The most environments that a finding lists. */
enum { NAMES_MAX = 3 };

/* The reason with the environments that it is about, if it is not about all. */
static struct slice place_reason(const struct judgement *j, const struct shared_finding *f)
{
	struct slices names = f->environments;
	AUTO_STR struct str list = STR_INIT;

	for (size_t i = 0; i < names.n; i++)
		if (names.n == j->c->nenvironments ||
		    slice_find(f->finding.reason, names.items[i]) != SIZE_MAX)
			return f->finding.reason;
	for (size_t i = 0; i < names.n && i < NAMES_MAX; i++)
		str_addf(&list, "%s%" SLICE_FMT, i ? ", " : "", SLICE_ARG(names.items[i]));
	if (names.n > NAMES_MAX)
		str_addf(&list, " and %zu more", names.n - NAMES_MAX);
	return arena_printf(j->arena, "in %s: %" SLICE_FMT, list.ptr, SLICE_ARG(f->finding.reason));
}

/* Adds the findings of the rules. A missing target is reported once. */
static void add_shared(struct judgement *j, const struct shared_findings *all)
{
	if (!j->c->to.ptr)
		candidate_note_no_target(j->c, j->arena);
	for (size_t i = 0; i < all->n; i++) {
		struct finding f = all->items[i].finding;

		if (!j->c->to.ptr && f.code == &CODE_no_backend)
			continue;
		f.reason = place_reason(j, &all->items[i]);
		(void)findings_add_new(&j->c->findings, &f);
	}
}

/* Runs the rules over all objects with one of the two hosts, for each environment. */
static void check_rules(struct judgement *j)
{
	struct candidate *c = j->c;
	struct object_refs new = inventory_by_host(j->in->inventory, j->move.to, j->arena);
	struct object_ref *all = arena_array(j->arena, c->named.n + new.n, sizeof(*all));
	struct shared_findings shared = { .known = MAP_INIT };
	struct surroundings s = { .view = c->view,
				  .builds = j->d->builds,
				  .arena = j->arena,
				  .centers = c->centers,
				  .ncenters = c->ncenters,
				  .around = { all, 0 } };

	for (size_t i = 0; i < c->named.n; i++)
		all[s.around.n++] = c->named.items[i];
	for (size_t i = 0; i < new.n; i++)
		all[s.around.n++] = new.items[i];
	surroundings_begin(&s);
	for (size_t i = 0; i < c->nenvironments; i++) {
		struct findings own = { .arena = j->arena };

		surroundings_enter(&s, c->environments[i]);
		check_environment(j, &s, &own);
		for (size_t k = 0; k < own.n; k++)
			share_finding(&shared, j, &own.items[k], c->environments[i]);
	}
	add_shared(j, &shared);
	map_release(&shared.known);
}

/* --- readiness ------------------------------------------------------------ */

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

/* Adds a file to the placements, once. */
static void add_placement(struct judgement *j, struct slice path, bool edited)
{
	struct placements *l = &j->c->placements;

	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->items[i].path, path))
			return;
	l->items[l->n] = environments_place(j->c->view, path, SLICE_NONE, j->arena);
	l->items[l->n++].edited = edited;
}

/* Sets the environments of the files that a migration would edit, and checks them. */
static void set_placements(struct judgement *j)
{
	struct candidate *c = j->c;
	struct placements *l = &c->placements;
	struct slices listed = { NULL, 0 };
	struct place at = c->at;

	if (!c->view || !environment_view_any(c->view))
		return;
	l->items = arena_array(j->arena, j->nvss + c->nmentions, sizeof(*l->items));
	for (size_t i = 0; i < j->nvss; i++) {
		struct slice path = yaml_name(j->vss[i].object->node->file);

		if (!c->migration || migration_covers(c->migration, path))
			add_placement(j, path, true);
	}
	if (!l->n && !j->nvss) {
		for (size_t i = 0; i < c->nmentions; i++)
			add_placement(j, c->mentions[i].source->path, false);
		return;
	}
	if (c->migration) {
		listed = c->migration->f.spec.manifests.environments;
		at = (struct place){ c->migration->path, 0, 0 };
	} else {
		listed = environments_names(l, j->arena);
	}
	environments_check(l, listed, at, &c->findings);
}

/* Can the host be moved at all? If not, adds the reason. */
static bool check_host(const struct judgement *j)
{
	struct candidate *c = j->c;
	struct err err = ERR_INIT;

	if (host_check(c->host, "the host", &err) < 0)
		findings_add(&c->findings, err.code, c->at, "%s", err.reason);
	else if (!slice_eq(j->host, c->host))
		findings_add(&c->findings, &CODE_host_bad, c->at,
			     "the host '%" SLICE_FMT
			     "' of a ServiceEntry is never completed, but a route to it is, to "
			     "'%" SLICE_FMT "'",
			     SLICE_ARG(c->host), SLICE_ARG(j->host));
	else
		return true;
	return false;
}

void candidate_judge(const struct discovery *d, struct candidate *c,
		     const struct discover_inputs *in)
{
	struct judgement j = { .d = d, .in = in, .arena = d->arena, .c = c };
	j.host = candidate_host(c, j.arena);
	j.move = candidate_move(c, in, c->to);
	j.vss = arena_array(j.arena, c->ncenters + 1, sizeof(*j.vss));
	j.centers = arena_array(j.arena, c->ncenters + 1, sizeof(const struct center *));
	for (size_t i = 0; i < c->named.n; i++)
		if (vs_is(c->named.items[i].object))
			read_vs(&j, c->named.items[i].object);
	for (size_t i = 0; i < c->findings.n; i++)
		j.unclear = j.unclear || c->findings.items[i].code == &CODE_namespace_unclear;
	if (check_host(&j)) {
		if (!j.nvss && !j.unclear)
			note_unused(&j, &c->named);
		check_rules(&j);
	}
	set_placements(&j);
	if (c->migration)
		migration_allow(c->migration, 0, &c->findings);
	c->path = directory_of(&j);
	c->uses = arena_array(j.arena, j.nuses, sizeof(*c->uses));
	for (; c->nuses < j.nuses; c->nuses++)
		c->uses[c->nuses] = j.uses[c->nuses];
	free(j.uses);
	c->readiness = readiness_of(c);
}

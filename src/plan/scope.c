#include "plan/scope.h"

#include "istio/binding.h"
#include "istio/host.h"
#include "kube/group.h"
#include "inventory/relatives.h"
#include "inventory/short_names.h"
#include "inventory/unclear_file.h"
#include "inventory/inventory_index.h"
#include "template/parse.h"
#include "template/render.h"
#include "template/template.h"

/* The state of scope_find. */
struct scope_search {
	struct scope *scope;
	const struct migration *m;
	const struct plan_inputs *in;
	struct yaml_pool *pool;
	struct arena *arena; /* of `pool` */
	struct findings *findings;
};

struct slice scope_old_host(const struct migration *m, struct arena *arena)
{
	return host_resolve(m->move.from, m->move.ns, arena);
}

/* The VirtualService at the baseline of its file; NULL: not known. */
static const struct vs *find_baseline(const struct scope_search *s, const struct vs *vs,
				      const struct source *source)
{
	const struct yaml_file *file = baselines_parsed(s->in->baselines, source->path, s->m);
	struct arena *arena = s->arena;
	const struct move_context context = { &s->m->move, arena, NULL };
	struct vs_list baseline = { NULL, 0 }, current = { NULL, 0 };
	struct err ignored = ERR_INIT;
	struct objects objects;

	if (!file)
		return NULL;
	objects = objects_of(file, arena);
	if (vs_list_read(&baseline, &objects, &context, &ignored) < 0 ||
	    vs_list_read(&current, &source->objects, &context, &ignored) < 0)
		return NULL;
	for (size_t i = 0; i < current.n; i++)
		if (current.items[i].object == vs->object)
			return vs_list_pair(&baseline, &current, i);
	return NULL;
}

/* What short names in the VirtualService mean where it is applied. */
static enum short_names check_names(const struct scope_search *s, const struct source *source,
				    const struct vs *vs, struct err *err)
{
	const struct plan_inputs *in = s->in;
	struct environment_uses uses;

	if (!in->environments || !in->builds || !host_service_namespace(vs->old_host).len)
		return SHORT_NAMES_FIT;
	uses = environment_uses_of(in->environments, source->path, s->arena);
	if (!uses.n)
		return SHORT_NAMES_FIT;
	if (!*in->builds)
		*in->builds = builds_new(in->inventory, in->environments, NULL, 0);
	return short_names_check(*in->builds, &uses, vs, err);
}

/* May requests go to an old destination of the route? One with weight 0 gets none. */
static bool sends_to_old(const struct route *r)
{
	bool others = false, old = false;

	for (size_t i = 0; i < r->n; i++) {
		old = old || (r->dests[i].side == SIDE_OLD && r->dests[i].value != 0);
		others = others || (r->dests[i].side != SIDE_OLD && r->dests[i].value > 0);
	}
	return r->nold && (old || !others);
}

/*
 * May requests of the VirtualService go to the old host? Not at stage 100 of another migration:
 * else two migrations of one host would wait for each other's end.
 */
static bool any_sends_to_old(const struct vs *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		if (sends_to_old(&vs->routes[i]))
			return true;
	return false;
}

/* Whether a VirtualService in namespace `ns` names a host. */
struct naming {
	struct slice host, ns;
	struct arena *arena;
	bool found;
};

static void compare_host(struct slice host, void *ctx)
{
	struct naming *n = ctx;

	n->found = n->found || host_same(host_resolve(host, n->ns, n->arena), n->host);
}

/*
 * Adds a VirtualService that the migration does not cover and that cannot be read, such as one with
 * an alias among its routes: if it names the old host, it may route to it.
 */
static void add_unread(struct scope_search *s, const struct object_ref *ref)
{
	struct naming n = { scope_old_host(s->m, s->arena), ref->object->ns, s->arena, false };

	vs_each_host(ref->object, compare_host, &n);
	if (n.found)
		s->scope->elsewhere[s->scope->nelsewhere++] = *ref;
}

/* Adds a VirtualService as a member if it routes to the old host. */
static int add_member(struct scope_search *s, const struct object_ref *ref)
{
	struct arena *arena = s->arena;
	bool covered = migration_covers(s->m, ref->source->path);
	const struct move_context context = { &s->m->move, arena, covered ? s->findings : NULL };
	const struct baseline_file *history;
	struct err err = ERR_INIT;
	struct vs vs;
	struct member *member;

	if (vs_read(&vs, ref->object, &context, &err) < 0) {
		if (!covered) {
			add_unread(s, ref);
			return 0;
		}
		findings_add_err(s->findings, &err);
		return -1;
	}
	switch (check_names(s, ref->source, &vs, &err)) {
	case SHORT_NAMES_UNCLEAR:
		if (covered)
			findings_add_err(s->findings, &err);
		return covered ? -1 : 0;
	case SHORT_NAMES_FOREIGN:
		return 0;
	case SHORT_NAMES_FIT:
		break;
	}
	if (!vs.nold)
		return 0;
	if (!covered && !any_sends_to_old(&vs))
		return 0;
	if (!covered) {
		s->scope->elsewhere[s->scope->nelsewhere++] = *ref;
		return 0;
	}
	relatives_note(&vs, s->in->inventory, arena);
	vs_mark_copies(&vs, &s->m->move, arena);
	member = &s->scope->members[s->scope->n++];
	*member = (struct member){ .source = ref->source, .vs = vs };
	history = baselines_find(s->in->baselines, ref->source->path, s->m);
	if (history && history->baseline.ptr && slice_eq(history->baseline, ref->source->bytes))
		member->baseline = &member->vs; /* nothing is moved yet */
	else
		member->baseline = find_baseline(s, &vs, ref->source);
	member->fresh = !vs_is_moved(&member->vs) && history && history->baseline.ptr &&
			!history->lowered && (!member->baseline || member->baseline == &member->vs);
	return 0;
}

/* The objects that reference one of the two hosts. */
static struct object_refs find_both_hosts(const struct inventory *inv, const struct migration *m,
					  struct arena *arena)
{
	struct object_refs old = inventory_by_host(inv, scope_old_host(m, arena), arena);
	struct object_refs new =
		inventory_by_host(inv, host_resolve(m->move.to, m->move.ns, arena), arena);
	struct object_ref *all = arena_array(arena, old.n + new.n, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < old.n; i++)
		all[n++] = old.items[i];
	for (size_t i = 0; i < new.n; i++) {
		bool twice = false;

		for (size_t j = 0; j < old.n && !twice; j++)
			twice = old.items[j].object == new.items[i].object;
		if (!twice)
			all[n++] = new.items[i];
	}
	return (struct object_refs){ all, n };
}

/*
 * Nothing routes to the old host. If the migration is finalized, its members are those that route
 * to the new host, and did to the old one at the baseline.
 */
static void find_finalized(const struct scope_search *s)
{
	struct arena *arena = s->arena;
	const struct move_context context = { &s->m->move, arena, NULL };
	struct object_refs all = find_both_hosts(s->in->inventory, s->m, arena);
	struct err ignored = ERR_INIT;
	struct vs vs;

	s->scope->members = arena_array(arena, all.n + 1, sizeof(struct member));
	for (size_t i = 0; i < all.n; i++) {
		const struct object_ref *ref = &all.items[i];
		const struct vs *baseline;

		if (!vs_is(ref->object) || !migration_covers(s->m, ref->source->path) ||
		    vs_read(&vs, ref->object, &context, &ignored) < 0 || !vs_is_done(&vs))
			continue;
		baseline = find_baseline(s, &vs, ref->source);
		if (baseline && baseline->nold)
			s->scope->members[s->scope->n++] = (struct member){ .source = ref->source,
									    .vs = vs,
									    .baseline = baseline };
	}
	s->scope->finalized = s->scope->n > 0;
}

/* Adds errors for covered files that cannot be parsed and may contain the old host. */
static int check_broken(const struct scope_search *s)
{
	struct slice needle = host_needle(s->m->move.from);
	size_t n;
	struct source *const *broken = inventory_broken(s->in->inventory, &n);
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		const struct source *f = broken[i];

		if (!migration_covers(s->m, f->path))
			continue;
		if (!f->bytes.ptr || slice_find(f->bytes, needle) != SIZE_MAX) {
			findings_add_err(s->findings, f->why);
			result = -1;
		}
	}
	return result;
}

/* The file of manifests.create, with all traffic to the old host. */
static struct source *render_created(const struct scope_search *s, struct err *err)
{
	const struct migration_fields *f = &s->m->f;
	struct arena *arena = s->arena;
	struct pair values[] = {
		{ SLICE("name"), s->m->name },
		{ SLICE("namespace"), f->spec.from.ns },
		{ SLICE("host"), f->spec.from.host },
	};
	struct source *source = arena_alloc(arena, sizeof(*source));
	AUTO_TEMPLATE struct template *t = NULL;
	AUTO_STR struct str text = STR_INIT;

	if (template_parse(&t, SLICE("virtualservice.yaml"), s->in->vs_template, err) < 0 ||
	    template_render(t, (struct pairs){ values, 3 }, &text, err) < 0)
		return NULL;
	source->path = f->spec.manifests.create;
	source->bytes = arena_copy(arena, str_slice(&text));
	source->mode = 0100644;
	source->file = yaml_pool_parse(s->pool, source->path, source->bytes, err);
	if (!source->file)
		return NULL;
	source->objects = objects_of(source->file, arena);
	return source;
}

/* Adds an error for a file that may already be rendered into a VirtualService of the old host. */
static void note_unclear(const struct scope_search *s, const struct source *created)
{
	const struct source *unclear = unclear_file(s->in->inventory, s->m);

	if (unclear)
		findings_add(s->findings, &CODE_create_unclear,
			     (struct place){ unclear->path, 0, 0 },
			     "the file may be rendered into a VirtualService for '%" SLICE_FMT
			     "'; %" SLICE_FMT " would be a second one",
			     SLICE_ARG(s->m->move.from), SLICE_ARG(created->path));
}

/*
 * Adds the VirtualService of the created file: as a member, or as the baseline of the existing one.
 */
static int add_created(struct scope_search *s)
{
	struct err err = ERR_INIT;
	const struct source *source = render_created(s, &err);
	struct vs_list list;

	if (!source) {
		findings_add_err(s->findings, &err);
		return -1;
	}
	if (!s->scope->n && inventory_find(s->in->inventory, source->path)) {
		findings_add(
			s->findings, &CODE_create_place, (struct place){ source->path, 0, 0 },
			"the file to create already exists and has no http route to '%" SLICE_FMT
			"'",
			SLICE_ARG(s->m->move.from))
			->remedy = SLICE("specify another file in manifests.create");
		return -1;
	}
	if (!s->scope->n) {
		note_unclear(s, source);
		s->scope->created = source;
		for (size_t i = 0; i < source->objects.n && i < 1; i++)
			if (add_member(s, &(struct object_ref){ &source->objects.items[i],
								source }) < 0)
				return -1;
		return 0;
	}
	if (vs_list_read(&list, &source->objects,
			 &(struct move_context){ &s->m->move, s->arena, NULL }, &err) < 0)
		return 0;
	for (size_t i = 0; i < s->scope->n && list.n; i++)
		if (!s->scope->members[i].baseline &&
		    slice_eq(s->scope->members[i].source->path, source->path))
			s->scope->members[i].baseline = &list.items[0];
	return 0;
}

/* Nothing routes to the old host: adds the most likely reason. Always -1. */
static int refuse_nothing(const struct scope_search *s, const struct object_refs *candidates)
{
	struct place at = s->m->from_at;
	struct slice host = scope_old_host(s->m, s->arena);
	const struct source *unclear;
	struct finding *finding;

	if (!at.path.len) /* the migration was not read from a file */
		at.path = s->m->path;
	for (size_t i = 0; i < s->scope->nelsewhere; i++)
		scope_note_elsewhere(s->m, &s->scope->elsewhere[i], s->findings, s->arena);
	for (size_t i = 0; i < candidates->n; i++) {
		const struct object *o = candidates->items[i].object;
		const struct yaml_node *hosts = vs_is(o) ? yaml_get(o->spec, "hosts") : NULL;

		for (const struct yaml_node *c = hosts ? hosts->first : NULL; c; c = c->next)
			if (host_covered(yaml_string(c), host)) {
				findings_add(
					s->findings, &CODE_host_wildcard, yaml_place(c),
					"'%" SLICE_FMT
					"' is reached only through the wildcard host '%" SLICE_FMT
					"' of the VirtualService '%" SLICE_FMT "'",
					SLICE_ARG(host), SLICE_ARG(c->text), SLICE_ARG(o->name));
				return -1;
			}
	}
	for (size_t i = 0; i < s->findings->n; i++)
		if (s->findings->items[i].code == &CODE_route_tls) {
			findings_add(s->findings, &CODE_vs_nothing, s->findings->items[i].at,
				     "'%" SLICE_FMT
				     "' is reached only by tls or tcp routes, which are not moved",
				     SLICE_ARG(host));
			return -1;
		}
	unclear = unclear_file(s->in->inventory, s->m);
	finding = findings_add(s->findings, &CODE_host_unknown, at,
			       "no VirtualService%s%" SLICE_FMT " has an http route to '%" SLICE_FMT
			       "'",
			       s->m->f.spec.manifests.path.len ? " under " : "",
			       SLICE_ARG(s->m->f.spec.manifests.path), SLICE_ARG(host));
	if (unclear)
		finding->remedy = arena_printf(
			s->arena,
			"%" SLICE_FMT " may be rendered into a VirtualService "
			"that routes to it: put that VirtualService into a plain manifest",
			SLICE_ARG(unclear->path));
	return -1;
}

int scope_find(struct scope *out, struct yaml_pool *pool, const struct plan_inputs *in,
	       const struct migration *m, struct findings *findings)
{
	struct scope_search s = { out, m, in, pool, pool->arena, findings };
	struct object_refs candidates =
		inventory_by_host(in->inventory, scope_old_host(m, s.arena), s.arena);

	*out = (struct scope){
		.members = arena_array(s.arena, candidates.n + 1, sizeof(struct member)),
		.elsewhere = arena_array(s.arena, candidates.n, sizeof(struct object_ref)),
	};
	if (check_broken(&s) < 0)
		return -1;
	for (size_t i = 0; i < candidates.n; i++)
		if (vs_is(candidates.items[i].object) && add_member(&s, &candidates.items[i]) < 0)
			return -1;
	if (!out->n)
		find_finalized(&s);
	if (!out->finalized && m->f.spec.manifests.create.len && add_created(&s) < 0)
		return -1;
	return out->n ? 0 : refuse_nothing(&s, &candidates);
}

/* Appends objects to a list. */
static void add_refs(struct object_refs *all, struct object_refs more, struct arena *arena)
{
	struct object_ref *items;

	if (!more.n)
		return;
	items = arena_array(arena, all->n + more.n, sizeof(*items));
	for (size_t i = 0; i < all->n; i++)
		items[i] = all->items[i];
	for (size_t i = 0; i < more.n; i++)
		items[all->n + i] = more.items[i];
	*all = (struct object_refs){ items, all->n + more.n };
}

void scope_note_elsewhere(const struct migration *m, const struct object_ref *ref,
			  struct findings *findings, struct arena *arena)
{
	findings_add(findings, &CODE_elsewhere, yaml_place(ref->object->node),
		     "the VirtualService '%" SLICE_FMT "' also routes to '%" SLICE_FMT "'",
		     SLICE_ARG(ref->object->name), SLICE_ARG(scope_old_host(m, arena)));
}

/* The Gateways that the VirtualService in namespace `ns` is bound to. */
static struct object_refs find_gateways(const struct inventory *inv, const struct object *vs,
					struct slice ns, struct arena *arena)
{
	const struct yaml_node *names = yaml_get(vs->spec, "gateways");
	struct object_refs found = { NULL, 0 };
	size_t n, cap = 0;
	const struct object_ref *all = inventory_gateways(inv, &n);
	struct object_ref *items = NULL;

	for (const struct yaml_node *c = names ? names->first : NULL; c; c = c->next)
		for (size_t i = 0; i < n; i++) {
			if (!gateway_has_name(all[i].object, yaml_string(c), ns))
				continue;
			ARENA_ROOM(arena, items, found.n, cap);
			items[found.n++] = all[i];
		}
	found.items = items;
	return found;
}

/* Adds the roots of a delegate, and the Gateways that its routes are bound to. */
static void add_member_relatives(struct object_refs *all, const struct vs *vs,
				 const struct inventory *inv, struct arena *arena)
{
	if (vs->is_delegate)
		add_refs(all, inventory_by_host(inv, vs->object->name, arena), arena);
	else
		add_refs(all, find_gateways(inv, vs->object, vs->ns, arena), arena);
	for (size_t i = 0; i < vs->nroots; i++) {
		const struct object *root = vs->roots[i].object;

		add_refs(all, find_gateways(inv, root, root->ns.len ? root->ns : vs->ns, arena),
			 arena);
	}
}

struct object_refs scope_around(const struct scope *scope, const struct plan_inputs *in,
				const struct migration *m, struct arena *arena)
{
	struct object_refs all = find_both_hosts(in->inventory, m, arena);

	for (size_t i = 0; i < scope->n; i++)
		add_member_relatives(&all, &scope->members[i].vs, in->inventory, arena);
	for (size_t i = 0; i < all.n; i++) {
		const struct object *o = all.items[i].object;

		if (object_is(o, ISTIO_GROUP, "ServiceEntry"))
			add_refs(&all, relatives_workloads(in->inventory, o, arena), arena);
	}
	return all;
}

void scope_check_search(const struct plan_inputs *in, const struct migration *m,
			struct findings *findings)
{
	struct object_refs all;

	if (!m->f.spec.manifests.search.n)
		return;
	all = find_both_hosts(in->inventory, m, findings->arena);
	for (size_t i = 0; i < all.n; i++)
		if (!migration_searches(m, all.items[i].source->path))
			findings_add(findings, &CODE_search_outside,
				     yaml_place(all.items[i].object->node),
				     "the %" SLICE_FMT " '%" SLICE_FMT
				     "' references one of the two hosts, or a similar one, and is "
				     "outside of manifests.search",
				     SLICE_ARG(all.items[i].object->kind),
				     SLICE_ARG(all.items[i].object->name));
}

/* What scope_files looks for: files that route to the old host, or only to the new one. */
enum file_query { ROUTES_TO_OLD, ROUTES_TO_NEW_ONLY };

/* Adds the files of these objects with such routes, each once. */
static void add_files(struct slices *files, const struct object_refs *refs,
		      const struct migration *m, enum file_query query, struct arena *arena)
{
	const struct move_context context = { &m->move, arena, NULL };
	struct err ignored = ERR_INIT;
	struct vs vs;

	for (size_t i = 0; i < refs->n; i++) {
		const struct object_ref *ref = &refs->items[i];

		if (!vs_is(ref->object) || !migration_covers(m, ref->source->path) ||
		    slices_have(*files, ref->source->path) ||
		    vs_read(&vs, ref->object, &context, &ignored) < 0 ||
		    !(query == ROUTES_TO_OLD ? vs.nold : vs_is_done(&vs)))
			continue;
		files->items[files->n++] = ref->source->path;
	}
}

struct slices scope_files(const struct inventory *inv, const struct migration *m,
			  struct arena *arena)
{
	struct object_refs refs = inventory_by_host(inv, scope_old_host(m, arena), arena);
	struct slices files = { arena_array(arena, refs.n, sizeof(struct slice)), 0 };

	add_files(&files, &refs, m, ROUTES_TO_OLD, arena);
	if (files.n)
		return files;
	refs = find_both_hosts(inv, m, arena);
	files.items = arena_array(arena, refs.n, sizeof(struct slice));
	add_files(&files, &refs, m, ROUTES_TO_NEW_ONLY, arena);
	return files;
}

#include "discover/discover_candidates.h"

#include "base/alloc.h"
#include "base/map.h"
#include "discover/candidate.h"
#include "discover/discover_unreadable.h"
#include "inventory/short_names.h"
#include "istio/host.h"
#include "istio/route.h"
#include "kube/group.h"

#include <stdlib.h>

/* The candidates while they are found. */
struct candidate_search {
	struct discovery *d;
	const struct discover_inputs *in;
	size_t cap;
	struct map first;   /* of a host, the first candidate */
	size_t *next;       /* of each, the next one with its host; MAP_NONE: the last */
	struct map moved;   /* of a resolved host, the last migration */
	size_t *next_moved; /* of each migration, the next one of its host */
	bool *covers_some;  /* of each, whether it covers a ServiceEntry of its host */
	struct mention *mentions;
	size_t nmentions, mentions_cap;
};

/* The environments of a file in a view, as far as they follow the branch. */
static struct environment_uses uses_in(const struct environment_view *view, struct slice path,
				       struct arena *arena)
{
	if (!view)
		return (struct environment_uses){ NULL, 0 };
	return candidate_uses(environment_view_uses(view, path, arena));
}

/* --- what ServiceEntries declare ------------------------------------------ */

/* The number of items of a sequence; 0 if it is none. */
static size_t count_items(const struct yaml_node *list)
{
	return list && list->kind == YAML_SEQ ? list->nchildren : 0;
}

/* The string of a node, or the default. */
static struct slice or_default(const struct yaml_node *node, const char *text)
{
	return yaml_string(node).len ? node->text : slice_of(text);
}

/* Sets "8080/HTTP" for each port, and each protocol once. */
static void read_ports(struct candidate *c, struct arena *arena)
{
	const struct yaml_node *ports = yaml_get(c->entry->spec, "ports");
	struct slices kinds = { arena_array(arena, count_items(ports), sizeof(struct slice)), 0 };
	AUTO_STR struct str all = STR_INIT;

	c->ports.items = arena_array(arena, count_items(ports), sizeof(struct slice));
	for (const struct yaml_node *p = count_items(ports) ? ports->first : NULL; p; p = p->next) {
		const struct yaml_node *number = yaml_get(p, "number");
		struct slice protocol = or_default(yaml_get(p, "protocol"), "?");

		c->ports.items[c->ports.n++] = arena_printf(
			arena, "%" SLICE_FMT "/%" SLICE_FMT,
			SLICE_ARG(number && number->kind == YAML_SCALAR ? number->text :
									  SLICE("?")),
			SLICE_ARG(protocol));
		if (slices_have(kinds, protocol))
			continue;
		str_addf(&all, "%s%" SLICE_FMT, kinds.n ? "," : "", SLICE_ARG(protocol));
		kinds.items[kinds.n++] = protocol;
	}
	c->protocol = arena_copy(arena, str_slice(&all));
}

/* A candidate for the host of a ServiceEntry. */
static struct candidate make_candidate(const struct discovery *d, const struct mention *m)
{
	const struct yaml_node *spec = m->entry->spec;
	struct candidate c = {
		.host = m->host, .ns = m->ns, .entry = m->entry, .at = m->at, .view = m->view
	};

	c.location = or_default(yaml_get(spec, "location"), "MESH_EXTERNAL");
	c.resolution = or_default(yaml_get(spec, "resolution"), "NONE");
	c.endpoints = count_items(yaml_get(spec, "endpoints"));
	c.findings.arena = d->arena;
	read_ports(&c, d->arena);
	return c;
}

/* --- mentions ------------------------------------------------------------- */

/* A host that a ServiceEntry has, in its file or in an environment. */
struct entry_host {
	const struct object *entry;
	const struct source *source;
	struct slice host;
	const struct environment_view *view; /* of the host */
};

/* The hosts of ServiceEntries. */
struct entry_hosts {
	struct entry_host *items;
	size_t n, cap;
};

/* The first item of a list. */
static const struct yaml_node *first_host(const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	return count_items(hosts) ? hosts->first : NULL;
}

/* Adds the hosts of a ServiceEntry, each once. */
static void add_hosts(struct candidate_search *s, struct entry_hosts *all,
		      const struct entry_host *of, const struct object *as)
{
	for (const struct yaml_node *h = first_host(as); h; h = h->next) {
		struct entry_host x = *of;
		bool known = false;

		x.host = yaml_string(h);
		if (!x.host.len)
			continue;
		if (host_is_placeholder(x.host)) {
			discover_add_placeholder(s->d, of->entry, h);
			continue;
		}
		for (size_t i = all->n; i > 0 && all->items[i - 1].entry == of->entry; i--)
			known = known || slice_eq(all->items[i - 1].host, x.host);
		if (known)
			continue;
		ROOM(all->items, all->n, all->cap);
		all->items[all->n++] = x;
	}
}

/* Adds the hosts of a ServiceEntry in its file, or as environments apply it. */
static void read_entry(struct candidate_search *s, struct entry_hosts *all, const struct object *o,
		       const struct source *source)
{
	const struct surroundings around = { .builds = s->d->builds };
	const struct entry_host of = { .entry = o, .source = source };
	struct environment_uses uses = { NULL, 0 };

	if (s->in->environments)
		uses = candidate_uses(
			environment_uses_of(s->in->environments, source->path, s->d->arena));
	if (!uses.n)
		add_hosts(s, all, &of, o);
	for (size_t i = 0; i < uses.n; i++) {
		const struct object *applied =
			surroundings_applied(&around, uses.items[i].environment, o);

		if (applied)
			add_hosts(s, all, &of, applied);
	}
}

/* Adds a mention if the ServiceEntry has the host in the environment. */
static void add_mention_in(struct candidate_search *s, const struct entry_host *x,
			   const struct environment *e)
{
	const struct surroundings around = { .builds = s->d->builds };
	const struct object *as = e ? surroundings_applied(&around, e, x->entry) : x->entry;
	struct mention m = { .entry = x->entry,
			     .source = x->source,
			     .environment = e,
			     .host = x->host,
			     .view = x->view };

	for (const struct yaml_node *h = as ? first_host(as) : NULL; h; h = h->next) {
		if (!slice_eq(yaml_string(h), x->host))
			continue;
		m.ns = as->ns;
		m.at = yaml_place(h);
		ROOM(s->mentions, s->nmentions, s->mentions_cap);
		s->mentions[s->nmentions++] = m;
		return;
	}
}

/* Adds the mentions of a host, for each environment in the view of the host. */
static void add_mentions(struct candidate_search *s, const struct entry_host *x)
{
	struct environment_uses uses = uses_in(x->view, x->source->path, s->d->arena);

	if (!uses.n)
		add_mention_in(s, x, NULL);
	for (size_t i = 0; i < uses.n; i++)
		add_mention_in(s, x, uses.items[i].environment);
}

/* Sets the views, one for each host. */
static void set_views(const struct candidate_search *s, struct entry_hosts *all)
{
	struct map views = MAP_INIT;

	for (size_t i = 0; i < all->n && s->in->environments; i++) {
		struct entry_host *x = &all->items[i];
		size_t at = map_get(&views, x->host);
		struct object_refs around;

		if (at != MAP_NONE) {
			x->view = all->items[at].view;
			continue;
		}
		map_set(&views, x->host, i);
		around = inventory_by_host(s->in->inventory, x->host, s->d->arena);
		x->view = environment_view_new(s->in->environments, &around, s->d->arena);
	}
	map_release(&views);
}

/* Finds all mentions. */
static void find_mentions(struct candidate_search *s)
{
	size_t n;
	struct source *const *sources = inventory_sources(s->in->inventory, &n);
	struct entry_hosts all = { NULL, 0, 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sources[i]->objects.n; k++)
			if (object_is(&sources[i]->objects.items[k], ISTIO_GROUP, "ServiceEntry"))
				read_entry(s, &all, &sources[i]->objects.items[k], sources[i]);
	set_views(s, &all);
	for (size_t i = 0; i < all.n; i++)
		add_mentions(s, &all.items[i]);
	free(all.items);
}

/* --- migrations ----------------------------------------------------------- */

/* Lists the migrations by their old hosts. */
static void index_migrations(struct candidate_search *s)
{
	const struct discover_inputs *in = s->in;

	s->next_moved = arena_array(s->d->arena, in->n, sizeof(*s->next_moved));
	s->covers_some = arena_array(s->d->arena, in->n, sizeof(*s->covers_some));
	for (size_t i = in->n; i > 0; i--) {
		const struct move *move = &in->migrations[i - 1]->move;
		struct slice host = host_resolve(move->from, move->ns, s->d->arena);

		s->next_moved[i - 1] = map_get(&s->moved, host);
		map_set(&s->moved, host, i - 1);
	}
}

/* Is the ServiceEntry the one of the migration, as far as namespaces tell? */
static bool may_be_of(const struct migration *m, const struct mention *mention)
{
	return !m->move.ns.len || !mention->ns.len || slice_eq(m->move.ns, mention->ns);
}

/* The first migration of the host of a mention; MAP_NONE: there is none. */
static size_t first_migration(const struct candidate_search *s, const struct mention *m)
{
	return map_get(&s->moved, host_resolve(m->host, m->ns, s->d->arena));
}

/* Notes which migrations cover ServiceEntries of their hosts. */
static void note_covered(struct candidate_search *s, const struct mention *m)
{
	for (size_t i = first_migration(s, m); i != MAP_NONE; i = s->next_moved[i])
		if (may_be_of(s->in->migrations[i], m) &&
		    migration_covers(s->in->migrations[i], m->source->path))
			s->covers_some[i] = true;
}

/*
 * The migration that moves the host there: one that covers the ServiceEntry, else one that covers
 * none, since ServiceEntries may be outside of its path. NULL: there is none.
 */
static const struct migration *find_migration(const struct candidate_search *s,
					      const struct mention *m)
{
	const struct migration *other = NULL;

	for (size_t i = first_migration(s, m); i != MAP_NONE; i = s->next_moved[i]) {
		const struct migration *x = s->in->migrations[i];

		if (!may_be_of(x, m))
			continue;
		if (migration_covers(x, m->source->path))
			return x;
		if (!other && !s->covers_some[i])
			other = x;
	}
	return other;
}

/* --- candidates ----------------------------------------------------------- */

/* Has the environment the host already? */
static bool has_environment(const struct candidate *c, const struct environment *e)
{
	for (size_t i = c->nmentions; i > 0; i--)
		if (c->mentions[i - 1].environment == e)
			return true;
	return false;
}

/*
 * The candidate of a mention: of its host and migration, in the same namespace, or in environments
 * that do not have the host in another one. MAP_NONE: there is none yet. Candidates that are others
 * in the same environment are marked.
 */
static size_t find_candidate(const struct candidate_search *s, const struct mention *m,
			     const struct migration *migration, bool *twice)
{
	size_t found = MAP_NONE;

	for (size_t i = map_get(&s->first, m->host); i != MAP_NONE; i = s->next[i]) {
		struct candidate *c = &s->d->items[i];
		bool here = has_environment(c, m->environment);

		if (c->migration != migration)
			continue;
		if (here)
			c->twice = *twice = true;
		if (slice_eq(c->mentions[0].ns, m->ns))
			return i;
		if (!here && found == MAP_NONE)
			found = i;
	}
	return found;
}

/* Adds a mention to its candidate, which may be a new one. */
static void add_mention(struct candidate_search *s, const struct mention *m)
{
	const struct migration *migration = find_migration(s, m);
	struct discovery *d = s->d;
	bool twice = false;
	size_t at = find_candidate(s, m, migration, &twice);
	struct candidate *c;

	if (at == MAP_NONE) {
		at = d->n;
		ROOM(d->items, d->n, s->cap);
		d->items[d->n++] = make_candidate(d, m);
		s->next[at] = map_get(&s->first, m->host);
		if (s->next[at] != MAP_NONE)
			d->items[at].only_some = d->items[s->next[at]].only_some = true;
		map_set(&s->first, m->host, at);
		d->items[at].migration = migration;
		d->items[at].to = migration ? migration->move.to : SLICE_NONE;
	}
	c = &d->items[at];
	if (!slice_eq(c->ns, m->ns))
		c->ns = SLICE_NONE;
	c->twice = c->twice || twice;
	ARENA_ROOM(d->arena, c->mentions, c->nmentions, c->mentions_cap);
	c->mentions[c->nmentions++] = *m;
}

/* --- their VirtualServices ------------------------------------------------ */

/* Is the environment one of those with the host? */
static bool shares_environment(const struct candidate *c, const struct environment_uses *uses)
{
	for (size_t i = 0; i < c->nmentions; i++)
		if (c->mentions[i].environment ?
			    environment_uses_have(uses, c->mentions[i].environment) :
			    !uses->n)
			return true;
	return false;
}

/*
 * Does a file with these environments belong to the candidate, and not only to other ones with the
 * same host?
 */
static bool is_its_own(const struct candidate_search *s, const struct candidate *c,
		       const struct environment_uses *uses, struct slice path)
{
	if (c->migration && migration_covers(c->migration, path))
		return true;
	if (shares_environment(c, uses))
		return true;
	for (size_t i = map_get(&s->first, c->host); i != MAP_NONE; i = s->next[i])
		if (shares_environment(&s->d->items[i], uses))
			return false;
	return true;
}

/* What a VirtualService that references the host is to a candidate. */
enum relation { RELATION_ROUTES, RELATION_NONE, RELATION_FOREIGN };

/* Finds it out. If it is unclear in which namespace a route is resolved, the reason is added. */
static enum relation find_relation(const struct candidate_search *s, struct candidate *c,
				   const struct object_ref *ref,
				   const struct environment_uses *uses)
{
	const struct move move = candidate_move(c, s->in, SLICE_NONE);
	struct err err = ERR_INIT;
	struct vs vs;

	if (vs_read(&vs, ref->object, &(struct move_context){ &move, s->d->arena, NULL }, &err) < 0)
		return RELATION_NONE;
	switch (short_names_check(s->d->builds, uses, &vs, &err)) {
	case SHORT_NAMES_UNCLEAR:
		findings_add_err(&c->findings, &err);
		c->unclear = ref->source->path;
		return RELATION_FOREIGN;
	case SHORT_NAMES_FOREIGN:
		return RELATION_FOREIGN;
	case SHORT_NAMES_FIT:
		break;
	}
	return vs.nold ? RELATION_ROUTES : RELATION_NONE;
}

/* Sets the objects around the candidate, and the VirtualServices with routes to it. */
static void find_objects(struct candidate_search *s, struct candidate *c)
{
	struct arena *arena = s->d->arena;
	struct object_refs refs =
		inventory_by_host(s->in->inventory, candidate_host(c, arena), arena);
	struct object_ref *named = arena_array(arena, refs.n, sizeof(*named));
	size_t n = 0;

	c->centers = arena_array(arena, refs.n, sizeof(*c->centers));
	for (size_t i = 0; i < refs.n; i++) {
		const struct object *o = refs.items[i].object;
		struct slice path = refs.items[i].source->path;
		struct environment_uses uses;
		enum relation relation = RELATION_NONE;

		if (vs_is(o)) {
			uses = uses_in(c->view, path, arena);
			relation = is_its_own(s, c, &uses, path) ?
					   find_relation(s, c, &refs.items[i], &uses) :
					   RELATION_FOREIGN;
		}
		if (relation == RELATION_FOREIGN)
			continue;
		if (relation == RELATION_ROUTES)
			c->centers[c->ncenters++] = (struct center){ o, uses };
		named[n++] = refs.items[i];
	}
	c->named = (struct object_refs){ named, n };
}

/* Adds an environment, once. */
static void add_environment(struct candidate *c, const struct environment *e)
{
	for (size_t i = 0; i < c->nenvironments; i++)
		if (c->environments[i] == e)
			return;
	c->environments[c->nenvironments++] = e;
}

/* Sets the environments: of the VirtualServices; if there are none, of the ServiceEntries. */
static void set_environments(struct discovery *d, struct candidate *c)
{
	size_t most = c->nmentions;

	for (size_t i = 0; i < c->ncenters; i++)
		most += c->centers[i].uses.n + 1;
	c->environments = arena_array(d->arena, most, sizeof(const struct environment *));
	for (size_t i = 0; i < c->ncenters; i++) {
		for (size_t k = 0; k < c->centers[i].uses.n; k++)
			add_environment(c, c->centers[i].uses.items[k].environment);
		if (!c->centers[i].uses.n)
			add_environment(c, NULL);
	}
	for (size_t i = 0; i < c->nmentions && !c->ncenters; i++)
		add_environment(c, c->mentions[i].environment);
}

void discover_find_candidates(struct discovery *d, const struct discover_inputs *in)
{
	struct candidate_search s = { .d = d, .in = in, .first = MAP_INIT, .moved = MAP_INIT };

	index_migrations(&s);
	find_mentions(&s);
	s.next = arena_array(d->arena, s.nmentions, sizeof(*s.next));
	for (size_t i = 0; i < s.nmentions; i++)
		note_covered(&s, &s.mentions[i]);
	for (size_t i = 0; i < s.nmentions; i++)
		add_mention(&s, &s.mentions[i]);
	for (size_t i = 0; i < d->n; i++) {
		find_objects(&s, &d->items[i]);
		set_environments(d, &d->items[i]);
	}
	free(s.mentions);
	map_release(&s.first);
	map_release(&s.moved);
}

#include "discover/discover_target.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/map.h"
#include "discover/candidate.h"
#include "istio/host.h"
#include "kube/group.h"

#include <stdlib.h>

/* --- backends ------------------------------------------------------------- */

/* A GCPBackend with a host. */
struct backend {
	struct object_ref ref;
	struct slice host;
	size_t wanted; /* the number of candidates that it may belong to */
	size_t seen;   /* the number of the last candidate that it was matched with */
};

/* A backend by a stem of its names. */
struct backend_stem {
	size_t backend, next; /* next: with the same stem; MAP_NONE: the last */
};

/* The GCPBackends by the stems of their names. */
struct backends {
	struct backend *items;
	size_t n, cap;
	struct backend_stem *stems;
	size_t nstems, stems_cap;
	struct map first; /* of a stem, the newest one */
};

/* A name, or the first label of a host, without a suffix for the platform. */
static struct slice stem_of(struct slice name)
{
	static const struct slice suffixes[] = { SLICE_INIT("-vm"), SLICE_INIT("-vms"),
						 SLICE_INIT("-gcp") };
	struct slice label = host_first_label(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (label.len > suffixes[i].len && slice_ends(label, suffixes[i]))
			return slice_sub(label, 0, label.len - suffixes[i].len);
	return label;
}

/* Adds a stem of the newest backend. */
static void add_stem(struct backends *p, struct slice stem)
{
	ROOM(p->stems, p->nstems, p->stems_cap);
	p->stems[p->nstems] = (struct backend_stem){ p->n - 1, map_get(&p->first, stem) };
	map_set(&p->first, stem, p->nstems++);
}

/* Adds all GCPBackends of a file. */
static void add_backends(struct backends *p, const struct source *source)
{
	for (size_t i = 0; i < source->objects.n; i++) {
		const struct object *o = &source->objects.items[i];
		struct slice host = yaml_string(yaml_get(o->spec, "hostname"));
		struct slice stem = stem_of(host), other = stem_of(o->name);

		if (!object_is(o, GKE_GROUP, "GCPBackend") || !host.len)
			continue;
		ROOM(p->items, p->n, p->cap);
		p->items[p->n++] = (struct backend){ { o, source }, host, 0, MAP_NONE };
		add_stem(p, stem);
		if (other.len && !slice_eq(stem, other))
			add_stem(p, other);
	}
}

/* --- matches -------------------------------------------------------------- */

/* The backends that match one candidate by name. */
struct matches {
	struct surroundings around; /* behind the objects of the host, those of the backends */
	size_t *backends;           /* their numbers */
	size_t n;
};

/* True if the ServiceEntry has one host, so that its name is that of the host. */
static bool is_named_after_host(const struct candidate *c)
{
	const struct yaml_node *hosts = yaml_get(c->entry->spec, "hosts");

	return hosts && hosts->nchildren == 1 && c->entry->name.len;
}

/* Collects the backends that match the candidate number `i` by name. */
static void match_names(struct backends *p, const struct discovery *d, size_t i, struct matches *m)
{
	const struct candidate *c = &d->items[i];
	struct slice stems[2] = { stem_of(c->host),
				  stem_of(is_named_after_host(c) ? c->entry->name : c->host) };
	size_t cap = 0;

	for (size_t s = 0; s < 2; s++)
		for (size_t at = map_get(&p->first, stems[s]); at != MAP_NONE;
		     at = p->stems[at].next) {
			struct backend *b = &p->items[p->stems[at].backend];

			if (b->seen == i || host_same(b->host, c->host))
				continue;
			b->seen = i;
			ARENA_ROOM(d->arena, m->backends, m->n, cap);
			m->backends[m->n++] = p->stems[at].backend;
		}
}

/* Finds the backends that match a candidate, and what is around them. */
static void find_matches(struct backends *p, const struct discovery *d, size_t i, struct matches *m)
{
	const struct candidate *c = &d->items[i];
	struct object_ref *all;
	size_t n = 0;

	match_names(p, d, i, m);
	all = arena_array(d->arena, c->named.n + m->n, sizeof(*all));
	for (; n < c->named.n; n++)
		all[n] = c->named.items[n];
	for (size_t k = 0; k < m->n; k++)
		all[n++] = p->items[m->backends[k]].ref;
	m->around = (struct surroundings){ .view = c->view,
					   .builds = d->builds,
					   .arena = d->arena,
					   .centers = c->centers,
					   .ncenters = c->ncenters,
					   .around = { all, n } };
	if (m->n)
		surroundings_begin(&m->around);
}

/* False if the objects have different namespaces. */
static bool may_share_namespace(struct slice a, struct slice b)
{
	return !a.len || !b.len || slice_eq(a, b);
}

/* Does the match number `k` count for the environment at hand? */
static bool match_counts(const struct candidate *c, const struct matches *m, size_t k)
{
	const struct object *o = surroundings_object(&m->around, c->named.n + k);

	return o && may_share_namespace(o->ns, candidate_namespace(c, m->around.environment));
}

/* Counts the candidate for each backend that may belong to it. */
static void count_candidate(struct backends *p, const struct candidate *c, struct matches *m)
{
	for (size_t i = 0; i < c->nenvironments && m->n; i++) {
		surroundings_enter(&m->around, c->environments[i]);
		for (size_t k = 0; k < m->n; k++) {
			struct backend *b = &p->items[m->backends[k]];

			if (b->seen == MAP_NONE || !match_counts(c, m, k))
				continue;
			b->wanted++;
			b->seen = MAP_NONE; /* counted */
		}
	}
	for (size_t k = 0; k < m->n; k++)
		p->items[m->backends[k]].seen = MAP_NONE;
}

/* --- targets -------------------------------------------------------------- */

enum { PROPOSALS_MAX = 8 };

/* What the environments of a candidate have. */
struct target_choice {
	bool shared;     /* a backend may belong to another candidate, too */
	bool several;    /* one environment has several */
	struct str list; /* "'a.gcp.example.com' in 'dev', 'b.gcp.example.com' in 'prod'" */
};

/* Adds a backend to the list. */
static void describe(struct target_choice *choice, const struct environment *e, struct slice host)
{
	str_addf(&choice->list, "%s'%" SLICE_FMT "'", choice->list.len ? ", " : "",
		 SLICE_ARG(host));
	if (e)
		str_addf(&choice->list, " in '%" SLICE_FMT "'", SLICE_ARG(e->name));
}

/* Adds the backends that count for the environment at hand. */
static void choose_here(const struct backends *p, struct candidate *c, const struct matches *m,
			struct target_choice *choice)
{
	const struct environment *e = m->around.environment;
	struct slice hosts[PROPOSALS_MAX];
	struct slices here = { hosts, 0 };

	for (size_t k = 0; k < m->n; k++) {
		const struct backend *b = &p->items[m->backends[k]];

		if (!match_counts(c, m, k) || slices_have(here, b->host))
			continue;
		choice->shared = choice->shared || b->wanted > 1;
		choice->several = choice->several || here.n;
		if (here.n < PROPOSALS_MAX)
			here.items[here.n++] = b->host;
		if (c->proposed.n >= PROPOSALS_MAX)
			continue;
		if (c->nenvironments > 1 || !slices_have(c->proposed, b->host))
			describe(choice, c->nenvironments > 1 ? e : NULL, b->host);
		if (!slices_have(c->proposed, b->host))
			c->proposed.items[c->proposed.n++] = b->host;
	}
}

/* A backend that matches, and that no environment of the candidate applies; NULL: there is none. */
static const struct backend *find_unapplied(const struct backends *p, const struct candidate *c,
					    const struct matches *m)
{
	for (size_t k = 0; k < m->n; k++) {
		const struct backend *b = &p->items[m->backends[k]];

		if (may_share_namespace(b->ref.object->ns, c->ns))
			return b;
	}
	return NULL;
}

/* Sets why the candidate has no target. */
static void explain(const struct backends *p, struct candidate *c, const struct matches *m,
		    const struct target_choice *choice, struct arena *arena)
{
	const struct backend *unapplied = c->proposed.n ? NULL : find_unapplied(p, c, m);
	struct slice list =
		choice->list.len ? arena_copy(arena, str_slice(&choice->list)) : SLICE("");

	if (unapplied)
		c->no_target = arena_printf(
			arena,
			"the GCPBackend with the host '%" SLICE_FMT "' matches '%" SLICE_FMT
			"', but no environment that routes to it applies %" SLICE_FMT,
			SLICE_ARG(unapplied->host), SLICE_ARG(c->host),
			SLICE_ARG(unapplied->ref.source->path));
	else if (!c->proposed.n)
		c->no_target = arena_printf(arena, "no GCPBackend matches '%" SLICE_FMT "'",
					    SLICE_ARG(c->host));
	else if (c->proposed.n == 1)
		c->no_target = arena_printf(arena,
					    "the GCPBackend of '%" SLICE_FMT
					    "' may match '%" SLICE_FMT "' or another host",
					    SLICE_ARG(c->proposed.items[0]), SLICE_ARG(c->host));
	else if (choice->several || c->nenvironments < 2)
		c->no_target = arena_printf(
			arena, "several GCPBackends match '%" SLICE_FMT "': %" SLICE_FMT,
			SLICE_ARG(c->host), SLICE_ARG(list));
	else
		c->no_target = arena_printf(arena,
					    "the environments have different GCPBackends for "
					    "'%" SLICE_FMT "': %" SLICE_FMT,
					    SLICE_ARG(c->host), SLICE_ARG(list));
	c->targets_differ = !choice->several && c->proposed.n > 1 && c->nenvironments > 1;
}

/* Sets the proposals of a candidate, and its target if it has none yet. */
static void choose_target(struct backends *p, const struct discovery *d, size_t i)
{
	struct candidate *c = &d->items[i];
	struct target_choice choice = { .list = STR_INIT };
	struct matches m = { .n = 0 };

	find_matches(p, d, i, &m);
	c->proposed.items = arena_array(d->arena, PROPOSALS_MAX, sizeof(struct slice));
	for (size_t k = 0; k < c->nenvironments && m.n; k++) {
		surroundings_enter(&m.around, c->environments[k]);
		choose_here(p, c, &m, &choice);
	}
	if (!c->to.ptr && c->proposed.n == 1 && !choice.shared)
		c->to = c->proposed.items[0];
	if (!c->to.ptr)
		explain(p, c, &m, &choice, d->arena);
	str_release(&choice.list);
}

void candidates_find_targets(struct discovery *d, const struct discover_inputs *in)
{
	struct backends p = { .first = MAP_INIT };
	size_t n;
	struct source *const *sources = inventory_sources(in->inventory, &n);

	for (size_t i = 0; i < n; i++)
		add_backends(&p, sources[i]);
	for (size_t i = 0; i < d->n; i++) {
		struct matches m = { .n = 0 };

		find_matches(&p, d, i, &m);
		count_candidate(&p, &d->items[i], &m);
	}
	for (size_t i = 0; i < d->n; i++)
		choose_target(&p, d, i);
	map_release(&p.first);
	free(p.items);
	free(p.stems);
}

void candidate_note_no_target(struct candidate *c, struct arena *arena)
{
	struct finding *f = findings_add(&c->findings, &CODE_no_backend, c->at, "%" SLICE_FMT,
					 SLICE_ARG(c->no_target));

	f->remedy = arena_printf(
		arena, "%s: migrate init %" SLICE_FMT " --from %" SLICE_FMT " --to HOST%s",
		c->targets_differ ? "create a migration for each environment" :
				    "specify the new host",
		SLICE_ARG(c->name), SLICE_ARG(c->host), c->targets_differ ? " --path DIR" : "");
}

/* --- names ---------------------------------------------------------------- */

/*
 * The text as a DNS label: in lower case, with dashes for other characters, and at most 50 bytes,
 * so that a suffix can be added.
 */
static struct slice label_of(struct slice text, struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;

	for (size_t i = 0; i < text.len && out.len < 50; i++) {
		if (ascii_is_alnum(text.ptr[i]))
			str_addc(&out, ascii_to_lower(text.ptr[i]));
		else if (out.len && out.ptr[out.len - 1] != '-')
			str_addc(&out, '-');
	}
	while (out.len && out.ptr[out.len - 1] == '-')
		out.len--;
	return out.len ? arena_copy(arena, str_slice(&out)) : SLICE("host");
}

/* Is the text a number? */
static bool is_number(struct slice text)
{
	size_t i = 0;

	while (i < text.len && ascii_is_digit(text.ptr[i]))
		i++;
	return i == text.len;
}

/* The beginning of the candidate's name, a label. */
static struct slice name_stem(const struct candidate *c, struct arena *arena)
{
	struct slice stem = stem_of(is_named_after_host(c) ? c->entry->name : c->host);

	if (is_number(stem))
		stem = arena_printf(arena, "host-%" SLICE_FMT, SLICE_ARG(c->host));
	return label_of(stem, arena);
}

/* What tells the candidate apart from another one of that stem; absent: nothing. */
static struct slice distinction(const struct candidate *c, struct slice stem)
{
	const struct environment *e = c->nenvironments == 1 ? c->environments[0] : NULL;
	struct slice ns = slice_eq(c->ns, stem) ? SLICE_NONE : c->ns;

	return c->only_some && e ? e->name : ns;
}

/* A name for the candidate that is not used. */
static struct slice choose_name(const struct candidate *c, const struct map *names,
				struct arena *arena)
{
	struct slice stem = name_stem(c, arena), name = stem, more = distinction(c, stem);

	if (map_has(names, name) && more.len) {
		if (!slice_starts(more, stem)) /* not pool-pool-prod */
			more = arena_printf(arena, "%" SLICE_FMT "-%" SLICE_FMT, SLICE_ARG(stem),
					    SLICE_ARG(more));
		stem = more;
		name = stem = label_of(stem, arena);
	}
	for (int i = 2; map_has(names, name); i++)
		name = arena_printf(arena, "%" SLICE_FMT "-%d", SLICE_ARG(stem), i);
	return name;
}

void candidates_set_names(struct discovery *d, const struct discover_inputs *in)
{
	struct map names = MAP_INIT_FOLD;

	for (size_t i = 0; i < in->n; i++)
		map_add(&names, in->migrations[i]->name);
	for (size_t i = 0; i < in->taken.n; i++)
		map_add(&names, in->taken.items[i]);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];

		if (c->migration) {
			c->name = c->migration->name;
			continue;
		}
		c->name = choose_name(c, &names, d->arena);
		map_add(&names, c->name);
	}
	map_release(&names);
}

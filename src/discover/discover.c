#include "discover/discover.h"

#include "base/alloc.h"
#include "base/map.h"
#include "istio/host.h"
#include "kube/group.h"
#include "discover/discover_internal.h"

#include <stdlib.h>

/* Does the text hold a character that is spelled by its number? */
static bool has_escape(struct slice bytes)
{
	return slice_find_byte(bytes, '\\') != SIZE_MAX &&
	       (slice_find(bytes, SLICE("\\u")) != SIZE_MAX ||
		slice_find(bytes, SLICE("\\x")) != SIZE_MAX);
}

bool discover_wants(struct slice bytes)
{
	size_t at = slice_find(bytes, SLICE("networking."));
	struct slice rest = slice_sub(bytes, at, bytes.len);

	if (at != SIZE_MAX && (slice_find(rest, SLICE(ISTIO_GROUP)) != SIZE_MAX ||
			       slice_find(rest, SLICE(GKE_GROUP)) != SIZE_MAX))
		return true;
	return has_escape(bytes) && (slice_find(bytes, SLICE("ServiceEntry")) != SIZE_MAX ||
				     slice_find(bytes, SLICE("VirtualService")) != SIZE_MAX);
}

struct slice verdict_word(enum verdict v)
{
	static const struct slice words[] = { SLICE_INIT("ready"), SLICE_INIT("warnings"),
					      SLICE_INIT("blocked"), SLICE_INIT("migration") };

	return words[v];
}

/* --- the candidates ------------------------------------------------------- */

/* The number of items of a list. */
static size_t count(const struct yaml_node *list)
{
	return list && list->kind == YAML_SEQ ? list->nchildren : 0;
}

/* What stands there, or what Istio takes when nothing does. */
static struct slice or_default(const struct yaml_node *node, const char *text)
{
	return yaml_string(node).len ? node->text : slice_of(text);
}

/* "8080/HTTP" for each port, and all protocols once. */
static void read_ports(struct candidate *c, struct arena *arena)
{
	const struct yaml_node *ports = yaml_get(c->entry->spec, "ports");
	struct slices kinds = { arena_array(arena, count(ports), sizeof(struct slice)), 0 };
	AUTO_STR struct str all = STR_INIT;

	c->ports.items = arena_array(arena, count(ports), sizeof(struct slice));
	for (const struct yaml_node *p = count(ports) ? ports->first : NULL; p; p = p->next) {
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

/* A row for each host of a ServiceEntry. */
static void take_entry(struct discovery *d, size_t *cap, const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *h = count(hosts) ? hosts->first : NULL; h; h = h->next) {
		struct candidate c = { .host = yaml_string(h), .entry = o, .at = yaml_place(h) };

		if (!c.host.len)
			continue;
		c.location = or_default(yaml_get(o->spec, "location"), "MESH_EXTERNAL");
		c.resolution = or_default(yaml_get(o->spec, "resolution"), "NONE");
		c.endpoints = count(yaml_get(o->spec, "endpoints"));
		c.findings.arena = d->arena;
		read_ports(&c, d->arena);
		ROOM(d->items, d->n, *cap);
		d->items[d->n++] = c;
	}
}

struct slice candidate_host(const struct candidate *c, struct arena *arena)
{
	return host_resolve(c->host, c->entry->ns, arena);
}

/*
 * Marks hosts that stand in several ServiceEntries, and gives those that have a migration theirs.
 */
static void compare_hosts(struct discovery *d, const struct migration *const *migrations, size_t n)
{
	struct map hosts = MAP_INIT, moved = MAP_INIT;

	for (size_t i = 0; i < n; i++)
		map_set(&moved,
			host_resolve(migrations[i]->move.from, migrations[i]->move.ns, d->arena),
			i);
	for (size_t i = 0; i < d->n; i++) {
		struct candidate *c = &d->items[i];
		struct slice host = candidate_host(c, d->arena);
		size_t first = map_get(&hosts, host), m = map_get(&moved, host);

		if (first == MAP_NONE)
			map_set(&hosts, host, i);
		else
			c->twice = d->items[first].twice = true;
		if (m != MAP_NONE && (!migrations[m]->move.ns.len || !c->entry->ns.len ||
				      slice_eq(migrations[m]->move.ns, c->entry->ns))) {
			c->migration = migrations[m];
			c->to = migrations[m]->move.to;
		}
	}
	map_release(&hosts);
	map_release(&moved);
}

/* --- files that cannot be read -------------------------------------------- */

/* May the byte stand in a host name, or be the star of a wildcard? */
static bool host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '*';
}

/* Candidates by host, each with the number of the next of the same host. */
struct chains {
	struct map first;
	size_t *next;
	const struct source **last; /* the file that was noted last for each */
};

/* A word of a broken file: candidates of this host may be routed to in it. */
static void note_word(struct discovery *d, const struct chains *chains, const struct source *s,
		      struct slice word)
{
	for (size_t i = map_get(&chains->first, word); i != MAP_NONE; i = chains->next[i])
		if (chains->last[i] != s) {
			chains->last[i] = s;
			findings_add_err(&d->items[i].findings, s->why);
		}
}

/* A file that cannot be read and holds a host is an error of that host: it may route to it. */
static void note_broken(struct discovery *d, const struct inventory *inv)
{
	struct chains chains = { MAP_INIT, arena_array(d->arena, d->n, sizeof(size_t)), NULL };
	size_t n;
	struct source *const *broken = inventory_broken(inv, &n);

	chains.last = arena_array(d->arena, d->n, sizeof(*chains.last));
	for (size_t i = 0; i < d->n && n; i++) {
		chains.next[i] = map_get(&chains.first, d->items[i].host);
		map_set(&chains.first, d->items[i].host, i);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t at = 0, end; at < broken[i]->bytes.len; at = end + 1) {
			for (end = at;
			     end < broken[i]->bytes.len && host_byte(broken[i]->bytes.ptr[end]);)
				end++;
			if (end > at)
				note_word(d, &chains, broken[i],
					  slice_sub(broken[i]->bytes, at, end - at));
		}
	map_release(&chains.first);
}

/* --- all of them ---------------------------------------------------------- */

static size_t warnings(const struct candidate *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->findings.n; i++)
		n += c->findings.items[i].code->severity == SEVERITY_WARNING;
	return n;
}

/* Best first. */
static int by_merit(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	size_t wx = warnings(x), wy = warnings(y);
	int order;

	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	if (wx != wy)
		return wx < wy ? -1 : 1;
	order = slice_cmp(x->host, y->host);
	if (!order)
		order = slice_cmp(x->at.path, y->at.path);
	return order ? order : (x->at.line > y->at.line) - (x->at.line < y->at.line);
}

/* What was not seen speaks against every host. */
static void note_unseen(struct candidate *c, const struct findings *unseen)
{
	for (size_t i = 0; unseen && i < unseen->n; i++)
		(void)findings_add_new(&c->findings, &unseen->items[i]);
}

void discover_make(struct discovery *out, const struct discover_inputs *in)
{
	struct discovery d = { .arena = arena_new() };
	size_t cap = 0, nsources;
	struct source *const *sources = inventory_sources(in->inventory, &nsources);

	for (size_t i = 0; i < nsources; i++)
		for (size_t k = 0; k < sources[i]->objects.n; k++)
			if (object_is(&sources[i]->objects.items[k], ISTIO_GROUP, "ServiceEntry"))
				take_entry(&d, &cap, &sources[i]->objects.items[k]);
	compare_hosts(&d, in->migrations, in->n);
	targets_find(&d, in->inventory);
	names_give(&d, in->migrations, in->n, in->taken);
	note_broken(&d, in->inventory);
	for (size_t i = 0; i < d.n; i++) {
		note_unseen(&d.items[i], in->unseen);
		candidate_judge(&d, &d.items[i], in);
	}
	if (d.n)
		qsort(d.items, d.n, sizeof(*d.items), by_merit);
	*out = d;
}

void discover_release(struct discovery *d)
{
	free(d->items);
	if (d->arena)
		arena_free(d->arena);
	*d = (struct discovery){ .n = 0 };
}

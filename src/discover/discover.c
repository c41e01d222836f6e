#include "discover/discover.h"

#include "base/alloc.h"
#include "base/ascii.h"
#include "base/map.h"
#include "discover/discover_judge.h"
#include "discover/discover_target.h"
#include "istio/host.h"
#include "kube/group.h"

#include <stdlib.h>

/* True if the bytes may contain a character that is escaped by its number. */
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

struct slice readiness_name(enum readiness readiness)
{
	static const struct slice names[] = { SLICE_INIT("ready"), SLICE_INIT("warnings"),
					      SLICE_INIT("blocked"), SLICE_INIT("migration") };

	return names[readiness];
}

/* --- the candidates ------------------------------------------------------- */

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

/* Adds a candidate for each host of a ServiceEntry. */
static void add_candidates(struct discovery *d, size_t *cap, const struct object *o)
{
	const struct yaml_node *hosts = yaml_get(o->spec, "hosts");

	for (const struct yaml_node *h = count_items(hosts) ? hosts->first : NULL; h; h = h->next) {
		struct candidate c = { .host = yaml_string(h), .entry = o, .at = yaml_place(h) };

		if (!c.host.len)
			continue;
		c.location = or_default(yaml_get(o->spec, "location"), "MESH_EXTERNAL");
		c.resolution = or_default(yaml_get(o->spec, "resolution"), "NONE");
		c.endpoints = count_items(yaml_get(o->spec, "endpoints"));
		c.findings.arena = d->arena;
		read_ports(&c, d->arena);
		ROOM(d->items, d->n, *cap);
		d->items[d->n++] = c;
	}
}

/* Marks hosts of several ServiceEntries, and sets the migrations of those that have one. */
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

/* --- files that cannot be parsed ------------------------------------------ */

/* True if the byte can be part of a host name or wildcard. */
static bool is_host_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '*';
}

/* Candidates by host, as linked lists. */
struct candidates_by_host {
	struct map first;           /* of a host, the index of the first candidate */
	size_t *next;               /* of the same host */
	const struct source **last; /* the file that was last added to the findings of each */
};

/* A word of a broken file: a route to the candidates of this host may be in the file. */
static void note_word(struct discovery *d, const struct candidates_by_host *by_host,
		      const struct source *s, struct slice word)
{
	for (size_t i = map_get(&by_host->first, word); i != MAP_NONE; i = by_host->next[i])
		if (by_host->last[i] != s) {
			by_host->last[i] = s;
			findings_add_err(&d->items[i].findings, s->why);
		}
}

/* Adds an error to each candidate whose host a broken file contains. */
static void note_broken(struct discovery *d, const struct inventory *inv)
{
	struct candidates_by_host by_host = { MAP_INIT, arena_array(d->arena, d->n, sizeof(size_t)),
					      NULL };
	size_t n;
	struct source *const *broken = inventory_broken(inv, &n);

	by_host.last = arena_array(d->arena, d->n, sizeof(*by_host.last));
	for (size_t i = 0; i < d->n && n; i++) {
		by_host.next[i] = map_get(&by_host.first, d->items[i].host);
		map_set(&by_host.first, d->items[i].host, i);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t at = 0, end; at < broken[i]->bytes.len; at = end + 1) {
			for (end = at;
			     end < broken[i]->bytes.len && is_host_byte(broken[i]->bytes.ptr[end]);)
				end++;
			if (end > at)
				note_word(d, &by_host, broken[i],
					  slice_sub(broken[i]->bytes, at, end - at));
		}
	map_release(&by_host.first);
}

/* --- all candidates ------------------------------------------------------- */

/* The number of warnings of a candidate. */
static size_t count_warnings(const struct candidate *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->findings.n; i++)
		n += c->findings.items[i].code->severity == SEVERITY_WARNING;
	return n;
}

/* Best first. */
static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	size_t wx = count_warnings(x), wy = count_warnings(y);
	int order;

	if (x->readiness != y->readiness)
		return x->readiness < y->readiness ? -1 : 1;
	if (wx != wy)
		return wx < wy ? -1 : 1;
	order = slice_cmp(x->host, y->host);
	if (!order)
		order = slice_cmp(x->at.path, y->at.path);
	return order ? order : (x->at.line > y->at.line) - (x->at.line < y->at.line);
}

/* Adds what could not be read to the findings of a candidate. */
static void note_unread(struct candidate *c, const struct findings *unread)
{
	for (size_t i = 0; unread && i < unread->n; i++)
		(void)findings_add_new(&c->findings, &unread->items[i]);
}

void discover_make(struct discovery *out, const struct discover_inputs *in)
{
	struct discovery d = { .arena = arena_new() };
	size_t cap = 0, nsources;
	struct source *const *sources = inventory_sources(in->inventory, &nsources);

	for (size_t i = 0; i < nsources; i++)
		for (size_t k = 0; k < sources[i]->objects.n; k++)
			if (object_is(&sources[i]->objects.items[k], ISTIO_GROUP, "ServiceEntry"))
				add_candidates(&d, &cap, &sources[i]->objects.items[k]);
	compare_hosts(&d, in->migrations, in->n);
	candidates_find_targets(&d, in->inventory);
	candidates_set_names(&d, in);
	note_broken(&d, in->inventory);
	for (size_t i = 0; i < d.n; i++) {
		note_unread(&d.items[i], in->unread);
		candidate_judge(&d.items[i], in, d.arena);
	}
	if (d.n)
		qsort(d.items, d.n, sizeof(*d.items), compare_candidates);
	*out = d;
}

void discover_release(struct discovery *d)
{
	free(d->items);
	if (d->arena)
		arena_free(d->arena);
	*d = (struct discovery){ .n = 0 };
}

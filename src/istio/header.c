#include "istio/header.h"

/* Operations on request headers: maps of values, and a list of names. */
static const char *const operations[] = { "set", "add", "remove" };
enum { NOPERATIONS = sizeof(operations) / sizeof(operations[0]) };

/* Is this entry of an operation about the Host header? */
static bool is_host(const struct yaml_node *entry)
{
	struct slice name = entry->key ? entry->key->text : yaml_string(entry);

	return slice_eq_case(name, SLICE("host")) || slice_eq_case(name, SLICE(":authority"));
}

/* The first entry of an operation about the Host header, from an entry on. */
static const struct yaml_node *next_host(const struct yaml_node *entry)
{
	while (entry && !is_host(entry))
		entry = entry->next;
	return entry;
}

/* The first one of all operations of `headers`. */
static const struct yaml_node *headers_host(const struct yaml_node *headers)
{
	const struct yaml_node *request = yaml_get(headers, "request"), *found = NULL;

	for (size_t i = 0; i < NOPERATIONS && !found; i++) {
		const struct yaml_node *operation = yaml_get(request, operations[i]);

		found = next_host(operation ? operation->first : NULL);
	}
	return found;
}

const struct yaml_node *route_authority(const struct route *route)
{
	const struct yaml_node *authority = yaml_path(route->node, "rewrite", "authority", NULL);

	return authority ? authority : headers_host(yaml_get(route->node, "headers"));
}

const struct yaml_node *dest_host_header(const struct dest *d)
{
	return headers_host(d->headers);
}

/* Is the value empty, or of this kind and unambiguous? */
static int check_kind(const struct yaml_node *node, enum yaml_kind kind, struct err *err)
{
	if (!node || (node->kind == YAML_SCALAR && yaml_type_of(node) == YAML_NULL))
		return 0;
	if (yaml_path_clear(node, err) < 0)
		return -1;
	return node->kind == kind ?
		       0 :
		       err_set(err, &CODE_yaml_type, yaml_place(node),
			       "'%" SLICE_FMT "' must be a %s", SLICE_ARG(node->key->text),
			       kind == YAML_MAP ? "map" : "list");
}

/* The operations of a destination, looked up once. */
struct header_operations {
	const struct yaml_node *headers, *request, *operation[NOPERATIONS];
};

static int read_operations(const struct dest *d, struct header_operations *out, struct err *err)
{
	out->headers = d->headers;
	out->request = yaml_get(d->headers, "request");
	if (check_kind(out->headers, YAML_MAP, err) < 0 ||
	    check_kind(out->request, YAML_MAP, err) < 0)
		return -1;
	for (size_t i = 0; i < NOPERATIONS; i++) {
		out->operation[i] = yaml_get(out->request, operations[i]);
		if (check_kind(out->operation[i], i == NOPERATIONS - 1 ? YAML_SEQ : YAML_MAP, err) <
		    0)
			return -1;
	}
	return 0;
}

/* Are all entries of the operation about the Host header? Then all of it is deleted. */
static bool all_host(const struct yaml_node *operation)
{
	for (const struct yaml_node *c = operation->first; c; c = c->next)
		if (!is_host(c))
			return false;
	return operation->first != NULL;
}

/* Deletes the Host header from one operation, except the entry `keep`. */
static void delete_host(struct yaml_edits *e, const struct yaml_node *operation,
			const struct yaml_node *keep)
{
	for (const struct yaml_node *c = next_host(operation->first); c; c = next_host(c->next))
		if (c != keep)
			yaml_delete(e, c);
}

/* Deletes every operation on Host, and what would be left empty by that. */
static void delete_all_hosts(struct yaml_edits *e, const struct header_operations *p)
{
	size_t gone = 0, entries = p->request ? p->request->nchildren : 0;

	for (size_t i = 0; i < NOPERATIONS; i++)
		gone += p->operation[i] && all_host(p->operation[i]);
	if (gone && gone == entries) {
		yaml_delete(e, p->headers->nchildren == 1 ? p->headers : p->request);
		return;
	}
	for (size_t i = 0; i < NOPERATIONS; i++) {
		if (p->operation[i] && all_host(p->operation[i]))
			yaml_delete(e, p->operation[i]);
		else if (p->operation[i])
			delete_host(e, p->operation[i], NULL);
	}
}

/* The last operation that is not entirely about Host; NULL: none remains. */
static const struct yaml_node *last_kept(const struct yaml_node *request)
{
	const struct yaml_node *last = request->last;

	while (last && all_host(last))
		last = last->prev;
	return last;
}

/* "headers: {request: {set: {Host: HOST}}}", from the level on that is missing. */
static void put_host(struct yaml_edits *e, const struct dest *d, const struct header_operations *p,
		     struct slice host, struct arena *arena)
{
	const struct yaml_node *const levels[] = { d->node, p->headers, p->request,
						   p->operation[0] };
	static const char *const keys[] = { "headers", "request", "set", "Host" };
	struct yaml_lit *lits = arena_array(arena, 4, sizeof(*lits));
	size_t level = 3;

	lits[3] = (struct yaml_lit){ .key = slice_of(keys[3]), .kind = LIT_STRING, .text = host };
	for (size_t i = 3; i-- > 0;)
		lits[i] = (struct yaml_lit){
			.key = slice_of(keys[i]), .kind = LIT_MAP, .items = &lits[i + 1], .n = 1
		};
	while (!levels[level])
		level--;
	if (level == 2 && !last_kept(p->request)) /* nothing of it remains to put it beside */
		yaml_replace(e, p->request, &lits[1]);
	else
		yaml_put(e, levels[level], level == 2 ? last_kept(p->request) : NULL, YAML_AFTER,
			 &lits[level]);
}

int dest_set_host(struct yaml_edits *e, const struct dest *d, struct slice host,
		  struct arena *arena, struct err *err)
{
	const struct yaml_node *keep;
	struct header_operations p;

	if (read_operations(d, &p, err) < 0)
		return -1;
	if (!host.ptr) {
		delete_all_hosts(e, &p);
		return 0;
	}
	keep = p.operation[0] ? next_host(p.operation[0]->first) : NULL;
	for (size_t i = 0; i < NOPERATIONS && (keep || !p.request || last_kept(p.request)); i++) {
		if (i && p.operation[i] && all_host(p.operation[i]))
			yaml_delete(e, p.operation[i]);
		else if (p.operation[i])
			delete_host(e, p.operation[i], i ? NULL : keep);
	}
	if (keep)
		yaml_set(e, keep, LIT_STRING, host);
	else
		put_host(e, d, &p, host, arena);
	return 0;
}

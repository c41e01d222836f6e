#include "discover/discover.h"

#include "discover/discover_candidates.h"
#include "discover/discover_judge.h"
#include "discover/discover_target.h"
#include "discover/discover_unreadable.h"
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

bool discover_wants_text(struct slice path, struct slice bytes)
{
	if (slice_find(bytes, SLICE("HelmRelease")) != SIZE_MAX)
		return true;
	return !slice_ends(path, SLICE(".json")) &&
	       slice_find(bytes, SLICE("apiVersion")) == SIZE_MAX;
}

struct slice readiness_name(enum readiness readiness)
{
	static const struct slice names[] = { SLICE_INIT("ready"), SLICE_INIT("warnings"),
					      SLICE_INIT("blocked"), SLICE_INIT("migration") };

	return names[readiness];
}

/* --- candidates ----------------------------------------------------------- */

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

	if (in->environments)
		d.builds = builds_new(in->inventory, in->environments, NULL, 0);
	discover_find_candidates(&d, in);
	candidates_find_targets(&d, in);
	candidates_set_names(&d, in);
	discover_list_unreadable(&d, in);
	for (size_t i = 0; i < d.n; i++) {
		note_unread(&d.items[i], in->unread);
		candidate_judge(&d, &d.items[i], in);
	}
	if (d.n)
		qsort(d.items, d.n, sizeof(*d.items), compare_candidates);
	*out = d;
}

void discover_release(struct discovery *d)
{
	free(d->items);
	builds_free(d->builds);
	if (d->arena)
		arena_free(d->arena);
	*d = (struct discovery){ .n = 0 };
}

#include "gitops/environment_internal.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"

#include <stdlib.h>

/* What one question passes around. */
struct asking {
	const struct environment_index *r;
	struct environment_use *items;
	size_t n, cap;
	size_t *todo; /* kustomizations to look at, and all looked at */
	size_t ntodo, todo_cap;
	bool *seen;   /* kustomizations that are in `todo` */
	size_t *slot; /* of an environment: its place in `items`, counted from 1 */
};

/* The file gets into an environment. */
static struct environment_use *arrive(struct asking *a, const struct environment *e, unsigned ways)
{
	size_t *slot = &a->slot[e->number];

	if (!*slot) {
		ROOM(a->items, a->n, a->cap);
		a->items[a->n++] = (struct environment_use){ e, 0, 0 };
		*slot = a->n;
	}
	a->items[*slot - 1].source_types |= ways;
	return &a->items[*slot - 1];
}

/* A kustomization has the file in it. */
static void push(struct asking *a, size_t kustomization)
{
	if (a->seen[kustomization])
		return;
	a->seen[kustomization] = true;
	ROOM(a->todo, a->ntodo, a->todo_cap);
	a->todo[a->ntodo++] = kustomization;
}

/* All kustomizations that name a path. */
static void push_mentions(struct asking *a, struct slice path)
{
	for (size_t i = map_get(&a->r->mention_at, path); i != NONE; i = a->r->references[i].next)
		push(a, a->r->references[i].kustomization);
}

/*
 * The environments that may apply something that begins so; `root`: a kustomization that nothing
 * names.
 */
static void take_prefixes(struct asking *a, struct slice path, bool root)
{
	for (size_t i = 0; i < a->r->nprefixes; i++) {
		const struct claim *c = &a->r->claims[a->r->prefixes[i]];

		if (slice_starts(path, c->folder))
			arrive(a, c->environment, SOURCE_UNKNOWN)->roots += root;
	}
}

/* Does Argo CD read this file of a folder that it applies as it is? */
static bool read_as_it_is(const struct claim *c, struct slice path)
{
	struct slice name = path_from(path, c->folder);

	if (!name.len || (!c->recurse && slice_find_byte(name, '/') != SIZE_MAX))
		return false;
	if (!slice_ends(name, SLICE(".yaml")) && !slice_ends(name, SLICE(".yml")) &&
	    !slice_ends(name, SLICE(".json")))
		return false;
	if (c->exclude.len && glob_match(GLOB_GOBWAS, c->exclude, name, false))
		return false;
	return !c->include.len || glob_match(GLOB_GOBWAS, c->include, name, true);
}

/*
 * One claim of a folder that the file lies in or below. `built`: a kustomization is in this folder;
 * `inside`: or in one on the way.
 */
static void take_claim(struct asking *a, const struct claim *c, struct slice path, bool built,
		       bool inside)
{
	enum claim_kind kind = c->kind;
	struct slice name = path_from(path, c->folder);

	if (kind == CLAIM_AUTO && !built)
		kind = map_has(&a->r->chart_at, c->folder) ? CLAIM_CHART : CLAIM_DIRECTORY;
	if (kind == CLAIM_DIRECTORY && read_as_it_is(c, path))
		(void)arrive(a, c->environment, SOURCE_DIRECTORY);
	if (kind == CLAIM_CHART && slice_starts(name, SLICE("templates/")))
		(void)arrive(a, c->environment, SOURCE_CHART);
	if (kind == CLAIM_UNKNOWN)
		(void)arrive(a, c->environment, SOURCE_UNKNOWN);
	if (kind == CLAIM_FLUX && !inside &&
	    (slice_ends(path, SLICE(".yaml")) || slice_ends(path, SLICE(".yml"))))
		(void)arrive(a, c->environment, SOURCE_KUSTOMIZE);
}

/*
 * What takes the file without naming it: folders that are applied, and kustomizations that nobody
 * can read.
 */
static void take_folders(struct asking *a, struct slice path)
{
	const struct environment_index *r = a->r;
	struct slice folder = path;
	bool inside = false;

	do {
		size_t k;

		folder = path_folder(folder);
		k = kustomization_in(r, folder);
		inside = inside || k != NONE;
		for (size_t i = map_get(&r->claim_at, folder); i != NONE; i = r->claims[i].next)
			take_claim(a, &r->claims[i], path, k != NONE, inside);
		if (k != NONE && !r->kustomizations[k].root)
			push(a, k);
	} while (folder.len);
}

/* The environments that build a kustomization as it is, and those that take it up. */
static void take_kustomization(struct asking *a, const struct kustomization *k)
{
	const struct environment_index *r = a->r;
	unsigned ways = k->root ? SOURCE_KUSTOMIZE : SOURCE_KUSTOMIZE | SOURCE_UNKNOWN;

	for (size_t i = map_get(&r->claim_at, k->folder); i != NONE; i = r->claims[i].next)
		if (claim_builds(&r->claims[i]))
			(void)arrive(a, r->claims[i].environment, ways);
	for (struct slice f = k->folder; generating_above(r, &f);)
		for (size_t i = map_get(&r->claim_at, f); i != NONE; i = r->claims[i].next)
			if (r->claims[i].kind == CLAIM_FLUX)
				(void)arrive(a, r->claims[i].environment, ways);
	if (k->overlay)
		(void)arrive(a, k->overlay, ways);
	take_prefixes(a, k->folder,
		      !map_has(&r->mention_at, k->folder) && !kustomization_is_component(k->root));
	push_mentions(a, k->folder);
}

static int by_name(const void *a, const void *b)
{
	const struct environment *x = ((const struct environment_use *)a)->environment,
				 *y = ((const struct environment_use *)b)->environment;
	int order = slice_cmp(x->name, y->name);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Follows the chains up, and puts the answer into the arena. */
static struct environment_uses answer(struct asking *a, struct arena *arena)
{
	struct environment_uses out = { NULL, 0 };

	for (size_t i = 0; i < a->ntodo; i++)
		take_kustomization(a, &a->r->kustomizations[a->todo[i]]);
	if (a->n)
		qsort(a->items, a->n, sizeof(*a->items), by_name);
	out.items = arena_array(arena, a->n, sizeof(*out.items));
	for (; out.n < a->n; out.n++)
		out.items[out.n] = a->items[out.n];
	free(a->items);
	free(a->todo);
	return out;
}

/* A question without anything asked yet; its lists are in `scratch`. */
static struct asking ask(const struct environment_index *r, struct arena *scratch)
{
	struct asking a = { .r = r };

	a.seen = arena_array(scratch, r->nkustomizations, sizeof(*a.seen));
	a.slot = arena_array(scratch, r->nenvironments, sizeof(*a.slot));
	return a;
}

struct environment_uses environment_index_of(const struct environment_index *r, struct slice path,
					     struct arena *arena)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct asking a = ask(r, scratch);

	push_mentions(&a, path);
	take_folders(&a, path);
	take_prefixes(&a, path, false);
	return answer(&a, arena);
}

struct environment_uses environment_index_of_kustomization(const struct environment_index *r,
							   struct slice path, struct arena *arena)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct asking a = ask(r, scratch);
	size_t k = kustomization_in(r, path_folder(path));

	if (k != NONE)
		push(&a, k);
	return answer(&a, arena);
}

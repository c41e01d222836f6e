#include "gitops/environment_use.h"

#include "base/alloc.h"
#include "gitops/environment_index_internal.h"
#include "gitops/path.h"

#include <stdlib.h>

/* A kustomization that includes the file. */
struct including {
	size_t kustomization; /* by number */
	bool again;           /* in more than one way */
};

/* The state of one query. It has few of all kustomizations and environments. */
struct use_query {
	const struct environment_index *index;
	struct environment_use *items;
	size_t n, cap;
	struct including *todo;
	size_t ntodo, todo_cap;
	struct map todo_at;    /* number of a kustomization, to its index in `todo` */
	struct map item_at;    /* address of an environment, to its index in `items` */
	struct arena *scratch; /* of the keys */
	bool apart;            /* collected kustomizations are environments of their own */
};

/* The bytes of a number or an address as a key. */
static struct slice bytes_key(const void *value, size_t n)
{
	return (struct slice){ value, n };
}

/* An environment applies the file. */
static struct environment_use *add_use(struct use_query *q, const struct environment *e,
				       unsigned types)
{
	struct slice key = bytes_key(&e, sizeof(e));
	size_t at = map_get(&q->item_at, key);

	if (at == MAP_NONE) {
		at = q->n;
		map_set(&q->item_at, arena_copy(q->scratch, key), at);
		ROOM(q->items, q->n, q->cap);
		q->items[q->n++] = (struct environment_use){ e, 0, 0 };
	}
	q->items[at].source_types |= types;
	return &q->items[at];
}

/* The kustomization in `todo`; NULL: it is not there. */
static struct including *find_including(const struct use_query *q, size_t kustomization)
{
	size_t at = map_get(&q->todo_at, bytes_key(&kustomization, sizeof(kustomization)));

	return at == MAP_NONE ? NULL : &q->todo[at];
}

/* A kustomization includes the file. */
static void push_kustomization(struct use_query *q, size_t kustomization)
{
	struct including *known = find_including(q, kustomization);

	if (known) {
		known->again = true;
		return;
	}
	map_set(&q->todo_at,
		arena_copy(q->scratch, bytes_key(&kustomization, sizeof(kustomization))), q->ntodo);
	ROOM(q->todo, q->ntodo, q->todo_cap);
	q->todo[q->ntodo++] = (struct including){ kustomization, false };
}

/* Pushes all kustomizations that reference a path. */
static void push_references(struct use_query *q, struct slice path)
{
	const struct kustomization_graph *g = &q->index->kustomizations;

	for (size_t i = map_get(&g->to, path); i != MAP_NONE; i = g->references[i].next)
		push_kustomization(q, g->references[i].kustomization);
}

/*
 * Adds the environments that may apply the path, whose own path is not known entirely. `root`: it
 * is that of a kustomization that no other one references.
 */
static void add_prefix_uses(struct use_query *q, struct slice path, bool root)
{
	for (size_t i = 0; i < q->index->sources.nprefixes; i++) {
		const struct environment_source *s = q->index->sources.prefixes[i];

		if (slice_starts(path, s->directory))
			add_use(q, s->environment, SOURCE_UNKNOWN)->roots += root;
	}
}

/*
 * Adds the use by a source whose directory the file is in or below. `built`: this directory has a
 * kustomization; `inside`: or one below it that the file is in or below.
 */
static void add_source_use(struct use_query *q, const struct environment_source *s,
			   struct slice path, bool built, bool inside)
{
	enum source_tool tool = environment_source_tool(
		s, built, directories_have_chart(&q->index->directories, s->directory));
	struct slice name = path_from(path, s->directory);

	if (tool == TOOL_DIRECTORY && environment_source_reads(s, path))
		(void)add_use(q, s->environment, SOURCE_DIRECTORY);
	if (tool == TOOL_HELM && slice_starts(name, SLICE("templates/")))
		(void)add_use(q, s->environment, SOURCE_CHART);
	if (tool == TOOL_UNKNOWN)
		(void)add_use(q, s->environment, SOURCE_UNKNOWN);
	if (tool == TOOL_FLUX && !inside &&
	    (slice_ends(path, SLICE(".yaml")) || slice_ends(path, SLICE(".yml"))))
		(void)add_use(q, s->environment, SOURCE_KUSTOMIZE);
}

/*
 * Adds what applies the file without a reference to it: sources in the directories above, and
 * kustomizations there that cannot be read.
 */
static void add_directory_uses(struct use_query *q, struct slice path)
{
	const struct environment_index *x = q->index;
	struct slice directory = path;
	bool inside = false;

	do {
		const struct environment_source *s;
		size_t k;

		directory = path_directory(directory);
		k = kustomization_graph_in(&x->kustomizations, directory);
		inside = inside || k != MAP_NONE;
		for (s = source_index_find(&x->sources, directory); s; s = s->next)
			add_source_use(q, s, path, k != MAP_NONE, inside);
		if (k != MAP_NONE && !x->kustomizations.items[k].root)
			push_kustomization(q, k);
	} while (directory.len);
}

/* Pushes all kustomizations that reference one, which is in `directory`. */
static void push_parents(struct use_query *q, struct slice directory)
{
	const struct kustomization_graph *g = &q->index->kustomizations;

	for (size_t i = map_get(&g->to, directory); i != MAP_NONE; i = g->references[i].next)
		if (!q->apart || !g->items[g->references[i].kustomization].collects)
			push_kustomization(q, g->references[i].kustomization);
}

/* The kustomization as an environment; NULL: it is none. */
static const struct environment *overlay_of(const struct use_query *q,
					    const struct kustomization *k)
{
	return q->apart && k->collected ? k->collected : k->overlay;
}

/* Adds the environments that build a kustomization, and pushes those that reference it. */
static void add_kustomization_uses(struct use_query *q, const struct kustomization *k)
{
	const struct kustomization_graph *g = &q->index->kustomizations;
	const struct source_index *sources = &q->index->sources;
	unsigned types = k->root ? SOURCE_KUSTOMIZE : SOURCE_KUSTOMIZE | SOURCE_UNKNOWN;
	const struct environment_source *s;

	for (s = source_index_find(sources, k->directory); s; s = s->next)
		if (environment_source_builds(s))
			(void)add_use(q, s->environment, types);
	for (struct slice at = k->directory; kustomization_graph_up(g, &at);)
		for (s = source_index_find(sources, at); s; s = s->next)
			if (s->tool == TOOL_FLUX)
				(void)add_use(q, s->environment, types);
	if (overlay_of(q, k))
		(void)add_use(q, overlay_of(q, k), types);
	add_prefix_uses(q, k->directory, kustomization_graph_is_root(g, k));
	push_parents(q, k->directory);
}

static int compare_names(const void *a, const void *b)
{
	const struct environment *x = ((const struct environment_use *)a)->environment,
				 *y = ((const struct environment_use *)b)->environment;
	int order = slice_cmp(x->name, y->name);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Starts a query; the keys of its maps are in `scratch`. */
static struct use_query start_query(const struct environment_index *x, struct arena *scratch)
{
	return (struct use_query){
		.index = x, .todo_at = MAP_INIT, .item_at = MAP_INIT, .scratch = scratch
	};
}

/* Marks the kustomizations that reference one, as having the file in more than one way. */
static bool mark_above(struct use_query *q, const struct kustomization *k)
{
	const struct kustomization_graph *g = &q->index->kustomizations;
	bool changed = false;

	for (size_t r = map_get(&g->to, k->directory); r != MAP_NONE; r = g->references[r].next) {
		struct including *above = find_including(q, g->references[r].kustomization);

		if (!above || above->again)
			continue;
		above->again = true;
		changed = true;
	}
	return changed;
}

/* Marks the kustomizations that reference one with the file in more than one way. */
static void spread_again(struct use_query *q)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < q->ntodo; i++)
			if (q->todo[i].again &&
			    mark_above(q,
				       &q->index->kustomizations.items[q->todo[i].kustomization]))
				changed = true;
	}
}

/* Counts the ways in which environments include the file. */
static void count_ways(struct use_query *q)
{
	spread_again(q);
	for (size_t i = 0; i < q->ntodo; i++) {
		const struct kustomization *k =
			&q->index->kustomizations.items[q->todo[i].kustomization];
		const struct environment_source *s =
			source_index_find(&q->index->sources, k->directory);

		if (!q->todo[i].again)
			continue;
		if (overlay_of(q, k))
			add_use(q, overlay_of(q, k), 0)->roots = 2;
		for (; s; s = s->next)
			if (environment_source_builds(s))
				add_use(q, s->environment, 0)->roots = 2;
	}
}

/* Follows the references upwards, and moves the result into the arena. */
static struct environment_uses finish_query(struct use_query *q, struct arena *arena)
{
	struct environment_uses out = { NULL, 0 };

	for (size_t i = 0; i < q->ntodo; i++)
		add_kustomization_uses(q,
				       &q->index->kustomizations.items[q->todo[i].kustomization]);
	count_ways(q);
	if (q->n)
		qsort(q->items, q->n, sizeof(*q->items), compare_names);
	out.items = arena_array(arena, q->n, sizeof(*out.items));
	for (; out.n < q->n; out.n++)
		out.items[out.n] = q->items[out.n];
	free(q->items);
	free(q->todo);
	map_release(&q->todo_at);
	map_release(&q->item_at);
	return out;
}

struct environment_uses environment_uses_of(const struct environment_index *x, struct slice path,
					    struct arena *arena)
{
	return environment_uses_find(x, path, false, arena);
}

struct environment_uses environment_uses_find(const struct environment_index *x, struct slice path,
					      bool apart, struct arena *arena)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct use_query q = start_query(x, scratch);

	q.apart = apart;
	push_references(&q, path);
	add_directory_uses(&q, path);
	add_prefix_uses(&q, path, false);
	return finish_query(&q, arena);
}

bool environment_uses_any(const struct environment_index *x, struct slice path)
{
	const struct kustomization_graph *g = &x->kustomizations;
	AUTO_ARENA struct arena *arena = NULL;

	for (size_t i = map_get(&g->to, path); i != MAP_NONE; i = g->references[i].next) {
		const struct kustomization *k = &g->items[g->references[i].kustomization];
		const struct environment_source *s = source_index_find(&x->sources, k->directory);

		if (k->overlay || (s && environment_source_builds(s)))
			return true;
	}
	arena = arena_new();
	return environment_uses_of(x, path, arena).n > 0;
}

struct environment_uses environment_uses_of_kustomization(const struct environment_index *x,
							  struct slice path, bool apart,
							  struct arena *arena)
{
	AUTO_ARENA struct arena *scratch = arena_new();
	struct use_query q = start_query(x, scratch);
	size_t k = kustomization_graph_in(&x->kustomizations, path_directory(path));

	q.apart = apart;
	if (k != MAP_NONE)
		push_kustomization(&q, k);
	return finish_query(&q, arena);
}

bool environment_use_is_many(const struct environment_use *use)
{
	return use->environment->many || use->roots > 1;
}

bool environment_uses_shared(const struct environment_uses *uses)
{
	size_t n = 0;

	for (size_t i = 0; i < uses->n; i++) {
		const struct environment_use *use = &uses->items[i];

		if (!use->environment->other_revision)
			n += environment_use_is_many(use) ? 2 : 1;
	}
	return n > 1;
}

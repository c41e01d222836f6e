#include "inventory/environment_view.h"

#include "gitops/path.h"

#include <stdlib.h>

struct environment_view {
	const struct environment_index *index;
	bool apart;                       /* collected kustomizations are environments */
	struct environment **directories; /* sorted by path */
	size_t n, cap;
};

/* With more collecting kustomizations for one object, what they collect is told apart. */
enum { COLLECTORS_MAX = 64 };

/* A view while it is made. */
struct viewing {
	struct environment_view *view;
	struct arena *arena;
	const struct object_ref **refs;                       /* sorted by object, then by path */
	const struct environment *collectors[COLLECTORS_MAX]; /* that build one object */
	size_t ncollectors;
};

/* --- directories ---------------------------------------------------------- */

static int compare_directories(const void *a, const void *b)
{
	return slice_cmp((*(struct environment *const *)a)->directory,
			 (*(struct environment *const *)b)->directory);
}

static struct environment *find_directory(const struct environment_view *v, struct slice directory)
{
	const struct environment key = { .directory = directory }, *wanted = &key;
	struct environment **found = v->n ? bsearch(&wanted, v->directories, v->n,
						    sizeof(*v->directories), compare_directories) :
					    NULL;

	return found ? *found : NULL;
}

/* The environment of a plain file: the innermost directory; NULL: it is in the pool. */
static struct environment *find_above(const struct environment_view *v, struct slice path)
{
	struct environment *e = NULL;

	for (struct slice at = path; at.len && !e && v->n;) {
		at = path_directory(at);
		e = find_directory(v, at);
	}
	return e;
}

/* Adds a directory, at first unsorted and maybe more than once. */
static void add_directory(struct viewing *g, struct slice directory)
{
	struct environment *e = arena_alloc(g->arena, sizeof(*e));

	e->kind = ENVIRONMENT_DIRECTORY;
	e->directory = directory;
	e->object = e->name = directory.len ? directory : SLICE(".");
	e->at = (struct place){ e->name, 0, 0 };
	ARENA_ROOM(g->arena, g->view->directories, g->view->n, g->view->cap);
	g->view->directories[g->view->n++] = e;
}

/* The directory of a file below the first `common` bytes of its path. */
static struct slice directory_below(struct slice path, size_t common)
{
	size_t slash = slice_find_byte(slice_sub(path, common, path.len), '/');

	if (slash == SIZE_MAX)
		return slice_sub(path, 0, common ? common - 1 : 0);
	return slice_sub(path, 0, common + slash);
}

/* Tells the directories of two files apart, at the level at which their paths differ. */
static void split_directories(struct viewing *g, struct slice a, struct slice b)
{
	size_t common = 0;

	for (size_t i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		if (a.ptr[i] == '/')
			common = i + 1;
	a = directory_below(a, common);
	b = directory_below(b, common);
	if (slice_eq(a, b))
		return;
	add_directory(g, a);
	add_directory(g, b);
}

/* Sorts the directories and drops those that are there twice. */
static void sort_directories(struct environment_view *v)
{
	size_t n = 0;

	if (v->n)
		qsort(v->directories, v->n, sizeof(*v->directories), compare_directories);
	for (size_t i = 0; i < v->n; i++)
		if (!n || !slice_eq(v->directories[n - 1]->directory, v->directories[i]->directory))
			v->directories[n++] = v->directories[i];
	v->n = n;
	for (size_t i = 0; i < n; i++)
		v->directories[i]->number = i;
}

/* --- kustomizations that collect others ----------------------------------- */

/* Notes that a collecting kustomization builds a copy of the object; it may be the second one. */
static void note_collector(struct viewing *g, const struct environment *e)
{
	for (size_t i = 0; i < g->ncollectors; i++)
		g->view->apart = g->view->apart || g->collectors[i] == e;
	if (g->ncollectors < COLLECTORS_MAX)
		g->collectors[g->ncollectors++] = e;
	else
		g->view->apart = true;
}

/* Notes which collecting kustomizations build the file, one of them in several ways. */
static void note_collectors(struct viewing *g, const struct environment_uses *uses)
{
	for (size_t i = 0; i < uses->n && !g->view->apart; i++) {
		if (!uses->items[i].environment->collects)
			continue;
		g->view->apart = g->view->apart || uses->items[i].roots > 1;
		note_collector(g, uses->items[i].environment);
	}
}

/* --- objects -------------------------------------------------------------- */

static int compare_objects(const struct object *a, const struct object *b)
{
	int order = slice_cmp(a->name, b->name);

	order = order ? order : slice_cmp(a->kind, b->kind);
	order = order ? order : slice_cmp(a->ns, b->ns);
	return order ? order : slice_cmp(a->group, b->group);
}

static int compare_refs(const void *a, const void *b)
{
	const struct object_ref *x = *(const struct object_ref *const *)a,
				*y = *(const struct object_ref *const *)b;
	int order = compare_objects(x->object, y->object);

	return order ? order : slice_cmp(x->source->path, y->source->path);
}

/* Looks at the files, `n` from `first` on, that declare one object. */
static void view_object(struct viewing *g, size_t first, size_t n)
{
	struct slice last = SLICE_NONE;
	bool plain = false;

	if (n < 2 && !environment_index_collects(g->view->index))
		return;
	g->ncollectors = 0;
	for (size_t i = first; i < first + n; i++) {
		struct slice path = g->refs[i]->source->path;
		struct environment_uses uses;

		if (last.ptr && slice_eq(path, last))
			continue;
		last = path;
		uses = environment_uses_of(g->view->index, path, g->arena);
		plain = plain || !uses.n;
		note_collectors(g, &uses);
	}
	for (size_t i = first + 1; i < first + n && plain; i++)
		split_directories(g, g->refs[i - 1]->source->path, g->refs[i]->source->path);
}

const struct environment_view *environment_view_new(const struct environment_index *x,
						    const struct object_refs *around,
						    struct arena *arena)
{
	struct environment_view *v = arena_alloc(arena, sizeof(*v));
	struct viewing g = { .view = v, .arena = arena };
	size_t n = 0;

	v->index = x;
	g.refs = arena_array(arena, around->n, sizeof(*g.refs));
	for (; n < around->n; n++)
		g.refs[n] = &around->items[n];
	if (n)
		qsort(g.refs, n, sizeof(*g.refs), compare_refs);
	for (size_t first = 0, end; first < n; first = end) {
		end = first + 1;
		while (end < n && compare_objects(g.refs[first]->object, g.refs[end]->object) == 0)
			end++;
		view_object(&g, first, end - first);
	}
	sort_directories(v);
	return v;
}

/* --- files ---------------------------------------------------------------- */

bool environment_view_any(const struct environment_view *v)
{
	return v->n || environment_index_any(v->index);
}

struct environment_uses environment_view_uses(const struct environment_view *v, struct slice path,
					      struct arena *arena)
{
	struct environment_uses uses = environment_uses_find(v->index, path, v->apart, arena);
	const struct environment *e = uses.n ? NULL : find_above(v, path);

	if (e) {
		uses.items = arena_array(arena, 1, sizeof(*uses.items));
		uses.items[uses.n++] = (struct environment_use){ e, SOURCE_DIRECTORY, 0 };
	}
	return uses;
}

struct environment_uses environment_view_kustomization(const struct environment_view *v,
						       struct slice path, struct arena *arena)
{
	return environment_uses_of_kustomization(v->index, path, v->apart, arena);
}

bool environments_may_be_one_cluster(const struct environment *a, const struct environment *b)
{
	if (a->kind == ENVIRONMENT_DIRECTORY && b->kind == ENVIRONMENT_DIRECTORY)
		return path_below(a->directory, b->directory) ||
		       path_below(b->directory, a->directory);
	return !a->cluster.len || !b->cluster.len || slice_eq(a->cluster, b->cluster);
}

#include "gitops/environment_index.h"

#include "base/alloc.h"
#include "gitops/application_internal.h"
#include "gitops/application_set_internal.h"
#include "gitops/config_sync_internal.h"
#include "gitops/environment_index_internal.h"
#include "gitops/environment_use.h"
#include "gitops/path.h"
#include "kube/group.h"

#include <stdlib.h>

struct environment_index *environment_index_new(const struct repository_id *repository)
{
	struct environment_index *x = xzalloc(sizeof(*x));

	x->environments.repository = x->kustomizations.repository = repository;
	x->environments.arena = x->kustomizations.arena = x->patches.arena = arena_new();
	return x;
}

void environment_index_free(struct environment_index *x)
{
	struct arena *arena;

	if (!x)
		return;
	arena = x->environments.arena;
	environment_list_release(&x->environments);
	source_index_release(&x->sources);
	kustomization_graph_release(&x->kustomizations);
	directories_release(&x->directories);
	patch_lists_release(&x->patches);
	flux_sources_release(&x->flux_sources);
	free(x->flux.items);
	free(x->sets.items);
	free(x->unread.items);
	arena_free(arena);
	free(x);
}

/* How many kustomizations that do nothing but reference others may be above each other. */

/* --- files ---------------------------------------------------------------- */

bool environment_index_wants(struct slice bytes)
{
	if (slice_find(bytes, SLICE(ARGO_GROUP)) != SIZE_MAX &&
	    slice_find(bytes, SLICE("Application")) != SIZE_MAX)
		return true;
	if (slice_find(bytes, SLICE(CONFIG_SYNC_GROUP)) != SIZE_MAX)
		return true;
	if (slice_find(bytes, SLICE("toolkit.fluxcd.io")) == SIZE_MAX)
		return false;
	return slice_find(bytes, SLICE("Kustomization")) != SIZE_MAX ||
	       slice_find(bytes, SLICE("GitRepository")) != SIZE_MAX;
}

bool chart_is(struct slice path)
{
	return slice_is(path_base(path), "Chart.yaml");
}

void environment_index_path(struct environment_index *x, struct slice path)
{
	directories_add(&x->directories, path);
}

static void add_pending(struct pending_objects *p, const struct object *o)
{
	ROOM(p->items, p->n, p->cap);
	p->items[p->n++] = o;
}

void environment_index_add(struct environment_index *x, struct slice path,
			   const struct objects *objects)
{
	environment_index_path(x, path);
	for (size_t i = 0; i < objects->n; i++) {
		const struct object *o = &objects->items[i];

		if (object_is(o, ARGO_GROUP, "Application"))
			application_read(
				&x->environments,
				environment_list_add(&x->environments, ENVIRONMENT_ARGOCD, o),
				o->spec, NULL);
		else if (object_is(o, ARGO_GROUP, "ApplicationSet"))
			add_pending(&x->sets, o);
		else if (config_sync_is(o))
			config_sync_read(&x->environments, o);
		else if (object_is(o, "kustomize.toolkit.fluxcd.io", "Kustomization"))
			add_pending(&x->flux, o);
		else if (slice_is(o->group, "source.toolkit.fluxcd.io"))
			flux_sources_add(&x->flux_sources, o);
	}
}

void environment_index_kustomization(struct environment_index *x, struct slice path,
				     const struct yaml_node *root)
{
	environment_index_path(x, path);
	kustomization_graph_add(&x->kustomizations, path, root);
}

void environment_index_chart(struct environment_index *x, struct slice path)
{
	directories_add_chart(&x->directories, path);
}

void environment_index_unread(struct environment_index *x, struct slice path)
{
	ROOM(x->unread.items, x->unread.n, x->unread_cap);
	x->unread.items[x->unread.n++] = path;
}

struct slices environment_index_unread_files(const struct environment_index *x)
{
	return x->unread;
}

bool environment_index_any(const struct environment_index *x)
{
	return x->environments.n || x->unread.n;
}

bool environment_index_collects(const struct environment_index *x)
{
	return x->collects;
}

/* --- the end -------------------------------------------------------------- */

/* Reads the objects that need all sources of Flux and all directories. */
static void read_pending(struct environment_index *x)
{
	long comparisons = APPLICATION_SET_COMPARISONS;

	for (size_t i = 0; i < x->flux.n; i++)
		flux_read_kustomization(&x->environments, &x->flux_sources, x->flux.items[i]);
	for (size_t i = 0; i < x->sets.n; i++)
		application_set_read(&x->environments, x->sets.items[i], &x->directories,
				     &comparisons);
}

/* Does some source in the directory use this tool? */
static bool has_tool(const struct environment_index *x, struct slice directory,
		     enum source_tool tool)
{
	const struct environment_source *s = source_index_find(&x->sources, directory);

	while (s && s->tool != tool)
		s = s->next;
	return s != NULL;
}

/* Does some source in the directory build its kustomization, or may one do so? */
static bool is_built(const struct environment_index *x, struct slice directory)
{
	const struct environment_source *s = source_index_find(&x->sources, directory);

	while (s && !environment_source_builds(s))
		s = s->next;
	for (size_t i = 0; !s && i < x->sources.nprefixes; i++)
		if (slice_starts(directory, x->sources.prefixes[i]->directory))
			s = x->sources.prefixes[i];
	return s != NULL;
}

/* Does an environment apply the kustomization in this directory, or may one do so? */
static bool is_applied(const struct environment_index *x, struct slice directory)
{
	struct slice at = directory;

	if (is_built(x, directory) || has_tool(x, SLICE(""), TOOL_UNKNOWN))
		return true;
	for (; at.len; at = path_directory(at))
		if (has_tool(x, at, TOOL_UNKNOWN))
			return true;
	for (at = directory; kustomization_graph_up(&x->kustomizations, &at);)
		if (has_tool(x, at, TOOL_FLUX))
			return true;
	return false;
}

/* A kustomization as an environment. */
static struct environment *add_overlay(struct environment_index *x, const struct kustomization *k)
{
	struct environment *e = environment_list_add(&x->environments, ENVIRONMENT_OVERLAY, NULL);

	e->object = e->directory = k->directory.len ? k->directory : SLICE(".");
	e->ns = yaml_string(yaml_get(k->root, "namespace"));
	e->at = (struct place){ k->path, 0, 0 };
	return e;
}

/* Adds the kustomizations that a collecting one references, and those that they collect. */
static void add_collected(struct environment_index *x, struct kustomization *k, unsigned depth)
{
	static const char *const lists[] = { "resources", "bases" };
	struct kustomization_graph *g = &x->kustomizations;

	k->collects = true;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct yaml_node *list = yaml_get(k->root, lists[i]);

		for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first :
										  NULL;
		     c; c = c->next) {
			size_t at = kustomization_graph_find(g, k, yaml_string(c));
			struct kustomization *child = at == MAP_NONE ? NULL : &g->items[at];

			if (!child || child->collects || child->collected)
				continue;
			if (depth < COLLECT_DEPTH && kustomization_graph_collects(g, child))
				add_collected(x, child, depth + 1);
			else if (!is_applied(x, child->directory)) {
				child->collected = add_overlay(x, child);
				child->collected->collected = true;
			}
		}
	}
}

/* Adds the overlays. */
static void add_overlays(struct environment_index *x)
{
	for (size_t i = 0; i < x->kustomizations.n; i++) {
		struct kustomization *k = &x->kustomizations.items[i];

		if (!kustomization_graph_is_root(&x->kustomizations, k) ||
		    is_applied(x, k->directory))
			continue;
		k->overlay = add_overlay(x, k);
		k->overlay->collects = kustomization_graph_collects(&x->kustomizations, k);
		if (k->overlay->collects) {
			x->collects = true;
			add_collected(x, k, 0);
		}
	}
}

/*
 * Sets the names; where several environments have the same, the path of the file precedes it. Those
 * that are collected do not change the names of others.
 */
static void set_names(struct environment_list *l)
{
	struct map counts = MAP_INIT;

	for (size_t i = 0; i < l->n; i++) {
		size_t n = map_get(&counts, l->items[i]->object);

		if (!l->items[i]->collected)
			map_set(&counts, l->items[i]->object, n == MAP_NONE ? 1 : n + 1);
	}
	for (size_t i = 0; i < l->n; i++) {
		struct environment *e = l->items[i];
		size_t n = map_get(&counts, e->object);

		e->name = e->object;
		if (n != MAP_NONE && n + e->collected > 1)
			e->name = arena_join(
				l->arena, (struct slice[]){ e->at.path, SLICE(":"), e->object }, 3);
	}
	map_release(&counts);
}

/*
 * Marks Applications and Flux Kustomizations that several environments apply, and which thus stand
 * for several. Those of one ApplicationSet follow each other, and have one file.
 */
static void mark_many(struct environment_index *x)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct environment_uses uses = { NULL, 0 };
	struct slice path = SLICE_NONE;

	for (size_t i = 0; i < x->environments.n; i++) {
		struct environment *e = x->environments.items[i];
		size_t n = 0;

		if (e->kind == ENVIRONMENT_OVERLAY)
			continue;
		if (!path.ptr || !slice_eq(path, e->at.path))
			uses = environment_uses_of(x, e->at.path, arena);
		path = e->at.path;
		for (size_t j = 0; j < uses.n && n < 2; j++)
			n += uses.items[j].environment != e &&
			     !uses.items[j].environment->other_revision;
		e->many = e->many || n > 1;
	}
}

void environment_index_finish(struct environment_index *x)
{
	read_pending(x);
	source_index_build(&x->sources, &x->environments);
	add_overlays(x);
	set_names(&x->environments);
	mark_many(x);
}

#include "gitops/build_needs.h"

#include "base/alloc.h"
#include "base/map.h"
#include "gitops/build_way_internal.h"
#include "gitops/environment_index_internal.h"

/* Most files that are read for the sources of replacements, and for configurations. */
enum { SOURCES_MAX = 500 };

/* What is known of a kustomization. */
struct needs_state {
	bool patches; /* the files of its patches were added */
	bool sources; /* the files that it lists were added */
	bool configs; /* the files of its configurations, and of those that it lists, were added */
	bool asked;   /* it was asked for replacements */
	bool replaces;
};

/* A search for files. */
struct needs {
	struct environment_index *index;
	const struct kustomization_graph *graph;
	bool *wanted, *beside; /* kustomizations by number; see build_way_internal.h */
	struct needs_state *states;
	struct map known;
	struct slices files;
	size_t cap, nsources;
	struct arena *arena;
};

/* The path that a text of a kustomization names; absent: it is in another repository. */
static struct slice resolve(const struct needs *n, size_t k, const struct yaml_node *text)
{
	return repository_id_resolve(n->graph->repository, n->graph->items[k].directory,
				     yaml_string(text), n->arena);
}

/* Adds the file that a text of a kustomization names, once. Returns whether it was added. */
static bool need_file(struct needs *n, size_t k, const struct yaml_node *text)
{
	struct slice path = arena_copy(n->arena, resolve(n, k, text));

	if (!path.len || !map_add(&n->known, path))
		return false;
	ARENA_ROOM(n->arena, n->files.items, n->files.n, n->cap);
	n->files.items[n->files.n++] = path;
	return true;
}

/* The number of the kustomization that an entry of a list names, or MAP_NONE. */
static size_t find_kustomization(const struct needs *n, size_t k, const struct yaml_node *entry)
{
	struct slice path = resolve(n, k, entry);

	return path.ptr ? kustomization_graph_in(n->graph, path) : MAP_NONE;
}

/* --- patches -------------------------------------------------------------- */

/* Adds the files that the entries of a list name. */
static void need_list(struct needs *n, size_t k, const struct yaml_node *list)
{
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		need_file(n, k, c->kind == YAML_MAP ? yaml_get(c, "path") : c);
}

/* Adds the files that the patches of a kustomization, and of its components, name. */
static void need_patches(struct needs *n, size_t k, unsigned depth)
{
	static const char *const lists[] = { "patches", "patchesJson6902",
					     "patchesStrategicMerge" };
	const struct yaml_node *root = n->graph->items[k].root, *components;

	if (n->states[k].patches || depth > BUILD_DEPTH)
		return;
	n->states[k].patches = true;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		patch_lists_add(&n->index->patches, yaml_get(root, lists[i]));
		need_list(n, k, yaml_get(root, lists[i]));
	}
	need_list(n, k, yaml_get(root, "replacements"));
	components = yaml_get(root, "components");
	for (const struct yaml_node *c = components ? components->first : NULL; c; c = c->next) {
		size_t component = find_kustomization(n, k, c);

		if (component != MAP_NONE)
			need_patches(n, component, depth + 1);
	}
}

/* Adds the files of the patches that Applications and Flux Kustomizations add. */
static void need_extra(struct needs *n)
{
	const struct environment_list *l = &n->index->environments;

	for (size_t i = 0; i < l->nsources; i++) {
		const struct environment_source *s = &l->sources[i];
		size_t k = kustomization_graph_in(n->graph, s->directory);
		const struct yaml_node *of = yaml_get(s->node, "kustomize"), *components;

		if (k == MAP_NONE || !n->wanted[k] || s->prefix)
			continue;
		of = s->tool == TOOL_FLUX ? s->node : of;
		patch_lists_add(&n->index->patches, yaml_get(of, "patches"));
		need_list(n, k, yaml_get(of, "patches"));
		components = yaml_get(of, "components");
		for (const struct yaml_node *c = components ? components->first : NULL; c;
		     c = c->next)
			if (find_kustomization(n, k, c) != MAP_NONE)
				need_patches(n, find_kustomization(n, k, c), 0);
	}
}

/* --- configurations ------------------------------------------------------- */

/* Adds the files of the configurations of a kustomization, and of those that it lists. */
static void need_configs(struct needs *n, size_t k, unsigned depth)
{
	static const char *const lists[] = { "resources", "bases", "components" };
	const struct yaml_node *root = n->graph->items[k].root, *list;

	if (n->states[k].configs || !n->beside[k] || depth > BUILD_DEPTH)
		return;
	n->states[k].configs = true;
	list = yaml_get(root, "configurations");
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (n->nsources < SOURCES_MAX)
			n->nsources += need_file(n, k, c);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		list = yaml_get(root, lists[i]);
		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
			if (find_kustomization(n, k, c) != MAP_NONE)
				need_configs(n, find_kustomization(n, k, c), depth + 1);
	}
}

/* --- the sources of replacements ------------------------------------------ */

/* May the target of a replacement select an object that is built? */
static bool may_select(const struct yaml_node *target)
{
	static const char *const kinds[] = {
		"VirtualService", "ServiceEntry",  "DestinationRule",     "Gateway",
		"Sidecar",        "WorkloadEntry", "WorkloadGroup",       "GCPBackend",
		"Service",        "ConfigMap",     "PeerAuthentication",  "EnvoyFilter",
		"Telemetry",      "WasmPlugin",    "AuthorizationPolicy", "RequestAuthentication",
		"ProxyConfig",
	};
	struct slice kind = yaml_string(yaml_path(target, "select", "kind", NULL));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && kind.len; i++)
		if (slice_is(kind, kinds[i]))
			return true;
	return !kind.len;
}

/* May a replacement of the kustomization itself change an object that is built? */
static bool has_replacements(const struct yaml_node *root)
{
	const struct yaml_node *list = yaml_get(root, "replacements"), *targets;

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		if (yaml_get(c, "path"))
			return true;
		targets = yaml_get(c, "targets");
		for (const struct yaml_node *t = targets ? targets->first : NULL; t; t = t->next)
			if (may_select(t))
				return true;
	}
	return false;
}

/* May a replacement of the kustomization, or of its components, change an object that is built? */
static bool replaces(struct needs *n, size_t k, unsigned depth)
{
	struct needs_state *s = &n->states[k];
	const struct yaml_node *list = yaml_get(n->graph->items[k].root, "components");

	if (s->asked || depth > BUILD_DEPTH)
		return s->replaces;
	s->asked = true;
	s->replaces = has_replacements(n->graph->items[k].root);
	for (const struct yaml_node *c = list ? list->first : NULL; c && !s->replaces;
	     c = c->next) {
		size_t component = find_kustomization(n, k, c);

		s->replaces = component != MAP_NONE && replaces(n, component, depth + 1);
	}
	return s->replaces;
}

/* Adds the files with values of the ConfigMaps that a kustomization generates. */
static void need_values(struct needs *n, size_t k)
{
	const struct yaml_node *list = yaml_get(n->graph->items[k].root, "configMapGenerator"),
			       *files;

	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		files = yaml_get(c, "envs");
		for (const struct yaml_node *f = files ? files->first : NULL; f; f = f->next)
			if (n->nsources < SOURCES_MAX)
				n->nsources += need_file(n, k, f);
	}
}

/* Adds the files with objects that a kustomization, and those that it lists, builds. */
static void need_sources(struct needs *n, size_t k, unsigned depth)
{
	static const char *const lists[] = { "resources", "bases", "components" };

	if (n->states[k].sources || depth > BUILD_DEPTH)
		return;
	n->states[k].sources = true;
	need_patches(n, k, depth);
	need_values(n, k);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct yaml_node *list = yaml_get(n->graph->items[k].root, lists[i]);

		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
			size_t below = find_kustomization(n, k, c);

			if (below != MAP_NONE)
				need_sources(n, below, depth + 1);
			else if (n->nsources < SOURCES_MAX)
				n->nsources += need_file(n, k, c);
		}
	}
}

struct slices build_needs(struct environment_index *index, struct slices paths, struct arena *arena)
{
	const struct kustomization_graph *g = &index->kustomizations;
	struct needs n = { .index = index, .graph = g, .known = MAP_INIT, .arena = arena };

	n.wanted = arena_array(arena, g->n, sizeof(*n.wanted));
	n.states = arena_array(arena, g->n, sizeof(*n.states));
	n.beside = arena_array(index->patches.arena, g->n, sizeof(*n.beside));
	build_way_mark_beside(g, n.beside);
	index->beside = n.beside;
	for (size_t i = 0; i < paths.n; i++)
		build_way_mark(g, paths.items[i], n.wanted);
	for (size_t k = 0; k < g->n; k++)
		if (n.wanted[k])
			need_patches(&n, k, 0);
	need_extra(&n);
	for (size_t k = 0; k < g->n; k++)
		if (n.wanted[k])
			need_configs(&n, k, 0);
	for (size_t k = 0; k < g->n; k++)
		if (n.wanted[k] && replaces(&n, k, 0))
			need_sources(&n, k, 0);
	map_release(&n.known);
	return n.files;
}

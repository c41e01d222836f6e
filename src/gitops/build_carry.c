#include "gitops/build_carry.h"

#include "base/map.h"
#include "gitops/build_way_internal.h"
#include "gitops/environment_index_internal.h"
#include "gitops/kustomization.h"

/* A search for files. */
struct carry {
	const struct environment_index *index;
	const struct kustomization_graph *graph;
	const struct carry_query *query;
	struct arena *arena;
	bool *carrying, *visited; /* kustomizations by number */
	bool replaces;            /* a kustomization has replacements or variables */
	struct map known;
	struct carried found;
	size_t files_cap, directories_cap;
};

/* --- texts ---------------------------------------------------------------- */

/* Is one of the scalars below the node a text with a host? */
static bool carries_text(const struct carry *c, const struct yaml_node *node,
			 bool (*in)(struct slice text, void *ctx))
{
	if (!node)
		return false;
	if (node->kind == YAML_SCALAR)
		return in(node->text, c->query->ctx);
	for (const struct yaml_node *child = node->first; child; child = child->next)
		if (carries_text(c, child, in))
			return true;
	return false;
}

/* Does the file that an entry of a list names contain a host? */
static bool carries_file(const struct carry *c, struct slice directory,
			 const struct yaml_node *entry)
{
	struct slice text = yaml_string(entry->kind == YAML_MAP ? yaml_get(entry, "path") : entry);
	struct slice path;

	if (!text.len || slice_find_byte(text, '\n') != SIZE_MAX)
		return false;
	path = repository_id_resolve(c->graph->repository, directory, text, c->arena);
	return path.len && c->query->in_file(path, c->query->ctx);
}

/* Does a list of patches, or the like, or a file of it, contain a host? */
static bool carries_list(const struct carry *c, struct slice directory,
			 const struct yaml_node *list)
{
	for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next)
		if (carries_text(c, e, c->query->in_text) || carries_file(c, directory, e))
			return true;
	return false;
}

/* Does the kustomization put a host into its objects? */
static bool carries_itself(const struct carry *c, const struct kustomization *k)
{
	static const char *const lists[] = { "patches",      "patchesJson6902",
					     "replacements", "patchesStrategicMerge",
					     "transformers", "vars" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (carries_list(c, k->directory, yaml_get(k->root, lists[i])))
			return true;
	return carries_text(c, yaml_get(k->root, "replacements"), c->query->in_part) ||
	       (c->replaces &&
		carries_text(c, yaml_get(k->root, "configMapGenerator"), c->query->in_part));
}

/* The same for what the source of an environment adds. */
static bool carries_source(const struct carry *c, const struct environment_source *s)
{
	const struct yaml_node *of =
		s->tool == TOOL_FLUX ? s->node : yaml_get(s->node, "kustomize");

	return carries_list(c, s->directory, yaml_get(of, "patches")) ||
	       carries_text(c, yaml_path(of, "postBuild", "substitute", NULL), c->query->in_text);
}

/* --- kustomizations ------------------------------------------------------- */

/*
 * Marks a kustomization, and if it is a component those that use it, since a component changes
 * their objects.
 */
static void mark_carrying(struct carry *c, size_t k, unsigned depth)
{
	const struct kustomization_graph *g = c->graph;

	if (c->carrying[k] || depth > BUILD_DEPTH)
		return;
	c->carrying[k] = true;
	if (!kustomization_is_component(g->items[k].root))
		return;
	for (size_t i = map_get(&g->to, g->items[k].directory); i != MAP_NONE;
	     i = g->references[i].next)
		mark_carrying(c, g->references[i].kustomization, depth + 1);
}

/* Does a component that the source of an environment adds put a host into its objects? */
static bool adds_carrying(const struct carry *c, const struct environment_source *s)
{
	const struct yaml_node *of =
		s->tool == TOOL_FLUX ? s->node : yaml_get(s->node, "kustomize");
	const struct yaml_node *list = yaml_get(of, "components");

	for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
		struct slice path = repository_id_resolve(c->graph->repository, s->directory,
							  yaml_string(e), c->arena);
		size_t k = path.ptr ? kustomization_graph_in(c->graph, path) : MAP_NONE;

		if (k != MAP_NONE && c->carrying[k])
			return true;
	}
	return false;
}

/* Adds a path to a list, once. */
static void add_path(struct carry *c, struct slices *list, size_t *cap, struct slice path)
{
	path = arena_copy(c->arena, path);
	if (!map_add(&c->known, path))
		return;
	ARENA_ROOM(c->arena, list->items, list->n, *cap);
	list->items[list->n++] = path;
}

/* Adds the files that a kustomization, and those that it lists, builds. */
static void add_files(struct carry *c, size_t k, unsigned depth)
{
	static const char *const lists[] = { "resources", "bases", "components" };
	const struct kustomization *item = &c->graph->items[k];

	if (c->visited[k] || depth > BUILD_DEPTH)
		return;
	c->visited[k] = true;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct yaml_node *list = yaml_get(item->root, lists[i]);

		for (const struct yaml_node *e = list ? list->first : NULL; e; e = e->next) {
			struct slice path = repository_id_resolve(
				c->graph->repository, item->directory, yaml_string(e), c->arena);
			size_t below = path.ptr ? kustomization_graph_in(c->graph, path) : MAP_NONE;

			if (below != MAP_NONE)
				add_files(c, below, depth + 1);
			else if (path.len)
				add_path(c, &c->found.files, &c->files_cap, path);
		}
	}
}

/* --- sources of environments ---------------------------------------------- */

/* Marks what an environment puts a host into. */
static void mark_source(struct carry *c, const struct environment_source *s)
{
	size_t k = kustomization_graph_in(c->graph, s->directory);

	if (s->prefix || s->foreign || (!carries_source(c, s) && !adds_carrying(c, s)))
		return;
	if (k != MAP_NONE)
		c->carrying[k] = true;
	else if (s->tool == TOOL_FLUX)
		add_path(c, &c->found.directories, &c->directories_cap, s->directory);
}

struct carried build_carried(const struct environment_index *index, const struct carry_query *query,
			     struct arena *arena)
{
	const struct kustomization_graph *g = &index->kustomizations;
	struct carry c = {
		.index = index, .graph = g, .query = query, .arena = arena, .known = MAP_INIT
	};

	c.carrying = arena_array(arena, g->n, sizeof(*c.carrying));
	c.visited = arena_array(arena, g->n, sizeof(*c.visited));
	for (size_t k = 0; k < g->n; k++)
		c.replaces = c.replaces || yaml_get(g->items[k].root, "replacements") ||
			     yaml_get(g->items[k].root, "vars");
	for (size_t k = 0; k < g->n; k++)
		if (!c.carrying[k] && carries_itself(&c, &g->items[k]))
			mark_carrying(&c, k, 0);
	for (size_t i = 0; i < index->environments.nsources; i++)
		mark_source(&c, &index->environments.sources[i]);
	for (size_t k = 0; k < g->n; k++)
		if (c.carrying[k])
			add_files(&c, k, 0);
	map_release(&c.known);
	return c.found;
}

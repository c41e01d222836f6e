#include "gitops/build_way_internal.h"

/* The kustomizations that reference the path are marked, from this depth on. */
static void mark_references(const struct kustomization_graph *g, struct slice path, bool *marks,
			    unsigned depth)
{
	for (size_t i = map_get(&g->to, path); i != MAP_NONE; i = g->references[i].next) {
		size_t k = g->references[i].kustomization;

		if (marks[k] || depth > BUILD_DEPTH)
			continue;
		marks[k] = true;
		mark_references(g, g->items[k].directory, marks, depth + 1);
	}
}

void build_way_mark(const struct kustomization_graph *g, struct slice path, bool *marks)
{
	mark_references(g, path, marks, 0);
}

/* Has a kustomization of the graph replacements? */
static bool has_replacements(const struct kustomization_graph *g)
{
	for (size_t k = 0; k < g->n; k++)
		if (yaml_get(g->items[k].root, "replacements"))
			return true;
	return false;
}

void build_way_mark_generators(const struct kustomization_graph *g, bool *marks)
{
	if (!has_replacements(g))
		return;
	for (size_t k = 0; k < g->n; k++)
		if (!marks[k] && yaml_get(g->items[k].root, "configMapGenerator")) {
			marks[k] = true;
			mark_references(g, g->items[k].directory, marks, 0);
		}
}

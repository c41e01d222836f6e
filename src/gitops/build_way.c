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

/* Does the kustomization configure objects of others, or generate what replacements may read? */
static bool reaches_others(const struct yaml_node *root, bool replacements)
{
	static const char *const fields[] = { "configurations", "crds", "openapi", "vars" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (yaml_get(root, fields[i]))
			return true;
	return replacements && yaml_get(root, "configMapGenerator");
}

void build_way_mark_beside(const struct kustomization_graph *g, bool *marks)
{
	bool replacements = has_replacements(g);

	for (size_t k = 0; k < g->n; k++)
		if (!marks[k] && reaches_others(g->items[k].root, replacements)) {
			marks[k] = true;
			mark_references(g, g->items[k].directory, marks, 0);
		}
}

#include "gitops/build_way_internal.h"

/* A callback for references, and its argument. */
struct visitor {
	build_way_fn *found;
	void *ctx;
};

/* Visits the references to the path, from this depth on. */
static void visit_references(const struct kustomization_graph *g, struct slice path,
			     const struct visitor *v, unsigned depth)
{
	for (size_t i = map_get(&g->to, path); i != MAP_NONE; i = g->references[i].next) {
		const struct kustomization_reference *r = &g->references[i];

		if (depth <= BUILD_DEPTH && v->found(r, v->ctx))
			visit_references(g, g->items[r->kustomization].directory, v, depth + 1);
	}
}

void build_way_each(const struct kustomization_graph *g, struct slice path, build_way_fn *found,
		    void *ctx)
{
	visit_references(g, path, &(struct visitor){ found, ctx }, 0);
}

/* Marks a kustomization. */
static bool mark(const struct kustomization_reference *r, void *ctx)
{
	bool *marks = ctx;
	bool known = marks[r->kustomization];

	marks[r->kustomization] = true;
	return !known;
}

void build_way_mark(const struct kustomization_graph *g, struct slice path, bool *marks)
{
	build_way_each(g, path, mark, marks);
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
			build_way_mark(g, g->items[k].directory, marks);
		}
}

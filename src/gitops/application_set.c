#include "gitops/application_set_internal.h"

#include "gitops/application_internal.h"
#include "gitops/generator_internal.h"

struct application_set {
	struct environment_list *list;
	const struct object *object;
	const struct yaml_node *template;
	struct slice path; /* of the template's source, with its parameters */
};

/* Adds one Application of the set. */
static void add_application(const struct application_set *set, const struct parameters *p,
			    const struct generated *g)
{
	struct arena *arena = set->list->arena;
	struct environment *e = environment_list_add(set->list, ENVIRONMENT_ARGOCD, set->object);
	struct slice name = yaml_string(yaml_path(set->template, "metadata", "name", NULL)), filled;
	bool whole;

	e->spec = yaml_get(set->template, "spec");
	e->many = g->many;
	application_read(set->list, e, e->spec, p);
	e->unsure = e->unsure || g->unsure;
	filled = parameters_fill(p, name, &whole, arena);
	if (whole && filled.len)
		e->object = filled;
	else if (e->directory.len && p->n)
		e->object = arena_join(
			arena, (struct slice[]){ set->object->name, SLICE("/"), e->directory }, 3);
}

/*
 * Does the path begin with the directory that the generator gives? Only then are the directories
 * that were added enough.
 */
static bool begins_with_directory(struct slice path)
{
	struct slice expression = slice_sub(path, 2, slice_find(path, SLICE("}}")) - 2);

	if (!slice_starts(path, SLICE("{{")) || slice_find(path, SLICE("}}")) == SIZE_MAX)
		return false;
	expression = slice_trim(expression);
	return slice_is(expression, "path") || slice_is(expression, ".path.path") ||
	       slice_ends(expression, SLICE(".path")) ||
	       slice_ends(expression, SLICE(".path.path"));
}

/* Adds the Applications of one generator. */
static void add_generated(const struct application_set *set, const struct generator_context *x,
			  const struct yaml_node *generator)
{
	struct generated g = generator_expand(x, generator);

	if (g.directories && !begins_with_directory(set->path)) {
		generated_release(&g);
		g = generator_unknown(x);
	}
	for (size_t i = 0; i < g.n; i++)
		add_application(set, &g.items[i], &g);
	generated_release(&g);
}

/* Adds an environment for a templatePatch that may set any path. */
static void add_patched(const struct application_set *set)
{
	struct environment *e = environment_list_add(set->list, ENVIRONMENT_ARGOCD, set->object);

	e->many = true;
	environment_list_add_source(set->list,
				    &(struct environment_source){ .environment = e,
								  .tool = TOOL_UNKNOWN,
								  .prefix = true,
								  .directory = SLICE("") });
}

void application_set_read(struct environment_list *l, const struct object *o,
			  const struct directories *directories, long *comparisons)
{
	struct application_set set = { .list = l,
				       .object = o,
				       .template = yaml_get(o->spec, "template") };
	const struct yaml_node *generators = yaml_get(o->spec, "generators"),
			       *patch = yaml_get(o->spec, "templatePatch");
	const struct yaml_node *source = yaml_path(set.template, "spec", "source", NULL);
	const struct yaml_node *sources = yaml_path(set.template, "spec", "sources", NULL);
	const struct generator_context x = { directories, yaml_string(yaml_get(source, "repoURL")),
					     comparisons, l->arena };

	set.path = yaml_string(yaml_get(source ? source : sources ? sources->first : NULL, "path"));
	for (const struct yaml_node *c =
		     generators && generators->kind == YAML_SEQ ? generators->first : NULL;
	     c; c = c->next)
		add_generated(&set, &x, c);
	if (patch && slice_find(patch->text, SLICE("path")) != SIZE_MAX)
		add_patched(&set);
}

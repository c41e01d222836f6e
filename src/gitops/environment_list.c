#include "gitops/environment_list_internal.h"

#include "base/alloc.h"
#include "gitops/path.h"

#include <stdlib.h>

void environment_list_release(struct environment_list *l)
{
	free(l->items);
	free(l->sources);
}

struct environment *environment_list_add(struct environment_list *l, enum environment_kind kind,
					 const struct object *o)
{
	struct environment *e = arena_alloc(l->arena, sizeof(*e));

	e->kind = kind;
	if (o) {
		e->object = o->name;
		e->ns = o->ns;
		e->at = yaml_place(o->node);
		e->object_node = o->node;
		e->spec = o->spec;
	}
	e->number = l->n;
	ROOM(l->items, l->n, l->cap);
	l->items[l->n++] = e;
	return e;
}

void environment_list_add_source(struct environment_list *l,
				 const struct environment_source *source)
{
	struct environment *e = source->environment;

	if (!source->directory.ptr)
		return;
	if (!e->directory.ptr)
		e->directory = source->directory;
	e->unsure = e->unsure || source->prefix;
	ROOM(l->sources, l->nsources, l->sources_cap);
	l->sources[l->nsources++] = *source;
	l->sources[l->nsources - 1].later = 0;
	if (e->last_source)
		l->sources[e->last_source - 1].later = l->nsources;
	else
		e->first_source = l->nsources;
	e->last_source = l->nsources;
}

void environment_list_add_components(struct environment_list *l,
				     const struct environment_source *source,
				     const struct yaml_node *list)
{
	for (const struct yaml_node *c =
		     list && list->kind == YAML_SEQ && !source->prefix ? list->first : NULL;
	     c; c = c->next) {
		struct environment_source component = *source;

		component.tool = TOOL_KUSTOMIZE;
		component.component = true;
		component.directory = path_join(source->directory, yaml_string(c), l->arena);
		environment_list_add_source(l, &component);
	}
}

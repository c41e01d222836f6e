#include "template/template_internal.h"

#include "yaml/yaml.h"

#include <stdlib.h>

void template_free(struct template *t)
{
	if (!t)
		return;
	yaml_file_free(t->file);
	arena_free(t->arena);
	free(t);
}

void template_auto_(struct template **t)
{
	template_free(*t);
}

const struct template_param *template_param(const struct template *t, struct slice name)
{
	for (size_t i = 0; i < t->nparams; i++)
		if (slice_eq(t->params[i].name, name))
			return &t->params[i];
	return NULL;
}

struct slice template_nearest_param(const struct template *t, struct slice name)
{
	struct slice names[TEMPLATE_MAX_PARAMS];

	for (size_t i = 0; i < t->nparams; i++)
		names[i] = t->params[i].name;
	return slice_nearest(name, names, t->nparams);
}

struct place template_place(const struct template *t)
{
	return (struct place){ t->name, 0, 0 };
}

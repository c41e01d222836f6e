#include "inventory/builds.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"

#include <stdlib.h>

/* What one environment applies. */
struct environment_build {
	const struct environment *environment;
	struct built_set set;
};

struct builds {
	const struct inventory *inventory;
	const struct build_override *overrides;
	size_t noverrides;
	struct arena *arena;
	struct build_inputs inputs;
	struct builder *builder;
	struct environment_build **sets; /* that were asked for */
	size_t n, cap;
};

/* The override of a path; NULL: there is none. */
static const struct build_override *find_override(const struct builds *b, struct slice path)
{
	for (size_t i = 0; i < b->noverrides; i++)
		if (slice_eq(b->overrides[i].path, path))
			return &b->overrides[i];
	return NULL;
}

static const struct yaml_file *find_file(struct slice path, void *ctx)
{
	const struct builds *b = ctx;
	const struct build_override *o = find_override(b, path);
	const struct source *s = o ? NULL : inventory_find(b->inventory, path);

	return o ? o->file : s ? s->file : NULL;
}

/* Adds a file with objects to the inputs. */
static void add_file(struct builds *b, struct build_file *files, struct slice path,
		     const struct objects *objects)
{
	if (objects->n)
		files[b->inputs.n++] = (struct build_file){ path, objects };
}

/* The objects of a file, in the arena. */
static const struct objects *read_objects(const struct builds *b, const struct yaml_file *file)
{
	struct objects *objects = arena_alloc(b->arena, sizeof(*objects));

	*objects = objects_of(file, b->arena);
	return objects;
}

/* Lists the files whose objects are built: those of the inventory, or in their place. */
static void list_files(struct builds *b)
{
	struct source *const *sources;
	size_t n;
	struct build_file *files;

	sources = inventory_parsed(b->inventory, &n, b->arena);
	files = arena_array(b->arena, n + b->noverrides, sizeof(*files));
	for (size_t i = 0; i < n; i++)
		if (!find_override(b, sources[i]->path))
			add_file(b, files, sources[i]->path, &sources[i]->objects);
	for (size_t i = 0; i < b->noverrides; i++)
		if (b->overrides[i].file && !kustomization_is(b->overrides[i].path))
			add_file(b, files, b->overrides[i].path,
				 read_objects(b, b->overrides[i].file));
	b->inputs.files = files;
	b->inputs.find = find_file;
	b->inputs.ctx = b;
}

struct builds *builds_new(const struct inventory *inv, const struct environment_index *index,
			  const struct build_override *overrides, size_t n)
{
	struct builds *b = xzalloc(sizeof(*b));

	b->inventory = inv;
	b->overrides = overrides;
	b->noverrides = n;
	b->arena = arena_new();
	list_files(b);
	b->builder = builder_new(index, &b->inputs);
	return b;
}

void builds_free(struct builds *b)
{
	if (!b)
		return;
	builder_free(b->builder);
	arena_free(b->arena);
	free(b);
}

const struct built_set *builds_of(struct builds *b, const struct environment *environment)
{
	size_t at = 0;

	while (at < b->n && b->sets[at]->environment != environment)
		at++;
	if (at < b->n)
		return &b->sets[at]->set;
	ARENA_ROOM(b->arena, b->sets, b->n, b->cap);
	b->sets[b->n] = arena_alloc(b->arena, sizeof(**b->sets));
	*b->sets[b->n] = (struct environment_build){ environment,
						     build_environment(b->builder, environment) };
	return &b->sets[b->n++]->set;
}

#include "inventory/builds.h"

#include "base/alloc.h"
#include "base/map.h"
#include "gitops/kustomization.h"

#include <stdlib.h>

/* What one environment applies. */
struct environment_build {
	struct built_set set;
	struct map by_origin; /* from the address of an object of a file to its first item */
	size_t *next;         /* of each item, the next one of the same object, or MAP_NONE */
	bool indexed;
};

struct builds {
	const struct inventory *inventory;
	const struct build_override *overrides;
	size_t noverrides;
	struct arena *arena;
	struct build_inputs inputs;
	struct builder *builder;
	struct environment_build **sets; /* by the number of the environment; NULL: not asked for */
	size_t n;
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

/* Lists the kustomizations that overrides are. */
static void list_kustomizations(struct builds *b)
{
	struct build_kustomization *edited = arena_array(b->arena, b->noverrides, sizeof(*edited));

	for (size_t i = 0; i < b->noverrides; i++)
		if (b->overrides[i].file && kustomization_is(b->overrides[i].path))
			edited[b->inputs.nedited++] =
				(struct build_kustomization){ b->overrides[i].path,
							      yaml_root(b->overrides[i].file, 0) };
	b->inputs.edited = edited;
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
	list_kustomizations(b);
	b->builder = builder_new(index, &b->inputs);
	return b;
}

void builds_free(struct builds *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		if (b->sets[i])
			map_release(&b->sets[i]->by_origin);
	free(b->sets);
	builder_free(b->builder);
	arena_free(b->arena);
	free(b);
}

/* The build of an environment. */
static struct environment_build *find_build(struct builds *b, const struct environment *environment)
{
	size_t number = environment->number;

	if (number >= b->n) {
		b->sets = xrealloc_array(b->sets, number + 1, sizeof(struct environment_build *));
		while (b->n <= number)
			b->sets[b->n++] = NULL;
	}
	if (!b->sets[number]) {
		b->sets[number] = arena_alloc(b->arena, sizeof(**b->sets));
		*b->sets[number] = (struct environment_build){
			.set = build_environment(b->builder, environment), .by_origin = MAP_INIT
		};
	}
	return b->sets[number];
}

const struct built_set *builds_of(struct builds *b, const struct environment *environment)
{
	static const struct built_set as_written = { NULL, 0, { .verdict = BUILD_KNOWN } };

	if (environment->kind == ENVIRONMENT_DIRECTORY)
		return &as_written;
	return &find_build(b, environment)->set;
}

/* The address as a key: the bytes of the pointer. */
static struct slice key_of(const struct object *const *address)
{
	return (struct slice){ (const char *)address, sizeof(const struct object *) };
}

/* Indexes the items by the objects of the files. */
static void index_items(const struct builds *b, struct environment_build *build)
{
	build->next = arena_array(b->arena, build->set.n, sizeof(*build->next));
	for (size_t i = build->set.n; i-- > 0;) {
		struct slice key = key_of(&build->set.items[i].origin);

		build->next[i] = map_get(&build->by_origin, key);
		map_set(&build->by_origin, key, i);
	}
	build->indexed = true;
}

const struct built *builds_find(struct builds *b, const struct environment *environment,
				const struct object *origin)
{
	struct environment_build *build;
	size_t at;

	if (environment->kind == ENVIRONMENT_DIRECTORY)
		return NULL;
	build = find_build(b, environment);
	if (!build->indexed)
		index_items(b, build);
	at = map_get(&build->by_origin, key_of(&origin));
	return at == MAP_NONE ? NULL : &build->set.items[at];
}

const struct built *builds_next(struct builds *b, const struct environment *environment,
				const struct built *built)
{
	const struct environment_build *build = find_build(b, environment);
	size_t at = build->indexed ? build->next[built - build->set.items] : MAP_NONE;

	return at == MAP_NONE ? NULL : &build->set.items[at];
}

void builds_note_unknown(struct builds *b, const struct environment_use *use, bool found,
			 struct findings *findings)
{
	const struct environment *e = use->environment;
	const struct built_set *set = builds_of(b, e);
	struct finding f = { .code = &CODE_build_unknown, .at = set->stop.at };
	bool missing = set->stop.verdict == BUILD_UNKNOWN && !e->unsure && !found &&
		       !(use->source_types & (SOURCE_UNKNOWN | SOURCE_CHART));

	if (e->other_revision || !(missing || set->stop.verdict == BUILD_FAILS))
		return;
	if (!f.at.path.len)
		f.at = e->at;
	f.reason = arena_printf(findings->arena,
				"what the %s '%" SLICE_FMT "' applies is not known: %s%s",
				environment_kind_text(e->kind), SLICE_ARG(e->name),
				missing ? "" : "it does not build: ", set->stop.why);
	(void)findings_add_new(findings, &f);
}

#include "inventory/builds.h"

#include "base/alloc.h"
#include "base/map.h"
#include "gitops/kustomization.h"
#include "inventory/built_index_internal.h"
#include "inventory/host_tokens.h"

#include <stdlib.h>

/* What one environment applies. */
struct environment_build {
	struct built_set set;
	struct built_index index;
};

struct builds {
	const struct inventory *inventory;
	const struct build_override *overrides;
	size_t noverrides;
	struct map override_at; /* by path */
	struct arena *arena;
	struct build_inputs inputs;
	struct builder *builder;
	struct map built; /* by the address of an environment, to the index of its set: few of all
			     are asked for */
	struct environment_build **sets;
	size_t n, cap;
};

/* The override of a path; NULL: there is none. */
static const struct build_override *find_override(const struct builds *b, struct slice path)
{
	size_t at = map_get(&b->override_at, path);

	return at == MAP_NONE ? NULL : &b->overrides[at];
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

/* Adds the files of the inventory that no override is in place of. */
static void list_sources(struct builds *b, struct build_file *files, struct source *const *sources,
			 size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!find_override(b, sources[i]->path))
			add_file(b, files, sources[i]->path, &sources[i]->objects);
}

/* The parsed files of the inventory among these. */
static struct source **find_sources(const struct builds *b, struct slices paths, size_t *n)
{
	struct source **all = arena_array(b->arena, paths.n, sizeof(*all));

	*n = 0;
	for (size_t i = 0; i < paths.n; i++) {
		struct source *s = inventory_find(b->inventory, paths.items[i]);

		if (s && s->file && !kustomization_is(s->path))
			all[(*n)++] = s;
	}
	return all;
}

/* Lists the files whose objects are built: of the inventory, or in their place. */
static void list_files(struct builds *b, const struct slices *only)
{
	size_t n;
	struct source *const *sources =
		only ? find_sources(b, *only, &n) : inventory_parsed(b->inventory, &n, b->arena);
	struct build_file *files = arena_array(b->arena, n + b->noverrides, sizeof(*files));

	list_sources(b, files, sources, n);
	for (size_t i = 0; i < b->noverrides; i++)
		if (b->overrides[i].file && !kustomization_is(b->overrides[i].path))
			add_file(b, files, b->overrides[i].path,
				 read_objects(b, b->overrides[i].file));
	b->inputs.files = files;
	b->inputs.find = find_file;
	b->inputs.ctx = b;
}

/* Makes builds of all files, or of those in `only` and the overrides. */
static struct builds *make_builds(const struct inventory *inv,
				  const struct environment_index *index,
				  const struct build_override *overrides, size_t n,
				  const struct slices *only)
{
	struct builds *b = xzalloc(sizeof(*b));

	b->inventory = inv;
	b->overrides = overrides;
	b->noverrides = n;
	b->override_at = (struct map)MAP_INIT;
	b->built = (struct map)MAP_INIT;
	for (size_t i = 0; i < n; i++)
		if (!map_has(&b->override_at, overrides[i].path))
			map_set(&b->override_at, overrides[i].path, i);
	b->arena = arena_new();
	list_files(b, only);
	list_kustomizations(b);
	b->builder = builder_new(index, &b->inputs);
	return b;
}

struct builds *builds_new(const struct inventory *inv, const struct environment_index *index,
			  const struct build_override *overrides, size_t n)
{
	return make_builds(inv, index, overrides, n, NULL);
}

struct builds *builds_new_of(const struct inventory *inv, const struct environment_index *index,
			     const struct build_override *overrides, size_t n, struct slices files)
{
	return make_builds(inv, index, overrides, n, &files);
}

void builds_free(struct builds *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		built_index_release(&b->sets[i]->index);
	map_release(&b->override_at);
	map_release(&b->built);
	builder_free(b->builder);
	arena_free(b->arena);
	free(b);
}

/* The build of an environment. */
static struct environment_build *find_build(struct builds *b, const struct environment *environment)
{
	const struct slice key = { (const char *)&environment, sizeof(environment) };
	size_t at = map_get(&b->built, key);
	struct environment_build *build;

	if (at != MAP_NONE)
		return b->sets[at];
	build = arena_alloc(b->arena, sizeof(*build));
	build->set = build_environment(b->builder, environment);
	build->index = built_index_make(&build->set, b->arena);
	map_set(&b->built, arena_copy(b->arena, key), b->n);
	ARENA_ROOM(b->arena, b->sets, b->n, b->cap);
	return b->sets[b->n++] = build;
}

const struct built_set *builds_of(struct builds *b, const struct environment *environment)
{
	static const struct built_set as_written = { .n = 0 };

	if (environment->kind == ENVIRONMENT_DIRECTORY)
		return &as_written;
	return &find_build(b, environment)->set;
}

const struct built *builds_find(struct builds *b, const struct environment *environment,
				const struct object *origin)
{
	return environment->kind == ENVIRONMENT_DIRECTORY ?
		       NULL :
		       built_index_find(&find_build(b, environment)->index, origin);
}

const struct built *builds_next(struct builds *b, const struct environment *environment,
				const struct built *built)
{
	return built_index_next(&find_build(b, environment)->index, built);
}

const struct built *builds_find_same(struct builds *b, const struct environment *environment,
				     const struct built *like)
{
	return environment->kind == ENVIRONMENT_DIRECTORY ?
		       NULL :
		       built_index_find_same(&find_build(b, environment)->index, like);
}

/* --- several objects ------------------------------------------------------ */

/* Objects of one environment that are being collected. */
struct collecting {
	const struct environment_build *build;
	struct arena *arena;
	struct built_refs found;
	size_t cap;
};

/* Adds the objects of a list of links. */
static void collect_links(struct collecting *c, const struct built_keys *keys, size_t at)
{
	for (; at != MAP_NONE; at = keys->links[at].next) {
		ARENA_ROOM(c->arena, c->found.items, c->found.n, c->cap);
		c->found.items[c->found.n++] = &c->build->set.items[keys->links[at].item];
	}
}

static int compare_addresses(const void *a, const void *b)
{
	const struct built *x = *(const struct built *const *)a,
			   *y = *(const struct built *const *)b;

	return (x > y) - (x < y);
}

/* Puts the objects into the order of the set, each once. */
static struct built_refs finish_collecting(const struct collecting *c)
{
	struct built_refs all = { c->found.items, 0 };

	if (c->found.n)
		qsort(c->found.items, c->found.n, sizeof(*c->found.items), compare_addresses);
	for (size_t i = 0; i < c->found.n; i++)
		if (!all.n || all.items[all.n - 1] != c->found.items[i])
			all.items[all.n++] = c->found.items[i];
	return all;
}

struct built_refs builds_of_files(struct builds *b, const struct environment *environment,
				  struct slices files, struct arena *arena)
{
	struct collecting c = { .arena = arena };
	struct environment_build *build;

	if (environment->kind == ENVIRONMENT_DIRECTORY)
		return c.found;
	c.build = build = find_build(b, environment);
	for (size_t i = 0; i < files.n; i++)
		collect_links(&c, &build->index.files,
			      built_index_file(&build->index, files.items[i]));
	return finish_collecting(&c);
}

struct built_refs builds_of_host(struct builds *b, const struct environment *environment,
				 struct slice host, struct arena *arena)
{
	struct collecting c = { .arena = arena };
	struct environment_build *build;

	if (environment->kind == ENVIRONMENT_DIRECTORY)
		return c.found;
	c.build = build = find_build(b, environment);
	collect_links(&c, &build->index.tokens, built_index_token(&build->index, host_token(host)));
	return finish_collecting(&c);
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

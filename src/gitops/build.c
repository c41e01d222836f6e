#include "gitops/build.h"

#include "base/alloc.h"
#include "gitops/build_layer_internal.h"
#include "gitops/build_substitute_internal.h"
#include "gitops/environment_index_internal.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"
#include "yaml/value.h"

#include <stdlib.h>

/* Limits of one builder: steps, and kustomizations on one way. */
#define BUILD_STEPS 500000
enum { BUILD_DEPTH = 64 };

/* What is known of a kustomization. */
struct kustomization_state {
	const struct yaml_node *root; /* its document */
	bool wanted; /* it, or one that it references, lists a file of the inputs */
	bool active; /* it is being built */
	bool built;
	struct build_objects objects;
};

struct builder {
	const struct environment_index *index;
	const struct build_inputs *inputs;
	struct arena *arena;
	struct build_state state;
	struct kustomization_state *kustomizations; /* by number */
	struct map file_at;                         /* path, to its index in the inputs */
};

/* --- the files ------------------------------------------------------------ */

/* The kustomizations that reference the path are wanted. */
static void want_references(struct builder *b, struct slice path, unsigned depth)
{
	const struct kustomization_graph *g = &b->index->kustomizations;

	for (size_t i = map_get(&g->to, path); i != MAP_NONE; i = g->references[i].next) {
		size_t k = g->references[i].kustomization;

		if (b->kustomizations[k].wanted || depth > BUILD_DEPTH)
			continue;
		b->kustomizations[k].wanted = true;
		want_references(b, g->items[k].directory, depth + 1);
	}
}

/* A kustomization has another document, and may list any file. */
static void take_edited(struct builder *b, const struct build_kustomization *edited)
{
	const struct kustomization_graph *g = &b->index->kustomizations;
	size_t k = kustomization_graph_in(g, path_directory(edited->path));

	if (k == MAP_NONE || !slice_eq(g->items[k].path, edited->path))
		return;
	b->kustomizations[k].root = edited->root;
	b->kustomizations[k].wanted = true;
	want_references(b, g->items[k].directory, 1);
}

struct builder *builder_new(const struct environment_index *index,
			    const struct build_inputs *inputs)
{
	struct builder *b = xzalloc(sizeof(*b));

	b->index = index;
	b->inputs = inputs;
	b->arena = arena_new();
	b->file_at = (struct map)MAP_INIT;
	b->kustomizations =
		arena_array(b->arena, index->kustomizations.n, sizeof(*b->kustomizations));
	b->state = (struct build_state){ .repository = index->kustomizations.repository,
					 .inputs = inputs,
					 .arena = b->arena,
					 .text_at = MAP_INIT,
					 .steps = BUILD_STEPS };
	for (size_t k = 0; k < index->kustomizations.n; k++)
		b->kustomizations[k].root = index->kustomizations.items[k].root;
	for (size_t i = 0; i < inputs->n; i++) {
		map_set(&b->file_at, inputs->files[i].path, i);
		want_references(b, inputs->files[i].path, 0);
	}
	for (size_t i = 0; i < inputs->nedited; i++)
		take_edited(b, &inputs->edited[i]);
	return b;
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	build_state_release(&b->state);
	map_release(&b->file_at);
	arena_free(b->arena);
	free(b);
}

/* Adds the objects of a file. */
static void add_file(struct builder *b, struct build_objects *to, const struct build_file *file,
		     bool kustomize)
{
	for (size_t i = 0; i < file->objects->n; i++) {
		const struct object *o = &file->objects->items[i];
		const struct built built = {
			.object = *o, .origin = o, .path = file->path, .as_written = true
		};

		if (!build_wants(o) || (kustomize && build_is_local(o)))
			continue;
		build_append(&b->state, to, &built);
	}
}

/* --- kustomizations ------------------------------------------------------- */

static bool build_layer(struct builder *b, size_t k, const struct build_extra *extra,
			struct build_objects *to);

/* The objects of a kustomization by itself. */
static const struct build_objects *build_alone(struct builder *b, size_t k)
{
	struct kustomization_state *s = &b->kustomizations[k];

	if (!s->built)
		(void)build_layer(b, k, NULL, &s->objects);
	s->built = true;
	return &s->objects;
}

/* Adds what another build has made. False: the build fails. */
static bool add_objects(struct builder *b, struct build_objects *to,
			const struct build_objects *from)
{
	if (to->stop.verdict == BUILD_KNOWN)
		to->stop = from->stop;
	if (from->stop.verdict == BUILD_FAILS) {
		to->stop = from->stop;
		return false;
	}
	for (size_t i = 0; i < from->n; i++)
		build_append(&b->state, to, &from->items[i]);
	return true;
}

/* Notes that objects may be missing. */
static void note_missing(struct build_objects *to, const struct yaml_node *at, const char *why)
{
	if (to->stop.verdict == BUILD_KNOWN)
		build_unknown(&to->stop, at, why);
}

/* Adds one entry of resources, or of components. False: the build fails. */
static bool add_resource(struct builder *b, const struct build_layer *layer,
			 const struct yaml_node *entry, bool component, struct build_objects *to)
{
	const struct kustomization_graph *g = &b->index->kustomizations;
	struct slice path = repository_id_resolve(g->repository, layer->directory,
						  yaml_string(entry), b->arena);
	size_t file = path.ptr ? map_get(&b->file_at, path) : MAP_NONE,
	       k = path.ptr ? kustomization_graph_in(g, path) : MAP_NONE;
	bool url = slice_find(yaml_string(entry), SLICE("://")) != SIZE_MAX;

	if (!path.ptr || (url && k == MAP_NONE)) {
		note_missing(to, entry, "objects of another repository are applied, too");
		if (component)
			build_mark_unknown(to, entry,
					   "a component of another repository may change the "
					   "object");
		return true;
	}
	if (file != MAP_NONE) {
		add_file(b, to, &b->inputs->files[file], true);
		return true;
	}
	if (k == MAP_NONE || (!component && !b->kustomizations[k].wanted))
		return true;
	if (kustomization_is_component(g->items[k].root) != component && g->items[k].root) {
		build_fail(&to->stop, entry,
			   component ? "what is listed as a component is none" :
				       "a component is listed as a resource");
		return false;
	}
	return component ? build_layer(b, k, NULL, to) : add_objects(b, to, build_alone(b, k));
}

/* Adds the entries of a list. False: the build fails. */
static bool add_list(struct builder *b, const struct build_layer *layer,
		     const struct yaml_node *list, bool component, struct build_objects *to)
{
	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL; c;
	     c = c->next)
		if (!add_resource(b, layer, c, component, to))
			return false;
	return true;
}

/* The fields that a kustomization may have; kustomize refuses others. */
static const struct known_field {
	const char *key;
	const char *missing; /* why objects may be applied that no file declares; NULL: none are */
} known_fields[] = {
	{ "apiVersion", NULL },
	{ "kind", NULL },
	{ "metadata", NULL },
	{ "resources", NULL },
	{ "bases", NULL },
	{ "components", NULL },
	{ "patches", NULL },
	{ "patchesStrategicMerge", NULL },
	{ "patchesJson6902", NULL },
	{ "namespace", NULL },
	{ "namePrefix", NULL },
	{ "nameSuffix", NULL },
	{ "labels", NULL },
	{ "commonLabels", NULL },
	{ "commonAnnotations", NULL },
	{ "images", NULL },
	{ "imageTags", NULL },
	{ "replicas", NULL },
	{ "configMapGenerator", NULL },
	{ "secretGenerator", NULL },
	{ "generatorOptions", NULL },
	{ "buildMetadata", NULL },
	{ "sortOptions", NULL },
	{ "validators", NULL },
	{ "helmGlobals", NULL },
	{ "inventory", NULL },
	{ "vars", NULL },
	{ "replacements", NULL },
	{ "transformers", NULL },
	{ "configurations", NULL },
	{ "crds", NULL },
	{ "openapi", NULL },
	{ "generators", "generators may make objects that are applied" },
	{ "helmCharts", "a chart may contain objects that are applied" },
	{ "helmChartInflationGenerator", "a chart may contain objects that are applied" },
};

/* The row of a field; NULL: there is none. */
static const struct known_field *find_field(struct slice key)
{
	for (size_t i = 0; i < sizeof(known_fields) / sizeof(known_fields[0]); i++)
		if (slice_is(key, known_fields[i].key))
			return &known_fields[i];
	return NULL;
}

/* Marks what the fields of a kustomization leave unknown. */
static void check_fields(const struct yaml_node *root, struct build_objects *to)
{
	for (const struct yaml_node *c = root->first; c; c = c->next) {
		const struct known_field *f = find_field(c->key->text);

		if (f && f->missing && c->nchildren)
			note_missing(to, c, f->missing);
		if (!f)
			build_mark_unknown(to, c, "the kustomization has an unknown field");
	}
}

/* Builds a kustomization on top of the objects that are there. False: the build fails. */
static bool build_layer(struct builder *b, size_t k, const struct build_extra *extra,
			struct build_objects *to)
{
	const struct kustomization *item = &b->index->kustomizations.items[k];
	struct kustomization_state *s = &b->kustomizations[k];
	const struct build_layer layer = { &b->state, item->directory, s->root, extra };
	bool done;

	if (!s->root || s->root->kind != YAML_MAP || !value_is_clear(s->root)) {
		to->stop = (struct build_stop){ BUILD_UNKNOWN,
						{ item->path, 0, 0 },
						"the kustomization cannot be read" };
		build_mark_unknown(to, s->root, "a kustomization cannot be read");
		return true;
	}
	if (s->active) {
		build_fail(&to->stop, s->root, "the kustomization contains itself");
		return false;
	}
	s->active = true;
	done = add_list(b, &layer, yaml_get(s->root, "resources"), false, to) &&
	       add_list(b, &layer, yaml_get(s->root, "bases"), false, to) &&
	       add_list(b, &layer, yaml_get(s->root, "components"), true, to) &&
	       (!extra || add_list(b, &layer, extra->components, true, to)) &&
	       build_check_ids(&b->state, to) && build_layer_apply(&layer, to);
	s->active = false;
	check_fields(s->root, to);
	return done;
}

/* --- environments --------------------------------------------------------- */

/* What an Application or a Flux Kustomization adds. */
static struct build_extra read_extra(const struct environment_source *s)
{
	const struct yaml_node *of =
		s->tool == TOOL_FLUX ? s->node : yaml_get(s->node, "kustomize");
	bool flux = s->tool == TOOL_FLUX;

	return (struct build_extra){
		.ns = yaml_string(yaml_get(of, flux ? "targetNamespace" : "namespace")),
		.prefix = yaml_string(yaml_get(of, "namePrefix")),
		.suffix = yaml_string(yaml_get(of, "nameSuffix")),
		.patches = yaml_get(of, "patches"),
		.components = yaml_get(of, "components"),
		.labels = flux ? yaml_path(of, "commonMetadata", "labels", NULL) :
				 yaml_get(of, "commonLabels"),
		.annotations = flux ? yaml_path(of, "commonMetadata", "annotations", NULL) :
				      yaml_get(of, "commonAnnotations"),
	};
}

/* Adds plain files that the source applies. */
static void add_plain_files(struct builder *b, const struct environment_source *s,
			    struct build_objects *to)
{
	for (size_t i = 0; i < b->inputs->n; i++)
		if (environment_source_reads(s, b->inputs->files[i].path))
			add_file(b, to, &b->inputs->files[i], false);
}

/* Is the kustomization, or the file's directory, the first one with a kustomization below `top`? */
static bool is_first_below(const struct kustomization_graph *g, struct slice directory,
			   struct slice top)
{
	for (struct slice at = directory; !slice_eq(at, top);) {
		if (!at.len)
			return false;
		at = path_directory(at);
		if (kustomization_graph_in(g, at) != MAP_NONE)
			return false;
	}
	return true;
}

/* Builds the kustomization that Flux generates of all files below a directory without one. */
static bool build_generated(struct builder *b, const struct environment_source *s,
			    const struct build_extra *extra, struct build_objects *to)
{
	const struct kustomization_graph *g = &b->index->kustomizations;
	const struct build_layer layer = { &b->state, s->directory, NULL, extra };

	for (size_t i = 0; i < b->inputs->n; i++) {
		struct slice path = b->inputs->files[i].path, in = path_directory(path);

		if (path_below(path, s->directory) && !slice_ends(path, SLICE(".json")) &&
		    kustomization_graph_in(g, in) == MAP_NONE &&
		    is_first_below(g, in, s->directory))
			add_file(b, to, &b->inputs->files[i], true);
	}
	for (size_t k = 0; k < g->n; k++)
		if (b->kustomizations[k].wanted &&
		    path_below(g->items[k].directory, s->directory) &&
		    is_first_below(g, g->items[k].directory, s->directory) &&
		    !add_objects(b, to, build_alone(b, k)))
			return false;
	return build_layer_apply(&layer, to);
}

/* Adds the objects of a source. False: the build fails. */
static bool add_source(struct builder *b, const struct environment_source *s,
		       struct build_objects *to)
{
	size_t k = kustomization_graph_in(&b->index->kustomizations, s->directory);
	struct build_extra extra = read_extra(s);

	if (s->component)
		return true;
	if (s->foreign) {
		note_missing(to, s->node, "objects of another repository are applied, too");
		return true;
	}
	if (s->prefix) {
		note_missing(to, s->node, "the path of the environment is not known");
		return true;
	}
	switch (environment_source_tool(
		s, k != MAP_NONE, directories_have_chart(&b->index->directories, s->directory))) {
	case TOOL_DIRECTORY:
		add_plain_files(b, s, to);
		return true;
	case TOOL_FLUX:
		return k == MAP_NONE ? build_generated(b, s, &extra, to) :
				       build_layer(b, k, &extra, to);
	case TOOL_KUSTOMIZE:
		return k == MAP_NONE || build_layer(b, k, &extra, to);
	case TOOL_HELM:
		note_missing(to, s->node, "a chart may contain objects that are applied");
		return true;
	default:
		note_missing(to, s->node, "a plugin makes the objects that are applied");
		return true;
	}
}

/* The set that objects are, without those that kustomize keeps to itself. */
static struct built_set finish_set(const struct build_state *state,
				   const struct build_objects *objects)
{
	struct built_set set = { objects->items, 0, objects->stop };

	for (size_t i = 0; i < objects->n && set.stop.verdict != BUILD_FAILS; i++) {
		if (build_is_local(&objects->items[i].object))
			continue;
		set.items[set.n] = objects->items[i];
		build_write_names(state, &set.items[set.n++]);
	}
	return set;
}

struct built_set build_kustomization(struct builder *b, struct slice path)
{
	size_t k = kustomization_graph_in(&b->index->kustomizations, path_directory(path));
	struct build_objects objects = { .n = 0 };

	if (k != MAP_NONE)
		(void)build_layer(b, k, NULL, &objects);
	return finish_set(&b->state, &objects);
}

struct built_set build_environment(struct builder *b, const struct environment *e)
{
	const struct environment_list *l = &b->index->environments;
	struct build_objects all = { .n = 0 };

	if (e->kind == ENVIRONMENT_OVERLAY)
		return build_kustomization(b, e->at.path);
	for (size_t i = 0; i < l->nsources; i++) {
		struct build_objects objects = { .n = 0 };

		if (l->sources[i].environment != e)
			continue;
		if (!add_source(b, &l->sources[i], &objects) || !add_objects(b, &all, &objects)) {
			if (objects.stop.verdict == BUILD_FAILS)
				all.stop = objects.stop;
			break;
		}
	}
	for (size_t i = 0; i < all.n; i++) {
		if (e->kind == ENVIRONMENT_FLUX)
			build_substitute(&b->state, e->spec, &all.items[i]);
		if (!all.items[i].object.ns.len && e->target_ns.len)
			all.items[i].object.ns = e->target_ns;
	}
	return finish_set(&b->state, &all);
}

/* --- the files of patches ------------------------------------------------- */

/* The files that a search for patches has found. */
struct needed_files {
	struct builder *builder;
	struct map known;
	struct slices files;
	size_t cap;
	struct arena *arena;
};

/* Adds the file that a text of a kustomization names, once. */
static void need_file(struct needed_files *n, size_t k, struct slice text)
{
	const struct kustomization_graph *g = &n->builder->index->kustomizations;
	struct slice path =
		repository_id_resolve(g->repository, g->items[k].directory, text, n->arena);

	path = arena_copy(n->arena, path);
	if (!path.len || !map_add(&n->known, path))
		return;
	ARENA_ROOM(n->arena, n->files.items, n->files.n, n->cap);
	n->files.items[n->files.n++] = path;
}

/* Adds the files that the patches of a kustomization, and of its components, name. */
static void need_patches(struct needed_files *n, size_t k, unsigned depth)
{
	static const char *const lists[] = { "patches", "patchesJson6902", "patchesStrategicMerge",
					     "replacements" };
	const struct kustomization_graph *g = &n->builder->index->kustomizations;
	const struct yaml_node *root = g->items[k].root, *list;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		list = yaml_get(root, lists[i]);
		for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
			need_file(n, k, yaml_string(c->kind == YAML_MAP ? yaml_get(c, "path") : c));
	}
	list = yaml_get(root, "components");
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next) {
		struct slice path = repository_id_resolve(g->repository, g->items[k].directory,
							  yaml_string(c), n->arena);
		size_t component = path.ptr ? kustomization_graph_in(g, path) : MAP_NONE;

		if (component != MAP_NONE && !n->builder->kustomizations[component].active &&
		    depth < BUILD_DEPTH) {
			n->builder->kustomizations[component].active = true;
			need_patches(n, component, depth + 1);
		}
	}
}

struct slices build_needed_files(const struct environment_index *index, struct slices paths,
				 struct arena *arena)
{
	struct build_file *files = arena_array(arena, paths.n, sizeof(*files));
	static const struct objects none = { NULL, 0 };
	const struct build_inputs inputs = { .files = files, .n = paths.n };
	struct needed_files n = { .known = MAP_INIT, .arena = arena };

	for (size_t i = 0; i < paths.n; i++)
		files[i] = (struct build_file){ paths.items[i], &none };
	n.builder = builder_new(index, &inputs);
	for (size_t k = 0; k < index->kustomizations.n; k++)
		if (n.builder->kustomizations[k].wanted)
			need_patches(&n, k, 0);
	builder_free(n.builder);
	map_release(&n.known);
	return n.files;
}

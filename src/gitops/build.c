#include "gitops/build.h"

#include "base/alloc.h"
#include "gitops/build_config_internal.h"
#include "gitops/build_generate_internal.h"
#include "gitops/build_layer_internal.h"
#include "gitops/build_substitute_internal.h"
#include "gitops/build_way_internal.h"
#include "gitops/environment_index_internal.h"
#include "gitops/kustomization.h"
#include "gitops/path.h"
#include "yaml/value.h"

#include <stdlib.h>

/* Most steps of one builder. */
#define BUILD_STEPS 500000

/* What is known of a kustomization. */
struct kustomization_state {
	size_t number;
	const struct yaml_node *root; /* its document */
	bool wanted; /* it, or one that it references, lists a file of the inputs */
	const struct kustomization_reference **entries; /* its items that list files of the inputs,
							   or lead to them, in its order */
	size_t nentries, entries_cap;
	bool active; /* it is being built */
	bool built;
	struct build_objects objects;
};

struct builder {
	const struct environment_index *index;
	const struct build_inputs *inputs;
	struct arena *arena;
	struct build_state state;
	struct map kustomizations; /* number, to the index of its state: few of all are built */
	struct kustomization_state **states;
	size_t nstates, states_cap;
	const bool *beside; /* by number: build_way_mark_beside */
	struct map file_at; /* path, to its index in the inputs */
};

/* What is known of a kustomization; NULL: nothing yet. */
static struct kustomization_state *find_state(const struct builder *b, size_t k)
{
	size_t at = map_get(&b->kustomizations, (struct slice){ (const char *)&k, sizeof(k) });

	return at == MAP_NONE ? NULL : b->states[at];
}

/* The same, made on first use. */
static struct kustomization_state *get_state(struct builder *b, size_t k)
{
	struct kustomization_state *s = find_state(b, k);

	if (s)
		return s;
	s = arena_alloc(b->arena, sizeof(*s));
	s->number = k;
	s->root = b->index->kustomizations.items[k].root;
	map_set(&b->kustomizations, (struct slice){ (const char *)&s->number, sizeof(s->number) },
		b->nstates);
	ARENA_ROOM(b->arena, b->states, b->nstates, b->states_cap);
	return b->states[b->nstates++] = s;
}

/*
 * Is the kustomization built: does it, or one that it references, list a file of the inputs, or may
 * it change what others build?
 */
static bool is_wanted(const struct builder *b, size_t k)
{
	const struct kustomization_state *s = find_state(b, k);

	return b->beside[k] || (s && s->wanted);
}

/* --- the files ------------------------------------------------------------ */

/* build_way_each for a file of the inputs. */
static bool want_reference(const struct kustomization_reference *r, void *ctx)
{
	struct builder *b = ctx;
	struct kustomization_state *s = get_state(b, r->kustomization);
	bool known = s->wanted;

	s->wanted = true;
	ARENA_ROOM(b->arena, s->entries, s->nentries, s->entries_cap);
	s->entries[s->nentries++] = r;
	return !known;
}

static int compare_addresses(const void *a, const void *b)
{
	const struct kustomization_reference *x = *(const struct kustomization_reference *const *)a,
					     *y = *(const struct kustomization_reference *const *)b;

	return (x > y) - (x < y);
}

/* Puts the entries of a kustomization into its order, each once. */
static void sort_entries(struct kustomization_state *s)
{
	size_t n = 0;

	if (s->nentries)
		qsort(s->entries, s->nentries, sizeof(*s->entries), compare_addresses);
	for (size_t i = 0; i < s->nentries; i++)
		if (!n || s->entries[n - 1] != s->entries[i])
			s->entries[n++] = s->entries[i];
	s->nentries = n;
}

/* The kustomizations that may change what others build, by number. */
static const bool *find_beside(const struct environment_index *index, struct arena *arena)
{
	bool *marks;

	if (index->beside)
		return index->beside;
	marks = arena_array(arena, index->kustomizations.n, sizeof(*marks));
	build_way_mark_beside(&index->kustomizations, marks);
	return marks;
}

/* A kustomization has another document, and may list any file. */
static void take_edited(struct builder *b, const struct build_kustomization *edited)
{
	const struct kustomization_graph *g = &b->index->kustomizations;
	size_t k = kustomization_graph_in(g, path_directory(edited->path));

	if (k == MAP_NONE || !slice_eq(g->items[k].path, edited->path))
		return;
	get_state(b, k)->root = edited->root;
	get_state(b, k)->wanted = true;
	build_way_each(g, g->items[k].directory, want_reference, b);
}

struct builder *builder_new(const struct environment_index *index,
			    const struct build_inputs *inputs)
{
	struct builder *b = xzalloc(sizeof(*b));

	b->index = index;
	b->inputs = inputs;
	b->arena = arena_new();
	b->file_at = (struct map)MAP_INIT;
	b->kustomizations = (struct map)MAP_INIT;
	b->beside = find_beside(index, b->arena);
	b->state = (struct build_state){ .repository = index->kustomizations.repository,
					 .inputs = inputs,
					 .patches = &index->patches,
					 .arena = b->arena,
					 .text_at = MAP_INIT,
					 .steps = BUILD_STEPS };
	for (size_t i = 0; i < inputs->n; i++) {
		map_set(&b->file_at, inputs->files[i].path, i);
		build_way_each(&index->kustomizations, inputs->files[i].path, want_reference, b);
	}
	for (size_t i = 0; i < inputs->nedited; i++)
		take_edited(b, &inputs->edited[i]);
	for (size_t i = 0; i < b->nstates; i++)
		sort_entries(b->states[i]);
	return b;
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	build_state_release(&b->state);
	map_release(&b->file_at);
	map_release(&b->kustomizations);
	arena_free(b->arena);
	free(b);
}

/* Adds the objects of a file. False: the build fails. */
static bool add_file(struct builder *b, struct build_objects *to, const struct build_file *file,
		     bool kustomize)
{
	for (size_t i = 0; i < file->objects->n; i++) {
		const struct object *o = &file->objects->items[i];
		const struct built built = {
			.object = *o, .origin = o, .path = file->path, .as_written = true
		};

		if (!build_follows(o) || (kustomize && build_is_local(o)))
			continue;
		if (kustomize && !o->name.len) {
			build_fail(&to->stop, o->node, "the object has no name");
			return false;
		}
		build_append(&b->state, to, &built);
	}
	return true;
}

/* --- kustomizations ------------------------------------------------------- */

static bool build_layer(struct builder *b, size_t k, const struct build_extra *extra,
			struct build_objects *to);

/* The objects of a kustomization by itself. */
static const struct build_objects *build_alone(struct builder *b, size_t k)
{
	struct kustomization_state *s = get_state(b, k);

	if (!s->built)
		(void)build_layer(b, k, NULL, &s->objects);
	s->built = true;
	return &s->objects;
}

/* Adds what another build has made. False: the build fails. */
static bool add_objects(struct builder *b, struct build_objects *to,
			const struct build_objects *from)
{
	build_config_add(&b->state, to, from);
	to->linked = to->linked || from->linked;
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

	if (!path.ptr ||
	    (k == MAP_NONE && file == MAP_NONE && kustomization_is_remote(yaml_string(entry)))) {
		note_missing(to, entry, "objects of another repository are applied, too");
		if (component)
			build_mark_unknown(to, entry,
					   "a component of another repository may change the "
					   "object");
		return true;
	}
	if (file != MAP_NONE)
		return add_file(b, to, &b->inputs->files[file], true);
	if (k == MAP_NONE || (!component && !is_wanted(b, k)))
		return true;
	if (kustomization_is_component(g->items[k].root) != component && g->items[k].root) {
		build_fail(&to->stop, entry,
			   component ? "what is listed as a component is none" :
				       "a component is listed as a resource");
		return false;
	}
	return component ? build_layer(b, k, NULL, to) : add_objects(b, to, build_alone(b, k));
}

/* Adds all entries of a list. False: the build fails. */
static bool add_all(struct builder *b, const struct build_layer *layer,
		    const struct yaml_node *list, bool component, struct build_objects *to)
{
	for (const struct yaml_node *c = list && list->kind == YAML_SEQ ? list->first : NULL; c;
	     c = c->next)
		if (!add_resource(b, layer, c, component, to))
			return false;
	return true;
}

/*
 * Are the entries of a kustomization that lead to files of the inputs all that can matter: has it
 * no other ones, and none that changes what others build?
 */
static bool has_all_entries(const struct builder *b, const struct kustomization_state *s)
{
	const struct kustomization *item = &b->index->kustomizations.items[s->number];

	return item->plain && s->root == item->root && !b->beside[s->number];
}

/* Adds the entries of a list of the kustomization that can matter. False: the build fails. */
static bool add_list(struct builder *b, const struct build_layer *layer,
		     const struct kustomization_state *s, const char *field,
		     struct build_objects *to)
{
	const struct yaml_node *list = yaml_get(s->root, field);

	if (!has_all_entries(b, s))
		return add_all(b, layer, list, false, to);
	for (size_t i = 0; i < s->nentries; i++)
		if (s->entries[i]->entry->parent == list &&
		    !add_resource(b, layer, s->entries[i]->entry, false, to))
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

/* Adds the ConfigMaps that the kustomization generates. Always true. */
static bool add_generated(const struct build_layer *layer, struct build_objects *to)
{
	build_generate(layer, to);
	return true;
}

/* Builds a kustomization on top of the objects that are there. False: the build fails. */
static bool build_layer(struct builder *b, size_t k, const struct build_extra *extra,
			struct build_objects *to)
{
	const struct kustomization *item = &b->index->kustomizations.items[k];
	struct kustomization_state *s = get_state(b, k);
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
	done = add_list(b, &layer, s, "resources", to) && add_list(b, &layer, s, "bases", to) &&
	       add_generated(&layer, to) &&
	       add_all(b, &layer, yaml_get(s->root, "components"), true, to) &&
	       (!extra || add_all(b, &layer, extra->components, true, to)) &&
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
			(void)add_file(b, to, &b->inputs->files[i], false);
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
		    is_first_below(g, in, s->directory) &&
		    !add_file(b, to, &b->inputs->files[i], true))
			return false;
	}
	for (size_t k = 0; k < g->n; k++)
		if (is_wanted(b, k) && path_below(g->items[k].directory, s->directory) &&
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
static struct built_set finish_set(struct build_state *state, struct build_objects *objects)
{
	struct built_set set = { .items = objects->items,
				 .linked = objects->linked,
				 .stop = objects->stop };

	build_config_apply(state, objects);
	for (size_t i = 0; i < objects->n && set.stop.verdict != BUILD_FAILS; i++) {
		if (!build_wants(&objects->items[i].object) ||
		    build_is_local(&objects->items[i].object))
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
	for (size_t i = e->first_source; i; i = l->sources[i - 1].later) {
		struct build_objects objects = { .n = 0 };

		if (!add_source(b, &l->sources[i - 1], &objects) ||
		    !add_objects(b, &all, &objects)) {
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

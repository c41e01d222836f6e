#include "gitops/build_recipe.h"

#include "base/map.h"
#include "gitops/environment_index_internal.h"
#include "gitops/path.h"
#include "yaml/value.h"

/* The most files of a run. */
enum { RECIPE_FILES = 20000, RECIPE_DEPTH = 64 };

/* A recipe while it is made. */
struct recipe_work {
	const struct recipe_inputs *in;
	const struct kustomization_graph *graph;
	struct build_recipe *recipe;
	struct recipe_run *run;
	struct map known; /* paths of its files */
	struct arena *arena;
	unsigned depth;
};

/* There is no recipe. Always false. */
static bool stop_recipe(const struct recipe_work *w, const struct yaml_node *at, const char *why)
{
	w->recipe->why = why;
	if (at && at->file)
		w->recipe->at = yaml_place(at);
	return false;
}

/* Adds a file. */
static bool add_file(struct recipe_work *w, const struct yaml_node *at,
		     const struct recipe_file *file)
{
	struct recipe_run *r = w->run;

	if (!map_add(&w->known, file->path))
		return true;
	if (r->n == RECIPE_FILES)
		return stop_recipe(w, at, "it is built of too many files");
	ARENA_ROOM(w->arena, r->files, r->n, r->cap);
	r->files[r->n++] = *file;
	return true;
}

/* --- references ----------------------------------------------------------- */

bool build_recipe_is_path(struct slice text)
{
	/* api/internal/git/repospec.go and api/internal/loader of kustomize, 2.0 to 5.8 */
	static const char *const marks[] = { ":",  "?",  "@",    "//",   "\n",
					     "\r", "\\", ".git", "_git", "github.com" };

	if (!text.len || text.ptr[0] == '/' || text.ptr[0] == '~' ||
	    slice_find_byte(text, '\0') != SIZE_MAX)
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (slice_find_case(text, slice_of(marks[i])) != SIZE_MAX)
			return false;
	return true;
}

static bool add_kustomization(struct recipe_work *w, size_t k, const struct yaml_node *root);

/* Adds what a reference of a kustomization names. */
static bool add_reference(struct recipe_work *w, struct slice directory,
			  const struct yaml_node *node, struct slice text)
{
	struct slice path;
	size_t k;

	if (node->kind != YAML_SCALAR || !build_recipe_is_path(text))
		return stop_recipe(w, node, "a reference is not a plain path in the repository");
	path = path_join(directory, text, w->arena);
	if (!path.ptr)
		return stop_recipe(w, node, "a reference is outside of the repository");
	k = kustomization_graph_in(w->graph, path);
	return k == MAP_NONE ? add_file(w, node, &(struct recipe_file){ .path = path }) :
			       add_kustomization(w, k, NULL);
}

/* Adds the references of a list of texts, or of a single one. "key=file" with `keys`. */
static bool add_references(struct recipe_work *w, struct slice directory,
			   const struct yaml_node *node, bool keys)
{
	for (const struct yaml_node *c = node->kind == YAML_SEQ ? node->first : node; c;
	     c = c == node ? NULL : c->next) {
		size_t equals = keys ? slice_find_byte(c->text, '=') : SIZE_MAX;

		if (!add_reference(w, directory, c,
				   equals == SIZE_MAX ?
					   c->text :
					   slice_sub(c->text, equals + 1, c->text.len)))
			return false;
	}
	return true;
}

/* Is the text an object, so that kustomize takes it as the patch, and not as a path? */
static bool is_object_text(const struct recipe_work *w, const struct yaml_node *node)
{
	struct yaml_file *file = patch_is_inline(node) ? patch_parse(node, w->arena) : NULL;
	struct object ignored;
	bool is = file && yaml_documents(file) && yaml_root(file, 0) &&
		  object_read(yaml_root(file, 0), &ignored);

	yaml_file_free(file);
	return is;
}

/* Adds the references of patchesStrategicMerge. */
static bool add_merge_patches(struct recipe_work *w, struct slice directory,
			      const struct yaml_node *list)
{
	for (const struct yaml_node *c = list->kind == YAML_SEQ ? list->first : NULL; c;
	     c = c->next)
		if (!is_object_text(w, c) && !add_reference(w, directory, c, c->text))
			return false;
	return true;
}

/* --- fields --------------------------------------------------------------- */

enum field_role { ROLE_NONE, ROLE_PATHS, ROLE_KEYED_PATHS, ROLE_MERGE_PATCHES, ROLE_ITEMS };

/* A field of a kustomization, or of an item of one of its lists. */
struct recipe_field {
	const char *key;
	enum field_role role;          /* what it references */
	const struct recipe_field *of; /* ROLE_ITEMS: the fields of the map, or of each item */
};

static const struct recipe_field patch_fields[] = {
	{ "path", ROLE_PATHS, NULL },   { "patch", ROLE_NONE, NULL }, { "target", ROLE_NONE, NULL },
	{ "options", ROLE_NONE, NULL }, { NULL, ROLE_NONE, NULL },
};

static const struct recipe_field replacement_fields[] = {
	{ "path", ROLE_PATHS, NULL },
	{ "source", ROLE_NONE, NULL },
	{ "targets", ROLE_NONE, NULL },
	{ NULL, ROLE_NONE, NULL },
};

static const struct recipe_field openapi_fields[] = {
	{ "path", ROLE_PATHS, NULL },
	{ NULL, ROLE_NONE, NULL },
};

static const struct recipe_field generator_fields[] = {
	{ "files", ROLE_KEYED_PATHS, NULL }, { "envs", ROLE_PATHS, NULL },
	{ "env", ROLE_PATHS, NULL },         { "name", ROLE_NONE, NULL },
	{ "namespace", ROLE_NONE, NULL },    { "behavior", ROLE_NONE, NULL },
	{ "literals", ROLE_NONE, NULL },     { "type", ROLE_NONE, NULL },
	{ "options", ROLE_NONE, NULL },      { NULL, ROLE_NONE, NULL },
};

static const struct recipe_field fields[] = {
	{ "apiVersion", ROLE_NONE, NULL },
	{ "kind", ROLE_NONE, NULL },
	{ "metadata", ROLE_NONE, NULL },
	{ "namespace", ROLE_NONE, NULL },
	{ "namePrefix", ROLE_NONE, NULL },
	{ "nameSuffix", ROLE_NONE, NULL },
	{ "labels", ROLE_NONE, NULL },
	{ "commonLabels", ROLE_NONE, NULL },
	{ "commonAnnotations", ROLE_NONE, NULL },
	{ "images", ROLE_NONE, NULL },
	{ "imageTags", ROLE_NONE, NULL },
	{ "replicas", ROLE_NONE, NULL },
	{ "generatorOptions", ROLE_NONE, NULL },
	{ "buildMetadata", ROLE_NONE, NULL },
	{ "sortOptions", ROLE_NONE, NULL },
	{ "vars", ROLE_NONE, NULL },
	{ "resources", ROLE_PATHS, NULL },
	{ "bases", ROLE_PATHS, NULL },
	{ "components", ROLE_PATHS, NULL },
	{ "crds", ROLE_PATHS, NULL },
	{ "configurations", ROLE_PATHS, NULL },
	{ "patchesStrategicMerge", ROLE_MERGE_PATCHES, NULL },
	{ "patches", ROLE_ITEMS, patch_fields },
	{ "patchesJson6902", ROLE_ITEMS, patch_fields },
	{ "replacements", ROLE_ITEMS, replacement_fields },
	{ "openapi", ROLE_ITEMS, openapi_fields },
	{ "configMapGenerator", ROLE_ITEMS, generator_fields },
	{ "secretGenerator", ROLE_ITEMS, generator_fields },
	{ NULL, ROLE_NONE, NULL },
};

/* The row of a key; NULL: it is not one that is passed on. Kustomize ignores the case of keys. */
static const struct recipe_field *find_field(const struct recipe_field *table, struct slice key)
{
	while (table->key && !slice_is(key, table->key))
		table++;
	return table->key ? table : NULL;
}

/* Adds the references of the fields of a map without lists of items. */
static bool add_item(struct recipe_work *w, struct slice directory, const struct yaml_node *item,
		     const struct recipe_field *table)
{
	for (const struct yaml_node *c = item->first; c; c = c->next) {
		const struct recipe_field *f =
			item->kind == YAML_MAP ? find_field(table, c->key->text) : NULL;

		if (!f)
			return stop_recipe(w, c,
					   "a field could make the program read something "
					   "else");
		if (f->role != ROLE_NONE &&
		    !add_references(w, directory, c, f->role == ROLE_KEYED_PATHS))
			return false;
	}
	return true;
}

/* Adds the references of a field. */
static bool add_field(struct recipe_work *w, struct slice directory, const struct yaml_node *node)
{
	const struct recipe_field *f = find_field(fields, node->key->text);

	if (!f)
		return stop_recipe(w, node, "a field could make the program read something else");
	switch (f->role) {
	case ROLE_NONE:
		return true;
	case ROLE_PATHS:
	case ROLE_KEYED_PATHS:
		return value_is_null(node) || add_references(w, directory, node, false);
	case ROLE_MERGE_PATCHES:
		return add_merge_patches(w, directory, node);
	case ROLE_ITEMS:
		break;
	}
	if (node->kind != YAML_SEQ)
		return add_item(w, directory, node, f->of);
	for (const struct yaml_node *c = node->first; c; c = c->next)
		if (!add_item(w, directory, c, f->of))
			return false;
	return true;
}

/* --- kustomizations ------------------------------------------------------- */

/* The document of a kustomization; NULL: it is none that is passed on. */
static const struct yaml_node *find_root(const struct recipe_work *w, size_t k)
{
	const struct kustomization *item = &w->graph->items[k];
	const struct yaml_file *edited =
		w->in->edited ? w->in->edited(item->path, w->in->ctx) : NULL;
	const struct yaml_node *root = edited ? yaml_root(edited, 0) : item->root;

	return root && root->kind == YAML_MAP && root->file && yaml_documents(root->file) == 1 &&
			       value_is_clear(root) ?
		       root :
		       NULL;
}

/* Adds the files that a directory may have as its kustomization: with two of them it fails. */
static bool add_names(struct recipe_work *w, struct slice directory)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
					     "Kustomization" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct recipe_file file = {
			.path = path_join(directory, slice_of(names[i]), w->arena), .optional = true
		};

		if (!add_file(w, NULL, &file))
			return false;
	}
	return true;
}

/*
 * Adds a kustomization with all that it references. `changed`: what its engine makes of its
 * document; NULL: it is as it is.
 */
static bool add_kustomization(struct recipe_work *w, size_t k, const struct yaml_node *changed)
{
	const struct kustomization *item = &w->graph->items[k];
	const struct yaml_node *root = find_root(w, k);
	struct recipe_file file = { .path = item->path };
	bool done = true;

	if (map_has(&w->known, item->path))
		return true;
	if (!root || ++w->depth > RECIPE_DEPTH) {
		w->recipe->at = (struct place){ item->path, 0, 0 };
		return stop_recipe(w, NULL,
				   root ? "its kustomizations are nested too deeply" :
					  "a kustomization cannot be read");
	}
	if (changed) {
		AUTO_STR struct str text = STR_INIT;

		value_write(&text, changed);
		file.text = arena_copy(w->arena, str_slice(&text));
		root = changed;
	}
	done = add_file(w, root, &file) && add_names(w, item->directory);
	for (const struct yaml_node *c = root->first; c && done; c = c->next)
		done = add_field(w, item->directory, c);
	w->depth--;
	return done;
}

/* --- what engines add ----------------------------------------------------- */

enum engine_field {
	ENGINE_IGNORED, /* it does not change objects of Istio or GKE */
	ENGINE_TEXT,    /* it takes the place of the kustomization's */
	ENGINE_LIST,    /* its items follow those of the kustomization */
	ENGINE_PAIRS,   /* its entries replace those of the kustomization */
	ENGINE_REFUSED  /* it works behind the build, or in another way */
};

/* A field of an engine's object, and that of the kustomization which it changes. */
struct engine_row {
	const char *key, *to;
	enum engine_field what;
};

/* Application.spec.source.kustomize (util/kustomize of Argo CD). */
static const struct engine_row argo_rows[] = {
	{ "namespace", "namespace", ENGINE_TEXT },
	{ "namePrefix", "namePrefix", ENGINE_TEXT },
	{ "nameSuffix", "nameSuffix", ENGINE_TEXT },
	{ "patches", "patches", ENGINE_LIST },
	{ "components", "components", ENGINE_LIST },
	{ "commonLabels", "commonLabels", ENGINE_PAIRS },
	{ "commonAnnotations", "commonAnnotations", ENGINE_PAIRS },
	{ "images", "", ENGINE_IGNORED },
	{ "replicas", "", ENGINE_IGNORED },
	{ "version", "", ENGINE_IGNORED },
	{ "forceCommonLabels", "", ENGINE_IGNORED },
	{ "forceCommonAnnotations", "", ENGINE_IGNORED },
	{ NULL, "", ENGINE_REFUSED },
};

/* Kustomization.spec of Flux (pkg/kustomize); what is not here does not concern the build. */
static const struct engine_row flux_rows[] = {
	{ "targetNamespace", "namespace", ENGINE_TEXT },
	{ "namePrefix", "namePrefix", ENGINE_TEXT },
	{ "nameSuffix", "nameSuffix", ENGINE_TEXT },
	{ "patches", "patches", ENGINE_LIST },
	{ "components", "components", ENGINE_LIST },
	{ "patchesStrategicMerge", "", ENGINE_REFUSED },
	{ "patchesJson6902", "", ENGINE_REFUSED },
	{ "ignoreMissingComponents", "", ENGINE_REFUSED },
	{ "commonMetadata", "", ENGINE_REFUSED },
	{ "postBuild", "", ENGINE_REFUSED },
	{ NULL, "", ENGINE_IGNORED },
};

/* The document of a kustomization after one field of its engine; NULL: there is no recipe. */
static const struct yaml_node *apply_row(const struct recipe_work *w, const struct yaml_node *root,
					 const struct engine_row *row,
					 const struct yaml_node *value)
{
	struct slice to = slice_of(row->to);
	const struct yaml_node *own = value_get(root, to);

	if (row->what == ENGINE_IGNORED || value_is_null(value) ||
	    (value->kind != YAML_SCALAR && !value->first && row->what != ENGINE_REFUSED))
		return root;
	if (row->what == ENGINE_TEXT && value->kind == YAML_SCALAR)
		return value->text.len ?
			       value_put(root, to, value_text(value, value->text, w->arena),
					 w->arena) :
			       root;
	if (row->what == ENGINE_LIST && value->kind == YAML_SEQ)
		return value_put(root, to,
				 own && own->kind == YAML_SEQ ? value_join(own, value, w->arena) :
								value,
				 w->arena);
	if (row->what == ENGINE_PAIRS && value->kind == YAML_MAP)
		return value_put(
			root, to,
			own && own->kind == YAML_MAP ? value_put_all(own, value, w->arena) : value,
			w->arena);
	(void)stop_recipe(w, value, "the engine does more than the program can be told");
	return NULL;
}

/*
 * The document of the source's kustomization as its engine changes it: the same node if it does
 * not. NULL: there is no recipe.
 */
static const struct yaml_node *apply_engine(const struct recipe_work *w, size_t k,
					    const struct environment_source *s)
{
	bool flux = s->tool == TOOL_FLUX;
	const struct yaml_node *of = flux ? s->node : yaml_get(s->node, "kustomize"),
			       *root = find_root(w, k);

	if (!root || (of && (of->kind != YAML_MAP || !value_is_clear(of)))) {
		(void)stop_recipe(w, root ? of : s->node, "a kustomization cannot be read");
		return NULL;
	}
	for (const struct yaml_node *c = of ? of->first : NULL; c && root; c = c->next) {
		const struct engine_row *row = flux ? flux_rows : argo_rows;

		while (row->key && !slice_is(c->key->text, row->key))
			row++;
		root = apply_row(w, root, row, c);
	}
	return root;
}

/* --- environments --------------------------------------------------------- */

/* Adds the run that builds the kustomization of a directory. */
static bool add_run(struct recipe_work *w, struct slice directory,
		    const struct environment_source *s)
{
	size_t k = kustomization_graph_in(w->graph, directory);
	const struct yaml_node *root = NULL;
	bool done;

	if (k == MAP_NONE)
		return stop_recipe(w, s ? s->node : NULL,
				   "there is no kustomization in its directory");
	if (s)
		root = apply_engine(w, k, s);
	if (s && !root)
		return false;
	w->run = &w->recipe->runs[w->recipe->n++];
	w->run->directory = directory;
	w->run->unrestricted = s && s->tool == TOOL_FLUX;
	w->known = (struct map)MAP_INIT;
	done = add_kustomization(w, k, root == find_root(w, k) ? NULL : root);
	map_release(&w->known);
	return done;
}

/* Adds the runs of a source. */
static bool add_source(struct recipe_work *w, const struct environment_source *s)
{
	const struct environment_index *x = w->in->index;
	bool built = kustomization_graph_in(w->graph, s->directory) != MAP_NONE;

	if (s->component)
		return true;
	if (s->foreign)
		return stop_recipe(w, s->node, "it also applies another repository");
	if (s->prefix)
		return stop_recipe(w, s->node, "its path is not known");
	switch (environment_source_tool(s, built,
					directories_have_chart(&x->directories, s->directory))) {
	case TOOL_DIRECTORY:
		w->recipe->plain = true;
		return true;
	case TOOL_KUSTOMIZE:
	case TOOL_FLUX:
		return add_run(w, s->directory, s);
	case TOOL_HELM:
		return stop_recipe(w, s->node, "it applies a Helm chart");
	default:
		return stop_recipe(w, s->node, "a plugin makes what it applies");
	}
}

struct build_recipe build_recipe_of(const struct recipe_inputs *in, const struct environment *e,
				    struct arena *arena)
{
	const struct environment_list *l = &in->index->environments;
	struct build_recipe out = { .at = e->at };
	struct recipe_work w = {
		.in = in, .graph = &in->index->kustomizations, .recipe = &out, .arena = arena
	};
	size_t n = 1;

	for (size_t i = 0; i < l->nsources; i++)
		n += l->sources[i].environment == e;
	out.runs = arena_array(arena, n, sizeof(*out.runs));
	if (e->kind == ENVIRONMENT_OVERLAY) {
		(void)add_run(&w, path_directory(e->at.path), NULL);
		return out;
	}
	for (size_t i = 0; i < l->nsources && !out.why; i++)
		if (l->sources[i].environment == e)
			(void)add_source(&w, &l->sources[i]);
	return out;
}

#include "gitops/kustomization.h"

bool kustomization_is(struct slice path)
{
	struct slice name = path_base(path);

	return slice_is(name, "kustomization.yaml") || slice_is(name, "kustomization.yml") ||
	       slice_is(name, "Kustomization");
}

/* An item of `resources` without "./" in front. */
static struct slice resource_path(const struct yaml_node *item)
{
	struct slice s = yaml_string(item);

	return slice_starts(s, SLICE("./")) ? slice_sub(s, 2, s.len) : s;
}

bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root,
				    struct slice path)
{
	struct slice directory = path_directory(kustomization),
		     relative = path_from(path, directory);
	const struct yaml_node *list = yaml_get(root, "resources");

	if (!relative.len)
		return false;
	if (slice_eq(directory, path_directory(path)))
		return true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq(path_directory(resource_path(c)), path_directory(relative)))
			return true;
	return false;
}

const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root,
					   struct slice path)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice relative = path_from(path, path_directory(kustomization));

	for (const struct yaml_node *c = list && relative.len ? list->first : NULL; c; c = c->next)
		if (slice_eq(resource_path(c), relative))
			return c;
	return NULL;
}

void kustomization_add(struct yaml_edits *e, struct slice kustomization,
		       const struct yaml_node *root, struct slice path, struct arena *arena)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice relative = path_from(path, path_directory(kustomization));
	struct yaml_lit *lit = arena_alloc(arena, 2 * sizeof(*lit));

	if (kustomization_item(kustomization, root, path))
		return;
	lit[0] = (struct yaml_lit){ .kind = LIT_STRING, .text = relative };
	lit[1] = (struct yaml_lit){
		.key = SLICE("resources"), .kind = LIT_SEQ, .items = lit, .n = 1
	};
	if (!list && root && root->kind == YAML_MAP)
		yaml_put(e, root, NULL, YAML_AFTER, &lit[1]);
	else if (list)
		yaml_add(e, list, NULL, YAML_AFTER, lit);
}

void kustomization_remove(struct yaml_edits *e, struct slice kustomization,
			  const struct yaml_node *root, struct slice path)
{
	const struct yaml_node *item = kustomization_item(kustomization, root, path);

	if (item)
		yaml_delete(e, item);
}

/*
 * A field of a kustomization that references files or directories, or whose items do so in their
 * field `part`.
 */
struct reference_field {
	const char *key, *part;
};

static const struct reference_field reference_fields[] = {
	{ "resources", NULL },
	{ "components", NULL },
	{ "bases", NULL },
	{ "crds", NULL },
	{ "configurations", NULL },
	{ "generators", NULL },
	{ "transformers", NULL },
	{ "validators", NULL },
	{ "patchesStrategicMerge", NULL },
	{ "patches", "path" },
	{ "patchesJson6902", "path" },
	{ "replacements", "path" },
	{ "openapi", "path" },
	{ "helmCharts", "valuesFile" },
	{ "helmCharts", "additionalValuesFiles" },
	{ "configMapGenerator", "files" },
	{ "configMapGenerator", "envs" },
	{ "configMapGenerator", "env" },
	{ "secretGenerator", "files" },
	{ "secretGenerator", "envs" },
	{ "secretGenerator", "env" },
};

/* Visits a text, or each one of a list. With `keys`, a key may precede a file: "key=file". */
static void visit_texts(const struct yaml_node *node, bool keys, kustomization_reference_fn *each,
			void *ctx)
{
	const struct yaml_node *c = node && node->kind == YAML_SEQ ? node->first : node;

	for (; c; c = c == node ? NULL : c->next) {
		struct slice text = yaml_string(c);
		size_t equals = keys ? slice_find_byte(text, '=') : SIZE_MAX;

		if (text.len)
			each(equals == SIZE_MAX ? text : slice_sub(text, equals + 1, text.len), c,
			     ctx);
	}
}

void kustomization_each(const struct yaml_node *root, kustomization_reference_fn *each, void *ctx)
{
	for (size_t i = 0; i < sizeof(reference_fields) / sizeof(reference_fields[0]); i++) {
		const struct reference_field *f = &reference_fields[i];
		const struct yaml_node *list = yaml_get(root, f->key), *c;

		if (!f->part) {
			visit_texts(list, false, each, ctx);
			continue;
		}
		for (c = list && list->kind == YAML_SEQ ? list->first : list; c;
		     c = c == list ? NULL : c->next)
			visit_texts(yaml_get(c, f->part), slice_is(slice_of(f->part), "files"),
				    each, ctx);
	}
}

bool kustomization_is_remote(struct slice item)
{
	static const char *const signs[] = { "://", "?ref=", "::", "git@", ".git/" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (slice_find(item, slice_of(signs[i])) != SIZE_MAX)
			return true;
	return slice_starts(item, SLICE("gh:")) || slice_starts(item, SLICE("github.com")) ||
	       slice_ends(item, SLICE(".git"));
}

bool kustomization_is_component(const struct yaml_node *root)
{
	return slice_is(yaml_string(yaml_get(root, "kind")), "Component");
}

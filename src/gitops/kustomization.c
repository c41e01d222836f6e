#include "gitops/kustomization.h"

bool kustomization_is(struct slice path)
{
	struct slice name = path_base(path);

	return slice_is(name, "kustomization.yaml") || slice_is(name, "kustomization.yml") ||
	       slice_is(name, "Kustomization");
}

/* An entry of `resources` without a leading "./". */
static struct slice resource(const struct yaml_node *item)
{
	struct slice s = yaml_string(item);

	return slice_starts(s, SLICE("./")) ? slice_sub(s, 2, s.len) : s;
}

bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root,
				    struct slice path)
{
	struct slice folder = path_folder(kustomization), mine = path_from(path, folder);
	const struct yaml_node *list = yaml_get(root, "resources");

	if (!mine.len)
		return false;
	if (slice_eq(folder, path_folder(path)))
		return true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq(path_folder(resource(c)), path_folder(mine)))
			return true;
	return false;
}

const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root,
					   struct slice path)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice mine = path_from(path, path_folder(kustomization));

	for (const struct yaml_node *c = list && mine.len ? list->first : NULL; c; c = c->next)
		if (slice_eq(resource(c), mine))
			return c;
	return NULL;
}

void kustomization_add(struct yaml_edits *e, struct slice kustomization,
		       const struct yaml_node *root, struct slice path, struct arena *arena)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice mine = path_from(path, path_folder(kustomization));
	struct yaml_lit *lit = arena_alloc(arena, 2 * sizeof(*lit));

	if (kustomization_item(kustomization, root, path))
		return;
	lit[0] = (struct yaml_lit){ .kind = LIT_STRING, .text = mine };
	lit[1] = (struct yaml_lit){
		.key = SLICE("resources"), .kind = LIT_SEQ, .items = lit, .n = 1
	};
	if (!list && root && root->kind == YAML_MAP)
		yaml_put(e, root, NULL, YAML_AFTER, &lit[1]);
	else if (list)
		yaml_add(e, list, NULL, YAML_AFTER, lit);
}

/*
 * A field of a kustomization that names files or folders: in itself, or in the field `part` of its
 * items.
 */
struct listing {
	const char *key, *part;
};

static const struct listing listings[] = {
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

/* One text, or each of a list. A generator's file may have a key in front: "key=file". */
static void each_text(const struct yaml_node *node, bool keys,
		      void (*each)(struct slice reference, void *ctx), void *ctx)
{
	const struct yaml_node *c = node && node->kind == YAML_SEQ ? node->first : node;

	for (; c; c = c == node ? NULL : c->next) {
		struct slice text = yaml_string(c);
		size_t equals = keys ? slice_find_byte(text, '=') : SIZE_MAX;

		if (text.len)
			each(equals == SIZE_MAX ? text : slice_sub(text, equals + 1, text.len),
			     ctx);
	}
}

void kustomization_each(const struct yaml_node *root,
			void (*each)(struct slice reference, void *ctx), void *ctx)
{
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++) {
		const struct listing *l = &listings[i];
		const struct yaml_node *list = yaml_get(root, l->key), *c;

		if (!l->part) {
			each_text(list, false, each, ctx);
			continue;
		}
		for (c = list && list->kind == YAML_SEQ ? list->first : list; c;
		     c = c == list ? NULL : c->next)
			each_text(yaml_get(c, l->part), slice_is(slice_of(l->part), "files"), each,
				  ctx);
	}
}

bool kustomization_is_component(const struct yaml_node *root)
{
	return slice_is(yaml_string(yaml_get(root, "kind")), "Component");
}

#include "gitops/kustomization.h"

struct slice path_folder(struct slice path)
{
	size_t end = path.len;

	while (end && path.ptr[end - 1] != '/')
		end--;
	return slice_sub(path, 0, end ? end - 1 : 0);
}

/* The last part of a path. */
static struct slice base_name(struct slice path)
{
	struct slice folder = path_folder(path);

	return folder.len ? slice_sub(path, folder.len + 1, path.len) : path;
}

bool kustomization_is(struct slice path)
{
	struct slice name = base_name(path);

	return slice_is(name, "kustomization.yaml") || slice_is(name, "kustomization.yml") || slice_is(name, "Kustomization");
}

/* `path` as seen from `folder`, which is above it; absent when it is not. */
static struct slice relative_to(struct slice path, struct slice folder)
{
	if (!folder.len)
		return path;
	if (path.len > folder.len + 1 && slice_starts(path, folder) && path.ptr[folder.len] == '/')
		return slice_sub(path, folder.len + 1, path.len);
	return (struct slice){ 0 };
}

/* An entry of `resources` without a leading "./". */
static struct slice resource(const struct yaml_node *item)
{
	struct slice s = yaml_string(item);

	return slice_starts(s, SLICE("./")) ? slice_sub(s, 2, s.len) : s;
}

bool kustomization_lists_neighbours(struct slice kustomization, const struct yaml_node *root, struct slice path)
{
	struct slice folder = path_folder(kustomization), mine = relative_to(path, folder);
	const struct yaml_node *list = yaml_get(root, "resources");

	if (!mine.ptr)
		return false;
	if (slice_eq(folder, path_folder(path)))
		return true;
	for (const struct yaml_node *c = list ? list->first : NULL; c; c = c->next)
		if (slice_eq(path_folder(resource(c)), path_folder(mine)))
			return true;
	return false;
}

const struct yaml_node *kustomization_item(struct slice kustomization, const struct yaml_node *root, struct slice path)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice mine = relative_to(path, path_folder(kustomization));

	for (const struct yaml_node *c = list && mine.ptr ? list->first : NULL; c; c = c->next)
		if (slice_eq(resource(c), mine))
			return c;
	return NULL;
}

void kustomization_add(struct yaml_edits *e, struct slice kustomization, const struct yaml_node *root, struct slice path,
		       struct arena *arena)
{
	const struct yaml_node *list = yaml_get(root, "resources");
	struct slice mine = relative_to(path, path_folder(kustomization));
	struct yaml_lit *lit = arena_alloc(arena, 2 * sizeof(*lit));

	if (kustomization_item(kustomization, root, path))
		return;
	lit[0] = (struct yaml_lit){ .kind = LIT_STRING, .text = mine };
	lit[1] = (struct yaml_lit){ .key = SLICE("resources"), .kind = LIT_SEQ, .items = lit, .n = 1 };
	if (!list && root && root->kind == YAML_MAP)
		yaml_put(e, root, NULL, YAML_AFTER, &lit[1], "the new file");
	else if (list)
		yaml_add(e, list, NULL, YAML_AFTER, lit, "the new file");
}

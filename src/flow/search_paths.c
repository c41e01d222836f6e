#include "flow/search_paths.h"

#include "gitops/kustomization.h"

/* Adds a folder or file, and those on the way to it. */
static void add(struct bounds *b, struct slice path)
{
	map_set(&b->within, path, 0);
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/')
			map_set(&b->ways, slice_sub(path, 0, i), 0);
}

/* The whole tree? */
static bool is_root(struct slice path)
{
	return !path.len || slice_is(path, ".");
}

void bounds_make(struct bounds *out, const struct migration *const *migrations, size_t n)
{
	bool all = n == 0;

	*out = (struct bounds){ MAP_INIT, MAP_INIT };
	for (size_t i = 0; i < n && !all; i++) {
		const struct slices *folders = &migrations[i]->f.spec.manifests.search;

		all = !folders->n || is_root(migrations[i]->f.spec.manifests.path);
		for (size_t j = 0; j < folders->n && !all; j++) {
			all = is_root(folders->items[j]);
			add(out, folders->items[j]);
		}
		add(out, migrations[i]->f.spec.manifests.path);
	}
	if (all)
		bounds_release(out);
}

void bounds_release(struct bounds *b)
{
	map_release(&b->within);
	map_release(&b->ways);
}

/* Is the path one of them, or in one? */
static bool is_within(const struct bounds *b, struct slice path)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' && map_get(&b->within, slice_sub(path, 0, i)) != MAP_NONE)
			return true;
	return map_get(&b->within, path) != MAP_NONE;
}

bool bounds_have_folder(const struct bounds *b, struct slice path)
{
	return !b->within.n || map_get(&b->ways, path) != MAP_NONE || is_within(b, path);
}

bool bounds_have_file(const struct bounds *b, struct slice path)
{
	return !b->within.n || kustomization_is(path) || is_within(b, path);
}

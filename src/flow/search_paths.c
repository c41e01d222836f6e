#include "flow/search_paths.h"

#include "gitops/kustomization.h"

/* Adds a directory or file, and the directories above it. */
static void add_path(struct search_paths *p, struct slice path)
{
	map_add(&p->within, path);
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/')
			map_add(&p->parents, slice_sub(path, 0, i));
}

/* Is it the whole tree? */
static bool is_root(struct slice path)
{
	return !path.len || slice_is(path, ".");
}

void search_paths_make(struct search_paths *out, const struct migration *const *migrations,
		       size_t n, struct slice own)
{
	bool all = n == 0;

	*out = (struct search_paths){ MAP_INIT, MAP_INIT };
	for (size_t i = 0; i < n && !all; i++) {
		const struct slices *paths = &migrations[i]->f.spec.manifests.search;

		all = !paths->n || is_root(migrations[i]->f.spec.manifests.path);
		for (size_t j = 0; j < paths->n && !all; j++) {
			all = is_root(paths->items[j]);
			add_path(out, paths->items[j]);
		}
		add_path(out, migrations[i]->f.spec.manifests.path);
	}
	add_path(out, own);
	if (all)
		search_paths_release(out);
}

void search_paths_release(struct search_paths *p)
{
	map_release(&p->within);
	map_release(&p->parents);
}

/* Is the path one of them, or in one? */
static bool is_within(const struct search_paths *p, struct slice path)
{
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' && map_has(&p->within, slice_sub(path, 0, i)))
			return true;
	return map_has(&p->within, path);
}

bool search_paths_have_directory(const struct search_paths *p, struct slice path)
{
	return !p->within.n || map_has(&p->parents, path) || is_within(p, path);
}

bool search_paths_have_file(const struct search_paths *p, struct slice path)
{
	return !p->within.n || kustomization_is(path) || is_within(p, path);
}

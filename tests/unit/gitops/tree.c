#include "tests/unit/gitops/tree.h"

#include "base/alloc.h"
#include "gitops/kustomization.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct tree *tree_new(const struct repository_id *repository, const struct tree_entry *entries)
{
	struct tree *t = xzalloc(sizeof(*t));

	t->arena = arena_new();
	t->index = environment_index_new(repository);
	for (; entries->path; entries++) {
		struct slice path = slice_of(entries->path);
		struct err err = ERR_INIT;
		int failed;

		environment_index_path(t->index, path);
		if (chart_is(path))
			environment_index_chart(t->index, path);
		if (!entries->text)
			continue;
		cr_assert_lt(t->n, sizeof(t->files) / sizeof(t->files[0]));
		failed = yaml_parse_loose(&t->files[t->n], path, slice_of(entries->text), &err);
		if (failed && kustomization_is(path)) {
			environment_index_kustomization(t->index, path, NULL);
			continue;
		}
		cr_assert(!failed, "%s: %s", entries->path, err.reason);
		t->objects[t->n] = objects_of(t->files[t->n], t->arena);
		if (kustomization_is(path))
			environment_index_kustomization(t->index, path,
							yaml_root(t->files[t->n], 0));
		if (environment_index_wants(slice_of(entries->text)))
			environment_index_add(t->index, path, &t->objects[t->n]);
		t->n++;
	}
	environment_index_finish(t->index);
	return t;
}

void tree_free(struct tree *t)
{
	environment_index_free(t->index);
	for (size_t i = 0; i < t->n; i++)
		yaml_file_free(t->files[i]);
	arena_free(t->arena);
	free(t);
}

const char *tree_ask(const struct tree *t, const char *path)
{
	struct environment_uses a = environment_uses_of(t->index, slice_of(path), t->arena);
	AUTO_STR struct str text = STR_INIT;

	for (size_t i = 0; i < a.n; i++) {
		const struct environment *e = a.items[i].environment;

		str_addf(&text, "%s%" SLICE_FMT "[", i ? " " : "", SLICE_ARG(e->name));
		for (unsigned bit = 0; bit < 4; bit++)
			if (a.items[i].source_types & 1u << bit)
				str_addc(&text, "kdc?"[bit]);
		str_addf(&text, "]%s%s%s", environment_use_is_many(&a.items[i]) ? "*" : "",
			 e->other_revision ? "!" : "", e->unsure ? "~" : "");
	}
	return arena_copy(t->arena, str_slice(&text)).len ?
		       arena_copy(t->arena, str_slice(&text)).ptr :
		       "";
}

const struct environment *tree_environment(const struct tree *t, const char *path, const char *name)
{
	struct environment_uses a = environment_uses_of(t->index, slice_of(path), t->arena);

	for (size_t i = 0; i < a.n; i++)
		if (slice_is(a.items[i].environment->name, name))
			return a.items[i].environment;
	cr_assert_fail("%s is not applied by %s", path, name);
	return NULL;
}

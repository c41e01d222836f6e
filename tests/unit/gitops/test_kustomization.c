#include "gitops/kustomization.h"

#include <criterion/criterion.h>

/* The kustomization with one more file, or NULL when the edit is refused. */
static const char *with(const char *text, const char *kustomization, const char *path,
			struct str *out)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct err err = ERR_INIT;
	struct yaml_file *file;
	struct yaml_edits *e;
	int failed;

	cr_assert_eq(yaml_parse(&file, slice_of(kustomization), slice_of(text), &err), 0);
	e = yaml_edits_new(file, arena);
	kustomization_add(e, slice_of(kustomization), yaml_root(file, 0), slice_of(path), arena);
	failed = yaml_apply(e, out, &err);
	yaml_file_free(file);
	return failed ? NULL : out->ptr;
}

Test(kustomization, lists_a_new_file)
{
	static const struct {
		const char *before, *path, *after;
	} rows[] = {
		{ "resources:\n- a.yaml # first\n", "apps/b.yaml",
		  "resources:\n- a.yaml # first\n- b.yaml\n" },
		{ "resources:\n  - a.yaml\nnamespace: x\n", "apps/b.yaml",
		  "resources:\n  - a.yaml\n  - b.yaml\nnamespace: x\n" },
		{ "resources: [a.yaml]\n", "apps/b.yaml", "resources: [a.yaml, b.yaml]\n" },
		{ "resources:\n- ./b.yaml\n", "apps/b.yaml", "resources:\n- ./b.yaml\n" },
		{ "resources:\n- web/a.yaml\n", "apps/web/b.yaml",
		  "resources:\n- web/a.yaml\n- web/b.yaml\n" },
		{ "namespace: x\n", "apps/b.yaml", "namespace: x\nresources:\n  - b.yaml\n" },
		{ "resources: []\n", "apps/b.yaml", "resources:\n  - b.yaml\n" },
		{ "resources: # none yet\nnamespace: x\n", "apps/b.yaml",
		  "resources: # none yet\n  - b.yaml\nnamespace: x\n" },
		{ "resources: a.yaml\n", "apps/b.yaml", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str out = STR_INIT;
		const char *after =
			with(rows[i].before, "apps/kustomization.yaml", rows[i].path, &out);

		cr_assert((after != NULL) == (rows[i].after != NULL), "row %zu", i);
		if (after)
			cr_assert_str_eq(after, rows[i].after, "row %zu", i);
	}
}

Test(kustomization, neighbours)
{
	struct err err = ERR_INIT;
	struct yaml_file *file;
	const struct yaml_node *root;

	cr_assert_eq(yaml_parse(&file, SLICE("k"), SLICE("resources:\n- web/a.yaml\n"), &err), 0);
	root = yaml_root(file, 0);
	cr_assert(kustomization_lists_neighbours(SLICE("apps/kustomization.yaml"), root,
						 SLICE("apps/new.yaml")));
	cr_assert(kustomization_lists_neighbours(SLICE("apps/kustomization.yaml"), root,
						 SLICE("apps/web/new.yaml")));
	cr_assert(!kustomization_lists_neighbours(SLICE("apps/kustomization.yaml"), root,
						  SLICE("apps/mail/new.yaml")));
	cr_assert(!kustomization_lists_neighbours(SLICE("apps/kustomization.yaml"), root,
						  SLICE("other/new.yaml")));
	cr_assert(kustomization_is(SLICE("a/Kustomization")) &&
		  !kustomization_is(SLICE("a/kustomize.yaml")));
	yaml_file_free(file);
}

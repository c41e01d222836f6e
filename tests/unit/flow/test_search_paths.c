#include "flow/search_paths.h"

#include <criterion/criterion.h>

/* A migration that searches its path and these dirs. */
static struct migration searching(const char *path, struct slice *dirs, size_t n)
{
	struct migration m = {
		.f = { .spec = { .manifests = { .path = slice_of(path), .search = { dirs, n } } } }
	};

	return m;
}

Test(search_paths, directories_and_their_parents)
{
	static const struct {
		const char *path;
		bool dir, file;
	} rows[] = {
		{ "apps", true, false },
		{ "apps/web", true, true },
		{ "apps/web/base", true, true },
		{ "apps/web/base/vs.yaml", true, true },
		{ "apps/webs", false, false },
		{ "apps/other/vs.yaml", false, false },
		{ "apps/kustomization.yaml", false, true },
		{ "kustomization.yaml", false, true },
		{ "mesh", true, true },
		{ "mesh/hosts.yaml", true, true },
		{ "mesh2", false, false },
		{ "a/b/one.yaml", true, true },
		{ "a/b/two.yaml", false, false },
		{ "a/b", true, false },
		{ "ops", true, false },
		{ "ops/migrations", true, true },
		{ "ops/migrations/web.yaml", true, true },
	};
	struct slice one[] = { SLICE_INIT("mesh") }, two[] = { SLICE_INIT("a/b/one.yaml") };
	struct migration first = searching("apps/web", one, 1),
			 second = searching("apps/web/base", two, 1);
	const struct migration *both[] = { &first, &second };
	struct search_paths p;

	search_paths_make(&p, both, 2, SLICE("ops/migrations"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(search_paths_have_directory(&p, slice_of(rows[i].path)), rows[i].dir,
			     "the directory %s", rows[i].path);
		cr_expect_eq(search_paths_have_file(&p, slice_of(rows[i].path)), rows[i].file,
			     "the file %s", rows[i].path);
	}
	search_paths_release(&p);
}

Test(search_paths, everything_if_one_specifies_none)
{
	struct slice dirs[] = { SLICE_INIT("mesh") }, root[] = { SLICE_INIT(".") };
	struct migration some = searching("apps/web", dirs, 1),
			 none = searching("apps/api", NULL, 0);
	struct migration whole = searching(".", dirs, 1), unset = searching(NULL, dirs, 1),
			 all = searching("apps", root, 1);
	const struct migration *const rows[][2] = { { &some, &none },
						    { &none, &some },
						    { &some, &whole },
						    { &some, &unset },
						    { &all, &some } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct search_paths p;

		search_paths_make(&p, rows[i], 2, SLICE("ops/migrations"));
		cr_expect(search_paths_have_directory(&p, SLICE("elsewhere")) &&
				  search_paths_have_file(&p, SLICE("elsewhere/x.yaml")),
			  "row %zu", i);
		search_paths_release(&p);
	}
}

#include "flow/search_paths.h"

#include <criterion/criterion.h>

/* A migration that searches its path and these folders. */
static struct migration searching(const char *path, struct slice *folders, size_t n)
{
	struct migration m = { .f = { .spec = { .manifests = { .path = slice_of(path),
							       .search = { folders, n } } } } };

	return m;
}

Test(bounds, folders_and_the_way_there)
{
	static const struct {
		const char *path;
		bool folder, file;
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
	};
	struct slice one[] = { SLICE_INIT("mesh") }, two[] = { SLICE_INIT("a/b/one.yaml") };
	struct migration first = searching("apps/web", one, 1),
			 second = searching("apps/web/base", two, 1);
	const struct migration *both[] = { &first, &second };
	struct bounds b;

	bounds_make(&b, both, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(bounds_have_folder(&b, slice_of(rows[i].path)), rows[i].folder,
			     "the folder %s", rows[i].path);
		cr_expect_eq(bounds_have_file(&b, slice_of(rows[i].path)), rows[i].file,
			     "the file %s", rows[i].path);
	}
	bounds_release(&b);
}

Test(bounds, everything_when_one_says_nothing)
{
	struct slice folders[] = { SLICE_INIT("mesh") }, root[] = { SLICE_INIT(".") };
	struct migration some = searching("apps/web", folders, 1),
			 none = searching("apps/api", NULL, 0);
	struct migration whole = searching(".", folders, 1), unsaid = searching(NULL, folders, 1),
			 all = searching("apps", root, 1);
	const struct migration *const rows[][2] = { { &some, &none },
						    { &none, &some },
						    { &some, &whole },
						    { &some, &unsaid },
						    { &all, &some } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bounds b;

		bounds_make(&b, rows[i], 2);
		cr_expect(bounds_have_folder(&b, SLICE("elsewhere")) &&
				  bounds_have_file(&b, SLICE("elsewhere/x.yaml")),
			  "row %zu", i);
		bounds_release(&b);
	}
}

#include "gitops/repository_id.h"

#include <criterion/criterion.h>

Test(repository_id, urls)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "https://git.example.com/shop/gitops", "git@git.example.com:shop/gitops.git",
		  true },
		{ "https://git.example.com/shop/gitops/", "ssh://mirror.example.org/Shop/GitOps",
		  true },
		{ "https://git.example.com/shop/gitops", "https://git.example.com/shop/web",
		  false },
		{ "https://git.example.com/shop/gitops", "https://git.example.com/web/gitops",
		  false },
		{ "https://dev.azure.com/shop/_git/gitops",
		  "git@ssh.dev.azure.com:v3/x/shop/gitops", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(repository_url_same(slice_of(rows[i].a), slice_of(rows[i].b)),
			     rows[i].same, "row %zu", i);
}

Test(repository_id, revisions)
{
	const struct repository_id main = { { NULL, 0 }, SLICE("main") }, unknown = { { NULL, 0 } };

	cr_expect(repository_id_follows(&main, SLICE("main")));
	cr_expect(repository_id_follows(&main, SLICE("refs/heads/main")));
	cr_expect(repository_id_follows(&main, SLICE("HEAD")));
	cr_expect(repository_id_follows(&main, SLICE("")));
	cr_expect(repository_id_follows(&main, SLICE("{{branch}}")));
	cr_expect(!repository_id_follows(&main, SLICE("v1")));
	cr_expect(repository_id_follows(&unknown, SLICE("v1")));
}

Test(repository_id, references)
{
	static const struct {
		const char *reference, *path; /* NULL: none in this repository */
	} rows[] = {
		{ "../base", "apps/base" },
		{ "../../..", NULL },
		{ "kind: x\nname: y\n", NULL },
		{ "https://git.example.com/shop/gitops//base", "base" },
		{ "https://git.example.com/shop/gitops.git//base/web?ref=main", "base/web" },
		{ "https://git.example.com/shop/gitops//base?ref=v1", NULL },
		{ "git@git.example.com:shop/gitops//base", "base" },
	};
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice url = SLICE("git@git.example.com:shop/gitops.git");
	const struct repository_id r = { { &url, 1 }, SLICE("main") };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice path = repository_id_resolve(&r, SLICE("apps/web"),
							  slice_of(rows[i].reference), arena);

		cr_expect_eq(path.ptr != NULL, rows[i].path != NULL, "row %zu", i);
		cr_expect(!rows[i].path || slice_is(path, rows[i].path), "row %zu: %" SLICE_FMT, i,
			  SLICE_ARG(path));
	}
}

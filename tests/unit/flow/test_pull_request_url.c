#include "flow/pull_request_url.h"

#include <criterion/criterion.h>

Test(pull_request_url, knows_forges_by_their_hosts)
{
	static const struct {
		const char *remote, *url; /* NULL: not known */
	} rows[] = {
		{ "https://github.com/o/r.git",
		  "https://github.com/o/r/compare/main...a/b?expand=1" },
		{ "git@github.example.com:o/r.git",
		  "https://github.example.com/o/r/compare/main...a/b?expand=1" },
		{ "ssh://git@codeberg.org:22/o/r/", "https://codeberg.org/o/r/compare/main...a/b" },
		{ "https://gitlab.com/g/s/r", "https://gitlab.com/g/s/r/-/merge_requests/"
					      "new?merge_request%5Bsource_branch%5D=a/"
					      "b&merge_request%5Btarget_branch%5D=main" },
		{ "https://bitbucket.org/o/r.git",
		  "https://bitbucket.org/o/r/pull-requests/new?source=a/b&dest=main" },
		{ "https://dev.azure.com/o/p/_git/r",
		  "https://dev.azure.com/o/p/_git/r/pullrequestcreate?sourceRef=a/"
		  "b&targetRef=main" },
		{ "https://git.example.com/o/r.git", NULL },
		{ "/srv/github/r.git", NULL },
		{ "../github.git", NULL },
		{ "file:///srv/github/r.git", NULL },
	};
	AUTO_ARENA struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct remote remote = { .name = SLICE("origin"),
					       .url = slice_of(rows[i].remote) };
		struct slice url = pull_request_url(&remote, SLICE("main"), SLICE("a/b"), arena);

		if (rows[i].url)
			cr_expect(slice_is(url, rows[i].url), "%s: %.*s", rows[i].remote,
				  SLICE_ARG(url));
		else
			cr_expect_null(url.ptr, "%s", rows[i].remote);
	}
}

Test(pull_request_url, escapes_branches)
{
	const struct remote remote = { .name = SLICE("origin"),
				       .url = SLICE("https://gitea.example.com/o/r") };
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice url = pull_request_url(&remote, SLICE("a&b"), SLICE("c d#e"), arena);

	cr_expect(slice_is(url, "https://gitea.example.com/o/r/compare/a%26b...c%20d%23e"), "%.*s",
		  SLICE_ARG(url));
}

Test(pull_request_url, needs_a_remote)
{
	const struct remote none = { .url = SLICE("https://github.com/o/r") };
	AUTO_ARENA struct arena *arena = arena_new();

	cr_expect_null(pull_request_url(&none, SLICE("main"), SLICE("a"), arena).ptr);
}

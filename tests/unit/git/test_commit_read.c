/*
 * What a commit records.
 */
#include "git/commit_read.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(commit_read, .init = scratch_enter, .fini = scratch_leave);

Test(commit_read, info)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct commit_info info;
	struct oid first, second, tree;
	char hex[41];

	new_repo();
	put("README.md", "read me\n");
	commit_all("first");
	first = oid_at("HEAD");
	cr_assert_eq(setenv("GIT_COMMITTER_DATE", "@1234567890 +0100", 1), 0);
	put("README.md", "more\n");
	git("commit", "-q", "-a", "-m", "second\n\nwith a body\n", NULL);
	second = oid_at("HEAD");
	tree = oid_at("HEAD^{tree}");
	r = open_here();
	cr_assert_eq(commit_read_info(r, &second, arena, &info, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&info.id, &second) && oid_eq(&info.parent, &first) &&
		  oid_eq(&info.tree, &tree));
	cr_expect(slice_is(info.author, "A U Thor") && slice_is(info.email, "author@example.com"));
	cr_expect(slice_is(info.summary, "second") &&
		  slice_is(info.message, "second\n\nwith a body\n"));
	cr_expect_eq(info.time, 1234567890);
	cr_assert_eq(commit_read_info(r, &first, arena, &info, &err), 0);
	oid_text(&info.parent, hex);
	cr_expect_str_eq(hex, "0000000000000000000000000000000000000000");
	cr_expect_eq(commit_read_info(r, &tree, arena, &info, &err), -1);
	expect_err(err, git, "");
}

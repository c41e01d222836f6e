/*
 * Differences as patches: git apply takes them.
 */
#include "git/diff.h"

#include "base/alloc.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(diff, .init = scratch_enter, .fini = scratch_leave);

/* The patch of a change, applied by git to the file as it was, gives the file as it is to be. */
static void expect_patch(const char *path, const char *before, const char *after,
			 size_t lines_added, size_t lines_removed)
{
	const struct change c = { slice_of(path), slice_of(before), slice_of(after), 0100644 };
	AUTO_STR struct str patch = STR_INIT;
	struct err err = ERR_INIT;
	size_t added = 99, removed = 99;

	if (before)
		put(path, before);
	cr_assert_eq(diff_bytes(&c, &patch, &added, &removed, &err), 0, "%s", err.reason);
	cr_expect_eq(added, lines_added, "%s: %zu", path, added);
	cr_expect_eq(removed, lines_removed, "%s: %zu", path, removed);
	put("patch", patch.ptr);
	git("apply", "patch", NULL);
	if (after)
		expect_file(path, after);
}

Test(diff, is_a_patch_that_git_applies)
{
	expect_patch("changed.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
		     "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n", 2, 1);
	expect_patch("d/new.yaml", NULL, "1\n2\n", 2, 0);
	expect_patch("gone.yaml", "1\n2\n", NULL, 0, 2);
	expect_patch("no-line-end", "1\n2", "1\n3", 1, 1);
	expect_patch("gets-a-line-end", "1\n2", "1\n2\n", 1, 1);
	expect_patch("crlf", "1\r\n2\r\n", "1\r\n3\r\n", 1, 1);
	expect_patch("emptied", "1\n", "", 0, 1);
}

Test(diff, counts_without_a_patch)
{
	const struct change c = { SLICE("a"), SLICE("1\n2\n"), SLICE("2\n3\n4\n"), 0100644 };
	struct err err = ERR_INIT;
	size_t added, removed;

	cr_assert_eq(diff_bytes(&c, NULL, &added, &removed, &err), 0);
	cr_expect_eq(added, 2);
	cr_expect_eq(removed, 1);
}

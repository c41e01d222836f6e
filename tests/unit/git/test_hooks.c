/*
 * Hooks that a commit would run.
 */
#include "git/hooks.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(hooks, .init = scratch_enter, .fini = scratch_leave);

/* A hook that may be executed, or not. */
static void hook(const char *path, bool runs)
{
	put(path, "#!/bin/sh\n");
	cr_assert_eq(chmod(path, runs ? 0755 : 0644), 0);
}

/* The names, with blanks between. */
static void expect_hooks(const char *expected)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = open_here();
	AUTO_STR struct str text = STR_INIT;
	struct slices names = hooks_of_commits(r, arena);

	for (size_t i = 0; i < names.n; i++)
		str_addf(&text, "%s%" SLICE_FMT, i ? " " : "", SLICE_ARG(names.items[i]));
	cr_expect_str_eq(text.ptr ? text.ptr : "", expected);
}

Test(hooks, those_that_are_there)
{
	new_repo();
	expect_hooks("");
	hook(".git/hooks/commit-msg", true);
	hook(".git/hooks/pre-commit", false);
	hook(".git/hooks/pre-push", true); /* git push runs it */
	hook(".git/hooks/post-commit.sample", true);
	expect_hooks("commit-msg");
	hook(".git/hooks/pre-commit", true);
	expect_hooks("pre-commit commit-msg");
}

Test(hooks, in_a_directory_of_their_own)
{
	new_repo();
	hook(".husky/pre-commit", true);
	hook(".git/hooks/commit-msg", true);
	git("config", "core.hooksPath", ".husky", NULL);
	expect_hooks("pre-commit");
	git("config", "core.hooksPath", "~/.husky", NULL);
	expect_hooks("pre-commit");
	git("config", "core.hooksPath", "/no/such/directory", NULL);
	expect_hooks("");
}

Test(hooks, of_a_linked_worktree)
{
	new_repo();
	put("a", "a\n");
	commit_all("first");
	hook(".git/hooks/commit-msg", true);
	git("worktree", "add", "-q", "linked", "-b", "other", NULL);
	cr_assert_eq(chdir("linked"), 0);
	expect_hooks("commit-msg");
}

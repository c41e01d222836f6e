/*
 * Which working tree has the branch: a branch must not move behind the back of one, whatever state
 * that one is in.
 */
#include "git/worktree.h"

#include "base/alloc.h"
#include "base/file.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(checked_out, .init = scratch_enter, .fini = scratch_leave);

/* A commit on main, two of its own on side. */
static void two_branches(void)
{
	new_repo();
	put("a", "1\n");
	commit_all("first");
	git("checkout", "-q", "-b", "side", NULL);
	put("a", "side\n");
	commit_all("side 1");
	put("b", "side\n");
	commit_all("side 2");
	git("checkout", "-q", "main", NULL);
	put("a", "main\n");
	commit_all("second");
}

/* Prepares a new file on the branch: 1: this working tree follows, 0: none does, -1: refused. */
static int prepare(const char *branch, struct err *err)
{
	const struct change c = { SLICE("new"), { NULL, 0 }, SLICE("n\n"), 0100644 };
	AUTO_REPO struct repo *r = open_here();
	struct worktree_plan *plan = NULL;
	int failed = worktree_prepare(r, branch, CHANGES(&c, 1), &plan, err),
	    follows = plan != NULL;

	worktree_free(plan);
	return failed ? -1 : follows;
}

/* Which one follows. */
static void expect_follows(const char *branch, int follows)
{
	struct err err = ERR_INIT;

	cr_expect_eq(prepare(branch, &err), follows, "'%s': %s", branch, err.reason);
}

/* It is refused. */
#define expect_refused(branch, name, part)                                                         \
	do {                                                                                       \
		struct err err_ = ERR_INIT;                                                        \
		cr_expect_eq(prepare((branch), &err_), -1);                                        \
		expect_err(err_, name, part);                                                      \
	} while (0)

Test(checked_out, a_rebase_is_going_on)
{
	two_branches();
	git("checkout", "-q", "side", NULL);
	cr_assert_neq(git_code("rebase", "main", NULL), 0);
	expect_refused("side", checked_out, "git rebase --continue");
	expect_follows("main", 0);
	git("rebase", "--abort", NULL);
	expect_follows("side", 1);
	cr_assert_neq(git_code("rebase", "--apply", "main", NULL), 0);
	expect_refused("side", checked_out, "'side' is being rebased");
	git("rebase", "--abort", NULL);
	expect_follows("side", 1);
	expect_follows("main", 0);
}

Test(checked_out, a_rebase_in_another_worktree)
{
	two_branches();
	git("worktree", "add", "-q", "linked", "side", NULL);
	expect_refused("side", checked_out, "git worktree list");
	cr_assert_neq(git_code("-C", "linked", "rebase", "main", NULL), 0);
	expect_refused("side", checked_out, "being rebased");
	git("-C", "linked", "rebase", "--abort", NULL);
	git("-C", "linked", "checkout", "-q", "--detach", NULL);
	expect_follows("side", 0);
	git("checkout", "-q", "side", NULL);
	cr_assert_neq(git_code("rebase", "main", NULL), 0);
	cr_assert_eq(chdir("linked"), 0);
	expect_refused("side", checked_out, "being rebased");
}

Test(checked_out, head_is_a_symlink)
{
	two_branches();
	cr_assert_eq(unlink(".git/HEAD"), 0);
	cr_assert_eq(symlink("refs/heads/main", ".git/HEAD"), 0);
	expect_git("main", "symbolic-ref", "--short", "HEAD");
	expect_follows("main", 1);
	expect_follows("side", 0);
}

Test(checked_out, what_cannot_be_read_is_no_no)
{
	two_branches();
	git("worktree", "add", "-q", "linked", "side", NULL);
	cr_assert_eq(unlink(".git/worktrees/linked/HEAD"), 0);
	cr_assert_eq(mkdir(".git/worktrees/linked/HEAD", 0777), 0);
	expect_refused("side", io, "linked/HEAD");
}

Test(checked_out, a_bare_repository_with_a_configuration_for_each_worktree)
{
	two_branches();
	git("clone", "-q", "--bare", ".", "bare.git", NULL);
	cr_assert_eq(chdir("bare.git"), 0);
	git("worktree", "add", "-q", "../linked", "side", NULL);
	git("config", "extensions.worktreeConfig", "true", NULL);
	git("config", "--unset", "core.bare", NULL);
	git("config", "--worktree", "core.bare", "true", NULL);
	cr_assert_eq(chdir("../linked"), 0);
	expect_git("true", "--git-dir=../bare.git", "rev-parse", "--is-bare-repository");
	expect_follows("side", 1);
	expect_follows("main", 0);
}

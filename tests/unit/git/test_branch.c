/*
 * Branches that move by compare-and-swap, and what is said when they cannot.
 */
#include "git/branch.h"

#include "base/alloc.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(branch, .init = scratch_enter, .fini = scratch_leave);

/* Commits c1, c2, c3 on main, which is then at c1; "c2" and "c3" are tags. */
static void three_commits(void)
{
	new_repo();
	put("a", "1\n");
	commit_all("c1");
	git("tag", "c1", NULL);
	put("a", "2\n");
	commit_all("c2");
	git("tag", "c2", NULL);
	put("a", "3\n");
	commit_all("c3");
	git("tag", "c3", NULL);
	git("reset", "-q", "--hard", "c1", NULL);
}

/* Moves a branch between two revisions; NULL: it must not exist. */
static int move(const char *branch, const char *from, const char *to, struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct oid old = oid_at(from ? from : to), new = oid_at(to);

	return branch_move(
		r, &(struct branch_move){ branch, from ? &old : NULL, &new, "gcpbackend: test" },
		err);
}

/* The move is refused with this code. */
#define expect_no_move(branch, from, to, name, part)                                               \
	do {                                                                                       \
		struct err err_ = ERR_INIT;                                                        \
		cr_expect_eq(move((branch), (from), (to), &err_), -1);                             \
		expect_err(err_, name, part);                                                      \
	} while (0)

Test(branch, moves_with_reflogs)
{
	struct err err = ERR_INIT;

	three_commits();
	cr_assert_eq(setenv("GIT_COMMITTER_NAME", "Commi Tter", 1), 0);
	cr_assert_eq(setenv("GIT_COMMITTER_EMAIL", "com@example.com", 1), 0);
	cr_assert_eq(move("main", "c1", "c2", &err), 0, "%s", err.reason);
	expect_git("c2", "log", "-1", "--format=%s", "main");
	expect_git("gcpbackend: test|Commi Tter|com@example.com", "log", "-1", "-g",
		   "--format=%gs|%gn|%ge", "main");
	expect_git("gcpbackend: test|Commi Tter|com@example.com", "log", "-1", "-g",
		   "--format=%gs|%gn|%ge", "HEAD");
	expect_sound();
}

Test(branch, another_one_leaves_head_alone)
{
	struct err err = ERR_INIT;
	AUTO_FREE char *before = NULL;

	three_commits();
	git("branch", "side", "c1", NULL);
	before = git_output("reflog", "show", "HEAD", NULL);
	cr_assert_eq(move("side", "c1", "c3", &err), 0, "%s", err.reason);
	expect_git(before, "reflog", "show", "HEAD");
	expect_git("c3", "log", "-1", "--format=%s", "side");
}

Test(branch, is_made)
{
	struct err err = ERR_INIT;

	three_commits();
	cr_assert_eq(move("gcpbackend/web/50", NULL, "c2", &err), 0, "%s", err.reason);
	expect_git("c2", "log", "-1", "--format=%s", "gcpbackend/web/50");
	expect_git("gcpbackend: test", "log", "-1", "-g", "--format=%gs", "gcpbackend/web/50");
	expect_no_move("gcpbackend/web/50", NULL, "c3", moved, "gcpbackend/web/50");
	expect_git("c2", "log", "-1", "--format=%s", "gcpbackend/web/50");
}

Test(branch, is_somewhere_else)
{
	three_commits();
	expect_no_move("main", "c2", "c3", moved, "run the command again");
	expect_git("c1", "log", "-1", "--format=%s", "main");
	expect_no_move("none", "c1", "c2", moved, "'none'");
	git("pack-refs", "--all", NULL);
	expect_no_move("main", "c2", "c3", moved, "'main'");
}

Test(branch, packed_and_moved)
{
	struct err err = ERR_INIT;

	three_commits();
	git("pack-refs", "--all", NULL);
	cr_assert_eq(move("main", "c1", "c2", &err), 0, "%s", err.reason);
	expect_git("c2", "log", "-1", "--format=%s", "main");
}

Test(branch, a_name_in_the_way)
{
	three_commits();
	git("branch", "gcpbackend", NULL);
	expect_no_move("gcpbackend/web/50", NULL, "c2", git, "gcpbackend/web/50");
	git("branch", "x/y", NULL);
	expect_no_move("x", NULL, "c2", git, "'x'");
}

Test(branch, names_that_are_none)
{
	static const char *const names[] = { "",     "-x", "a..b",   "a b",   "a~1",
					     "HEAD", "@",  "a.lock", "a/",    "/a",
					     "a//b", ".a", "a.",     "@{-1}", "a\\b",
					     "a\nb", "a?", "a[b",    "a:b",   "a^" };

	three_commits();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = ERR_INIT;

		cr_expect_eq(move(names[i], NULL, "c2", &err), -1, "'%s'", names[i]);
		expect_err(err, no_branch, "not a valid branch name");
	}
}

Test(branch, locked)
{
	struct err err = ERR_INIT;

	three_commits();
	put(".git/refs/heads/main.lock", "");
	expect_no_move("main", "c1", "c2", busy, "/.git/refs/heads/main.lock");
	cr_assert_eq(unlink(".git/refs/heads/main.lock"), 0);
	cr_assert_eq(move("main", "c1", "c2", &err), 0, "%s", err.reason);
}

Test(branch, locked_in_a_linked_worktree)
{
	three_commits();
	git("worktree", "add", "-q", "-b", "side", "linked", NULL);
	put(".git/refs/heads/side.lock", "");
	cr_assert_eq(chdir("linked"), 0);
	expect_no_move("side", "c1", "c2", busy, "/.git/refs/heads/side.lock");
}

Test(branch, head_of_a_linked_worktree)
{
	struct err err = ERR_INIT;

	three_commits();
	git("worktree", "add", "-q", "-b", "side", "linked", NULL);
	cr_assert_eq(chdir("linked"), 0);
	cr_assert_eq(move("side", "c1", "c2", &err), 0, "%s", err.reason);
	expect_git("gcpbackend: test", "log", "-1", "-g", "--format=%gs", "HEAD");
}

Test(branch, another_name_of_a_branch)
{
	three_commits();
	git("symbolic-ref", "refs/heads/alias", "refs/heads/main", NULL);
	expect_no_move("alias", "c1", "c2", git, "refs/heads/main");
	expect_git("refs/heads/main", "symbolic-ref", "refs/heads/alias");
}

Test(branch, nobody_to_name_in_the_reflog)
{
	three_commits();
	git("config", "--global", "--unset", "user.email", NULL);
	expect_no_move("main", "c1", "c2", identity, "user.email");
}

Test(branch, in_a_bare_repository)
{
	struct err err = ERR_INIT;

	three_commits();
	git("clone", "-q", "--bare", ".", "bare.git", NULL);
	cr_assert_eq(chdir("bare.git"), 0);
	cr_assert_eq(move("main", "c1", "c2", &err), 0, "%s", err.reason);
	expect_git("c2", "log", "-1", "--format=%s", "HEAD");
}

/* --- locks --- */

Test(branch, locked_and_moved)
{
	AUTO_REPO struct repo *r = NULL;
	struct branch_lock *lock = NULL;
	struct err err = ERR_INIT;
	struct oid c1, c2;

	three_commits();
	r = open_here();
	c1 = oid_at("c1");
	c2 = oid_at("c2");
	cr_assert_eq(branch_lock(r, "main", &c1, &lock, &err), 0, "%s", err.reason);
	cr_expect_neq(git_code("update-ref", "refs/heads/main", "c3", NULL), 0);
	expect_no_move("main", "c1", "c3", busy, "/.git/refs/heads/main.lock");
	cr_assert_eq(branch_finish(lock, &c2, "gcpbackend: test", &err), 0, "%s", err.reason);
	expect_git("c2", "log", "-1", "--format=%s", "main");
	expect_git("gcpbackend: test|A U Thor", "log", "-1", "-g", "--format=%gs|%gn", "main");
	expect_git("gcpbackend: test|A U Thor", "log", "-1", "-g", "--format=%gs|%gn", "HEAD");
	expect_git("c1", "log", "-1", "--format=%s", "main@{1}");
	git("update-ref", "refs/heads/main", "c3", NULL);
	expect_sound();
}

Test(branch, waits_for_a_lock)
{
	AUTO_REPO struct repo *r = NULL;
	struct branch_lock *lock = NULL;
	struct err err = ERR_INIT;
	struct oid c1;
	pid_t other;

	three_commits();
	git("config", "core.filesRefLockTimeout", "20000", NULL);
	r = open_here();
	c1 = oid_at("c1");
	put(".git/refs/heads/main.lock", "");
	other = fork();
	if (!other) {
		(void)usleep(50000);
		_exit(unlink(".git/refs/heads/main.lock") ? 1 : 0);
	}
	cr_assert_eq(branch_lock(r, "main", &c1, &lock, &err), 0, "%s", err.reason);
	branch_unlock(lock);
	(void)waitpid(other, NULL, 0);
	git("config", "core.filesRefLockTimeout", "0", NULL);
	put(".git/refs/heads/main.lock", "");
	cr_expect_eq(branch_lock(r, "main", &c1, &lock, &err), -1);
	expect_err(err, busy, "main.lock");
}

Test(branch, locked_and_left)
{
	AUTO_REPO struct repo *r = NULL;
	struct branch_lock *lock = NULL;
	struct err err = ERR_INIT;
	struct oid c1;

	three_commits();
	git("pack-refs", "--all", NULL);
	r = open_here();
	c1 = oid_at("c1");
	cr_assert_eq(branch_lock(r, "main", &c1, &lock, &err), 0, "%s", err.reason);
	branch_unlock(lock);
	expect_git("c1", "log", "-1", "--format=%s", "main");
	git("update-ref", "refs/heads/main", "c3", NULL);
	branch_unlock(NULL);
}

/* The branch is not locked, and no lock stays. */
#define expect_no_lock(branch, at, name, part)                                                     \
	do {                                                                                       \
		AUTO_REPO struct repo *r_ = open_here();                                           \
		struct branch_lock *lock_ = NULL;                                                  \
		struct oid at_ = oid_at(at);                                                       \
		struct err err_ = ERR_INIT;                                                        \
		cr_expect_eq(branch_lock(r_, (branch), &at_, &lock_, &err_), -1);                  \
		cr_expect_null(lock_);                                                             \
		expect_err(err_, name, part);                                                      \
	} while (0)

Test(branch, not_locked)
{
	three_commits();
	expect_no_lock("main", "c2", moved, "run the command again");
	expect_no_lock("mian", "c2", no_branch, "did you mean 'main'?");
	expect_no_lock("a..b", "c2", no_branch, "not a valid branch name");
	git("symbolic-ref", "refs/heads/alias", "refs/heads/main", NULL);
	expect_no_lock("alias", "c1", git, "refs/heads/main");
	put(".git/refs/heads/main.lock", "");
	expect_no_lock("main", "c1", busy, "/.git/refs/heads/main.lock");
	cr_assert_eq(unlink(".git/refs/heads/main.lock"), 0);
	git("update-ref", "refs/heads/main", "c3", NULL);
	git("update-ref", "refs/heads/mian", "c3", NULL);
}

/*
 * The checked-out files follow the branch, and no work of the user is lost. `git status` is
 * the judge.
 */
#include "git/worktree.h"

#include "git/branch.h"
#include "git/commit.h"

#include "base/alloc.h"
#include "base/file.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(worktree, .init = scratch_enter, .fini = scratch_leave);

/* How far a commit on main gets before it is killed. */
enum until { FILES, INDEX, BRANCH };

/* A change of a path: NULL bytes are an absent file. */
static struct change change(const char *path, const char *before, const char *after)
{
	return (struct change){ slice_of(path), slice_of(before), slice_of(after), 0100644 };
}

/* Files, index, branch. */
static int follow_locked(struct branch_lock **lock, struct worktree_plan *plan,
			 const struct oid *tip, enum until until, struct err *err)
{
	if (worktree_files(plan, err) < 0 || (until >= INDEX && worktree_index(plan, err) < 0))
		return -1;
	return until < BRANCH ? 0 : branch_finish(TAKE(*lock), tip, "gcpbackend: test", err);
}

/* Commits the changes on main, as far as asked. */
static int go(const struct change *changes, size_t n, enum until until, struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct worktree_plan *plan = NULL;
	struct branch_lock *lock = NULL;
	struct oid head = oid_at("main"), tip;
	int failed = commit_write(r, &(struct commit_draft){ &head, CHANGES(changes, n), "stage" },
				  &tip, err);

	if (!failed)
		failed = branch_lock(r, "main", &head, &lock, err);
	if (!failed)
		failed = worktree_prepare(r, "main", CHANGES(changes, n), &plan, err);
	if (!failed)
		failed = follow_locked(&lock, plan, &tip, until, err);
	worktree_free(plan);
	branch_unlock(lock);
	return failed;
}

/* The whole way, without an error. */
static void expect_go(const struct change *changes, size_t n)
{
	struct err err = ERR_INIT;

	cr_assert_eq(go(changes, n, BRANCH, &err), 0, "%s", err.reason);
}

/* It is refused before anything is written: the same status and HEAD as before. */
#define expect_refused(n, name, part, ...)                                                         \
	do {                                                                                       \
		const struct change list_[] = { __VA_ARGS__ };                                     \
		AUTO_FREE char *status_ = git_output("status", "--porcelain", NULL),               \
			       *head_ = git_output("rev-parse", "main", NULL);                     \
		struct err err_ = ERR_INIT;                                                        \
		cr_expect_eq(go(list_, (n), BRANCH, &err_), -1);                                   \
		expect_err(err_, name, part);                                                      \
		expect_git(status_, "status", "--porcelain");                                      \
		expect_git(head_, "rev-parse", "main");                                            \
	} while (0)

/* One commit with a few files. */
static void one_commit(void)
{
	new_repo();
	put("apps/web/vs.yaml", "weight: 100\n");
	put("apps/web/other.yaml", "other\n");
	put("old/deep/file.yaml", "old\n");
	put("README.md", "read me\n");
	commit_all("first");
}

#define WEB change("apps/web/vs.yaml", "weight: 100\n", "weight: 99\n")

Test(worktree, follows)
{
	const struct change changes[] = { WEB, change("new/deep/file.yaml", NULL, "new\n"),
					  change("old/deep/file.yaml", "old\n", NULL),
					  change("empty", NULL, "") };

	one_commit();
	expect_go(changes, 4);
	expect_clean();
	expect_sound();
	expect_file("apps/web/vs.yaml", "weight: 99\n");
	expect_file("new/deep/file.yaml", "new\n");
	expect_file("empty", "");
	cr_expect_not(file_exists("old"));
	expect_git("stage\nfirst", "log", "--format=%s");
	/* Not even a refresh of the index is needed. */
	expect_git("", "diff-files");
	expect_git("", "diff-index", "--cached", "HEAD");
}

Test(worktree, of_the_same_size_at_the_same_instant)
{
	struct change changes[] = { change("a", "1\n", "2\n") };

	new_repo();
	put("a", "1\n");
	commit_all("first");
	expect_go(changes, 1);
	expect_clean();
	put("a", "3\n");
	expect_git(" M a", "status", "--porcelain");
}

Test(worktree, another_branch_is_checked_out)
{
	const struct change changes[] = { WEB };

	one_commit();
	git("checkout", "-q", "-b", "side", NULL);
	put("apps/web/vs.yaml", "mine\n");
	expect_go(changes, 1);
	expect_git(" M apps/web/vs.yaml", "status", "--porcelain");
	expect_git("stage", "log", "-1", "--format=%s", "main");
}

Test(worktree, detached)
{
	const struct change changes[] = { WEB };

	one_commit();
	git("checkout", "-q", "--detach", NULL);
	expect_go(changes, 1);
	expect_clean();
	expect_file("apps/web/vs.yaml", "weight: 100\n");
}

Test(worktree, bare)
{
	const struct change changes[] = { WEB };

	one_commit();
	git("clone", "-q", "--bare", ".", "bare.git", NULL);
	cr_assert_eq(chdir("bare.git"), 0);
	expect_go(changes, 1);
	expect_git("weight: 99", "show", "main:apps/web/vs.yaml");
}

Test(worktree, checked_out_elsewhere)
{
	one_commit();
	git("branch", "side", NULL);
	git("worktree", "add", "-q", "linked", "side", NULL);
	git("checkout", "-q", "--detach", NULL);
	git("worktree", "add", "-q", "linked2", "main", NULL);
	expect_refused(1, checked_out, "git worktree list", WEB);
	cr_assert_eq(chdir("linked"), 0);
	expect_refused(1, checked_out, "another worktree", WEB);
	git("checkout", "-q", "--detach", NULL);
	expect_refused(1, checked_out, "another worktree", WEB);
	cr_assert_eq(chdir("../linked2"), 0);
	expect_go((const struct change[]){ WEB }, 1);
	expect_clean();
	expect_file("apps/web/vs.yaml", "weight: 99\n");
}

Test(worktree, checked_out_in_a_worktree_of_a_bare_one)
{
	one_commit();
	git("clone", "-q", "--bare", ".", "bare.git", NULL);
	cr_assert_eq(chdir("bare.git"), 0);
	git("worktree", "add", "-q", "../linked", "main", NULL);
	cr_assert_eq(chdir("../linked"), 0);
	expect_go((const struct change[]){ WEB }, 1);
	expect_clean();
	git("checkout", "-q", "-b", "side", NULL);
	expect_go((const struct change[]){ change("apps/web/vs.yaml", "weight: 99\n",
						  "weight: 98\n") },
		  1);
	expect_file("apps/web/vs.yaml", "weight: 99\n");
	git("checkout", "-q", "main", NULL);
	cr_assert_eq(chdir("../bare.git"), 0);
	{
		AUTO_REPO struct repo *r = open_here();
		const struct change again[] = { WEB };
		struct worktree_plan *plan = NULL;
		struct err err = ERR_INIT;

		cr_expect_eq(worktree_prepare(r, "main", CHANGES(again, 1), &plan, &err), -1);
		expect_err(err, checked_out, "another worktree");
	}
}

/* --- what is not clean --- */

Test(worktree, changed_files_are_dirty)
{
	one_commit();
	put("apps/web/vs.yaml", "weight: 77\n");
	expect_refused(1, dirty, "apps/web/vs.yaml", WEB);
	expect_file("apps/web/vs.yaml", "weight: 77\n");
	git("add", "-A", NULL);
	expect_refused(1, dirty, "staged", WEB);
	put("apps/web/vs.yaml", "weight: 100\n");
	expect_refused(1, dirty, "staged", WEB);
	git("checkout", "-q", "HEAD", "--", ".", NULL);
	cr_assert_eq(unlink("apps/web/vs.yaml"), 0);
	expect_refused(1, dirty, "apps/web/vs.yaml", WEB);
	git("rm", "-q", "--cached", "apps/web/vs.yaml", NULL);
	put("apps/web/vs.yaml", "weight: 100\n");
	expect_refused(1, dirty, "staged", WEB);
}

Test(worktree, the_second_file_is_dirty)
{
	one_commit();
	put("README.md", "mine\n");
	expect_refused(2, dirty, "README.md", WEB, change("README.md", "read me\n", "new\n"));
	expect_file("apps/web/vs.yaml", "weight: 100\n");
}

Test(worktree, unrelated_work_is_left_alone)
{
	const struct change changes[] = { WEB };

	one_commit();
	put("README.md", "mine\n");
	put("untracked", "u\n");
	put("staged", "s\n");
	git("add", "staged", NULL);
	put("apps/web/other.yaml", "staged\n");
	git("add", "apps/web/other.yaml", NULL);
	expect_go(changes, 1);
	expect_git(" M README.md\nM  apps/web/other.yaml\nA  staged\n?? untracked", "-c",
		   "status.relativePaths=true", "status", "--porcelain");
}

Test(worktree, a_new_file_is_in_the_way)
{
	one_commit();
	put("new/file", "mine\n");
	expect_refused(1, dirty, "untracked file", change("new/file", NULL, "theirs\n"));
	expect_file("new/file", "mine\n");
	git("add", "-N", "new/file", NULL);
	expect_refused(1, dirty, "new/file", change("new/file", NULL, "theirs\n"));
}

Test(worktree, something_else_is_in_the_way)
{
	one_commit();
	cr_assert_eq(mkdir("dir", 0777), 0);
	put("dir/x", "x\n");
	expect_refused(1, dirty, "dir: not a regular file", change("dir", NULL, "x\n"));
	cr_assert_eq(symlink("README.md", "link"), 0);
	expect_refused(1, dirty, "link: not a regular file", change("link", NULL, "x\n"));
	expect_file("README.md", "read me\n");
	cr_assert_eq(unlink("apps/web/vs.yaml"), 0);
	cr_assert_eq(symlink("other.yaml", "apps/web/vs.yaml"), 0);
	expect_refused(1, dirty, "apps/web/vs.yaml", WEB);
	expect_file("apps/web/other.yaml", "other\n");
	put("plain", "p\n");
	expect_refused(1, unsafe_path, "plain/x", change("plain/x", NULL, "x\n"));
	cr_assert_eq(mkfifo("fifo", 0666), 0);
	expect_refused(1, dirty, "fifo", change("fifo", NULL, "x\n"));
}

Test(worktree, staged_files_are_in_the_way)
{
	one_commit();
	put("new", "mine\n");
	put("dir/x", "mine\n");
	git("add", "-A", NULL);
	cr_assert_eq(unlink("new"), 0);
	cr_assert_eq(unlink("dir/x"), 0);
	cr_assert_eq(rmdir("dir"), 0);
	expect_refused(1, dirty, "new/x: a staged file", change("new/x", NULL, "x\n"));
	expect_refused(1, dirty, "dir: a staged file", change("dir", NULL, "x\n"));
	expect_go((const struct change[]){ change("dir.x", NULL, "x\n"),
					   change("new-x", NULL, "x\n") },
		  2);
	expect_git("mine", "show", ":new");
	expect_git("AD dir/x\nAD new", "status", "--porcelain");
}

Test(worktree, symlinked_directories_lead_out)
{
	one_commit();
	cr_assert_eq(mkdir("outside", 0777), 0);
	put("outside/web/vs.yaml", "weight: 100\n");
	cr_assert_eq(rename("apps", "apps-away"), 0);
	cr_assert_eq(symlink("outside", "apps"), 0);
	expect_refused(1, unsafe_path, "symlink", WEB);
	expect_file("outside/web/vs.yaml", "weight: 100\n");
}

Test(worktree, a_symlink_put_there_after_the_check)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { WEB };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;

	one_commit();
	put("outside/web/vs.yaml", "weight: 100\n");
	r = open_here();
	cr_assert_eq(worktree_prepare(r, "main", CHANGES(changes, 1), &plan, &err), 0, "%s",
		     err.reason);
	cr_assert_eq(rename("apps", "apps-away"), 0);
	cr_assert_eq(symlink("outside", "apps"), 0);
	cr_expect_eq(worktree_files(plan, &err), -1);
	expect_err(err, unsafe_path, "symlink");
	expect_file("outside/web/vs.yaml", "weight: 100\n");
	worktree_free(plan);
}

Test(worktree, unsafe_paths_are_not_even_looked_at)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { change("../x", NULL, "x\n") };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;

	one_commit();
	r = open_here();
	cr_expect_eq(worktree_prepare(r, "main", CHANGES(changes, 1), &plan, &err), -1);
	expect_err(err, unsafe_path, "../x");
}

/* --- killed half-way --- */

Test(worktree, killed_after_the_files)
{
	const struct change changes[] = { WEB, change("new", NULL, "n\n"),
					  change("old/deep/file.yaml", "old\n", NULL) };
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(go(changes, 3, FILES, &err), 0, "%s", err.reason);
	expect_git(" M apps/web/vs.yaml\n D old/deep/file.yaml\n?? new", "status", "--porcelain");
	expect_go(changes, 3);
	expect_clean();
	expect_git("stage\nfirst", "log", "--format=%s");
}

Test(worktree, killed_in_the_middle_of_the_files)
{
	const struct change changes[] = { WEB, change("new", NULL, "n\n") };

	one_commit();
	put("apps/web/vs.yaml", "weight: 99\n");
	put("new.gcbXXXXXX", "half");
	expect_go(changes, 2);
	expect_git("?? new.gcbXXXXXX", "status", "--porcelain");
}

Test(worktree, killed_after_the_index)
{
	const struct change changes[] = { WEB, change("new", NULL, "n\n"),
					  change("old/deep/file.yaml", "old\n", NULL) };
	const struct change next[] = { change("apps/web/vs.yaml", "weight: 99\n", "weight: 50\n") };
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(go(changes, 3, INDEX, &err), 0, "%s", err.reason);
	expect_git("M  apps/web/vs.yaml\nA  new\nD  old/deep/file.yaml", "status", "--porcelain");
	expect_go(changes, 3);
	expect_clean();
	expect_go(next, 1);
	expect_clean();
	expect_sound();
}

Test(worktree, killed_with_the_lock)
{
	one_commit();
	put(".git/refs/heads/main.lock", "");
	expect_refused(1, busy, "/.git/refs/heads/main.lock", WEB);
	cr_assert_eq(unlink(".git/refs/heads/main.lock"), 0);
	expect_go((const struct change[]){ WEB }, 1);
	expect_clean();
}

Test(worktree, put_back_when_the_index_cannot_be_written)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { WEB, change("new/x", NULL, "n\n"),
					  change("old/deep/file.yaml", "old\n", NULL) };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;

	one_commit();
	r = open_here();
	cr_assert_eq(worktree_prepare(r, "main", CHANGES(changes, 3), &plan, &err), 0);
	cr_assert_eq(worktree_files(plan, &err), 0);
	cr_assert_eq(worktree_restore(plan, &err), 0, "%s", err.reason);
	worktree_free(plan);
	expect_clean();
	expect_file("old/deep/file.yaml", "old\n");
	cr_expect_not(file_exists("new"));
}

/* What a process that tries the change ends with. */
enum { WON, MOVED, BUSY, OTHER };

static int race(const struct change *changes)
{
	struct err err = ERR_INIT;

	if (go(changes, 1, BRANCH, &err) == 0)
		return WON;
	return err.code == &CODE_moved ? MOVED : err.code == &CODE_busy ? BUSY : OTHER;
}

Test(worktree, many_at_once)
{
	const struct change changes[] = { WEB };
	pid_t children[6];
	int ends[4] = { 0 };

	one_commit();
	for (size_t i = 0; i < 6; i++) {
		children[i] = fork();
		cr_assert_geq(children[i], 0);
		if (!children[i])
			_exit(race(changes));
	}
	for (size_t i = 0; i < 6; i++) {
		int status;

		cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) <= OTHER);
		ends[WEXITSTATUS(status)]++;
	}
	cr_expect_eq(ends[OTHER], 0);
	cr_expect_geq(ends[WON], 1);
	expect_clean();
	expect_sound();
	expect_file("apps/web/vs.yaml", "weight: 99\n");
}

/* --- the index --- */

Test(worktree, put_back_what_was_written_only)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { WEB, change("apps/web/other.yaml", "other\n", "wanted\n"),
					  change("README.md", "read me\n", "new\n") };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;

	one_commit();
	put("apps/web/other.yaml", "wanted\n");
	r = open_here();
	cr_assert_eq(worktree_prepare(r, "main", CHANGES(changes, 3), &plan, &err), 0);
	cr_assert_eq(unlink("README.md"), 0);
	cr_assert_eq(mkdir("README.md", 0777), 0);
	cr_expect_eq(worktree_files(plan, &err), -1);
	expect_err(err, io, "README.md");
	cr_assert_eq(rmdir("README.md"), 0);
	cr_expect_eq(worktree_restore(plan, &err), 0);
	worktree_free(plan);
	expect_file("apps/web/vs.yaml", "weight: 100\n");
	expect_file("apps/web/other.yaml", "wanted\n");
	expect_file("README.md", "read me\n");
}

Test(worktree, the_index_is_locked)
{
	one_commit();
	put(".git/index.lock", "");
	expect_refused(1, busy, "/.git/index.lock", WEB);
	expect_file("apps/web/vs.yaml", "weight: 100\n");
}

Test(worktree, the_index_is_locked_after_the_check)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { WEB };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;
	struct oid head, tip;

	one_commit();
	r = open_here();
	head = oid_at("main");
	cr_assert_eq(commit_write(r, &(struct commit_draft){ &head, CHANGES(changes, 1), "stage" },
				  &tip, &err),
		     0);
	cr_assert_eq(worktree_prepare(r, "main", CHANGES(changes, 1), &plan, &err), 0);
	put(".git/index.lock", "");
	cr_expect_eq(worktree_index(plan, &err), -1);
	expect_err(err, busy, "/.git/index.lock");
	worktree_free(plan);
}

Test(worktree, the_index_lock_of_a_linked_worktree)
{
	one_commit();
	git("checkout", "-q", "--detach", NULL);
	git("worktree", "add", "-q", "linked", "main", NULL);
	cr_assert_eq(chdir("linked"), 0);
	put("../.git/worktrees/linked/index.lock", "");
	expect_refused(1, busy, "/.git/worktrees/linked/index.lock", WEB);
}

Test(worktree, an_index_that_libgit2_cannot_read)
{
	one_commit();
	git("update-index", "--split-index", NULL);
	expect_refused(1, git, "--no-split-index", WEB);
	git("update-index", "--no-split-index", NULL);
	expect_go((const struct change[]){ WEB }, 1);
	expect_clean();
}

Test(worktree, an_index_without_a_checksum)
{
	FILE *f;

	one_commit();
	f = fopen(".git/index", "r+");
	cr_assert(f && fseek(f, -20, SEEK_END) == 0 && fwrite((char[20]){ 0 }, 1, 20, f) == 20 &&
		  fclose(f) == 0);
	cr_assert_eq(setenv("GIT_OPTIONAL_LOCKS", "0", 1),
		     0); /* or git status writes another one */
	{
		/* libgit2 before 1.7 does not read it; later versions do. */
		const struct change web[] = { WEB };
		struct err err = ERR_INIT;

		if (go(web, 1, BRANCH, &err) < 0) {
			expect_err(err, git, "index.skipHash");
			expect_git("1", "rev-list", "--count", "main");
		} else {
			expect_clean();
		}
	}
}

Test(worktree, index_of_version_four)
{
	one_commit();
	git("update-index", "--index-version", "4", NULL);
	expect_go((const struct change[]){ WEB, change("apps/web/vt.yaml", NULL, "x\n") }, 2);
	expect_clean();
	{
		AUTO_STR struct str index = STR_INIT;
		struct err err = ERR_INIT;

		cr_assert_eq(file_read(".git/index", FILE_MAX, &index, &err), 0);
		cr_expect_eq(index.ptr[7], 4);
	}
}

Test(worktree, changed_between_writing_and_the_index)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change changes[] = { WEB };
	struct worktree_plan *plan = NULL;
	struct err err = ERR_INIT;
	struct oid head, tip;

	one_commit();
	r = open_here();
	head = oid_at("main");
	cr_assert_eq(commit_write(r, &(struct commit_draft){ &head, CHANGES(changes, 1), "stage" },
				  &tip, &err),
		     0);
	cr_assert_eq(worktree_prepare(r, "main", CHANGES(changes, 1), &plan, &err), 0);
	cr_assert_eq(worktree_files(plan, &err), 0);
	put("apps/web/vs.yaml", "weight: 777\n");
	cr_assert_eq(worktree_index(plan, &err), 0);
	worktree_free(plan);
	expect_git("MM apps/web/vs.yaml", "status", "--porcelain");
	expect_git("100644 225f9c5879ccc7e1e6d1f74c0df2f3fdc91ee3ba 0\tapps/web/vs.yaml",
		   "ls-files", "-s", "apps/web/vs.yaml");
}

/* --- git's ways with files --- */

Test(worktree, line_ends)
{
	const struct change changes[] = { change("a.yaml", "1\n2\n", "1\n3\n"),
					  change("new.yaml", NULL, "n\n"),
					  change("lf.txt", "l\n", "m\n") };

	new_repo();
	put(".gitattributes", "*.yaml text eol=crlf\n");
	put("a.yaml", "1\r\n2\r\n");
	put("lf.txt", "l\n");
	commit_all("first");
	expect_git("1\n2", "show", "HEAD:a.yaml");
	expect_go(changes, 3);
	expect_clean();
	expect_file("a.yaml", "1\r\n3\r\n");
	expect_file("new.yaml", "n\r\n");
	expect_file("lf.txt", "m\n");
}

Test(worktree, autocrlf)
{
	const struct change changes[] = { change("a.yaml", "1\n2\n", "1\n3\n") };

	new_repo();
	git("config", "core.autocrlf", "true", NULL);
	put("a.yaml", "1\r\n2\r\n");
	commit_all("first");
	expect_go(changes, 1);
	expect_clean();
	expect_file("a.yaml", "1\r\n3\r\n");
}

Test(worktree, a_filter_of_the_user)
{
	new_repo();
	put(".gitattributes", "*.yaml filter=upper\n");
	git("config", "filter.upper.clean", "tr A-Z a-z", NULL);
	git("config", "filter.upper.smudge", "tr a-z A-Z", NULL);
	put("a.yaml", "ONE\n");
	commit_all("first");
	expect_git("one", "show", "HEAD:a.yaml");
	expect_refused(1, dirty, "a.yaml", change("a.yaml", "one\n", "two\n"));
}

Test(worktree, permissions_are_kept)
{
	struct change changes[] = { change("run.sh", "a\n", "b\n"), change("new.sh", NULL, "n\n"),
				    change("secret", "s\n", "t\n") };
	struct stat st;

	new_repo();
	put("run.sh", "a\n");
	put("secret", "s\n");
	cr_assert_eq(chmod("run.sh", 0755), 0);
	commit_all("first");
	cr_assert_eq(chmod("secret", 0600), 0);
	changes[0].mode = changes[1].mode = 0100755;
	expect_go(changes, 3);
	expect_clean();
	cr_assert(stat("run.sh", &st) == 0 && (st.st_mode & 0777) == 0755);
	cr_assert(stat("new.sh", &st) == 0 && (st.st_mode & 0777) == 0755);
	cr_assert(stat("secret", &st) == 0 && (st.st_mode & 0777) == 0600);
}

Test(worktree, a_change_of_mode_is_the_users)
{
	one_commit();
	cr_assert_eq(chmod("apps/web/vs.yaml", 0755), 0);
	expect_go((const struct change[]){ WEB }, 1);
	expect_git(" M apps/web/vs.yaml", "status", "--porcelain");
	git("add", "-A", NULL);
	expect_refused(1, dirty, "staged",
		       change("apps/web/vs.yaml", "weight: 99\n", "weight: 50\n"));
}

Test(worktree, sparse_checkout)
{
	const struct change changes[] = { WEB, change("README.md", "read me\n", "new\n"),
					  change("old/deep/file.yaml", "old\n", NULL) };

	one_commit();
	git("sparse-checkout", "set", "--no-cone", "/README.md", NULL);
	cr_expect_not(file_exists("apps"));
	expect_go(changes, 3);
	expect_clean();
	cr_expect_not(file_exists("apps"));
	expect_file("README.md", "new\n");
	expect_git("H README.md\nS apps/web/other.yaml\nS apps/web/vs.yaml", "ls-files", "-t");
	git("sparse-checkout", "disable", NULL);
	expect_file("apps/web/vs.yaml", "weight: 99\n");
	expect_clean();
}

Test(worktree, sparse_index)
{
	one_commit();
	git("sparse-checkout", "set", "--cone", "--sparse-index", "old", NULL);
	expect_refused(1, git, "--no-sparse-index", WEB);
	git("sparse-checkout", "reapply", "--no-sparse-index", NULL);
	expect_go((const struct change[]){ WEB }, 1);
	expect_clean();
}

Test(worktree, assume_unchanged_stays)
{
	one_commit();
	git("update-index", "--assume-unchanged", "apps/web/vs.yaml", NULL);
	expect_go((const struct change[]){ WEB }, 1);
	expect_git("h apps/web/vs.yaml", "ls-files", "-v", "apps/web/vs.yaml");
	expect_git("", "diff-index", "--cached", "HEAD");
}

Test(worktree, the_directory_one_stands_in_stays)
{
	AUTO_STR struct str cwd = STR_INIT;

	one_commit();
	cr_assert_eq(chdir("old/deep"), 0);
	expect_go((const struct change[]){ change("old/deep/file.yaml", "old\n", NULL) }, 1);
	expect_clean();
	str_addf(&cwd, "%s/old/deep", scratch_directory());
	cr_expect(file_exists(cwd.ptr));
}

Test(worktree, a_merge_with_conflicts_is_going_on)
{
	one_commit();
	git("checkout", "-q", "-b", "side", NULL);
	put("apps/web/vs.yaml", "side\n");
	put("apps/web/other.yaml", "side\n");
	commit_all("side");
	git("checkout", "-q", "main", NULL);
	put("apps/web/vs.yaml", "main\n");
	commit_all("main");
	cr_expect_neq(git_code("merge", "side", NULL), 0);
	expect_refused(1, dirty, "apps/web/vs.yaml",
		       change("apps/web/vs.yaml", "main\n", "stage\n"));
}

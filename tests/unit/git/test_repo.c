/*
 * Repositories in every shape in which they are found.
 */
#include "scratch.h"

#include "base/alloc.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(repo, .init = scratch_enter, .fini = scratch_leave);

/* One commit with a few files. */
static void one_commit(void)
{
	new_repo();
	put("apps/web/vs.yaml", "weight: 100\n");
	put("apps/web/big.yaml", "0123456789\n");
	put("apps2/vs.yaml", "two\n");
	put("README.md", "read me\n");
	commit_all("first");
}

/* Opening fails with this code. */
#define expect_no_open(dir, name, part)                                                            \
	do {                                                                                       \
		struct err err_ = ERR_INIT;                                                        \
		struct repo *repo_ = NULL;                                                         \
		cr_assert_eq(repo_open(&repo_, (dir), &err_), -1);                                 \
		cr_expect_null(repo_);                                                             \
		expect_err(err_, name, part);                                                      \
	} while (0)

/* HEAD's branch is this one. */
static void expect_branch(struct repo *r, const char *name)
{
	AUTO_STR struct str branch = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(repo_head_branch(r, &branch, &err), 0, "%s", err.reason);
	cr_expect_str_eq(branch.ptr, name);
}

/* The tip of the branch is that of git. */
static void expect_tip(struct repo *r, const char *name)
{
	struct err err = ERR_INIT;
	struct oid is, should = oid_at(name);

	cr_assert_eq(repo_branch_tip(r, name, &is, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&is, &should));
}

Test(repo, opens_from_a_directory_deep_inside)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str top = STR_INIT;

	one_commit();
	cr_assert_eq(chdir("apps/web"), 0);
	r = open_here();
	str_addf(&top, "%s/", scratch_directory());
	cr_expect_str_eq(repo_workdir(r), top.ptr);
	cr_expect_str_eq(repo_where(r), top.ptr);
	expect_branch(r, "main");
	expect_tip(r, "main");
}

Test(repo, opens_by_name_whatever_git_dir_says)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;

	one_commit();
	git("init", "-q", "-b", "other", "other", NULL);
	cr_assert_eq(setenv("GIT_DIR", "other/.git", 1), 0);
	cr_assert_eq(repo_open(&r, "apps/web", &err), 0, "%s", err.reason);
	cr_assert_eq(unsetenv("GIT_DIR"), 0);
	expect_branch(r, "main");
}

Test(repo, opens_what_git_dir_names)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str tree = STR_INIT, directory = STR_INIT;

	one_commit();
	cr_assert_eq(mkdir("elsewhere", 0777), 0);
	str_addf(&directory, "%s/.git", scratch_directory());
	str_addf(&tree, "%s/elsewhere", scratch_directory());
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(setenv("GIT_DIR", directory.ptr, 1), 0);
	cr_assert_eq(setenv("GIT_WORK_TREE", tree.ptr, 1), 0);
	r = open_here();
	expect_branch(r, "main");
	str_addc(&tree, '/');
	cr_expect_str_eq(repo_workdir(r), tree.ptr);
}

Test(repo, opens_a_bare_one)
{
	AUTO_REPO struct repo *r = NULL;

	one_commit();
	git("clone", "-q", "--bare", ".", "bare.git", NULL);
	cr_assert_eq(chdir("bare.git"), 0);
	r = open_here();
	cr_expect_null(repo_workdir(r));
	cr_expect_not_null(strstr(repo_where(r), "bare.git"));
	expect_branch(r, "main");
	expect_tip(r, "main");
}

Test(repo, opens_a_linked_worktree)
{
	AUTO_REPO struct repo *r = NULL;

	one_commit();
	git("worktree", "add", "-q", "-b", "side", "linked", NULL);
	cr_assert_eq(chdir("linked/apps"), 0);
	r = open_here();
	cr_expect_not_null(strstr(repo_workdir(r), "/linked/"));
	expect_branch(r, "side");
	expect_tip(r, "main");
}

Test(repo, none_here)
{
	expect_no_open(NULL, no_repo, "not in a Git repository");
	expect_no_open(".", no_repo, "--repo DIR");
	expect_no_open("missing", no_repo, "missing");
}

Test(repo, sha256_is_not_supported)
{
	git("init", "-q", "--object-format=sha256", ".", NULL);
	expect_no_open(NULL, no_repo, "SHA-256");
}

Test(repo, extensions_that_do_not_concern_us_are_fine)
{
	AUTO_REPO struct repo *r = NULL;

	one_commit();
	git("config", "core.repositoryFormatVersion", "1", NULL);
	git("config", "extensions.partialClone", "origin", NULL);
	git("config", "extensions.worktreeConfig", "true", NULL);
	r = open_here();
	expect_tip(r, "main");
	git("config", "extensions.somethingNew", "true", NULL);
	expect_no_open(NULL, no_repo, "somethingnew");
}

Test(repo, somebody_elses_is_not_trusted)
{
	AUTO_REPO struct repo *r = NULL;

	if (geteuid() != 0)
		cr_skip_test("only root can give files away");
	one_commit();
	cr_assert_eq(chown(".git", 12345, 12345), 0);
	cr_assert_eq(chown(".", 12345, 12345), 0);
	expect_no_open(NULL, no_repo, "safe.directory");
	expect_no_open(NULL, no_repo, scratch_directory());
	git("config", "--global", "--add", "safe.directory", scratch_directory(), NULL);
	r = open_here();
	expect_tip(r, "main");
}

Test(repo, safe_directory_as_git_reads_it)
{
	static const struct {
		const char *values[3];
		bool safe;
	} cases[] = {
		{ { "*" }, true },
		{ { "/elsewhere" }, false },
		{ { "*", "" }, false },
		{ { "", "*" }, true },
		{ { "~/" }, true },
		{ { "/tmp" }, false },
		{ { "/tmp/*" }, true },
		{ { "*", "", "/elsewhere" }, false },
		{ { "/elsewhere/*" }, false },
	};

	if (geteuid() != 0)
		cr_skip_test("only root can give files away");
	one_commit();
	cr_assert_eq(chown(".git", 12345, 12345), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_REPO struct repo *r = NULL;
		struct err err = ERR_INIT;

		(void)git_code("config", "--global", "--unset-all", "safe.directory", NULL);
		for (size_t j = 0; j < 3 && cases[i].values[j]; j++)
			git("config", "--global", "--add", "safe.directory", cases[i].values[j],
			    NULL);
		cr_expect_eq(repo_open(&r, ".", &err) == 0, cases[i].safe, "case %zu: %s", i,
			     err.reason);
	}
}

Test(repo, configuration_named_in_the_environment)
{
	AUTO_REPO struct repo *r = NULL;

	if (geteuid() != 0)
		cr_skip_test("only root can give files away");
	one_commit();
	cr_assert_eq(chown(".git", 12345, 12345), 0);
	put("config.ci", "[safe]\n\tdirectory = *\n");
	cr_assert_eq(setenv("GIT_CONFIG_GLOBAL", "config.ci", 1), 0);
	r = open_here();
	repo_close(TAKE(r));
	cr_assert_eq(setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1), 0);
	expect_no_open(NULL, no_repo, "safe.directory");
	cr_assert_eq(setenv("GIT_CONFIG_COUNT", "1", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_KEY_0", "safe.directory", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_VALUE_0", "*", 1), 0);
	r = open_here();
}

Test(repo, no_commit_yet)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str branch = STR_INIT;
	struct err err = ERR_INIT;
	struct oid tip;

	new_repo();
	r = open_here();
	cr_expect_eq(repo_head_branch(r, &branch, &err), -1);
	expect_err(err, no_commit, "no commit");
	cr_expect_str_empty(branch.ptr);
	err = (struct err)ERR_INIT;
	cr_expect_eq(repo_branch_tip(r, "main", &tip, &err), -1);
	expect_err(err, no_commit, "no commit");
}

Test(repo, detached_head)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str branch = STR_INIT;
	struct err err = ERR_INIT;

	one_commit();
	git("checkout", "-q", "--detach", NULL);
	r = open_here();
	cr_expect_eq(repo_head_branch(r, &branch, &err), -1);
	expect_err(err, detached, "HEAD is not on a branch");
	expect_tip(r, "main");
}

Test(repo, unknown_branch_names_the_nearest)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid tip;

	one_commit();
	git("branch", "team/production", NULL);
	for (char name[] = "aa"; name[0] <= 'z'; name[0]++)
		for (name[1] = 'a'; name[1] <= 'l'; name[1]++)
			git("update-ref",
			    (char[]){ 'r', 'e', 'f', 's', '/', 'h', 'e', 'a', 'd', 's', '/',
				      name[0], name[1], 0 },
			    "HEAD", NULL);
	r = open_here();
	cr_expect_eq(repo_branch_tip(r, "team/prodution", &tip, &err), -1);
	expect_err(err, no_branch, "did you mean 'team/production'?");
	cr_expect(repo_has_branch(r, "team/production"));
	cr_expect_not(repo_has_branch(r, "team"));
	cr_expect_not(repo_has_branch(r, ".."));
	err = (struct err)ERR_INIT;
	cr_expect_eq(repo_branch_tip(r, "..", &tip, &err), -1);
	expect_err(err, no_branch, "'..'");
	git("pack-refs", "--all", NULL);
	expect_tip(r, "team/production");
}

Test(repo, a_branch_that_only_origin_has)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid tip;

	one_commit();
	git("branch", "prod", NULL);
	git("clone", "-q", ".", "clone", NULL);
	cr_assert_eq(chdir("clone"), 0);
	r = open_here();
	cr_expect_eq(repo_branch_tip(r, "prod", &tip, &err), -1);
	expect_err(err, no_branch, "git branch prod origin/prod");
}

Test(repo, resolves_what_git_resolves)
{
	static const char *const revisions[] = { "HEAD", "HEAD~1",          "main^",
						 "v1",   "refs/heads/main", "main@{0}" };
	AUTO_REPO struct repo *r = NULL;
	AUTO_FREE char *abbreviated = NULL;
	struct err err = ERR_INIT;
	struct oid is, should;

	one_commit();
	git("tag", "-a", "-m", "release", "v1", NULL);
	put("README.md", "more\n");
	commit_all("second");
	r = open_here();
	for (size_t i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
		AUTO_STR struct str commit = STR_INIT;

		str_addf(&commit, "%s^{commit}", revisions[i]);
		should = oid_at(commit.ptr);
		cr_assert_eq(repo_resolve(r, revisions[i], &is, &err), 0, "%s: %s", revisions[i],
			     err.reason);
		cr_expect(oid_eq(&is, &should), "%s", revisions[i]);
	}
	abbreviated = git_output("rev-parse", "--short", "HEAD", NULL);
	cr_expect_eq(repo_resolve(r, abbreviated, &is, &err), 0);
	cr_expect_eq(repo_resolve(r, "HEAD~7", &is, &err), -1);
	expect_err(err, no_branch, "HEAD~7");
	err = (struct err)ERR_INIT;
	cr_expect_eq(repo_resolve(r, "HEAD:README.md", &is, &err), -1);
	expect_err(err, no_branch, "HEAD:README.md");
}

Test(repo, addresses_of_remotes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct repo *r;
	struct slices urls;

	one_commit();
	r = open_here();
	cr_expect_eq(repo_remote_urls(r, arena).n, 0);
	repo_close(r);
	git("remote", "add", "origin", "https://git.example.com/a/b.git", NULL);
	git("remote", "add", "Up.stream", "git@git.example.com:c/d", NULL);
	git("config", "branch.main.remote", "origin", NULL);
	r = open_here();
	urls = repo_remote_urls(r, arena);
	cr_assert_eq(urls.n, 2);
	cr_expect(slice_is(urls.items[0], "https://git.example.com/a/b.git") &&
		  slice_is(urls.items[1], "git@git.example.com:c/d"));
	repo_close(r);
}

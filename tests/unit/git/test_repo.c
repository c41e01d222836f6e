/*
 * Repositories in every shape in which they are found, and what a commit's tree holds.
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

/* The tip of the branch is what git says. */
static void expect_tip(struct repo *r, const char *name)
{
	struct err err = ERR_INIT;
	struct oid is, should = oid_at(name);

	cr_assert_eq(repo_branch_tip(r, name, &is, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&is, &should));
}

Test(repo, opens_from_a_folder_deep_inside)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str top = STR_INIT;

	one_commit();
	cr_assert_eq(chdir("apps/web"), 0);
	r = open_here();
	str_addf(&top, "%s/", scratch_folder());
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
	AUTO_STR struct str tree = STR_INIT, folder = STR_INIT;

	one_commit();
	cr_assert_eq(mkdir("elsewhere", 0777), 0);
	str_addf(&folder, "%s/.git", scratch_folder());
	str_addf(&tree, "%s/elsewhere", scratch_folder());
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(setenv("GIT_DIR", folder.ptr, 1), 0);
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
	expect_no_open(NULL, no_repo, scratch_folder());
	git("config", "--global", "--add", "safe.directory", scratch_folder(), NULL);
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
	abbreviated = git_says("rev-parse", "--short", "HEAD", NULL);
	cr_expect_eq(repo_resolve(r, abbreviated, &is, &err), 0);
	cr_expect_eq(repo_resolve(r, "HEAD~7", &is, &err), -1);
	expect_err(err, no_branch, "HEAD~7");
	err = (struct err)ERR_INIT;
	cr_expect_eq(repo_resolve(r, "HEAD:README.md", &is, &err), -1);
	expect_err(err, no_branch, "HEAD:README.md");
}

Test(repo, tells_of_a_commit)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct commit_info info;
	struct oid first, second, tree;
	char hex[41];

	one_commit();
	first = oid_at("HEAD");
	cr_assert_eq(setenv("GIT_COMMITTER_DATE", "@1234567890 +0100", 1), 0);
	put("README.md", "more\n");
	git("commit", "-q", "-a", "-m", "second\n\nwith a body\n", NULL);
	second = oid_at("HEAD");
	tree = oid_at("HEAD^{tree}");
	r = open_here();
	cr_assert_eq(repo_commit_info(r, &second, arena, &info, &err), 0, "%s", err.reason);
	cr_expect(oid_eq(&info.id, &second) && oid_eq(&info.parent, &first) &&
		  oid_eq(&info.tree, &tree));
	cr_expect(slice_is(info.author, "A U Thor") && slice_is(info.email, "author@example.com"));
	cr_expect(slice_is(info.summary, "second") &&
		  slice_is(info.message, "second\n\nwith a body\n"));
	cr_expect_eq(info.time, 1234567890);
	cr_assert_eq(repo_commit_info(r, &first, arena, &info, &err), 0);
	oid_text(&info.parent, hex);
	cr_expect_str_eq(hex, "0000000000000000000000000000000000000000");
	cr_expect_eq(repo_commit_info(r, &tree, arena, &info, &err), -1);
	expect_err(err, git, "");
}

/* --- trees --- */

/* Writes each file as "MODE PATH BYTES" into the str `ctx`. */
static int note(const struct tree_file *f, void *ctx, struct err *err)
{
	(void)err;
	str_addf(ctx, "%o %" SLICE_FMT " %zu %" SLICE_FMT "|", f->mode, SLICE_ARG(f->path), f->size,
		 SLICE_ARG(f->bytes.ptr ? slice_trim(f->bytes) : SLICE("-")));
	return 0;
}

/* What tree_each tells of the files under a folder of HEAD. */
static void expect_files(const char *under, bool (*wanted)(struct slice path, void *ctx),
			 const char *should)
{
	AUTO_REPO struct repo *r = open_here();
	AUTO_STR struct str is = STR_INIT;
	struct err err = ERR_INIT;
	struct oid head = oid_at("HEAD");

	cr_assert_eq(tree_each(r, &head, under, wanted, 1000, note, &is, &err), 0, "%s",
		     err.reason);
	cr_expect_str_eq(is.ptr, should, "under '%s' are %s, not %s", under, is.ptr, should);
}

/* Takes vs.yaml only. */
static bool only_vs(struct slice path, void *ctx)
{
	(void)ctx;
	return slice_ends(path, SLICE("/vs.yaml"));
}

Test(repo, walks_a_tree)
{
	one_commit();
	expect_files("", NULL,
		     "100644 README.md 8 read me|100644 apps/web/big.yaml 11 0123456789|100644 "
		     "apps/web/vs.yaml 12 weight: 100|"
		     "100644 apps2/vs.yaml 4 two|");
	expect_files(".", only_vs,
		     "100644 apps/web/vs.yaml 12 weight: 100|100644 apps2/vs.yaml 4 two|");
	expect_files("apps", only_vs, "100644 apps/web/vs.yaml 12 weight: 100|");
	expect_files("apps/web", only_vs, "100644 apps/web/vs.yaml 12 weight: 100|");
	expect_files("./apps/web/", only_vs, "100644 apps/web/vs.yaml 12 weight: 100|");
	expect_files("apps/", only_vs, "100644 apps/web/vs.yaml 12 weight: 100|");
	expect_files("README.md", NULL, "100644 README.md 8 read me|");
	expect_files("app", NULL, "");
	expect_files("apps/web/vs.yaml/deeper", NULL, "");
}

Test(repo, tree_entries_of_every_kind)
{
	one_commit();
	git("init", "-q", "module", NULL);
	git("-C", "module", "commit", "-q", "--allow-empty", "-m", "m", NULL);
	cr_assert_eq(symlink("README.md", "link"), 0);
	put("run.sh", "#!/bin/sh\n");
	cr_assert_eq(chmod("run.sh", 0755), 0);
	put("empty", "");
	git("rm", "-rq", "apps", "apps2", NULL);
	git("add", "module", NULL);
	commit_all("kinds");
	expect_files("", NULL,
		     "100644 README.md 8 read me|100644 empty 0 |120000 link 0 -|160000 module 0 "
		     "-|100755 run.sh 10 #!/bin/sh|");
}

Test(repo, tree_order_is_that_of_paths)
{
	new_repo();
	put("a/b", "1");
	put("a-b", "2");
	put("a.b", "3");
	put("a0", "4");
	commit_all("names");
	expect_files("", NULL, "100644 a-b 1 2|100644 a.b 1 3|100644 a/b 1 1|100644 a0 1 4|");
}

/* Ends the walk at the first file. */
static int stop_at_once(const struct tree_file *f, void *ctx, struct err *err)
{
	int *calls = ctx;

	(void)f;
	(void)err;
	++*calls;
	return 7;
}

/* Fails at the first file. */
static int fail_at_once(const struct tree_file *f, void *ctx, struct err *err)
{
	(void)ctx;
	return err_set(err, &CODE_usage, (struct place){ f->path, 0, 0 }, "no");
}

Test(repo, tree_walk_ends_when_asked)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid head;
	int calls = 0;

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(tree_each(r, &head, "", NULL, 100, stop_at_once, &calls, &err), 7);
	cr_expect_eq(calls, 1);
	cr_expect_eq(tree_each(r, &head, "", NULL, 100, fail_at_once, NULL, &err), -1);
	expect_err(err, usage, "README.md");
}

/* Gives the size and whether there are bytes. */
static int note_size(const struct tree_file *f, void *ctx, struct err *err)
{
	(void)err;
	str_addf(ctx, "%zu%s ", f->size, f->bytes.ptr ? "" : "!");
	return 0;
}

Test(repo, large_files_are_named_but_not_read)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str is = STR_INIT;
	struct err err = ERR_INIT;
	struct oid head;

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_assert_eq(tree_each(r, &head, "apps", NULL, 11, note_size, &is, &err), 0);
	cr_expect_str_eq(is.ptr, "11 12! ");
}

/* Reads a file of HEAD: the result, and its bytes. */
static int read_head(const char *path, size_t max, struct str *out, unsigned *mode, struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct oid head = oid_at("HEAD");

	return tree_read(r, &head, path, max, out, mode, err);
}

Test(repo, reads_one_file)
{
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;
	unsigned mode = 0;

	one_commit();
	put("run.sh", "#!/bin/sh\n");
	cr_assert_eq(chmod("run.sh", 0755), 0);
	commit_all("run");
	str_adds(&out, "> ");
	cr_expect_eq(read_head("apps/web/vs.yaml", 12, &out, &mode, &err), 0);
	cr_expect_str_eq(out.ptr, "> weight: 100\n");
	cr_expect_eq(mode, 0100644);
	cr_expect_eq(read_head("run.sh", 100, &out, &mode, &err), 0);
	cr_expect_eq(mode, 0100755);
	cr_expect_eq(read_head("apps/web/none.yaml", 100, &out, &mode, &err), 1);
	cr_expect_eq(read_head("apps/web/vs.yaml/none", 100, &out, NULL, &err), 1);
	cr_expect_null(err.code);
	cr_expect_eq(read_head("apps/web/vs.yaml", 11, &out, &mode, &err), -1);
	expect_err(err, too_large, "apps/web/vs.yaml");
	err = (struct err)ERR_INIT;
	cr_expect_eq(read_head("apps/web", 100, &out, &mode, &err), -1);
	expect_err(err, not_a_file, "apps/web");
}

Test(repo, reads_no_symlink)
{
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(symlink("README.md", "link"), 0);
	commit_all("link");
	cr_expect_eq(read_head("link", 100, &out, NULL, &err), -1);
	expect_err(err, not_a_file, "link");
}

Test(repo, finds_one_entry)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct tree_file file;
	struct oid head;

	one_commit();
	cr_assert_eq(symlink("README.md", "link"), 0);
	commit_all("link");
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(tree_find(r, &head, "apps/web/vs.yaml", 100, arena, &file, &err), 0);
	cr_expect(slice_is(file.path, "apps/web/vs.yaml") &&
		  slice_is(file.bytes, "weight: 100\n") && file.mode == 0100644);
	cr_expect_eq(tree_find(r, &head, "apps/web/vs.yaml", 11, arena, &file, &err), 0);
	cr_expect(file.size == 12 && !file.bytes.ptr, "it is too large");
	cr_expect_eq(tree_find(r, &head, "link", 100, arena, &file, &err), 0);
	cr_expect(file.mode == 0120000 && !file.bytes.ptr, "it is a link");
	cr_expect_eq(tree_find(r, &head, "apps", 100, arena, &file, &err), 1);
	cr_expect_eq(tree_find(r, &head, "apps/none", 100, arena, &file, &err), 1);
	cr_expect_eq(tree_find(r, &head, "apps/web/vs.yaml/none", 100, arena, &file, &err), 1);
	cr_expect_null(err.code);
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

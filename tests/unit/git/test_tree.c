/*
 * The files of a commit's tree: searched, found and read.
 */
#include "git/tree.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(tree, .init = scratch_enter, .fini = scratch_leave);

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

/* Writes each file as "MODE PATH BYTES" into the str `ctx`. */
static int note(const struct tree_file *f, void *ctx, struct err *err)
{
	(void)err;
	str_addf(ctx, "%o %" SLICE_FMT " %zu %" SLICE_FMT "|", f->mode, SLICE_ARG(f->path), f->size,
		 SLICE_ARG(f->bytes.ptr ? slice_trim(f->bytes) : SLICE("-")));
	return 0;
}

/* What tree_search reports of the files under a directory of HEAD. */
static void expect_files(const char *under, bool (*wanted)(struct slice path, void *ctx),
			 const char *should)
{
	AUTO_REPO struct repo *r = open_here();
	AUTO_STR struct str is = STR_INIT;
	struct err err = ERR_INIT;
	struct oid head = oid_at("HEAD");

	cr_assert_eq(tree_search(r, &head,
				 &(struct tree_query){ .under = under,
						       .name_wanted = wanted,
						       .max = 1000,
						       .file = note,
						       .ctx = &is },
				 &err),
		     0, "%s", err.reason);
	cr_expect_str_eq(is.ptr, should, "under '%s' are %s, not %s", under, is.ptr, should);
}

/* Takes vs.yaml only. */
static bool only_vs(struct slice path, void *ctx)
{
	(void)ctx;
	return slice_ends(path, SLICE("/vs.yaml"));
}

Test(tree, walks_a_tree)
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

Test(tree, tree_entries_of_every_kind)
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

Test(tree, tree_order_is_that_of_paths)
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

Test(tree, tree_walk_ends_when_asked)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid head;
	int calls = 0;

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(tree_search(r, &head,
				 &(struct tree_query){ .under = "",
						       .name_wanted = NULL,
						       .max = 100,
						       .file = stop_at_once,
						       .ctx = &calls },
				 &err),
		     7);
	cr_expect_eq(calls, 1);
	cr_expect_eq(tree_search(r, &head,
				 &(struct tree_query){ .under = "",
						       .name_wanted = NULL,
						       .max = 100,
						       .file = fail_at_once,
						       .ctx = NULL },
				 &err),
		     -1);
	expect_err(err, usage, "README.md");
}

/* Gives the size and whether there are bytes. */
static int note_size(const struct tree_file *f, void *ctx, struct err *err)
{
	(void)err;
	str_addf(ctx, "%zu%s ", f->size, f->bytes.ptr ? "" : "!");
	return 0;
}

Test(tree, large_files_are_named_but_not_read)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str is = STR_INIT;
	struct err err = ERR_INIT;
	struct oid head;

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_assert_eq(tree_search(r, &head,
				 &(struct tree_query){ .under = "apps",
						       .name_wanted = NULL,
						       .max = 11,
						       .file = note_size,
						       .ctx = &is },
				 &err),
		     0);
	cr_expect_str_eq(is.ptr, "11 12! ");
}

/* Reads a file of HEAD: the result, and its bytes. */
static int read_head(const char *path, size_t max, struct str *out, unsigned *mode, struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct oid head = oid_at("HEAD");

	return tree_read(r, &(struct commit_path){ &head, path, max }, out, mode, err);
}

Test(tree, reads_one_file)
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

Test(tree, reads_no_symlink)
{
	AUTO_STR struct str out = STR_INIT;
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(symlink("README.md", "link"), 0);
	commit_all("link");
	cr_expect_eq(read_head("link", 100, &out, NULL, &err), -1);
	expect_err(err, not_a_file, "link");
}

Test(tree, finds_one_entry)
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
	cr_expect_eq(tree_find(r, &(struct commit_path){ &head, "apps/web/vs.yaml", 100 }, arena,
			       &file, &err),
		     0);
	cr_expect(slice_is(file.path, "apps/web/vs.yaml") &&
		  slice_is(file.bytes, "weight: 100\n") && file.mode == 0100644);
	cr_expect_eq(tree_find(r, &(struct commit_path){ &head, "apps/web/vs.yaml", 11 }, arena,
			       &file, &err),
		     0);
	cr_expect(file.size == 12 && !file.bytes.ptr, "it is too large");
	cr_expect_eq(tree_find(r, &(struct commit_path){ &head, "link", 100 }, arena, &file, &err),
		     0);
	cr_expect(file.mode == 0120000 && !file.bytes.ptr, "it is a link");
	cr_expect_eq(tree_find(r, &(struct commit_path){ &head, "apps", 100 }, arena, &file, &err),
		     1);
	cr_expect_eq(
		tree_find(r, &(struct commit_path){ &head, "apps/none", 100 }, arena, &file, &err),
		1);
	cr_expect_eq(tree_find(r, &(struct commit_path){ &head, "apps/web/vs.yaml/none", 100 },
			       arena, &file, &err),
		     1);
	cr_expect_null(err.code);
}

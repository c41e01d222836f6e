/*
 * Many blobs at once: all are reported in their order, whichever thread read them.
 */
#include "git/tree.h"

#include "scratch.h"

#include "base/alloc.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(blob_reader, .init = scratch_enter, .fini = scratch_leave);

/* Only files that begin with an even digit; asked by several threads. */
static bool is_even(struct slice path, struct slice bytes, void *ctx)
{
	(void)ctx;
	return slice_ends(path, SLICE(".txt")) && bytes.ptr[0] % 2 == 0;
}

/*
 * Counts the files, which come in the order of their names, and compares each with what it must
 * hold.
 */
struct counting {
	size_t n;
	char last[64];
	size_t stop; /* after so many; 0: never */
};

static int count(const struct tree_file *f, void *ctx, struct err *err)
{
	struct counting *c = ctx;
	char name[64];

	(void)err;
	(void)snprintf(name, sizeof(name), "%.*s", SLICE_ARG(f->path));
	cr_expect(strcmp(c->last, name) < 0, "%s behind %s", name, c->last);
	(void)snprintf(c->last, sizeof(c->last), "%s", name);
	cr_assert(f->bytes.ptr && f->bytes.len == f->size, "%s", name);
	cr_expect(slice_find(f->bytes, slice_sub(slice_of(name), 4, 4)) != SIZE_MAX,
		  "%s does not hold its name", name);
	c->n++;
	return c->stop && c->n == c->stop ? 7 : 0;
}

/* One packed commit of 5000 files, a fifth of them large. */
static void many_files(void)
{
	AUTO_STR struct str text = STR_INIT;
	char name[64];

	new_repo();
	for (int i = 0; i < 5000; i++) {
		str_clear(&text);
		str_addf(&text, "%d %04d.txt ", i % 10, i);
		str_fill(&text, 'x', i % 5 == 0 ? 20000 : 10);
		(void)snprintf(name, sizeof(name), "d%02d/%04d.txt", i / 100, i);
		put(name, text.ptr);
	}
	commit_all("many");
	git("repack", "-adq", NULL);
}

/* More files than are read at a time, and more bytes than may wait. */
Test(blob_reader, many_files_are_told_in_order)
{
	static const struct {
		bool (*wanted)(struct slice path, struct slice bytes, void *ctx);
		size_t stop, n;
		int result;
	} rows[] = { { NULL, 0, 5000, 0 },
		     { is_even, 0, 2500, 0 },
		     { NULL, 4500, 4500, 7 },
		     { is_even, 1, 1, 7 } };
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid head;

	many_files();
	r = open_here();
	head = oid_at("HEAD");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct counting c = { .stop = rows[i].stop };
		const struct tree_query query = {
			.bytes_wanted = rows[i].wanted, .max = 100000, .file = count, .ctx = &c
		};

		cr_expect_eq(tree_search(r, &head, &query, &err), rows[i].result);
		cr_expect_eq(c.n, rows[i].n, "row %zu: %zu files", i, c.n);
	}
}

Test(blob_reader, a_missing_blob_is_an_error_with_its_path)
{
	AUTO_REPO struct repo *r = NULL;
	AUTO_FREE char *hex = NULL;
	struct counting c = { .n = 0 };
	const struct tree_query query = { .max = 100000, .file = count, .ctx = &c };
	struct err err = ERR_INIT;
	struct oid head;
	char path[128];

	new_repo();
	put("dir/a.txt", "a.tx\n");
	put("dir/b.txt", "b.tx\n");
	commit_all("two");
	hex = git_output("rev-parse", "HEAD:dir/b.txt", NULL);
	(void)snprintf(path, sizeof(path), ".git/objects/%.2s/%s", hex, hex + 2);
	cr_assert_eq(unlink(path), 0);
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(tree_search(r, &head, &query, &err), -1);
	cr_expect_eq(c.n, 1);
	expect_err(err, git, "b.txt");
}

/* With a directory of objects from the environment, only the repository's own handle knows it. */
Test(blob_reader, objects_of_the_environment)
{
	AUTO_REPO struct repo *r = NULL;
	struct counting c = { .n = 0 };
	const struct tree_query query = { .max = 100000, .file = count, .ctx = &c };
	struct err err = ERR_INIT;
	struct oid head;

	new_repo();
	put("dir/a.txt", "a.tx\n");
	commit_all("one");
	head = oid_at("HEAD");
	cr_assert_eq(rename(".git/objects", "elsewhere"), 0);
	cr_assert_eq(mkdir(".git/objects", 0777), 0);
	cr_assert_eq(setenv("GIT_OBJECT_DIRECTORY", "elsewhere", 1), 0);
	cr_assert_eq(repo_open(&r, NULL, &err), 0, "%s", err.reason);
	cr_expect_eq(tree_search(r, &head, &query, &err), 0, "%s", err.reason);
	cr_expect_eq(c.n, 1);
}

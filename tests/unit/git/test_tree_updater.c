/*
 * Trees by chance: commits of random changes hold just what git makes of the same files, and a walk
 * finds what git ls-tree lists. The numbers come from a generator with a fixed start, so every run
 * is the same.
 */
#include "git/commit.h"
#include "git/tree.h"

#include "base/alloc.h"
#include "base/file.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(tree_updater, .init = scratch_enter, .fini = scratch_leave);

/* Names that sort differently as files and as directories, nested in all ways. */
static const char *const names[] = { "a", "a.b",      "a-b", "a0", "ab",
				     "A", "\303\251", "x y", "-x", "~" };

static uint64_t state = 88172645463325252;

/* A number below `n`. */
static size_t chance(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

/* A path of a directory and a file; no file has a directory's name. */
static struct slice random_path(struct arena *arena)
{
	AUTO_STR struct str path = STR_INIT;

	for (size_t depth = chance(4); depth; depth--)
		str_addf(&path, "%s/", names[chance(sizeof(names) / sizeof(names[0]))]);
	str_addf(&path, "%s.f", names[chance(sizeof(names) / sizeof(names[0]))]);
	return arena_copy(arena, str_slice(&path));
}

/* One random change, made in the working tree, too. */
static struct change random_change(struct arena *arena)
{
	static const unsigned modes[] = { 0100644, 0100755 };
	struct change c = { random_path(arena), { NULL, 0 }, { NULL, 0 }, modes[chance(2)] };

	if (chance(3) == 0) {
		(void)unlink(c.path.ptr);
		return c;
	}
	c.after = arena_printf(arena, "%.*s%zu\n", (int)chance(9) * 20,
			       "-------------------------------------------------------------------"
			       "---------------------------------",
			       chance(5));
	put(c.path.ptr, c.after.ptr);
	cr_assert_eq(chmod(c.path.ptr, c.mode & 0777), 0);
	return c;
}

/* Up to `most` changes of different paths. */
static size_t random_changes(struct arena *arena, struct change *out, size_t most)
{
	size_t n = 0;

	for (size_t i = chance(most + 1); i; i--) {
		struct change c = random_change(arena);
		size_t k = 0;

		while (k < n && !slice_eq(out[k].path, c.path))
			k++;
		out[k] = c;
		n += k == n;
	}
	return n;
}

/*
 * Commits the changes on `head`, which then is that commit, and compares its tree with the one that
 * git makes.
 */
static void expect_same_tree(struct repo *r, struct oid *head, const struct change *changes,
			     size_t n)
{
	AUTO_FREE char *tree = NULL;
	struct err err = ERR_INIT;
	char hex[48];

	cr_assert_eq(commit_write(r,
				  &(struct commit_draft){ head, CHANGES(changes, n), "by chance" },
				  head, &err),
		     0, "%s", err.reason);
	oid_text(head, hex);
	git("update-ref", "refs/heads/result", hex, NULL);
	git("add", "-A", NULL);
	tree = git_output("write-tree", NULL);
	expect_git(tree, "rev-parse", "result^{tree}");
}

/* Collects what a walk finds, in the form of git ls-tree -r. */
static int list_file(const struct tree_file *file, void *ctx, struct err *err)
{
	char hex[41];

	(void)err;
	oid_text(&file->id, hex);
	if (((struct str *)ctx)->len)
		str_addc(ctx, '\n');
	str_addf(ctx, "%06o blob %s\t%" SLICE_FMT, file->mode, hex, SLICE_ARG(file->path));
	cr_expect_eq(file->bytes.ptr != NULL, file->size <= 30);
	cr_expect(!file->bytes.ptr || file->bytes.len == file->size);
	return 0;
}

/* A walk finds under a directory what git lists there. */
static void expect_listed(struct repo *r, const struct oid *head, const char *under)
{
	AUTO_STR struct str found = STR_INIT;
	const struct tree_query query = {
		.under = under, .max = 30, .file = list_file, .ctx = &found
	};
	struct err err = ERR_INIT;

	cr_assert_eq(tree_search(r, head, &query, &err), 0, "%s", err.reason);
	if (*under)
		expect_git(found.ptr, "-c", "core.quotePath=false", "ls-tree", "-r", "result", "--",
			   under);
	else
		expect_git(found.ptr, "-c", "core.quotePath=false", "ls-tree", "-r", "result");
}

Test(tree_updater, by_chance)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = NULL;
	struct change changes[90];
	struct oid head;

	new_repo();
	put("first.f", "1\n");
	commit_all("first");
	r = open_here();
	head = oid_at("HEAD");
	for (int round = 0; round < 25; round++) {
		size_t n = random_changes(arena, changes, round % 8 == 7 ? 90 : 6);

		expect_same_tree(r, &head, changes, n);
		expect_listed(r, &head,
			      round % 2 ? "" : names[chance(sizeof(names) / sizeof(names[0]))]);
	}
	expect_sound();
}

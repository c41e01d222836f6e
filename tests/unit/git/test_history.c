/*
 * The walk back: versions, renames, beginnings and ends. `git log --first-parent` is the judge of
 * who wrote what.
 */
#include "git/history.h"

#include "base/alloc.h"
#include "git/commit_read.h"
#include "git/promisor.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(history, .init = scratch_enter, .fini = scratch_leave);

/* What was visited, as text, and when to stop. */
struct seen {
	struct str text; /* "FILE:PATH=BYTES(subject of since)|" with "-" for absent bytes */
	struct repo *repo;
	size_t enough[8]; /* versions wanted of a file; 0: all */
	size_t got[8];
	size_t stop; /* versions wanted of all; 0: all */
	size_t total;
};

static int see(const struct file_version *v, void *ctx, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct seen *s = ctx;
	struct commit_info since, commit;

	cr_assert_eq(commit_read_info(s->repo, &v->since, arena, &since, err), 0, "%s",
		     err->reason);
	cr_assert_eq(commit_read_info(s->repo, &v->commit, arena, &commit, err), 0, "%s",
		     err->reason);
	str_addf(&s->text, "%zu:%" SLICE_FMT "=%" SLICE_FMT "(%" SLICE_FMT "..%" SLICE_FMT ")|",
		 v->file, SLICE_ARG(v->path),
		 SLICE_ARG(v->bytes.ptr ? slice_trim(slice_sub(v->bytes, 0, 12)) : SLICE("-")),
		 SLICE_ARG(since.summary), SLICE_ARG(commit.summary));
	if (s->stop && ++s->total == s->stop)
		return HISTORY_STOP;
	return ++s->got[v->file] == s->enough[v->file] ? HISTORY_ENOUGH : HISTORY_MORE;
}

/* Walks from HEAD; the error, if any, in `err`. */
static int walk(struct seen *s, const char *const *paths, struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct slice list[8];
	struct oid head = oid_at("HEAD");
	size_t n = 0;

	while (paths[n]) {
		list[n] = slice_of(paths[n]);
		n++;
	}
	s->repo = r;
	return history_each(r, &(struct history_query){ &head, list, n, NULL, see, s, 0, NULL },
			    err);
}

/* The whole walk of these files gives this. */
static void expect_walk(const char *const *paths, const char *should)
{
	struct seen s = { .text = STR_INIT };
	struct err err = ERR_INIT;

	cr_expect_eq(walk(&s, paths, &err), 0, "%s", err.reason);
	cr_expect_str_eq(s.text.ptr, should, "is\n%s\nnot\n%s", s.text.ptr, should);
	str_release(&s.text);
}

#define PATHS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A file of `lines` numbered lines, the first one as given. */
static void put_long(const char *path, const char *first, int lines)
{
	AUTO_STR struct str s = STR_INIT;

	str_addf(&s, "%s\n", first);
	for (int i = 0; i < lines; i++)
		str_addf(&s, "line %d of %s\n", i, first[0] == 'v' ? "all" : first);
	put(path, s.ptr);
}

/* Puts one file and commits. */
static void step(const char *path, const char *text, const char *subject)
{
	put(path, text);
	commit_all(subject);
}

Test(history, unchanged_since_the_first_commit)
{
	new_repo();
	step("a", "1\n", "c1");
	step("other", "1\n", "c2");
	expect_walk(PATHS("a"), "0:a=1(c1..c2)|0:a=-(c1..c1)|");
}

Test(history, versions_newest_first)
{
	new_repo();
	step("x", "", "c0");
	step("d/a", "1\n", "c1");
	step("x", "x\n", "c2");
	step("d/a", "2\n", "c3");
	step("d/a", "3\n", "c4");
	step("x", "y\n", "c5");
	expect_walk(PATHS("d/a"),
		    "0:d/a=3(c4..c5)|0:d/a=2(c3..c3)|0:d/a=1(c1..c2)|0:d/a=-(c0..c0)|");
}

Test(history, many_files_in_one_walk)
{
	new_repo();
	step("a", "1\n", "c1");
	step("b", "1\n", "c2");
	put("a", "2\n");
	step("b", "2\n", "c3");
	expect_walk(PATHS("b", "a"), "0:b=2(c3..c3)|1:a=2(c3..c3)|0:b=1(c2..c2)|0:b=-(c1..c1)|1:a="
				     "1(c1..c2)|1:a=-(c1..c1)|");
}

Test(history, each_file_ends_on_its_own)
{
	struct seen s = { .text = STR_INIT, .enough = { 1, 2 } };
	struct err err = ERR_INIT;

	new_repo();
	step("a", "1\n", "c1");
	step("b", "1\n", "c2");
	step("b", "2\n", "c3");
	step("a", "2\n", "c4");
	cr_expect_eq(walk(&s, PATHS("a", "b"), &err), 0);
	cr_expect_str_eq(s.text.ptr, "0:a=2(c4..c4)|1:b=2(c3..c4)|1:b=1(c2..c2)|");
	str_release(&s.text);
}

Test(history, all_end_at_once)
{
	struct seen s = { .text = STR_INIT, .stop = 2 };
	struct err err = ERR_INIT;

	new_repo();
	step("a", "1\n", "c1");
	step("b", "1\n", "c2");
	step("b", "2\n", "c3");
	cr_expect_eq(walk(&s, PATHS("a", "b"), &err), 0);
	cr_expect_str_eq(s.text.ptr, "1:b=2(c3..c3)|1:b=1(c2..c2)|");
	str_release(&s.text);
}

/* A visitor that fails. */
static int refuse(const struct file_version *v, void *ctx, struct err *err)
{
	(void)ctx;
	return err_set(err, &CODE_usage, (struct place){ v->path, 0, 0 }, "enough of it");
}

Test(history, the_visitor_may_fail)
{
	AUTO_REPO struct repo *r = NULL;
	struct slice path = SLICE("a");
	struct err err = ERR_INIT;
	struct oid head;

	new_repo();
	step("a", "1\n", "c1");
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(history_each(r,
				  &(struct history_query){ &head, &path, 1, NULL, refuse, NULL, 0,
							   NULL },
				  &err),
		     -1);
	expect_err(err, usage, "enough of it");
	head = oid_at("HEAD^{tree}");
	err = (struct err)ERR_INIT;
	cr_expect_eq(history_each(r,
				  &(struct history_query){ &head, &path, 1, NULL, refuse, NULL, 0,
							   NULL },
				  &err),
		     -1);
	expect_err(err, git, "cannot read commit");
}

/*
 * The bytes that the caller claims to have; they differ from the blob's, to show that it is not
 * read.
 */
static struct slice pretend(const struct oid *blob, void *ctx)
{
	(void)ctx;
	return blob->id[0] == 0x01 ? SLICE("known") : SLICE_NONE;
}

Test(history, known_bytes_are_not_read)
{
	AUTO_REPO struct repo *r = NULL;
	struct seen s = { .text = STR_INIT };
	struct slice path = SLICE("a");
	struct err err = ERR_INIT;
	struct oid head;

	new_repo();
	step("a", "1\n", "c1");
	step("a", "g\n", "c2"); /* 01058d844a98d293a3b03a8615a34700e4ed2be3 */
	step("a", "3\n", "c3");
	r = s.repo = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(
		history_each(r,
			     &(struct history_query){ &head, &path, 1, pretend, see, &s, 0, NULL },
			     &err),
		0);
	cr_expect_str_eq(s.text.ptr,
			 "0:a=3(c3..c3)|0:a=known(c2..c2)|0:a=1(c1..c1)|0:a=-(c1..c1)|");
	str_release(&s.text);
}

Test(history, not_there_at_all)
{
	new_repo();
	step("d/a", "1\n", "c1");
	expect_walk(PATHS("b", "d", "d/a/x"), "0:b=-(c1..c1)|1:d=-(c1..c1)|2:d/a/x=-(c1..c1)|");
}

Test(history, one_file_asked_for_twice)
{
	new_repo();
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	expect_walk(PATHS("a", "a"), "0:a=2(c2..c2)|1:a=2(c2..c2)|0:a=1(c1..c1)|0:a=-(c1..c1)|1:a="
				     "1(c1..c1)|1:a=-(c1..c1)|");
}

Test(history, a_directory_becomes_a_file_and_back)
{
	new_repo();
	put_long("a", "v1", 20);
	commit_all("c1");
	git("mv", "a", "t", NULL);
	cr_assert_eq(mkdir("a", 0777), 0);
	git("mv", "t", "a/x", NULL);
	commit_all("c2");
	git("mv", "a/x", "t", NULL);
	(void)rmdir("a");
	git("mv", "t", "a", NULL);
	commit_all("c3");
	put_long("a", "v2", 20);
	commit_all("c4");
	expect_walk(PATHS("a"),
		    "0:a=v2\nline 0 of(c4..c4)|0:a=v1\nline 0 of(c1..c3)|0:a=-(c1..c1)|");
}

Test(history, no_files)
{
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid head;

	new_repo();
	step("a", "1\n", "c1");
	r = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(
		history_each(r,
			     &(struct history_query){ &head, NULL, 0, NULL, refuse, NULL, 0, NULL },
			     &err),
		0);
}

Test(history, a_change_of_mode_is_no_version)
{
	new_repo();
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	cr_assert_eq(chmod("a", 0755), 0);
	commit_all("c3");
	expect_walk(PATHS("a"), "0:a=2(c2..c3)|0:a=1(c1..c1)|0:a=-(c1..c1)|");
}

Test(history, back_and_forth)
{
	new_repo();
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	git("revert", "--no-edit", "HEAD", NULL);
	expect_walk(
		PATHS("a"),
		"0:a=1(Revert \"c2\"..Revert \"c2\")|0:a=2(c2..c2)|0:a=1(c1..c1)|0:a=-(c1..c1)|");
}

Test(history, deleted_and_made_again)
{
	new_repo();
	step("a", "1\n", "c1");
	step("b", "1\n", "c2");
	git("rm", "-q", "a", NULL);
	commit_all("c3");
	step("a", "2\n", "c4");
	expect_walk(PATHS("a"), "0:a=2(c4..c4)|0:a=-(c3..c3)|");
}

Test(history, follows_a_rename)
{
	new_repo();
	put_long("old/a.yaml", "v1", 10);
	commit_all("c1");
	put_long("old/a.yaml", "v2", 10);
	commit_all("c2");
	cr_assert_eq(mkdir("new", 0777), 0);
	git("mv", "old/a.yaml", "new/b.yaml", NULL);
	commit_all("c3");
	put_long("new/b.yaml", "v3", 10);
	commit_all("c4");
	expect_walk(PATHS("new/b.yaml"), "0:new/b.yaml=v3\nline 0 of(c4..c4)|0:old/a.yaml=v2\nline "
					 "0 of(c2..c3)|0:old/a.yaml=v1\nline 0 of(c1..c1)|"
					 "0:old/a.yaml=-(c1..c1)|");
}

Test(history, follows_a_rename_with_changes)
{
	new_repo();
	put_long("a", "v1", 20);
	commit_all("c1");
	git("mv", "a", "b", NULL);
	put_long("b", "v2", 20);
	put_long("a2", "other", 20);
	commit_all("c2");
	expect_walk(PATHS("b"),
		    "0:b=v2\nline 0 of(c2..c2)|0:a=v1\nline 0 of(c1..c1)|0:a=-(c1..c1)|");
}

Test(history, another_file_is_no_rename)
{
	new_repo();
	put_long("a", "something else", 20);
	commit_all("c1");
	git("rm", "-q", "a", NULL);
	put_long("b", "v2", 20);
	commit_all("c2");
	expect_walk(PATHS("b"), "0:b=v2\nline 0 of(c2..c2)|0:b=-(c1..c1)|");
}

Test(history, two_files_swap_names)
{
	new_repo();
	put_long("a", "v1", 20);
	put_long("b", "w", 20);
	commit_all("c1");
	git("mv", "a", "t", NULL);
	commit_all("c2");
	git("mv", "b", "a", NULL);
	commit_all("c3");
	git("mv", "t", "b", NULL);
	commit_all("c4");
	expect_walk(
		PATHS("a", "b"),
		"0:b=w\nline 0 of(c1..c4)|0:b=-(c1..c1)|1:a=v1\nline 0 of(c1..c4)|1:a=-(c1..c1)|");
}

Test(history, a_name_used_again)
{
	new_repo();
	put_long("a", "v1", 20);
	commit_all("c1");
	git("mv", "a", "b", NULL);
	commit_all("c2");
	put_long("a", "w", 20);
	commit_all("c3");
	put_long("a", "w2", 20);
	put_long("b", "v2", 20);
	commit_all("c4");
	expect_walk(PATHS("a", "b"), "0:a=w2\nline 0 of(c4..c4)|1:b=v2\nline 0 "
				     "of(c4..c4)|0:a=w\nline 0 of(c3..c3)|0:a=-(c2..c2)|"
				     "1:a=v1\nline 0 of(c1..c3)|1:a=-(c1..c1)|");
}

Test(history, a_directory_is_moved)
{
	AUTO_STR struct str name = STR_INIT;

	new_repo();
	for (int i = 0; i < 1500; i++) {
		char text[64];

		str_clear(&name);
		str_addf(&name, "old/%d/vs.yaml", i);
		(void)snprintf(text, sizeof(text), "%d\nsame\nlines\n", i);
		put(name.ptr, text);
	}
	commit_all("c1");
	git("mv", "old", "new", NULL);
	commit_all("c2");
	expect_walk(PATHS("new/1499/vs.yaml", "new/7/vs.yaml"),
		    "0:old/1499/vs.yaml=1499\nsame\nli(c1..c2)|0:old/1499/vs.yaml=-(c1..c1)|"
		    "1:old/7/vs.yaml=7\nsame\nlines(c1..c2)|1:old/7/vs.yaml=-(c1..c1)|");
}

Test(history, equal_files_keep_their_names_when_moved)
{
	new_repo();
	put("old/x/one.yaml", "same\n");
	put("old/y/two.yaml", "same\n");
	commit_all("c1");
	put("old/y/two.yaml", "same\nnow\n");
	commit_all("c2");
	put("old/y/two.yaml", "same\n");
	commit_all("c3");
	git("mv", "old", "new", NULL);
	commit_all("c4");
	expect_walk(PATHS("new/x/one.yaml"),
		    "0:old/x/one.yaml=same(c1..c4)|0:old/x/one.yaml=-(c1..c1)|");
}

Test(history, first_parents_only)
{
	new_repo();
	step("a", "1\n", "c1");
	git("checkout", "-q", "-b", "side", NULL);
	step("a", "2\n", "s1");
	step("a", "3\n", "s2");
	git("checkout", "-q", "main", NULL);
	step("b", "1\n", "c2");
	git("merge", "-q", "--no-ff", "-m", "merge", "side", NULL);
	expect_walk(PATHS("a"), "0:a=3(merge..merge)|0:a=1(c1..c2)|0:a=-(c1..c1)|");
}

Test(history, a_symlink_before_is_a_beginning)
{
	new_repo();
	step("b", "1\n", "c0");
	cr_assert_eq(symlink("b", "a"), 0);
	commit_all("c1");
	cr_assert_eq(unlink("a"), 0);
	step("a", "1\nlong enough to be no rename\n", "c2");
	expect_walk(PATHS("a"), "0:a=1\nlong enoug(c2..c2)|0:a=-(c1..c1)|");
}

/* Walks a file with the search for older ones of its name. */
static void expect_gap(size_t gap, const char *should)
{
	AUTO_REPO struct repo *r = open_here();
	struct seen s = { .text = STR_INIT, .repo = r };
	struct slice path = SLICE("a");
	struct oid head = oid_at("HEAD");
	struct err err = ERR_INIT;

	cr_expect_eq(
		history_each(r,
			     &(struct history_query){ &head, &path, 1, NULL, see, &s, gap, NULL },
			     &err),
		0, "%s", err.reason);
	cr_expect_str_eq(s.text.ptr, should, "is\n%s\nnot\n%s", s.text.ptr, should);
	str_release(&s.text);
}

Test(history, an_older_file_of_the_name)
{
	new_repo();
	step("a", "1\n", "c1");
	step("b", "1\n", "c2");
	git("rm", "-q", "a", NULL);
	commit_all("c3");
	step("b", "2\n", "c4");
	step("a", "2\n", "c5");
	expect_gap(0, "0:a=2(c5..c5)|0:a=-(c4..c4)|");
	expect_gap(1, "0:a=2(c5..c5)|0:a=-(c4..c4)|0:a=-(c3..c3)|");
	expect_gap(2, "0:a=2(c5..c5)|0:a=-(c4..c4)|0:a=1(c1..c2)|0:a=-(c1..c1)|0:a=-(c1..c1)|");
	git("rm", "-q", "a", NULL);
	commit_all("c6");
	expect_gap(9, "0:a=-(c6..c6)|0:a=2(c5..c5)|0:a=-(c4..c4)|0:a=1(c1..c2)|0:a=-(c1..c1)|0:a=-"
		      "(c1..c1)|");
}

Test(history, the_line_and_its_merges)
{
	AUTO_REPO struct repo *r = NULL;
	struct history_line line = { .n = 0 };
	struct seen s = { .text = STR_INIT };
	struct slice path = SLICE("a");
	struct err err = ERR_INIT;
	struct oid head;

	new_repo();
	step("a", "1\n", "c1");
	git("checkout", "-q", "-b", "side", NULL);
	step("b", "1\n", "s1");
	git("checkout", "-q", "main", NULL);
	step("c", "1\n", "c2");
	git("merge", "-q", "--no-ff", "-m", "m1", "side", NULL);
	git("checkout", "-q", "side", NULL);
	step("a", "2\n", "s2");
	git("checkout", "-q", "main", NULL);
	git("merge", "-q", "--no-ff", "-m", "m2", "side", NULL);
	r = s.repo = open_here();
	head = oid_at("HEAD");
	cr_expect_eq(
		history_each(r, &(struct history_query){ &head, &path, 1, NULL, see, &s, 0, &line },
			     &err),
		0, "%s", err.reason);
	cr_assert_eq(line.n, 4);
	cr_assert_eq(line.nmerges, 2);
	cr_expect(line.merges[0].at == 0 && line.merges[0].changed);
	cr_expect(line.merges[1].at == 1 && !line.merges[1].changed);
	cr_expect(oid_eq(&line.commits[0], &head));
	history_line_release(&line);
	str_release(&s.text);
}

/* --- shallow clones --- */

/* A clone of three commits with this depth, and into it. */
static void shallow_clone(const char *depth)
{
	AUTO_STR struct str url = STR_INIT;

	new_repo();
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	step("b", "1\n", "c3");
	str_addf(&url, "file://%s", scratch_directory());
	git("clone", "-q", "--depth", depth, url.ptr, "shallow", NULL);
	cr_assert_eq(chdir("shallow"), 0);
}

Test(history, shallow_and_more_is_wanted)
{
	struct seen s = { .text = STR_INIT };
	struct err err = ERR_INIT;

	shallow_clone("2");
	cr_expect_eq(walk(&s, PATHS("a"), &err), -1);
	expect_err(err, shallow, "unshallow");
	cr_expect_str_eq(s.text.ptr, "0:a=2(c2..c3)|");
	str_release(&s.text);
}

Test(history, shallow_but_deep_enough)
{
	struct seen s = { .text = STR_INIT, .enough = { 1, 1 } };
	struct err err = ERR_INIT;

	shallow_clone("1");
	cr_expect_eq(walk(&s, PATHS("a", "b"), &err), 0, "%s", err.reason);
	cr_expect_str_eq(s.text.ptr, "0:a=2(c3..c3)|1:b=1(c3..c3)|");
	str_release(&s.text);
}

Test(history, shallow_in_a_linked_worktree)
{
	struct seen s = { .text = STR_INIT };
	struct err err = ERR_INIT;

	shallow_clone("2");
	git("worktree", "add", "-q", "-b", "side", "linked", NULL);
	cr_assert_eq(chdir("linked"), 0);
	cr_expect_eq(walk(&s, PATHS("a"), &err), -1);
	expect_err(err, shallow, "unshallow");
	str_release(&s.text);
}

Test(history, shallow_until_another_process_fetches)
{
	struct seen s = { .text = STR_INIT };
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	const struct slice paths[] = { SLICE("a") };
	const char *where;
	struct oid head;

	shallow_clone("2");
	r = open_here();
	where = repo_workdir(r);
	s.repo = r;
	head = oid_at("HEAD");
	for (int deepened = 0; deepened < 3; deepened++) {
		static const char *const seen[] = { "0:a=2(c2..c3)|", "0:a=2(c2..c3)|",
						    "0:a=2(c2..c3)|0:a=1(c1..c1)|0:a=-(c1..c1)|" };

		err = (struct err)ERR_INIT;
		str_clear(&s.text);
		cr_expect_eq(history_each(r,
					  &(struct history_query){
						  .from = &head, paths, 1, NULL, see, &s },
					  &err),
			     deepened < 2 ? -1 : 0, "%s", err.reason);
		cr_expect_str_eq(s.text.ptr, seen[deepened]);
		if (deepened == 1)
			git("fetch", "-q", "--unshallow", NULL);
	}
	cr_expect_str_eq(where, repo_workdir(r), "what was borrowed before is still valid");
	str_release(&s.text);
}

Test(history, objects_left_out_by_a_partial_clone)
{
	struct seen s = { .text = STR_INIT };
	AUTO_STR struct str url = STR_INIT;
	struct err err = ERR_INIT;

	new_repo();
	git("config", "uploadpack.allowFilter", "true", NULL);
	step("a", "1\n", "c1");
	step("a", "2\n", "c2");
	str_addf(&url, "file://%s", scratch_directory());
	git("clone", "-q", "--filter=blob:none", url.ptr, "partial", NULL);
	cr_assert_eq(chdir("partial"), 0);
	cr_expect_eq(walk(&s, PATHS("a"), &err), -1);
	expect_err(err, git, "partial clone");
	cr_expect_str_eq(s.text.ptr, "0:a=2(c2..c2)|");
	git("fetch", "-q", "--refetch", "--no-filter", NULL);
	err = (struct err)ERR_INIT;
	str_clear(&s.text);
	cr_expect_eq(walk(&s, PATHS("a"), &err), 0, "%s", err.reason);
	cr_expect_str_eq(s.text.ptr, "0:a=2(c2..c2)|0:a=1(c1..c1)|0:a=-(c1..c1)|");
	str_release(&s.text);
}

/* How many packs came from the remote that promised them. */
static size_t promised_packs(void)
{
	glob_t found;
	size_t n = glob(".git/objects/pack/*.promisor", 0, NULL, &found) == 0 ? found.gl_pathc : 0;

	globfree(&found);
	return n;
}

Test(history, objects_that_are_promised_come_together)
{
	struct seen s = { .text = STR_INIT };
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str url = STR_INIT;
	const struct slice list[] = { SLICE("a"), SLICE("b"), SLICE("c") };
	const struct remote_options way = { .interactive = false };
	struct err err = ERR_INIT;
	struct oid head;
	size_t before;

	new_repo();
	git("config", "uploadpack.allowFilter", "true", NULL);
	git("config", "uploadpack.allowAnySHA1InWant", "true", NULL);
	put("b", "1\n");
	put("c", "2\n");
	step("a", "3\n", "c1");
	put("b", "4\n");
	put("c", "5\n");
	step("a", "6\n", "c2");
	str_addf(&url, "file://%s", scratch_directory());
	git("clone", "-q", "--filter=blob:none", url.ptr, "partial", NULL);
	cr_assert_eq(chdir("partial"), 0);
	before = promised_packs();
	r = open_here();
	head = oid_at("HEAD");
	s.repo = r;
	cr_assert_eq(promisor_enable(r, &way, &err), 0, "%s", err.reason);
	cr_expect_eq(history_each(r,
				  &(struct history_query){ &head, list, 3, NULL, see, &s, 0, NULL },
				  &err),
		     0, "%s", err.reason);
	cr_expect_eq(promised_packs() - before, 1);
	cr_expect(strstr(s.text.ptr, "0:a=3(c1..c1)|") && strstr(s.text.ptr, "2:c=2(c1..c1)|"),
		  "%s", s.text.ptr);
	str_release(&s.text);
}

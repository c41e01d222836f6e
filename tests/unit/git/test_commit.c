/*
 * Commits written without git, judged by git: the same trees, the same authors, sound objects;
 * branches that move, or do not.
 */
#include "git/commit.h"

#include "base/alloc.h"
#include "base/file.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

TestSuite(commit, .init = scratch_enter, .fini = scratch_leave);

#define ABSENT (SLICE_NONE)

/* A change of a path: NULL bytes are an absent file. */
static struct change change(const char *path, const char *before, const char *after)
{
	return (struct change){ slice_of(path), slice_of(before), slice_of(after), 0100644 };
}

/* One commit with a few files. */
static void one_commit(void)
{
	new_repo();
	put("apps/web/vs.yaml", "weight: 100\n");
	put("apps/api/vs.yaml", "api\n");
	put("apps/api/sub/deep.yaml", "deep\n");
	put("apps-x", "x\n");
	put("README.md", "read me\n");
	commit_all("first");
}

/* Commits on HEAD; the result is also written to the file "result" as a ref that git can read. */
static int commit_changes(const struct change *changes, size_t n, const char *message,
			  struct err *err)
{
	AUTO_REPO struct repo *r = open_here();
	struct oid head = oid_at("HEAD"), out;
	char hex[41];

	if (commit_write(r, &(struct commit_draft){ &head, CHANGES(changes, n), message }, &out,
			 err) < 0)
		return -1;
	oid_text(&out, hex);
	git("update-ref", "refs/heads/result", hex, NULL);
	return 0;
}

/* The commit has just the tree that git makes of the working tree; a commit on HEAD, sound. */
static void expect_like_git(void)
{
	AUTO_FREE char *head = git_output("rev-parse", "HEAD", NULL), *tree = NULL;

	git("add", "-A", NULL);
	tree = git_output("write-tree", NULL);
	expect_git(tree, "rev-parse", "result^{tree}");
	expect_git(head, "rev-parse", "result^@");
	expect_sound();
}

Test(commit, changes_adds_and_removes)
{
	const struct change changes[] = {
		change("apps/web/vs.yaml", "weight: 100\n", "weight: 99\n"),
		change("new/deep/file.yaml", NULL, "new\n"),
		change("apps/api/sub/deep.yaml", "deep\n", NULL),
		change("apps/empty", NULL, ""),
		change("apps.d", NULL, "sorts between\n"),
	};
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(commit_changes(changes, 5, "subject\n\nbody\n", &err), 0, "%s", err.reason);
	put("apps/web/vs.yaml", "weight: 99\n");
	put("new/deep/file.yaml", "new\n");
	cr_assert_eq(unlink("apps/api/sub/deep.yaml"), 0);
	put("apps/empty", "");
	put("apps.d", "sorts between\n");
	expect_like_git();
	expect_git("subject\n\nbody", "log", "-1", "--format=%B", "result");
	expect_git("A U Thor <author@example.com>, A U Thor <author@example.com>", "log", "-1",
		   "--format=%an <%ae>, %cn <%ce>", "result");
}

Test(commit, only_trees_on_the_way_are_new)
{
	const struct change changes[] = { change("apps/web/vs.yaml", "weight: 100\n",
						 "weight: 99\n") };
	struct err err = ERR_INIT;

	one_commit();
	git("repack", "-adq", NULL);
	cr_assert_eq(commit_changes(changes, 1, "one", &err), 0);
	expect_git("5 objects, 20 kilobytes", "count-objects"); /* blob, three trees, commit */
	expect_git("one", "log", "-1", "--format=%B", "result");
	expect_sound();
}

Test(commit, may_be_repeated)
{
	const struct change changes[] = { change("apps/web/vs.yaml", "weight: 100\n",
						 "weight: 99\n") };
	struct err err = ERR_INIT;
	AUTO_FREE char *first = NULL;

	one_commit();
	cr_assert_eq(setenv("GIT_AUTHOR_DATE", "@1700000000 +0000", 1), 0);
	cr_assert_eq(setenv("GIT_COMMITTER_DATE", "@1700000000 +0000", 1), 0);
	cr_assert_eq(commit_changes(changes, 1, "one", &err), 0);
	first = git_output("rev-parse", "result", NULL);
	cr_assert_eq(commit_changes(changes, 1, "one", &err), 0);
	expect_git(first, "rev-parse", "result");
}

Test(commit, modes)
{
	struct change changes[] = { change("run.sh", "a\n", "b\n"), change("new.sh", NULL, "n\n"),
				    change("plain", "p\n", "q\n") };
	struct err err = ERR_INIT;

	new_repo();
	put("run.sh", "a\n");
	put("plain", "p\n");
	cr_assert_eq(chmod("run.sh", 0755), 0);
	commit_all("first");
	changes[0].mode = changes[1].mode = 0100755;
	changes[2].mode = 0100664; /* as very old trees have it */
	cr_assert_eq(commit_changes(changes, 3, "modes", &err), 0);
	put("run.sh", "b\n");
	put("new.sh", "n\n");
	put("plain", "q\n");
	cr_assert_eq(chmod("new.sh", 0755), 0);
	expect_like_git();
}

Test(commit, nothing_left)
{
	const struct change changes[] = { change("d/a", "1\n", NULL) };
	struct err err = ERR_INIT;

	new_repo();
	put("d/a", "1\n");
	commit_all("first");
	cr_assert_eq(commit_changes(changes, 1, "gone", &err), 0);
	expect_git("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "rev-parse", "result^{tree}");
	expect_sound();
}

Test(commit, removing_what_is_not_there)
{
	const struct change changes[] = { change("none/at/all", NULL, NULL) };
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(commit_changes(changes, 1, "none", &err), 0);
	expect_like_git();
}

Test(commit, a_file_becomes_a_directory)
{
	const struct change changes[] = { change("apps-x", "x\n", NULL),
					  change("apps-x/y", NULL, "y\n") };
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(commit_changes(changes, 2, "directory", &err), 0, "%s", err.reason);
	cr_assert_eq(unlink("apps-x"), 0);
	put("apps-x/y", "y\n");
	expect_like_git();
}

Test(commit, bytes_are_kept_as_they_are)
{
	const struct change changes[] = {
		{ SLICE("crlf.txt"), ABSENT, SLICE("a\r\nb\r\n"), 0100644 },
		{ SLICE("nul.bin"), ABSENT, SLICE("a\0b\xff"), 0100644 },
		{ SLICE("na\303\257ve\t.txt"), ABSENT, SLICE("x"), 0100644 }
	};
	struct err err = ERR_INIT;

	new_repo();
	put(".gitattributes", "* text=auto\n");
	commit_all("first");
	cr_assert_eq(commit_changes(changes, 2, "bytes", &err), 0);
	expect_git("6", "cat-file", "-s", "result:crlf.txt");
	expect_git("4", "cat-file", "-s", "result:nul.bin");
	expect_sound();
}

/* `n` changes in directories of their own, and the files in the working tree. */
static struct change *many(struct arena *arena, size_t n)
{
	struct change *changes = arena_array(arena, n, sizeof(*changes));

	for (size_t i = 0; i < n; i++) {
		changes[i].path = arena_printf(arena, "clusters/%zu/vs.yaml", (i * 7919) % n);
		changes[i].after = arena_printf(arena, "weight: %zu\n", i);
		put(changes[i].path.ptr, changes[i].after.ptr);
	}
	return changes;
}

Test(commit, many_objects_are_one_pack)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct err err = ERR_INIT;
	AUTO_FREE char *counts = NULL;

	one_commit();
	git("repack", "-adq", NULL);
	cr_assert_eq(commit_changes(many(arena, 500), 500, "many", &err), 0, "%s", err.reason);
	counts = git_output("count-objects", "-v", NULL);
	cr_expect_eq(strncmp(counts, "count: 0\n", 9), 0, "%s", counts);
	cr_expect_not_null(strstr(counts, "packs: 2\n"), "%s", counts);
	cr_expect_not_null(strstr(counts, "in-pack: 1012\n"), "%s",
			   counts); /* 11, and 1001: a blob and a tree already exist */
	expect_like_git();
	cr_assert_eq(commit_changes(many(arena, 500), 500, "many", &err), 0, "%s", err.reason);
}

/* The index of each pack is the one that git makes of it, byte for byte. */
static void expect_indexes(void)
{
	cr_expect_eq(
		system("for p in .git/objects/pack/*.pack; do git index-pack -o other.idx \"$p\" "
		       ">said && " /* NOLINT */
		       "cmp other.idx \"${p%.pack}.idx\" || exit 1; rm -f other.idx said; done"),
		0);
}

/* The same changes as a commit for git fast-import. */
static void tell_import(struct str *stream, const struct change *changes, size_t n, bool first)
{
	str_adds(stream, "commit refs/heads/imported\ncommitter A <a@example.com> 1767323045 "
			 "+0000\ndata 1\nx\n");
	if (first)
		str_adds(stream, "from refs/heads/main^0\n");
	for (size_t i = 0; i < n; i++)
		if (changes[i].after.ptr)
			str_addf(stream,
				 "M 100644 inline %" SLICE_FMT "\ndata %zu\n%" SLICE_FMT "\n",
				 SLICE_ARG(changes[i].path), changes[i].after.len,
				 SLICE_ARG(changes[i].after));
		else
			str_addf(stream, "D %" SLICE_FMT "\n", SLICE_ARG(changes[i].path));
}

/*
 * What the commit number `i` of a row does: changes in a flat directory, and now and then comings
 * and goings.
 */
static size_t one_of_a_row(struct arena *arena, size_t i, struct change *out)
{
	static const struct {
		const char *path;
		bool there;
	} odd[] = {
		{ "apps/api/sub/deep.yaml", false },
		{ "apps/api/sub/deep.yaml", true },
		{ "flat/a", true },
		{ "flat/a", false },
		{ "flat/a/b/c", true },
		{ "flat/a/b/c", false },
		{ "flat/a.x", true },
		{ "apps-x", false },
		{ "apps-x/y", true },
		{ "README.md", false },
		{ "new", true },
	};
	size_t n = 0;

	out[n++] = (struct change){ .path = arena_printf(arena, "flat/file-%03zu", i * 7 % 120),
				    .after = arena_printf(arena, "weight: %zu\n", i) };
	if (i % 10 == 5 && i < 110)
		out[n++] = (struct change){ .path = slice_of(odd[i / 10].path),
					    .after = odd[i / 10].there ?
							     arena_printf(arena, "odd %zu\n", i) :
							     ABSENT };
	return n;
}

Test(commit, a_row_of_them_is_as_git_would_have_made_it)
{
	enum { ROW = 300 };
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_REPO struct repo *r = NULL;
	AUTO_STR struct str stream = STR_INIT;
	AUTO_FREE char *trees = NULL;
	struct commits *commits = NULL;
	struct err err = ERR_INIT;
	struct oid head, tip;
	char hex[41];

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_assert_eq(commits_new(&commits, r, &head, &err), 0, "%s", err.reason);
	for (size_t i = 0; i < ROW; i++) {
		struct change *changes = arena_array(arena, 2, sizeof(*changes));
		size_t n = one_of_a_row(arena, i, changes);

		tell_import(&stream, changes, n, i == 0);
		cr_assert_eq(commits_add(commits, CHANGES(changes, n), "one of a row", &tip, &err),
			     0, "%zu: %s", i, err.reason);
	}
	cr_assert_eq(commits_write(commits, &err), 0, "%s", err.reason);
	commits_free(commits);
	oid_text(&tip, hex);
	git("update-ref", "refs/heads/result", hex, NULL);
	put("stream", stream.ptr);
	cr_assert_eq(system("git fast-import --quiet <stream"), 0); /* NOLINT: a test's own words */
	trees = git_output("rev-list", "--format=%T", "--no-commit-header", "imported", NULL);
	expect_git(trees, "rev-list", "--format=%T", "--no-commit-header", "result");
	expect_git("301", "rev-list", "--count", "result");
	expect_indexes();
	git("update-ref", "-d", "refs/heads/imported", NULL);
	expect_sound();
}

Test(commit, the_index_of_a_pack_is_the_one_that_git_makes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct err err = ERR_INIT;

	one_commit();
	cr_assert_eq(commit_changes(many(arena, 3000), 3000, "many", &err), 0, "%s", err.reason);
	expect_indexes();
	expect_sound();
}

Test(commit, a_large_file_in_a_pack)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str large = STR_INIT;
	struct change *changes;
	struct err err = ERR_INIT;

	one_commit();
	changes = many(arena, 100);
	for (unsigned i = 0, x = 1; i < 300000; i++, x = x * 1103515245 + 12345)
		str_addf(&large, "%08x\n", x);
	changes[7].after = str_slice(&large);
	put(changes[7].path.ptr, large.ptr);
	cr_assert_eq(commit_changes(changes, 100, "large", &err), 0, "%s", err.reason);
	expect_indexes();
	expect_like_git();
}

/* --- what must not be written --- */

Test(commit, refuses_unsafe_paths)
{
	static const struct slice paths[] = {
		SLICE_INIT(""),
		SLICE_INIT("/etc/passwd"),
		SLICE_INIT("a//b"),
		SLICE_INIT("a/"),
		SLICE_INIT("."),
		SLICE_INIT("./a"),
		SLICE_INIT("a/./b"),
		SLICE_INIT(".."),
		SLICE_INIT("a/../../b"),
		SLICE_INIT(".git"),
		SLICE_INIT(".git/hooks/post-commit"),
		SLICE_INIT(".GIT/config"),
		SLICE_INIT("a/.Git/config"),
		SLICE_INIT("git~1/config"),
		SLICE_INIT("GIT~1"),
		SLICE_INIT(".git./config"),
		SLICE_INIT(".git /config"),
		SLICE_INIT(".git . ./config"),
		SLICE_INIT(".git:x"),
		SLICE_INIT(".git::$INDEX_ALLOCATION/config"),
		SLICE_INIT(".g\342\200\214it/config"), /* U+200C, which HFS+ ignores */
		SLICE_INIT("\357\273\277.git/config"), /* U+FEFF */
		SLICE_INIT(".gi\342\201\252T/config"), /* U+206A */
		SLICE_INIT(".git\342\200\256"),
		SLICE_INIT("a\\..\\..\\b"),
		SLICE_INIT(".git\\config"),
		SLICE_INIT("a\\b"),
		SLICE_INIT("a\nb"),
		SLICE_INIT("a\0b"),
	};
	struct err err = ERR_INIT;

	one_commit();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct change c = { paths[i], ABSENT, SLICE("x\n"), 0100644 };

		err = (struct err)ERR_INIT;
		cr_expect_eq(commit_changes(&c, 1, "no", &err), -1, "'%s'", paths[i].ptr);
		cr_expect_eq(err.code, &CODE_unsafe_path, "'%s': %s", paths[i].ptr, err.reason);
	}
}

Test(commit, takes_paths_that_only_look_unsafe)
{
	static const char *const paths[] = { ".github/workflows/x.yaml",
					     ".gitignore",
					     ".gitattributes",
					     "..a",
					     "a..",
					     "...",
					     "git/config",
					     "a.git/b",
					     "git~2",
					     ".gitt/y",
					     "-rf",
					     "a b",
					     "\303\251.yaml",
					     ".g it",
					     "x.git\342\200\214" };
	struct change changes[sizeof(paths) / sizeof(paths[0])];
	struct err err = ERR_INIT;
	size_t n = sizeof(paths) / sizeof(paths[0]);

	one_commit();
	for (size_t i = 0; i < n; i++) {
		changes[i] = change(paths[i], NULL, "x\n");
		put(paths[i], "x\n");
	}
	cr_expect_eq(commit_changes(changes, n, "fine", &err), 0, "%s", err.reason);
	expect_like_git();
}

/* The change is refused with this code, and nothing is written. */
#define expect_refused(n, name, part, ...)                                                         \
	do {                                                                                       \
		const struct change list_[] = { __VA_ARGS__ };                                     \
		AUTO_FREE char *before_ = git_output("count-objects", NULL);                       \
		struct err err_ = ERR_INIT;                                                        \
		cr_expect_eq(commit_changes(list_, (n), "no", &err_), -1);                         \
		expect_err(err_, name, part);                                                      \
		expect_git(before_, "count-objects");                                              \
	} while (0)

Test(commit, refuses_what_is_no_directory)
{
	new_repo();
	put("file", "f\n");
	put("directory/x", "x\n");
	cr_assert_eq(symlink("directory", "link"), 0);
	cr_assert_eq(symlink("/etc", "out"), 0);
	git("init", "-q", "module", NULL);
	git("-C", "module", "commit", "-q", "--allow-empty", "-m", "m", NULL);
	git("add", "module", NULL);
	commit_all("first");
	expect_refused(1, unsafe_path, "link/x", change("link/x", NULL, "y\n"));
	expect_refused(1, unsafe_path, "out/passwd", change("out/passwd", NULL, "y\n"));
	expect_refused(1, unsafe_path, "file/x", change("file/x", NULL, "y\n"));
	expect_refused(1, unsafe_path, "module/x", change("module/x", NULL, "y\n"));
	expect_refused(1, not_a_file, "link", change("link", NULL, "y\n"));
	expect_refused(1, not_a_file, "directory", change("directory", NULL, "y\n"));
	expect_refused(1, not_a_file, "module", change("module", NULL, NULL));
	expect_refused(2, unsafe_path, "n/x", change("n/x", NULL, "y\n"), change("n", NULL, "y\n"));
	expect_refused(3, unsafe_path, "n/x", change("n", NULL, "y\n"), change("n-x", NULL, "y\n"),
		       change("n/x", NULL, "y\n"));
	expect_refused(2, git, "twice", change("n", NULL, "y\n"), change("n", NULL, "z\n"));
}

Test(commit, unknown_parent)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change c = change("a", NULL, "x\n");
	struct err err = ERR_INIT;
	struct oid parent = { { 1, 2, 3 } }, out;

	one_commit();
	r = open_here();
	cr_expect_eq(
		commit_write(r, &(struct commit_draft){ &parent, CHANGES(&c, 1), "x" }, &out, &err),
		-1);
	expect_err(err, git, "0102030000000000000000000000000000000000");
}

Test(commit, objects_that_are_damaged)
{
	AUTO_REPO struct repo *r = NULL;
	const struct change c = change("apps/web/vs.yaml", "weight: 100\n", "x\n");
	AUTO_FREE char *tree = NULL;
	AUTO_STR struct str path = STR_INIT;
	struct err err = ERR_INIT;

	one_commit();
	tree = git_output("rev-parse", "HEAD:apps", NULL);
	str_addf(&path, ".git/objects/%.2s/%s", tree, tree + 2);
	cr_assert_eq(unlink(path.ptr), 0);
	put(path.ptr, "this is no object");
	r = open_here();
	cr_expect_eq(commit_changes(&c, 1, "x", &err), -1);
	expect_err(err, git, "apps/web/vs.yaml");
}

/* --- who and when --- */

/* What git commit-tree and we write as author and committer is the same. */
static void expect_same_people(const char *what)
{
	const struct change c = change("a", NULL, "x\n");
	AUTO_FREE char *commit = NULL, *theirs = NULL;
	struct err err = ERR_INIT;

	cr_expect_eq(commit_changes(&c, 1, "x", &err), 0, "%s: %s", what, err.reason);
	if (err.code)
		return;
	commit = git_output("commit-tree", "-m", "x", "-p", "HEAD", "result^{tree}", NULL);
	theirs = git_output("cat-file", "commit", commit, NULL);
	expect_git(theirs, "cat-file", "commit", "result");
	git("fsck", "--strict", "--no-dangling", "--no-progress", "result", NULL);
}

/* Fixes both dates. */
static void fix_dates(const char *date)
{
	cr_assert_eq(setenv("GIT_AUTHOR_DATE", date, 1), 0);
	cr_assert_eq(setenv("GIT_COMMITTER_DATE", date, 1), 0);
}

Test(commit, people_come_from_where_git_has_them)
{
	one_commit();
	fix_dates("@1700000000 +0100");
	expect_same_people("user");
	git("config", "author.name", "Au Thor", NULL);
	git("config", "committer.email", "com@example.com", NULL);
	expect_same_people("roles");
	cr_assert_eq(setenv("GIT_COMMITTER_NAME", "Commi Tter", 1), 0);
	cr_assert_eq(setenv("GIT_AUTHOR_EMAIL", "env@example.com", 1), 0);
	expect_same_people("environment");
	cr_assert_eq(setenv("GIT_CONFIG_COUNT", "2", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_KEY_0", "author.name", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_VALUE_0", "Count", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_KEY_1", "Author.Name", 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_VALUE_1", "Count Two", 1), 0);
	expect_same_people("configuration in the environment");
}

Test(commit, the_address_of_the_environment_comes_last)
{
	one_commit();
	fix_dates("@1700000000 +0100");
	cr_assert_eq(setenv("EMAIL", "me@example.com", 1), 0);
	expect_same_people("user.email before EMAIL");
	git("config", "--global", "--unset", "user.email", NULL);
	expect_same_people("EMAIL");
}

Test(commit, names_are_cleaned)
{
	static const char *const names[] = { "  Dots. Inc., ", "<Angle>",  "Line\nFeed", "a<b>c\nd",
					     "\"Quoted\"",     "O'Neil; ", "\303\251\t" };

	one_commit();
	fix_dates("@1700000000 +0100");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_assert_eq(setenv("GIT_AUTHOR_NAME", names[i], 1), 0);
		cr_assert_eq(setenv("GIT_COMMITTER_EMAIL", names[i], 1), 0);
		expect_same_people(names[i]);
	}
}

/* Commits of a repository that stays open have one date, and cost one process at most. */
Test(commit, people_are_asked_for_once)
{
	const struct change first = change("a", NULL, "x\n"), second = change("b", NULL, "y\n");
	AUTO_FREE char *path = strdup(getenv("PATH"));
	AUTO_REPO struct repo *r = NULL;
	struct err err = ERR_INIT;
	struct oid head, out;

	one_commit();
	r = open_here();
	head = oid_at("HEAD");
	cr_assert_eq(commit_write(r, &(struct commit_draft){ &head, CHANGES(&first, 1), "1" }, &out,
				  &err),
		     0, "%s", err.reason);
	cr_assert_eq(setenv("PATH", scratch_directory(), 1), 0);
	cr_expect_eq(commit_write(r, &(struct commit_draft){ &out, CHANGES(&second, 1), "2" }, &out,
				  &err),
		     0, "%s", err.reason);
	repo_close(TAKE(r));
	r = open_here();
	cr_expect_eq(commit_write(r, &(struct commit_draft){ &head, CHANGES(&first, 1), "1" }, &out,
				  &err),
		     -1);
	expect_err(err, program_missing, "identity of the author");
	cr_assert_eq(setenv("PATH", path, 1), 0);
}

Test(commit, no_identity)
{
	const struct change c = change("a", NULL, "x\n");
	struct err err = ERR_INIT;

	one_commit();
	git("config", "--global", "--unset", "user.email", NULL);
	cr_expect_eq(commit_changes(&c, 1, "x", &err), -1);
	expect_err(err, identity, "set user.name");
	cr_assert_eq(setenv("GIT_AUTHOR_EMAIL", "a@example.com", 1), 0);
	err = (struct err)ERR_INIT;
	cr_expect_eq(commit_changes(&c, 1, "x", &err), -1);
	expect_err(err, identity, "committer");
	cr_assert_eq(setenv("GIT_COMMITTER_EMAIL", "<>", 1), 0);
	err = (struct err)ERR_INIT;
	cr_expect_eq(commit_changes(&c, 1, "x", &err), -1);
	expect_err(err, identity, "committer");
}

Test(commit, dates_as_git_reads_them)
{
	static const char *const dates[] = {
		"@1234 +0000",
		"@0 +0000",
		"@1234567890 -0730",
		"1234567890 +0100",
		"1234567890",
		"@1234567890",
		"Thu, 07 Apr 2005 22:13:13 +0200",
		"7 Apr 2005 22:13:13 +0200",
		"Thu Apr 7 15:13:13 2005 -0700",
		"2005-04-07T22:13:13",
		"2005-04-07 22:13:13",
		"2005-12-07 22:13:13",
		"2005-04-07T22:13:13Z",
		"2005-04-07T22:13:13+02:00",
		"2005-04-07T22:13:13.019+0530",
		"2005-04-07T22:13:13 -02",
		"2005-04-07 22:13",
		"2005.04.07T22:13:13",
		"2005.04.07 22:13:13",
		"04/07/2005 22:13:13",
		"07.04.2005 22:13:13",
		"2005-04-07 22:13:13 GMT",
	};

	one_commit();
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		fix_dates(dates[i]);
		expect_same_people(dates[i]);
	}
}

Test(commit, dates_that_are_none)
{
	static const char *const dates[] = { "yesterday noon o'clock", "@", "@12x +0000",
					     "@12 +00x0", "1234" };
	const struct change c = change("a", NULL, "x\n");

	one_commit();
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		struct err err = ERR_INIT;

		fix_dates(dates[i]);
		cr_expect_eq(commit_changes(&c, 1, "x", &err), -1, "%s", dates[i]);
		expect_err(err, identity, "not a date");
	}
}

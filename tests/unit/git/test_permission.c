/*
 * core.sharedRepository: what is written has the permissions that git gives the same files; and
 * objects that exist outlive a git gc that runs meanwhile.
 */
#include "git/branch.h"
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
#include <unistd.h>

TestSuite(permission, .init = scratch_enter, .fini = scratch_leave);

static unsigned mode_of(const char *path)
{
	struct stat st;

	cr_assert_eq(lstat(path, &st), 0, "%s", path);
	return st.st_mode & 07777;
}

/* ".git/objects/ab", or the path of the object in it. */
static struct str object_path(const char *hex, bool directory)
{
	struct str path = STR_INIT;

	str_addf(&path, ".git/objects/%.2s%s%s", hex, directory ? "" : "/",
		 directory ? "" : hex + 2);
	return path;
}

/* Writes a commit of `n` files and a branch on it; gives its name. */
static struct oid write_branch(struct repo *r, size_t n, const char *text, const char *branch)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct change *changes = arena_array(arena, n, sizeof(*changes));
	struct oid head = oid_at("HEAD"), out;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		changes[i] = (struct change){ .mode = 0100644 };
		changes[i].path = arena_printf(arena, "many/f%zu", i);
		changes[i].after = arena_printf(arena, "%s%zu\n", text, i);
	}
	cr_assert_eq(commit_write(r, &(struct commit_draft){ &head, CHANGES(changes, n), "many" },
				  &out, &err),
		     0, "%s", err.reason);
	cr_assert_eq(branch_move(r, &(struct branch_move){ branch, NULL, &out, "test" }, &err), 0,
		     "%s", err.reason);
	return out;
}

/* Compares the modes of a file of ours with those of one of git's. */
static void expect_same(const char *value, const char *ours, const char *theirs)
{
	cr_expect_eq(mode_of(ours), mode_of(theirs), "%s: %s has %o, git's %s %o", value, ours,
		     mode_of(ours), theirs, mode_of(theirs));
}

Test(permission, of_objects_and_refs_are_those_of_git)
{
	static const char *const values[] = { "false", "umask", "true", "group", "1",    "all",
					      "world", "2",     "0640", "0664",  "0666", "0600" };
	static const mode_t masks[] = { 077, 0 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) * 2; i++) {
		const char *value = values[i / 2];
		AUTO_STR struct str directory = STR_INIT, text = STR_INIT;
		AUTO_REPO struct repo *r = NULL;
		AUTO_FREE char *blob = NULL;
		struct oid commit;
		char hex[41];

		(void)umask(022);
		str_addf(&directory, "r%zu", i);
		cr_assert_eq(mkdir(directory.ptr, 0777), 0);
		cr_assert_eq(chdir(directory.ptr), 0);
		new_repo();
		put("f", "f\n");
		commit_all("first");
		git("repack", "-adq", NULL); /* leaves no directory for objects to fall into */
		git("config", "core.sharedRepository", value, NULL);
		r = open_here();
		(void)umask(masks[i % 2]);
		commit = write_branch(r, 1, "one", "ours/a");
		str_addf(&text, "%zu\n", i);
		put("g", text.ptr);
		blob = git_output("hash-object", "-w", "g", NULL);
		git("branch", "theirs/a", NULL);
		oid_text(&commit, hex);
		for (int d = 0; d < 2; d++) {
			AUTO_STR struct str ours = object_path(hex, d),
					    theirs = object_path(blob, d);

			expect_same(value, ours.ptr, theirs.ptr);
		}
		expect_same(value, ".git/refs/heads/ours", ".git/refs/heads/theirs");
		expect_same(value, ".git/refs/heads/ours/a", ".git/refs/heads/theirs/a");
		expect_same(value, ".git/logs/refs/heads/ours", ".git/logs/refs/heads/theirs");
		expect_same(value, ".git/logs/refs/heads/ours/a", ".git/logs/refs/heads/theirs/a");
		cr_assert_eq(chdir(".."), 0);
	}
}

Test(permission, of_packs)
{
	AUTO_REPO struct repo *r = NULL;

	new_repo();
	put("f", "f\n");
	commit_all("first");
	git("config", "core.sharedRepository", "group", NULL);
	(void)umask(077);
	r = open_here();
	(void)write_branch(r, 100, "x", "many");
	cr_assert_eq(system("stat -c %a .git/objects/pack/pack-*.pack >modes"), 0);
	expect_file("modes", "440\n");
	cr_assert_eq(system("stat -c %a .git/objects/pack/pack-*.idx >modes"), 0);
	expect_file("modes", "440\n");
}

/* Is there an object of this name elsewhere than in packs? */
static bool is_loose(const char *hex)
{
	AUTO_STR struct str path = object_path(hex, false);

	return file_exists(path.ptr);
}

Test(permission, objects_that_exist_are_made_young)
{
	static const size_t counts[] = { 3, 100 };

	new_repo();
	put("f", "f\n");
	commit_all("first");
	for (size_t i = 0; i < 2; i++) {
		AUTO_REPO struct repo *r = open_here();
		AUTO_FREE char *blob = NULL;
		AUTO_STR struct str path = STR_INIT;
		const struct timespec old[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
		struct stat st;

		put("g", i ? "b1\n" : "a1\n");
		blob = git_output("hash-object", "-w", "g", NULL);
		path = object_path(blob, false);
		cr_assert_eq(utimensat(AT_FDCWD, path.ptr, old, 0), 0);
		(void)write_branch(r, counts[i], i ? "b" : "a", i ? "many" : "few");
		cr_assert_eq(stat(path.ptr, &st), 0);
		cr_expect_gt(st.st_mtim.tv_sec, 1000000000, "%zu objects", counts[i]);
	}
	expect_sound();
}

Test(permission, objects_of_a_cruft_pack_are_copied)
{
	static const size_t counts[] = { 3, 100 };

	new_repo();
	put("f", "f\n");
	commit_all("first");
	for (size_t i = 0; i < 2; i++) {
		AUTO_REPO struct repo *r = NULL;
		AUTO_FREE char *blob = NULL;

		put("g", i ? "f1\n" : "e1\n");
		blob = git_output("hash-object", "-w", "g", NULL);
		(void)remove("g");
		git("repack", "-q", "--cruft", "-d", NULL);
		cr_assert_not(is_loose(blob));
		r = open_here();
		(void)write_branch(r, counts[i], i ? "f" : "e", i ? "cruft-many" : "cruft-few");
		cr_assert_eq(
			system("for m in .git/objects/pack/*.mtimes; do rm -f \"${m%.mtimes}\".*; "
			       "done"),
			0);
		git("cat-file", "-e", blob, NULL);
		expect_sound();
	}
}

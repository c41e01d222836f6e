/*
 * Files of the operating system. Each test works in a directory of its own.
 */
#include "base/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/gcb-file-XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	(void)umask(022);
}

static void leave(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(file, .init = enter, .fini = leave);

/* Writes a file without the functions under test. */
static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

/* What the file holds is `text`. */
static void expect_text(const char *path, const char *text)
{
	AUTO_STR struct str s = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(file_read(path, FILE_MAX, &s, &err), 0, "%s: %s", path, err.reason);
	cr_expect_str_eq(s.ptr, text, "%s", path);
}

/* How many names the current directory has: no temporary file may stay. */
static int count_names(void)
{
	DIR *dir = opendir(".");
	int n = -2;

	cr_assert_not_null(dir);
	while (readdir(dir))
		n++;
	cr_assert_eq(closedir(dir), 0);
	return n;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0);
	return st.st_mode & 07777;
}

Test(file, read_appends)
{
	AUTO_STR struct str s = STR_INIT;
	struct err err = ERR_INIT;

	put("f", "world");
	str_adds(&s, "hello ");
	cr_expect_eq(file_read("f", 5, &s, &err), 0);
	cr_expect_str_eq(s.ptr, "hello world");
	cr_expect_null(err.code, "untouched on success");
}

Test(file, read_of_an_empty_file_and_of_a_large_one)
{
	AUTO_STR struct str large = STR_INIT, s = STR_INIT;
	struct err err = ERR_INIT;

	put("empty", "");
	expect_text("empty", "");
	str_fill(&large, 'x', 300000);
	put("large", large.ptr);
	cr_expect_eq(file_read("large", FILE_MAX, &s, &err), 0);
	cr_expect(slice_eq(str_slice(&s), str_slice(&large)));
}

Test(file, read_refuses)
{
	static const struct {
		const char *name, *path;
		size_t max;
		const struct code *code;
	} rows[] = {
		{ "missing", "missing", 10, &CODE_io },
		{ "a folder", "d", 10, &CODE_io },
		{ "a dangling symlink", "dangling", 10, &CODE_io },
		{ "a fifo, without waiting", "fifo", 10, &CODE_io },
		{ "a device", "/dev/zero", 10, &CODE_io },
		{ "below a file", "f/x", 10, &CODE_io },
		{ "the empty name", "", 10, &CODE_io },
		{ "too large", "f", 4, &CODE_too_large },
	};

	put("f", "12345");
	cr_assert_eq(mkdir("d", 0777), 0);
	cr_assert_eq(mkfifo("fifo", 0666), 0);
	cr_assert_eq(symlink("nothing", "dangling"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str s = STR_INIT;
		struct err err = ERR_INIT;

		cr_expect_eq(file_read(rows[i].path, rows[i].max, &s, &err), -1, "%s",
			     rows[i].name);
		cr_expect_eq(err.code, rows[i].code, "%s", rows[i].name);
		cr_expect_str_eq(err.path, rows[i].path, "%s", rows[i].name);
	}
}

Test(file, read_of_standard_input)
{
	AUTO_STR struct str s = STR_INIT, small = STR_INIT;
	struct err err = ERR_INIT;

	put("f", "12345");
	cr_assert_not_null(freopen("f", "r", stdin));
	cr_expect_eq(file_read("-", 5, &s, &err), 0);
	cr_expect_str_eq(s.ptr, "12345");
	cr_assert_not_null(freopen("f", "r", stdin));
	cr_expect_eq(file_read("-", 4, &small, &err), -1);
	cr_expect_eq(err.code, &CODE_too_large);
}

Test(file, exists)
{
	put("f", "");
	cr_assert_eq(symlink("nothing", "dangling"), 0);
	cr_expect(file_exists("f"));
	cr_expect(file_exists("dangling"));
	cr_expect(file_exists("."));
	cr_expect_not(file_exists("missing"));
	cr_expect_not(file_exists("f/x"));
}

Test(file, replace_makes_a_new_file)
{
	struct err err = ERR_INIT;

	cr_expect_eq(file_replace("f", SLICE("new"), 0666, &err), 0, "%s", err.reason);
	expect_text("f", "new");
	cr_expect_eq(mode_of("f"), 0644, "the umask counts");
	cr_expect_eq(file_replace("x", SLICE(""), 0777, &err), 0);
	cr_expect_eq(mode_of("x"), 0755);
	cr_expect_eq(count_names(), 2);
	cr_expect_null(err.code);
}

Test(file, replace_keeps_the_permission)
{
	struct err err = ERR_INIT;

	put("f", "old");
	cr_assert_eq(chmod("f", 0600), 0);
	cr_expect_eq(file_replace("f", SLICE("new"), 0644, &err), 0);
	expect_text("f", "new");
	cr_expect_eq(mode_of("f"), 0600);
	cr_expect_eq(count_names(), 1);
}

Test(file, replace_leaves_readers_the_old_bytes)
{
	struct err err = ERR_INIT;
	char text[8] = "";
	FILE *reader;

	put("f", "old");
	reader = fopen("f", "r");
	cr_assert_not_null(reader);
	cr_expect_eq(file_replace("f", SLICE("new"), 0644, &err), 0);
	cr_expect_eq(fread(text, 1, 3, reader), 3);
	cr_expect_str_eq(text, "old");
	cr_assert_eq(fclose(reader), 0);
}

Test(file, replace_follows_symlinks)
{
	struct err err = ERR_INIT;
	struct stat st;

	cr_assert_eq(mkdir("d", 0777), 0);
	put("d/f", "old");
	cr_assert_eq(symlink("d/f", "one"), 0);
	cr_assert_eq(symlink("one", "two"), 0);
	cr_expect_eq(file_replace("two", SLICE("new"), 0644, &err), 0);
	cr_assert_eq(lstat("two", &st), 0);
	cr_expect(S_ISLNK(st.st_mode));
	expect_text("d/f", "new");
}

Test(file, replace_failures_leave_nothing_behind)
{
	static const char *const paths[] = { "missing/f", "f/x", "loop", "d", "" };

	put("f", "old");
	cr_assert_eq(mkdir("d", 0777), 0);
	cr_assert_eq(symlink("loop", "loop"), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct err err = ERR_INIT;

		cr_expect_eq(file_replace(paths[i], SLICE("new"), 0644, &err), -1, "'%s'",
			     paths[i]);
		cr_expect_eq(err.code, &CODE_io, "'%s'", paths[i]);
		cr_expect_neq(err.os_errno, 0, "'%s'", paths[i]);
		cr_expect_eq(count_names(), 3, "'%s'", paths[i]);
	}
	expect_text("f", "old");
}

Test(file, replace_of_bytes_with_nul)
{
	AUTO_STR struct str s = STR_INIT;
	struct err err = ERR_INIT;

	cr_expect_eq(file_replace("f", SLICE("a\0b"), 0644, &err), 0);
	cr_expect_eq(file_read("f", 10, &s, &err), 0);
	cr_expect(slice_eq(str_slice(&s), SLICE("a\0b")));
}

Test(file, make_parents)
{
	static const struct {
		const char *path, *folder; /* NULL: nothing to make */
		bool fails;
	} rows[] = {
		{ "f", NULL, false },           { "", NULL, false },
		{ "a/f", "a", false },          { "a/b/c/f", "a/b/c", false },
		{ "a/b//d/f", "a/b/d", false }, { "./e/f", "e", false },
		{ "file/x/f", NULL, true },
	};
	struct err err = ERR_INIT;
	struct stat st;

	put("file", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(file_make_parents(rows[i].path, &err), rows[i].fails ? -1 : 0, "'%s'",
			     rows[i].path);
		cr_expect(!rows[i].folder ||
				  (stat(rows[i].folder, &st) == 0 && S_ISDIR(st.st_mode)),
			  "'%s'", rows[i].path);
	}
	cr_expect_eq(err.code, &CODE_io);
	cr_expect_not(file_exists("a/f"), "the file itself is not made");
}

Test(file, files_sync_takes_what_is_there_and_what_is_gone)
{
	static const char *const paths[] = { "d/f", "d/gone", "gone/deep/f", "d/f", "d/f",
					     "d/f", "d/f",    "d/f",         "d/f" };
	struct err err = ERR_INIT;
	char top[4096];

	cr_assert_eq(mkdir("d", 0777), 0);
	put("d/f", "text");
	for (size_t n = 0; n <= sizeof(paths) / sizeof(paths[0]); n++)
		cr_expect_eq(files_sync(paths, n, ".", &err), 0, "%zu: %s", n, err.reason);
	cr_assert_not_null(getcwd(top, sizeof(top)));
	cr_expect_eq(files_sync(paths, 3, top, &err), 0, "%s", err.reason);
	cr_expect_eq(directory_sync("d", &err), 0);
}

Test(file, what_cannot_be_synced_is_an_error)
{
	static const char *const loop[] = { "loop" }, *const many[] = { "1", "2", "3", "4", "5",
									"6", "7", "8", "9" };
	struct err err = ERR_INIT;

	cr_assert_eq(symlink("loop", "loop"), 0);
	cr_expect_eq(files_sync(loop, 1, ".", &err), -1);
	cr_expect_eq(err.code, &CODE_io);
	cr_expect_eq(files_sync(many, 9, "missing", &err), -1);
	cr_expect_eq(directory_sync("missing", &err), -1);
}

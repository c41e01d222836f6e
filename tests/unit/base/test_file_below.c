/*
 * Files below a directory: nothing is written through a symlink, whoever puts one on the way and
 * when. Each test works in a directory of its own, with "top" and "outside" in it.
 */
#include "base/file_below.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/gcb-below-XXXXXX";
static int top = -1;

static void enter(void)
{
	struct err err = ERR_INIT;

	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	(void)umask(022);
	cr_assert_eq(mkdir("top", 0777), 0);
	cr_assert_eq(mkdir("outside", 0777), 0);
	top = directory_open("top", &err);
	cr_assert_geq(top, 0, "%s", err.reason);
}

static void leave(void)
{
	char command[64];

	(void)close(top);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(file_below, .init = enter, .fini = leave);

/* Writes a text: the code of the error, or NULL. */
static const struct code *write_text(const char *path, const char *text, bool durable)
{
	const struct file_below f = {
		.top = top, .path = path, .bytes = slice_of(text), .mode = 0666, .durable = durable
	};
	struct err err = ERR_INIT;

	return file_below_write(&f, &err) == 0 ? NULL : err.code;
}

/* What the file holds is `text`. */
static void expect_text(const char *path, const char *text)
{
	AUTO_STR struct str s = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(file_read(path, FILE_MAX, &s, &err), 0, "%s: %s", path, err.reason);
	cr_expect_str_eq(s.ptr, text, "%s", path);
}

/* How many names a directory has. */
static int count_names(const char *path)
{
	DIR *dir = opendir(path);
	int n = -2;

	cr_assert_not_null(dir);
	while (readdir(dir))
		n++;
	cr_assert_eq(closedir(dir), 0);
	return n;
}

Test(file_below, write_makes_directories_and_keeps_the_mode)
{
	struct stat st, written;
	const struct file_below f = {
		.top = top, .path = "a/b/f", .bytes = SLICE("2"), .mode = 0666, .st = &written
	};
	struct err err = ERR_INIT;

	cr_expect_null(write_text("a/b/f", "1", true));
	cr_assert_eq(stat("top/a/b/f", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0644);
	cr_assert_eq(chmod("top/a/b/f", 0750), 0);
	cr_expect_eq(file_below_write(&f, &err), 0, "%s", err.reason);
	expect_text("top/a/b/f", "2");
	cr_assert_eq(stat("top/a/b/f", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0750);
	cr_expect_eq(st.st_ino, written.st_ino);
	cr_expect_eq(count_names("top/a/b"), 1);
}

Test(file_below, unfinished_files_are_removed)
{
	cr_expect_null(write_text("f", "old", false));
	cr_assert_eq(rename("top/f", "top/f" FILE_UNFINISHED), 0);
	cr_expect_null(write_text("f", "new", false));
	expect_text("top/f", "new");
	cr_expect_eq(count_names("top"), 1);
	cr_assert_eq(mkdir("top/f" FILE_UNFINISHED, 0777), 0);
	cr_expect_eq(write_text("f", "newer", false), &CODE_io, "a directory is not removed");
	expect_text("top/f", "new");
}

Test(file_below, links_and_files_on_the_way_are_refused)
{
	static const char *const paths[] = { "link/f", "link/a/f", "file/f", "../f", "a/../../f",
					     "/tmp/f", "./f",      "a//f",   "a/",   "" };
	struct err err = ERR_INIT;

	cr_assert_eq(symlink("../outside", "top/link"), 0);
	cr_expect_null(write_text("file", "x", true));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		cr_expect_eq(write_text(paths[i], "x", i % 2), &CODE_unsafe_path, "'%s'", paths[i]);
		cr_expect_eq(file_below_remove(top, paths[i], &err), -1, "'%s'", paths[i]);
		cr_expect_not(directory_below_remove(top, paths[i]), "'%s'", paths[i]);
	}
	cr_expect_eq(count_names("outside"), 0);
	cr_expect_eq(count_names("."), 2);
}

Test(file_below, a_link_of_the_name_is_replaced)
{
	cr_assert_eq(symlink("../outside/f", "top/f"), 0);
	cr_expect_null(write_text("f", "x", true));
	expect_text("top/f", "x");
	cr_expect_eq(count_names("outside"), 0);
}

Test(file_below, remove)
{
	struct err err = ERR_INIT;

	cr_expect_null(write_text("a/f", "x", false));
	cr_expect_not(directory_below_remove(top, "a"));
	cr_expect_eq(file_below_remove(top, "a/f", &err), 0, "%s", err.reason);
	cr_expect_eq(file_below_remove(top, "a/f", &err), 0, "it is gone");
	cr_expect_eq(file_below_remove(top, "b/f", &err), 0, "its directory is gone");
	cr_expect(directory_below_remove(top, "a"));
	cr_expect_eq(count_names("top"), 0);
}

/* Exchanges the directory and a link that leads out, until the test ends this process. */
static _Noreturn void swap_forever(void)
{
	(void)alarm(60);
	for (;;)
		(void)renameat2(AT_FDCWD, "top/apps", AT_FDCWD, "top/link", RENAME_EXCHANGE);
}

Test(file_below, a_directory_that_becomes_a_link_meanwhile)
{
	enum { TRIES = 3000 };
	int written = 0;
	pid_t pid;

	cr_assert_eq(mkdir("top/apps", 0777), 0);
	cr_assert_eq(symlink("../outside", "top/link"), 0);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (!pid)
		swap_forever();
	for (int i = 0; i < TRIES; i++)
		written += !write_text("apps/f", "x", false);
	cr_assert_eq(kill(pid, SIGKILL), 0);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	cr_expect_gt(written, 0);
	cr_expect_lt(written, TRIES, "the directory was never a link");
	cr_expect_eq(count_names("outside"), 0);
}

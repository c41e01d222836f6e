/*
 * Patches, judged by the real git: what it applies, and what it makes of headers and message.
 */
#include "git/format_patch.h"

#include "tests/unit/git/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(format_patch, .init = scratch_enter, .fini = scratch_leave);

/* Writes the patch of these changes into the file .git/patch. */
static void make_patch(const char *message, const struct change *changes, size_t n)
{
	struct err err = ERR_INIT;
	AUTO_STR struct str text = STR_INIT;
	AUTO_REPO struct repo *r = open_here();

	cr_assert_eq(format_patch(r, &(struct commit_patch){ message, CHANGES(changes, n), 1, 1 },
				  &text, &err),
		     0, "%s", err.reason);
	put(".git/patch", text.ptr);
}

/* A repository with some files. */
static void make_repo(void)
{
	put("a.yaml", "a: 1\n");
	put("gone.yaml", "b: 1\n");
	put("end.yaml", "c: 1");
	put("crlf.yaml", "d: 1\r\ne: 2\r\n");
	put("was empty.yaml", "");
	cr_assert_eq(chmod("was empty.yaml", 0755), 0);
	new_repo();
	commit_all("initial");
}

#define CHANGE(path, before, after, mode)                                                          \
	{                                                                                          \
		SLICE_INIT(path), SLICE_INIT(before), SLICE_INIT(after), mode                      \
	}
#define NO_BYTES                                                                                   \
	{                                                                                          \
		NULL, 0                                                                            \
	}

Test(format_patch, every_kind_of_change)
{
	static const struct change changes[] = {
		CHANGE("a.yaml", "a: 1\n", "a: 2\n", 0100644),
		{ SLICE_INIT("gone.yaml"), SLICE_INIT("b: 1\n"), NO_BYTES, 0100644 },
		CHANGE("end.yaml", "c: 1", "c: 1\nx: 2", 0100644),
		CHANGE("crlf.yaml", "d: 1\r\ne: 2\r\n", "d: 1\r\ne: 3\r\n", 0100644),
		{ SLICE_INIT("new \"one\"\\\xc3\xa4/tab\there.yaml"), NO_BYTES,
		  SLICE_INIT("y: 1\n"), 0100755 },
		{ SLICE_INIT("with blank.yaml"), NO_BYTES, SLICE_INIT("z: 1"), 0100644 },
		{ SLICE_INIT("empty.yaml"), NO_BYTES, SLICE_INIT(""), 0100644 },
		{ SLICE_INIT("empty with blank.yaml"), NO_BYTES, SLICE_INIT(""), 0100755 },
		{ SLICE_INIT("was empty.yaml"), SLICE_INIT(""), NO_BYTES, 0100755 },
	};

	make_repo();
	make_patch("web: 10 -> start\n\nbody\n", changes, sizeof(changes) / sizeof(changes[0]));
	git("apply", "--check", "--index", ".git/patch", NULL);
	git("am", "-q", "--keep-cr", ".git/patch", NULL);
	expect_file("a.yaml", "a: 2\n");
	expect_file("end.yaml", "c: 1\nx: 2");
	expect_file("crlf.yaml", "d: 1\r\ne: 3\r\n");
	expect_file("new \"one\"\\\xc3\xa4/tab\there.yaml", "y: 1\n");
	expect_file("with blank.yaml", "z: 1");
	expect_file("empty.yaml", "");
	expect_file("empty with blank.yaml", "");
	expect_git("", "ls-files", "gone.yaml", "was empty.yaml");
	expect_git("100755", "ls-files", "--format=%(objectmode)", "empty with*");
	expect_git("100755", "ls-files", "--format=%(objectmode)", "new*");
	expect_sound();
}

/* The mode stands behind the ids, and only there: git warns about another one. */
Test(format_patch, mode_of_a_changed_executable)
{
	static const struct change changes[] = { CHANGE("a 100644", "a: 1\n", "a: 2\n", 0100755) };
	struct err err = ERR_INIT;
	AUTO_STR struct str text = STR_INIT;
	AUTO_REPO struct repo *r = NULL;

	put("a 100644", "a: 1\n");
	cr_assert_eq(chmod("a 100644", 0755), 0);
	new_repo();
	commit_all("initial");
	r = open_here();
	cr_assert_eq(format_patch(r, &(struct commit_patch){ "s", CHANGES(changes, 1), 1, 1 },
				  &text, &err),
		     0, "%s", err.reason);
	cr_expect_not_null(strstr(text.ptr, "diff --git a/a 100644 b/a 100644\nindex "));
	cr_expect_not_null(strstr(text.ptr, " 100755\n--- a/a 100644"));
}

/* The message of the commit that git am makes. */
Test(format_patch, message)
{
	static const struct {
		const char *message, *wanted;
	} rows[] = {
		{ "one line", "one line" },
		{ "subject\n\nbody\n\nA: b\n", "subject\n\nbody\n\nA: b" },
		{ "two\nlines\n\nbody", "two lines\n\nbody" },
		{ "no =?UTF-8?q?encoded?= word", "no =?UTF-8?q?encoded?= word" },
		{ "gr\xc3\xb6\xc3\x9f"
		  "er =?x?= \xe2\x82\xac\n\n\xc3\xa4",
		  "gr\xc3\xb6\xc3\x9f"
		  "er =?x?= \xe2\x82\xac\n\n\xc3\xa4" },
		{ "long \xc3\xa4 subject that has to be more than one word of a head line, since "
		  "these are seventy-five bytes at most",
		  "long \xc3\xa4 subject that has to be more than one word of a head line, since "
		  "these are seventy-five bytes at most" },
		{ "s\n\nFrom: me <me@example.com>\n\nbody",
		  "s\n\n From: me <me@example.com>\n\nbody" },
		{ "s\n\na\n---\nb\ndiff -u\nIndex: x\nFrom x Mon Sep 17 00:00:00 2001",
		  "s\n\na\n ---\nb\n diff -u\n Index: x\n From x Mon Sep 17 00:00:00 2001" },
	};
	static const struct change changes[] = { CHANGE("a.yaml", "a: 1\n", "a: 2\n", 0100644) };

	make_repo();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_patch(rows[i].message, changes, 1);
		git("am", "-q", ".git/patch", NULL);
		expect_git(rows[i].wanted, "log", "-1", "--format=%B");
		git("reset", "-q", "--hard", "HEAD~1", NULL);
	}
}

/* Who wrote it, and when. */
Test(format_patch, author)
{
	static const char *const names[] = { "Ann", "Zo\xc3\xab O'Hara, Jr", "A. \"B\" C",
					     "x =?y?= z" };
	static const struct change changes[] = { CHANGE("a.yaml", "a: 1\n", "a: 2\n", 0100644) };

	make_repo();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)setenv("GIT_AUTHOR_NAME", names[i], 1);
		(void)setenv("GIT_AUTHOR_EMAIL", "ann@example.com", 1);
		(void)setenv("GIT_AUTHOR_DATE", "2026-01-02T03:04:05-0230", 1);
		make_patch("web: 10 -> start", changes, 1);
		(void)unsetenv("GIT_AUTHOR_NAME");
		(void)unsetenv("GIT_AUTHOR_EMAIL");
		(void)unsetenv("GIT_AUTHOR_DATE");
		git("am", "-q", ".git/patch", NULL);
		expect_git(names[i], "log", "-1", "--format=%an");
		expect_git("ann@example.com 2026-01-02T03:04:05-02:30", "log", "-1",
			   "--format=%ae %aI");
		git("reset", "-q", "--hard", "HEAD~1", NULL);
	}
}

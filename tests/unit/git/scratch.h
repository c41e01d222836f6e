/*
 * scratch.h - repositories for tests: made by the real git in a directory of their own, and judged
 * by it.
 *
 * TestSuite(x, .init = scratch_enter, .fini = scratch_leave): the test then stands in an empty
 * directory that is also HOME, with a configuration of its own and without any GIT_ variable. What
 * cannot be done ends the test.
 */
#ifndef GCB_TESTS_UNIT_GIT_SCRATCH_H
#define GCB_TESTS_UNIT_GIT_SCRATCH_H

#include "base/change.h"
#include "git/repo.h"

/* Goes into a new directory; removes it again. */
void scratch_enter(void);
void scratch_leave(void);

/* The directory, without a slash at its end. */
const char *scratch_directory(void);

/*
 * Runs `git` with these arguments, the last one NULL, in the current directory; it has to succeed.
 */
void git(const char *first, ...) __attribute__((sentinel));

/* The same, giving its output without the line feeds at the end; the caller frees it. */
char *git_output(const char *first, ...) __attribute__((sentinel));

/* The same, giving its exit code. */
int git_code(const char *first, ...) __attribute__((sentinel));

/* Checks the output of git. */
#define expect_git(expected, ...)                                                                  \
	do {                                                                                       \
		char *said_ = git_output(__VA_ARGS__, NULL);                                       \
		cr_expect_str_eq(said_, (expected), "git prints '%s', not '%s'", said_,            \
				 (expected));                                                      \
		free(said_);                                                                       \
	} while (0)

/* `git fsck --strict` reports nothing, and `git status` reports no changes. */
void expect_sound(void);
void expect_clean(void);

/* Makes a file with its directories; reads one (the caller frees it). */
void put(const char *path, const char *text);
char *get(const char *path);
void expect_file(const char *path, const char *text);

/* `git init` in the current directory; all files added and committed. */
void new_repo(void);
void commit_all(const char *message);

/* The object that git has for a revision. */
struct oid oid_at(const char *revision);

/* Opens the repository of the current directory. */
struct repo *open_here(void);

/* `n` changes of a constant array, as functions take them. */
#define CHANGES(array, n) (&(struct changes){ (struct change *)(uintptr_t)(array), (n) })

/* The error has this code, and its text references `part`. */
#define expect_err(e, name, part)                                                                  \
	do {                                                                                       \
		AUTO_STR struct str text_ = STR_INIT;                                              \
		cr_assert_not_null((e).code, "no error");                                          \
		err_format(&(e), &text_);                                                          \
		cr_expect_eq((e).code, &CODE_##name, "%s", text_.ptr);                             \
		cr_expect_not_null(strstr(text_.ptr, (part)), "'%s' does not mention '%s'",        \
				   text_.ptr, (part));                                             \
	} while (0)

#endif

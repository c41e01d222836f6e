/*
 * scratch.h - repositories for tests: made by the real git in a folder of their own, and judged by
 * it.
 *
 * TestSuite(x, .init = scratch_enter, .fini = scratch_leave): the test then stands in an empty
 * folder that is also HOME, with a configuration of its own and without any GIT_ variable. What
 * cannot be done ends the test.
 */
#ifndef GCB_TESTS_UNIT_GIT_SCRATCH_H
#define GCB_TESTS_UNIT_GIT_SCRATCH_H

#include "git/repo.h"

/* Goes into a new folder; removes it again. */
void scratch_enter(void);
void scratch_leave(void);

/* The folder, without a slash at its end. */
const char *scratch_folder(void);

/* Runs `git` with these arguments, the last one NULL, in the current folder; it has to succeed. */
void git(const char *first, ...) __attribute__((sentinel));

/* The same, giving its output without the line feeds at the end; the caller frees it. */
char *git_says(const char *first, ...) __attribute__((sentinel));

/* The same, giving its exit code. */
int git_code(const char *first, ...) __attribute__((sentinel));

/* Checks what git says. */
#define expect_git(expected, ...)                                                                  \
	do {                                                                                       \
		char *said_ = git_says(__VA_ARGS__, NULL);                                         \
		cr_expect_str_eq(said_, (expected), "git says '%s', not '%s'", said_, (expected)); \
		free(said_);                                                                       \
	} while (0)

/* `git fsck --strict` has nothing to say, and `git status` finds nothing changed. */
void expect_sound(void);
void expect_clean(void);

/* Makes a file with its folders; reads one (the caller frees it). */
void put(const char *path, const char *text);
char *get(const char *path);
void expect_file(const char *path, const char *text);

/* `git init` in the current folder; all files added and committed. */
void new_repo(void);
void commit_all(const char *message);

/* The object that git has for a revision. */
struct oid oid_at(const char *revision);

/* Opens the repository of the current folder. */
struct repo *open_here(void);

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

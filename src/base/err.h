/*
 * err.h - what failed, and where.
 *
 * An error is one struct on the caller's stack with nothing to free. A function that can fail takes
 * `struct err *` last and returns 0 or -1; on success the struct is unchanged, on failure the
 * function's outputs are. Where the failure is detected it is one line:
 *
 *	return err_set(err, &CODE_yaml_syntax, place, "found a tab where ...");
 *
 * and a caller that knows more prepends it: `return err_wrap(err, "reading '%s'", path)`. Messages
 * are lower case, without a full stop, and contain no secrets. Library code does not print: main
 * prints the error once (err_format).
 *
 * Each error has a code (code.h).
 */
#ifndef GCB_BASE_ERR_H
#define GCB_BASE_ERR_H

#include "base/code.h"
#include "base/str.h"

/*
 * Where something is: a path (as the user knows it) and a position in it, 1-based; line 0: the file
 * as a whole; no path: unknown.
 */
struct place {
	struct slice path;
	uint32_t line, col;
};
#define NOWHERE ((struct place){ { NULL, 0 }, 0, 0 })

/* The place of a whole file. */
struct place place_of(const char *path);

struct err {
	const struct code *code; /* NULL: no error yet */
	int os_errno;            /* errno of a failed system call, else 0 */
	uint32_t line, col;      /* 0: unknown */
	char path[256];          /* "": unknown; of a longer path the end */
	char reason[512];
	char remedy[256]; /* "": the code's own */
};
/* clang-format off */
#define ERR_INIT { 0 }
/* clang-format on */

/* A copy on the heap, for structs that rarely hold an error; freed with free(). */
struct err *err_keep(const struct err *err);

/* Fills the error in. Always returns -1. */
int err_set(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a failed system call: ": " and strerror(errno) are added. */
int err_os(struct err *err, const struct code *code, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Prepends context and ": " to the reason. Always returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Replaces the code's remedy with a more exact one. Always returns -1, so that it can end a
 * function after err_set.
 */
int err_remedy(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sets the remedy "did you mean 'NEAR'?", where `near` is the nearest known name (slice_nearest);
 * absent or empty: the remedy remains. Always returns -1.
 */
int err_did_you_mean(struct err *err, struct slice near);

/*
 * Appends a message as one line without a line end, fit for a terminal: "path:line:col: reason;
 * remedy [GCB2001]". The one layout of errors and findings.
 */
void message_format(struct str *out, struct place at, struct slice reason, struct slice remedy,
		    const struct code *code);

/*
 * The error as one line without a line end, fit for a terminal: "path:line:col: reason; remedy
 * [GCB2001]".
 */
void err_format(const struct err *err, struct str *out);

#endif

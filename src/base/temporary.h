/*
 * temporary.h - a directory with files for another program, which is always removed. World column.
 *
 * It is made in TMPDIR if that is absolute, else in /tmp, and nobody else may read it. From
 *temporary_begin to temporary_end the signals that end the program wait (signals.h), except while
 *it waits for a program that it runs; so only SIGKILL, and a machine that stops, leave the
 *directory behind.
 *
 *	AUTO_TEMPORARY struct temporary t = TEMPORARY_INIT;
 *	if (temporary_begin(&t, err) < 0 || temporary_write(&t, path, bytes, err) < 0) ...
 */
#ifndef GCB_BASE_TEMPORARY_H
#define GCB_BASE_TEMPORARY_H

#include "base/err.h"
#include "base/signals.h"
#include "base/str.h"

struct temporary {
	struct str path; /* absolute; empty: there is none */
	struct signals signals;
};
/* clang-format off */
#define TEMPORARY_INIT { .path = STR_INIT }
/* clang-format on */

/* Makes the directory. Errors: `io`. */
int temporary_begin(struct temporary *t, struct err *err);

/* Makes a directory in it, with all above. Errors: `io`, `unsafe_path`. */
int temporary_make(const struct temporary *t, struct slice path, struct err *err);

/*
 * Writes a new file in it, with the directories above: never through a symlink, never over another
 * file. Errors: `io`, `unsafe_path` (absolute, or with "." or "..").
 */
int temporary_write(const struct temporary *t, struct slice path, struct slice bytes,
		    struct err *err);

/* Removes the directory with all that is in it, also what a program wrote there. */
void temporary_end(struct temporary *t);
#define AUTO_TEMPORARY __attribute__((cleanup(temporary_end)))

#endif

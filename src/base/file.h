/*
 * file.h - files of the operating system. World column: the pure part of the library must not
 * include this.
 *
 * A file is replaced, never written in place: if the program is killed, the file has its old bytes
 * or its new ones.
 */
#ifndef GCB_BASE_FILE_H
#define GCB_BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

/* The largest file that is read: 64 MiB, far above any manifest. */
#define FILE_MAX ((size_t)64 << 20)

/*
 * Appends the bytes of the regular file `path` ("-": standard input) to `out`. Errors: `io`
 * (missing, not readable, not a regular file), `too_large` for more than `max` bytes; `out` may
 * then hold a part.
 */
int file_read(const char *path, size_t max, struct str *out, struct err *err);

/* Is there anything at `path` (a dangling symlink counts)? */
bool file_exists(const char *path);

/*
 * Replaces the content of `path`: symlinks are followed; a temporary file in the same directory is
 * written, synced and renamed, and the directory synced. `mode` is the permission of a new file
 * (before the umask); an existing file keeps its own. On failure the temporary file is removed.
 * Errors: `io`.
 */
int file_replace(const char *path, struct slice bytes, unsigned mode, struct err *err);

/* The permission of a new file: `mode` without the umask. */
unsigned file_mode_of_new(unsigned mode);

/* Writes all bytes to a descriptor. Returns 0, or -1 with errno. */
int file_write_all(int fd, struct slice bytes);

/*
 * Syncs these files below the directory `top` (no slash at its end), which may have been deleted,
 * and the directories in between. Many are synced by one call for the file system of `top`. Errors:
 * `io`.
 */
int files_sync(const char *const *paths, size_t n, const char *top, struct err *err);

/* Syncs a directory: the names of its files. Errors: `io`. */
int directory_sync(const char *directory, struct err *err);

/* Creates the missing directories above `path`. Errors: `io`. */
int file_make_parents(const char *path, struct err *err);

#endif

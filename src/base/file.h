/*
 * file.h - files of the operating system. World column: the pure part of the library must not
 * include this.
 *
 * A file is replaced, never written in place: a kill at any instant leaves the old bytes or the new
 * ones.
 */
#ifndef GCB_BASE_FILE_H
#define GCB_BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

/* The largest file that is read: 64 MiB, far above any manifest. */
#define FILE_MAX ((size_t)64 << 20)

/*
 * Appends the bytes of the regular file `path` ("-": standard input) to `out`. Errors: `io`
 * (missing, not readable, not a regular file), `too_large` past `max` bytes; `out` may then hold a
 * part.
 */
int file_read(const char *path, size_t max, struct str *out, struct err *err);

/* Is there anything at `path` (a dangling symlink counts)? */
bool file_exists(const char *path);

/*
 * Makes `path` hold `bytes`: symlinks are followed first, then a temporary file in the same folder,
 * write, fsync, rename, fsync of the folder. `mode` is the permission of a new file (before the
 * umask); an existing file keeps its own. The temporary file is removed on every failure. Errors:
 * `io`.
 */
int file_replace(const char *path, struct slice bytes, unsigned mode, struct err *err);

/*
 * The same for many files: without waiting for the disk (files_sync does that for all), since one
 * fsync a file is most of the time that a thousand of them take. Only for somebody who holds a lock
 * on the file: the temporary file has a fixed name, `path` with FILE_UNFINISHED behind it, so that
 * one that a kill left behind is taken away by the next try.
 */
#define FILE_UNFINISHED ".gcb-tmp"
int file_replace_soon(const char *path, struct slice bytes, unsigned mode, struct err *err);

/* The permission that a new file gets: `mode` less the umask. */
unsigned file_mode_of_new(unsigned mode);

/* Writes all bytes to a descriptor; -1 with errno when that cannot be. */
int file_write_all(int fd, struct slice bytes);

/*
 * Waits until the disk has these files below the folder `top` (no slash at its end), or that they
 * are gone, and the folders in between. Many by one call for the file system of `top`. Errors:
 * `io`.
 */
int files_sync(const char *const *paths, size_t n, const char *top, struct err *err);

/* Waits until the disk has the names in this folder. Errors: `io`. */
int folder_sync(const char *folder, struct err *err);

/* Makes the folders above `path` that are missing. Errors: `io`. */
int file_make_parents(const char *path, struct err *err);

#endif

/*
 * file_below.h - writes files below a directory that is held open. World column.
 *
 * A repository chooses the paths, so nothing on the way may lead elsewhere: every directory is
 * opened in the one above it, and no symlink is followed, even if another process replaces a
 * directory meanwhile.
 */
#ifndef GCB_BASE_FILE_BELOW_H
#define GCB_BASE_FILE_BELOW_H

#include "base/err.h"

#include <sys/stat.h>

/* Opens the directory `path`, through symlinks. Returns a descriptor, or -1. Errors: `io`. */
int directory_open(const char *path, struct err *err);

/*
 * The ending of a temporary file that is not synced. The caller holds a lock, and the next attempt
 * removes one that a killed process left.
 */
#define FILE_UNFINISHED ".gcb-tmp"

/* A file to be written: a temporary file in its directory is renamed. */
struct file_below {
	int top;          /* descriptor of the directory */
	const char *path; /* from there, without "." and ".." */
	struct slice bytes;
	unsigned mode; /* the permission of a new file, before the umask; others keep theirs */
	bool durable;  /* it is synced, which takes most of the time; else call files_sync later */
	struct stat *st; /* receives the state of the written file; NULL: not wanted */
};

/*
 * Replaces the content of a file, and creates the missing directories above it. A symlink of this
 * name is replaced. Errors: unsafe_path (a symlink or file where a directory is required), `io`.
 */
int file_below_write(const struct file_below *f, struct err *err);

/* Removes the file, if it exists. Errors: unsafe_path, `io`. */
int file_below_remove(int top, const char *path, struct err *err);

/* Removes an empty directory. False: it is not empty, or cannot be removed. */
bool directory_below_remove(int top, const char *path);

#endif

#include "base/file.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Closes a descriptor when the variable goes out of scope. */
static void close_auto(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
#define AUTO_CLOSE __attribute__((cleanup(close_auto)))

/* Appends all that `fd` gives, at most `max` bytes. */
static int read_all(int fd, const char *path, size_t max, struct str *out, struct err *err)
{
	char buf[65536];
	size_t total = 0;

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(err, &CODE_io, place_of(path), "cannot read");
		if (!n)
			return 0;
		total += (size_t)n;
		if (total > max)
			return err_set(err, &CODE_too_large, place_of(path),
				       "the file is larger than %zu bytes", max);
		str_add(out, (struct slice){ buf, (size_t)n });
	}
}

int file_read(const char *path, size_t max, struct str *out, struct err *err)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (!strcmp(path, "-"))
		return read_all(STDIN_FILENO, "standard input", max, out, err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_os(err, &CODE_io, place_of(path), "cannot open");
	if (fstat(fd, &st) < 0)
		return err_os(err, &CODE_io, place_of(path), "cannot read");
	if (!S_ISREG(st.st_mode))
		return err_set(err, &CODE_io, place_of(path), "not a regular file");
	if ((uintmax_t)st.st_size > max)
		return err_set(err, &CODE_too_large, place_of(path),
			       "the file is larger than %zu bytes", max);
	return read_all(fd, path, max, out, err);
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

int file_write_all(int fd, struct slice bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes = slice_sub(bytes, (size_t)n, bytes.len);
	}
	return 0;
}

/* The folder of `path`; freed by the caller. */
static char *folder_of(const char *path)
{
	char *folder = strdup(strchr(path, '/') ? path : "./"), *slash;

	if (!folder)
		fatal("out of memory");
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	return folder;
}

/* Opens a folder, or any file for reading, and makes it durable with `sync`. */
static int sync_at(const char *path, int flags, int (*sync)(int fd))
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -1;
	return sync(fd) == 0 || errno == EINVAL ?
		       0 :
		       -1; /* some file systems have nothing to sync in a folder */
}

/* Makes the rename in the folder of `path` durable. */
static int sync_folder(const char *path)
{
	AUTO_FREE char *folder = folder_of(path);

	return sync_at(folder, O_DIRECTORY, fsync);
}

int folder_sync(const char *folder, struct err *err)
{
	return sync_at(folder, O_DIRECTORY, fsync) == 0 ?
		       0 :
		       err_os(err, &CODE_io, place_of(folder), "cannot write");
}

/*
 * A file, which may be gone, and the folders above it, of which some may be gone, from the one that
 * holds it up to `top`.
 */
static int sync_file(const char *path, const char *top)
{
	AUTO_FREE char *at = folder_of(path);

	if (sync_at(path, O_NONBLOCK, fsync) < 0 && errno != ENOENT && errno != ENOTDIR)
		return -1;
	for (;;) {
		char *above;

		if (sync_at(at, O_DIRECTORY, fsync) < 0 && errno != ENOENT && errno != ENOTDIR)
			return -1;
		if (strlen(at) <= strlen(top))
			return 0;
		above = folder_of(at);
		free(at);
		at = above;
	}
}

/* From this many files on their file system is told to write all that it has. */
enum { SYNC_ALL_FROM = 9 };

int files_sync(const char *const *paths, size_t n, const char *top, struct err *err)
{
	if (n >= SYNC_ALL_FROM)
		return sync_at(top, O_DIRECTORY, syncfs) == 0 ?
			       0 :
			       err_os(err, &CODE_io, place_of(top), "cannot write");
	for (size_t i = 0; i < n; i++)
		if (sync_file(paths[i], top) < 0)
			return err_os(err, &CODE_io, place_of(paths[i]), "cannot write");
	return 0;
}

/* Fills the temporary file `temp`, open as `fd`, and puts it in the place of `target`. */
static int fill_and_rename(int fd, const char *temp, const char *target, struct slice bytes,
			   unsigned mode, bool durable)
{
	if (file_write_all(fd, bytes) < 0 || fchmod(fd, mode) < 0 || (durable && fsync(fd) < 0))
		return -1;
	if (rename(temp, target) < 0)
		return -1;
	return durable ? sync_folder(target) : 0;
}

unsigned file_mode_of_new(unsigned mode)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return mode & ~mask;
}

/* The permission that the replaced file gets: the one it has, or that of a new one. */
static unsigned final_mode(const char *target, unsigned mode)
{
	struct stat st;

	return stat(target, &st) == 0 ? st.st_mode & 07777 : file_mode_of_new(mode);
}

/*
 * Makes the temporary file: of a name that nobody has, or of the fixed one, when the caller holds a
 * lock.
 */
static int open_temp(const char *target, bool shared, struct str *temp)
{
	int fd;

	str_addf(temp, "%s%s", target, shared ? ".gcbXXXXXX" : FILE_UNFINISHED);
	if (shared)
		return mkostemp(temp->ptr, O_CLOEXEC);
	fd = open(temp->ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST && unlink(temp->ptr) == 0)
		fd = open(temp->ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd;
}

/* Replaces a file, with or without waiting until the disk has it. */
static int replace(const char *path, struct slice bytes, unsigned mode, bool durable,
		   struct err *err)
{
	AUTO_FREE char *real = NULL;
	AUTO_STR struct str temp = STR_INIT;
	AUTO_CLOSE int fd = -1;
	const char *target;
	struct stat st;
	int saved;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && !(real = realpath(path, NULL)) &&
	    errno != ENOENT)
		return err_os(err, &CODE_io, place_of(path), "cannot write");
	target = real ? real : path;
	fd = open_temp(target, durable, &temp);
	if (fd < 0)
		return err_os(err, &CODE_io, place_of(path), "cannot write");
	if (fill_and_rename(fd, temp.ptr, target, bytes, final_mode(target, mode), durable) == 0)
		return 0;
	saved = errno;
	(void)unlink(temp.ptr);
	errno = saved;
	return err_os(err, &CODE_io, place_of(path), "cannot write");
}

int file_replace(const char *path, struct slice bytes, unsigned mode, struct err *err)
{
	return replace(path, bytes, mode, true, err);
}

int file_replace_soon(const char *path, struct slice bytes, unsigned mode, struct err *err)
{
	return replace(path, bytes, mode, false, err);
}

int file_make_parents(const char *path, struct err *err)
{
	AUTO_FREE char *folder = strdup(path);
	char *slash;
	struct stat st;

	if (!folder)
		fatal("out of memory");
	slash = strrchr(folder, '/');
	if (slash) {
		*slash = '\0';
		if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
			return 0; /* nearly always, and then nothing above it has to be tried */
		*slash = '/';
	}
	for (char *p = folder[0] ? strchr(folder + 1, '/') : NULL; p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(folder, 0777) < 0 && errno != EEXIST)
			return err_os(err, &CODE_io, place_of(folder), "cannot make the folder");
		*p = '/';
	}
	return 0;
}

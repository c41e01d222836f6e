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

/* Appends all bytes of `fd`, at most `max`. */
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

/* The directory of `path`; freed by the caller. */
static char *parent_of(const char *path)
{
	char *parent = strdup(strchr(path, '/') ? path : "./"), *slash;

	if (!parent)
		fatal("out of memory");
	slash = strrchr(parent, '/');
	slash[slash == parent] = '\0';
	return parent;
}

/* Opens a directory or a file, and makes it durable with `sync`. */
static int sync_at(const char *path, int flags, int (*sync)(int fd))
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return -1;
	/* EINVAL: the file system has nothing to sync in a directory */
	return sync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

/* Makes a rename to `path` durable. */
static int sync_parent(const char *path)
{
	AUTO_FREE char *parent = parent_of(path);

	return sync_at(parent, O_DIRECTORY, fsync);
}

int directory_sync(const char *directory, struct err *err)
{
	return sync_at(directory, O_DIRECTORY, fsync) == 0 ?
		       0 :
		       err_os(err, &CODE_io, place_of(directory), "cannot write");
}

/*
 * Syncs a file and the directories above it, up to `top`; some of them may have been deleted.
 */
static int sync_file(const char *path, const char *top)
{
	AUTO_FREE char *at = parent_of(path);

	if (sync_at(path, O_NONBLOCK, fsync) < 0 && errno != ENOENT && errno != ENOTDIR)
		return -1;
	for (;;) {
		char *above;

		if (sync_at(at, O_DIRECTORY, fsync) < 0 && errno != ENOENT && errno != ENOTDIR)
			return -1;
		if (strlen(at) <= strlen(top))
			return 0;
		above = parent_of(at);
		free(at);
		at = above;
	}
}

/* From this many files on, the whole file system is synced. */
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

unsigned file_mode_of_new(unsigned mode)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return mode & ~mask;
}

/* The permission of the replaced file: its current one, or that of a new one. */
static unsigned final_mode(const char *target, unsigned mode)
{
	struct stat st;

	return stat(target, &st) == 0 ? st.st_mode & 07777 : file_mode_of_new(mode);
}

/* A file that is being replaced. */
struct replacement {
	const char *target;
	struct str temp; /* the temporary file's path */
	struct slice bytes;
	unsigned mode;
};

/* Fills the temporary file, open as `fd`, and renames it. */
static int fill_and_rename(const struct replacement *r, int fd)
{
	if (file_write_all(fd, r->bytes) < 0 || fchmod(fd, final_mode(r->target, r->mode)) < 0 ||
	    fsync(fd) < 0 || rename(r->temp.ptr, r->target) < 0)
		return -1;
	return sync_parent(r->target);
}

/* Writes and renames a temporary file, which is removed on failure. */
static int replace_target(struct replacement *r)
{
	AUTO_CLOSE int fd = -1;
	int saved;

	str_addf(&r->temp, "%s.gcbXXXXXX", r->target);
	fd = mkostemp(r->temp.ptr, O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fill_and_rename(r, fd) == 0)
		return 0;
	saved = errno;
	(void)unlink(r->temp.ptr);
	errno = saved;
	return -1;
}

int file_replace(const char *path, struct slice bytes, unsigned mode, struct err *err)
{
	struct replacement r = { .temp = STR_INIT, .bytes = bytes, .mode = mode };
	AUTO_FREE char *real = NULL;
	struct stat st;
	int failed = lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
		     !(real = realpath(path, NULL)) && errno != ENOENT;

	r.target = real ? real : path;
	if (!failed)
		failed = replace_target(&r);
	str_release(&r.temp);
	return failed ? err_os(err, &CODE_io, place_of(path), "cannot write") : 0;
}

int file_make_parents(const char *path, struct err *err)
{
	AUTO_FREE char *parent = strdup(path);
	char *slash;
	struct stat st;

	if (!parent)
		fatal("out of memory");
	slash = strrchr(parent, '/');
	if (slash) {
		*slash = '\0';
		if (stat(parent, &st) == 0 && S_ISDIR(st.st_mode))
			return 0; /* nearly always */
		*slash = '/';
	}
	for (char *p = parent[0] ? strchr(parent + 1, '/') : NULL; p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(parent, 0777) < 0 && errno != EEXIST)
			return err_os(err, &CODE_io, place_of(parent),
				      "cannot create the directory");
		*p = '/';
	}
	return 0;
}

#include "base/file_below.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

/* A directory that is only passed through needs no permission to read. */
enum { DIRECTORY_FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC };

/* Closes a descriptor when the variable goes out of scope. */
static void close_auto(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}
#define AUTO_CLOSE __attribute__((cleanup(close_auto)))

int directory_open(const char *path, struct err *err)
{
	int fd = open(path, DIRECTORY_FLAGS);

	return fd >= 0 ? fd : err_os(err, &CODE_io, place_of(path), "cannot open the directory");
}

/* The error of a step that failed, by errno. */
static int fail_step(const char *path, const char *what, struct err *err)
{
	if (errno == ELOOP || errno == ENOTDIR)
		return err_set(err, &CODE_unsafe_path, place_of(path),
			       "a file or symlink exists where a directory is required");
	return err_os(err, &CODE_io, place_of(path), "%s", what);
}

/* True if the part of a path names an entry of its directory. */
static bool is_name(struct slice part)
{
	return part.len && !slice_is(part, ".") && !slice_is(part, "..");
}

/* Opens a directory in another one; creates it if `make`. Returns -1 with errno. */
static int open_in(int directory, const char *name, bool make)
{
	int fd = openat(directory, name, DIRECTORY_FLAGS | O_NOFOLLOW);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	if (mkdirat(directory, name, 0777) < 0 && errno != EEXIST)
		return -1;
	return openat(directory, name, DIRECTORY_FLAGS | O_NOFOLLOW);
}

/*
 * Opens the directory of a path, and finds the last name in it. Returns a descriptor, or -1 with
 * errno.
 */
static int open_parent(int top, const char *path, bool make, const char **name)
{
	struct slice rest = slice_of(path), part;
	AUTO_STR struct str buffer = STR_INIT;
	int at = fcntl(top, F_DUPFD_CLOEXEC, 0);

	while (at >= 0 && slice_next(&rest, '/', &part)) {
		int next;

		if (!is_name(part)) {
			(void)close(at);
			errno = ENOTDIR;
			return -1;
		}
		*name = part.ptr;
		if (!rest.ptr)
			break;
		str_clear(&buffer);
		str_add(&buffer, part);
		next = open_in(at, buffer.ptr, make);
		if (next < 0)
			next = -errno;
		(void)close(at);
		errno = next < 0 ? -next : 0;
		at = next < 0 ? -1 : next;
	}
	return at;
}

/* Creates the temporary file in a directory: the fixed one of the name, or a unique one. */
static int open_temporary(int directory, const char *name, bool unique, struct str *temp)
{
	enum { ATTEMPTS = 100 };
	int fd = -1;

	for (int i = 0; i < ATTEMPTS && fd < 0; i++) {
		uint32_t number = 0;

		str_clear(temp);
		str_addf(temp, "%s" FILE_UNFINISHED, name);
		if (unique && getrandom(&number, sizeof(number), GRND_NONBLOCK) >= 0) {
			str_clear(temp);
			str_addf(temp, "%s.gcb%06x", name, number & 0xffffff);
		}
		fd = openat(directory, temp->ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 &&
		    (errno != EEXIST || (!unique && unlinkat(directory, temp->ptr, 0) < 0)))
			break;
	}
	return fd;
}

/* The permission of the file: its current one, or that of a new one. */
static unsigned find_mode(int directory, const char *name, unsigned mode)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) ?
		       st.st_mode & 07777 :
		       file_mode_of_new(mode);
}

/* Syncs a directory, whose descriptor may only be good for passing through. */
static int sync_directory(int directory)
{
	AUTO_CLOSE int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	/* EINVAL: the file system has nothing to sync in a directory */
	return fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

/* Fills the temporary file `fd`, and renames it to the name. */
static int fill_and_rename(const struct file_below *f, int directory, int fd, const char *temp,
			   const char *name)
{
	if (file_write_all(fd, f->bytes) < 0 ||
	    fchmod(fd, find_mode(directory, name, f->mode)) < 0 || (f->durable && fsync(fd) < 0) ||
	    renameat(directory, temp, directory, name) < 0)
		return -1;
	if (f->st && fstatat(directory, name, f->st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return f->durable ? sync_directory(directory) : 0;
}

/* Writes the file into its directory. Returns -1 with errno. */
static int write_in(const struct file_below *f, int directory, const char *name)
{
	AUTO_STR struct str temp = STR_INIT;
	AUTO_CLOSE int fd = open_temporary(directory, name, f->durable, &temp);
	int saved;

	if (fd < 0)
		return -1;
	if (fill_and_rename(f, directory, fd, temp.ptr, name) == 0)
		return 0;
	saved = errno;
	(void)unlinkat(directory, temp.ptr, 0);
	errno = saved;
	return -1;
}

int file_below_write(const struct file_below *f, struct err *err)
{
	const char *name = NULL;
	AUTO_CLOSE int directory = open_parent(f->top, f->path, true, &name);

	if (directory < 0)
		return fail_step(f->path, "cannot create the directory", err);
	return write_in(f, directory, name) == 0 ?
		       0 :
		       err_os(err, &CODE_io, place_of(f->path), "cannot write");
}

int file_below_remove(int top, const char *path, struct err *err)
{
	const char *name = NULL;
	AUTO_CLOSE int directory = open_parent(top, path, false, &name);

	if (directory < 0)
		return errno == ENOENT ? 0 : fail_step(path, "cannot remove the file", err);
	return unlinkat(directory, name, 0) == 0 || errno == ENOENT ?
		       0 :
		       err_os(err, &CODE_io, place_of(path), "cannot remove the file");
}

bool directory_below_remove(int top, const char *path)
{
	const char *name = NULL;
	AUTO_CLOSE int directory = open_parent(top, path, false, &name);

	return directory >= 0 && unlinkat(directory, name, AT_REMOVEDIR) == 0;
}

#include "base/temporary.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int temporary_begin(struct temporary *t, struct err *err)
{
	const char *in = getenv("TMPDIR");

	signals_begin(&t->signals);
	str_addf(&t->path, "%s/kubectl-gcpbackend-XXXXXX", in && in[0] == '/' ? in : "/tmp");
	if (mkdtemp(t->path.ptr))
		return 0;
	(void)err_os(err, &CODE_io, place_of(t->path.ptr), "cannot create a temporary directory");
	str_release(&t->path);
	signals_end(&t->signals);
	return -1;
}

/* --- writing -------------------------------------------------------------- */

/* Refuses a path that is not one of a file below. */
static int check_path(struct slice path, struct err *err)
{
	struct slice rest = path, name;

	while (slice_next(&rest, '/', &name))
		if (!name.len || slice_is(name, ".") || slice_is(name, "..") ||
		    slice_find_byte(name, '\0') != SIZE_MAX)
			return err_set(err, &CODE_unsafe_path, NOWHERE,
				       "'%" SLICE_FMT "' is not a path of a file", SLICE_ARG(path));
	return 0;
}

/* Makes the directories of `path`; with `all`, itself as the last one. */
static int make_directories(const struct temporary *t, struct slice path, bool all, struct err *err)
{
	AUTO_STR struct str at = STR_INIT;
	struct slice rest = path, name;

	if (check_path(path, err) < 0)
		return -1;
	str_add(&at, str_slice(&t->path));
	while (slice_next(&rest, '/', &name) && (rest.ptr || all)) {
		str_addf(&at, "/%" SLICE_FMT, SLICE_ARG(name));
		if (mkdir(at.ptr, 0700) < 0 && errno != EEXIST)
			return err_os(err, &CODE_io, place_of(at.ptr),
				      "cannot create the directory");
	}
	return 0;
}

int temporary_make(const struct temporary *t, struct slice path, struct err *err)
{
	return make_directories(t, path, true, err);
}

int temporary_write(const struct temporary *t, struct slice path, struct slice bytes,
		    struct err *err)
{
	AUTO_STR struct str at = STR_INIT;
	int fd, failed;

	if (make_directories(t, path, false, err) < 0)
		return -1;
	str_addf(&at, "%s/%" SLICE_FMT, t->path.ptr, SLICE_ARG(path));
	fd = open(at.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	failed = fd < 0 || file_write_all(fd, bytes) < 0;
	if (fd >= 0 && close(fd) < 0)
		failed = 1;
	return failed ? err_os(err, &CODE_io, place_of(at.ptr), "cannot write the file") : 0;
}

/* --- removing ------------------------------------------------------------- */

/* Removes what is in an open directory, and closes it. The depth is that of the paths below. */
static void remove_entries(int fd)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *e;

	if (!directory) {
		(void)close(fd);
		return;
	}
	while ((e = readdir(directory))) {
		int below;

		if (slice_is(slice_of(e->d_name), ".") || slice_is(slice_of(e->d_name), ".."))
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			continue;
		below = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			remove_entries(below);
		(void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	(void)closedir(directory);
}

void temporary_end(struct temporary *t)
{
	int fd;

	if (!t->path.len)
		return;
	fd = open(t->path.ptr, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		remove_entries(fd);
	(void)rmdir(t->path.ptr);
	str_release(&t->path);
	signals_end(&t->signals);
}

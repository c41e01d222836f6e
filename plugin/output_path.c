#include "plugin/output_path.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* True if `path` is a symlink in a directory that is the working tree or below it. */
static bool is_link_in(const char *path, struct slice top)
{
	AUTO_STR struct str parent = STR_INIT;
	AUTO_FREE char *real = NULL;
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return false;
	str_adds(&parent, slash == path ? "/" : slash ? path : ".");
	if (slash && slash != path)
		parent.ptr[slash - path] = '\0';
	real = realpath(parent.ptr, NULL);
	return real && slice_starts(slice_of(real), top) &&
	       (!real[top.len] || real[top.len] == '/');
}

int output_path_check(const struct session *s, const char *path, struct err *err)
{
	AUTO_FREE char *top = session_workdir(s) ? realpath(session_workdir(s), NULL) : NULL;
	AUTO_STR struct str part = STR_INIT;

	for (size_t i = 0; top && path[i]; i++) {
		str_addc(&part, path[i]);
		if (path[i] == '/' || (path[i + 1] != '/' && path[i + 1]))
			continue;
		if (is_link_in(part.ptr, slice_of(top)))
			return err_set(err, &CODE_unsafe_path, place_of(path),
				       "'%s' is a symlink in the working tree", part.ptr);
	}
	return 0;
}

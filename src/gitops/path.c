#include "gitops/path.h"

struct slice path_directory(struct slice path)
{
	size_t end = path.len;

	while (end && path.ptr[end - 1] != '/')
		end--;
	return slice_sub(path, 0, end ? end - 1 : 0);
}

struct slice path_base(struct slice path)
{
	struct slice directory = path_directory(path);

	return directory.len ? slice_sub(path, directory.len + 1, path.len) : path;
}

bool path_below(struct slice path, struct slice directory)
{
	return path_from(path, directory).ptr != NULL;
}

struct slice path_from(struct slice path, struct slice directory)
{
	if (!directory.len)
		return path.ptr ? path : SLICE("");
	if (slice_eq(path, directory))
		return SLICE("");
	if (path.len > directory.len && slice_starts(path, directory) &&
	    path.ptr[directory.len] == '/')
		return slice_sub(path, directory.len + 1, path.len);
	return SLICE_NONE;
}

/* The longest reference that is followed. */
#define RELATIVE_MAX 4096

/* `at` with one more name. */
static struct slice append_name(struct slice at, struct slice name, struct arena *arena)
{
	return at.len ? arena_join(arena, (struct slice[]){ at, SLICE("/"), name }, 3) :
			arena_copy(arena, name);
}

struct slice path_join(struct slice directory, struct slice relative, struct arena *arena)
{
	struct slice at = directory.ptr ? directory : SLICE(""), rest = relative, part;

	if (!relative.ptr || relative.len > RELATIVE_MAX ||
	    slice_find_byte(relative, '\0') != SIZE_MAX)
		return SLICE_NONE;
	while (slice_next(&rest, '/', &part)) {
		if (slice_is(part, "..") && !at.len)
			return SLICE_NONE;
		if (slice_is(part, ".."))
			at = path_directory(at);
		else if (part.len && !slice_is(part, "."))
			at = append_name(at, part, arena);
	}
	return at;
}

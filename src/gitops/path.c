#include "gitops/path.h"

struct slice path_folder(struct slice path)
{
	size_t end = path.len;

	while (end && path.ptr[end - 1] != '/')
		end--;
	return slice_sub(path, 0, end ? end - 1 : 0);
}

struct slice path_base(struct slice path)
{
	struct slice folder = path_folder(path);

	return folder.len ? slice_sub(path, folder.len + 1, path.len) : path;
}

bool path_below(struct slice path, struct slice folder)
{
	return path_from(path, folder).ptr != NULL;
}

struct slice path_from(struct slice path, struct slice folder)
{
	if (!folder.len)
		return path.ptr ? path : SLICE("");
	if (slice_eq(path, folder))
		return SLICE("");
	if (path.len > folder.len && slice_starts(path, folder) && path.ptr[folder.len] == '/')
		return slice_sub(path, folder.len + 1, path.len);
	return SLICE_NONE;
}

/* Longer references are not followed. */
#define RELATIVE_MAX 4096

/* One more name below `at`. */
static struct slice step_down(struct slice at, struct slice name, struct arena *arena)
{
	return at.len ? arena_join(arena, (struct slice[]){ at, SLICE("/"), name }, 3) :
			arena_copy(arena, name);
}

struct slice path_join(struct slice folder, struct slice relative, struct arena *arena)
{
	struct slice at = folder.ptr ? folder : SLICE(""), rest = relative, part;

	if (!relative.ptr || relative.len > RELATIVE_MAX ||
	    slice_find_byte(relative, '\0') != SIZE_MAX)
		return SLICE_NONE;
	while (slice_next(&rest, '/', &part)) {
		if (slice_is(part, "..") && !at.len)
			return SLICE_NONE;
		if (slice_is(part, ".."))
			at = path_folder(at);
		else if (part.len && !slice_is(part, "."))
			at = step_down(at, part, arena);
	}
	return at;
}

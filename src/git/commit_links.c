#include "git/commit_links_internal.h"

#include "base/ascii.h"
#include "git/repo_internal.h"

#include <stdlib.h>

/* Reads the object name in a line "KEY NAME" of the header, which is taken off. */
static bool take_id(struct slice *rest, const char *key, git_oid *out)
{
	struct slice line, copy = *rest;
	size_t length = slice_of(key).len;

	if (!slice_next(&copy, '\n', &line) || !slice_starts(line, slice_of(key)) ||
	    line.len != length + GIT_OID_HEXSZ ||
	    git_oid_fromstrn(out, line.ptr + length, GIT_OID_HEXSZ) < 0)
		return false;
	*rest = copy;
	return true;
}

/* The time in a line "committer NAME <EMAIL> TIME ZONE". */
static int64_t read_time(struct slice line)
{
	size_t at = line.len;
	int64_t time = 0;

	while (at && line.ptr[at - 1] != '>')
		at--;
	for (at++; at < line.len && ascii_is_digit(line.ptr[at]) && time < INT64_MAX / 100; at++)
		time = time * 10 + (line.ptr[at] - '0');
	return time;
}

/* Parses the header of a commit. */
static bool parse_header(struct slice rest, struct arena *arena, struct commit_links *out)
{
	struct slice line;
	size_t cap = 0;
	git_oid id;

	if (!take_id(&rest, "tree ", &out->tree))
		return false;
	while (take_id(&rest, "parent ", &id)) {
		ARENA_ROOM(arena, out->parents, out->n, cap);
		out->parents[out->n++] = id;
	}
	while (slice_next(&rest, '\n', &line) && line.len)
		if (slice_starts(line, SLICE("committer ")))
			out->time = read_time(line);
	return true;
}

bool commit_links_read(struct repo *r, const git_oid *id, struct arena *arena,
		       struct commit_links *out)
{
	git_odb_object *object = NULL;
	bool read;

	*out = (struct commit_links){ .n = 0 };
	if (git_odb_read(&object, r->odb, id) < 0)
		return false;
	read = git_odb_object_type(object) == GIT_OBJECT_COMMIT &&
	       parse_header(
		       (struct slice){ git_odb_object_data(object), git_odb_object_size(object) },
		       arena, out);
	git_odb_object_free(object);
	return read;
}

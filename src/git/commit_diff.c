#include "git/commit_diff.h"

#include "git/commit_read_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

enum { FILES_MOST = 10000 };

/* Reads the bytes of one side of a delta; absent: the file does not exist there. */
static int read_side(struct repo *r, const git_diff_file *file, struct arena *arena,
		     struct slice *out, struct err *err)
{
	git_blob *blob = NULL;

	*out = SLICE_NONE;
	if (!(file->flags & GIT_DIFF_FLAG_EXISTS) || git_oid_is_zero(&file->id))
		return 0;
	if (git_blob_lookup(&blob, r->git, &file->id) < 0)
		return git_fail(err, place_of(file->path), "cannot read the file of a commit");
	*out = arena_copy(
		arena, (struct slice){ git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob) });
	git_blob_free(blob);
	return 0;
}

/* True if one side is a regular file, or missing. */
static bool is_file(unsigned mode)
{
	return mode == 0 || mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

/* Converts one delta. Returns 1 if it cannot be expressed as a change. */
static int read_delta(struct repo *r, const git_diff_delta *d, struct arena *arena,
		      struct change *out, struct err *err)
{
	unsigned before = d->old_file.mode, after = d->new_file.mode;

	if (!is_file(before) || !is_file(after) || (before && after && before != after))
		return 1;
	*out = (struct change){ .path = arena_copy(arena, slice_of(d->new_file.path)),
				.mode = after ? after : before };
	if (read_side(r, &d->old_file, arena, &out->before, err) < 0 ||
	    read_side(r, &d->new_file, arena, &out->after, err) < 0)
		return -1;
	return 0;
}

int commit_diff(struct repo *r, const struct commit_range *range, struct arena *arena,
		struct changes *out, struct err *err)
{
	AUTO_GIT(tree) git_tree *from = NULL, *to = NULL;
	AUTO_GIT(diff) git_diff *diff = NULL;
	size_t n;

	if (!commit_is_ancestor(r, range->from, range->to))
		return 1;
	if (commit_tree(r, range->from, &from, err) < 0 || commit_tree(r, range->to, &to, err) < 0)
		return -1;
	if (git_diff_tree_to_tree(&diff, r->git, from, to, NULL) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot compare two commits");
	n = git_diff_num_deltas(diff);
	if (n > FILES_MOST)
		return 1;
	*out = (struct changes){ arena_array(arena, n, sizeof(struct change)), n };
	for (size_t i = 0; i < n; i++) {
		int result = read_delta(r, git_diff_get_delta(diff, i), arena, &out->items[i], err);

		if (result)
			return result;
	}
	return 0;
}

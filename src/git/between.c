#include "git/internal.h"

enum { FILES_MOST = 10000 };

/* The bytes of one side of a difference; absent: the file is not there. */
static int side_bytes(struct repo *r, const git_diff_file *file, struct arena *arena,
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

/* Is one side a regular file, or nothing? */
static bool is_file(unsigned mode)
{
	return mode == 0 || mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

/* One file. Returns 1 when it is none that a change can be made of. */
static int add_delta(struct repo *r, const git_diff_delta *d, struct arena *arena,
		     struct change *out, struct err *err)
{
	unsigned before = d->old_file.mode, after = d->new_file.mode;

	if (!is_file(before) || !is_file(after) || (before && after && before != after))
		return 1;
	*out = (struct change){ .path = arena_copy(arena, slice_of(d->new_file.path)),
				.mode = after ? after : before };
	if (side_bytes(r, &d->old_file, arena, &out->before, err) < 0 ||
	    side_bytes(r, &d->new_file, arena, &out->after, err) < 0)
		return -1;
	return 0;
}

bool commit_is_in(struct repo *r, const struct oid *old, const struct oid *tip)
{
	git_oid a, b;

	oid_to_git(old, &a);
	oid_to_git(tip, &b);
	return git_oid_equal(&a, &b) || git_graph_descendant_of(r->git, &b, &a) == 1;
}

int commits_between(struct repo *r, const struct oid *from, const struct oid *to,
		    struct arena *arena, struct changes *out, struct err *err)
{
	AUTO_GIT(tree) git_tree *old = NULL, *now = NULL;
	AUTO_GIT(diff) git_diff *diff = NULL;
	size_t n;

	if (!commit_is_in(r, from, to))
		return 1;
	if (commit_tree(r, from, &old, err) < 0 || commit_tree(r, to, &now, err) < 0)
		return -1;
	if (git_diff_tree_to_tree(&diff, r->git, old, now, NULL) < 0)
		return git_fail(err, place_of(repo_where(r)), "two commits cannot be compared");
	n = git_diff_num_deltas(diff);
	if (n > FILES_MOST)
		return 1;
	*out = (struct changes){ arena_array(arena, n, sizeof(struct change)), n };
	for (size_t i = 0; i < n; i++) {
		int result = add_delta(r, git_diff_get_delta(diff, i), arena, &out->items[i], err);

		if (result)
			return result;
	}
	return 0;
}

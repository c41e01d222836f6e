#include "git/commit_read.h"

#include "git/commit_read_internal.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"

int commit_open(struct repo *r, const struct oid *id, git_commit **out, struct err *err)
{
	char hex[41];
	git_oid git;

	oid_to_git(id, &git);
	oid_text(id, hex);
	if (git_commit_lookup(out, r->git, &git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read commit %s", hex);
	return 0;
}

/* Counts the parents in the header of a commit; `first` (NULL: not wanted) gets the first name. */
static unsigned count_parents(const git_commit *commit, struct slice *first)
{
	struct slice header = slice_of(git_commit_raw_header(commit)), line;
	unsigned n = 0;

	while (slice_next(&header, '\n', &line) && !slice_starts(line, SLICE("author ")))
		if (slice_starts(line, SLICE("parent ")) && !n++ && first)
			*first = slice_sub(line, 7, line.len);
	return n;
}

unsigned commit_parents(const git_commit *commit)
{
	return count_parents(commit, NULL);
}

int commit_tree(struct repo *r, const struct oid *id, git_tree **out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;

	if (commit_open(r, id, &commit, err) < 0)
		return -1;
	if (git_commit_tree(out, commit) < 0)
		return missing_object(r, place_of(repo_where(r)),
				      "cannot read the tree of a commit", err);
	return 0;
}

int commit_read_info(struct repo *r, const struct oid *id, struct arena *arena,
		     struct commit_info *out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;
	const git_signature *author;
	struct slice parent = SLICE_NONE;
	git_oid id_of_parent;

	if (commit_open(r, id, &commit, err) < 0)
		return -1;
	author = git_commit_author(commit);
	*out = (struct commit_info){ .id = *id, .time = git_commit_time(commit) };
	out->parents = count_parents(commit, &parent);
	oid_from_git(git_commit_tree_id(commit), &out->tree);
	if (parent.len == GIT_OID_HEXSZ &&
	    git_oid_fromstrn(&id_of_parent, parent.ptr, parent.len) == 0)
		oid_from_git(&id_of_parent, &out->parent);
	out->author = arena_copy(arena, slice_of(author->name));
	out->email = arena_copy(arena, slice_of(author->email));
	out->summary = arena_copy(arena, slice_of(git_commit_summary(commit)));
	out->message = arena_copy(arena, slice_of(git_commit_message(commit)));
	return 0;
}

bool commit_is_ancestor(struct repo *r, const struct oid *ancestor, const struct oid *commit)
{
	git_oid a, b;

	oid_to_git(ancestor, &a);
	oid_to_git(commit, &b);
	return git_oid_equal(&a, &b) || git_graph_descendant_of(r->git, &b, &a) == 1;
}

int commit_fork(struct repo *r, const struct oid *a, const struct oid *b, struct oid *out)
{
	git_oid x, y, base;

	oid_to_git(a, &x);
	oid_to_git(b, &y);
	if (git_merge_base(&base, r->git, &x, &y) < 0)
		return 1;
	oid_from_git(&base, out);
	return 0;
}

size_t commit_count(struct repo *r, const struct oid *commit, const struct oid *without)
{
	size_t ahead = 0, behind = 0;
	git_oid x, y;

	oid_to_git(commit, &x);
	oid_to_git(without, &y);
	return git_graph_ahead_behind(&ahead, &behind, r->git, &x, &y) < 0 ? 0 : ahead;
}

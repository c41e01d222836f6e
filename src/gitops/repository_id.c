#include "gitops/repository_id.h"

#include "gitops/parameters_internal.h"
#include "gitops/path.h"

/* Cuts the last component off a URL, without ".git" and the slashes and colons at its end. */
static struct slice cut_component(struct slice *url)
{
	size_t end = url->len, begin;

	while (end && (url->ptr[end - 1] == '/' || url->ptr[end - 1] == ':'))
		end--;
	if (slice_ends(slice_sub(*url, 0, end), SLICE(".git")))
		end -= 4;
	for (begin = end; begin && url->ptr[begin - 1] != '/' && url->ptr[begin - 1] != ':';)
		begin--;
	*url = slice_sub(*url, 0, begin);
	return slice_sub((struct slice){ url->ptr + begin, end - begin }, 0, end - begin);
}

bool repository_url_same(struct slice a, struct slice b)
{
	struct slice x, y;

	if (!slice_eq_case(cut_component(&a), cut_component(&b)))
		return false;
	x = cut_component(&a);
	y = cut_component(&b);
	return slice_eq_case(x, y) || slice_is(x, "_git") || slice_is(y, "_git");
}

bool repository_id_has_url(const struct repository_id *r, struct slice url)
{
	for (size_t i = 0; i < r->urls.n; i++)
		if (repository_url_same(r->urls.items[i], url))
			return true;
	return false;
}

/*
 * Is the revision filled in by another program: "<<rev>>", "%REV%", "@REV@", "$REV" and the like?
 * None of these characters but "@" and "%" is usual in the name of a branch.
 */
static bool is_placeholder(struct slice revision)
{
	char last = revision.len ? revision.ptr[revision.len - 1] : 0;

	return parameters_in(revision) || slice_find_byte(revision, '$') != SIZE_MAX ||
	       slice_find(revision, SLICE("<<")) != SIZE_MAX ||
	       (revision.len > 2 && (last == '%' || last == '@') && revision.ptr[0] == last);
}

bool repository_id_follows(const struct repository_id *r, struct slice revision)
{
	if (slice_starts(revision, SLICE("refs/heads/")))
		revision = slice_sub(revision, 11, revision.len);
	return !revision.len || slice_is(revision, "HEAD") || !r->branch.len ||
	       slice_eq(revision, r->branch) || is_placeholder(revision);
}

struct slice repository_id_resolve(const struct repository_id *r, struct slice directory,
				   struct slice reference, struct arena *arena)
{
	struct slice rest = reference, query = SLICE_NONE;
	size_t mark = slice_find_byte(reference, '?'), split,
	       scheme = slice_find(reference, SLICE("://"));

	if (slice_find_byte(reference, '\n') != SIZE_MAX)
		return SLICE_NONE;
	if (mark != SIZE_MAX) {
		rest = slice_sub(reference, 0, mark);
		query = slice_sub(reference, mark + 1, reference.len);
	}
	scheme = scheme == SIZE_MAX ? 0 : scheme + 3;
	split = slice_find(slice_sub(rest, scheme, rest.len), SLICE("//"));
	if (split == SIZE_MAX || !r->urls.n ||
	    !repository_id_has_url(r, slice_sub(rest, 0, scheme + split)))
		return path_join(directory, reference, arena);
	if (slice_starts(query, SLICE("ref=")) &&
	    !repository_id_follows(r, slice_sub(query, 4, query.len)))
		return SLICE_NONE;
	return path_join(SLICE(""), slice_sub(rest, scheme + split + 2, rest.len), arena);
}

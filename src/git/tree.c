#include "git/internal.h"

#include "base/alloc.h"
#include "git/read.h"

#include <stdlib.h>
#include <string.h>

/* Trees nest no deeper than this; git itself stops at 2048 by default. */
enum { TREE_DEPTH = 512 };

struct walk {
	struct repo *repo;
	struct slice under; /* only paths that are it or below it; "" for all */
	const struct tree_query *query;
	struct reading *reading;
	void *ctx;
	struct err *err;
	struct str path; /* of the entry at hand */
	size_t depth;
};

/* Is the path in the wanted folder, or (`folder`) on the way to it? */
static bool in_scope(const struct walk *w, bool folder)
{
	struct slice path = str_slice(&w->path), under = w->under;

	if (!under.len || slice_eq(path, under))
		return true;
	if (path.len > under.len)
		return slice_starts(path, under) && path.ptr[under.len] == '/';
	return folder && slice_starts(under, path) && under.ptr[path.len] == '/';
}

bool entry_is_file(const git_tree_entry *entry)
{
	return entry && git_tree_entry_type(entry) == GIT_OBJECT_BLOB && git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
}

/* Names a file that is wanted to who reads it. */
static int visit_file(struct walk *w, const git_tree_entry *entry)
{
	struct tree_file file = { .path = str_slice(&w->path), .mode = (unsigned)git_tree_entry_filemode_raw(entry) };

	oid_from_git(git_tree_entry_id(entry), &file.id);
	return reading_add(w->reading, &file, entry_is_file(entry));
}

static int walk_tree(struct walk *w, const git_oid *id);

/* One entry of a tree. */
static int visit(struct walk *w, const git_tree_entry *entry)
{
	bool folder = git_tree_entry_type(entry) == GIT_OBJECT_TREE;

	if (!in_scope(w, folder) || (folder && w->query->folder_wanted && !w->query->folder_wanted(str_slice(&w->path), w->ctx)))
		return 0;
	if (folder)
		return walk_tree(w, git_tree_entry_id(entry));
	if (w->query->name_wanted && !w->query->name_wanted(str_slice(&w->path), w->ctx))
		return 0;
	return visit_file(w, entry);
}

/* All entries of a tree, in their order. */
static int walk_tree(struct walk *w, const git_oid *id)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	size_t length = w->path.len;
	int result = 0;

	if (w->depth == TREE_DEPTH)
		return err_set(w->err, &CODE_git, (struct place){ str_slice(&w->path), 0, 0 }, "folders nest deeper than %d",
			       TREE_DEPTH);
	if (git_tree_lookup(&tree, w->repo->git, id) < 0)
		return missing_object(w->repo, (struct place){ str_slice(&w->path), 0, 0 }, "cannot read a folder", w->err);
	w->depth++;
	for (size_t i = 0; i < git_tree_entrycount(tree) && !result; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		if (length)
			str_addc(&w->path, '/');
		str_adds(&w->path, git_tree_entry_name(entry));
		result = visit(w, entry);
		w->path.len = length;
		w->path.ptr[length] = '\0';
	}
	w->depth--;
	return result;
}

/* The folder as it stands at the front of paths: "" for all, no "./" before and no "/" behind it. */
static struct slice folder_name(const char *under)
{
	struct slice s = slice_of(under);

	while (slice_starts(s, SLICE("./")) || slice_is(s, "."))
		s = slice_sub(s, s.len > 1 ? 2 : 1, s.len);
	while (slice_ends(s, SLICE("/")))
		s.len--;
	return s;
}

int tree_search(struct repo *r, const struct oid *commit, const struct tree_query *query,
		int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx, struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	struct walk w = { r, folder_name(query->under), query, NULL, ctx, err, STR_INIT, 0 };
	int result;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	str_addc(&w.path, '\0'); /* the buffer is there from now on, also for the empty path */
	w.path.len = 0;
	w.reading = reading_new(r, query, file, ctx, err);
	result = walk_tree(&w, git_tree_id(tree));
	if (!result)
		result = reading_flush(w.reading);
	reading_free(w.reading);
	str_release(&w.path);
	return result;
}

int tree_each(struct repo *r, const struct oid *commit, const char *under, bool (*name_wanted)(struct slice path, void *ctx),
	      size_t max, int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx, struct err *err)
{
	const struct tree_query query = { .under = under, .name_wanted = name_wanted, .max = max };

	return tree_search(r, commit, &query, file, ctx, err);
}

/* Reads the blob of an entry. */
static int read_blob(struct repo *r, const git_tree_entry *entry, const char *path, size_t max, struct str *out, struct err *err)
{
	git_odb_object *object = NULL;
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(path), "cannot read the file", err);
	if (size > max)
		return err_set(err, &CODE_too_large, place_of(path), "the file is larger than %zu bytes", max);
	if (git_odb_read(&object, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(path), "cannot read the file", err);
	str_add(out, (struct slice){ git_odb_object_data(object), git_odb_object_size(object) });
	git_odb_object_free(object);
	return 0;
}

int tree_find(struct repo *r, const struct oid *commit, const char *path, size_t max, struct arena *arena, struct tree_file *out,
	      struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	AUTO_GIT(entry) git_tree_entry *entry = NULL;
	git_odb_object *object = NULL;
	git_object_t type;
	int code;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	code = git_tree_entry_bypath(&entry, tree, path);
	if (code == GIT_ENOTFOUND || (code == 0 && git_tree_entry_type(entry) == GIT_OBJECT_TREE))
		return 1;
	if (code < 0)
		return git_fail(err, place_of(path), "cannot read from the repository");
	*out = (struct tree_file){ .path = arena_copy(arena, slice_of(path)) };
	out->mode = (unsigned)git_tree_entry_filemode_raw(entry);
	oid_from_git(git_tree_entry_id(entry), &out->id);
	if (!entry_is_file(entry))
		return 0;
	if (git_odb_read_header(&out->size, &type, r->odb, git_tree_entry_id(entry)) < 0 ||
	    (out->size <= max && git_odb_read(&object, r->odb, git_tree_entry_id(entry)) < 0))
		return missing_object(r, place_of(path), "cannot read the file", err);
	if (object)
		out->bytes = arena_copy(arena, (struct slice){ git_odb_object_data(object), git_odb_object_size(object) });
	git_odb_object_free(object);
	return 0;
}

int tree_read(struct repo *r, const struct oid *commit, const char *path, size_t max, struct str *out, unsigned *mode,
	      struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	AUTO_GIT(entry) git_tree_entry *entry = NULL;
	int code;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	code = git_tree_entry_bypath(&entry, tree, path);
	if (code == GIT_ENOTFOUND)
		return 1;
	if (code < 0)
		return git_fail(err, place_of(path), "cannot read from the repository");
	if (!entry_is_file(entry))
		return err_set(err, &CODE_not_a_file, place_of(path), "not a regular file in the commit");
	if (read_blob(r, entry, path, max, out, err) < 0)
		return -1;
	if (mode)
		*mode = (unsigned)git_tree_entry_filemode(entry);
	return 0;
}

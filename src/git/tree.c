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
	return entry && git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
	       git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
}

/* --- all entries ---------------------------------------------------------- */

/*
 * Trees are walked over as they are stored (gitformat(5): mode, blank, name, NUL, 20 bytes), each
 * once. libgit2 would make a list of the entries of each, and keep it: of ten thousand folders more
 * memory than of all that is in them.
 */
struct entry {
	unsigned mode;
	struct slice name; /* with a NUL behind it */
	git_oid id;
};

/* The next entry of a tree's bytes: 1; 0 behind the last one; -1: they are no tree. */
static int next_entry(struct slice *rest, struct entry *out)
{
	size_t blank = slice_find_byte(*rest, ' '), end;

	if (!rest->len)
		return 0;
	if (blank == SIZE_MAX || !blank || blank > 6)
		return -1;
	out->mode = 0;
	for (size_t i = 0; i < blank; i++) {
		if (rest->ptr[i] < '0' || rest->ptr[i] > '7')
			return -1;
		out->mode = out->mode << 3 | (unsigned)(rest->ptr[i] - '0');
	}
	*rest = slice_sub(*rest, blank + 1, rest->len);
	end = slice_find_byte(*rest, '\0');
	if (!end || end == SIZE_MAX || rest->len - end - 1 < GIT_OID_RAWSZ)
		return -1;
	out->name = slice_sub(*rest, 0, end);
	memcpy(out->id.id, rest->ptr + end + 1, GIT_OID_RAWSZ);
	*rest = slice_sub(*rest, end + 1 + GIT_OID_RAWSZ, rest->len);
	return 1;
}

/* Is it what entry_is_file says of libgit2's entries? */
static bool is_regular(unsigned mode)
{
	unsigned type = mode & 0170000;

	return type != GIT_FILEMODE_TREE && type != GIT_FILEMODE_LINK &&
	       type != GIT_FILEMODE_COMMIT;
}

static int walk_tree(struct walk *w, const git_oid *id);

/* One entry of a tree. */
static int visit(struct walk *w, const struct entry *entry)
{
	bool folder = (entry->mode & 0170000) == GIT_FILEMODE_TREE;
	struct tree_file file = { .path = str_slice(&w->path), .mode = entry->mode };

	if (!in_scope(w, folder) ||
	    (folder && w->query->folder_wanted && !w->query->folder_wanted(file.path, w->ctx)))
		return 0;
	if (folder)
		return walk_tree(w, &entry->id);
	if (w->query->name_wanted && !w->query->name_wanted(file.path, w->ctx))
		return 0;
	oid_from_git(&entry->id, &file.id);
	return reading_add(w->reading, &file, is_regular(entry->mode));
}

/* All entries of a tree's bytes, in their order. */
static int walk_entries(struct walk *w, struct slice bytes)
{
	size_t length = w->path.len;
	int result = 0, more;
	struct entry entry;

	while (!result && (more = next_entry(&bytes, &entry)) != 0) {
		if (more < 0)
			return err_set(w->err, &CODE_git,
				       (struct place){ str_slice(&w->path), 0, 0 },
				       "the folder cannot be read: its tree is broken");
		if (length)
			str_addc(&w->path, '/');
		str_add(&w->path, entry.name);
		result = visit(w, &entry);
		w->path.len = length;
		w->path.ptr[length] = '\0';
	}
	return result;
}

/* All entries of a tree. */
static int walk_tree(struct walk *w, const git_oid *id)
{
	struct place at = { str_slice(&w->path), 0, 0 };
	git_odb_object *object = NULL;
	int result;

	if (w->depth == TREE_DEPTH)
		return err_set(w->err, &CODE_git, at, "folders nest deeper than %d", TREE_DEPTH);
	if (git_odb_read(&object, w->repo->odb, id) < 0)
		return missing_object(w->repo, at, "cannot read a folder", w->err);
	w->depth++;
	if (git_odb_object_type(object) != GIT_OBJECT_TREE)
		result = err_set(w->err, &CODE_git, at, "the folder cannot be read: it is no tree");
	else
		result = walk_entries(w, (struct slice){ git_odb_object_data(object),
							 git_odb_object_size(object) });
	w->depth--;
	git_odb_object_free(object);
	return result;
}

/*
 * The folder as it stands at the front of paths: "" for all, no "./" before and no "/" behind it.
 */
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
		int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx,
		struct err *err)
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

int tree_each(struct repo *r, const struct oid *commit, const char *under,
	      bool (*name_wanted)(struct slice path, void *ctx), size_t max,
	      int (*file)(const struct tree_file *file, void *ctx, struct err *err), void *ctx,
	      struct err *err)
{
	const struct tree_query query = { .under = under, .name_wanted = name_wanted, .max = max };

	return tree_search(r, commit, &query, file, ctx, err);
}

/* Reads the blob of an entry. */
static int read_blob(struct repo *r, const git_tree_entry *entry, const char *path, size_t max,
		     struct str *out, struct err *err)
{
	git_odb_object *object = NULL;
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(path), "cannot read the file", err);
	if (size > max)
		return err_set(err, &CODE_too_large, place_of(path),
			       "the file is larger than %zu bytes", max);
	if (git_odb_read(&object, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(path), "cannot read the file", err);
	str_add(out, (struct slice){ git_odb_object_data(object), git_odb_object_size(object) });
	git_odb_object_free(object);
	return 0;
}

int tree_find(struct repo *r, const struct oid *commit, const char *path, size_t max,
	      struct arena *arena, struct tree_file *out, struct err *err)
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
		out->bytes = arena_copy(arena, (struct slice){ git_odb_object_data(object),
							       git_odb_object_size(object) });
	git_odb_object_free(object);
	return 0;
}

int tree_read(struct repo *r, const struct oid *commit, const char *path, size_t max,
	      struct str *out, unsigned *mode, struct err *err)
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
		return err_set(err, &CODE_not_a_file, place_of(path),
			       "not a regular file in the commit");
	if (read_blob(r, entry, path, max, out, err) < 0)
		return -1;
	if (mode)
		*mode = (unsigned)git_tree_entry_filemode(entry);
	return 0;
}

#include "git/tree.h"

#include "git/blob_reader_internal.h"
#include "git/commit_read_internal.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"
#include "git/tree_check_internal.h"
#include "git/tree_internal.h"

#include <stdlib.h>
#include <string.h>

/* How deep directories are nested at most; git itself stops at 2048 by default. */
enum { TREE_DEPTH = 512 };

struct tree_walk {
	struct repo *repo;
	struct slice under; /* only paths that are it or below it; "" for all */
	const struct tree_query *query;
	struct blob_reader *reader;
	struct err *err;
	struct str path; /* of the current entry */
	size_t depth;
	size_t nwanted;  /* files so far */
	struct err *bad; /* of a tree above the current entry that is not valid; NULL: all are */
};

/* True if the path is in the wanted directory, or a directory on the way to it. */
static bool in_scope(const struct tree_walk *w, bool is_directory)
{
	struct slice path = str_slice(&w->path), under = w->under;

	if (!under.len || slice_eq(path, under))
		return true;
	if (path.len > under.len)
		return slice_starts(path, under) && path.ptr[under.len] == '/';
	return is_directory && slice_starts(under, path) && under.ptr[path.len] == '/';
}

bool entry_is_file(const git_tree_entry *entry)
{
	return entry && git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
	       git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
}

/* --- all entries ---------------------------------------------------------- */

/*
 * Trees are parsed as they are stored (mode, blank, name, NUL, 20 bytes), each once. libgit2 would
 * allocate a list of the entries of each and cache it: for 10,000 directories more memory than for
 * everything else.
 */
struct raw_entry {
	unsigned mode;
	struct slice name; /* NUL-terminated */
	git_oid id;
};

/*
 * Parses the next entry of a tree's bytes: 1; 0 after the last one; -1: they are not a tree. Like
 * git, it reads modes with zeros in front.
 */
static int parse_entry(struct slice *rest, struct raw_entry *out)
{
	enum { MODE_LONGEST = 16 };
	size_t blank = slice_find_byte(slice_sub(*rest, 0, MODE_LONGEST), ' '), end;

	if (!rest->len)
		return 0;
	if (blank == SIZE_MAX || !blank)
		return -1;
	out->mode = 0;
	for (size_t i = 0; i < blank; i++) {
		if (rest->ptr[i] < '0' || rest->ptr[i] > '7')
			return -1;
		out->mode = out->mode << 3 | (unsigned)(rest->ptr[i] - '0');
		if (out->mode > 0177777)
			return -1;
	}
	*rest = slice_sub(*rest, blank + 1, rest->len);
	end = slice_find_byte(*rest, '\0');
	if (end == SIZE_MAX || rest->len - end - 1 < GIT_OID_RAWSZ)
		return -1;
	out->name = slice_sub(*rest, 0, end);
	memcpy(out->id.id, rest->ptr + end + 1, GIT_OID_RAWSZ);
	*rest = slice_sub(*rest, end + 1 + GIT_OID_RAWSZ, rest->len);
	return 1;
}

/* The same as entry_is_file of libgit2's entries. */
static bool is_regular(unsigned mode)
{
	unsigned type = mode & 0170000;

	return type != GIT_FILEMODE_TREE && type != GIT_FILEMODE_LINK &&
	       type != GIT_FILEMODE_COMMIT;
}

static int walk_tree(struct tree_walk *w, const git_oid *id);

/* Reports an entry, or walks the tree that it is. */
static int visit_entry(struct tree_walk *w, const struct raw_entry *entry)
{
	bool is_directory = (entry->mode & 0170000) == GIT_FILEMODE_TREE;
	struct tree_file file = { .path = str_slice(&w->path), .mode = entry->mode };

	if (!in_scope(w, is_directory) || (is_directory && w->query->directory_wanted &&
					   !w->query->directory_wanted(file.path, w->query->ctx)))
		return 0;
	if (is_directory)
		return walk_tree(w, &entry->id);
	if (w->query->name_wanted && !w->query->name_wanted(file.path, w->query->ctx))
		return 0;
	w->nwanted++;
	if (w->bad) {
		*w->err = *w->bad;
		return -1;
	}
	oid_from_git(&entry->id, &file.id);
	return blob_reader_add(w->reader, &file, is_regular(entry->mode));
}

/* The entries of a tree that is walked. */
struct entry_walk {
	struct slice bytes; /* those that follow */
	struct tree_check check;
	size_t nwanted; /* files before this tree */
	bool bad;       /* it is the one that the walk knows to be not valid */
};

/*
 * Checks an entry. A tree that is not valid does not matter if it leads to no wanted file: the
 * error is kept until there is one.
 */
static int check_entry(struct tree_walk *w, struct entry_walk *e, const struct raw_entry *entry)
{
	struct err err = ERR_INIT;
	const char *bad = w->bad ? NULL : tree_check_entry(&e->check, entry->name, entry->mode);

	if (!bad)
		return 0;
	if (w->nwanted > e->nwanted)
		return tree_check_fail(str_slice(&w->path), entry->name, bad, w->err);
	(void)tree_check_fail(str_slice(&w->path), entry->name, bad, &err);
	w->bad = err_keep(&err);
	e->bad = true;
	return 0;
}

/* Parses and checks the next entry: 1, 0 after the last one, or -1. */
static int next_entry(struct tree_walk *w, struct entry_walk *e, struct raw_entry *out)
{
	int more = parse_entry(&e->bytes, out);

	if (more < 0)
		return err_set(w->err, &CODE_git, (struct place){ str_slice(&w->path), 0, 0 },
			       "cannot read the directory: its tree is corrupt");
	return more && check_entry(w, e, out) < 0 ? -1 : more;
}

/* Visits all entries of a tree's bytes, in their order. */
static int walk_entries(struct tree_walk *w, struct slice bytes)
{
	struct entry_walk e = { .bytes = bytes, .nwanted = w->nwanted };
	size_t length = w->path.len;
	int result = 0, more;
	struct raw_entry entry;

	while (!result && (more = next_entry(w, &e, &entry)) != 0) {
		if (more < 0) {
			result = -1;
			break;
		}
		if (length)
			str_addc(&w->path, '/');
		str_add(&w->path, entry.name);
		result = visit_entry(w, &entry);
		w->path.len = length;
		w->path.ptr[length] = '\0';
	}
	if (e.bad) {
		free(w->bad);
		w->bad = NULL;
	}
	tree_check_release(&e.check);
	return result;
}

/* Visits all entries of a tree. */
static int walk_tree(struct tree_walk *w, const git_oid *id)
{
	struct place at = { str_slice(&w->path), 0, 0 };
	git_odb_object *object = NULL;
	int result;

	if (w->depth == TREE_DEPTH)
		return err_set(w->err, &CODE_git, at, "directories are nested deeper than %d",
			       TREE_DEPTH);
	if (git_odb_read(&object, w->repo->odb, id) < 0)
		return missing_object(w->repo, at, "cannot read a directory", w->err);
	w->depth++;
	if (git_odb_object_type(object) != GIT_OBJECT_TREE)
		result = err_set(w->err, &CODE_git, at,
				 "cannot read the directory: it is not a tree");
	else
		result = walk_entries(w, (struct slice){ git_odb_object_data(object),
							 git_odb_object_size(object) });
	w->depth--;
	git_odb_object_free(object);
	return result;
}

/* The directory as a prefix of paths: "" for all, no "./" in front and no "/" at the end. */
static struct slice trim_directory(const char *under)
{
	struct slice s = slice_of(under);

	while (slice_starts(s, SLICE("./")) || slice_is(s, "."))
		s = slice_sub(s, s.len > 1 ? 2 : 1, s.len);
	while (slice_ends(s, SLICE("/")))
		s.len--;
	return s;
}

int tree_search(struct repo *r, const struct oid *commit, const struct tree_query *query,
		struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	struct tree_walk w = {
		.repo = r, .under = trim_directory(query->under), .query = query, .err = err
	};
	int result;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	w.path = (struct str)STR_INIT;
	str_addc(&w.path, '\0'); /* allocates, also for the empty path */
	w.path.len = 0;
	w.reader = blob_reader_new(r, query, err);
	result = walk_tree(&w, git_tree_id(tree));
	if (!result)
		result = blob_reader_flush(w.reader);
	blob_reader_free(w.reader);
	str_release(&w.path);
	return result;
}

/* Checks the tree of a directory, each tree once in the life of the repository. */
static int check_once(struct repo *r, const git_tree *tree, struct slice directory, struct err *err)
{
	struct slice id = { (const char *)git_tree_id(tree)->id, GIT_OID_RAWSZ };

	if (map_has(&r->checked_trees, id))
		return 0;
	if (tree_check_all(tree, directory, err) < 0)
		return -1;
	if (!r->checked_ids)
		r->checked_ids = arena_new();
	map_add(&r->checked_trees, arena_copy(r->checked_ids, id));
	return 0;
}

/* Opens the tree that an entry of another one is, which it replaces: 0; 1: it is none; or -1. */
static int open_subtree(struct repo *r, git_tree **tree, const char *name, struct slice path,
			struct err *err)
{
	const git_tree_entry *e = git_tree_entry_byname(*tree, name);
	git_tree *below = NULL;

	if (!e || git_tree_entry_type(e) != GIT_OBJECT_TREE)
		return 1;
	if (git_tree_lookup(&below, r->git, git_tree_entry_id(e)) < 0)
		return missing_object(r, (struct place){ path, 0, 0 }, "cannot read a directory",
				      err);
	git_tree_free(*tree);
	*tree = below;
	return 0;
}

/* Finds an entry: 0, 1 if it does not exist, or -1. All trees on the way to it are checked. */
static int find_entry(struct repo *r, const struct commit_path *at, git_tree_entry **out,
		      struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	AUTO_STR struct str name = STR_INIT;
	struct slice path = slice_of(at->path), rest = path, part;
	const git_tree_entry *found;
	int result = commit_tree(r, at->commit, &tree, err);

	while (!result && slice_next(&rest, '/', &part)) {
		size_t above = (size_t)(part.ptr - path.ptr);

		result = check_once(r, tree, slice_sub(path, 0, above ? above - 1 : 0), err);
		str_clear(&name);
		str_add(&name, part);
		if (!result && rest.ptr)
			result = open_subtree(r, &tree, name.ptr, path, err);
	}
	if (result)
		return result;
	found = name.len ? git_tree_entry_byname(tree, name.ptr) : NULL;
	if (!found)
		return 1;
	if (git_tree_entry_dup(out, found) < 0)
		return git_fail(err, place_of(at->path), "cannot read from the repository");
	return 0;
}

int tree_find(struct repo *r, const struct commit_path *at, struct arena *arena,
	      struct tree_file *out, struct err *err)
{
	AUTO_GIT(entry) git_tree_entry *entry = NULL;
	git_odb_object *object = NULL;
	int result = find_entry(r, at, &entry, err);
	git_object_t type;

	if (result)
		return result;
	if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		return 1;
	*out = (struct tree_file){ .path = arena_copy(arena, slice_of(at->path)) };
	out->mode = (unsigned)git_tree_entry_filemode_raw(entry);
	oid_from_git(git_tree_entry_id(entry), &out->id);
	if (!entry_is_file(entry))
		return 0;
	if (git_odb_read_header(&out->size, &type, r->odb, git_tree_entry_id(entry)) < 0 ||
	    (out->size <= at->max && git_odb_read(&object, r->odb, git_tree_entry_id(entry)) < 0))
		return missing_object(r, place_of(at->path), "cannot read the file", err);
	if (object)
		out->bytes = arena_copy(arena, (struct slice){ git_odb_object_data(object),
							       git_odb_object_size(object) });
	git_odb_object_free(object);
	return 0;
}

int tree_read(struct repo *r, const struct commit_path *at, struct str *out, unsigned *mode,
	      struct err *err)
{
	AUTO_GIT(entry) git_tree_entry *entry = NULL;
	git_odb_object *object = NULL;
	int result = find_entry(r, at, &entry, err);
	git_object_t type;
	size_t size;

	if (result)
		return result;
	if (!entry_is_file(entry))
		return err_set(err, &CODE_not_a_file, place_of(at->path),
			       "not a regular file in the commit");
	if (git_odb_read_header(&size, &type, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(at->path), "cannot read the file", err);
	if (size > at->max)
		return err_set(err, &CODE_too_large, place_of(at->path),
			       "the file is larger than %zu bytes", at->max);
	if (git_odb_read(&object, r->odb, git_tree_entry_id(entry)) < 0)
		return missing_object(r, place_of(at->path), "cannot read the file", err);
	str_add(out, (struct slice){ git_odb_object_data(object), git_odb_object_size(object) });
	git_odb_object_free(object);
	if (mode)
		*mode = (unsigned)git_tree_entry_filemode(entry);
	return 0;
}

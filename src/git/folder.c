#include "base/alloc.h"
#include "base/parallel.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The folders of a commit that are changed. Only those on the way to a change are read, each once,
 * and stay in memory with their entries sorted, so that many commits in a row cost what they
 * change.
 */

struct entry {
	struct slice name; /* with a NUL behind it */
	unsigned mode;
	git_oid id;
	struct folder *folder; /* NULL: not opened */
};

struct folder {
	git_tree *tree; /* owns the names that were read; NULL: the folder is new */
	struct entry *items;
	size_t n, cap;
	bool changed;     /* since it was written */
	struct str text;  /* as it was written last, as the object `number` of the batch */
	struct str spare; /* its memory is used again */
	size_t number;
	git_oid id; /* of that */
};

struct folders {
	struct repo *repo;
	struct arena *arena;
	struct folder *root;
};

/* --- entries -------------------------------------------------------------- */

/*
 * git's order of a tree: folders compare as if their name ended in "/" (base_name_compare in
 * tree.c).
 */
static int by_name(const struct entry *x, struct slice name, bool folder)
{
	size_t common = x->name.len < name.len ? x->name.len : name.len;
	int order = memcmp(x->name.ptr, name.ptr, common);
	unsigned char cx = x->name.len > common ? (unsigned char)x->name.ptr[common] :
			   x->mode == 040000    ? '/' :
						  0;
	unsigned char cy = name.len > common ? (unsigned char)name.ptr[common] : folder ? '/' : 0;

	return order ? order : (cx > cy) - (cx < cy);
}

/* Where an entry is, or belongs. */
static size_t place_in(const struct folder *f, struct slice name, bool folder)
{
	size_t from = 0, to = f->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (by_name(&f->items[middle], name, folder) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The entry of this name, whatever it is, or NULL. */
static struct entry *entry_named(const struct folder *f, struct slice name)
{
	for (int folder = 0; folder < 2; folder++) {
		size_t at = place_in(f, name, folder);

		if (at < f->n && slice_eq(f->items[at].name, name))
			return &f->items[at];
	}
	return NULL;
}

/* A new entry. */
static struct entry *entry_new(const struct folders *w, struct folder *f, struct slice name,
			       unsigned mode)
{
	size_t at = place_in(f, name, mode == 040000);

	ROOM(f->items, f->n, f->cap);
	memmove(f->items + at + 1, f->items + at, (f->n - at) * sizeof(*f->items));
	f->n++;
	f->items[at] = (struct entry){ .name = arena_copy(w->arena, name), .mode = mode };
	return &f->items[at];
}

static void folder_free(struct folder *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		folder_free(f->items[i].folder);
	free(f->items);
	str_release(&f->text);
	str_release(&f->spare);
	git_tree_free(f->tree);
	free(f);
}

/* Takes an entry out. */
static void entry_remove(struct folder *f, struct entry *e)
{
	size_t at = (size_t)(e - f->items);

	folder_free(e->folder);
	memmove(f->items + at, f->items + at + 1, (f->n - at - 1) * sizeof(*f->items));
	f->n--;
}

/* --- reading -------------------------------------------------------------- */

/* The folder that a tree of the repository describes; NULL: an empty one. Takes the tree over. */
static struct folder *folder_of(git_tree *tree)
{
	struct folder *f = xzalloc(sizeof(*f));
	size_t n = tree ? git_tree_entrycount(tree) : 0;

	f->tree = tree;
	f->number = BATCH_NONE;
	f->text = f->spare = (struct str)STR_INIT;
	f->items = xrealloc_array(NULL, n, sizeof(*f->items));
	f->n = f->cap = n;
	for (size_t i = 0; i < n; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		f->items[i] = (struct entry){ .name = slice_of(git_tree_entry_name(e)),
					      .mode = (unsigned)git_tree_entry_filemode_raw(e),
					      .id = *git_tree_entry_id(e) };
	}
	return f;
}

int folders_open(struct folders **out, struct repo *r, const struct oid *commit, struct err *err)
{
	git_tree *tree = NULL;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	*out = xzalloc(sizeof(**out));
	**out = (struct folders){ r, arena_new(), folder_of(tree) };
	return 0;
}

void folders_free(struct folders *w)
{
	if (!w)
		return;
	folder_free(w->root);
	arena_free(w->arena);
	free(w);
}

/* --- changing ------------------------------------------------------------- */

/* A change and the name that its new bytes have as a blob. */
struct named {
	const struct change *change;
	git_oid blob;
};

/* A file's entry gets its new blob, or goes. */
static int set_blob(const struct folders *w, struct folder *f, struct slice name,
		    const struct named *n, struct batch *batch, struct err *err)
{
	const struct change *c = n->change;
	struct entry *e = entry_named(f, name);

	if (e && e->mode != 0100644 && e->mode != 0100755 && e->mode != 0100664)
		return err_set(err, &CODE_not_a_file, (struct place){ c->path, 0, 0 },
			       "a folder, symlink or submodule of this name is in the commit");
	f->changed = true;
	if (!c->after.ptr) {
		if (e)
			entry_remove(f, e);
		return 0;
	}
	if (!e)
		e = entry_new(w, f, name, 0100644);
	e->mode = c->mode == 0100755 ? 0100755 : 0100644;
	git_oid_cpy(&e->id, &n->blob);
	batch_add_blob(batch, c->after, &n->blob);
	return 0;
}

/*
 * The folder of this name inside of another one, opened; made when it is not there. NULL with `err`
 * set: it cannot be.
 */
static struct folder *enter(const struct folders *w, struct folder *f, struct slice name,
			    struct slice path, struct err *err)
{
	struct entry *e = entry_named(f, name);
	git_tree *tree = NULL;

	f->changed = true;
	if (e && e->mode != 040000) {
		(void)err_set(err, &CODE_unsafe_path, (struct place){ path, 0, 0 },
			      "a file or symlink stands where a folder is needed");
		return NULL;
	}
	if (e && !e->folder && git_tree_lookup(&tree, w->repo->git, &e->id) < 0) {
		(void)git_fail(err, (struct place){ path, 0, 0 }, "cannot read a tree");
		return NULL;
	}
	if (!e)
		e = entry_new(w, f, name, 040000);
	if (!e->folder)
		e->folder = folder_of(tree);
	return e->folder;
}

/* Brings one change in. */
static int change_one(const struct folders *w, const struct named *n, struct batch *batch,
		      struct err *err)
{
	const struct change *c = n->change;
	struct folder *f = w->root;
	struct slice rest = c->path;

	for (;;) {
		size_t slash = slice_find_byte(rest, '/');

		if (slash == SIZE_MAX)
			return set_blob(w, f, rest, n, batch, err);
		f = enter(w, f, slice_sub(rest, 0, slash), c->path, err);
		if (!f)
			return -1;
		rest = slice_sub(rest, slash + 1, rest.len);
	}
}

/* --- writing -------------------------------------------------------------- */

static void write_folder(struct folder *f, struct batch *batch);

/* Those inside that were changed are written first; those that are empty go. */
static void write_inner(struct folder *f, struct batch *batch)
{
	for (size_t i = 0; i < f->n;) {
		struct entry *e = &f->items[i];

		if (e->folder && e->folder->changed) {
			write_folder(e->folder, batch);
			e->id = e->folder->id;
		}
		if (e->folder && !e->folder->n)
			entry_remove(f, e);
		else
			i++;
	}
}

/* The bytes of a tree object. */
static void folder_text(const struct folder *f, struct str *out)
{
	for (size_t i = 0; i < f->n; i++) {
		char mode[8];
		size_t at = sizeof(mode);

		mode[--at] = ' ';

		for (unsigned m = f->items[i].mode; m; m >>= 3)
			mode[--at] = (char)('0' + (m & 7));
		str_add(out, (struct slice){ mode + at, sizeof(mode) - at });
		str_add(out, (struct slice){ f->items[i].name.ptr,
					     f->items[i].name.len + 1 }); /* with its NUL */
		str_add(out, (struct slice){ (const char *)f->items[i].id.id,
					     sizeof(f->items[i].id.id) });
	}
}

static void write_folder(struct folder *f, struct batch *batch)
{
	struct str before = f->text;

	write_inner(f, batch);
	f->text = f->spare;
	f->spare = before;
	str_clear(&f->text);
	folder_text(f, &f->text);
	f->number = batch_add_after(batch, GIT_OBJECT_TREE, str_slice(&f->text), str_slice(&before),
				    f->number, &f->id);
	f->changed = false;
}

static int by_path(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return slice_cmp(x->change->path, y->change->path);
}

static void name_blob(void *ctx, size_t i)
{
	struct named *n = (struct named *)ctx + i;

	if (n->change->after.ptr)
		object_name(GIT_OBJECT_BLOB, n->change->after, &n->blob);
}

/* The changes by path; their paths are checked, and each may be there once. */
static int sort_changes(const struct change *changes, size_t n, struct named *sorted,
			struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (tree_path_check(changes[i].path, err) < 0)
			return -1;
		sorted[i].change = &changes[i];
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_path);
	for (size_t i = 1; i < n; i++)
		if (slice_eq(sorted[i - 1].change->path, sorted[i].change->path))
			return err_set(err, &CODE_git,
				       (struct place){ sorted[i].change->path, 0, 0 },
				       "the same file is changed twice");
	parallel_each(n, name_blob, sorted);
	return 0;
}

int folders_change(struct folders *w, const struct change *changes, size_t n, struct batch *batch,
		   git_oid *tree, struct err *err)
{
	struct named *sorted = xrealloc_array(NULL, n, sizeof(*sorted));
	int failed = sort_changes(changes, n, sorted, err);

	w->root->changed = true;
	for (size_t i = 0; i < n && !failed; i++)
		failed = change_one(w, &sorted[i], batch, err);
	free(sorted);
	if (failed)
		return -1;
	write_folder(w->root, batch);
	*tree = w->root->id;
	return 0;
}

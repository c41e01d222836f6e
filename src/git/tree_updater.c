#include "git/tree_updater_internal.h"

#include "base/alloc.h"
#include "base/parallel.h"
#include "git/commit_read_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"
#include "git/tree_check_internal.h"
#include "git/tree_path_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The trees of a commit that are changed. Only those on the way to a change are read, each once,
 * and stay in memory with their entries sorted, so that the cost of a series of commits is that of
 * their changes.
 */

struct updated_tree;

struct updated_entry {
	struct slice name; /* NUL-terminated */
	unsigned mode;
	git_oid id;
	struct updated_tree *tree; /* NULL: not opened */
};

struct updated_tree {
	git_tree *read; /* owns the names that were read; NULL: the tree is new */
	struct updated_entry *items;
	size_t n, cap;
	bool changed;     /* since it was written */
	struct str text;  /* as it was written last, as object `number` of the writer */
	struct str spare; /* its memory is reused */
	size_t number;
	git_oid id; /* of that */
};

struct tree_updater {
	struct repo *repo;
	struct arena *arena;
	struct updated_tree *root;
};

/* --- entries -------------------------------------------------------------- */

/* True if an entry of this mode is a directory. */
static bool is_tree_mode(unsigned mode)
{
	return (mode & 0170000) == 040000;
}

/*
 * Compares in git's order of a tree: directories as if their name ended in "/" (base_name_compare
 * in git's tree.c).
 */
static int compare_name(const struct updated_entry *x, struct slice name, bool is_tree)
{
	size_t common = x->name.len < name.len ? x->name.len : name.len;
	int order = memcmp(x->name.ptr, name.ptr, common);
	unsigned char cx = x->name.len > common  ? (unsigned char)x->name.ptr[common] :
			   is_tree_mode(x->mode) ? '/' :
						   0;
	unsigned char cy = name.len > common ? (unsigned char)name.ptr[common] : is_tree ? '/' : 0;

	return order ? order : (cx > cy) - (cx < cy);
}

/* The index at which an entry is, or belongs. */
static size_t find_place(const struct updated_tree *t, struct slice name, bool is_tree)
{
	size_t from = 0, to = t->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_name(&t->items[middle], name, is_tree) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The entry of this name, whatever it is, or NULL. */
static struct updated_entry *find_entry(const struct updated_tree *t, struct slice name)
{
	for (int is_tree = 0; is_tree < 2; is_tree++) {
		size_t at = find_place(t, name, is_tree);

		if (at < t->n && slice_eq(t->items[at].name, name))
			return &t->items[at];
	}
	return NULL;
}

/* Adds an entry. */
static struct updated_entry *add_entry(const struct tree_updater *u, struct updated_tree *t,
				       struct slice name, unsigned mode)
{
	size_t at = find_place(t, name, mode == 040000);

	ROOM(t->items, t->n, t->cap);
	memmove(t->items + at + 1, t->items + at, (t->n - at) * sizeof(*t->items));
	t->n++;
	t->items[at] = (struct updated_entry){ .name = arena_copy(u->arena, name), .mode = mode };
	return &t->items[at];
}

static void free_tree(struct updated_tree *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		free_tree(t->items[i].tree);
	free(t->items);
	str_release(&t->text);
	str_release(&t->spare);
	git_tree_free(t->read);
	free(t);
}

static void remove_entry(struct updated_tree *t, struct updated_entry *e)
{
	size_t at = (size_t)(e - t->items);

	free_tree(e->tree);
	memmove(t->items + at, t->items + at + 1, (t->n - at - 1) * sizeof(*t->items));
	t->n--;
}

/* --- reading -------------------------------------------------------------- */

/* Makes a tree from one of the repository (NULL: empty), which it takes over. */
static struct updated_tree *convert_tree(git_tree *read)
{
	struct updated_tree *t = xzalloc(sizeof(*t));
	size_t n = read ? git_tree_entrycount(read) : 0;

	t->read = read;
	t->number = SIZE_MAX;
	t->text = t->spare = (struct str)STR_INIT;
	t->items = xrealloc_array(NULL, n, sizeof(*t->items));
	t->n = t->cap = n;
	for (size_t i = 0; i < n; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(read, i);

		t->items[i] =
			(struct updated_entry){ .name = slice_of(git_tree_entry_name(e)),
						.mode = (unsigned)git_tree_entry_filemode_raw(e),
						.id = *git_tree_entry_id(e) };
	}
	return t;
}

int tree_updater_new(struct tree_updater **out, struct repo *r, const struct oid *commit,
		     struct err *err)
{
	git_tree *tree = NULL;

	if (commit_tree(r, commit, &tree, err) < 0)
		return -1;
	if (tree_check_all(tree, SLICE(""), err) < 0) {
		git_tree_free(tree);
		return -1;
	}
	*out = xzalloc(sizeof(**out));
	**out = (struct tree_updater){ r, arena_new(), convert_tree(tree) };
	return 0;
}

void tree_updater_free(struct tree_updater *u)
{
	if (!u)
		return;
	free_tree(u->root);
	arena_free(u->arena);
	free(u);
}

/* --- changing ------------------------------------------------------------- */

/* A change and the name of its new bytes as a blob. */
struct named_change {
	const struct change *change;
	git_oid blob;
};

/* Sets the blob of a file, or removes its entry. */
static int set_blob(const struct tree_updater *u, struct updated_tree *t, struct slice name,
		    const struct named_change *n, struct err *err)
{
	const struct change *c = n->change;
	struct updated_entry *e = find_entry(t, name);

	if (e && (e->mode & 0170000) != 0100000)
		return err_set(err, &CODE_not_a_file, (struct place){ c->path, 0, 0 },
			       "not a regular file in the commit");
	t->changed = true;
	if (!c->after.ptr) {
		if (e)
			remove_entry(t, e);
		return 0;
	}
	if (!e)
		e = add_entry(u, t, name, 0);
	if (!e->mode || (e->mode & 0100) != (c->mode & 0100)) /* 0100664 stays as it is */
		e->mode = c->mode & 0100 ? 0100755 : 0100644;
	git_oid_cpy(&e->id, &n->blob);
	return 0;
}

/* Opens, or adds, the tree of this name in another one. NULL with `err` set: it cannot be. */
static struct updated_tree *open_tree(const struct tree_updater *u, struct updated_tree *t,
				      struct slice name, struct slice path, struct err *err)
{
	struct updated_entry *e = find_entry(t, name);
	git_tree *tree = NULL;

	t->changed = true;
	if (e && !is_tree_mode(e->mode)) {
		(void)err_set(err, &CODE_unsafe_path, (struct place){ path, 0, 0 },
			      "a file or symlink exists where a directory is required");
		return NULL;
	}
	if (e && !e->tree && git_tree_lookup(&tree, u->repo->git, &e->id) < 0) {
		(void)git_fail(err, (struct place){ path, 0, 0 }, "cannot read a tree");
		return NULL;
	}
	if (tree &&
	    tree_check_all(tree, slice_sub(path, 0, (size_t)(name.ptr - path.ptr) + name.len),
			   err) < 0) {
		git_tree_free(tree);
		return NULL;
	}
	if (!e)
		e = add_entry(u, t, name, 040000);
	if (!e->tree)
		e->tree = convert_tree(tree);
	return e->tree;
}

/* Applies one change. */
static int apply_change(const struct tree_updater *u, const struct named_change *n, struct err *err)
{
	const struct change *c = n->change;
	struct updated_tree *t = u->root;
	struct slice rest = c->path;

	for (;;) {
		size_t slash = slice_find_byte(rest, '/');

		if (slash == SIZE_MAX)
			return set_blob(u, t, rest, n, err);
		t = open_tree(u, t, slice_sub(rest, 0, slash), c->path, err);
		if (!t)
			return -1;
		rest = slice_sub(rest, slash + 1, rest.len);
	}
}

/* --- writing -------------------------------------------------------------- */

static void write_tree(struct updated_tree *t, struct object_writer *writer);

/* Writes the changed trees below, and removes those that are empty. */
static void write_subtrees(struct updated_tree *t, struct object_writer *writer)
{
	for (size_t i = 0; i < t->n;) {
		struct updated_entry *e = &t->items[i];

		if (e->tree && e->tree->changed) {
			write_tree(e->tree, writer);
			e->id = e->tree->id;
		}
		if (e->tree && !e->tree->n)
			remove_entry(t, e);
		else
			i++;
	}
}

/* Appends the bytes of a tree object. */
static void add_tree_text(const struct updated_tree *t, struct str *out)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct updated_entry *e = &t->items[i];
		char mode[8];
		size_t at = sizeof(mode);

		mode[--at] = ' ';
		for (unsigned m = e->mode; m; m >>= 3)
			mode[--at] = (char)('0' + (m & 7));
		str_add(out, (struct slice){ mode + at, sizeof(mode) - at });
		str_add(out, (struct slice){ e->name.ptr, e->name.len + 1 }); /* with its NUL */
		str_add(out, (struct slice){ (const char *)e->id.id, sizeof(e->id.id) });
	}
}

static void write_tree(struct updated_tree *t, struct object_writer *writer)
{
	struct str before = t->text;

	write_subtrees(t, writer);
	t->text = t->spare;
	t->spare = before;
	str_clear(&t->text);
	add_tree_text(t, &t->text);
	t->number = object_writer_add_after(
		writer, GIT_OBJECT_TREE, str_slice(&t->text),
		&(struct earlier_object){ str_slice(&before), t->number }, &t->id);
	t->changed = false;
}

static int by_path(const void *a, const void *b)
{
	const struct named_change *x = a, *y = b;

	return slice_cmp(x->change->path, y->change->path);
}

static void name_blob(void *ctx, size_t i)
{
	struct named_change *n = (struct named_change *)ctx + i;

	if (n->change->after.ptr)
		object_name(GIT_OBJECT_BLOB, n->change->after, &n->blob);
}

/* Sorts the changes by path; checks that the paths are valid and each occurs once. */
static int sort_changes(const struct changes *changes, struct named_change *sorted, struct err *err)
{
	size_t n = changes->n;

	for (size_t i = 0; i < n; i++) {
		if (tree_path_check(changes->items[i].path, err) < 0)
			return -1;
		sorted[i].change = &changes->items[i];
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_path);
	for (size_t i = 1; i < n; i++)
		if (slice_eq(sorted[i - 1].change->path, sorted[i].change->path))
			return err_set(err, &CODE_git,
				       (struct place){ sorted[i].change->path, 0, 0 },
				       "the file is changed twice in one commit");
	parallel_each(n, name_blob, sorted);
	return 0;
}

int tree_updater_apply(struct tree_updater *u, const struct changes *changes,
		       struct object_writer *writer, git_oid *tree, struct err *err)
{
	AUTO_FREE struct named_change *sorted = xrealloc_array(NULL, changes->n, sizeof(*sorted));

	if (sort_changes(changes, sorted, err) < 0)
		return -1;
	u->root->changed = true;
	for (size_t i = 0; i < changes->n; i++) {
		if (apply_change(u, &sorted[i], err) < 0)
			return -1;
		if (sorted[i].change->after.ptr)
			object_writer_add_blob(writer, sorted[i].change->after, &sorted[i].blob);
	}
	write_tree(u->root, writer);
	*tree = u->root->id;
	return 0;
}

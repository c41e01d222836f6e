#include "git/commit.h"

#include "base/map.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>

/* --- trees ---------------------------------------------------------------------------------------------------------------------- */

/* One entry of a tree that is being written. */
struct entry {
	struct slice name;
	unsigned mode; /* 0: gone */
	git_oid id;
};

/* What rewriting trees passes around. */
struct rewrite {
	struct repo *repo;
	struct batch *batch;
	struct arena *arena;
	struct err *err;
};

/* git's order of a tree: folders compare as if their name ended in "/" (base_name_compare in tree.c). */
static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t common = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = memcmp(x->name.ptr, y->name.ptr, common);
	unsigned char cx = x->name.len > common ? (unsigned char)x->name.ptr[common] : x->mode == 040000 ? '/' : 0;
	unsigned char cy = y->name.len > common ? (unsigned char)y->name.ptr[common] : y->mode == 040000 ? '/' : 0;

	return order ? order : (cx > cy) - (cx < cy);
}

/* The entries of a tree (NULL: none), with room for `more`. */
static struct entry *read_entries(const struct rewrite *w, const git_tree *tree, size_t more, size_t *n)
{
	size_t count = tree ? git_tree_entrycount(tree) : 0;
	struct entry *items = arena_array(w->arena, count + more, sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		items[i].name = arena_copy(w->arena, slice_of(git_tree_entry_name(e)));
		items[i].mode = (unsigned)git_tree_entry_filemode_raw(e);
		git_oid_cpy(&items[i].id, git_tree_entry_id(e));
	}
	*n = count;
	return items;
}

/* The entry of this name, which is added when it is not there. */
static struct entry *entry_named(struct entry *items, size_t *n, struct map *names, struct slice name)
{
	size_t at = map_get(names, name);

	if (at != MAP_NONE)
		return &items[at];
	map_set(names, name, *n);
	items[*n] = (struct entry){ .name = name };
	return &items[(*n)++];
}

/* Writes a tree; `*empty` when nothing is left of it. */
static void write_tree(const struct rewrite *w, struct entry *items, size_t n, git_oid *out, bool *empty)
{
	AUTO_STR struct str text = STR_INIT;

	if (n)
		qsort(items, n, sizeof(*items), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!items[i].mode)
			continue;
		str_addf(&text, "%o %" SLICE_FMT, items[i].mode, SLICE_ARG(items[i].name));
		str_addc(&text, '\0');
		str_add(&text, (struct slice){ (const char *)items[i].id.id, sizeof(items[i].id.id) });
	}
	*empty = text.len == 0;
	batch_add(w->batch, GIT_OBJECT_TREE, str_slice(&text), out);
}

/* A file's entry gets its new blob, or goes. */
static int set_blob(const struct rewrite *w, struct entry *e, const struct change *c)
{
	struct place at = { c->path, 0, 0 };

	if (e->mode && e->mode != 0100644 && e->mode != 0100755 && e->mode != 0100664)
		return err_set(w->err, &CODE_not_a_file, at, "a folder, symlink or submodule of this name is in the commit");
	if (!c->after.ptr) {
		e->mode = 0;
		return 0;
	}
	e->mode = c->mode == 0100755 ? 0100755 : 0100644;
	batch_add(w->batch, GIT_OBJECT_BLOB, c->after, &e->id);
	return 0;
}

static int rewrite_tree(const struct rewrite *w, const git_tree *base, const struct change *changes, size_t n, size_t prefix,
			git_oid *out, bool *empty);

/* A folder's entry gets its new tree. */
static int set_folder(const struct rewrite *w, struct entry *e, const struct change *changes, size_t n, size_t prefix)
{
	AUTO_GIT(tree) git_tree *tree = NULL;
	bool empty;

	if (e->mode && e->mode != 040000)
		return err_set(w->err, &CODE_unsafe_path, (struct place){ changes->path, 0, 0 },
			       "a file or symlink stands where a folder is needed");
	if (e->mode && git_tree_lookup(&tree, w->repo->git, &e->id) < 0)
		return git_fail(w->err, (struct place){ changes->path, 0, 0 }, "cannot read a tree");
	if (rewrite_tree(w, tree, changes, n, prefix, &e->id, &empty) < 0)
		return -1;
	e->mode = empty ? 0 : 040000;
	return 0;
}

/* How many changes from the first on are in the same folder `name` behind the prefix. */
static size_t same_folder(const struct change *changes, size_t n, size_t prefix, struct slice name)
{
	size_t i = 0;

	while (i < n && changes[i].path.len > prefix + name.len && changes[i].path.ptr[prefix + name.len] == '/' &&
	       slice_eq(slice_sub(changes[i].path, prefix, name.len), name))
		i++;
	return i;
}

/* Brings the changes into the entries of one folder. */
static int change_entries(const struct rewrite *w, struct entry *items, size_t *nentries, struct map *names,
			  const struct change *changes, size_t n, size_t prefix)
{
	for (size_t i = 0; i < n;) {
		struct slice rest = slice_sub(changes[i].path, prefix, changes[i].path.len);
		size_t slash = slice_find_byte(rest, '/');
		struct slice name = slash == SIZE_MAX ? rest : slice_sub(rest, 0, slash);
		struct entry *e = entry_named(items, nentries, names, name);
		size_t group = slash == SIZE_MAX ? 1 : same_folder(changes + i, n - i, prefix, name);

		if ((slash == SIZE_MAX ? set_blob(w, e, &changes[i]) : set_folder(w, e, changes + i, group, prefix + slash + 1)) <
		    0)
			return -1;
		i += group;
	}
	return 0;
}

/* The tree `base` with changes whose paths are sorted and equal in their first `prefix` bytes. */
static int rewrite_tree(const struct rewrite *w, const git_tree *base, const struct change *changes, size_t n, size_t prefix,
			git_oid *out, bool *empty)
{
	struct map names = MAP_INIT;
	size_t nentries;
	struct entry *items = read_entries(w, base, n, &nentries);
	int failed;

	for (size_t i = 0; i < nentries; i++)
		map_set(&names, items[i].name, i);
	failed = change_entries(w, items, &nentries, &names, changes, n, prefix);
	map_release(&names);
	if (failed)
		return -1;
	write_tree(w, items, nentries, out, empty);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return slice_cmp(x->path, y->path);
}

/* Checks and sorts the changes. */
static int sort_changes(const struct rewrite *w, const struct change *changes, size_t n, struct change **out)
{
	*out = arena_array(w->arena, n, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		if (tree_path_check(changes[i].path, w->err) < 0)
			return -1;
		(*out)[i] = changes[i];
	}
	if (n)
		qsort(*out, n, sizeof(**out), by_path);
	for (size_t i = 1; i < n; i++)
		if (slice_eq((*out)[i - 1].path, (*out)[i].path))
			return err_set(w->err, &CODE_git, (struct place){ (*out)[i].path, 0, 0 }, "the same file is changed twice");
	return 0;
}

/* --- commits -------------------------------------------------------------------------------------------------------------------- */

/* "NAME <EMAIL> SECONDS ZONE". */
static void add_signature(struct str *out, const char *role, const git_signature *who)
{
	int offset = who->when.offset < 0 ? -who->when.offset : who->when.offset;

	str_addf(out, "%s %s <%s> %lld %c%02d%02d\n", role, who->name, who->email, (long long)who->when.time,
		 who->when.offset < 0 ? '-' : '+', offset / 60, offset % 60);
}

/* The commit object's bytes, in the format of git commit-tree; signed, when the user's configuration wants that. */
static int commit_text(struct repo *r, const git_oid *tree, const struct oid *parent, const char *message, struct str *out,
		       struct err *err)
{
	AUTO_GIT(signature) git_signature *author = NULL, *committer = NULL;
	AUTO_STR struct str head = STR_INIT, body = STR_INIT, all = STR_INIT;
	char tree_hex[41], parent_hex[41];

	if (identity(r, true, &author, err) < 0 || identity(r, false, &committer, err) < 0)
		return -1;
	(void)git_oid_tostr(tree_hex, sizeof(tree_hex), tree);
	oid_text(parent, parent_hex);
	str_addf(&head, "tree %s\nparent %s\n", tree_hex, parent_hex);
	add_signature(&head, "author", author);
	add_signature(&head, "committer", committer);
	str_addf(&body, "\n%s%s", message, slice_ends(slice_of(message), SLICE("\n")) ? "" : "\n");
	str_add(&all, str_slice(&head));
	str_add(&all, str_slice(&body));
	str_add(out, str_slice(&head));
	if (commit_sign(r, committer, str_slice(&all), out, err) < 0)
		return -1;
	str_add(out, str_slice(&body));
	return 0;
}

/* The trees of the changed commit into the batch. */
static int make_trees(const struct rewrite *w, const struct oid *parent, const struct change *changes, size_t n, git_oid *out)
{
	AUTO_GIT(tree) git_tree *base = NULL;
	struct change *sorted;
	bool empty;

	if (sort_changes(w, changes, n, &sorted) < 0 || commit_tree(w->repo, parent, &base, w->err) < 0)
		return -1;
	return rewrite_tree(w, base, sorted, n, 0, out, &empty);
}

/* All objects of the commit into the batch. */
static int make_objects(const struct rewrite *w, const struct oid *parent, const struct change *changes, size_t n,
			const char *message, git_oid *out)
{
	AUTO_STR struct str text = STR_INIT;
	git_oid tree;

	if (make_trees(w, parent, changes, n, &tree) < 0 || commit_text(w->repo, &tree, parent, message, &text, w->err) < 0)
		return -1;
	batch_add(w->batch, GIT_OBJECT_COMMIT, str_slice(&text), out);
	return 0;
}

int commit_tree_with(struct repo *r, const struct oid *parent, const struct change *changes, size_t n, struct oid *tree,
		     struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct rewrite w = { r, batch_new(r), arena, err };
	git_oid id;
	int failed = make_trees(&w, parent, changes, n, &id);

	batch_free(w.batch);
	if (!failed)
		oid_from_git(&id, tree);
	return failed;
}

int commit_write(struct repo *r, const struct oid *parent, const struct change *changes, size_t n, const char *message,
		 struct oid *out, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct rewrite w = { r, batch_new(r), arena, err };
	git_oid id;
	int failed = make_objects(&w, parent, changes, n, message, &id);

	if (!failed)
		failed = batch_write(w.batch, err);
	batch_free(w.batch);
	if (!failed)
		oid_from_git(&id, out);
	return failed;
}

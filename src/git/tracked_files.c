#include "git/tracked_files_internal.h"

#include "base/alloc.h"
#include "base/map.h"
#include "git/libgit2_internal.h"
#include "git/promisor_internal.h"
#include "git/repo_internal.h"
#include "git/tree_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The followed files as a tree of their own. A step to the parent commit compares only the
 * directories on the way to a followed file, and of these only those whose tree differs: everything
 * else that a commit changed costs nothing.
 */

#define NONE SIZE_MAX

/*
 * A followed file, a directory on the way to one, or both (a name used for both at different
 * times).
 */
struct follow_node {
	struct slice name;          /* without its directory, NUL-terminated */
	size_t parent, first, next; /* directory, first child, next sibling */
	struct tracked_file *files; /* those of this name at the commit of the walk */
	size_t live;                /* number of followed files here and below */
	bool known;                 /* `id` is that of the commit of the walk */
	git_oid id;                 /* all zero: nothing has this name */
};

struct tracked_files {
	struct repo *repo;
	struct arena *arena;
	struct follow_node *nodes; /* 0 is the root */
	size_t n, cap;
	struct map by_path;
	struct tracked_file **changed; /* by the last step */
	size_t nchanged, changed_cap;
};

struct tracked_files *tracked_files_new(struct repo *r)
{
	struct tracked_files *f = xzalloc(sizeof(*f));

	f->repo = r;
	f->arena = arena_new();
	ROOM(f->nodes, f->n, f->cap);
	f->nodes[f->n++] = (struct follow_node){ .parent = NONE, .first = NONE, .next = NONE };
	return f;
}

void tracked_files_free(struct tracked_files *f)
{
	if (!f)
		return;
	map_release(&f->by_path);
	arena_free(f->arena);
	free(f->nodes);
	free(f->changed);
	free(f);
}

/* Finds or adds the node of a path below `parent`. */
static size_t find_child(struct tracked_files *f, size_t parent, struct slice path,
			 struct slice name)
{
	size_t at = map_get(&f->by_path, path);

	if (at != MAP_NONE)
		return at;
	ROOM(f->nodes, f->n, f->cap);
	f->nodes[f->n] = (struct follow_node){ .name = arena_copy(f->arena, name),
					       .parent = parent,
					       .first = NONE };
	f->nodes[f->n].next = f->nodes[parent].first;
	f->nodes[parent].first = f->n;
	map_set(&f->by_path, path, f->n);
	return f->n++;
}

/* Counts one more file at or below the node. A node that was not followed is not up to date. */
static void count_file(struct follow_node *node)
{
	if (!node->live++)
		node->known = false;
}

void tracked_files_add(struct tracked_files *f, struct tracked_file *file, struct slice path)
{
	struct slice rest, name;
	size_t at = 0, length = 0;

	file->path = arena_copy(f->arena, path);
	rest = file->path;
	count_file(&f->nodes[0]);
	while (slice_next(&rest, '/', &name)) {
		length += name.len;
		at = find_child(f, at, slice_sub(file->path, 0, length), name);
		count_file(&f->nodes[at]);
		length++;
	}
	file->node = at;
	file->next = f->nodes[at].files;
	f->nodes[at].files = file;
	git_oid_cpy(&f->nodes[at].id, &file->id);
	f->nodes[at].known = true;
}

void tracked_files_end(struct tracked_files *f, struct tracked_file *file)
{
	struct tracked_file **link = &f->nodes[file->node].files;

	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	for (size_t at = file->node; at != NONE; at = f->nodes[at].parent)
		f->nodes[at].live--;
}

/* Records in the files of a node what the parent has under this name. */
static void record_entry(struct tracked_files *f, size_t at, const git_tree_entry *entry)
{
	for (struct tracked_file *file = f->nodes[at].files; file; file = file->next) {
		memset(&file->older, 0, sizeof(file->older));
		file->older_mode = 0;
		if (entry_is_file(entry)) {
			git_oid_cpy(&file->older, git_tree_entry_id(entry));
			file->older_mode = (unsigned)git_tree_entry_filemode(entry);
		}
		if (git_oid_equal(&file->older, &file->id))
			continue; /* at most the mode changed */
		ROOM(f->changed, f->nchanged, f->changed_cap);
		f->changed[f->nchanged++] = file;
	}
}

static int compare_children(struct tracked_files *f, size_t at, const git_oid *tree,
			    struct err *err);

/* Compares a node with the entry of this name in the parent (NULL: none). */
static int compare_node(struct tracked_files *f, size_t at, const git_tree_entry *entry,
			struct err *err)
{
	static const git_oid nothing;
	const git_oid *id = entry ? git_tree_entry_id(entry) : &nothing;
	struct follow_node *node = &f->nodes[at];

	if (node->known && git_oid_equal(&node->id, id))
		return 0;
	node->known = true;
	git_oid_cpy(&node->id, id);
	record_entry(f, at, entry);
	return compare_children(
		f, at, entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE ? id : NULL, err);
}

/* Compares the children of a node with a tree of the parent (NULL: none). */
static int compare_children(struct tracked_files *f, size_t at, const git_oid *id, struct err *err)
{
	AUTO_GIT(tree) git_tree *tree = NULL;

	for (size_t child = f->nodes[at].first; child != NONE; child = f->nodes[child].next) {
		if (!f->nodes[child].live)
			continue;
		if (id && !tree && git_tree_lookup(&tree, f->repo->git, id) < 0)
			return missing_object(f->repo, place_of(repo_where(f->repo)),
					      "cannot read an older tree", err);
		if (compare_node(f, child,
				 tree ? git_tree_entry_byname(tree, f->nodes[child].name.ptr) :
					NULL,
				 err) < 0)
			return -1;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct tracked_file *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

int tracked_files_step(struct tracked_files *f, const git_oid *tree, struct tracked_file ***changed,
		       size_t *n, struct err *err)
{
	f->nchanged = 0;
	if (!f->nodes[0].known || !git_oid_equal(&f->nodes[0].id, tree)) {
		f->nodes[0].known = true;
		git_oid_cpy(&f->nodes[0].id, tree);
		if (compare_children(f, 0, tree, err) < 0)
			return -1;
	}
	if (f->nchanged)
		qsort(f->changed, f->nchanged, sizeof(struct tracked_file *), by_number);
	*changed = f->changed;
	*n = f->nchanged;
	return 0;
}

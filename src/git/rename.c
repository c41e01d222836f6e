#include "git/internal.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/*
 * Which file of the parent became this one, as git's rename detection sees it (diffcore-rename.c):
 * a file that the commit removed, with the same bytes, or else the one that shares most of its
 * lines, at least half by bytes. libgit2's own detection looks at the first thousand removed files
 * only, so a folder of more that is moved would lose most of its history. Here each followed file
 * is compared with the removed files whose paths end most like its own; among equals the most alike
 * path wins, and two files may come from one.
 */

/*
 * So many removed files are read for one that is looked for; percents that must be shared, and that
 * need no other candidate.
 */
enum { CANDIDATES = 300, LEAST = 50, SURE = 75 };

/* A file that the commit removed. */
struct removed {
	struct slice path;
	git_oid id;
	unsigned mode;
	size_t likeness; /* of the path, to the one looked for at the moment */
};

struct renames {
	struct repo *repo;
	struct arena *arena;
	struct removed *items;
	size_t n;
};

/* A line of a file, for counting what two files share. */
struct line {
	uint64_t hash;
	size_t len;
};

/* Folders nest no deeper than this in what is compared; what is deeper is not looked for. */
enum { DEEPEST = 512 };

/* Where the search for removed files is. */
struct hunt {
	struct renames *found;
	size_t cap;
	struct str path;
	size_t depth;
	struct err *err;
};

static int hunt_folder(struct hunt *h, const git_tree *old_tree, const git_tree *new_tree);

/* Is the entry a folder? */
static bool is_folder(const git_tree_entry *e)
{
	return e && git_tree_entry_type(e) == GIT_OBJECT_TREE;
}

/* The folder of an entry; NULL: it is none. Not 0: it cannot be read. */
static int open_folder(struct repo *r, const git_tree_entry *e, git_tree **out)
{
	return is_folder(e) ? git_tree_lookup(out, r->git, git_tree_entry_id(e)) : 0;
}

/* An entry of a folder that was, and what is there now under its name, or NULL. */
static int hunt_entry(struct hunt *h, const git_tree_entry *was, const git_tree_entry *now)
{
	AUTO_GIT(tree) git_tree *old_tree = NULL, *new_tree = NULL;
	struct renames *found = h->found;

	if (now && git_oid_equal(git_tree_entry_id(was), git_tree_entry_id(now)))
		return 0;
	if (is_folder(was)) {
		if (open_folder(found->repo, was, &old_tree) ||
		    open_folder(found->repo, now, &new_tree))
			return git_fail(h->err, place_of(repo_where(found->repo)),
					"cannot compare two commits");
		return hunt_folder(h, old_tree, new_tree);
	}
	if (!entry_is_file(was) || (now && !is_folder(now)))
		return 0;
	ROOM(found->items, found->n, h->cap);
	found->items[found->n++] =
		(struct removed){ .path = arena_copy(found->arena, str_slice(&h->path)),
				  .id = *git_tree_entry_id(was),
				  .mode = (unsigned)git_tree_entry_filemode(was) };
	return 0;
}

/* The files of a folder that are there no more; what is new in it is not looked at. */
static int hunt_folder(struct hunt *h, const git_tree *old_tree, const git_tree *new_tree)
{
	size_t length = h->path.len;
	int failed = 0;

	if (h->depth++ < DEEPEST)
		for (size_t i = 0; i < git_tree_entrycount(old_tree) && !failed; i++) {
			const git_tree_entry *was = git_tree_entry_byindex(old_tree, i);

			str_addf(&h->path, "%s%s", length ? "/" : "", git_tree_entry_name(was));
			failed = hunt_entry(h, was,
					    new_tree ? git_tree_entry_byname(
							       new_tree, git_tree_entry_name(was)) :
						       NULL);
			h->path.len = length;
		}
	h->depth--;
	return failed;
}

struct renames *renames_of(struct repo *r, const git_tree *old_tree, const git_tree *new_tree,
			   struct err *err)
{
	struct renames *found = xzalloc(sizeof(*found));
	struct hunt h = { found, 0, STR_INIT, 0, err };
	int failed;

	found->repo = r;
	found->arena = arena_new();
	failed = old_tree ? hunt_folder(&h, old_tree, new_tree) : 0;
	str_release(&h.path);
	if (!failed)
		return found;
	renames_free(found);
	return NULL;
}

void renames_free(struct renames *s)
{
	if (!s)
		return;
	arena_free(s->arena);
	free(s->items);
	free(s);
}

/* How many bytes two paths share at their ends. */
static size_t common_end(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[a.len - 1 - n] == b.ptr[b.len - 1 - n])
		n++;
	return n;
}

/* The most alike path first, then by name. */
static int by_likeness(const void *a, const void *b)
{
	const struct removed *x = a, *y = b;

	return x->likeness == y->likeness ? slice_cmp(x->path, y->path) :
	       x->likeness > y->likeness  ? -1 :
					    1;
}

static int by_hash(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* FNV-1a. */
static uint64_t hash_line(struct slice line)
{
	uint64_t hash = 14695981039346656037ULL;

	for (size_t i = 0; i < line.len; i++)
		hash = (hash ^ (unsigned char)line.ptr[i]) * 1099511628211ULL;
	return hash;
}

/* The lines of a text, sorted by hash. */
static struct line *lines_of(struct arena *arena, struct slice text, size_t *n)
{
	struct slice rest = text, line;
	struct line *lines;
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	lines = arena_array(arena, count, sizeof(*lines));
	*n = 0;
	while (slice_next(&rest, '\n', &line))
		lines[(*n)++] = (struct line){ hash_line(line), line.len + (rest.ptr != NULL) };
	qsort(lines, *n, sizeof(*lines), by_hash);
	return lines;
}

/* How many bytes of `b` stand in lines that `a` has, too. */
static size_t shared(const struct line *a, size_t na, const struct line *b, size_t nb)
{
	size_t bytes = 0;

	for (size_t i = 0, j = 0; i < na && j < nb;) {
		if (a[i].hash == b[j].hash) {
			bytes += b[j].len;
			i++;
			j++;
		} else if (a[i].hash < b[j].hash) {
			i++;
		} else {
			j++;
		}
	}
	return bytes;
}

/* A text and its lines, to be compared with many others. */
struct text {
	struct slice bytes;
	struct line *lines;
	size_t n;
};

/* How many bytes a removed file shares with the text, and the size of the larger of the two. */
static size_t compare(const struct renames *s, const struct removed *r, const struct text *text,
		      size_t *larger)
{
	AUTO_ARENA struct arena *arena = arena_new();
	git_odb_object *object = NULL;
	size_t size, bytes, n;
	struct line *lines;
	git_object_t type;

	*larger = 1;
	if (git_odb_read_header(&size, &type, s->repo->odb, &r->id) < 0 ||
	    size / 2 > text->bytes.len || text->bytes.len / 2 > size ||
	    git_odb_read(&object, s->repo->odb, &r->id) < 0)
		return 0; /* too unlike in size, or left out by a partial clone */
	lines = lines_of(arena, (struct slice){ git_odb_object_data(object), size }, &n);
	bytes = shared(text->lines, text->n, lines, n);
	git_odb_object_free(object);
	*larger = size > text->bytes.len ? size : text->bytes.len;
	return bytes;
}

/*
 * The most similar of the first `n` removed files, or NULL when none shares `least` percent of the
 * bytes.
 */
static const struct removed *most_similar(const struct renames *s, const struct removed *items,
					  size_t n, const struct text *text, size_t least)
{
	const struct removed *best = NULL;
	size_t best_bytes = 0, best_size = 1;

	for (size_t i = 0; i < n; i++) {
		size_t size, bytes = compare(s, &items[i], text, &size);

		if (!bytes || bytes * 100 < size * least || bytes * best_size <= best_bytes * size)
			continue;
		best = &items[i];
		best_bytes = bytes;
		best_size = size;
	}
	return best;
}

/* The removed file with just these bytes. */
static const struct removed *find_same(const struct renames *s, struct slice path,
				       const git_oid *id)
{
	const struct removed *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t likeness = git_oid_equal(&s->items[i].id, id) ?
					  common_end(s->items[i].path, path) + 1 :
					  0;

		if (likeness > best) {
			found = &s->items[i];
			best = likeness;
		}
	}
	return found;
}

/*
 * The removed file that shares most lines. When a folder was moved, that is nearly always the one
 * whose path is most alike.
 */
static const struct removed *find_similar(struct renames *s, struct slice path, struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct removed *first = s->items, *found;
	struct text text = { .bytes = bytes };

	for (size_t i = 0; i < s->n; i++) {
		s->items[i].likeness = common_end(s->items[i].path, path);
		if (s->items[i].likeness > first->likeness)
			first = &s->items[i];
	}
	text.lines = lines_of(arena, bytes, &text.n);
	found = most_similar(s, first, 1, &text, SURE);
	if (found)
		return found;
	qsort(s->items, s->n, sizeof(*s->items), by_likeness);
	return most_similar(s, s->items, s->n < CANDIDATES ? s->n : CANDIDATES, &text, LEAST);
}

int renames_find(struct renames *s, struct slice path, const git_oid *id, struct slice *old,
		 git_oid *old_id, unsigned *mode)
{
	const struct removed *from = find_same(s, path, id);
	git_odb_object *object = NULL;

	if (!from && s->n && git_odb_read(&object, s->repo->odb, id) == 0)
		from = find_similar(
			s, path,
			(struct slice){ git_odb_object_data(object), git_odb_object_size(object) });
	git_odb_object_free(object);
	if (!from)
		return 0;
	*old = from->path;
	git_oid_cpy(old_id, &from->id);
	*mode = from->mode;
	return 1;
}

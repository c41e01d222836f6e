#include "git/rename_internal.h"

#include "base/alloc.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"
#include "git/tree_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * Which file of the parent became this one, as git's rename detection has it (diffcore-rename.c): a
 * file that the commit removed, with the same bytes, or else the one that shares most of its lines,
 * at least half by bytes.
 *
 * libgit2 detects renames for all pairs of added and removed files, which is quadratic, and by
 * default gives up at 1,000 (rename_limit), so that a larger directory that is moved would lose its
 * history. Here only a followed file is compared, with the CANDIDATES removed files whose paths
 * have the longest common end with its own; among equals the longest wins, and two files may come
 * from one.
 *
 * If there is none, the file may have been a part of another one that stayed: one of the changed
 * files that are nearest to it, of which at least half of its bytes were removed.
 */

/*
 * How many removed files are read for one file; the percentage that must be shared, and the one
 * that needs no other candidate.
 */
enum { CANDIDATES = 300, LEAST = 50, SURE = 75 };

/* How many changed files are read for one file. */
enum { SPLIT_CANDIDATES = 16 };

/* A removed file, and the length of the common end of its path and the one searched for. */
struct rename_candidate {
	struct removed_file file;
	size_t common;
};

/* A file that the commit changed, and the length of the common begin of the paths. */
struct split_candidate {
	struct removed_file file; /* as it was */
	git_oid now;
	size_t common;
};

struct renames {
	struct repo *repo;
	struct arena *arena;
	struct rename_candidate *items;
	size_t n;
	struct split_candidate *changed;
	size_t nchanged;
};

/* A line of a file, to count what two files share. */
struct hashed_line {
	uint64_t hash;
	size_t len;
};

/* How deep directories are nested at most; files below are not found. */
enum { DEEPEST = 512 };

/* The search for removed files. */
struct removed_search {
	struct renames *found;
	size_t cap, changed_cap;
	struct str path;
	size_t depth;
	struct err *err;
};

static int search_tree(struct removed_search *h, const git_tree *parent, const git_tree *commit);

/* True if the entry (NULL: none) is a directory. */
static bool is_directory(const git_tree_entry *e)
{
	return e && git_tree_entry_type(e) == GIT_OBJECT_TREE;
}

/* Opens the tree of an entry, if it is a directory. Returns libgit2's error code, or 0. */
static int open_tree(struct repo *r, const git_tree_entry *e, git_tree **out)
{
	return is_directory(e) ? git_tree_lookup(out, r->git, git_tree_entry_id(e)) : 0;
}

/* Adds a file that was removed or changed. */
static void add_file(struct removed_search *h, const git_tree_entry *was, const git_tree_entry *now)
{
	struct renames *found = h->found;
	struct removed_file file = { .path = arena_copy(found->arena, str_slice(&h->path)),
				     .id = *git_tree_entry_id(was),
				     .mode = (unsigned)git_tree_entry_filemode(was) };

	if (!now || is_directory(now)) {
		ROOM(found->items, found->n, h->cap);
		found->items[found->n++] = (struct rename_candidate){ .file = file };
	} else if (entry_is_file(now)) {
		ROOM(found->changed, found->nchanged, h->changed_cap);
		found->changed[found->nchanged++] =
			(struct split_candidate){ .file = file, .now = *git_tree_entry_id(now) };
	}
}

/* Searches an entry of the parent; `now` has the same name in the commit, or is NULL. */
static int search_entry(struct removed_search *h, const git_tree_entry *was,
			const git_tree_entry *now)
{
	AUTO_GIT(tree) git_tree *parent = NULL, *commit = NULL;
	struct renames *found = h->found;

	if (now && git_oid_equal(git_tree_entry_id(was), git_tree_entry_id(now)))
		return 0;
	if (is_directory(was)) {
		if (open_tree(found->repo, was, &parent) || open_tree(found->repo, now, &commit))
			return git_fail(h->err, place_of(repo_where(found->repo)),
					"cannot compare two commits");
		return search_tree(h, parent, commit);
	}
	if (entry_is_file(was))
		add_file(h, was, now);
	return 0;
}

/* Searches the entries of a tree of the parent; new ones of the commit do not matter. */
static int search_tree(struct removed_search *h, const git_tree *parent, const git_tree *commit)
{
	size_t length = h->path.len;
	int failed = 0;

	if (h->depth++ < DEEPEST)
		for (size_t i = 0; i < git_tree_entrycount(parent) && !failed; i++) {
			const git_tree_entry *was = git_tree_entry_byindex(parent, i);

			str_addf(&h->path, "%s%s", length ? "/" : "", git_tree_entry_name(was));
			failed = search_entry(
				h, was,
				commit ? git_tree_entry_byname(commit, git_tree_entry_name(was)) :
					 NULL);
			h->path.len = length;
		}
	h->depth--;
	return failed;
}

struct renames *renames_new(struct repo *r, const git_tree *parent, const git_tree *commit,
			    struct err *err)
{
	struct renames *found = xzalloc(sizeof(*found));
	struct removed_search h = { .found = found, .path = STR_INIT, .err = err };
	int failed;

	found->repo = r;
	found->arena = arena_new();
	failed = parent ? search_tree(&h, parent, commit) : 0;
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
	free(s->changed);
	free(s);
}

/* The length of the common end of two paths. */
static size_t common_end(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[a.len - 1 - n] == b.ptr[b.len - 1 - n])
		n++;
	return n;
}

/* The longest common end first, then by name. */
static int by_common_end(const void *a, const void *b)
{
	const struct rename_candidate *x = a, *y = b;

	return x->common == y->common ? slice_cmp(x->file.path, y->file.path) :
	       x->common > y->common  ? -1 :
					1;
}

static int by_hash(const void *a, const void *b)
{
	const struct hashed_line *x = a, *y = b;

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

/* Hashes the lines of a text, sorted by hash. */
static struct hashed_line *hash_lines(struct arena *arena, struct slice text, size_t *n)
{
	struct slice rest = text, line;
	struct hashed_line *lines;
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	lines = arena_array(arena, count, sizeof(*lines));
	*n = 0;
	while (slice_next(&rest, '\n', &line))
		lines[(*n)++] =
			(struct hashed_line){ hash_line(line), line.len + (rest.ptr != NULL) };
	qsort(lines, *n, sizeof(*lines), by_hash);
	return lines;
}

/* Counts the bytes of `b` in lines that `a` has, too. */
static size_t count_shared(const struct hashed_line *a, size_t na, const struct hashed_line *b,
			   size_t nb)
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
struct hashed_text {
	struct slice bytes;
	struct hashed_line *lines;
	size_t n;
};

/* Counts the bytes that a removed file shares with the text; sets the size of the larger one. */
static size_t compare_text(const struct renames *s, const struct rename_candidate *r,
			   const struct hashed_text *text, size_t *larger)
{
	AUTO_ARENA struct arena *arena = arena_new();
	git_odb_object *object = NULL;
	size_t size, bytes, n;
	struct hashed_line *lines;
	git_object_t type;

	*larger = 1;
	if (git_odb_read_header(&size, &type, s->repo->odb, &r->file.id) < 0 ||
	    size / 2 > text->bytes.len || text->bytes.len / 2 > size ||
	    git_odb_read(&object, s->repo->odb, &r->file.id) < 0)
		return 0; /* too different in size, or missing in a partial clone */
	lines = hash_lines(arena, (struct slice){ git_odb_object_data(object), size }, &n);
	bytes = count_shared(text->lines, text->n, lines, n);
	git_odb_object_free(object);
	*larger = size > text->bytes.len ? size : text->bytes.len;
	return bytes;
}

/*
 * The most similar of `n` removed files, or NULL if none shares `least` percent of the bytes.
 */
static const struct rename_candidate *find_most_similar(const struct renames *s,
							const struct rename_candidate *items,
							size_t n, const struct hashed_text *text,
							size_t least)
{
	const struct rename_candidate *best = NULL;
	size_t best_bytes = 0, best_size = 1;

	for (size_t i = 0; i < n; i++) {
		size_t size, bytes = compare_text(s, &items[i], text, &size);

		if (!bytes || bytes * 100 < size * least || bytes * best_size <= best_bytes * size)
			continue;
		best = &items[i];
		best_bytes = bytes;
		best_size = size;
	}
	return best;
}

/* The removed file with exactly these bytes. */
static const struct rename_candidate *find_same(const struct renames *s, struct slice path,
						const git_oid *id)
{
	const struct rename_candidate *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct removed_file *file = &s->items[i].file;
		size_t common = git_oid_equal(&file->id, id) ? common_end(file->path, path) + 1 : 0;

		if (common > best) {
			found = &s->items[i];
			best = common;
		}
	}
	return found;
}

/*
 * The removed file that shares most lines. If a directory was moved, that is nearly always the one
 * with the longest common end of the path.
 */
static const struct rename_candidate *find_similar(struct renames *s, struct slice path,
						   struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	const struct rename_candidate *first = s->items, *found;
	struct hashed_text text = { .bytes = bytes };

	for (size_t i = 0; i < s->n; i++) {
		s->items[i].common = common_end(s->items[i].file.path, path);
		if (s->items[i].common > first->common)
			first = &s->items[i];
	}
	text.lines = hash_lines(arena, bytes, &text.n);
	found = find_most_similar(s, first, 1, &text, SURE);
	if (found)
		return found;
	qsort(s->items, s->n, sizeof(*s->items), by_common_end);
	return find_most_similar(s, s->items, s->n < CANDIDATES ? s->n : CANDIDATES, &text, LEAST);
}

/* The length of the common begin of two paths. */
static size_t common_begin(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
		n++;
	return n;
}

/* The longest common begin first, then by name. */
static int by_common_begin(const void *a, const void *b)
{
	const struct split_candidate *x = a, *y = b;

	return x->common == y->common ? slice_cmp(x->file.path, y->file.path) :
	       x->common > y->common  ? -1 :
					1;
}

/* The lines of a blob, sorted by hash; NULL if it cannot be read or is much too large. */
static struct hashed_line *read_lines(const struct renames *s, const git_oid *id,
				      struct arena *arena, size_t *n)
{
	enum { LARGEST = 1 << 20 };
	git_odb_object *object = NULL;
	struct hashed_line *lines = NULL;
	git_object_t type;
	size_t size;

	if (git_odb_read_header(&size, &type, s->repo->odb, id) < 0 || size > LARGEST ||
	    git_odb_read(&object, s->repo->odb, id) < 0)
		return NULL;
	lines = hash_lines(arena, (struct slice){ git_odb_object_data(object), size }, n);
	git_odb_object_free(object);
	return lines;
}

/* Keeps those of `n` lines that are not among `nb` others; returns their number. */
static size_t subtract_lines(struct hashed_line *a, size_t n, const struct hashed_line *b,
			     size_t nb)
{
	size_t kept = 0;

	for (size_t i = 0, j = 0; i < n;) {
		if (j < nb && b[j].hash < a[i].hash) {
			j++;
		} else if (j < nb && b[j].hash == a[i].hash) {
			i++;
			j++;
		} else {
			a[kept++] = a[i++];
		}
	}
	return kept;
}

/* The bytes of a text in lines that were removed from a changed file. */
static size_t count_moved(const struct renames *s, const struct split_candidate *c,
			  const struct hashed_text *text)
{
	AUTO_ARENA struct arena *arena = arena_new();
	size_t n, nnow;
	struct hashed_line *was = read_lines(s, &c->file.id, arena, &n),
			   *now = read_lines(s, &c->now, arena, &nnow);

	if (!was || !now)
		return 0;
	return count_shared(was, subtract_lines(was, n, now, nnow), text->lines, text->n);
}

/* The changed file that the text was a part of. */
static const struct removed_file *find_split(struct renames *s, struct slice path,
					     struct slice bytes)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct hashed_text text = { .bytes = bytes };
	const struct split_candidate *best = NULL;
	size_t most = 0;

	if (!s->nchanged)
		return NULL;
	text.lines = hash_lines(arena, bytes, &text.n);
	for (size_t i = 0; i < s->nchanged; i++)
		s->changed[i].common = common_begin(s->changed[i].file.path, path);
	qsort(s->changed, s->nchanged, sizeof(*s->changed), by_common_begin);
	for (size_t i = 0; i < s->nchanged && i < SPLIT_CANDIDATES; i++) {
		size_t moved = count_moved(s, &s->changed[i], &text);

		if (moved <= most || moved * 100 < bytes.len * LEAST)
			continue;
		most = moved;
		best = &s->changed[i];
	}
	return best ? &best->file : NULL;
}

int renames_find(struct renames *s, struct slice path, const git_oid *id, struct removed_file *out)
{
	const struct rename_candidate *from = find_same(s, path, id);
	const struct removed_file *file = from ? &from->file : NULL;
	git_odb_object *object = NULL;
	struct slice bytes;

	if (!file && (s->n || s->nchanged) && git_odb_read(&object, s->repo->odb, id) == 0) {
		bytes = (struct slice){ git_odb_object_data(object), git_odb_object_size(object) };
		from = s->n ? find_similar(s, path, bytes) : NULL;
		file = from ? &from->file : find_split(s, path, bytes);
	}
	git_odb_object_free(object);
	if (!file)
		return 0;
	*out = *file;
	return 1;
}

#include "git/commit.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/parallel.h"
#include "git/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- is it clean ---------------------------------------------------------- */

/* The name that bytes have as a blob; all zero for an absent file. */
static void blob_name(struct slice bytes, git_oid *out)
{
	memset(out, 0, sizeof(*out));
	if (bytes.ptr)
		object_name(GIT_OBJECT_BLOB, bytes, out);
}

/*
 * Does the file hold just the bytes of before? Then nothing in it is lost, whatever filters would
 * make of it.
 */
static bool is_plain(const struct tree_change *c)
{
	AUTO_STR struct str now = STR_INIT;
	struct err ignored = ERR_INIT;
	struct slice before = c->change->before;

	return before.ptr && (size_t)c->st.st_size == before.len &&
	       file_read(c->full, before.len, &now, &ignored) == 0 &&
	       slice_eq(str_slice(&now), before);
}

/* What can be found out about a file without libgit2. */
static void look_at_file(void *ctx, size_t i)
{
	const struct worktree_plan *w = ctx;
	struct tree_change *c = &w->items[i];

	blob_name(c->change->before, &c->before);
	blob_name(c->change->after, &c->after);
	c->stat_errno = lstat(c->full, &c->st) < 0 ? errno : 0;
	c->plain = !c->stat_errno && S_ISREG(c->st.st_mode) && is_plain(c);
}

/*
 * What the file of the working tree would be as a blob, filters applied; all zero when it is
 * missing.
 */
static int file_name_now(const struct worktree_plan *w, const struct tree_change *c, git_oid *out,
			 struct err *err)
{
	struct place at = { c->path, 0, 0 };

	memset(out, 0, sizeof(*out));
	errno = c->stat_errno;
	if (errno)
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       err_os(err, &CODE_io, at,
				      "cannot look at the file in the working tree");
	if (!S_ISREG(c->st.st_mode))
		return err_set(err, &CODE_dirty, at, "not a regular file in the working tree");
	if (c->plain) {
		git_oid_cpy(
			out,
			&c->before); /* looking filters up would take longer than all the rest */
		return 0;
	}
	if (git_repository_hashfile(out, w->repo->git, c->full, GIT_OBJECT_BLOB, c->path.ptr) < 0)
		return git_fail(err, at, "cannot read the file in the working tree");
	return 0;
}

int worktree_check_folders(const struct worktree_plan *w, const struct tree_change *c,
			   struct err *err)
{
	for (char *p = strchr(c->full + strlen(repo_workdir(w->repo)), '/'); p;
	     p = strchr(p + 1, '/')) {
		struct stat st;
		bool bad;

		*p = '\0';
		bad = lstat(c->full, &st) == 0 && !S_ISDIR(st.st_mode);
		*p = '/';
		if (bad)
			return err_set(err, &CODE_unsafe_path, (struct place){ c->path, 0, 0 },
				       "a symlink or file stands where a folder of the working "
				       "tree is needed");
	}
	return 0;
}

/* Refuses an index entry that is neither as before nor as wanted. */
static int check_staged(const struct tree_change *c, const git_index_entry *entry, struct err *err)
{
	static const git_oid nothing;
	const git_oid *staged = entry ? &entry->id : &nothing;
	bool mode_changed = entry && c->change->before.ptr && c->change->after.ptr &&
			    (entry->mode & 0100) != (c->mode & 0100);

	if ((!git_oid_equal(staged, &c->before) && !git_oid_equal(staged, &c->after)) ||
	    mode_changed)
		return err_set(err, &CODE_dirty, (struct place){ c->path, 0, 0 },
			       "the file has staged changes");
	return 0;
}

/*
 * Refuses a new file where the index has a folder, or a file where it needs one: an index with both
 * is none that git can commit.
 */
static int check_index_folders(git_index *index, const struct tree_change *c, struct err *err)
{
	AUTO_STR struct str folder = STR_INIT;
	struct slice rest = c->path, name;
	bool bad = false;

	while (!bad && slice_next(&rest, '/', &name)) {
		str_add(&folder, name);
		bad = rest.ptr && git_index_get_bypath(index, folder.ptr, 0);
		str_addc(&folder, '/');
	}
	if (!bad && git_index_find_prefix(NULL, index, folder.ptr) < 0)
		return 0;
	return err_set(err, &CODE_dirty, (struct place){ c->path, 0, 0 },
		       "files that are staged are in the way");
}

/*
 * Refuses a file that holds neither the bytes of before nor the wanted ones; libgit2 reads no other
 * encoding than the blob's.
 */
static int refuse_bytes(const struct worktree_plan *w, const struct tree_change *c, struct err *err)
{
	struct place at = { c->path, 0, 0 };
	const char *encoding = NULL;

	if (git_attr_get(&encoding, w->repo->git, 0, c->path.ptr, "working-tree-encoding") == 0 &&
	    git_attr_value(encoding) == GIT_ATTR_VALUE_STRING) {
		(void)err_set(
			err, &CODE_dirty, at,
			"working-tree-encoding keeps the file in %s here, which cannot be compared",
			encoding);
		return err_remedy(err, "work in a clone without a working tree: git clone --bare");
	}
	return err_set(err, &CODE_dirty, at,
		       c->change->before.ptr ? "the file has changes that are not committed" :
					       "a file that is not in Git is in the way");
}

/* One file and its index entry: as before, or as wanted already. */
static int check_file(const struct worktree_plan *w, git_index *index, struct tree_change *c,
		      struct err *err)
{
	const git_index_entry *entry = git_index_get_bypath(index, c->path.ptr, 0);
	git_oid file;

	if (tree_path_check(c->path, err) < 0 || worktree_check_folders(w, c, err) < 0 ||
	    file_name_now(w, c, &file, err) < 0 || check_staged(c, entry, err) < 0)
		return -1;
	c->staged = git_oid_equal(entry ? &entry->id : &(git_oid){ .id = { 0 } }, &c->after);
	if (!entry && c->change->after.ptr && check_index_folders(index, c, err) < 0)
		return -1;
	c->absent = entry && entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE &&
		    git_oid_is_zero(&file);
	if (!c->absent && !git_oid_equal(&file, &c->before) && !git_oid_equal(&file, &c->after))
		return refuse_bytes(w, c, err);
	c->write = !c->absent && !git_oid_equal(&file, &c->after);
	return 0;
}

int worktree_open_index(struct repo *r, bool again, git_index **out, struct err *err)
{
	const git_error *e;

	if (git_repository_index(out, r->git) == 0 && git_index_read(*out, again) == 0)
		return 0;
	e = git_error_last();
	(void)git_fail(err, place_of(repo_where(r)), "cannot read the index");
	if (e && e->message && strstr(e->message, "'link'"))
		return err_remedy(err, "the index is split: git update-index --no-split-index");
	if (e && e->message && strstr(e->message, "'sdir'"))
		return err_remedy(
			err, "the index is sparse: git sparse-checkout reapply --no-sparse-index");
	if (e && e->message && strstr(e->message, "checksum"))
		return err_remedy(err, "if git leaves it out: git config index.skipHash false, git "
				       "update-index --force-write-index");
	return -1;
}

/* Refuses while somebody writes the index: it would be left behind the branch. */
static int check_index_lock(git_index *index, struct err *err)
{
	AUTO_STR struct str lock = STR_INIT;

	str_addf(&lock, "%s.lock", git_index_path(index));
	return file_exists(lock.ptr) ?
		       git_fail_lock(err, GIT_ELOCKED, lock.ptr, "the index would change") :
		       0;
}

/* The plan, not checked yet. */
static struct worktree_plan *plan_new(struct repo *r, const struct change *changes, size_t n)
{
	struct worktree_plan *w = xzalloc(sizeof(*w));

	w->repo = r;
	w->arena = arena_new();
	w->items = arena_array(w->arena, n, sizeof(*w->items));
	w->n = n;
	for (size_t i = 0; i < n; i++) {
		struct tree_change *c = &w->items[i];
		struct slice full = arena_printf(w->arena, "%s%" SLICE_FMT, repo_workdir(r),
						 SLICE_ARG(changes[i].path));

		c->change = &changes[i];
		c->path = arena_copy(w->arena, changes[i].path);
		c->full = (char *)(uintptr_t)full.ptr;
		c->mode = changes[i].mode == 0100755 ? 0100755 : 0100644;
	}
	return w;
}

int worktree_prepare(struct repo *r, const char *branch, const struct change *changes, size_t n,
		     struct worktree_plan **out, struct err *err)
{
	AUTO_GIT(index) git_index *index = NULL;
	struct worktree_plan *w;
	bool here = false;
	int failed = 0;

	*out = NULL;
	if (checkouts_find(r, branch, &here, err) < 0)
		return -1;
	if (!here)
		return 0;
	if (worktree_open_index(r, false, &index, err) < 0 || check_index_lock(index, err) < 0)
		return -1;
	if (!file_exists(git_index_path(index))) /* git clone --no-checkout */
		return 0;
	w = plan_new(r, changes, n);
	parallel_each(n, look_at_file, w);
	for (size_t i = 0; i < n && !failed; i++)
		failed = check_file(w, index, &w->items[i], err) < 0;
	if (!failed)
		*out = TAKE(w);
	worktree_free(w);
	return failed ? -1 : 0;
}

void worktree_free(struct worktree_plan *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		free(w->items[i].why);
	arena_free(w->arena);
	free(w);
}

bool worktree_begun(const struct worktree_plan *plan)
{
	for (size_t i = 0; plan && i < plan->n; i++) {
		AUTO_STR struct str unfinished = STR_INIT;

		str_addf(&unfinished, "%s" FILE_UNFINISHED, plan->items[i].full);
		if (plan->items[i].staged ||
		    (!plan->items[i].absent &&
		     (!plan->items[i].write || file_exists(unfinished.ptr))))
			return true;
	}
	return false;
}

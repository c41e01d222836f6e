#include "git/worktree.h"

#include "base/alloc.h"
#include "base/file.h"
#include "base/file_below.h"
#include "base/parallel.h"
#include "git/checked_out_internal.h"
#include "git/libgit2_internal.h"
#include "git/object_writer_internal.h"
#include "git/permission_internal.h"
#include "git/repo_internal.h"
#include "git/tree.h"
#include "git/tree_path_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file of the working tree. */
struct worktree_file {
	const struct change *change;
	struct slice path; /* NUL-terminated */
	char *full;        /* with the directory of the working tree in front */
	unsigned mode;     /* 0100644 or 0100755 */
	git_oid before;    /* name of the bytes before; all zero: none */
	git_oid after;     /* name of the wanted bytes; all zero: none */
	int stat_errno;    /* of lstat; 0: `st` is valid */
	struct stat st;    /* when the file was checked or written */
	bool plain;  /* it contains exactly the bytes before: no filter changed them, none will */
	bool staged; /* its index entry is the wanted one already */
	bool write;  /* it does not contain the wanted bytes yet */
	bool wrote;  /* worktree_files wrote it, maybe in part */
	struct err *why; /* why it could not be written; NULL: it could, or was not tried */
	bool absent;     /* left out by a sparse checkout: only its index entry is updated */
};

struct worktree_plan {
	struct repo *repo;
	struct arena *arena;
	struct worktree_file *items;
	size_t n;
	int top; /* descriptor of the working tree; -1: not opened */
};

/* --- is it clean ---------------------------------------------------------- */

/* Computes the name of bytes as a blob; all zero for an absent file. */
static void name_blob(struct slice bytes, git_oid *out)
{
	memset(out, 0, sizeof(*out));
	if (bytes.ptr)
		object_name(GIT_OBJECT_BLOB, bytes, out);
}

/*
 * True if the file contains exactly the bytes before. Nothing in it can then be lost, whatever
 * filters would do.
 */
static bool is_plain(const struct worktree_file *c)
{
	AUTO_STR struct str now = STR_INIT;
	struct err ignored = ERR_INIT;
	struct slice before = c->change->before;

	return before.ptr && (size_t)c->st.st_size == before.len &&
	       file_read(c->full, before.len, &now, &ignored) == 0 &&
	       slice_eq(str_slice(&now), before);
}

/* Finds out about a file what does not need libgit2. */
static void stat_file(void *ctx, size_t i)
{
	const struct worktree_plan *w = ctx;
	struct worktree_file *c = &w->items[i];

	name_blob(c->change->before, &c->before);
	name_blob(c->change->after, &c->after);
	c->stat_errno = lstat(c->full, &c->st) < 0 ? errno : 0;
	c->plain = !c->stat_errno && S_ISREG(c->st.st_mode) && is_plain(c);
}

/* Computes the name of the file as a blob, filters applied; all zero if it is missing. */
static int name_file(const struct worktree_plan *w, const struct worktree_file *c, git_oid *out,
		     struct err *err)
{
	struct place at = { c->path, 0, 0 };

	memset(out, 0, sizeof(*out));
	errno = c->stat_errno;
	if (errno)
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       err_os(err, &CODE_io, at,
				      "cannot read the file in the working tree");
	if (!S_ISREG(c->st.st_mode))
		return err_set(err, &CODE_dirty, at, "not a regular file in the working tree");
	if (c->plain) {
		/* Looking up filters would take longer than everything else. */
		git_oid_cpy(out, &c->before);
		return 0;
	}
	if (git_repository_hashfile(out, w->repo->git, c->full, GIT_OBJECT_BLOB, c->path.ptr) < 0)
		return git_fail(err, at, "cannot read the file in the working tree");
	return 0;
}

/* Refuses a symlink on the way to the file: it could lead out of the working tree. */
static int check_directories(const struct worktree_plan *w, const struct worktree_file *c,
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
				       "a file or symlink exists where a directory of the working "
				       "tree is required");
	}
	return 0;
}

/* Refuses an index entry that equals neither the bytes before nor the wanted ones. */
static int check_staged(const struct worktree_file *c, const git_index_entry *entry,
			struct err *err)
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
 * Refuses a new file where the index has a directory, or a file where it needs one: git cannot
 * commit an index with both.
 */
static int check_index_directories(git_index *index, const struct worktree_file *c, struct err *err)
{
	AUTO_STR struct str directory = STR_INIT;
	struct slice rest = c->path, name;
	bool bad = false;

	while (!bad && slice_next(&rest, '/', &name)) {
		str_add(&directory, name);
		bad = rest.ptr && git_index_get_bypath(index, directory.ptr, 0);
		str_addc(&directory, '/');
	}
	if (!bad && git_index_find_prefix(NULL, index, directory.ptr) < 0)
		return 0;
	return err_set(err, &CODE_dirty, (struct place){ c->path, 0, 0 },
		       "a staged file has a conflicting path");
}

/*
 * Refuses a file that contains neither the bytes before nor the wanted ones. libgit2 does not
 * convert encodings.
 */
static int refuse_bytes(const struct worktree_plan *w, const struct worktree_file *c,
			struct err *err)
{
	struct place at = { c->path, 0, 0 };
	const char *encoding = NULL;

	if (git_attr_get(&encoding, w->repo->git, 0, c->path.ptr, "working-tree-encoding") == 0 &&
	    git_attr_value(encoding) == GIT_ATTR_VALUE_STRING) {
		(void)err_set(
			err, &CODE_dirty, at,
			"the file is encoded in %s (working-tree-encoding), which is not supported",
			encoding);
		return err_remedy(err, "use a clone without a working tree: git clone --bare");
	}
	return err_set(err, &CODE_dirty, at,
		       c->change->before.ptr ? "the file has uncommitted changes" :
					       "an untracked file would be overwritten");
}

/* Checks one file and its index entry: as before, or as wanted already. */
static int check_file(const struct worktree_plan *w, git_index *index, struct worktree_file *c,
		      struct err *err)
{
	const git_index_entry *entry = git_index_get_bypath(index, c->path.ptr, 0);
	git_oid file;

	if (tree_path_check(c->path, err) < 0 || check_directories(w, c, err) < 0 ||
	    name_file(w, c, &file, err) < 0 || check_staged(c, entry, err) < 0)
		return -1;
	c->staged = git_oid_equal(entry ? &entry->id : &(git_oid){ .id = { 0 } }, &c->after);
	if (!entry && c->change->after.ptr && check_index_directories(index, c, err) < 0)
		return -1;
	c->absent = entry && entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE &&
		    git_oid_is_zero(&file);
	if (!c->absent && !git_oid_equal(&file, &c->before) && !git_oid_equal(&file, &c->after))
		return refuse_bytes(w, c, err);
	c->write = !c->absent && !git_oid_equal(&file, &c->after);
	return 0;
}

/* Opens the index; reads it `again` even if it seems unchanged. */
static int open_index(struct repo *r, bool again, git_index **out, struct err *err)
{
	const git_error *e;

	if (git_repository_index(out, r->git) == 0 && git_index_read(*out, again) == 0)
		return 0;
	e = git_error_last();
	(void)git_fail(err, place_of(repo_where(r)), "cannot read the index");
	if (e && e->message && strstr(e->message, "'link'"))
		return err_remedy(err,
				  "convert the split index: git update-index --no-split-index");
	if (e && e->message && strstr(e->message, "'sdir'"))
		return err_remedy(
			err,
			"convert the sparse index: git sparse-checkout reapply --no-sparse-index");
	if (e && e->message && strstr(e->message, "checksum"))
		return err_remedy(err, "if index.skipHash is set, run git config index.skipHash "
				       "false, then git update-index --force-write-index");
	return -1;
}

/* Refuses while another process writes the index: it could not follow the branch. */
static int check_index_lock(git_index *index, struct err *err)
{
	AUTO_STR struct str lock = STR_INIT;

	str_addf(&lock, "%s.lock", git_index_path(index));
	return file_exists(lock.ptr) ?
		       git_fail_lock(err, GIT_ELOCKED, lock.ptr, "cannot update the index") :
		       0;
}

/* Makes the plan, not checked yet. */
static struct worktree_plan *plan_new(struct repo *r, const struct changes *changes)
{
	struct worktree_plan *w = xzalloc(sizeof(*w));

	w->repo = r;
	w->arena = arena_new();
	w->items = arena_array(w->arena, changes->n, sizeof(*w->items));
	w->n = changes->n;
	w->top = -1;
	for (size_t i = 0; i < w->n; i++) {
		const struct change *change = &changes->items[i];
		struct worktree_file *c = &w->items[i];
		struct slice full = arena_printf(w->arena, "%s%" SLICE_FMT, repo_workdir(r),
						 SLICE_ARG(change->path));

		c->change = change;
		c->path = arena_copy(w->arena, change->path);
		c->full = (char *)(uintptr_t)full.ptr;
		c->mode = change->mode == 0100755 ? 0100755 : 0100644;
	}
	return w;
}

/* The working tree, while the files of a commit are searched in it. */
struct disk_search {
	const char *top;
	bool found;
};

/* True if the working tree has anything of this path. */
static bool is_on_disk(const struct disk_search *s, struct slice path)
{
	AUTO_STR struct str full = STR_INIT;

	str_addf(&full, "%s%" SLICE_FMT, s->top, SLICE_ARG(path));
	return file_exists(full.ptr);
}

/* A directory that is missing has no files to search for. */
static bool wants_directory(struct slice path, void *ctx)
{
	const struct disk_search *s = ctx;

	return !s->found && is_on_disk(s, path);
}

/* Only looks for the file on the disk: none is read. */
static bool note_file(struct slice path, void *ctx)
{
	struct disk_search *s = ctx;

	s->found = s->found || is_on_disk(s, path);
	return false;
}

static int ignore_file(const struct tree_file *file, void *ctx, struct err *err)
{
	(void)file;
	(void)ctx;
	(void)err;
	return 0;
}

/*
 * Without an index, no files are checked out (git clone --no-checkout), or it was removed, which is
 * how a damaged one is replaced: the files would then stay behind the branch.
 */
static int check_no_checkout(struct repo *r, const char *branch, struct err *err)
{
	struct disk_search search = { .top = repo_workdir(r) };
	const struct tree_query query = { .name_wanted = note_file,
					  .directory_wanted = wants_directory,
					  .file = ignore_file,
					  .ctx = &search };
	struct oid tip;

	if (repo_branch_tip(r, branch, &tip, err) < 0 || tree_search(r, &tip, &query, err) < 0)
		return -1;
	if (!search.found)
		return 0;
	(void)err_set(err, &CODE_dirty, place_of(repo_where(r)),
		      "the index is missing, but files are checked out");
	return err_remedy(err, "create the index: git reset");
}

int worktree_prepare(struct repo *r, const char *name, const struct changes *changes,
		     struct worktree_plan **out, struct err *err)
{
	AUTO_GIT(index) git_index *index = NULL;
	struct worktree_plan *w;
	bool here = false;
	int failed = 0;

	*out = NULL;
	if (branch_checked_out(r, name, &here, err) < 0)
		return -1;
	if (!here)
		return 0;
	if (open_index(r, false, &index, err) < 0 || check_index_lock(index, err) < 0)
		return -1;
	if (!file_exists(git_index_path(index)))
		return check_no_checkout(r, name, err);
	w = plan_new(r, changes);
	w->top = directory_open(repo_workdir(r), err);
	if (w->top < 0) {
		worktree_free(w);
		return -1;
	}
	parallel_each(w->n, stat_file, w);
	for (size_t i = 0; i < w->n && !failed; i++)
		failed = check_file(w, index, &w->items[i], err) < 0;
	if (!failed)
		*out = TAKE(w);
	worktree_free(w);
	return failed ? -1 : 0;
}

/* --- files ---------------------------------------------------------------- */

/*
 * Removes the directories above a removed file that are now empty, as git does, but not the current
 * directory.
 */
static void remove_empty_directories(const struct worktree_plan *w, const struct worktree_file *c)
{
	AUTO_STR struct str path = STR_INIT, full = STR_INIT;
	char here[PATH_MAX], *slash;

	if (!getcwd(here, sizeof(here)))
		return;
	str_add(&path, c->path);
	while ((slash = strrchr(path.ptr, '/')) != NULL) {
		path.len = (size_t)(slash - path.ptr);
		*slash = '\0';
		str_clear(&full);
		str_addf(&full, "%s%s", repo_workdir(w->repo), path.ptr);
		if (slice_starts(slice_of(here), str_slice(&full)) ||
		    !directory_below_remove(w->top, path.ptr))
			return;
	}
}

/* Removes a file, which may be removed already. */
static int remove_file(const struct worktree_plan *w, const struct worktree_file *c,
		       struct err *err)
{
	if (file_below_remove(w->top, c->path.ptr, err) < 0)
		return -1;
	remove_empty_directories(w, c);
	return 0;
}

/* Makes the bytes that git would check out: filters (line endings) applied. */
static int smudge(const struct worktree_plan *w, const struct worktree_file *c, struct slice bytes,
		  git_buf *out, struct err *err)
{
	git_filter_list *filters = NULL;
	int failed = 0;

	if (!c->plain)
		failed = git_filter_list_load(&filters, w->repo->git, NULL, c->path.ptr,
					      GIT_FILTER_TO_WORKTREE, GIT_FILTER_DEFAULT);
	if (!failed)
		failed = git_filter_list_apply_to_buffer(out, filters, bytes.ptr, bytes.len);
	if (failed)
		(void)git_fail(err, (struct place){ c->path, 0, 0 }, "cannot apply git's filters");
	git_filter_list_free(filters);
	return failed ? -1 : 0;
}

/*
 * Writes these bytes to the file of the working tree; absent: removes it. The directories were
 * checked, and may have been replaced since: nothing is written through a symlink.
 */
static int write_file(const struct worktree_plan *w, struct worktree_file *c, struct slice bytes,
		      struct err *err)
{
	struct file_below file = { .top = w->top, .path = c->path.ptr, .st = &c->st };
	git_buf text = { 0 };
	int failed;

	if (!bytes.ptr)
		return remove_file(w, c, err);
	if (smudge(w, c, bytes, &text, err) < 0)
		return -1;
	file.bytes = (struct slice){ text.ptr ? text.ptr : "", text.size };
	file.mode = c->mode == 0100755 ? 0777 : 0666;
	failed = file_below_write(&file, err);
	git_buf_dispose(&text);
	return failed;
}

/* True if only the bytes change: no filters, and no directories that other files need. */
static bool only_bytes(const struct worktree_file *c)
{
	return c->write && c->plain && c->change->after.ptr;
}

/* Writes one such file; the others follow later. */
static void write_bytes(void *ctx, size_t i)
{
	const struct worktree_plan *w = ctx;
	struct worktree_file *c = &w->items[i];
	struct err err = ERR_INIT;

	if (!only_bytes(c))
		return;
	c->wrote = true;
	if (write_file(w, c, c->change->after, &err) < 0)
		c->why = err_keep(&err);
}

int worktree_files(struct worktree_plan *w, struct err *err)
{
	if (!w)
		return 0;
	parallel_each(w->n, write_bytes, w);
	for (size_t i = 0; i < w->n; i++) {
		struct worktree_file *c = &w->items[i];

		if (c->why) {
			*err = *c->why;
			return -1;
		}
		if (!c->write || only_bytes(c))
			continue;
		c->wrote = true; /* maybe in part: the file is removed, but not its directory */
		if (write_file(w, c, c->change->after, err) < 0)
			return -1;
	}
	return 0;
}

int worktree_restore(struct worktree_plan *w, struct err *err)
{
	int failed = 0;

	for (size_t i = 0; w && i < w->n; i++) {
		struct worktree_file *c = &w->items[i];

		if (c->wrote && write_file(w, c, c->change->before, err) < 0)
			failed = -1; /* restore the others anyway */
		c->wrote = false;
	}
	return failed;
}

/* --- the index ------------------------------------------------------------ */

/*
 * Fills in what git compares to detect changes of a file, taken when it was written, so that later
 * changes are seen.
 */
static void fill_stat(git_index_entry *entry, const struct stat *st)
{
	entry->ctime =
		(git_index_time){ (int32_t)st->st_ctim.tv_sec, (uint32_t)st->st_ctim.tv_nsec };
	entry->mtime =
		(git_index_time){ (int32_t)st->st_mtim.tv_sec, (uint32_t)st->st_mtim.tv_nsec };
	entry->dev = (uint32_t)st->st_dev;
	entry->ino = (uint32_t)st->st_ino;
	entry->uid = st->st_uid;
	entry->gid = st->st_gid;
	entry->file_size = (uint32_t)st->st_size;
}

/* Updates the entry of one file; its flags (skip-worktree, assume-unchanged) stay. */
static int update_entry(git_index *index, const struct worktree_file *c)
{
	const git_index_entry *old = git_index_get_bypath(index, c->path.ptr, 0);
	git_index_entry entry = { .mode = c->mode, .path = c->path.ptr };

	if (!c->change->after.ptr)
		return old ? git_index_remove(index, c->path.ptr, 0) : 0;
	if (old) {
		entry.flags = old->flags & GIT_INDEX_ENTRY_VALID;
		entry.flags_extended = old->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE;
	}
	git_oid_cpy(&entry.id, &c->after);
	if (c->absent)
		entry.file_size = (uint32_t)c->change->after.len;
	else
		fill_stat(&entry, &c->st);
	return git_index_add(index, &entry);
}

/* Makes the files that were written durable, so that the ref never is without them. */
static int sync_files(const struct worktree_plan *w, struct err *err)
{
	const char **paths = arena_array(w->arena, w->n, sizeof(*paths));
	AUTO_STR struct str top = STR_INIT;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (!w->items[i].absent)
			paths[n++] = w->items[i].full;
	str_add(&top,
		slice_sub(slice_of(repo_workdir(w->repo)), 0, strlen(repo_workdir(w->repo)) - 1));
	return files_sync(paths, n, top.ptr, err);
}

/* Makes the index durable. */
static int sync_index(const char *path, struct err *err)
{
	AUTO_STR struct str directory = STR_INIT;
	const char *slash = strrchr(path, '/');

	if (!slash)
		return files_sync(&path, 1, ".", err);
	str_add(&directory, (struct slice){ path, (size_t)(slash - path) });
	return files_sync(&path, 1, directory.ptr, err);
}

int worktree_index(struct worktree_plan *w, struct err *err)
{
	AUTO_GIT(index) git_index *index = NULL;
	AUTO_STR struct str lock = STR_INIT;
	int code;

	if (!w)
		return 0;
	if (sync_files(w, err) < 0 || open_index(w->repo, true, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		if (update_entry(index, &w->items[i]) < 0)
			return git_fail(err, (struct place){ w->items[i].path, 0, 0 },
					"cannot update the index");
	code = git_index_write(index);
	if (code == 0) {
		permission_share(w->repo, git_index_path(index));
		return sync_index(git_index_path(index), err);
	}
	str_addf(&lock, "%s.lock", git_index_path(index));
	return git_fail_lock(err, code, lock.ptr, "cannot write the index");
}

/* --- the plan ------------------------------------------------------------- */

void worktree_free(struct worktree_plan *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++)
		free(w->items[i].why);
	if (w->top >= 0)
		(void)close(w->top);
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

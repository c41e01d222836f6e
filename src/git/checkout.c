#include "git/commit.h"

#include "base/file.h"
#include "base/parallel.h"
#include "git/internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* --- files ---------------------------------------------------------------- */

/*
 * Removes the folders above a removed file that are empty now, as git does; not the one that
 * somebody stands in.
 */
static void remove_empty_folders(const struct worktree_plan *w, const struct tree_change *c)
{
	size_t top = strlen(repo_workdir(w->repo));
	char here[PATH_MAX];

	if (!getcwd(here, sizeof(here)))
		return;
	for (char *slash = strrchr(c->full + top, '/'); slash;) {
		char *next;
		bool stop;

		*slash = '\0';
		stop = slice_starts(slice_of(here), slice_of(c->full)) || rmdir(c->full) < 0;
		next = stop ? NULL : strrchr(c->full + top, '/');
		*slash = '/';
		slash = next;
	}
}

/* Removes a file, which may be gone already. */
static int remove_file(const struct worktree_plan *w, const struct tree_change *c, struct err *err)
{
	if (unlink(c->full) < 0 && errno != ENOENT)
		return err_os(err, &CODE_io, (struct place){ c->path, 0, 0 },
			      "cannot remove the file");
	remove_empty_folders(w, c);
	return 0;
}

/* The bytes as git would check them out: filters (line ends) applied. */
static int smudge(const struct worktree_plan *w, const struct tree_change *c, struct slice bytes,
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

/* Makes the file of the working tree hold these bytes; absent: removes it. */
static int write_file(const struct worktree_plan *w, struct tree_change *c, struct slice bytes,
		      struct err *err)
{
	git_buf text = { 0 };
	int failed;

	if (worktree_check_folders(w, c, err) < 0)
		return -1;
	if (!bytes.ptr)
		return remove_file(w, c, err);
	if (smudge(w, c, bytes, &text, err) < 0)
		return -1;
	failed = file_exists(c->full) ? 0 : file_make_parents(c->full, err);
	if (!failed)
		failed = file_replace_unsynced(c->full,
					   (struct slice){ text.ptr ? text.ptr : "", text.size },
					   c->mode == 0100755 ? 0777 : 0666, err);
	git_buf_dispose(&text);
	if (failed)
		return -1;
	return lstat(c->full, &c->st) == 0 ? 0 :
					     err_os(err, &CODE_io, (struct place){ c->path, 0, 0 },
						    "cannot look at the file");
}

/* A file that only gets other bytes: neither filters nor other files' folders come into play. */
static bool only_bytes(const struct tree_change *c)
{
	return c->write && c->plain && c->change->after.ptr;
}

/* Writes one such file; the others have their turn later. */
static void write_bytes(void *ctx, size_t i)
{
	const struct worktree_plan *w = ctx;
	struct tree_change *c = &w->items[i];
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
		struct tree_change *c = &w->items[i];

		if (c->why) {
			*err = *c->why;
			return -1;
		}
		if (!c->write || only_bytes(c))
			continue;
		c->wrote = true; /* maybe in part: a removed file may be gone and its folder not */
		if (write_file(w, c, c->change->after, err) < 0)
			return -1;
	}
	return 0;
}

int worktree_restore(struct worktree_plan *w, struct err *err)
{
	int failed = 0;

	for (size_t i = 0; w && i < w->n; i++) {
		struct tree_change *c = &w->items[i];

		if (c->wrote && write_file(w, c, c->change->before, err) < 0)
			failed = -1; /* the others still go back */
		c->wrote = false;
	}
	return failed;
}

/* --- the index ------------------------------------------------------------ */

/*
 * What git compares to see that a file was not touched since; taken when it was written, so that
 * later changes show.
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

/*
 * The entry of one file: the new bytes, and the flags that it had (skip-worktree,
 * assume-unchanged).
 */
static int index_file(git_index *index, const struct tree_change *c)
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

/*
 * Waits until the disk has the files that were written, so that it never has the ref without them.
 */
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

/* The same for the index. */
static int sync_index(const char *path, struct err *err)
{
	AUTO_STR struct str folder = STR_INIT;
	const char *slash = strrchr(path, '/');

	if (!slash)
		return files_sync(&path, 1, ".", err);
	str_add(&folder, (struct slice){ path, (size_t)(slash - path) });
	return files_sync(&path, 1, folder.ptr, err);
}

int worktree_index(struct worktree_plan *w, struct err *err)
{
	AUTO_GIT(index) git_index *index = NULL;
	AUTO_STR struct str lock = STR_INIT;
	int code;

	if (!w)
		return 0;
	if (sync_files(w, err) < 0 || worktree_open_index(w->repo, true, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		if (index_file(index, &w->items[i]) < 0)
			return git_fail(err, (struct place){ w->items[i].path, 0, 0 },
					"cannot update the index");
	code = git_index_write(index);
	if (code == 0)
		return sync_index(git_index_path(index), err);
	str_addf(&lock, "%s.lock", git_index_path(index));
	return git_fail_lock(err, code, lock.ptr, "cannot write the index");
}

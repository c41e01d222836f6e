#include "git/commit.h"

#include "base/alloc.h"
#include "base/file.h"
#include "git/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- which branch is where ------------------------------------------------------------------------------------------------------ */

/* Is this the branch that HEAD of this working tree is on? */
static bool checked_out_here(struct repo *r, const char *branch)
{
	AUTO_STR struct str head = STR_INIT;
	struct err ignored = ERR_INIT;

	return repo_workdir(r) && repo_head_branch(r, &head, &ignored) == 0 && slice_is(str_slice(&head), branch);
}

/* Is this HEAD (NULL: it could not be had) on the branch? Frees it. */
static bool head_is(git_reference *head, const char *ref)
{
	bool is = head && !strcmp(git_reference_name(head), ref);

	git_reference_free(head);
	return is;
}

/* Does a linked worktree have the branch checked out? */
static bool in_linked(struct repo *r, const char *ref)
{
	git_strarray names = { NULL, 0 };
	bool found = false;

	if (git_worktree_list(&names, r->git) < 0)
		return false;
	for (size_t i = 0; i < names.count && !found; i++) {
		git_reference *head = NULL;

		(void)git_repository_head_for_worktree(&head, r->git, names.strings[i]);
		found = head_is(head, ref);
	}
	git_strarray_dispose(&names);
	return found;
}

/* Does the main working tree, seen from a linked one, have the branch checked out? A bare repository's HEAD is no checkout. */
static bool in_main(struct repo *r, const char *ref)
{
	git_repository *main_repo = NULL;
	git_reference *head = NULL;
	bool found;

	if (git_repository_is_worktree(r->git) != 1 || git_repository_open(&main_repo, git_repository_commondir(r->git)) < 0)
		return false;
	if (git_repository_is_bare(main_repo) != 1)
		(void)git_repository_head(&head, main_repo);
	found = head_is(head, ref);
	git_repository_free(main_repo);
	return found;
}

/* Refuses a branch that another worktree has checked out: its files would be left behind. */
static int check_elsewhere(struct repo *r, const char *branch, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;

	str_addf(&ref, "refs/heads/%s", branch);
	if (!in_linked(r, ref.ptr) && !in_main(r, ref.ptr))
		return 0;
	(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)), "the branch '%s' is checked out in another worktree",
		      branch);
	return err_remedy(err, "run the command there; git worktree list shows where");
}

/* --- is it clean ---------------------------------------------------------------------------------------------------------------- */

/* The name that bytes have as a blob; all zero for an absent file. */
static int blob_name(struct slice bytes, git_oid *out, struct err *err)
{
	memset(out, 0, sizeof(*out));
	if (bytes.ptr && git_odb_hash(out, bytes.ptr, bytes.len, GIT_OBJECT_BLOB) < 0)
		return git_fail(err, NOWHERE, "cannot name a file");
	return 0;
}

/* Does the file hold just the bytes of before? Then nothing in it is lost, whatever filters would make of it. */
static bool is_plain(const struct tree_change *c)
{
	AUTO_STR struct str now = STR_INIT;
	struct err ignored = ERR_INIT;
	struct slice before = c->change->before;

	return before.ptr && (size_t)c->st.st_size == before.len && file_read(c->full, before.len, &now, &ignored) == 0 &&
	       slice_eq(str_slice(&now), before);
}

/* What the file of the working tree would be as a blob, filters applied; all zero when it is missing. */
static int file_name_now(const struct worktree_plan *w, struct tree_change *c, const git_oid *before, git_oid *out, struct err *err)
{
	struct place at = { c->path, 0, 0 };

	memset(out, 0, sizeof(*out));
	if (lstat(c->full, &c->st) < 0)
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       err_os(err, &CODE_io, at, "cannot look at the file in the working tree");
	if (!S_ISREG(c->st.st_mode))
		return err_set(err, &CODE_dirty, at, "not a regular file in the working tree");
	c->plain = is_plain(c);
	if (c->plain) {
		git_oid_cpy(out, before); /* looking filters up would take longer than all the rest */
		return 0;
	}
	if (git_repository_hashfile(out, w->repo->git, c->full, GIT_OBJECT_BLOB, c->path.ptr) < 0)
		return git_fail(err, at, "cannot read the file in the working tree");
	return 0;
}

int worktree_check_folders(const struct worktree_plan *w, const struct tree_change *c, struct err *err)
{
	for (char *p = strchr(c->full + strlen(repo_workdir(w->repo)), '/'); p; p = strchr(p + 1, '/')) {
		struct stat st;
		bool bad;

		*p = '\0';
		bad = lstat(c->full, &st) == 0 && !S_ISDIR(st.st_mode);
		*p = '/';
		if (bad)
			return err_set(err, &CODE_unsafe_path, (struct place){ c->path, 0, 0 },
				       "a symlink or file stands where a folder of the working tree is needed");
	}
	return 0;
}

/* Refuses an index entry that is neither as before nor as wanted. */
static int check_staged(const struct tree_change *c, const git_index_entry *entry, const git_oid *before, struct err *err)
{
	static const git_oid nothing;
	const git_oid *staged = entry ? &entry->id : &nothing;
	bool mode_changed = entry && c->change->before.ptr && c->change->after.ptr && (entry->mode & 0100) != (c->mode & 0100);

	if ((!git_oid_equal(staged, before) && !git_oid_equal(staged, &c->after)) || mode_changed)
		return err_set(err, &CODE_dirty, (struct place){ c->path, 0, 0 }, "the file has staged changes");
	return 0;
}

/* One file and its index entry: as before, or as wanted already. */
static int check_file(const struct worktree_plan *w, git_index *index, struct tree_change *c, struct err *err)
{
	const git_index_entry *entry = git_index_get_bypath(index, c->path.ptr, 0);
	git_oid before, file;

	if (tree_path_check(c->path, err) < 0 || blob_name(c->change->before, &before, err) < 0 ||
	    blob_name(c->change->after, &c->after, err) < 0 || worktree_check_folders(w, c, err) < 0 ||
	    file_name_now(w, c, &before, &file, err) < 0 || check_staged(c, entry, &before, err) < 0)
		return -1;
	c->absent = entry && entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE && git_oid_is_zero(&file);
	if (!c->absent && !git_oid_equal(&file, &before) && !git_oid_equal(&file, &c->after))
		return err_set(err, &CODE_dirty, (struct place){ c->path, 0, 0 },
			       c->change->before.ptr ? "the file has changes that are not committed" :
						       "a file that is not in Git is in the way");
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
		return err_remedy(err, "the index is sparse: git sparse-checkout reapply --no-sparse-index");
	return -1;
}

/* Refuses while somebody writes the index: it would be left behind the branch. */
static int check_index_lock(git_index *index, struct err *err)
{
	AUTO_STR struct str lock = STR_INIT;

	str_addf(&lock, "%s.lock", git_index_path(index));
	return file_exists(lock.ptr) ? git_fail_lock(err, GIT_ELOCKED, lock.ptr, "the index would change") : 0;
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
		struct slice full = arena_printf(w->arena, "%s%" SLICE_FMT, repo_workdir(r), SLICE_ARG(changes[i].path));

		c->change = &changes[i];
		c->path = arena_copy(w->arena, changes[i].path);
		c->full = (char *)(uintptr_t)full.ptr;
		c->mode = changes[i].mode == 0100755 ? 0100755 : 0100644;
	}
	return w;
}

int worktree_prepare(struct repo *r, const char *branch, const struct change *changes, size_t n, struct worktree_plan **out,
		     struct err *err)
{
	AUTO_GIT(index) git_index *index = NULL;
	struct worktree_plan *w;
	int failed = 0;

	*out = NULL;
	if (!checked_out_here(r, branch))
		return check_elsewhere(r, branch, err);
	if (worktree_open_index(r, false, &index, err) < 0 || check_index_lock(index, err) < 0)
		return -1;
	w = plan_new(r, changes, n);
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
	arena_free(w->arena);
	free(w);
}

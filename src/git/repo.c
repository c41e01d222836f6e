#include "git/repo.h"

#include "base/alloc.h"
#include "base/file.h"
#include "git/config_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

/*
 * Extensions of the repository format that make no difference here: where missing objects come
 * from, and where more configuration is.
 */
static const char *extensions[] = { "partialclone", "worktreeconfig" };

/* The error of a repository that cannot be opened. */
static int fail_open(const char *dir, int code, struct err *err)
{
	const git_error *e = git_error_last();
	struct place at = { slice_of(dir ? dir : "."), 0, 0 };

	if (code == GIT_ENOTFOUND)
		return err_set(err, &CODE_no_repo, at, "not in a Git repository");
	if (e && e->message &&
	    (strstr(e->message, "objectformat") || strstr(e->message, "object format"))) {
		(void)err_set(err, &CODE_no_repo, at,
			      "the repository uses SHA-256 object names, which are not supported");
		return err_remedy(err, "use a repository with SHA-1 object names");
	}
	(void)err_set(err, &CODE_no_repo, at, "cannot open the repository: %s",
		      e ? e->message : "unknown error");
	return err_remedy(err, "run git status in that directory for details");
}

/*
 * Opens what GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE specify, else the repository of the current
 * directory.
 */
static int open_from_environment(git_repository **out)
{
	const char *directory = getenv("GIT_DIR"), *tree = getenv("GIT_WORK_TREE"),
		   *file = getenv("GIT_INDEX_FILE");
	AUTO_GIT(index) git_index *index = NULL;
	int code;

	if (!tree) /* libgit2 handles everything else, but refuses this variable */
		return git_repository_open_ext(out, NULL, GIT_REPOSITORY_OPEN_FROM_ENV, NULL);
	code = git_repository_open_ext(
		out, directory ? directory : ".",
		directory ? GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT : 0,
		NULL);
	if (code == 0)
		code = git_repository_set_workdir(*out, tree, 0);
	if (code == 0 && file)
		code = git_index_open(&index, file);
	return code == 0 && file ? git_repository_set_index(*out, index) : code;
}

/* Opens it; does not validate the owner unless `check`. */
static int open_git(git_repository **out, const char *dir, bool check)
{
	int code;

	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, (int)check);
	code = dir ? git_repository_open_ext(out, dir, 0, NULL) : open_from_environment(out);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	return code;
}

/*
 * True if the error is about the owner. If there is no safe.directory at all, libgit2 reports that
 * it does not find that.
 */
static bool is_owner_error(int code)
{
	const git_error *e = git_error_last();

	return code == GIT_EOWNER ||
	       (code == GIT_ENOTFOUND && e && e->message && strstr(e->message, "safe.directory"));
}

/* Opens a repository of another user, if safe.directory contains it. */
static int open_foreign(struct repo *r, const char *dir, struct err *err)
{
	int code = open_git(&r->git, dir, false);

	if (code < 0)
		return fail_open(dir, code, err);
	if (config_trusts(repo_where(r)))
		return 0;
	(void)err_set(err, &CODE_no_repo, place_of(repo_where(r)),
		      "the repository is owned by another user, and git does not trust it");
	return err_remedy(err, "if you trust it, run git config --global --add safe.directory %.*s",
			  (int)strlen(repo_where(r)) - 1, repo_where(r));
}

/* Opens the repository, its configuration and its objects. */
static int open_parts(struct repo *r, const char *dir, struct err *err)
{
	AUTO_GIT(config) git_config *config = NULL;
	int code = open_git(&r->git, dir, true);

	if (code < 0 && is_owner_error(code) && open_foreign(r, dir, err) < 0)
		return -1;
	if (!r->git)
		return fail_open(dir, code, err);
	if (git_repository_config(&config, r->git) < 0 ||
	    config_follow_environment(config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (git_repository_odb(&r->odb, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot open the object database");
	if (!dir && getenv("GIT_OBJECT_DIRECTORY"))
		str_adds(&r->objects, getenv("GIT_OBJECT_DIRECTORY"));
	else
		str_addf(&r->objects, "%sobjects", git_repository_commondir(r->git));
	return 0;
}

int repo_read_shallow(const struct repo *r, struct str *out, struct err *err)
{
	AUTO_STR struct str path = STR_INIT;

	str_addf(&path, "%sshallow", git_repository_commondir(r->git));
	return file_exists(path.ptr) ? file_read(path.ptr, FILE_MAX, out, err) : 0;
}

int repo_open_again(struct repo *r, struct err *err)
{
	struct repo fresh = { .objects = STR_INIT, .shallow = STR_INIT };
	struct retired_repo *old = xzalloc(sizeof(*old));
	int failed = open_parts(&fresh, r->from.len ? r->from.ptr : NULL, err) < 0 ||
		     repo_read_shallow(&fresh, &fresh.shallow, err) < 0;

	*old = failed ? (struct retired_repo){ fresh.git, fresh.odb, r->retired } :
			(struct retired_repo){ r->git, r->odb, r->retired };
	r->retired = old;
	str_release(&fresh.objects);
	if (failed) {
		str_release(&fresh.shallow);
		return -1;
	}
	str_release(&r->shallow);
	r->git = fresh.git;
	r->odb = fresh.odb;
	r->shallow = fresh.shallow;
	return 0;
}

int repo_open(struct repo **out, const char *dir, struct err *err)
{
	struct repo *r = xzalloc(sizeof(*r));

	r->objects = r->author = r->committer = r->from = r->shallow = (struct str)STR_INIT;
	str_adds(&r->from, dir ? dir : "");
	(void)git_libgit2_init();
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION,
			       0); /* as git reads: git fsck is for checking */
	/*
	 * A directory of 10,000 files is needed again at each commit; not all directories of a
	 * large repository should stay in memory.
	 */
	(void)git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)1 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)1 << 20);
	/* The size of a window of a pack that is mapped, and of all of them. */
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)1 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)8 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			       sizeof(extensions) / sizeof(extensions[0]));
	if (open_parts(r, dir, err) < 0 || repo_read_shallow(r, &r->shallow, err) < 0) {
		repo_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

/* Frees handles that were replaced. */
static void free_retired(struct retired_repo *old)
{
	while (old) {
		struct retired_repo *next = old->next;

		git_odb_free(old->odb);
		git_repository_free(old->git);
		free(old);
		old = next;
	}
}

void repo_close(struct repo *r)
{
	if (!r)
		return;
	map_release(&r->checked_trees);
	arena_free(r->checked_ids);
	str_release(&r->objects);
	str_release(&r->author);
	str_release(&r->committer);
	str_release(&r->from);
	str_release(&r->shallow);
	free_retired(r->retired);
	git_odb_free(r->odb);
	git_repository_free(r->git);
	free(r);
	(void)git_libgit2_shutdown();
}

void repo_auto_(struct repo **r)
{
	repo_close(*r);
}

const char *repo_workdir(const struct repo *r)
{
	return git_repository_workdir(r->git);
}

const char *repo_where(const struct repo *r)
{
	return git_repository_workdir(r->git) ? git_repository_workdir(r->git) :
						git_repository_path(r->git);
}

/* The error of a branch that has no commit. */
static int fail_unborn(const struct repo *r, struct err *err)
{
	return err_set(err, &CODE_no_commit, place_of(repo_where(r)),
		       "the repository has no commit yet");
}

int repo_head_branch(struct repo *r, struct str *out, struct err *err)
{
	AUTO_GIT(reference) git_reference *head = NULL;
	struct slice name;

	if (git_repository_head_unborn(r->git) == 1)
		return fail_unborn(r, err);
	if (git_repository_head_detached(r->git) == 1)
		return err_set(err, &CODE_detached, place_of(repo_where(r)),
			       "HEAD is not on a branch");
	if (git_reference_lookup(&head, r->git, "HEAD") < 0 || !git_reference_symbolic_target(head))
		return git_fail(err, place_of(repo_where(r)), "cannot read HEAD");
	name = slice_of(git_reference_symbolic_target(head));
	if (!slice_starts(name, SLICE("refs/heads/")))
		return err_set(err, &CODE_detached, place_of(repo_where(r)),
			       "HEAD is not on a branch");
	str_add(out, slice_sub(name, 11, name.len));
	return 0;
}

/* The names of all local branches, in `arena`. */
static struct slices branch_names(struct repo *r, struct arena *arena)
{
	AUTO_FREE struct slice *names = NULL;
	git_branch_iterator *it = NULL;
	struct slices out = { NULL, 0 };
	git_reference *ref;
	git_branch_t type;
	size_t n = 0, cap = 0;

	if (git_branch_iterator_new(&it, r->git, GIT_BRANCH_LOCAL) < 0)
		return out;
	while (git_branch_next(&ref, &type, it) == 0) {
		ROOM(names, n, cap);
		names[n++] = arena_copy(arena, slice_of(git_reference_shorthand(ref)));
		git_reference_free(ref);
	}
	git_branch_iterator_free(it);
	out.items = arena_array(arena, n, sizeof(*out.items));
	out.n = n;
	if (n)
		memcpy(out.items, names, n * sizeof(*names));
	return out;
}

struct slice repo_only_branch(struct repo *r, const char *except, struct arena *arena)
{
	struct slices names = branch_names(r, arena);
	struct slice found = SLICE_NONE, below = arena_printf(arena, "%s/", except);
	size_t n = 0;

	for (size_t i = 0; i < names.n; i++)
		if (!slice_starts(names.items[i], below)) {
			found = names.items[i];
			n++;
		}
	return n == 1 ? found : SLICE_NONE;
}

/* The next URL of a remote in the configuration; absent: there are no more. */
static struct slice next_url(git_config_iterator *iterator)
{
	git_config_entry *entry;

	while (git_config_next(&entry, iterator) == 0) {
		struct slice name = slice_of(entry->name);

		if (slice_starts(name, SLICE("remote.")) && slice_ends(name, SLICE(".url")) &&
		    entry->value)
			return slice_of(entry->value);
	}
	return SLICE_NONE;
}

struct slices repo_remote_urls(struct repo *r, struct arena *arena)
{
	enum { MOST = 64 };
	struct slices urls = { arena_array(arena, MOST, sizeof(*urls.items)), 0 };
	git_config *config = NULL;
	git_config_iterator *iterator = NULL;
	struct slice url;

	if (git_repository_config(&config, r->git) == 0 &&
	    git_config_iterator_new(&iterator, config) == 0)
		while (urls.n < MOST && (url = next_url(iterator)).ptr)
			urls.items[urls.n++] = arena_copy(arena, url);
	git_config_iterator_free(iterator);
	git_config_free(config);
	return urls;
}

/* True if HEAD is on this branch. */
static bool is_head(struct repo *r, const char *ref)
{
	AUTO_GIT(reference) git_reference *head = NULL;

	return git_reference_lookup(&head, r->git, "HEAD") == 0 &&
	       git_reference_symbolic_target(head) &&
	       !strcmp(git_reference_symbolic_target(head), ref);
}

/* True if origin has the branch, as of the last fetch. A new clone has only one local branch. */
static bool is_in_origin(struct repo *r, const char *name)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;

	str_addf(&ref, "refs/remotes/origin/%s", name);
	return git_reference_name_to_id(&id, r->git, ref.ptr) == 0;
}

/* The error of a branch that does not exist, with the most similar one that does. */
static int fail_no_branch(struct repo *r, const char *name, const char *ref, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slices names = branch_names(r, arena);
	struct slice near = slice_nearest(slice_of(name), names.items, names.n);

	if (git_repository_head_unborn(r->git) == 1 && (!names.n || is_head(r, ref)))
		return fail_unborn(r, err);
	(void)err_set(err, &CODE_no_branch, place_of(repo_where(r)), "branch '%s' does not exist",
		      name);
	if (is_in_origin(r, name))
		return err_remedy(err,
				  "create it from the branch of origin: git branch %s origin/%s",
				  name, name);
	if (near.ptr)
		return err_did_you_mean(err, near);
	return err_remedy(err, "run git branch to list the branches");
}

int repo_branch_tip(struct repo *r, const char *name, struct oid *out, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;
	int code;

	str_addf(&ref, "refs/heads/%s", name);
	code = git_reference_name_to_id(&id, r->git, ref.ptr);
	if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC)
		return fail_no_branch(r, name, ref.ptr, err);
	if (code < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read branch '%s'", name);
	oid_from_git(&id, out);
	return 0;
}

bool repo_has_branch(struct repo *r, const char *name)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;

	str_addf(&ref, "refs/heads/%s", name);
	return git_reference_name_to_id(&id, r->git, ref.ptr) == 0;
}

int repo_resolve(struct repo *r, const char *revision, struct oid *out, struct err *err)
{
	git_object *object = NULL, *commit = NULL;
	int failed = git_revparse_single(&object, r->git, revision) < 0 ||
		     git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0;

	if (failed)
		(void)err_set(err, &CODE_no_branch, place_of(repo_where(r)),
			      "commit '%s' does not exist", revision);
	else
		oid_from_git(git_object_id(commit), out);
	git_object_free(object);
	git_object_free(commit);
	return failed ? -1 : 0;
}

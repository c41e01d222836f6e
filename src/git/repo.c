#include "git/internal.h"

#include "base/alloc.h"

#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

/*
 * Extensions of a repository's format that change nothing here: where other objects come from, and
 * where more settings are.
 */
static const char *extensions[] = { "partialclone", "worktreeconfig" };

/* Why a repository cannot be opened. */
static int open_error(const char *dir, int code, struct err *err)
{
	const git_error *e = git_error_last();
	struct place at = { slice_of(dir ? dir : "."), 0, 0 };

	if (code == GIT_ENOTFOUND)
		return err_set(err, &CODE_no_repo, at, "not in a Git repository");
	if (e && e->message && strstr(e->message, "objectformat")) {
		(void)err_set(err, &CODE_no_repo, at,
			      "the repository uses SHA-256 object names, which are not supported");
		return err_remedy(err, "use a repository with SHA-1 object names");
	}
	(void)err_set(err, &CODE_no_repo, at, "the repository cannot be opened: %s",
		      e ? e->message : "unknown error");
	return err_remedy(err, "git status in that folder may say more");
}

/*
 * What GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE name, else the repository of the current folder.
 */
static int open_from_environment(git_repository **out)
{
	const char *folder = getenv("GIT_DIR"), *tree = getenv("GIT_WORK_TREE"),
		   *file = getenv("GIT_INDEX_FILE");
	AUTO_GIT(index) git_index *index = NULL;
	int code;

	if (!tree) /* libgit2 does all the rest, but refuses this one */
		return git_repository_open_ext(out, NULL, GIT_REPOSITORY_OPEN_FROM_ENV, NULL);
	code = git_repository_open_ext(
		out, folder ? folder : ".",
		folder ? GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT : 0, NULL);
	if (code == 0)
		code = git_repository_set_workdir(*out, tree, 0);
	if (code == 0 && file)
		code = git_index_open(&index, file);
	return code == 0 && file ? git_repository_set_index(*out, index) : code;
}

/* Opens without a judgement of the owner, unless `check`. */
static int open_git(git_repository **out, const char *dir, bool check)
{
	int code;

	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, (int)check);
	code = dir ? git_repository_open_ext(out, dir, 0, NULL) : open_from_environment(out);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	return code;
}

/*
 * Is that what libgit2 says of a repository whose owner is somebody else? Without any
 * safe.directory it says that it misses that.
 */
static bool is_owner_error(int code)
{
	const git_error *e = git_error_last();

	return code == GIT_EOWNER ||
	       (code == GIT_ENOTFOUND && e && e->message && strstr(e->message, "safe.directory"));
}

/* Opens what belongs to somebody else, if the user trusts it. */
static int open_foreign(struct repo *r, const char *dir, struct err *err)
{
	int code = open_git(&r->git, dir, false);

	if (code < 0)
		return open_error(dir, code, err);
	if (config_trusts(repo_where(r)))
		return 0;
	(void)err_set(err, &CODE_no_repo, place_of(repo_where(r)),
		      "the repository belongs to somebody else, and git would not trust it");
	return err_remedy(err, "if you do: git config --global --add safe.directory %.*s",
			  (int)strlen(repo_where(r)) - 1, repo_where(r));
}

/* Opens the parts. */
static int open_parts(struct repo *r, const char *dir, struct err *err)
{
	AUTO_GIT(config) git_config *config = NULL;
	int code = open_git(&r->git, dir, true);

	if (code < 0 && is_owner_error(code) && open_foreign(r, dir, err) < 0)
		return -1;
	if (!r->git)
		return open_error(dir, code, err);
	if (git_repository_config(&config, r->git) < 0 ||
	    config_follow_environment(config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (git_repository_odb(&r->odb, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot open the objects");
	if (!dir && getenv("GIT_OBJECT_DIRECTORY"))
		str_adds(&r->objects, getenv("GIT_OBJECT_DIRECTORY"));
	else
		str_addf(&r->objects, "%sobjects", git_repository_commondir(r->git));
	return 0;
}

int repo_open(struct repo **out, const char *dir, struct err *err)
{
	struct repo *r = xzalloc(sizeof(*r));

	r->objects = (struct str)STR_INIT;
	(void)git_libgit2_init();
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION,
			       0); /* as git reads: git fsck is for checking */
	/*
	 * A folder of ten thousand files is asked for again at each commit; all folders of a large
	 * repository shall not stay.
	 */
	(void)git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)1 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)1 << 20);
	/* So much of packs is mapped at a time, in windows of this size, however large they are. */
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)1 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)8 << 20);
	(void)git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
			       sizeof(extensions) / sizeof(extensions[0]));
	if (open_parts(r, dir, err) < 0) {
		repo_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void repo_close(struct repo *r)
{
	if (!r)
		return;
	str_release(&r->objects);
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
static int unborn(const struct repo *r, struct err *err)
{
	return err_set(err, &CODE_no_commit, place_of(repo_where(r)),
		       "the repository has no commit yet");
}

int repo_head_branch(struct repo *r, struct str *out, struct err *err)
{
	AUTO_GIT(reference) git_reference *head = NULL;
	struct slice name;

	if (git_repository_head_unborn(r->git) == 1)
		return unborn(r, err);
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

/* Calls git_config_next until an address of a remote turns up; absent: there is no other. */
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

/* Is HEAD on this branch? */
static bool is_head(struct repo *r, const char *ref)
{
	AUTO_GIT(reference) git_reference *head = NULL;

	return git_reference_lookup(&head, r->git, "HEAD") == 0 &&
	       git_reference_symbolic_target(head) &&
	       !strcmp(git_reference_symbolic_target(head), ref);
}

/* Does origin have it, as of the last fetch? A fresh clone has only one branch of its own. */
static bool origin_has(struct repo *r, const char *name)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;

	str_addf(&ref, "refs/remotes/origin/%s", name);
	return git_reference_name_to_id(&id, r->git, ref.ptr) == 0;
}

/* The error of a branch that does not exist, with the name of the nearest that does. */
static int no_branch(struct repo *r, const char *name, const char *ref, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slices names = branch_names(r, arena);
	struct slice near = slice_nearest(slice_of(name), names.items, names.n);

	if (git_repository_head_unborn(r->git) == 1 && (!names.n || is_head(r, ref)))
		return unborn(r, err);
	(void)err_set(err, &CODE_no_branch, place_of(repo_where(r)), "there is no branch '%s'",
		      name);
	if (origin_has(r, name))
		return err_remedy(err, "there is one in origin: git branch %s origin/%s", name,
				  name);
	if (near.ptr)
		return err_remedy(err, "did you mean '%" SLICE_FMT "'?", SLICE_ARG(near));
	return err_remedy(err, "git branch lists them");
}

int repo_branch_tip(struct repo *r, const char *name, struct oid *out, struct err *err)
{
	AUTO_STR struct str ref = STR_INIT;
	git_oid id;
	int code;

	str_addf(&ref, "refs/heads/%s", name);
	code = git_reference_name_to_id(&id, r->git, ref.ptr);
	if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC)
		return no_branch(r, name, ref.ptr, err);
	if (code < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read the branch '%s'", name);
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
			      "there is no commit '%s'", revision);
	else
		oid_from_git(git_object_id(commit), out);
	git_object_free(object);
	git_object_free(commit);
	return failed ? -1 : 0;
}

int commit_open(struct repo *r, const struct oid *id, git_commit **out, struct err *err)
{
	char hex[41];
	git_oid git;

	oid_to_git(id, &git);
	oid_text(id, hex);
	if (git_commit_lookup(out, r->git, &git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read the commit %s", hex);
	return 0;
}

int commit_tree(struct repo *r, const struct oid *id, git_tree **out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;

	if (commit_open(r, id, &commit, err) < 0)
		return -1;
	if (git_commit_tree(out, commit) < 0)
		return missing_object(r, place_of(repo_where(r)),
				      "cannot read the tree of a commit", err);
	return 0;
}

int repo_commit_info(struct repo *r, const struct oid *id, struct arena *arena,
		     struct commit_info *out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;
	const git_signature *author;

	if (commit_open(r, id, &commit, err) < 0)
		return -1;
	author = git_commit_author(commit);
	*out = (struct commit_info){ .id = *id, .time = git_commit_time(commit) };
	out->parents = git_commit_parentcount(commit);
	oid_from_git(git_commit_tree_id(commit), &out->tree);
	if (git_commit_parentcount(commit))
		oid_from_git(git_commit_parent_id(commit, 0), &out->parent);
	out->author = arena_copy(arena, slice_of(author->name));
	out->email = arena_copy(arena, slice_of(author->email));
	out->summary = arena_copy(arena, slice_of(git_commit_summary(commit)));
	out->message = arena_copy(arena, slice_of(git_commit_message(commit)));
	return 0;
}

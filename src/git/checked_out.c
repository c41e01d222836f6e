#include "git/checked_out_internal.h"

#include "base/file.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Which working tree has a branch checked out. Each has a Git directory with a HEAD: the
 * repository's own, or worktrees/NAME in it. If a branch moves without its working tree, the files
 * stay behind, and the next commit there reverts the move; so what cannot be determined is an
 * error, never a no.
 */

/* How a working tree uses a branch. */
struct branch_use {
	bool head;   /* HEAD is on it */
	bool rebase; /* it is being rebased: HEAD is detached, and `git rebase --abort` resets the
			branch */
};

/* Sets `*found` if a file of a Git directory exists and contains the branch. */
static int find_in_file(const char *directory, const char *file, const char *ref, bool *found,
			struct err *err)
{
	AUTO_STR struct str path = STR_INIT, text = STR_INIT;
	struct slice name;
	char target[1024];
	ssize_t len;

	str_addf(&path, "%s%s", directory, file);
	len = readlink(path.ptr, target, sizeof(target));
	if (len >= 0) { /* as core.preferSymlinkRefs makes HEAD */
		*found = *found || slice_eq((struct slice){ target, (size_t)len }, slice_of(ref));
		return 0;
	}
	if (errno != EINVAL)
		return errno == ENOENT || errno == ENOTDIR ?
			       0 :
			       err_os(err, &CODE_io, place_of(path.ptr), "cannot read");
	if (file_read(path.ptr, FILE_MAX, &text, err) < 0)
		return -1;
	name = str_slice(&text);
	if (slice_starts(name, SLICE("ref:")))
		name = slice_sub(name, 4, name.len);
	*found = *found || slice_eq(slice_trim(name), slice_of(ref));
	return 0;
}

/* Adds how the working tree of a Git directory uses the branch. */
static int check_directory(const char *directory, const char *ref, struct branch_use *use,
			   struct err *err)
{
	if (find_in_file(directory, "HEAD", ref, &use->head, err) < 0 ||
	    find_in_file(directory, "rebase-merge/head-name", ref, &use->rebase, err) < 0)
		return -1;
	return find_in_file(directory, "rebase-apply/head-name", ref, &use->rebase, err);
}

/*
 * Sets `*bare` if the repository of a linked working tree has no working tree of its own. Its HEAD
 * is not a checkout then.
 */
static int check_main_bare(const char *common, int *bare, struct err *err)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str path = STR_INIT, extra = STR_INIT;
	int code;

	*bare = 0;
	str_addf(&path, "%sconfig", common);
	str_addf(&extra, "%sconfig.worktree", common);
	code = git_config_open_ondisk(&config, path.ptr);
	if (code == 0)
		code = git_config_add_file_ondisk(config, extra.ptr, GIT_CONFIG_LEVEL_APP, NULL, 1);
	if (code == 0)
		code = git_config_get_bool(bare, config, "core.bare");
	return code == 0 || code == GIT_ENOTFOUND ?
		       0 :
		       git_fail(err, place_of(path.ptr), "cannot read git's configuration");
}

/* Checks the main working tree, if this is a linked one. */
static int check_main(struct repo *r, const char *ref, struct branch_use *use, struct err *err)
{
	const char *common = git_repository_commondir(r->git);
	int bare;

	if (git_repository_is_worktree(r->git) != 1)
		return 0;
	if (check_main_bare(common, &bare, err) < 0)
		return -1;
	return bare ? 0 : check_directory(common, ref, use, err);
}

/* Checks a linked working tree, unless it is this one. */
static int check_other(struct repo *r, const char *directory, const char *ref,
		       struct branch_use *use, struct err *err)
{
	struct stat own, other;

	if (stat(git_repository_path(r->git), &own) < 0 || stat(directory, &other) < 0)
		return err_os(err, &CODE_io, place_of(directory), "cannot read the Git directory");
	return own.st_dev == other.st_dev && own.st_ino == other.st_ino ?
		       0 :
		       check_directory(directory, ref, use, err);
}

/* Checks the linked working trees, also those whose directory is missing now. */
static int check_linked(struct repo *r, const char *ref, struct branch_use *use, struct err *err)
{
	AUTO_STR struct str directories = STR_INIT;
	const struct dirent *entry;
	int failed = 0;
	DIR *dir;

	str_addf(&directories, "%sworktrees", git_repository_commondir(r->git));
	dir = opendir(directories.ptr);
	if (!dir)
		return errno == ENOENT ? 0 :
					 err_os(err, &CODE_io, place_of(directories.ptr),
						"cannot list the worktrees");
	while (!failed && (entry = readdir(dir)) != NULL) {
		AUTO_STR struct str directory = STR_INIT;

		str_addf(&directory, "%s/%s/", directories.ptr, entry->d_name);
		if (entry->d_name[0] != '.')
			failed = check_other(r, directory.ptr, ref, use, err);
	}
	(void)closedir(dir);
	return failed;
}

int branch_checked_out(struct repo *r, const char *branch, bool *here, struct err *err)
{
	struct branch_use own = { false, false }, others = { false, false };
	AUTO_STR struct str ref = STR_INIT;

	str_addf(&ref, "refs/heads/%s", branch);
	if (check_directory(git_repository_path(r->git), ref.ptr, &own, err) < 0 ||
	    check_main(r, ref.ptr, &others, err) < 0 || check_linked(r, ref.ptr, &others, err) < 0)
		return -1;
	if (own.rebase || others.rebase) {
		(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)),
			      "branch '%s' is being rebased", branch);
		return err_remedy(err, "finish the rebase with git rebase --continue, or abort it "
				       "with git rebase --abort");
	}
	*here = own.head && repo_workdir(r);
	if (*here || !others.head)
		return 0;
	(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)),
		      "branch '%s' is checked out in another worktree", branch);
	return err_remedy(err, "run the command in that worktree (see git worktree list)");
}

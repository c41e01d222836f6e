#include "base/file.h"
#include "git/internal.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * Which working tree has a branch checked out. Each has a git folder: the repository's own, or
 * worktrees/NAME in it, with a HEAD. A branch that moves behind the back of a working tree leaves
 * its files behind, and the next commit there takes the move back; so what cannot be found out is
 * an error, never a no.
 */

/* How a git folder has a branch. */
struct hold {
	bool head;   /* HEAD is on it */
	bool rebase; /* it is being rebased: HEAD is detached, and `git rebase --abort` sets the
			branch back to where it was */
};

/* Does a file of a git folder, if it is there, name the branch? */
static int names_branch(const char *folder, const char *file, const char *ref, bool *found,
			struct err *err)
{
	AUTO_STR struct str path = STR_INIT, text = STR_INIT;
	struct slice name;
	char target[1024];
	ssize_t len;

	str_addf(&path, "%s%s", folder, file);
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

/* What a git folder has to do with the branch, added to `hold`. */
static int look_into(const char *folder, const char *ref, struct hold *hold, struct err *err)
{
	if (names_branch(folder, "HEAD", ref, &hold->head, err) < 0 ||
	    names_branch(folder, "rebase-merge/head-name", ref, &hold->rebase, err) < 0)
		return -1;
	return names_branch(folder, "rebase-apply/head-name", ref, &hold->rebase, err);
}

/*
 * Has the repository of a linked working tree no working tree of its own? Its HEAD is no checkout
 * then.
 */
static int main_is_bare(const char *common, int *bare, struct err *err)
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

/* The main working tree, seen from a linked one. */
static int look_into_main(struct repo *r, const char *ref, struct hold *hold, struct err *err)
{
	const char *common = git_repository_commondir(r->git);
	int bare;

	if (git_repository_is_worktree(r->git) != 1)
		return 0;
	if (main_is_bare(common, &bare, err) < 0)
		return -1;
	return bare ? 0 : look_into(common, ref, hold, err);
}

/* One linked working tree, unless it is this one. */
static int look_into_other(struct repo *r, const char *folder, const char *ref, struct hold *hold,
			   struct err *err)
{
	struct stat own, other;

	if (stat(git_repository_path(r->git), &own) < 0 || stat(folder, &other) < 0)
		return err_os(err, &CODE_io, place_of(folder), "cannot look at the git folder");
	return own.st_dev == other.st_dev && own.st_ino == other.st_ino ?
		       0 :
		       look_into(folder, ref, hold, err);
}

/* The linked working trees, also one whose folder is away at the moment. */
static int look_into_linked(struct repo *r, const char *ref, struct hold *hold, struct err *err)
{
	AUTO_STR struct str folders = STR_INIT;
	const struct dirent *entry;
	int failed = 0;
	DIR *dir;

	str_addf(&folders, "%sworktrees", git_repository_commondir(r->git));
	dir = opendir(folders.ptr);
	if (!dir)
		return errno == ENOENT ? 0 :
					 err_os(err, &CODE_io, place_of(folders.ptr),
						"cannot list the working trees");
	while (!failed && (entry = readdir(dir)) != NULL) {
		AUTO_STR struct str folder = STR_INIT;

		str_addf(&folder, "%s/%s/", folders.ptr, entry->d_name);
		if (entry->d_name[0] != '.')
			failed = look_into_other(r, folder.ptr, ref, hold, err);
	}
	(void)closedir(dir);
	return failed;
}

int checkouts_find(struct repo *r, const char *branch, bool *here, struct err *err)
{
	struct hold own = { false, false }, others = { false, false };
	AUTO_STR struct str ref = STR_INIT;

	str_addf(&ref, "refs/heads/%s", branch);
	if (look_into(git_repository_path(r->git), ref.ptr, &own, err) < 0 ||
	    look_into_main(r, ref.ptr, &others, err) < 0 ||
	    look_into_linked(r, ref.ptr, &others, err) < 0)
		return -1;
	if (own.rebase || others.rebase) {
		(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)),
			      "the branch '%s' is being rebased", branch);
		return err_remedy(err, "end that first: git rebase --continue, or --abort");
	}
	*here = own.head && repo_workdir(r);
	if (*here || !others.head)
		return 0;
	(void)err_set(err, &CODE_checked_out, place_of(repo_where(r)),
		      "the branch '%s' is checked out in another worktree", branch);
	return err_remedy(err, "run the command there; git worktree list shows where");
}

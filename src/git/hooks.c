#include "git/hooks.h"

#include "git/internal.h"

#include <stdlib.h>
#include <unistd.h>

/* Those that `git commit` runs, in its order (githooks(5)). */
static const char *const commit_hooks[] = { "pre-commit", "prepare-commit-msg", "commit-msg",
					    "post-commit" };

/*
 * Appends the folder of the hooks: core.hooksPath, or "hooks" of the repository, which linked
 * worktrees share.
 */
static void add_folder(const struct repo *r, git_config *config, struct str *out)
{
	AUTO_STR struct str path = STR_INIT;

	if (!config_text(config, "core.hookspath", &path)) {
		str_addf(out, "%shooks", git_repository_commondir(r->git));
		return;
	}
	if (path.ptr[0] != '/' && path.ptr[0] != '~')
		str_addf(out, "%s/", repo_where(r));
	config_add_path(str_slice(&path), out);
}

bool hooks_runs(struct slice name)
{
	return slice_is(name, "pre-commit") || slice_is(name, "commit-msg");
}

bool hook_find(const struct repo *r, const char *name, struct str *path)
{
	AUTO_GIT(config) git_config *config = NULL;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return false;
	add_folder(r, config, path);
	str_addf(path, "/%s", name);
	return access(path->ptr, X_OK) == 0;
}

struct slices hooks_of_commits(const struct repo *r, struct arena *arena)
{
	enum { HOOKS = sizeof(commit_hooks) / sizeof(commit_hooks[0]) };
	struct slices out = { arena_array(arena, HOOKS, sizeof(struct slice)), 0 };

	for (size_t i = 0; i < HOOKS; i++) {
		AUTO_STR struct str path = STR_INIT;

		if (hook_find(r, commit_hooks[i], &path))
			out.items[out.n++] = slice_of(commit_hooks[i]);
	}
	return out;
}

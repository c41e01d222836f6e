#include "git/hooks.h"

#include "git/internal.h"

#include <stdlib.h>
#include <unistd.h>

/* Those that `git commit` runs, in its order (githooks(5)). */
static const char *const commit_hooks[] = { "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit" };

/* Appends the folder of the hooks: core.hooksPath, or "hooks" of the repository, which linked worktrees share. */
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

struct slices hooks_of_commits(const struct repo *r, struct arena *arena)
{
	enum { HOOKS = sizeof(commit_hooks) / sizeof(commit_hooks[0]) };
	struct slices out = { arena_array(arena, HOOKS, sizeof(struct slice)), 0 };
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str folder = STR_INIT;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return out;
	add_folder(r, config, &folder);
	for (size_t i = 0; i < HOOKS; i++) {
		AUTO_STR struct str path = STR_INIT;

		str_addf(&path, "%s/%s", folder.ptr, commit_hooks[i]);
		if (access(path.ptr, X_OK) == 0)
			out.items[out.n++] = slice_of(commit_hooks[i]);
	}
	return out;
}

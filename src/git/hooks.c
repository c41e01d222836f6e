#include "git/hooks.h"

#include "base/file.h"
#include "base/process.h"
#include "git/commit_read_internal.h"
#include "git/config_internal.h"
#include "git/hooks_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * `git hook run` could find and start hooks (git 2.36; 2.34 is supported), but not what the rest of
 * this file is about: an index of the commit, checks of what a hook changed, and time limits.
 */

/* --- finding -------------------------------------------------------------- */

/* The hooks that `git commit` runs, in its order (githooks(5)). */
static const char *const commit_hooks[] = { "pre-commit", "prepare-commit-msg", "commit-msg",
					    "post-commit" };

/*
 * Appends the directory of the hooks: core.hooksPath, or "hooks" of the repository, which linked
 * worktrees share.
 */
static void add_directory(const struct repo *r, git_config *config, struct str *out)
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
	add_directory(r, config, path);
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

/* --- running -------------------------------------------------------------- */

/* The default time limit of a hook, and the largest message. */
enum { TIMEOUT_MS = 300000, MESSAGE_MAX = 1 << 20 };

/* Variables of the environment. */
enum { GIT_INDEX, AUTHOR_NAME, AUTHOR_EMAIL, AUTHOR_DATE, GIT_DIRECTORY, WORK_TREE, NVARIABLES };

/* One run of the hooks. */
struct hooks_process {
	struct repo *repo;
	const struct hooks_options *options;
	struct str directory;      /* temporary, in the Git directory */
	struct str index, message; /* the files in it */
	struct str variables[NVARIABLES];
	const char *env[NVARIABLES + 3];
};

/*
 * True if git finds the repository from the top of its working tree. Not if GIT_DIR or
 * core.worktree specify where that is.
 */
static bool is_discoverable(const struct hooks_process *h)
{
	git_buf found = { 0 };
	bool same = !getenv("GIT_DIR") &&
		    git_repository_discover(&found, repo_where(h->repo), 0, NULL) == 0 &&
		    !strcmp(found.ptr, git_repository_path(h->repo->git));

	git_buf_dispose(&found);
	return same;
}

/*
 * Makes the environment that `git commit` gives its hooks (githooks(5), and
 * determine_author_info() in git's builtin/commit.c).
 */
static void make_environment(struct hooks_process *h, const git_signature *author)
{
	int offset = author->when.offset, zone = offset < 0 ? -offset : offset;
	size_t n = 0;

	str_addf(&h->variables[GIT_INDEX], "GIT_INDEX_FILE=%s", h->index.ptr);
	str_addf(&h->variables[AUTHOR_NAME], "GIT_AUTHOR_NAME=%s", author->name);
	str_addf(&h->variables[AUTHOR_EMAIL], "GIT_AUTHOR_EMAIL=%s", author->email);
	str_addf(&h->variables[AUTHOR_DATE], "GIT_AUTHOR_DATE=@%lld %c%02d%02d",
		 (long long)author->when.time, offset < 0 ? '-' : '+', zone / 60, zone % 60);
	if (!is_discoverable(h)) {
		str_addf(&h->variables[GIT_DIRECTORY], "GIT_DIR=%s",
			 git_repository_path(h->repo->git));
		str_addf(&h->variables[WORK_TREE], "GIT_WORK_TREE=%s", repo_where(h->repo));
	}
	h->env[n++] = "GIT_EDITOR=:";
	h->env[n++] = "GIT_PREFIX=";
	for (size_t i = 0; i < NVARIABLES; i++)
		if (h->variables[i].len)
			h->env[n++] = h->variables[i].ptr;
}

/* Makes the directory and the environment. */
static int begin_hooks(struct hooks_process *h, const git_signature *author, struct err *err)
{
	str_addf(&h->directory, "%sgcb-hooks-XXXXXX", git_repository_path(h->repo->git));
	if (!mkdtemp(h->directory.ptr)) {
		(void)err_os(err, &CODE_io, place_of(h->directory.ptr),
			     "cannot create the directory");
		h->directory.len = 0;
		return -1;
	}
	str_addf(&h->index, "%s/index", h->directory.ptr);
	str_addf(&h->message, "%s/COMMIT_EDITMSG", h->directory.ptr);
	make_environment(h, author);
	return 0;
}

/* Removes and frees everything. */
static void end_hooks(struct hooks_process *h)
{
	if (h->directory.len) {
		(void)unlink(h->index.ptr);
		(void)unlink(h->message.ptr);
		(void)rmdir(h->directory.ptr);
	}
	str_release(&h->directory);
	str_release(&h->index);
	str_release(&h->message);
	for (size_t i = 0; i < NVARIABLES; i++)
		str_release(&h->variables[i]);
}

/* Runs a program in the top directory of the working tree. */
static int run_program(const struct hooks_process *h, const char *const *argv, bool show,
		       struct process_result *r, struct err *err)
{
	struct process p = { .argv = argv,
			     .env = h->env,
			     .directory = repo_where(h->repo),
			     .interactive = h->options->interactive };

	p.timeout_ms = h->options->timeout_ms ? h->options->timeout_ms : TIMEOUT_MS;
	p.on_line = show ? h->options->on_line : NULL;
	p.ctx = h->options->ctx;
	return process_run(&p, r, err);
}

/* Runs a command of git on the index. */
static int run_git(const struct hooks_process *h, const char *const *argv, struct process_result *r,
		   struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();

	if (run_program(h, argv, false, r, err) < 0)
		return -1;
	if (r->exit_code == 0)
		return 0;
	return err_set(err, &CODE_git, NOWHERE, "git %s: %" SLICE_FMT, argv[1],
		       SLICE_ARG(process_last_line(r, arena)));
}

/* Makes the index: the user's, to keep its stat data, changed to the tree of the commit. */
static int make_index(const struct hooks_process *h, const char *commit, struct err *err)
{
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_STR struct str users = STR_INIT, bytes = STR_INIT;
	const char *const argv[] = { "git", "read-tree", "--reset", commit, NULL };
	const char *own = getenv("GIT_INDEX_FILE");

	str_adds(&users, own && *own ? own : git_repository_path(h->repo->git));
	if (!own || !*own)
		str_adds(&users, "index");
	if (file_exists(users.ptr) &&
	    (file_read(users.ptr, FILE_MAX, &bytes, err) < 0 ||
	     file_replace(h->index.ptr, str_slice(&bytes), 0600, err) < 0))
		return -1;
	return run_git(h, argv, &r, err);
}

/* Passes on the standard output of a hook, line by line, as git does. */
static void pass_output(const struct hooks_process *h, struct slice text)
{
	for (size_t at = 0; at < text.len && h->options->on_line;) {
		struct slice rest = slice_sub(text, at, text.len);
		size_t end = slice_find_byte(rest, '\n');
		AUTO_STR struct str line = STR_INIT;

		end = end < rest.len ? end : rest.len;
		str_add_visible(&line, slice_sub(rest, 0, end), false);
		h->options->on_line(h->options->ctx, str_slice(&line));
		at += end + 1;
	}
}

/* Runs one hook, if it exists. */
static int run_hook(const struct hooks_process *h, const char *name, const char *arg,
		    struct err *err)
{
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str path = STR_INIT;
	const char *argv[] = { NULL, arg, NULL };
	struct slice message;

	if (!hook_find(h->repo, name, &path))
		return 0;
	argv[0] = path.ptr;
	if (run_program(h, argv, true, &r, err) < 0)
		return err_wrap(err, "%s", name);
	pass_output(h, str_slice(&r.out));
	if (r.exit_code == 0)
		return 0;
	message = process_last_line(&r, arena);
	if (!message.len)
		message = slice_trim(str_slice(&r.out));
	return err_set(err, &CODE_hook_refused, NOWHERE, "%s failed with exit code %d%s%" SLICE_FMT,
		       name, r.exit_code, message.len ? ": " : "", SLICE_ARG(message));
}

/* Refuses if the index no longer equals the tree of the commit. */
static int check_index(const struct hooks_process *h, const git_oid *tree, struct err *err)
{
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	const char *const argv[] = { "git", "write-tree", NULL };
	char text[GIT_OID_HEXSZ + 1];

	if (run_git(h, argv, &r, err) < 0)
		return -1;
	if (slice_is(slice_trim(str_slice(&r.out)), git_oid_tostr(text, sizeof(text), tree)))
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE, "pre-commit changed the index");
}

/* Appends the bytes of the changed files in the working tree, one after the other. */
static void read_files(const struct repo *r, const struct changes *changes, struct str *out)
{
	for (size_t i = 0; i < changes->n; i++) {
		AUTO_STR struct str path = STR_INIT;
		struct err ignored = ERR_INIT;
		size_t before = out->len;

		str_addf(&path, "%s%" SLICE_FMT, repo_where(r), SLICE_ARG(changes->items[i].path));
		(void)file_read(path.ptr, FILE_MAX, out, &ignored);
		str_addf(out, "\n%zu\n", out->len - before);
	}
}

/* Runs pre-commit, which must not change anything. */
static int run_pre_commit(const struct hooks_process *h, const git_commit *commit,
			  const struct changes *changes, struct err *err)
{
	AUTO_STR struct str path = STR_INIT, before = STR_INIT, after = STR_INIT;
	char text[GIT_OID_HEXSZ + 1];

	if (!hook_find(h->repo, "pre-commit", &path))
		return 0;
	if (make_index(h, git_oid_tostr(text, sizeof(text), git_commit_id(commit)), err) < 0)
		return -1;
	read_files(h->repo, changes, &before);
	if (run_hook(h, "pre-commit", NULL, err) < 0 ||
	    check_index(h, git_commit_tree_id(commit), err) < 0)
		return -1;
	read_files(h->repo, changes, &after);
	if (slice_eq(str_slice(&before), str_slice(&after)))
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE,
		       "pre-commit changed a committed file in the working tree");
}

/*
 * Runs commit-msg, which may change the message. It is then cleaned up as `git commit -m` does
 * (--cleanup=whitespace of git-commit(1)).
 */
static int run_commit_msg(const struct hooks_process *h, struct slice text, struct str *out,
			  struct err *err)
{
	AUTO_STR struct str path = STR_INIT, left = STR_INIT;
	git_buf clean = { 0 };

	if (!hook_find(h->repo, "commit-msg", &path)) {
		str_add(out, text);
		return 0;
	}
	if (file_replace(h->message.ptr, text, 0600, err) < 0 ||
	    run_hook(h, "commit-msg", h->message.ptr, err) < 0)
		return -1;
	if (file_read(h->message.ptr, MESSAGE_MAX, &left, err) < 0)
		return -1;
	if (slice_find_byte(str_slice(&left), '\0') != SIZE_MAX)
		return err_set(err, &CODE_hook_refused, NOWHERE,
			       "commit-msg wrote a NUL byte to the message");
	if (git_message_prettify(&clean, left.ptr ? left.ptr : "", 0, '#') < 0)
		return git_fail(err, NOWHERE, "cannot clean up the message that commit-msg wrote");
	str_add(out, (struct slice){ clean.ptr, clean.size });
	git_buf_dispose(&clean);
	if (out->len)
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE, "commit-msg wrote an empty message");
}

int hooks_run(struct repo *r, const struct hooks_commit *made, const struct hooks_options *options,
	      struct str *out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;
	struct hooks_process h = { .repo = r,
				   .options = options,
				   .directory = STR_INIT,
				   .index = STR_INIT,
				   .message = STR_INIT };
	int failed;

	for (size_t i = 0; i < NVARIABLES; i++)
		h.variables[i] = (struct str)STR_INIT;
	if (commit_open(r, made->id, &commit, err) < 0)
		return -1;
	failed = begin_hooks(&h, git_commit_author(commit), err) < 0 ||
		 run_pre_commit(&h, commit, made->changes, err) < 0 ||
		 run_commit_msg(&h, made->message, out, err) < 0;
	end_hooks(&h);
	return failed ? -1 : 0;
}

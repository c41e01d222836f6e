#include "git/hooks.h"

#include "base/file.h"
#include "base/process.h"
#include "git/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Time for one hook, when nothing else is said; the largest message. */
enum { TIMEOUT_MS = 300000, MESSAGE_MAX = 1 << 20 };

/* Words of the environment. */
enum { GIT_INDEX, AUTHOR_NAME, AUTHOR_EMAIL, AUTHOR_DATE, GIT_FOLDER, WORK_TREE, NWORDS };

/* One run of the hooks. */
struct hooking {
	struct repo *repo;
	const struct hooks_options *way;
	struct str folder;         /* a folder of its own in the git folder */
	struct str index, message; /* the files in it */
	struct str words[NWORDS];
	const char *env[NWORDS + 3];
};

/*
 * Does git find the repository from the top of its working tree? Not where GIT_DIR or core.worktree
 * say where that is.
 */
static bool is_found(const struct hooking *h)
{
	git_buf found = { 0 };
	bool same = !getenv("GIT_DIR") &&
		    git_repository_discover(&found, repo_where(h->repo), 0, NULL) == 0 &&
		    !strcmp(found.ptr, git_repository_path(h->repo->git));

	git_buf_dispose(&found);
	return same;
}

/*
 * The environment that `git commit` gives its hooks (githooks(5), and determine_author_info() in
 * git's builtin/commit.c).
 */
static void make_environment(struct hooking *h, const git_signature *author)
{
	int offset = author->when.offset, zone = offset < 0 ? -offset : offset;
	size_t n = 0;

	str_addf(&h->words[GIT_INDEX], "GIT_INDEX_FILE=%s", h->index.ptr);
	str_addf(&h->words[AUTHOR_NAME], "GIT_AUTHOR_NAME=%s", author->name);
	str_addf(&h->words[AUTHOR_EMAIL], "GIT_AUTHOR_EMAIL=%s", author->email);
	str_addf(&h->words[AUTHOR_DATE], "GIT_AUTHOR_DATE=@%lld %c%02d%02d",
		 (long long)author->when.time, offset < 0 ? '-' : '+', zone / 60, zone % 60);
	if (!is_found(h)) {
		str_addf(&h->words[GIT_FOLDER], "GIT_DIR=%s", git_repository_path(h->repo->git));
		str_addf(&h->words[WORK_TREE], "GIT_WORK_TREE=%s", repo_where(h->repo));
	}
	h->env[n++] = "GIT_EDITOR=:";
	h->env[n++] = "GIT_PREFIX=";
	for (size_t i = 0; i < NWORDS; i++)
		if (h->words[i].len)
			h->env[n++] = h->words[i].ptr;
}

/* Makes the folder, and the environment. */
static int begin(struct hooking *h, const git_signature *author, struct err *err)
{
	str_addf(&h->folder, "%sgcb-hooks-XXXXXX", git_repository_path(h->repo->git));
	if (!mkdtemp(h->folder.ptr)) {
		(void)err_os(err, &CODE_io, place_of(h->folder.ptr), "cannot be made");
		h->folder.len = 0;
		return -1;
	}
	str_addf(&h->index, "%s/index", h->folder.ptr);
	str_addf(&h->message, "%s/COMMIT_EDITMSG", h->folder.ptr);
	make_environment(h, author);
	return 0;
}

/* Takes all away again. */
static void end(struct hooking *h)
{
	if (h->folder.len) {
		(void)unlink(h->index.ptr);
		(void)unlink(h->message.ptr);
		(void)rmdir(h->folder.ptr);
	}
	str_release(&h->folder);
	str_release(&h->index);
	str_release(&h->message);
	for (size_t i = 0; i < NWORDS; i++)
		str_release(&h->words[i]);
}

/* Runs a program in the top of the working tree. */
static int run(const struct hooking *h, const char *const *argv, bool heard,
	       struct process_result *r, struct err *err)
{
	struct process p = { .argv = argv,
			     .env = h->env,
			     .directory = repo_where(h->repo),
			     .interactive = h->way->interactive };

	p.timeout_ms = h->way->timeout_ms ? h->way->timeout_ms : TIMEOUT_MS;
	p.on_line = heard ? h->way->on_line : NULL;
	p.ctx = h->way->ctx;
	return process_run(&p, r, err);
}

/* git's own part: one of its commands on the index. */
static int run_git(const struct hooking *h, const char *const *argv, struct process_result *r,
		   struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();

	if (run(h, argv, false, r, err) < 0)
		return -1;
	if (r->exit_code == 0)
		return 0;
	return err_set(err, &CODE_git, NOWHERE, "git %s: %" SLICE_FMT, argv[1],
		       SLICE_ARG(process_last_line(r, arena)));
}

/*
 * The index: the user's, so that what git knows of the files stays known, made the tree of the
 * commit.
 */
static int make_index(const struct hooking *h, const char *commit, struct err *err)
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

/* What a hook said on standard output, line by line, as git shows it, too. */
static void relay(const struct hooking *h, struct slice text)
{
	for (size_t at = 0; at < text.len && h->way->on_line;) {
		struct slice rest = slice_sub(text, at, text.len);
		size_t end = slice_find_byte(rest, '\n');
		AUTO_STR struct str line = STR_INIT;

		end = end < rest.len ? end : rest.len;
		str_add_visible(&line, slice_sub(rest, 0, end), false);
		h->way->on_line(h->way->ctx, str_slice(&line));
		at += end + 1;
	}
}

/* Runs one hook, if it is there. */
static int run_hook(const struct hooking *h, const char *name, const char *arg, struct err *err)
{
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str path = STR_INIT, out = STR_INIT;
	const char *argv[] = { NULL, arg, NULL };
	struct slice words;

	if (!hook_find(h->repo, name, &path))
		return 0;
	argv[0] = path.ptr;
	if (run(h, argv, true, &r, err) < 0)
		return err_wrap(err, "%s", name);
	relay(h, str_slice(&r.out));
	if (r.exit_code == 0)
		return 0;
	words = process_last_line(&r, arena);
	if (!words.len) {
		str_add_visible(&out, slice_trim(str_slice(&r.out)), false);
		words = str_slice(&out);
	}
	return err_set(err, &CODE_hook_refused, NOWHERE, "%s ends with %d%s%" SLICE_FMT, name,
		       r.exit_code, words.len ? ": " : "", SLICE_ARG(words));
}

/* Is the index still the commit's tree? */
static int check_index(const struct hooking *h, const git_oid *tree, struct err *err)
{
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	const char *const argv[] = { "git", "write-tree", NULL };
	char text[GIT_OID_HEXSZ + 1];

	if (run_git(h, argv, &r, err) < 0)
		return -1;
	if (slice_is(slice_trim(str_slice(&r.out)), git_oid_tostr(text, sizeof(text), tree)))
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE,
		       "pre-commit changed what is to be committed");
}

/* The bytes of the changed files in the working tree, one after the other. */
static void read_files(const struct repo *r, const struct change *changes, size_t n,
		       struct str *out)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_STR struct str path = STR_INIT;
		struct err ignored = ERR_INIT;
		size_t before = out->len;

		str_addf(&path, "%s%" SLICE_FMT, repo_where(r), SLICE_ARG(changes[i].path));
		(void)file_read(path.ptr, FILE_MAX, out, &ignored);
		str_addf(out, "\n%zu\n", out->len - before);
	}
}

/* pre-commit, which must leave all as it is. */
static int pre_commit(const struct hooking *h, const git_commit *commit,
		      const struct change *changes, size_t n, struct err *err)
{
	AUTO_STR struct str path = STR_INIT, before = STR_INIT, after = STR_INIT;
	char text[GIT_OID_HEXSZ + 1];

	if (!hook_find(h->repo, "pre-commit", &path))
		return 0;
	if (make_index(h, git_oid_tostr(text, sizeof(text), git_commit_id(commit)), err) < 0)
		return -1;
	read_files(h->repo, changes, n, &before);
	if (run_hook(h, "pre-commit", NULL, err) < 0 ||
	    check_index(h, git_commit_tree_id(commit), err) < 0)
		return -1;
	read_files(h->repo, changes, n, &after);
	if (slice_eq(str_slice(&before), str_slice(&after)))
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE,
		       "pre-commit changed a file of the working tree that is to be changed");
}

/*
 * commit-msg, which may change the message; cleaned up after it as `git commit -m` does
 * (--cleanup=whitespace of git-commit(1)).
 */
static int commit_msg(const struct hooking *h, struct slice text, struct str *out, struct err *err)
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
			       "commit-msg left a NUL byte in the message");
	if (git_message_prettify(&clean, left.ptr ? left.ptr : "", 0, '#') < 0)
		return git_fail(err, NOWHERE,
				"the message that commit-msg left cannot be cleaned up");
	str_add(out, (struct slice){ clean.ptr, clean.size });
	git_buf_dispose(&clean);
	if (out->len)
		return 0;
	return err_set(err, &CODE_hook_refused, NOWHERE, "commit-msg left an empty message");
}

int hooks_run(struct repo *r, const struct oid *made, const struct change *changes, size_t n,
	      struct slice text, const struct hooks_options *way, struct str *out, struct err *err)
{
	AUTO_GIT(commit) git_commit *commit = NULL;
	struct hooking h = {
		.repo = r, .way = way, .folder = STR_INIT, .index = STR_INIT, .message = STR_INIT
	};
	int failed;

	for (size_t i = 0; i < NWORDS; i++)
		h.words[i] = (struct str)STR_INIT;
	if (commit_open(r, made, &commit, err) < 0)
		return -1;
	failed = begin(&h, git_commit_author(commit), err) < 0 ||
		 pre_commit(&h, commit, changes, n, err) < 0 || commit_msg(&h, text, out, err) < 0;
	end(&h);
	return failed ? -1 : 0;
}

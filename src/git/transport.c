#include "git/remote_internal.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/redact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Time for one run, when nothing else is said. */
enum { TIMEOUT_MS = 300000, MOST_ARGS = 448 };

/* --- running git ---------------------------------------------------------- */

/* Relays what git says, without secrets. */
static void relay(void *ctx, struct slice line)
{
	const struct remote_options *way = ctx;
	AUTO_STR struct str shown = STR_INIT;

	while (slice_ends(line, SLICE(" ")))
		line.len--;
	redact(&shown, line);
	way->on_line(way->ctx, str_slice(&shown));
}

/* Has the user said how ssh is to be run? */
static bool has_ssh_command(struct repo *r)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str value = STR_INIT;

	if (getenv("GIT_SSH_COMMAND") || getenv("GIT_SSH"))
		return true;
	return git_repository_config_snapshot(&config, r->git) == 0 &&
	       config_text(config, "core.sshcommand", &value);
}

int git_feed(struct repo *r, const struct remote_options *way, const char *const *args,
	     struct slice input, struct process_result *result, struct err *err)
{
	const char *argv[MOST_ARGS + 6] = { "git", "-c", "gc.auto=0", "-c",
					    "maintenance.auto=false" };
	const char *env[5] = { NULL, "LC_ALL=C" };
	struct process p = {
		.argv = argv, .env = env, .directory = repo_where(r), .interactive = way->interactive
	};
	AUTO_STR struct str folder = STR_INIT;
	size_t n = 5, nenv = 2;

	for (; *args && n < MOST_ARGS + 5; args++)
		argv[n++] = *args;
	if (*args)
		fatal("too many arguments for git");
	str_addf(&folder, "GIT_DIR=%s", git_repository_path(r->git));
	env[0] = folder.ptr;
	if (!way->interactive) {
		env[nenv++] = "GIT_TERMINAL_PROMPT=0";
		if (!has_ssh_command(r))
			env[nenv++] = "GIT_SSH_COMMAND=ssh -oBatchMode=yes";
	}
	p.timeout_ms = way->timeout_ms ? way->timeout_ms : TIMEOUT_MS;
	p.input = input;
	p.on_line = way->on_line ? relay : NULL;
	p.ctx = (void *)(uintptr_t)way;
	return process_run(&p, result, err);
}

int git_run(struct repo *r, const struct remote_options *way, const char *const *args,
	    struct process_result *result, struct err *err)
{
	return git_feed(r, way, args, SLICE_NONE, result, err);
}

/* --- what its words mean -------------------------------------------------- */

/* Words of git, curl and ssh, in the C locale, and what they mean. The first that occurs counts. */
static const struct {
	const char *words;
	const struct code *code;
} meanings[] = {
	{ "couldn't find remote ref", &CODE_no_branch },
	{ "Authentication failed", &CODE_remote_denied },
	{ "could not read Username", &CODE_remote_denied },
	{ "could not read Password", &CODE_remote_denied },
	{ "terminal prompts disabled", &CODE_remote_denied },
	{ "Permission denied", &CODE_remote_denied },
	{ "The requested URL returned error: 401", &CODE_remote_denied },
	{ "The requested URL returned error: 403", &CODE_remote_denied },
	{ "Host key verification failed", &CODE_remote_denied },
	{ "Repository not found", &CODE_remote_denied },
	{ "access denied", &CODE_remote_denied },
	{ "not authorized", &CODE_remote_denied },
	{ "Could not resolve", &CODE_remote_unreachable },
	{ "Failed to connect", &CODE_remote_unreachable },
	{ "Couldn't connect", &CODE_remote_unreachable },
	{ "Connection refused", &CODE_remote_unreachable },
	{ "Connection timed out", &CODE_remote_unreachable },
	{ "Connection reset", &CODE_remote_unreachable },
	{ "Connection closed", &CODE_remote_unreachable },
	{ "Network is unreachable", &CODE_remote_unreachable },
	{ "No route to host", &CODE_remote_unreachable },
	{ "Operation timed out", &CODE_remote_unreachable },
	{ "unable to access", &CODE_remote_unreachable },
	{ "the remote end hung up", &CODE_remote_unreachable },
	{ "Could not read from remote repository", &CODE_remote_unreachable },
};

/*
 * The line that says what is wrong: the first that begins with "fatal: ", as git's last lines are
 * advice; else the last one.
 */
static struct slice words_of(const struct process_result *result, struct arena *arena)
{
	struct slice all = str_slice(&result->err);
	size_t at = slice_starts(all, SLICE("fatal: ")) ? 0 : slice_find(all, SLICE("\nfatal: ")),
	       end;
	AUTO_STR struct str shown = STR_INIT;

	if (at == SIZE_MAX)
		return process_last_line(result, arena);
	at += at ? 8 : 7;
	all = slice_sub(all, at, all.len);
	end = slice_find_byte(all, '\n');
	str_add_visible(&shown, slice_sub(all, 0, end == SIZE_MAX ? all.len : end), false);
	return arena_copy(arena, str_slice(&shown));
}

int git_said(const struct remote *remote, const char *what, const struct process_result *result,
	     struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str words = STR_INIT;
	const struct code *code = &CODE_remote;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]) && code == &CODE_remote; i++)
		if (slice_find(str_slice(&result->err), slice_of(meanings[i].words)) != SIZE_MAX)
			code = meanings[i].code;
	redact(&words, words_of(result, arena));
	return err_set(err, code, NOWHERE, "cannot %s %" SLICE_FMT " (%" SLICE_FMT "): %s", what,
		       SLICE_ARG(remote->name), SLICE_ARG(remote->url),
		       words.len ? words.ptr : "git did not say why");
}

/* --- fetching ------------------------------------------------------------- */

/* Did another process hold the lock of a ref meanwhile? Then the same again is right. */
static bool was_locked(const struct process_result *result)
{
	return slice_find(str_slice(&result->err), SLICE("cannot lock ref")) != SIZE_MAX ||
	       slice_find(str_slice(&result->err), SLICE("unable to update local ref")) !=
		       SIZE_MAX ||
	       slice_find(str_slice(&result->err), SLICE("shallow.lock")) != SIZE_MAX;
}

/* Runs a fetch, again when another one in this clone was at it. */
static int fetch(struct repo *r, const struct remote *remote, const char *const *args,
		 const struct remote_options *way, struct err *err)
{
	enum { TRIES = 8 };

	for (int try = 1;; try++) {
		AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;

		if (git_run(r, way, args, &result, err) < 0)
			return err_wrap(err, "cannot fetch from %" SLICE_FMT,
					SLICE_ARG(remote->name));
		if (result.exit_code == 0)
			return git_odb_refresh(r->odb) < 0 ?
				       git_fail(err, NOWHERE, "cannot read what was fetched") :
				       0;
		if (try == TRIES || !was_locked(&result))
			return git_said(remote, "fetch from", &result, err);
		(void)clock_sleep_ms(20L * try);
	}
}

int remote_fetch(struct repo *r, const struct remote *remote, const char *branch,
		 const struct remote_options *way, struct oid *tip, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT;
	const char *args[] = {
		"fetch",          "--quiet", "--refmap=", "--no-tags", "--no-recurse-submodules",
		remote->name.ptr, NULL,      NULL
	};
	int missing;

	if (remote_check_branch(branch, err) < 0)
		return -1;
	str_addf(&spec, "+refs/heads/%s:", branch);
	remote_tracking(remote, branch, &spec);
	args[6] = spec.ptr;
	if (fetch(r, remote, args, way, err) < 0) {
		if (err->code == &CODE_no_branch) {
			(void)err_set(err, &CODE_no_branch, NOWHERE,
				      "%" SLICE_FMT " has no branch '%s'", SLICE_ARG(remote->name),
				      branch);
			(void)err_remedy(err, "git push -u %" SLICE_FMT " %s, or say --offline",
					 SLICE_ARG(remote->name), branch);
		}
		return -1;
	}
	missing = remote_tip(r, remote, branch, tip, NULL, err);
	return missing > 0 ? err_set(err, &CODE_remote, NOWHERE,
				     "git fetched '%s', and it is not there", branch) :
			     missing;
}

int remote_fetch_under(struct repo *r, const struct remote *remote, const char *under,
		       const struct remote_options *way, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT;
	const char *args[] = {
		"fetch",   "--quiet",        "--refmap=", "--no-tags", "--no-recurse-submodules",
		"--prune", remote->name.ptr, NULL,        NULL
	};

	if (remote_check_branch(under, err) < 0)
		return -1;
	str_addf(&spec, "+refs/heads/%s/*:", under);
	remote_tracking(remote, under, &spec);
	str_adds(&spec, "/*");
	args[7] = spec.ptr;
	return fetch(r, remote, args, way, err);
}

int remote_deepen(struct repo *r, const struct remote *remote, const char *branch, unsigned commits,
		  const struct remote_options *way, struct err *err)
{
	AUTO_STR struct str spec = STR_INIT, depth = STR_INIT;
	const char *args[] = {
		"fetch", "--quiet",        "--refmap=", "--no-tags", "--no-recurse-submodules",
		NULL,    remote->name.ptr, NULL,        NULL
	};

	if (remote_check_branch(branch, err) < 0)
		return -1;
	if (!remote_is_shallow(r))
		return 0;
	str_adds(&depth, "--unshallow");
	if (commits) {
		depth.len = 0;
		str_addf(&depth, "--deepen=%u", commits);
	}
	str_addf(&spec, "+refs/heads/%s:", branch);
	remote_tracking(remote, branch, &spec);
	args[5] = depth.ptr;
	args[7] = spec.ptr;
	return fetch(r, remote, args, way, err);
}

int remote_ask(struct repo *r, const struct remote *remote, const char *ref,
	       const struct remote_options *way, struct oid *tip, struct err *err)
{
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	const char *const args[] = { "ls-remote", "--quiet", remote->name.ptr, ref, NULL };
	struct slice said, name = slice_of(ref);
	git_oid id;

	if (!slice_starts(name, SLICE("refs/heads/")) ||
	    remote_check_branch(ref + strlen("refs/heads/"), err) < 0)
		return err_set(err, &CODE_no_branch, NOWHERE, "'%s' is not a branch", ref);
	if (git_run(r, way, args, &result, err) < 0)
		return err_wrap(err, "cannot ask %" SLICE_FMT, SLICE_ARG(remote->name));
	if (result.exit_code)
		return git_said(remote, "ask", &result, err);
	said = str_slice(&result.out);
	while (said.len) {
		size_t end = slice_find_byte(said, '\n');
		struct slice line = slice_sub(said, 0, end == SIZE_MAX ? said.len : end);

		if (line.len == 41 + name.len && slice_eq(slice_sub(line, 41, name.len), name) &&
		    git_oid_fromstrn(&id, line.ptr, 40) == 0) {
			oid_from_git(&id, tip);
			return 0;
		}
		said = slice_sub(said, line.len + 1, said.len);
	}
	return 1;
}

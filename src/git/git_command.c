#include "git/git_command_internal.h"

#include "base/alloc.h"
#include "base/redact.h"
#include "git/config_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>

/* The default time limit of a run, and the number of arguments at most. */
enum { TIMEOUT_MS = 300000, MOST_ARGS = 448 };

/* --- running git ---------------------------------------------------------- */

/* Passes on a line of git's standard error, without secrets. */
static void pass_line(void *ctx, struct slice line)
{
	const struct remote_options *options = ctx;
	AUTO_STR struct str shown = STR_INIT;

	while (slice_ends(line, SLICE(" ")))
		line.len--;
	redact(&shown, line);
	options->on_line(options->ctx, str_slice(&shown));
}

/* True if the user configured how ssh is run. */
static bool has_ssh_command(struct repo *r)
{
	AUTO_GIT(config) git_config *config = NULL;
	AUTO_STR struct str value = STR_INIT;

	if (getenv("GIT_SSH_COMMAND") || getenv("GIT_SSH"))
		return true;
	return git_repository_config_snapshot(&config, r->git) == 0 &&
	       config_text(config, "core.sshcommand", &value);
}

int git_run(struct repo *r, const struct git_command *command, struct process_result *result,
	    struct err *err)
{
	const struct remote_options *options = command->options;
	const char *argv[MOST_ARGS + 6] = { "git", "-c", "gc.auto=0", "-c",
					    "maintenance.auto=false" };
	const char *env[5] = { NULL, "LC_ALL=C" };
	struct process p = { .argv = argv,
			     .env = env,
			     .directory = repo_where(r),
			     .input = command->input,
			     .interactive = options->interactive };
	AUTO_STR struct str directory = STR_INIT;
	const char *const *args = command->args;
	size_t n = 5, nenv = 2;

	for (; *args && n < MOST_ARGS + 5; args++)
		argv[n++] = *args;
	if (*args)
		fatal("too many arguments for git");
	str_addf(&directory, "GIT_DIR=%s", git_repository_path(r->git));
	env[0] = directory.ptr;
	if (!options->interactive) {
		env[nenv++] = "GIT_TERMINAL_PROMPT=0";
		if (!has_ssh_command(r))
			env[nenv++] = "GIT_SSH_COMMAND=ssh -oBatchMode=yes";
	}
	p.timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
	p.on_line = options->on_line ? pass_line : NULL;
	p.ctx = (void *)(uintptr_t)options;
	return process_run(&p, result, err);
}

/* --- its errors ----------------------------------------------------------- */

/* Messages of git, curl and ssh, in the C locale, and their codes. The first that occurs counts. */
static const struct {
	const char *text;
	const struct code *code;
} messages[] = {
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
 * That is the first line that begins with "fatal: ", since git's last lines are advice; else the
 * last line.
 */
struct slice git_message(const struct process_result *result, struct arena *arena)
{
	struct slice all = str_slice(&result->err);
	size_t at = slice_starts(all, SLICE("fatal: ")) ? 0 : slice_find(all, SLICE("\nfatal: ")),
	       end;

	if (at == SIZE_MAX)
		return process_last_line(result, arena);
	at += at ? 8 : 7;
	all = slice_sub(all, at, all.len);
	end = slice_find_byte(all, '\n');
	return arena_copy(arena, slice_sub(all, 0, end == SIZE_MAX ? all.len : end));
}

int git_fail_remote(const struct remote *remote, const char *what,
		    const struct process_result *result, struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_STR struct str message = STR_INIT;
	const struct code *code = &CODE_remote;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]) && code == &CODE_remote; i++)
		if (slice_find(str_slice(&result->err), slice_of(messages[i].text)) != SIZE_MAX)
			code = messages[i].code;
	redact(&message, git_message(result, arena));
	return err_set(err, code, NOWHERE, "cannot %s %" SLICE_FMT " (%" SLICE_FMT "): %s", what,
		       SLICE_ARG(remote->name), SLICE_ARG(remote->url),
		       message.len ? message.ptr : "git printed no message");
}

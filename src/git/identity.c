#include "git/identity_internal.h"

#include "git/config_internal.h"
#include "git/git_command_internal.h"
#include "git/libgit2_internal.h"
#include "git/repo_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * `git var` determines the identity: environment, author.* or committer.*, user.*, EMAIL, and all
 * forms of dates. A repository asks once for each role and keeps the answer, so that the commits of
 * a command have one date and a series of commits costs one process (2 ms), not one each.
 */

static const struct role_names {
	const char *name, *variable, *env_name, *env_email, *env_date, *key_name, *key_email;
} roles[] = {
	[ROLE_AUTHOR] = { "author", "GIT_AUTHOR_IDENT", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL",
			  "GIT_AUTHOR_DATE", "author.name", "author.email" },
	[ROLE_COMMITTER] = { "committer", "GIT_COMMITTER_IDENT", "GIT_COMMITTER_NAME",
			     "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "committer.name",
			     "committer.email" },
};

/* True if both environment variables have the same value, or neither is set. */
static bool same_variable(const char *a, const char *b)
{
	const char *x = getenv(a), *y = getenv(b);

	return x && y ? !strcmp(x, y) : !x && !y;
}

/* True if nothing distinguishes the author from the committer. */
static bool same_person(git_config *config)
{
	const struct role_names *a = &roles[ROLE_AUTHOR], *c = &roles[ROLE_COMMITTER];
	AUTO_STR struct str value = STR_INIT;

	return same_variable(a->env_name, c->env_name) &&
	       same_variable(a->env_email, c->env_email) &&
	       same_variable(a->env_date, c->env_date) &&
	       !config_text(config, a->key_name, &value) &&
	       !config_text(config, a->key_email, &value) &&
	       !config_text(config, c->key_name, &value) &&
	       !config_text(config, c->key_email, &value);
}

/* The error of a `git var` that failed. */
static int fail_identity(const struct role_names *role, const struct process_result *result,
			 struct err *err)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slice message = git_message(result, arena);

	if (slice_starts(message, SLICE("invalid date format"))) {
		(void)err_set(err, &CODE_identity, NOWHERE, "%s is not a date: '%s'",
			      role->env_date, getenv(role->env_date));
		return err_remedy(err,
				  "write it as '2026-01-31T12:00:00+0000' or '@SECONDS +0000'");
	}
	return err_set(err, &CODE_identity, NOWHERE,
		       "cannot determine the identity of the %s: %" SLICE_FMT, role->name,
		       SLICE_ARG(message));
}

/*
 * Asks git. It must not guess: the user and host of a CI job are not an identity.
 * user.useConfigOnly forbids that, and EMAIL with it, which is therefore passed on.
 */
static int ask_git(struct repo *r, git_config *config, const struct role_names *role,
		   struct str *out, struct err *err)
{
	enum { TIMEOUT_MS = 60000 };
	static const struct remote_options options = { .timeout_ms = TIMEOUT_MS };
	AUTO_PROCESS struct process_result result = PROCESS_RESULT_INIT;
	AUTO_STR struct str email = STR_INIT, known = STR_INIT;
	const char *env = getenv("EMAIL");
	const char *args[7] = { "-c", "user.useConfigOnly=true" };
	size_t n = 2;

	if (env && *env && !config_text(config, "user.email", &known)) {
		str_addf(&email, "user.email=%s", env);
		args[n++] = "-c";
		args[n++] = email.ptr;
	}
	args[n++] = "var";
	args[n] = role->variable;
	if (git_run(r, &(struct git_command){ .args = args, .options = &options }, &result, err) <
	    0)
		return err_wrap(err, "cannot determine the identity of the %s", role->name);
	if (result.exit_code)
		return fail_identity(role, &result, err);
	if (slice_find(str_slice(&result.out), SLICE(" <> ")) != SIZE_MAX)
		return err_set(err, &CODE_identity, NOWHERE,
			       "the e-mail address of the %s is empty", role->name);
	str_add(out, slice_trim(str_slice(&result.out)));
	return 0;
}

/* Fills in one role, and the other one if it is the same person. */
static int find_identity(struct repo *r, enum role role, struct str *line, struct err *err)
{
	struct str *other = role == ROLE_AUTHOR ? &r->committer : &r->author;
	AUTO_GIT(config) git_config *config = NULL;

	if (git_repository_config_snapshot(&config, r->git) < 0)
		return git_fail(err, place_of(repo_where(r)), "cannot read git's configuration");
	if (ask_git(r, config, &roles[role], line, err) < 0)
		return -1;
	if (!other->len && same_person(config))
		str_add(other, str_slice(line));
	return 0;
}

int identity_line(struct repo *r, enum role role, struct slice *out, struct err *err)
{
	struct str *line = role == ROLE_AUTHOR ? &r->author : &r->committer;

	if (!line->len && find_identity(r, role, line, err) < 0)
		return -1;
	*out = str_slice(line);
	return 0;
}

int identity_signature(struct repo *r, enum role role, git_signature **out, struct err *err)
{
	struct slice line;

	if (identity_line(r, role, &line, err) < 0)
		return -1;
	return git_signature_from_buffer(out, line.ptr) < 0 ?
		       git_fail(err, NOWHERE, "cannot use the identity of the %s",
				roles[role].name) :
		       0;
}

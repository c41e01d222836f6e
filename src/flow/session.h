/*
 * session.h - the owner of what one command reads from a repository, and its settings.
 *
 * A session holds no results. These are values, each made from the one before:
 *
 *	struct base_commit   the commit to build on                 (base_commit.h)
 *	struct fleet         its migration files, the selected ones (fleet.h)
 *	struct evidence      manifests, environments, baselines     (gather.h)
 *	struct plan          what will change                       (plan_intents.h)
 *	struct publication   the commits, pushed                    (publish.h)
 *
 * The session outlives all of them. A value is released after those that were made from it.
 */
#ifndef GCB_FLOW_SESSION_H
#define GCB_FLOW_SESSION_H

#include "base/err.h"
#include "base/progress.h"

struct session;

/* Which tip of the branch a command builds on. */
enum session_base {
	BASE_FETCHED, /* the remote's as last fetched; the local one if it was never fetched, or
			 there is no remote */
	BASE_FRESH,   /* the remote's, fetched now; the local one if there is no remote */
	BASE_LOCAL    /* the local one */
};

/* The settings of a session. All of it is borrowed, and outlives the session. */
struct session_options {
	const char *repo, *migrations_dir, *templates_dir; /* NULL: the defaults */
	const char *branch; /* the branch to work on, whatever the migrations specify; NULL: theirs,
			       or the default one (base_commit_default) */
	enum session_base base;
	bool within_search; /* read only manifests.path and manifests.search of the migrations */
	bool interactive;   /* a user can answer, for instance when asked for a passphrase */
	bool hooks;         /* run the hooks that git commit runs */
	/*
	 * Called with each line that git, or the other side, writes during a fetch or push, and
	 * with each line of a hook, without secrets and control characters. NULL: not wanted.
	 */
	void (*on_remote_line)(void *ctx, struct slice line);
	void (*on_hook_line)(void *ctx, struct slice line);
	void *ctx;
	struct progress progress;
};

/*
 * Opens the repository. Errors: no_repo, git, and a migrations directory that is no path inside the
 * repository.
 */
int session_open(struct session **out, const struct session_options *options, struct err *err);

/* Frees it with all that it owns. NULL is fine. */
void session_close(struct session *s);

/* Closes a session when the variable goes out of scope. */
#define AUTO_SESSION __attribute__((cleanup(session_auto_)))
void session_auto_(struct session **s);

/* The directory of the working tree with a slash at its end; NULL in a bare repository. */
const char *session_workdir(const struct session *s);

/* The directory to name in messages: the working tree, else the repository. */
const char *session_where(const struct session *s);

/* The directory of the migration files, in the repository. */
const char *session_migrations_dir(const struct session *s);

/* The directory of the user's templates; NULL: built-in templates only. */
const char *session_templates_dir(const struct session *s);

/* The progress to report to. */
const struct progress *session_progress(const struct session *s);

#endif

/*
 * session.h - one command's work in a repository: the commit it builds on, its migrations, the
 * plan, the commits.
 *
 * The only place that sees both columns: it reads with git, hands bytes to the pure part, and
 * writes what that made. Calling order: session_open, session_select, session_plan, then
 * session_publish (publish.h); session_close.
 */
#ifndef GCB_FLOW_SESSION_H
#define GCB_FLOW_SESSION_H

#include "base/finding.h"
#include "base/change.h"
#include "base/map.h"
#include "base/progress.h"
#include "flow/search_paths.h"
#include "git/hooks.h"
#include "git/remote.h"
#include "plan/plan.h"

struct selected {
	const struct migration **items; /* in the session's arena */
	size_t n;
};

struct session {
	struct repo *repo;
	struct arena *arena;
	const struct session_options *options;
	struct slice branch; /* the branch that is applied, and that the command builds on */
	struct oid base;     /* its tip: the remote's, or the local one where there is no remote, or
				none is asked */
	struct remote remote; /* name absent: the base is the local branch */
	struct err *homeless; /* HEAD's branch is not at the remote; NULL: it is, or nobody asked */
	long long fetched; /* when the remote's tip was fetched, in seconds since 1970; 0: not known
			    */
	const char *migrations_dir, *templates_dir; /* templates_dir: NULL: built-in ones */
	struct migration **all; /* every migration file of the commit that can be read, in the order
				   of their names; or those asked for */
	size_t n;
	struct map only;             /* names of those; empty: all */
	struct findings broken;      /* migration files that cannot be read */
	struct selected selected;    /* by session_select: what session_plan reads the files for */
	struct bounds bounds;        /* what session_plan reads of the tree */
	struct inventory *inventory; /* made by session_plan */
	struct repository_id here;
	struct environment_index *reach; /* with the inventory: which environments the files of the
				commit end up in */
	struct baselines *baselines;
	struct partition *parts; /* of the selected migrations; with the inventory */
	struct map blobs; /* names of blobs whose bytes are in `blob_bytes`, so that they need not
			     be read again */
	struct slice *blob_bytes;
	size_t nblobs, blobs_cap;
	struct template *message; /* of commits, once it is wanted */
	size_t looked;            /* files and versions that were looked at, for who waits */
};

/* What a session builds on. */
enum session_base {
	BASE_FETCHED, /* the remote's branch as it was fetched last; the local one where it never
			 was, or there is no remote */
	BASE_FRESH,   /* the remote's branch, fetched now; the local one where there is no remote */
	BASE_LOCAL,   /* the local branch */
	BASE_COMMIT   /* the commit `at`, whatever branch the migrations say: to look back */
};

/* How to find things; NULL: the defaults. All of it is borrowed, and outlives the session. */
struct session_options {
	const char *repo, *migrations_dir, *templates_dir;
	enum session_base base;
	const struct oid *at;      /* BASE_COMMIT */
	struct slices only;        /* read only the migration files of these names; empty: all */
	bool bounded;              /* do not look outside of the folders of manifests.search */
	struct remote_options way; /* how git is run */
	struct progress progress;
	const struct hooks_options
		*hooks; /* run the hooks that a commit of git's would; NULL: do not */
};

/*
 * Opens the repository and reads the migration files of the branch that HEAD is on, or of what the
 * remote has of it. A repository with a detached HEAD is read at that commit, and `branch` stays
 * absent until session_select finds it in the migrations. Errors: no_repo, no_commit, git, and what
 * remote_find and remote_fetch say.
 */
int session_open(struct session **out, const struct session_options *options, struct err *err);

/* Frees it with all that came from it. NULL is fine. */
void session_close(struct session *s);
#define AUTO_SESSION __attribute__((cleanup(session_auto_)))
void session_auto_(struct session **s);

/* Remembers the bytes of a blob, which live as long as the session. */
void session_know(struct session *s, const struct oid *blob, struct slice bytes);

/* The bytes of a blob that session_know was told of, else absent. */
struct slice session_known(const struct session *s, const struct oid *blob);

/* Are these the bytes of a migration file, which names hosts and is no manifest? */
bool session_has_migration(const struct session *s, struct slice path, struct slice bytes);

/* Which migrations a command is about: names, or those whose labels match, or all. */
struct selection {
	struct slices names;
	struct slice selector; /* absent: none */
	bool all;
	bool check_later; /* the caller does session_check_clean when it has a plan */
};

/*
 * Selects. When the migrations say another branch than HEAD's, the session moves there and selects
 * again; they must agree. A migration file whose version in the working tree is not the commit's is
 * refused. Errors: nothing_selected, no_migration (with the nearest name, or "commit it"),
 * migration_dirty, detached, no_branch, usage (a bad selector), and what is wrong with a named
 * migration's file.
 */
int session_select(struct session *s, const struct selection *want, struct selected *out,
		   struct err *err);

/*
 * Refuses a selected migration whose file in the working tree is neither the commit's nor what
 * `planned` (NULL: nothing) makes of it, as a command does that was killed before it could move the
 * branch. Error: migration_dirty.
 */
int session_check_clean(const struct session *s, const struct changes *planned, struct err *err);

/*
 * Reads the tree and the history as far as they matter to all selected migrations, once. Errors:
 * git, shallow.
 */
int session_read(struct session *s, struct err *err);

/*
 * Does session_read, and makes the plan for some of them; freed with
 * plan_release. May be called again (the files are read once). Errors: git, shallow, and what
 * reading a template says.
 */
int session_plan(struct session *s, const struct intent *intents, size_t n, struct plan *out,
		 struct err *err);

/*
 * Frees what only session_plan needs, which is not called any more: what history says, and what is
 * parsed; and where there is no working tree to be compared, all files of the commit: of the plan's
 * changes, which are on the branch itself, the bytes of before are then empty.
 */
void session_forget(struct session *s, struct plan *plan);

/*
 * Only the inventory, for looking around before there is a migration (init): the files that matter
 * to `m`. `m` must outlive the session.
 */
int session_survey(struct session *s, const struct migration *m, struct err *err);

/*
 * For those who fill the inventory themselves (survey.c, discover.c): makes `s->reach` of it, once
 * it has all files.
 */
void session_read_environments(struct session *s);

#endif

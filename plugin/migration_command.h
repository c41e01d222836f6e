/*
 * migration_command.h - what the commands on migrations share: the options that find migrations,
 * and opening the repository with them.
 */
#ifndef GCB_PLUGIN_MIGRATION_COMMAND_H
#define GCB_PLUGIN_MIGRATION_COMMAND_H

#include "flow/fleet.h"
#include "plugin/command.h"

/*
 * What a command does with the branch that is applied, and whether it reads only the directories of
 * spec.manifests.search.
 */
enum migration_access {
	ACCESS_READ,     /* reads it, as it was last fetched */
	ACCESS_READ_ALL, /* the same, in all directories */
	ACCESS_WRITE,    /* builds on it, as it is now */
	ACCESS_WRITE_ALL /* the same, in all directories */
};

/* How the contexts of these commands begin. */
struct migration_context {
	struct common common;
	struct slice repo, migrations, templates; /* directories; absent: the defaults */
	struct slice branch; /* absent: that of the migrations, or the default one */
	struct slice selector;
	bool all, fetch, offline, hooks;
	long verbosity;
	enum migration_access access; /* not an option: set before opening */
	bool recover;                 /* the same */
	bool check_later;             /* not an option: see struct selection */
};

/* --repo, --migrations, --templates, --fetch, --offline, -v */
extern const struct record migration_repo_options;

/* --branch; of init it is a field of the migration. */
extern const struct record migration_branch_options;

/* -l, --all */
extern const struct record migration_select_options;

/* --hooks */
extern const struct record migration_hooks_options;

/* --to and --adopt of commands that only show stages. */
struct preview_context {
	struct slice to;
	bool adopt;
};

extern const struct record migration_preview_options;

/* The stage of --to into `*to`, which is left alone without it. Error: stage_bad. */
int migration_preview_stage(const struct preview_context *ctx, struct stage *to, struct err *err);

/* Opens the session that the options specify. It borrows from `app`. */
int migration_open(struct app *app, const struct migration_context *ctx, struct session **out,
		   struct err *err);

/* If a command that writes works on another branch than the one that is checked out: notes it. */
void migration_note_checkout(const struct app *app, const struct migration_context *ctx,
			     const struct base_commit *base);

/* Opens it and the fleet, with the migrations that arguments and options select. */
int migration_select(struct app *app, const struct migration_context *ctx, struct session **session,
		     struct fleet *fleet, struct err *err);

#endif

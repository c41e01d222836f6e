/*
 * work.h - what the commands on migrations share: the options that find them, asking, and putting
 * out.
 *
 * Changing commands only make intents; work_run takes them down the pipe to a stopping point.
 */
#ifndef GCB_PLUGIN_WORK_H
#define GCB_PLUGIN_WORK_H

#include "base/finding.h"
#include "flow/publish.h"
#include "plugin/command.h"

/* How the contexts of these commands begin. */
struct work_context {
	struct common common;
	struct slice repo, migrations, templates; /* folders; absent: the defaults */
	struct slice selector;
	bool all, fetch, offline, hooks;
	long verbosity;
	bool check_later;   /* not an option: see struct selection */
	struct slices only; /* not an option: see struct session_options */
};

extern const struct record
	work_repo_options; /* --repo, --migrations, --templates, --fetch, --offline, -v */
extern const struct record work_select_options; /* -l, --all */

extern const struct record work_hooks_options; /* --hooks */

/* The folder of --templates, or NULL. */
const char *work_templates(const struct work_context *w);

/*
 * What a command does to the branch that is applied, and whether it looks outside of the folders of
 * manifests.search.
 */
enum work_kind {
	WORK_READS,   /* looks at it, as it was fetched last */
	WORK_LOOKS,   /* the same, everywhere */
	WORK_CHANGES, /* builds on it, as it is now */
	WORK_ENDS     /* the same, everywhere */
};

/* Opens the session that the options say. It borrows from `app`. */
int work_open(struct app *app, const struct work_context *w, enum work_kind kind,
	      struct session **out, struct err *err);

/* Opens it and selects the migrations that words and options name. */
int work_select(struct app *app, const struct work_context *w, enum work_kind kind,
		struct session **session, struct selected *out, struct err *err);

/*
 * Says on app->talk what is left to be done after commits: why the local branch did not follow what
 * was pushed (absent: it did), or how `branches`, with a blank between them, are pushed, when that
 * was not wanted now (--offline).
 */
void work_say_behind(const struct app *app, struct session *s, struct slice branches,
		     struct slice behind);

/* Names on app->talk the hooks that a commit of git's would have run, and this one did not. */
void work_say_hooks(const struct app *app, const struct session *s);

/*
 * Says on app->talk what was found of at least this severity: "warning: place: reason; remedy
 * [CODE]".
 */
void work_print_findings(const struct app *app, const struct findings *f, enum severity least);

/*
 * Asks "question [y/N]" on app->talk when somebody is there to answer; `yes` (--yes) answers for
 * them. Error: not_confirmed, also when nobody is there.
 */
int work_confirm(const struct app *app, bool yes, const char *question, struct err *err);

/* The worse of two outcomes: the first that occurs of 143, 130, 2, 1, 6, 5, 0. */
enum exit_code work_worse(enum exit_code a, enum exit_code b);

/* The outcome that a refused step has: that of the finding that stopped it. EXIT_OK for others. */
enum exit_code work_step_exit(const struct step *step);

#endif

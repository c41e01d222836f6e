/*
 * newfile.h - new migration files: init makes one, discover many. Both check and report in the same
 * way.
 *
 * Calling order: newfile_make, newfile_check, newfile_guard, then newfile_write_all for all of
 * them; newfile_release.
 */
#ifndef GCB_PLUGIN_NEWFILE_H
#define GCB_PLUGIN_NEWFILE_H

#include "flow/gather.h"
#include "plugin/command.h"

struct newfile {
	const struct migration *m; /* as migration_check leaves it */
	struct slice path;         /* in the repository */
	struct str text;
};

/*
 * Makes the text of the file from the template. Freed with newfile_release. Errors: as
 * migration_write and templates_get.
 */
int newfile_make(struct newfile *out, const struct app *app, const struct session *s,
		 const struct migration *m, struct err *err);
void newfile_release(struct newfile *f);

/*
 * Refuses a migration whose name already exists, committed or not. A file that is to be committed
 * may exist with exactly these bytes: a run that was killed left it. Error: exists.
 */
int newfile_check(const struct newfile *f, const struct app *app, const struct base_commit *base,
		  bool commit, struct err *err);

/*
 * Refuses a file that something in the repository would apply, unless the file's own guards prevent
 * it. Errors: would_apply.
 */
int newfile_guard(const struct newfile *f, const struct app *app, const struct evidence *evidence,
		  struct err *err);

/* Where and how files are written. */
struct newfile_writer {
	struct app *app;
	const struct base_commit *base;
	bool commit; /* as one commit on the branch that is applied; else to the working tree */
	bool yes;    /* commit without asking */
};

/*
 * Writes `n` files (1 at least); `*hex`, if committed, is the commit's id. Errors: usage (a bare
 * repository), detached, not_confirmed, io, git.
 */
int newfile_write_all(const struct newfile_writer *w, const struct newfile *files, size_t n,
		      struct slice *hex, struct err *err);

/* "migration/NAME created: FILE in COMMIT", on stdout. */
void newfile_report(const struct newfile *f, const struct app *app, struct slice hex);

#endif

/*
 * newfile.h - migration files that are made: by init one, by discover many. What both guard and say
 * alike stands here.
 *
 * Calling order: newfile_make, newfile_check, newfile_guard, then newfiles_write for all of them;
 * newfile_release.
 */
#ifndef GCB_PLUGIN_NEWFILE_H
#define GCB_PLUGIN_NEWFILE_H

#include "flow/gather.h"
#include "plugin/work.h"

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
 * Is there no migration of this name yet, committed or not? One that is to be committed may lie
 * there with the very same bytes: a run that was killed left it. Error: exists.
 */
int newfile_check(const struct newfile *f, const struct app *app, const struct base_commit *base,
		  bool commit, struct err *err);

/*
 * Does nothing of the repository apply the file, whose manifests were gathered? What the
 * file's own guards keep off is fine. Errors: would_apply.
 */
int newfile_guard(const struct newfile *f, const struct app *app, const struct evidence *evidence,
		  struct err *err);

/*
 * Writes `n` files (1 at least) to the working tree, or, to `commit`, as one commit on the branch
 * that is applied, after asking (`yes`: without);
 * `*hex`, if committed, is the commit's name. Errors: usage (a bare repository), detached,
 * not_confirmed, io, git.
 */
int newfiles_write(const struct newfile *files, size_t n, struct app *app,
		   const struct base_commit *base, bool commit, bool yes, struct slice *hex,
		   struct err *err);

/* "migration/NAME created: FILE in COMMIT", as init says it. */
void newfile_say(const struct newfile *f, const struct app *app, struct slice hex);

#endif

/*
 * rows.h - a step of a plan as a row that can be printed: by its record as table, JSON, YAML and
 * names.
 */
#ifndef GCB_PLUGIN_ROWS_H
#define GCB_PLUGIN_ROWS_H

#include "base/finding.h"
#include "flow/publish.h"
#include "plugin/command.h"

struct step_row {
	struct slice name;
	struct slice from_host, to_host;
	struct slice from, to; /* stages; from "mixed" when the routes disagree */
	struct slice next;     /* status: the stage that promote would go to; absent: none */
	struct slice outcome; /* planned, promoted, rolled-back, unchanged, refused, held, finished,
				 patch ... */
	struct slice hold;
	struct slice branch, commit, undo;
	struct slices skipped;
	struct rows audiences, shares, environments, files, findings;
};

/* Columns of each: what `status`, `plan` and changing commands show as a table. */
extern const struct record status_record, plan_record, result_record;
extern const struct record share_record, file_record, finding_record;

/* Findings as rows of finding_record, in `arena`. */
struct rows finding_rows(const struct findings *f, struct arena *arena);

/*
 * A file and one of the environments that it ends up in; a file that ends up in none has a row
 * without one.
 */
extern const struct record environment_record;

/* Where files end up, as rows of environment_record; their texts outlive the plan. */
struct rows environment_rows(const struct placements *l, struct arena *arena);

/* A file of a step. */
struct file_row {
	struct slice path, change; /* "added", "changed" */
	long added, removed;
};

/* Fills a row all but its files; its texts outlive the plan. */
void step_row_fill(struct step_row *row, const struct step *step, struct app *app);

/*
 * Its files with their lines counted, which takes longer than all the rest of a row. Errors: git.
 */
int step_row_files(struct step_row *row, const struct step *step, struct app *app, struct err *err);

/* Findings as rows of finding_record, in the arena. */
struct rows finding_rows(const struct findings *f, struct arena *arena);

/* Rows of all steps of a plan, in app->arena; with their files, if wanted. Errors: git. */
int step_rows(const struct plan *plan, bool files, struct app *app, struct step_row **rows,
	      struct err *err);

/* With -o json or yaml: the error as a document, when the command that failed has put none out. */
void error_show(struct app *app, const struct err *err);

/* Says on `to` what one step will do: stages, who gets what, files, findings. */
void step_show(const struct app *app, const struct step *step, const struct step_row *row,
	       FILE *to);

#endif

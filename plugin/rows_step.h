/*
 * rows_step.h - a step of a plan as a row that can be printed: by its record as table, JSON, YAML
 * and names.
 */
#ifndef GCB_PLUGIN_ROWS_STEP_H
#define GCB_PLUGIN_ROWS_STEP_H

#include "flow/outcome.h"
#include "plugin/command.h"

struct step_row {
	struct slice name;
	struct slice from_host, to_host;
	struct slice from, to; /* stages; from "mixed" when the routes disagree */
	struct slice next;     /* status: the stage that promote would go to; absent: none */
	enum step_outcome outcome;
	struct slice hold;
	struct slice branch, commit, undo;
	struct slices skipped;
	struct rows audiences, shares, environments, files, findings;
};

/*
 * What documents of plans and results contain besides their columns, and the field of a record of
 * step_rows that includes it. Each command has its own columns.
 */
extern const struct record step_detail_record;
#define ROW_STEP_DETAILS                                                                           \
	{                                                                                          \
		.kind = VALUE_RECORD, .of = &step_detail_record                                    \
	}

/* Tables inside a row: shares of the traffic, and files. */
extern const struct record share_record, file_record;

/* Fills a row without its files; its texts outlive the plan. */
void step_row_fill(struct step_row *row, const struct step *step, struct app *app);

/*
 * Its files with their lines counted, which takes longer than all the rest of a row. Errors: git.
 */
int step_row_files(struct step_row *row, const struct step *step, struct app *app, struct err *err);

/* Rows of all steps of a plan, in app->arena; with their files, if wanted. Errors: git. */
int step_rows(const struct plan *plan, bool files, struct app *app, struct step_row **rows,
	      struct err *err);

#endif

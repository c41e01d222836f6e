/*
 * step_report.h - a step for people: its stages, tables of the traffic and of files.
 */
#ifndef GCB_PLUGIN_STEP_REPORT_H
#define GCB_PLUGIN_STEP_REPORT_H

#include "plugin/rows_step.h"
#include "plugin/say.h"

/* Writes what a step will do; `row` is that of the step. */
void step_report(const struct app *app, const struct step *step, const struct step_row *row,
		 enum say_stream to);

#endif

/*
 * commit_report.h - remarks on stderr after commits: what is left to do, and which hooks did not
 * run.
 */
#ifndef GCB_PLUGIN_COMMIT_REPORT_H
#define GCB_PLUGIN_COMMIT_REPORT_H

#include "flow/base_commit.h"
#include "plugin/command.h"

/*
 * Why the local branch did not follow what was pushed (`behind` absent: it did), or how `branches`,
 * separated by blanks, are pushed if that was not wanted now (--offline).
 */
void commit_report_unpushed(const struct app *app, const struct base_commit *base,
			    struct slice branches, struct slice behind);

/* The hooks that git commit would have run. */
void commit_report_hooks(const struct app *app, const struct session *s);

#endif

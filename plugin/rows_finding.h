/*
 * rows_finding.h - findings as rows that can be printed, and as lines.
 */
#ifndef GCB_PLUGIN_ROWS_FINDING_H
#define GCB_PLUGIN_ROWS_FINDING_H

#include "base/finding.h"
#include "plugin/command.h"

/* The fields of a row; it has no columns. */
extern const struct record finding_record;

/* Findings as rows of finding_record, in `arena`. */
struct rows finding_rows(const struct findings *f, struct arena *arena);

/* The remedy of a finding: its own, else that of its code. */
struct slice finding_remedy(const struct finding *f);

/* "error", "warning", "info", or "allowed" for an error that the migration accepts. */
const char *finding_word(const struct finding *f);

/*
 * Writes the findings of at least this severity to stderr, a line each: "warning: place: reason;
 * remedy [CODE]".
 */
void findings_say(const struct app *app, const struct findings *f, enum severity least);

#endif

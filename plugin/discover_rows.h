/*
 * discover_rows.h - a host of a ServiceEntry as a row that can be printed.
 */
#ifndef GCB_PLUGIN_DISCOVER_ROWS_H
#define GCB_PLUGIN_DISCOVER_ROWS_H

#include "base/arena.h"
#include "discover/discover.h"
#include "plugin/command.h"

struct discover_row {
	struct slice name, host, ns, entry, path, protocol, location, resolution, to, verdict,
		migration, file, commit;
	struct slices ports, proposed, why, used_by, environments;
	struct rows uses, placements, findings, entries;
	long line, endpoints, routes;
	const struct candidate *of;
};

/* Its columns and fields. */
extern const struct record discover_record;

/* What a document contains behind the hosts. */
struct discover_document {
	struct rows unreadable;
};

extern const struct record discover_document_record;

/* Fills it in from a discovery, which must outlive it; lists are in the arena. */
void discover_document_fill(struct discover_document *doc, const struct discovery *d,
			    struct arena *arena);

/* Fills a row in from a candidate, which must outlive it; lists are in the arena. */
void discover_row_fill(struct discover_row *row, const struct candidate *c, struct arena *arena);

#endif

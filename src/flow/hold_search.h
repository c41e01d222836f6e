/*
 * hold_search.h - holds that only whole commits show, and all sides of merges.
 *
 * The walk along the first parents (history.h, baseline.h) shows nearly all holds. This looks at
 * what it cannot see: commits on the other sides of merges that changed a file of a migration,
 * unless the merge did just the same; and routes that came to a file or left it. Only for
 * migrations with one of these, whole commits are read and judged (stage_history.h).
 */
#ifndef GCB_FLOW_HOLD_SEARCH_H
#define GCB_FLOW_HOLD_SEARCH_H

#include "base/map.h"
#include "flow/fleet.h"
#include "git/history.h"
#include "plan/baseline.h"

/* A name of a file in the history. */
struct file_name {
	struct slice path;
	size_t file; /* index into baselines_paths */
};

/* What the walk along the first parents has seen. */
struct walked_history {
	struct history_line line;
	struct file_name *names; /* each once; in the arena of the session */
	size_t n, cap;
	struct map known; /* of the names */
};

/* Adds a name that a file had, unless it is known. */
void walked_history_add(struct walked_history *walked, struct slice path, size_t file,
			struct arena *arena);
void walked_history_release(struct walked_history *walked);

/*
 * Sets the holds of the migrations in question in the baselines. Errors: git, shallow.
 */
int hold_search(const struct fleet *fleet, const struct walked_history *walked,
		struct baselines *baselines, struct err *err);

#endif

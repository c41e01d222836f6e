/*
 * history_graph.h - the commits on all sides of the merges of a first-parent line, and which of
 * them change certain files.
 *
 * history_each follows the first parents, so that it does not see what another parent of a merge
 * brought along, if the files of the merge are those of the first one: a change that was undone
 * before, for example. The graph has the commits of the line, and those that are reachable from its
 * merges, but not from the end of the line.
 */
#ifndef GCB_GIT_HISTORY_GRAPH_H
#define GCB_GIT_HISTORY_GRAPH_H

#include "git/history.h"

struct graph_query {
	const struct history_line *line;
	const struct slice *paths;
	size_t n;
	bool whole; /* also find the changes of the commits of the line; else only those of merges
		       on it that changed one of the files, or brought commits that did */
	size_t max; /* the most commits beside the line that are read */
};

/* A file that a commit changes, compared with its first parent. */
struct graph_change {
	size_t commit;       /* index */
	size_t path;         /* index into the paths of the query */
	struct oid from, to; /* blobs; zeros: the file does not exist */
};

struct graph_commit {
	struct oid id;
	const size_t *parents; /* indices; GRAPH_NONE: not in the graph */
	size_t nparents;
	size_t entry; /* index of the oldest commit of the line that contains it; of one of the
			 line: its own */
};

#define GRAPH_NONE SIZE_MAX

/*
 * The commits: first `nline` of the line, in its order, then others up to `ninner`, then parents of
 * these that are not in the graph, whose own parents are not set. Of merges beside the line, only
 * changes that all of their parents lack.
 */
struct history_graph {
	struct arena *arena;
	struct graph_commit *commits;
	size_t n, nline, ninner;
	struct graph_change *changes; /* in the order of the commits */
	size_t nchanges;
	bool cut; /* not all commits could be read, because there are too many, or because the
		     clone does not contain them */
};

/*
 * Reads the graph. Freed with history_graph_release, also after an error. Errors: git.
 *
 * Cost: for each commit beside the line, the commit and one tree (measured: 10 microseconds).
 */
int history_graph_read(struct repo *r, const struct graph_query *query, struct history_graph *out,
		       struct err *err);
void history_graph_release(struct history_graph *graph);

#endif

/*
 * history.h - earlier versions of files: one first-parent walk for many files, following renames.
 */
#ifndef GCB_GIT_HISTORY_H
#define GCB_GIT_HISTORY_H

#include "git/repo.h"

/*
 * A version of file number `file` of the query: bytes that it had from the commit `since`, which
 * wrote them, to the commit `commit`.
 */
struct file_version {
	size_t file;        /* index into the paths of the query */
	struct oid commit;  /* the newest first-parent commit that has these bytes */
	struct oid since;   /* the oldest one of that unbroken run: the commit that wrote them */
	struct slice path;  /* in `since`; differs from the path of the query before a rename */
	struct slice bytes; /* absent: the file does not exist; `commit` and `since` are then the
			       newest commit without it */
	unsigned mode;      /* in `commit`; 0 with absent bytes */
};

/*
 * The first-parent line of a walk: its commits, the newest first, and which of them are merges. For
 * those who look at the other sides of the merges as well (history_graph.h). Zeros at first, freed
 * with history_line_release.
 */
struct history_line {
	struct oid *commits;
	size_t n, cap;
	struct line_merge {
		size_t at;       /* index of the commit */
		size_t first, n; /* its other parents in `others` */
		bool changed;    /* a file of the walk differs from the first parent */
	} * merges;
	size_t nmerges, merges_cap;
	struct oid *others;
	size_t nothers, others_cap;
};

/* Frees the lists. A line of zeros is fine. */
void history_line_release(struct history_line *line);

/* What `visit` wants: older versions of this file, no more of it, or the end of the walk. */
enum history_answer { HISTORY_MORE = 0, HISTORY_ENOUGH = 1, HISTORY_STOP = 2 };

/* Files, and what receives their versions. */
struct history_query {
	const struct oid *from;
	const struct slice *paths;
	size_t n;
	/*
	 * Returns the bytes of a blob that need not be read again, or an absent slice; NULL: all
	 * are read.
	 */
	struct slice (*known)(const struct oid *blob, void *ctx);
	/* Returns an enum history_answer, or -1 with `err` set. */
	int (*visit)(const struct file_version *v, void *ctx, struct err *err);
	void *ctx; /* for both */
	/*
	 * Where a file begins, and HISTORY_MORE is returned: for how many more commits an older
	 * file of this name is searched.
	 */
	size_t gap;
	struct history_line *line; /* gets the commits that were walked; NULL: not wanted */
};

/*
 * Visits the versions of the files, newest first, walking the first parents of `from` once for all
 * of them. For each file: first the version in `from`, then every older one whose bytes differ from
 * the one before; then, once, an absent version where the file begins. A file that does not exist
 * in `from` has the absent version only; if a file was deleted and added again, the versions before
 * that are ignored. Only regular files count: where a symlink, submodule or directory had the name,
 * the file begins after it. With a `gap`, the walk of a file continues after an absent version, if
 * the visitor wants more: with the versions that it had under this name before, if there are any,
 * else with another absent version, which ends it.
 *
 * A file that a commit added continues under the name of one that the same commit removed, if that
 * had the same bytes, or shared at least half of them in equal lines (the most similar one, and
 * among equals the one with the longest common end of the path); else under that of one that
 * stayed, if at least half of its bytes are in lines that the commit removed from there: a part
 * that was moved into a file of its own. A rename alone is not a version. The walk ends when every
 * file has ended. Slices are valid during the call only.
 *
 * Where the history of a shallow clone ends, the version there is reported as if that commit had
 * written it; if older ones are wanted: error `shallow`. Other errors: too_large (64 MiB), git.
 *
 * Cost: for each commit one tree, and the directories on the way to the files that it changed
 * (measured: 40 microseconds).
 */
int history_each(struct repo *r, const struct history_query *query, struct err *err);

#endif

/*
 * history.h - how files came to be what they are: one first-parent walk for many files, renames
 * followed.
 */
#ifndef GCB_GIT_HISTORY_H
#define GCB_GIT_HISTORY_H

#include "git/repo.h"

/*
 * A version of file number `file` of the walk: bytes that it had from the commit `since`, which
 * wrote them, to the commit `commit`.
 */
struct version {
	size_t file;        /* index into the paths given to history_each */
	struct oid commit;  /* the newest first-parent commit that has these bytes */
	struct oid since;   /* the oldest one in that unbroken run: the commit that wrote them */
	struct slice path;  /* its name in `since`; differs from the given one before a rename */
	struct slice bytes; /* absent: the file is not there; `commit` and `since` are then the
			       newest commit without it */
	unsigned mode;      /* in `commit`; 0 with absent bytes */
};

/* What `visit` wants: older versions of this file, none of it, or nothing more at all. */
enum history_answer { HISTORY_MORE = 0, HISTORY_ENOUGH = 1, HISTORY_STOP = 2 };

/*
 * Visits the versions of `n` files, newest first, walking the first parents of `from` once for all
 * of them. For each file: first the version in `from`, then every older one whose bytes differ from
 * the one before; then, once, an absent version when the file begins. One that is not in `from` has
 * the absent version only; of one that was deleted and made again the versions before count no
 * more. Only regular files count: where a symlink, submodule or folder had the name, the file
 * begins after it.
 *
 * A file that a commit added goes on under the name of one that the same commit removed, if that
 * had the same bytes, or shared at least half of them in equal lines (the most similar one, and
 * among equals the one whose path ends most alike). A rename alone is no version. `known` (NULL:
 * nothing is) returns the bytes of a blob that the caller has anyway, so that they are not read
 * again, or an absent slice. `visit` returns HISTORY_ENOUGH to end this file's walk, HISTORY_MORE
 * to go on, -1 to fail with `err` set. The walk ends when every file has ended. Slices are valid
 * during the call only.
 *
 * Where the history of a shallow clone is cut off, the version there is told as if that commit had
 * written it; if more of the file is wanted then: error `shallow`. Other errors: too_large (64
 * MiB), git.
 *
 * Cost: for each commit one look at its tree, and at the folders on the way to the files that it
 * changed (40 microseconds measured).
 */
int history_each(struct repo *r, const struct oid *from, const struct slice *paths, size_t n,
		 struct slice (*known)(const struct oid *blob, void *ctx),
		 int (*visit)(const struct version *v, void *ctx, struct err *err), void *ctx,
		 struct err *err);

#endif

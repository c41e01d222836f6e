/*
 * commit_read.h - what a commit records, and whether it is an ancestor of another.
 */
#ifndef GCB_GIT_COMMIT_READ_H
#define GCB_GIT_COMMIT_READ_H

#include "git/repo.h"

/* A commit; the texts are in an arena. */
struct commit_info {
	struct oid id, parent, tree; /* parent: the first one; all zero: none */
	unsigned parents;            /* their number */
	struct slice author, email, summary, message;
	long long time; /* the committer's, in seconds since 1970 */
};

/* Reads a commit, texts in `arena`. Error: git. */
int commit_read_info(struct repo *r, const struct oid *commit, struct arena *arena,
		     struct commit_info *out, struct err *err);

/*
 * True if `ancestor` is `commit` or one of its ancestors. False, too, if the history is not
 * complete enough to know.
 */
bool commit_is_ancestor(struct repo *r, const struct oid *ancestor, const struct oid *commit);

/*
 * The commit at which the histories of two commits part (git merge-base) into `*out`. Returns 1 if
 * they have none in common, or the history is not complete enough to know.
 */
int commit_fork(struct repo *r, const struct oid *a, const struct oid *b, struct oid *out);

/* The number of commits of `commit` that are not in `without` (git rev-list --count A..B). */
size_t commit_count(struct repo *r, const struct oid *commit, const struct oid *without);

#endif

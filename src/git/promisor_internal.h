/*
 * promisor_internal.h - missing objects: fetching many at once, and the error if that fails.
 */
#ifndef GCB_GIT_PROMISOR_INTERNAL_H
#define GCB_GIT_PROMISOR_INTERNAL_H

#include "git/promisor.h"

#include <git2.h>

/*
 * Fetches those of the objects that are missing; or the trees of a commit and of commits before it,
 * more each time. Does nothing in complete clones. Failures are not reported: reading the object
 * then fails with missing_object.
 */
void promisor_fetch_blobs(struct repo *r, const git_oid *ids, size_t n);
void promisor_fetch_trees(struct repo *r, const git_oid *commit);

/*
 * The error of an object that cannot be read, as git_fail; in a partial clone with the reason why
 * it could not be fetched, or how to fetch it. Always -1.
 */
int missing_object(const struct repo *r, struct place at, const char *what, struct err *err);

/* Enables fetching of missing objects anew, after the repository was opened anew. Error: git. */
int promisor_renew(struct repo *r, struct err *err);

#endif

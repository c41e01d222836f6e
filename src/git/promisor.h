/*
 * promisor.h - objects that a partial clone left out.
 */
#ifndef GCB_GIT_PROMISOR_H
#define GCB_GIT_PROMISOR_H

#include "git/remote.h"

/*
 * From now on missing objects of a partial clone are fetched when they are read, from the promisor
 * remote, as git does. `options` must outlive the repository. In a complete clone: does nothing.
 * Objects are fetched only in the thread that calls this. Errors: git.
 */
int promisor_enable(struct repo *r, const struct remote_options *options, struct err *err);

#endif

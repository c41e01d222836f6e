/*
 * discover.h - the ServiceEntry hosts of a commit, for discover/discover.h.
 */
#ifndef GCB_FLOW_DISCOVER_H
#define GCB_FLOW_DISCOVER_H

#include "base/finding.h"
#include "discover/discover.h"
#include "flow/gather.h"

/* What was found. Zeros: nothing. */
struct commit_discovery {
	struct evidence evidence; /* inventory and environments */
	struct discovery found;
	struct findings unread; /* manifests that cannot be read: their contents are not listed */
};

/*
 * Reads every manifest of the commit that may contain objects of the mesh, and finds the
 * candidates; freed with discover_commit_release, before the fleet. `port` as discover_make takes
 * it. Errors: git.
 */
int discover_commit(const struct fleet *fleet, int port, struct commit_discovery *out,
		    struct err *err);

/* Frees what it owns. */
void discover_commit_release(struct commit_discovery *d);

#endif

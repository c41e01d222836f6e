/*
 * discover_live.h - the ServiceEntry hosts of a cluster, as discover.h finds those of a commit:
 * only where the objects come from differs.
 */
#ifndef GCB_FLOW_DISCOVER_LIVE_H
#define GCB_FLOW_DISCOVER_LIVE_H

#include "base/arena.h"
#include "flow/discover.h"
#include "flow/live.h"

/* All of it is freed with discover_live_release. */
struct discover_live {
	struct arena *arena;
	struct inventory *inventory; /* each object is a file of its own, "VirtualService shop/web
					in the cluster" */
	struct discovery found;
	struct live_report seen; /* without `of` */
};

/* What to look at. */
struct discover_live_query {
	const struct session *session; /* for its migrations; NULL: there is no repository */
	struct slices namespaces;      /* to try where not all may be read */
	int port;                      /* as discover_make takes it */
};

/*
 * Reads the mesh's kinds of a cluster and finds the candidates. Where not every object of these
 * kinds was seen, none of them is ready: each has an error live_blind. Places have no lines.
 * Errors: live_blind (no ServiceEntry could be read), and those of cluster_read.
 */
int discover_live(struct discover_live *out, const struct kubectl *kubectl,
		  const struct discover_live_query *query, struct err *err);

/* Frees it. One of zeros is fine. */
void discover_live_release(struct discover_live *d);

#endif

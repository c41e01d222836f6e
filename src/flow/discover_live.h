/*
 * discover_live.h - the ServiceEntry hosts of a cluster, as discover.h finds those of a commit:
 * only where the objects come from differs.
 */
#ifndef GCB_FLOW_DISCOVER_LIVE_H
#define GCB_FLOW_DISCOVER_LIVE_H

#include "base/arena.h"
#include "discover/discover.h"
#include "flow/live.h"

/* What was found. Zeros: nothing. */
struct live_discovery {
	struct arena *arena;
	struct inventory *inventory; /* each object is a file of its own, "VirtualService shop/web
					in the cluster" */
	struct discovery found;
	struct live_report seen; /* without `of` */
};

/* What to search. */
struct live_discovery_query {
	const struct fleet *fleet; /* for its migrations; NULL: there is no repository */
	struct slices namespaces;  /* to try if not all may be read */
	int port;                  /* as discover_make takes it */
};

/*
 * Reads the mesh's kinds of a cluster and finds the candidates; freed with discover_live_release.
 * If not every object of these kinds could be read, no candidate is ready: each has an error
 * live_blind. Places have no lines. Errors: live_blind (no ServiceEntry could be read), and those
 * of cluster_read.
 */
int discover_live(struct live_discovery *out, const struct live_connection *connection,
		  const struct live_discovery_query *query, struct err *err);

/* Frees what it owns. */
void discover_live_release(struct live_discovery *d);

#endif

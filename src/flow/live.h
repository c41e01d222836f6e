/*
 * live.h - migrations looked at in a cluster: what `check --live` adds.
 */
#ifndef GCB_FLOW_LIVE_H
#define GCB_FLOW_LIVE_H

#include "base/finding.h"
#include "flow/session.h"
#include "live/cluster.h"

/* What was seen of a kind. */
struct live_kind {
	struct slice resource;    /* "virtualservices.networking.istio.io" */
	struct slice seen;        /* "all", "some", "not-installed", "forbidden", "failed" */
	struct slices namespaces; /* of "some" */
	struct slice why;         /* absent: nothing to say */
};

/* In the arena of who asked: the session's, here. */
struct live_report {
	struct slice context; /* of the kubeconfig; "" when there is none */
	struct live_kind *kinds;
	size_t nkinds;
	struct findings cluster; /* about the cluster as a whole: what was not seen */
	struct findings *of;     /* one list a migration, in the order of the selection */
};

/*
 * Reads the cluster once for all selected migrations and judges each; what a migration allows is
 * marked. -1: nothing was seen, so nothing is known. Errors: git, live_unreachable,
 * program_missing, timed_out, interrupted, terminated ...
 */
int session_live(struct session *s, const struct kubectl *kubectl, struct live_report *out,
		 struct err *err);

/*
 * Fills in all but `of`: where it was read, what of each kind was seen, and findings about what was
 * not.
 */
void live_report_fill(struct live_report *out, const struct cluster *c, struct arena *arena);

/*
 * Who in the cluster still names the old host of a migration: an error for each object that does,
 * and for each of the mesh's kinds that was not wholly seen; a warning for the other kinds. `*seen`
 * tells where it was read. All in the session's arena. Errors: as session_live.
 */
int session_live_named(struct session *s, const struct kubectl *kubectl, const struct migration *m,
		       struct live_report *seen, struct findings *out, struct err *err);

#endif

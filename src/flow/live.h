/*
 * live.h - migrations compared with a cluster: what check --live and finalize --live add.
 */
#ifndef GCB_FLOW_LIVE_H
#define GCB_FLOW_LIVE_H

#include "base/finding.h"
#include "flow/gather.h"
#include "live/kubectl.h"

struct cluster;

/* How a cluster is reached. */
struct live_connection {
	struct kubectl_flags flags; /* kubectl's own connection flags */
	int64_t timeout_ms;         /* of one call of kubectl; 0: the default */
};

/* The flags as options; offsets count from a struct live_connection. */
extern const struct record live_connection_options;

/* Is one of the flags set? */
bool live_connection_is_set(const struct live_connection *connection);

/* How kubectl is run for this connection, which is borrowed. */
struct kubectl live_connection_kubectl(const struct live_connection *connection);

/* What could be read of a kind. */
struct live_kind {
	struct slice resource;    /* "virtualservices.networking.istio.io" */
	struct slice seen;        /* "all", "some", "not-installed", "forbidden", "failed" */
	struct slices namespaces; /* of "some" */
	struct slice why;         /* absent: no reason to name */
};

/* What a cluster shows; in the arena of the session, or of live_report_fill. */
struct live_report {
	struct slice context; /* of the kubeconfig; "" if there is none */
	struct live_kind *kinds;
	size_t nkinds;
	struct findings cluster; /* about the cluster as a whole: what could not be read */
	struct findings *of;     /* one list a migration, in the order in which they were given */
};

/*
 * Reads the cluster once for all selected migrations and checks each; findings that a migration
 * allows are marked. On an error nothing is known of the cluster: git, live_unreachable,
 * program_missing, timed_out, interrupted, terminated.
 */
int live_check_migrations(const struct evidence *evidence, const struct live_connection *connection,
			  struct live_report *out, struct err *err);

/*
 * Finds what in the cluster still names the old host of a migration: an error for each object that
 * does, and for each of the mesh's kinds that could not be read completely; a warning for the other
 * kinds. `out->of` is one list. Errors: as live_check_migrations.
 */
int live_find_references(struct session *s, const struct live_connection *connection,
			 const struct migration *m, struct live_report *out, struct err *err);

/* Fills in all but `of`: the context, what could be read of each kind, and findings about that. */
void live_report_fill(struct live_report *out, const struct cluster *c, struct arena *arena);

#endif

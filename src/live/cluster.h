/*
 * cluster.h - objects of a cluster, read through kubectl in as few calls as possible, and how much
 * of each kind was read.
 *
 * One call lists the kinds that are installed, one reads all of them in all namespaces. Kinds that
 * may not be read that way are tried in the namespaces that matter, a call per namespace; when a
 * call fails in another way its kinds are tried one by one. The result for each kind is in its
 * coverage.
 */
#ifndef GCB_LIVE_CLUSTER_H
#define GCB_LIVE_CLUSTER_H

#include "base/arena.h"
#include "kube/object.h"
#include "kube/coverage.h"
#include "live/kubectl.h"

/* At most so many namespaces are tried one by one, and so many bytes of objects are kept. */
#define CLUSTER_NAMESPACES 32
#define CLUSTER_BYTES ((size_t)128 << 20)

enum wanted { WANTED_NO, WANTED_MAYBE, WANTED };

/*
 * What to read. Lists may be large: `bytes` is asked about each object before it is parsed,
 * `object` about those that are WANTED_MAYBE.
 */
struct cluster_query {
	const struct kind *kinds;
	size_t nkinds;
	struct slices namespaces; /* to try where not all namespaces may be read */
	enum wanted (*bytes)(void *ctx, struct slice bytes);
	bool (*object)(void *ctx, const struct object *o);
	void *ctx;
};

struct cluster {
	struct arena *arena;     /* owns all */
	struct slice context;    /* the kubeconfig context; "" when there is none */
	struct object **objects; /* those that are wanted */
	size_t n, cap;
	struct yaml_file **files;
	size_t nfiles, files_cap, bytes;
	struct coverage *coverages; /* one a kind of the query, in its order */
	size_t ncoverages;
};

/*
 * Reads the cluster; freed with cluster_release, also after an error. -1: nothing was read at all.
 * Errors: live_unreachable (with kubectl's message), and those of process_run.
 */
int cluster_read(struct cluster *out, const struct kubectl *k, const struct cluster_query *q,
		 struct err *err);

/* Frees it. */
void cluster_release(struct cluster *c);

#endif

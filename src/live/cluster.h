/*
 * cluster.h - objects of a cluster, read through kubectl in as few calls as possible, and what of
 * each kind was seen.
 *
 * One call asks which kinds are installed, one reads all of them in all namespaces. Kinds that may
 * not be read so are tried in the namespaces that matter, a call a namespace; when a call fails in
 * another way its kinds are tried one by one. Whatever happens to a kind is in its sight.
 */
#ifndef GCB_LIVE_CLUSTER_H
#define GCB_LIVE_CLUSTER_H

#include "base/arena.h"
#include "kube/object.h"
#include "kube/coverage.h"
#include "live/kubectl.h"

/* At most so many namespaces are asked one by one, and so many bytes of objects are kept. */
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
	struct slices namespaces; /* to try where not all may be read */
	enum wanted (*bytes)(void *ctx, struct slice bytes);
	bool (*object)(void *ctx, const struct object *o);
	void *ctx;
};

struct cluster {
	struct arena *arena;     /* owns all */
	struct slice context;    /* where it was read; "" when there is no context */
	struct object **objects; /* those that are wanted */
	size_t n, cap;
	struct yaml_file **files;
	size_t nfiles, files_cap, bytes;
	struct coverage *coverages; /* one a kind of the query, in its order */
	size_t ncoverages;
};

/*
 * Reads; freed with cluster_release, whatever comes back. -1: nothing was seen at all. Errors:
 * live_unreachable (with what kubectl said), and those of process_run.
 */
int cluster_read(struct cluster *out, const struct kubectl *k, const struct cluster_query *q,
		 struct err *err);

/* Frees it. */
void cluster_release(struct cluster *c);

#endif

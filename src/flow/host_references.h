/*
 * host_references.h - what in the commit still names a host: every file is read, not only
 * manifests.
 */
#ifndef GCB_FLOW_HOST_REFERENCES_H
#define GCB_FLOW_HOST_REFERENCES_H

#include "flow/fleet.h"
#include "plan/plan.h"

/* At most this many are kept; one is enough to stop. */
#define HOST_REFERENCES_MAX 100

/* In the arena of the session. */
struct host_references {
	struct host_reference *items;
	size_t n;
};

/*
 * Finds the places that name the old host of the migration as a whole name, in any letter case; a
 * service of the cluster also as "name.namespace". Migration files and documentation (.md, .txt,
 * .rst, .adoc) are skipped. A file larger than MANIFEST_MAX is itself a reference, since it is not
 * searched. Errors: git.
 */
int host_references_find(const struct fleet *fleet, const struct migration *m,
			 struct host_references *out, struct err *err);

#endif

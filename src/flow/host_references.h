/*
 * host_references.h - who in the commit still names a host: every file is read, not only manifests.
 */
#ifndef GCB_FLOW_HOST_REFERENCES_H
#define GCB_FLOW_HOST_REFERENCES_H

#include "flow/session.h"

/* At most this many are kept; one is enough to stop. */
#define HOST_REFERENCES_MAX 100

/*
 * Finds the places that name the old host of the migration as a whole name, in any letter case; a
 * service of the cluster also by "name.namespace". Migration files and documentation (.md, .txt,
 * .rst, .adoc) are passed over; files above MANIFEST_MAX too, and each of these is itself a
 * mention, since nobody looked. `*out` lives in the session's arena. Errors: git.
 */
int session_host_references(struct session *s, const struct migration *m,
			    struct host_reference **out, size_t *n, struct err *err);

#endif

/*
 * live_references.h - which objects of a cluster still reference a host.
 */
#ifndef GCB_ISTIO_LIVE_REFERENCES_H
#define GCB_ISTIO_LIVE_REFERENCES_H

#include "base/finding.h"
#include "kube/object.h"

/*
 * Adds an error for every object that names the host in its spec, whole or as it may be shortened
 * in its namespace. A ServiceEntry that has it among its hosts does not count.
 */
void live_note_references(const struct object *const *objects, size_t n, struct slice host,
			  struct findings *findings);

#endif

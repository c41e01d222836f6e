/*
 * discover_target.h - the GCPBackend and the name for the migration of a candidate.
 */
#ifndef GCB_DISCOVER_DISCOVER_TARGET_H
#define GCB_DISCOVER_DISCOVER_TARGET_H

#include "discover/discover.h"

/*
 * Sets the proposals of all candidates by the rules of discover.h, and the target of those that
 * have none yet.
 */
void candidates_find_targets(struct discovery *d, const struct discover_inputs *in);

/* Adds a finding (no_backend) about why a candidate has no target. */
void candidate_note_no_target(struct candidate *c, struct arena *arena);

/*
 * Sets the names of all candidates: that of the migration; or a new one from the name of a
 * ServiceEntry with one host, or the first label of the host, without the suffixes of discover.h.
 * Of a label that is a number, as in an address, the whole host counts. If the name is used, it is
 * followed by the environment, the namespace or a number.
 */
void candidates_set_names(struct discovery *d, const struct discover_inputs *in);

#endif

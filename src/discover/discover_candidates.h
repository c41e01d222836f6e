/*
 * discover_candidates.h - the candidates: hosts of ServiceEntries, and where they are.
 */
#ifndef GCB_DISCOVER_DISCOVER_CANDIDATES_H
#define GCB_DISCOVER_DISCOVER_CANDIDATES_H

#include "discover/discover.h"

/*
 * Adds all candidates, with what the ServiceEntries say about them, with their migrations, the
 * VirtualServices that route to them and their environments.
 */
void discover_find_candidates(struct discovery *d, const struct discover_inputs *in);

#endif

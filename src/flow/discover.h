/*
 * discover.h - the ServiceEntry hosts of a commit, ready for migrate/discover.h.
 */
#ifndef GCB_FLOW_DISCOVER_H
#define GCB_FLOW_DISCOVER_H

#include "base/finding.h"
#include "flow/session.h"
#include "discover/discover.h"

/*
 * Reads every manifest of the session's commit that may hold objects of the mesh, and finds the
 * candidates; freed with discover_release, before the session is closed. `port` as discover_make
 * takes it. `unread`, which has an arena, gets the files among them that cannot be read: what they
 * hold is not listed. Once in a session, and instead of session_plan. Errors: git.
 */
int session_discover(struct session *s, int port, struct discovery *out, struct findings *unread,
		     struct err *err);

/*
 * The names of migration files that cannot be read, "x" of ".gcpbackend/x.yaml", in the session's
 * arena.
 */
struct slices session_taken(const struct session *s);

#endif

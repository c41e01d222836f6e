/*
 * session_internal.h - the fields of a session.
 */
#ifndef GCB_FLOW_SESSION_INTERNAL_H
#define GCB_FLOW_SESSION_INTERNAL_H

#include "flow/blobs.h"
#include "flow/session.h"
#include "git/hooks.h"
#include "git/remote.h"

struct session {
	struct session_options options;
	const char *migrations_dir;
	struct repo *repo;
	struct remote_options remote; /* how git is run */
	struct hooks_options hooks;
	struct arena *arena;      /* of the texts of all values */
	struct blobs blobs;       /* of the files that were read: bytes of the fleet and evidence */
	struct template *message; /* of commits; NULL: not read yet */
};

#endif

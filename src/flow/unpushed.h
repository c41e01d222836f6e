/*
 * unpushed.h - commits of the local branch that the remote does not have, and that a command
 * therefore ignores.
 */
#ifndef GCB_FLOW_UNPUSHED_H
#define GCB_FLOW_UNPUSHED_H

#include "flow/fleet.h"

struct unpushed {
	size_t commits;      /* of the local branch that are not in the base commit */
	struct slice branch; /* the local branch */
	struct slices files; /* that they change and that belong to a selected migration: its file,
				and its manifests; at most UNPUSHED_MOST */
	bool more;           /* there are more such files, or it is not known which there are */
};

enum { UNPUSHED_MOST = 3 };

/*
 * Finds them if the base commit is that of a remote. False: there are none that touch a selected
 * migration. Texts are in the arena of the session.
 */
bool unpushed_find(const struct fleet *fleet, struct unpushed *out);

#endif

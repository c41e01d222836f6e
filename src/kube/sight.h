/*
 * sight.h - what was seen of a kind in a cluster. What was not seen says nothing: nobody may take
 * it for "there is none".
 */
#ifndef GCB_KUBE_SIGHT_H
#define GCB_KUBE_SIGHT_H

#include "base/slice.h"

/* A kind, and how its resource is called: "virtualservices". */
struct kind {
	const char *group, *kind, *plural;
};

enum seen {
	SEEN_ALL,       /* every object of the cluster */
	SEEN_SOME,      /* those of some namespaces */
	SEEN_ABSENT,    /* the kind is not installed, so there is none */
	SEEN_FORBIDDEN, /* nothing: the user may not look */
	SEEN_FAILED     /* nothing, or not everything */
};

struct sight {
	const struct kind *kind;
	enum seen how;
	struct slices namespaces; /* of SEEN_SOME */
	struct slice why;         /* what the server said; absent with SEEN_ALL and SEEN_ABSENT */
};

#endif

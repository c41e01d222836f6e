/*
 * coverage.h - what was seen of a kind in a cluster. What was not seen says nothing: nobody may
 * take it for "there is none".
 */
#ifndef GCB_KUBE_COVERAGE_H
#define GCB_KUBE_COVERAGE_H

#include "base/slice.h"

/* A kind, and how its resource is called: "virtualservices". */
struct kind {
	const char *group, *kind, *plural;
};

enum coverage_level {
	COVERED_ALL,       /* every object of the cluster */
	COVERED_SOME,      /* those of some namespaces */
	COVERED_ABSENT,    /* the kind is not installed, so there is none */
	COVERED_FORBIDDEN, /* nothing: the user may not look */
	COVERED_FAILED     /* nothing, or not everything */
};

struct coverage {
	const struct kind *kind;
	enum coverage_level how;
	struct slices namespaces; /* of COVERED_SOME */
	struct slice why; /* what the server said; absent with COVERED_ALL and COVERED_ABSENT */
};

#endif

/*
 * coverage.h - how much of a kind could be read from a cluster. What was not read proves nothing:
 * it must not be taken for "there is none".
 */
#ifndef GCB_KUBE_COVERAGE_H
#define GCB_KUBE_COVERAGE_H

#include "base/slice.h"

/* A kind, and the name of its resource: "virtualservices". */
struct kind {
	const char *group, *kind, *plural;
};

enum coverage_level {
	COVERED_ALL,           /* every object of the cluster */
	COVERED_SOME,          /* those of some namespaces */
	COVERED_NOT_INSTALLED, /* the kind is not installed, so there is none */
	COVERED_FORBIDDEN,     /* none: the user is not allowed to read them */
	COVERED_FAILED         /* none, or not all */
};

struct coverage {
	const struct kind *kind;
	enum coverage_level level;
	struct slices namespaces; /* of COVERED_SOME */
	struct slice reason;      /* the server's message; absent with COVERED_ALL and
				     COVERED_NOT_INSTALLED */
};

#endif

/*
 * build_stop.h - why a build has no result.
 */
#ifndef GCB_GITOPS_BUILD_STOP_H
#define GCB_GITOPS_BUILD_STOP_H

#include "yaml/yaml.h"

enum build_verdict {
	BUILD_KNOWN,  /* there is a result */
	BUILD_FAILS,  /* the engine reports an error, and applies nothing */
	BUILD_UNKNOWN /* it depends on something that is not evaluated here */
};

struct build_stop {
	enum build_verdict verdict;
	struct place at;
	const char *why; /* "the patch removes a key that does not exist" */
};

#endif

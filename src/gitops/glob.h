/*
 * glob.h - patterns of paths, in the two dialects that Argo CD uses.
 */
#ifndef GCB_GITOPS_GLOB_H
#define GCB_GITOPS_GLOB_H

#include "base/slice.h"

/* Both have "?", "[a-z]" and "\". */
enum glob_kind {
	GLOB_GO,    /* Go's path.Match: "*" stops at a slash; "[^a]" */
	GLOB_GOBWAS /* Argo CD's directory.include: "*" does not; "{a,b}", "[!a]" */
};

/*
 * Does the pattern match the whole text? `otherwise` is the result if the pattern is malformed, or
 * needs more than a bounded number of steps.
 */
bool glob_match(enum glob_kind kind, struct slice pattern, struct slice text, bool otherwise);

#endif
